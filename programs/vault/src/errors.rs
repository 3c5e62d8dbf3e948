//! Every error of the vault, each named for its rule.

use anchor_lang::error::{AnchorError, ErrorOrigin, Source};
use anchor_lang::prelude::*;
use ballast_core_market::breaker::{Breaker, BreakerParamError, ResumeError};
use ballast_core_vault::batch::BatchError;
use ballast_core_vault::monitor::MonitorParamError;
use ballast_core_vault::rebalance::RebalanceError;

/// The vault's errors.
#[error_code]
#[derive(PartialEq, Eq)]
pub enum VaultError {
    #[msg("vault parameter: mode is neither 0 (by hand) nor 1 (by rules)")]
    Mode,
    #[msg("vault parameter: the base of a market is zero, by rules negative, or those of all markets are more than 100 % of net asset value")]
    Base,
    #[msg("vault parameter: reference volatility outside [10 %, 300 %] a year")]
    ReferenceVolatility,
    #[msg("vault parameter: band outside [1 %, 50 %] of the base")]
    Band,
    #[msg("vault parameter: least trade outside [0.01 %, 5 %] of net asset value, or more than half of the band")]
    LeastTrade,
    #[msg(
        "vault parameter: slice outside [1 %, 500 %] of net asset value an hour, or less than two of the least trade"
    )]
    Slice,
    #[msg("vault parameter: floor outside [10 %, 99 %] of the high of a share")]
    Floor,
    #[msg("vault parameter: the high of a share falls by less than 0.01 % or more than 1 % a day; never falling would lock a vault in cash for good")]
    HighFall,
    #[msg("vault parameter: multiplier outside [0.1, 4]")]
    Multiplier,
    #[msg("vault parameter: maximum leverage outside [0.1, 5]")]
    MaxLeverage,
    #[msg("vault parameter: price band outside [0.01 %, 5 %]")]
    PriceBand,
    #[msg("vault parameter: maximum cost outside [0.01 %, 5 %] of the notional traded")]
    MaxCost,
    #[msg("vault parameter: collateral ratio must exceed five quarters of the venue's initial margin and be at most 200 %")]
    CollateralRatio,
    #[msg(
        "vault parameter: deposit cap outside [1, 14411518807585587] base units, a twentieth of what a venue may say that it holds"
    )]
    DepositCap,
    #[msg("vault: account layout version not supported")]
    VaultVersion,
    #[msg("account: not the vault's risk market in that place; its markets follow the other accounts, then market and trader of each leg, all of them in order")]
    WrongRiskMarket,
    #[msg("account: not the vault's venue market")]
    WrongVenueMarket,
    #[msg("account: not the vault's trader account at the venue")]
    WrongVenueTrader,
    #[msg("account: not the venue's token account")]
    WrongVenueVault,
    #[msg("account: not the vault's custody account")]
    WrongCustody,
    #[msg("account: not the vault's share escrow")]
    WrongEscrow,
    #[msg("account: not the vault's share mint")]
    WrongShareMint,
    #[msg("account: token account of another mint or owner")]
    WrongTokenAccount,
    #[msg("account: the ticket belongs to somebody else or to another vault")]
    WrongTicket,
    #[msg("amount: zero")]
    ZeroAmount,
    #[msg("deposit: refused while a breaker is active that forbids it; the log names it")]
    DepositNotPermitted,
    #[msg("deposit: would exceed the vault's cap")]
    OverDepositCap,
    #[msg("ledger: the pool has less cash than that")]
    NotLiquid,
    #[msg("rebalance: no order, or an order of zero lots")]
    EmptyOrder,
    #[msg("leg: the vault has none in that place")]
    WrongLeg,
    #[msg("rebalance: two orders for one leg")]
    DuplicateOrder,
    #[msg("rebalance: fill outside the oracle-anchored price band")]
    FillOutsideBand,
    #[msg("rebalance: the venue reported a fill that its account does not show")]
    FillMismatch,
    #[msg("rebalance: an order is still in flight at the venue")]
    OrderInFlight,
    #[msg("rebalance: nothing to do, the book is inside its band and under its limits")]
    NothingToDo,
    #[msg("rebalance: only reductions are permitted now; the log names the active breaker, if one does")]
    OpeningNotPermitted,
    #[msg("rebalance: exposure would exceed the cap")]
    OverCap,
    #[msg("rebalance: exposure would grow beyond what regime and trend leave of the cap for openings")]
    OverOpenLimit,
    #[msg("rebalance: more than is left of what may be traded in an hour because of a drift")]
    OverSlice,
    #[msg("rebalance: not enough gained: a breach falls by a tenth, or by what depth allows; a drift is at least the least trade")]
    NoImprovement,
    #[msg("rebalance: past the target, or further into the band than its edge")]
    Overshoot,
    #[msg("rebalance: costs more than its budget")]
    TooCostly,
    #[msg("collateral: already where it belongs")]
    CollateralInPlace,
    #[msg("ledger: custody holds less than the ledger says")]
    CustodyShort,
    #[msg("ledger: tokens moved differ from the amount booked")]
    BookedOtherwise,
    #[msg("arithmetic: a value does not fit")]
    OutOfRange,
    #[msg("vault parameter: a breaker's trip is outside what its row accepts; the log names the breaker")]
    BreakerTrip,
    #[msg("vault parameter: a breaker's reset is zero, or not under its trip; the log names the breaker")]
    BreakerReset,
    #[msg("vault parameter: a breaker's cooldown outside [1 minute, 7 days]; the log names the breaker")]
    BreakerCooldown,
    #[msg("vault parameter: longest gap of the breakers is zero, or more than a quarter of their shortest cooldown")]
    BreakerGap,
    #[msg("vault parameter: window of turnover and trading loss outside [1 hour, 7 days]")]
    Window,
    #[msg("vault parameter: the guardian is an address nobody can sign for; a vault without one has none")]
    Guardian,
    #[msg("guardian: not the vault's guardian")]
    NotGuardian,
    #[msg("guardian: the breaker is not active")]
    BreakerNotTripped,
    #[msg("guardian: the breaker resumes by itself, and nobody can hurry it")]
    BreakerResumesItself,
    #[msg("guardian: the breaker has not been under its reset for its cooldown")]
    BreakerCoolingDown,
    #[msg("guardian: nobody observed the vault in this slot; send `mark` in the same transaction, before this")]
    NotObserved,
    #[msg("account: the venue's instruction needs an account that is not passed")]
    VenueAccounts,
    #[msg("account: the batch belongs to another vault, or is not the ticket's")]
    WrongBatch,
    #[msg("vault: the quote token has fewer than 6 or more than 9 decimals")]
    Decimals,
    #[msg("request: less than ten whole tokens, or less than a whole share and not all that the account has")]
    RequestTooSmall,
    #[msg("request: another batch takes requests now; name that one")]
    BatchNotOpen,
    #[msg("request: the price named is not the batch's reference, or not the vault's last mark, or that is older than five minutes")]
    Reference,
    #[msg("batch: it has not closed, or one ahead of it was not priced")]
    BatchStillOpen,
    #[msg("batch: no price was published after it closed; observe a newer one first")]
    NoNews,
    #[msg("batch: one was priced less than a minute ago")]
    PricedTooSoon,
    #[msg("batch: a limit is exceeded, and the book has a minute to come down first")]
    ReductionDue,
    #[msg(
        "batch: the venue does not answer, an order is in flight there, or what it holds moved without a reason; nothing is priced until that ends"
    )]
    VenueInDoubt,
    #[msg("batch: others wait before it")]
    NotFirstInLine,
    #[msg("batch: nothing of it can be filled now; its part of the book has to be unwound, or cash to come back from the venue")]
    NothingToFill,
    #[msg("exit: the batch opened less than an hour ago")]
    GraceNotOver,
    #[msg("exit: nothing more is liquid for the batch")]
    NothingToAdvance,
    #[msg("cancel: the batch was priced or advanced, or the request is less than ten minutes old")]
    RequestFinal,
    #[msg("claim: nothing is due to the ticket yet")]
    NothingToClaim,
    #[msg("batch: somebody still waits for it, or has not claimed")]
    BatchInUse,
    #[msg("batch: not in the slot of a rebalance")]
    SameSlotAsRebalance,
    #[msg("rebalance: not in the slot in which a batch was priced")]
    SameSlotAsPricing,
    #[msg("unwind: more than the part of those who leave, or not a reduction")]
    BeyondLeavers,
    #[msg("rebalance: trades what belongs to those who leave; unwind that")]
    BeyondStayers,
    #[msg("vault parameter: unexplained NAV move trips at no more than what one trade may cost: maximum cost times maximum leverage")]
    UnexplainedTrip,
    #[msg("venue: its accounts are missing, foreign, or of no layout that is known; `mark` writes that down, and three times put it in quarantine")]
    VenueUnreadable,
    #[msg("venue: in quarantine: nothing goes there, nobody comes in, and whoever leaves is priced without it")]
    VenueQuarantined,
    #[msg("vault parameter: outflow outside [10 %, 100 %] of net asset value a day")]
    Outflow,
    #[msg("vault parameter: management fee outside [0, 2 %] of the shares a year")]
    ManagementFee,
    #[msg("vault parameter: performance fee outside [0, 20 %] of the gain")]
    PerformanceFee,
    #[msg("vault: a policy with a fee names who collects it, one without names nobody, and nobody is not an address")]
    Collector,
    #[msg("fees: whoever signs is not the collector")]
    WrongCollector,
    #[msg("fees: nothing was earned since they were last minted")]
    NoFees,
    #[msg("operator: the holder has not approved whoever signs")]
    NotOperator,
    #[msg(
        "operator: what is done for a holder goes from and to accounts that they own, and that nobody else may close"
    )]
    NotTheHolders,
    #[msg("vault: the quote mint has an extension that is not on the list of those allowed; the log names it")]
    QuoteExtension,
    #[msg("vault: a share's name has 1 to 32, its symbol 1 to 10, its address up to 96 printable ASCII characters, without a space at either end")]
    ShareName,
    #[msg("vault: it has one to four markets with one or two legs on each, no market and no venue's market twice")]
    Portfolio,
    #[msg("account: too few or too many; the vault's markets follow the other accounts, then market and trader of each leg")]
    PortfolioAccounts,
    #[msg("rebalance: legs of one market would be set against each other, or further")]
    LegsOpposed,
    #[msg("account: not the token program of the tokens that move")]
    WrongTokenProgram,
    #[msg("vault parameter: a keeper's rate is outside [0, 0.01 %] of the notional, or more than half of the maximum cost")]
    KeeperRate,
    #[msg("vault parameter: a keeper's task pays more than a whole quote token")]
    KeeperTask,
    #[msg("vault parameter: aversion to risk outside [1, 1000], or so low that a trade from the edge of a market's band removes less risk than it costs: aversion x 0.000246575 x band x base must be at least fee and half spread")]
    Aversion,
}

