//! The rules of liquidation, as refusals.

use crate::account::AccountError;
use crate::margin::MarginError;
use ballast_core_types::Lots;

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
    /// Equity is zero or less: the account is the insurance account's.
    Bankrupt,
    /// It is not bankrupt, and liquidators still have time.
    TooEarly {
        /// From when on the insurance account may take over, unix seconds.
        from: i64,
    },
    /// The take does not reduce the position, or is larger than it.
    NotReducing {
        /// What is held.
        held: Lots,
        /// What would be taken.
        taken: Lots,
    },
    /// The window of the series' settlement has begun: its price is no longer that of the moment,
    /// and who takes it at the fair value of the moment could know better.
    Settling,
    /// Equity would cover less of the initial requirement than before.
    Worse,
    /// Cash would lack more of the cash need than before.
    LessCash,
    /// Nothing that is missing would become less.
    NoImprovement,
    /// A take that is smaller by the least size would suffice.
    MoreThanNeeded,
    /// The status after a smaller take is missing, so that it cannot be shown that less would not
    /// do.
    NotShownToBeNeeded,
    /// A rule of the books.
    Account(AccountError),
    /// The margin is not known.
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
