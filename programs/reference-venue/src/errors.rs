//! One error per rule. A message names the rule that refused.

use anchor_lang::prelude::*;

#[error_code]
pub enum PerpError {
    // parameters
    #[msg("half_spread must be at least 0 and at most 10 %")]
    InvalidHalfSpread,
    #[msg("depth_one_percent must be positive and fit a signed amount: a market without depth has no price")]
    InvalidDepth,
    #[msg("taker_fee must be at least 0 and at most 5 %")]
    InvalidTakerFee,
    #[msg("margins must satisfy 0 < maintenance_margin < initial_margin <= 100 %")]
    InvalidMargins,
    #[msg("liquidation_fee must be at least 0 and below maintenance_margin")]
    InvalidLiquidationFee,
    #[msg("funding_scale_per_day and funding_cap_per_day must be at least 0 and at most 100 %")]
    InvalidFunding,
    #[msg("max_open_interest_lots must be positive")]
    InvalidOpenInterestLimit,
    #[msg("partial_fill must be at least 0 and at most 1")]
    InvalidPartialFill,

    // who and what
    #[msg("only the market's authority may do this")]
    NotAuthority,
    #[msg("only the owner of the trader account may do this")]
    NotOwner,
    #[msg("the trader account belongs to another market")]
    WrongTraderMarket,
    #[msg("the risk market is not the one this market is priced from")]
    WrongRiskMarket,
    #[msg("the vault is not this market's vault")]
    WrongVault,
    #[msg("the token account is not of the market's quote mint")]
    WrongMint,
    #[msg("the vault itself cannot be the other side of a transfer")]
    VaultAsCounterparty,
    #[msg("the account has a version this program does not know")]
    UnknownVersion,

    // faults
    #[msg("fault: the venue is paused")]
    Paused,
    #[msg("fault: the venue treats its price as stale")]
    VenuePriceStale,
    #[msg("fault: the share of the order that the venue fills is less than one lot")]
    PartialFillEmpty,
    #[msg("auto-deleveraging is not switched on")]
    AutoDeleverageOff,

    // orders
    #[msg("an order must be of at least one lot")]
    ZeroLots,
    #[msg("a limit price must be positive")]
    InvalidLimitPrice,
    #[msg("the execution price is beyond the order's limit price")]
    BeyondLimitPrice,
    #[msg("a reduce-only order may not open, grow or flip a position")]
    ReduceOnlyWouldIncrease,
    #[msg("the order is larger than the market's depth can price")]
    OrderBeyondDepth,
    #[msg("the order would take open interest beyond the market's limit")]
    OpenInterestLimit,
    #[msg("equity at the adverse price is below the initial margin")]
    InsufficientInitialMargin,
    #[msg("an order is already waiting for execution")]
    OrderAlreadyPending,
    #[msg(
        "an order of this trader has filled in this slot at another observation of the price; send it in the next slot"
    )]
    TwoPricesInOneSlot,
    #[msg("no order is waiting for execution")]
    NoPendingOrder,
    #[msg("a waiting order is executed in a later slot than it was placed in")]
    FulfilTooEarly,
    #[msg("only the owner may cancel a waiting order before it expires")]
    CancelBeforeExpiry,

    // money
    #[msg("an amount must be positive")]
    ZeroAmount,
    #[msg("the withdrawal would leave less than the initial margin, unrealised profit not counted")]
    WithdrawalBelowMargin,
    #[msg("no withdrawal is queued")]
    NothingQueued,
    #[msg("the queued withdrawal is not ready yet")]
    WithdrawalNotReady,

    // liquidation and auto-deleveraging
    #[msg("the trader has no position to close")]
    NoPosition,
    #[msg("equity at the adverse price is not below the maintenance margin")]
    NotLiquidatable,
    #[msg("auto-deleveraging may only reduce a position")]
    DeleverageWouldIncrease,

    // invariants
    #[msg("invariant: collateral, queued withdrawals and insurance exceed the tokens held")]
    Insolvent,
    #[msg("invariant: value appeared or vanished although no token moved")]
    ValueNotConserved,
    #[msg("a result does not fit its type")]
    Overflow,
}
