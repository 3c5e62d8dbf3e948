use anchor_lang::prelude::*;
use ballast_core_types::{Lots, Value};
use ballast_risk::state::Fixed;

use super::Market;
use crate::errors::PerpError;
use crate::math::fills::Position;
use ballast_venues::reference::funding;

pub const TRADER_SEED: &[u8] = b"trader";

/// How long a delayed order waits to be fulfilled before anyone may cancel it.
pub const PENDING_LIFETIME_SECONDS: i64 = 300;

/// One owner's collateral and position in one market.
#[account]
#[derive(InitSpace, Debug)]
pub struct Trader {
    pub version: u8,
    pub bump: u8,
    pub market: Pubkey,
    pub owner: Pubkey,
    pub collateral: u64,
    /// Positive long, negative short.
    pub lots: i64,
    /// Signed quote paid for the open lots: positive for a long, negative for a short.
    pub entry_cost: i64,
    pub funding_index: Fixed,
    pub queued_withdrawal: u64,
    pub queued_ready_at: i64,
    pub pending: PendingOrder,
    /// When its last order filled, and of which publication the price was.
    pub last_fill: LastFill,
    pub reserved: [u8; 48],
}

/// The last fill against the pool. All zeros before the first.
#[derive(AnchorSerialize, AnchorDeserialize, InitSpace, Clone, Copy, Debug, Default, PartialEq)]
pub struct LastFill {
    pub slot: u64,
    /// Publication time of the price it was anchored to.
    pub published_at: i64,
}

/// An order that waits for the venue. Zero lots mean that none does.
#[derive(AnchorSerialize, AnchorDeserialize, InitSpace, Clone, Copy, Debug, Default, PartialEq)]
pub struct PendingOrder {
    pub lots: i64,
    pub limit_price: Fixed,
    pub reduce_only: bool,
    pub placed_slot: u64,
    pub placed_at: i64,
    pub expires_at: i64,
}

impl PendingOrder {
    pub fn is_some(&self) -> bool {
        self.lots != 0
    }
}

/// What settling funding came to, quote base units.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FundingPayment {
    /// Owed by the trader; negative: received.
    pub owed: i64,
    /// What collateral could not cover, added to the cost of the position.
    pub carried: u64,
    /// What the insurance fund could not pay.
    pub unpaid: u64,
}

impl Trader {
    pub fn find(market: &Pubkey, owner: &Pubkey) -> (Pubkey, u8) {
        Pubkey::find_program_address(&[TRADER_SEED, market.as_ref(), owner.as_ref()], &crate::ID)
    }

    /// Refuse a second fill of one slot at another observation: whoever trades, has the market
    /// observed and trades back would be paid for the difference, at no risk.
    pub fn fill_at_one_price(&mut self, slot: u64, published_at: i64) -> Result<()> {
        let another = self.last_fill.slot == slot && self.last_fill.published_at != published_at;
        require!(!another, PerpError::TwoPricesInOneSlot);
        self.last_fill = LastFill { slot, published_at };
        Ok(())
    }

    pub fn position(&self) -> Position {
        Position {
            lots: Lots(self.lots),
            entry_cost: Value(self.entry_cost),
        }
    }

    /// Pay or receive the funding since the last settlement. What collateral cannot cover is added
    /// to the cost of the position, so that an empty account does not hold a position for free.
    /// The caller has brought the market's index up to date.
    pub fn settle_funding(&mut self, market: &mut Market) -> Result<Option<FundingPayment>> {
        let index = market.cumulative_funding;
        let settled = std::mem::replace(&mut self.funding_index, index);
        if self.lots == 0 || settled == index {
            return Ok(None);
        }
        let owed = funding::owed_ceil(Lots(self.lots), index.get(), settled.get())
            .ok_or(PerpError::Overflow)?
            .0;
        let result = owed.checked_neg().ok_or(PerpError::Overflow)?;
        let flow = market.settle_cash(&mut self.collateral, result)?;
        let carried = i64::try_from(flow.uncovered).map_err(|_| PerpError::Overflow)?;
        self.entry_cost = self.entry_cost.checked_add(carried).ok_or(PerpError::Overflow)?;
        Ok(Some(FundingPayment {
            owed,
            carried: flow.uncovered,
            unpaid: flow.unpaid,
        }))
    }
}