/// Returns `error`, with the place that found it, unless `rule` holds. As Anchor's `require!`,
/// which writes the making of an error out at every place: 15 kB of this program.
macro_rules! ensure {
    ($rule:expr, $error:expr) => {
        if !$rule {
            return Err($crate::errors::found_at($error, file!(), line!()));
        }
    };
}
pub(crate) use ensure;

/// Makes the error that a line of a file found.
#[cold]
#[inline(never)]
pub(crate) fn found_at(error: VaultError, filename: &'static str, line: u32) -> Error {
    Error::from(AnchorError {
        error_name: error.name(),
        error_msg: error.to_string(),
        error_code_number: error.into(),
        error_origin: Some(ErrorOrigin::Source(Source { filename, line })),
        compared_values: None,
    })
}

impl From<BatchError> for VaultError {
    fn from(error: BatchError) -> Self {
        match error {
            BatchError::Reference => Self::Reference,
            BatchError::StillOpen => Self::BatchStillOpen,
            BatchError::NoNews => Self::NoNews,
            BatchError::TooSoon => Self::PricedTooSoon,
            BatchError::ReductionDue => Self::ReductionDue,
            BatchError::VenueInDoubt => Self::VenueInDoubt,
            BatchError::NotFirstInLine => Self::NotFirstInLine,
            BatchError::NothingToFill => Self::NothingToFill,
            BatchError::GraceNotOver => Self::GraceNotOver,
            BatchError::NothingToAdvance => Self::NothingToAdvance,
            BatchError::Final => Self::RequestFinal,
            BatchError::OutOfRange => Self::OutOfRange,
        }
    }
}

