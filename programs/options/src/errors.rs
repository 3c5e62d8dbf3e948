//! One error per rule. A message names the rule; the numbers that broke it are in the log line
//! before it.

mod conversions;

use anchor_lang::prelude::*;
use core::fmt::Debug;

#[error_code]
pub enum OptionsError {
    // accounts and layouts
    #[msg("account: layout version not supported")]
    Version,
    #[msg("account: of another house")]
    WrongHouse,
    #[msg("account: not its owner")]
    NotOwner,
    #[msg("account: neither its owner nor its quoter")]
    NotQuoter,
    #[msg("account: the custody is not the house's")]
    WrongCustody,
    #[msg("account: the insurance account is not the house's")]
    WrongInsurance,
    #[msg("account: the token account is not of the house's quote mint, or not the signer's, or the custody itself")]
    WrongTokenAccount,
    #[msg("account: not the series of this expiry and market")]
    WrongSeries,
    #[msg("account: not the expiry of this market and moment")]
    WrongExpiry,
    #[msg("account: the rent belongs to whoever paid it")]
    WrongPayer,
    #[msg("account: the auction is another account's")]
    WrongAuction,
    #[msg("account: one margin account cannot be both sides")]
    SameAccount,
    #[msg("account: the insurance account has instructions of its own")]
    IsInsurance,
    #[msg("account: its number has to be a slot of the last 512")]
    AccountNumber,
    #[msg("account: may be closed 512 slots after its number, lest its address come back")]
    TooYoungToClose,
    #[msg("account: has cash, debt, positions or claims left, or is being liquidated")]
    NotEmpty,

    // house
    #[msg("house parameter: outside its range; the log names rule, value and range")]
    Parameter,
    #[msg("house: one to four markets, each with its surface")]
    Listings,
    #[msg("house: not a market and its surface of the risk program")]
    WrongMarket,
    #[msg("house: a market is listed twice")]
    MarketTwice,
    #[msg("house: a cluster's genesis hash is not zero")]
    NoCluster,
    #[msg("house: it has no market of this index")]
    UnknownMarket,

    // markets passed for margin
    #[msg("markets: accounts must be market, price account and surface for each market")]
    MarketAccounts,
    #[msg("markets: a market or a surface that the house does not list")]
    NotListed,
    #[msg("markets: a market was passed twice")]
    MarketRepeated,
    #[msg("markets: not observed for more than a day")]
    NotObserved,
    #[msg("markets: only reductions are permitted now")]
    OnlyReductions,
    #[msg("the quote token is 5 % or more off par: no series is listed")]
    QuoteOffPar,

    // series
    #[msg("series: no kind, or a strike that is not written canonically")]
    SeriesForm,
    #[msg("series: the strike must be a positive decimal of at most nine places, the last not zero")]
    StrikeForm,
    #[msg("series: the strike is not on its step")]
    StrikeStep,
    #[msg("series: the strike is too low for the spot")]
    StrikeTooLow,
    #[msg("series: the strike is too high for the spot")]
    StrikeTooHigh,
    #[msg("series: expiries are at 08:00 UTC")]
    ExpiryTime,
    #[msg("series: expires too soon")]
    ExpiryTooSoon,
    #[msg("series: expires too late for such a day")]
    ExpiryTooFar,
    #[msg("series: goes when its expiry has passed and all its positions are settled")]
    SeriesInUse,
    #[msg("expiry: goes when it has no series and nothing left to pay")]
    ExpiryInUse,

    // margin accounts
    #[msg("margin account: 32 positions are the most")]
    PositionsFull,
    #[msg("margin account: positions and claims on 16 expiries are the most")]
    ExpiriesFull,
    #[msg("margin account: not enough cash")]
    NotEnoughCash,
    #[msg("margin account: the account owes the insurance account, which comes first")]
    InDebt,
    #[msg("margin account: a size has to be a positive multiple of the least size")]
    Size,
    #[msg("margin account: the series has expired")]
    Expired,
    #[msg("margin account: no such position")]
    NoPosition,
    #[msg("margin account: an amount of zero")]
    Nothing,
    #[msg("arithmetic: a value does not fit")]
    TooLarge,

    // signatures and quotes
    #[msg("signature: no instruction of the ed25519 program has a quote of this maker with this nonce")]
    NoSignature,
    #[msg("signature: its instruction is truncated, or longer than it says")]
    SignatureLength,
    #[msg("signature: its instruction must have exactly one")]
    SignatureCount,
    #[msg("signature: padding must be zero")]
    SignaturePadding,
    #[msg("signature: key, signature and message must lie in the instruction itself")]
    SignatureInstruction,
    #[msg("signature: key, signature and message must lie one after the other")]
    SignatureOffset,
    #[msg("signature: not the quoter's of the maker's account")]
    SignatureSigner,
    #[msg("quote: not 226 bytes and 27 for each leg")]
    QuoteLength,
    #[msg("quote: not one, by its domain")]
    QuoteDomain,
    #[msg("quote: version not supported")]
    QuoteVersion,
    #[msg("quote: one to four legs")]
    QuoteLegs,
    #[msg("quote: a leg's series has no kind, or a strike that is not written canonically")]
    QuoteSeriesForm,
    #[msg("side: neither 1 (buy) nor 2 (sell)")]
    SideForm,
    #[msg("quote: a leg's ratio is zero")]
    QuoteRatio,
    #[msg("quote: the series of its legs must rise, each there once")]
    QuoteLegOrder,
    #[msg("quote: all legs must be on one market")]
    QuoteLegMarket,
    #[msg("quote: its least fill is not positive, or above the greatest")]
    QuoteFill,
    #[msg("quote: for another program")]
    QuoteProgram,
    #[msg("quote: for another cluster")]
    QuoteCluster,
    #[msg("quote: for another house")]
    QuoteHouse,
    #[msg("quote: for another maker")]
    QuoteMaker,
    #[msg("quote: its last slot has passed")]
    QuoteExpired,
    #[msg("quote: for another taker")]
    QuoteTaker,
    #[msg("quote: does not hold at the market's price; the log names it")]
    QuoteSpot,
    #[msg("quote: a fill is from its least to its greatest")]
    QuoteQuantity,
    #[msg("quote: expiry and series of each leg come first, in the order of the legs")]
    LegAccounts,
    #[msg("quote: the posted quote is another account's, or has another nonce")]
    WrongQuote,
    #[msg("quote: who posted it does not quote for the account any more")]
    PostedByOther,
    #[msg("quote: only the maker takes it back while it holds")]
    QuoteHolds,
    #[msg("maker protection: more than the account's quotes may be filled by in a minute")]
    MakerProtected,
    #[msg("what if: eight legs are the most")]
    Supposed,
    #[msg("nonce: below the least that the maker left")]
    NonceBelowBase,
    #[msg("nonce: too high for the base, which the maker moves")]
    NonceTooHigh,
    #[msg("nonce: filled or cancelled")]
    NonceUsed,
    #[msg("nonce: the largest number is none")]
    NonceReserved,

