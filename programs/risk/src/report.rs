//! What `assess` answers, as return data. The layout is in `docs/reference/assess.md`; a reader
//! that does not know the version has to refuse the answer.

use crate::state::Fixed;
use anchor_lang::prelude::*;

/// Version of the answer's layout.
pub const ASSESS_VERSION: u8 = 1;

/// A book, assessed. Amounts are base units of the quote token.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Debug, PartialEq, Eq)]
pub struct AssessReport {
    /// [`ASSESS_VERSION`].
    pub version: u8,
    /// Index of the price shock of the worst loss, 0 the lowest of nine; 9 and 10 the far fall and
    /// rise, 11 and 12 those of the worst day of a year.
    pub worst_price_shock: u8,
    /// Index of its volatility shock, 0 the lowest of three.
    pub worst_volatility_shock: u8,
    /// When this was worked out, slot.
    pub slot: u64,
    /// The same, unix seconds.
    pub unix_time: i64,
    /// What the book is worth on its adverse side, rounded down.
    pub value: i64,
    /// The part of it that is long options: never negative.
    pub long_options: i64,
    /// The largest loss of any scenario, rounded up.
    pub worst_loss: i64,
    /// The mean loss over the worst 1 % of the scenarios' probability, rounded up.
    pub expected_shortfall: i64,
    /// What cash and value have to reach together for a position to be opened.
    pub initial_margin: i64,
    /// What they have to reach together lest the book be liquidated.
    pub maintenance_margin: i64,
    /// Each market, in the order in which it was passed.
    pub markets: Vec<MarketReport>,
}

/// One market of an assessed book: what it was valued from, and its Greeks in base units of the
/// quote token.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Copy, Debug, PartialEq, Eq)]
pub struct MarketReport {
    /// The published price.
    pub price: Fixed,
    /// Less its confidence: what assets are worth.
    pub price_low: Fixed,
    /// With its confidence: what liabilities cost.
    pub price_high: Fixed,
    /// When the price was published, unix seconds.
    pub publish_time: i64,
    /// The slot in which it reached the chain.
    pub posted_slot: u64,
    /// When the market was last observed, unix seconds: as old is its realised variance.
    pub observed_at: i64,
    /// When the surface was published, unix seconds; zero if none was read.
    pub surface_published_at: i64,
    /// Deviation of the log price over the horizon of a day, with 57 fraction bits.
    pub horizon_volatility: i64,
    /// D = Σ q·Δ·S.
    pub delta: i64,
    /// G = Σ q·Γ·S²/100: how D changes when the price moves by 1 %.
    pub gamma: i64,
    /// V = Σ q·vega/100: per vol point.
    pub vega: i64,
    /// Σ q·vega/100·√(30 d/τ).
    pub vega_weighted: i64,
    /// Per day.
    pub theta: i64,
    /// Per 1 % of the rate.
    pub rho: i64,
}
