//! The rules of liquidation, as refusals.

use super::Share;
use crate::account::AccountError;
use crate::margin::MarginError;
use ballast_core_types::Value;

/// The rule a liquidation breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LiquidationError {
    /// The account is above maintenance and has no debt.
    Healthy,
    /// It is being liquidated already.
    AlreadyBegun,
    /// It is not being liquidated, or the liquidation has lapsed.
    NotBegun,
    /// The target has been reached: nothing may be taken any more.
    Restored,
    /// The target has not been reached: it cannot be ended.
    NotRestored,
    /// The account has no position on a market whose price and surface are of now.
    NothingLive,
    /// Less than [`super::LEAST_SHARE`], or than what is permitted if that is less; or more than
    /// the whole.
    Share {
        /// What was asked for.
        asked: Share,
        /// The most that is permitted.
        permitted: Share,
    },
    /// The share is not a single lot of any position.
    NoLot(Share),
    /// The account would have to pay for the share, and has no cash for it.
    NoCash,
    /// The liquidator's account has a position, a claim or a debt, or is being liquidated itself.
    TakerHolds,
    /// The liquidator would pay more, or get less, than their limit.
    Limit {
        /// What they would pay; negative where they get it.
        payment: Value,
        /// The most they would pay.
        limit: Value,
    },
    /// A rule of the books.
    Account(AccountError),
    /// The liquidator's margin is not enough, or a margin is not known.
    Margin(MarginError),
    /// A number does not fit.
    TooLarge,
}

impl From<AccountError> for LiquidationError {
    fn from(refusal: AccountError) -> Self {
        Self::Account(refusal)
    }
}

impl From<MarginError> for LiquidationError {
    fn from(refusal: MarginError) -> Self {
        Self::Margin(refusal)
    }
}
