//! What a venue's account says a trader holds there.

use crate::{Lots, Price, Value};

/// A position at a venue, with what is in flight: the one shape in which every venue's reader gives
/// it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Position {
    /// Collateral held by the venue, quote base units.
    pub collateral: u64,
    /// Withdrawals the venue has accepted but not paid yet, quote base units.
    pub queued_withdrawal: u64,
    /// When they can be collected, unix seconds.
    pub queued_ready_at: i64,
    /// Signed size.
    pub lots: Lots,
    /// What the position cost: positive for longs, negative for shorts.
    pub entry_cost: Value,
    /// Funding owed (positive) or earned (negative) since it was last settled, as if it settled
    /// now.
    pub accrued_funding: Value,
    /// Signed size of an order the venue accepted but has not filled; zero if there is none.
    pub in_flight: Lots,
    /// Slot in which that order was placed.
    pub in_flight_since_slot: u64,
    /// Whether the venue answers as it should: accounts of a known version, trading, and with a
    /// price of its own. Orders that fill in part or later, queued withdrawals and deleveraging are
    /// what a venue may do; the position shows them.
    pub is_operational: bool,
}

/// What trading at a venue costs, as a planner must know it to keep a fill inside a price band.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TradingTerms {
    /// Half of the quoted spread, as a share of the price.
    pub half_spread: crate::Ratio,
    /// Fee a taker pays, as a share of the notional.
    pub taker_fee: crate::Ratio,
    /// The notional that moves the execution price by one per cent, quote base units.
    pub depth_one_percent: Value,
}

/// What a venue reports of an order it was given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FillReceipt {
    /// Lots that filled: fewer than ordered, or none while the order waits.
    pub lots: Lots,
    /// Price of the fill; `None` while the order waits.
    pub price: Option<Price>,
}
