//! What the risk program announces: inputs, before and after, so that anyone can replay a decision.

use crate::state::Fixed;
use anchor_lang::prelude::*;

/// A market was created.
#[event]
pub struct MarketCreated {
    /// The market.
    pub market: Pubkey,
    /// Who created it.
    pub creator: Pubkey,
}

/// A price was taken in.
#[event]
pub struct Observed {
    /// The market.
    pub market: Pubkey,
    /// Price admitted.
    pub price: Fixed,
    /// Its confidence as a share of it.
    pub confidence: Fixed,
    /// When it was published, unix seconds.
    pub publish_time: i64,
    /// Chain time of the observation, unix seconds.
    pub observed_at: i64,
    /// Price observed before this one; zero if there was none.
    pub price_before: Fixed,
    /// Publication time of that one; zero if there was none.
    pub publish_time_before: i64,
    /// Annualised variance before.
    pub variance_before: Fixed,
    /// Annualised variance after.
    pub variance: Fixed,
    /// Slow price before.
    pub slow_price_before: Fixed,
    /// Slow price after.
    pub slow_price: Fixed,
    /// Whether this price tripped the price-jump breaker.
    pub price_jump: bool,
}