    // auctions
    #[msg("auction: who sells begins at or above the end, who buys at or below it")]
    AuctionDirection,
    #[msg("auction: lasts one second to a week")]
    AuctionDuration,
    #[msg("auction: would begin before now")]
    AuctionInThePast,
    #[msg("auction: would outlast its series")]
    AuctionAfterExpiry,
    #[msg("auction: has not begun")]
    AuctionNotBegun,
    #[msg("auction: is over")]
    AuctionOver,
    #[msg("auction: less than that is left")]
    AuctionLeft,
    #[msg("auction: it is on the other side than the taker meant")]
    AuctionSide,
    #[msg("auction: the price is beyond the taker's limit")]
    AuctionLimit,
    #[msg("auction: only its owner cancels it before it is over")]
    AuctionNotOver,

    // margin
    #[msg("margin: equity below the initial requirement")]
    InitialMargin,
    #[msg("margin: less cash than what expires soon may cost")]
    CashNeed,
    #[msg("margin: a market was not passed that the account has positions on")]
    MarketMissing,
    #[msg("margin: the risk engine cannot assess the book")]
    NotAssessed,

    // liquidation
    #[msg("liquidation: the account is above maintenance and has no debt, at the last price or at the average of the last half a minute")]
    Healthy,
    #[msg("liquidation: a market has no average of the last half a minute: observe it, and again half a minute later")]
    NoAverage,
    #[msg("liquidation: has begun already")]
    LiquidationBegun,
    #[msg("liquidation: has not begun, or has lapsed")]
    LiquidationNotBegun,
    #[msg("liquidation: the target has been reached")]
    Restored,
    #[msg(
        "liquidation: the target has not been reached, at the last price or at the average of the last half a minute"
    )]
    NotRestored,
    #[msg("liquidation: the account has no position on a market whose price and surface are of now")]
    NothingLive,
    #[msg("liquidation: the share is below 1 % and below what suffices, or above everything")]
    BadShare,
    #[msg("liquidation: the share is not a lot of any position")]
    NoLot,
    #[msg("liquidation: the account has no cash for what the share costs it")]
    NoCashForShare,
    #[msg("liquidation: the liquidator's account has to hold cash and nothing else")]
    TakerHolds,
    #[msg("liquidation: the payment is above the liquidator's limit")]
    PaymentLimit,

    // settlement and payout
    #[msg("settlement: has been settled")]
    Settled,
    #[msg("settlement: has not been settled")]
    NotSettled,
    #[msg("settlement: the market has no price from the next half hour that is needed, or later; the log names it")]
    SettleTooEarly,
    #[msg("settlement: less than ten minutes of the window counted, so its end moves by half hours; the log has the seconds so far")]
    TooLittleTime,
    #[msg("payout: the account has nothing of this expiry")]
    NothingHere,
    #[msg("payout: claims are paid when all positions of the expiry are settled")]
    StillOpen,
    #[msg("payout: the claim has been paid what its own expiry collected; the insurance fund's part comes when all expiries of the moment are settled, or a day after it (cover_expiries)")]
    FundPending,
    #[msg("payout: nothing is missing on any settled expiry of the moment")]
    NothingMissing,
    #[msg("payout: the fund waits a day for another expiry of the moment, on which positions are open; the log names its market")]
    OthersOpen,
    #[msg("payout: an expiry's address for each market of the house, in their order, and all of the moment")]
    ExpiryAccounts,
    #[msg("payout: one to twenty margin accounts")]
    Batch,

    // invariants
    #[msg("invariant: the custody holds less than what is booked")]
    Insolvent,
    #[msg("invariant: cash appeared or vanished although no token moved")]
    NotConserved,
}

/// Returns the error of a refusal, with its numbers in the log.
#[cold]
#[inline(never)]
pub fn refused(numbers: impl Debug, error: OptionsError) -> Error {
    msg!("{:?}", numbers);
    error.into()
}

/// Turns the refusals of pure functions into errors, with their numbers in the log.
pub trait Refuse<T> {
    /// Returns the value, or the error of the rule that refused it.
    ///
    /// # Errors
    /// That error.
    fn or_refuse(self) -> Result<T>;
}

impl<T, E: Debug + Copy + Into<OptionsError>> Refuse<T> for core::result::Result<T, E> {
    fn or_refuse(self) -> Result<T> {
        self.map_err(|refusal| refused(refusal, refusal.into()))
    }
}