/// Returns the error of a broken rule; the breaker it is about goes to the log.
pub fn monitor(rule: MonitorParamError) -> VaultError {
    let of = |breaker: Breaker, error| {
        msg!("breaker: {}", breaker.name());
        error
    };
    match rule {
        MonitorParamError::Breaker(BreakerParamError::Trip(breaker)) => of(breaker, VaultError::BreakerTrip),
        MonitorParamError::Breaker(BreakerParamError::Reset(breaker)) => of(breaker, VaultError::BreakerReset),
        MonitorParamError::Breaker(BreakerParamError::Cooldown(breaker)) => of(breaker, VaultError::BreakerCooldown),
        MonitorParamError::Breaker(BreakerParamError::LongestGap) => VaultError::BreakerGap,
        MonitorParamError::Window => VaultError::Window,
    }
}

impl From<ResumeError> for VaultError {
    fn from(error: ResumeError) -> Self {
        match error {
            ResumeError::NotTripped => Self::BreakerNotTripped,
            ResumeError::Automatic => Self::BreakerResumesItself,
            ResumeError::CoolingDown => Self::BreakerCoolingDown,
        }
    }
}

impl From<RebalanceError> for VaultError {
    fn from(error: RebalanceError) -> Self {
        match error {
            RebalanceError::EmptyOrder => Self::EmptyOrder,
            RebalanceError::LegsOpposed => Self::LegsOpposed,
            RebalanceError::FillOutsideBand => Self::FillOutsideBand,
            RebalanceError::OrderInFlight => Self::OrderInFlight,
            RebalanceError::NothingToDo => Self::NothingToDo,
            RebalanceError::OpeningNotPermitted => Self::OpeningNotPermitted,
            RebalanceError::OverCap => Self::OverCap,
            RebalanceError::OverOpenLimit => Self::OverOpenLimit,
            RebalanceError::OverSlice => Self::OverSlice,
            RebalanceError::NoImprovement => Self::NoImprovement,
            RebalanceError::Overshoot => Self::Overshoot,
            RebalanceError::TooCostly => Self::TooCostly,
            RebalanceError::BeyondLeavers => Self::BeyondLeavers,
            RebalanceError::BeyondStayers => Self::BeyondStayers,
            RebalanceError::OutOfRange => Self::OutOfRange,
        }
    }
}
