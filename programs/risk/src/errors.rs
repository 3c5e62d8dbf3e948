//! Every error of the risk program, each named for its rule.

use anchor_lang::prelude::*;
use ballast_core_margin::AssessError;
use ballast_core_market::admission::PriceError;
use ballast_core_market::breaker::{Breaker, BreakerParamError};
use ballast_core_market::observation::ObservationParamError;
use ballast_core_market::price_clock::{ClockParamError, DeclareError};
use ballast_core_market::regime::{Indicator, RegimeParamError};
use ballast_core_market::signals::SignalParamError;
use ballast_core_market::surface_feed::FeedError;
use ballast_core_math::surface::{SliceError, SurfaceError};

/// The risk program's errors.
#[error_code]
#[derive(PartialEq, Eq)]
pub enum RiskError {
    #[msg("price account: not owned by the market's price source")]
    PriceOwner,
    #[msg("price account: not a price update of this source")]
    PriceLayout,
    #[msg("price account: of another feed than the market's")]
    PriceFeed,
    #[msg("price account: not fully verified")]
    PriceUnverified,
    #[msg("price: not trading, the publishers give no current price")]
    PriceNotTrading,
    #[msg("price: zero or negative")]
    PriceNotPositive,
    #[msg("price: exponent outside -12..=0")]
    PriceExponent,
    #[msg(
        "price: published further ahead of the chain's clock than the market tolerates, or posted in a slot to come"
    )]
    PriceFromTheFuture,
    #[msg("price: older than this use allows, or than an observation takes in (30 s); observe a newer one")]
    PriceTooOld,
    #[msg("price: confidence interval wider than this use allows")]
    PriceTooWide,
    #[msg("price: further from the slow price than this use allows")]
    PriceTooFarFromSlowPrice,
    #[msg("price: this use requires that both sources agreed in the last minute; observe both within five seconds of each other")]
    NoSecondSource,
    #[msg("price: the two sources are further apart than this use allows")]
    SourcesDiverge,
    #[msg("price: does not fit the fixed-point format")]
    PriceOutOfRange,
    #[msg("observe: the market has a second price source, and its account was not passed")]
    SecondFeedMissing,
    #[msg("observe: the market has a source for its quote token, and its account was not passed")]
    QuoteFeedMissing,
    #[msg("observe: the market's venue accounts have to follow, each once and in the order of its parameters")]
    VenueAccounts,
    #[msg("market: no price observed yet")]
    NothingObserved,
    #[msg("silence: the market has no such source, or was never observed")]
    NoSuchSource,
    #[msg("silence: the source's last price is not a minute old, by the chain's clock and by its slots")]
    NotSilent,
    #[msg("silence: the source is declared silent already")]
    SilenceDeclaredAlready,
    #[msg("market parameter: name must be 1 to 16 printable ASCII characters")]
    MarketName,
    #[msg("market parameter: maximum age outside 1 s ..= 10 s (margin: 60 s)")]
    MaxAge,
    #[msg("market parameter: tolerance ahead of the chain's clock outside 2 s ..= 10 s")]
    ClockAhead,
    #[msg("market parameter: a slot's least length outside 20 ms ..= 1,000 ms")]
    ClockSlot,
    #[msg("market parameter: maximum confidence outside (0, 10 %]")]
    MaxConfidence,
    #[msg("market parameter: maximum deviation from the slow price outside (0, 90 %]")]
    MaxDeviation,
    #[msg("market parameter: maximum divergence of the second source outside 0.01 % ..= 20 %")]
    MaxDivergence,
    #[msg("market parameter: a settlement's maximum confidence outside (0, 2 %]")]
    GradeConfidence,
    #[msg("market parameter: a settlement's maximum divergence of the second source outside 0.01 % ..= 20 %")]
    GradeDivergence,
    #[msg("market parameter: sampling time outside 1 s ..= 1 day, or more than a quarter of the fast variance's time constant")]
    Sampling,
    #[msg("market parameter: variance time constants outside 1 minute ..= 90 days, or the slow one not at least twice the fast one")]
    VarianceTimeConstant,
    #[msg("market parameter: the moments' time constant outside 1 minute ..= 90 days, or shorter than the fast variance's")]
    MomentsTimeConstant,
    #[msg("market parameter: a trend's time constant outside 1 minute ..= 90 days, or its slow one not at least twice its fast one")]
    TrendTimeConstant,
    #[msg("market parameter: time constant of the trading cost outside 1 minute ..= 90 days")]
    TradingCostTimeConstant,
    #[msg("market parameter: maximum age of the surface outside 1 minute ..= 1 day")]
    SurfaceAge,
    #[msg("market parameter: fall of the slow high outside 0.01 % ..= 20 % a day")]
    HighFall,
    #[msg("market parameter: slow-price rate outside (0, 100 %] an hour")]
    SlowPriceRate,
    #[msg("market parameter: jump floor outside 0.01 % ..= 10 %")]
    JumpFloor,
    #[msg("market parameter: a regime threshold is zero; the log names the indicator")]
    RegimeZero,
    #[msg("market parameter: a regime's exit threshold is not under where it is entered; the log names the indicator")]
    RegimeHysteresis,
    #[msg("market parameter: a worse regime's thresholds are not above those of the milder one; the log names the indicator")]
    RegimeOrder,
    #[msg("market parameter: the threshold of Crisis is above the highest accepted; the log names the indicator")]
    RegimeTooHigh,
    #[msg("market parameter: dwell of the regime outside 10 minutes ..= 30 days")]
    RegimeDwell,
    #[msg("market parameter: longest gap of the regime is zero, or more than a quarter of the dwell")]
    RegimeGap,
    #[msg("market parameter: a breaker's trip is outside what its row accepts; the log names the breaker")]
    BreakerTrip,
    #[msg("market parameter: a breaker's reset is zero, or not under its trip; the log names the breaker")]
    BreakerReset,
    #[msg("market parameter: a breaker's cooldown outside 1 minute ..= 7 days; the log names the breaker")]
    BreakerCooldown,
    #[msg("market parameter: longest gap of the breakers is zero, or more than a quarter of their shortest cooldown")]
    BreakerGap,
    #[msg("market parameter: exit haircut must satisfy 0 < base <= maximum <= 50 % and 0 < growth per hour <= 50 %")]
    ExitHaircut,
    #[msg("market parameter: initial variance outside [0.0001, 25] a year (1 % to 500 % volatility)")]
    InitialVariance,
    #[msg("market parameter: worst day outside a log move of 0.1 ..= 1.5")]
    WorstDay,
    #[msg("market parameter: price source of an unknown kind, or without a feed")]
    PriceSource,
    #[msg("market parameter: the price source's owner is no program that is known for its kind")]
    SourceOwner,
    #[msg("market parameter: the second price source is the first one")]
    SecondSource,
    #[msg("market parameter: the quote token's source is one of the price's")]
    QuoteSource,
    #[msg("market parameter: a second source required by a use or a settlement must exist, and exits never require one (flags are 0 or 1)")]
    RequiresSecond,
    #[msg("market parameter: venues must be known, named, different, and come before those not used")]
    VenueSource,
    #[msg("market parameter: the standard order is zero, or does not fit")]
    StandardOrder,
    #[msg("arithmetic: a value does not fit")]
    OutOfRange,
    #[msg("market: account layout version not supported")]
    MarketVersion,
    #[msg("surface: account layout version not supported")]
    SurfaceVersion,
    #[msg("surface: never published, older than the reader allows, or all its expiries have passed")]
    SurfaceStale,
    #[msg("surface: not the market's creator, who is its authority")]
    SurfaceAuthority,
    #[msg("surface: of another market")]
    SurfaceMarket,
    #[msg("surface parameter: least interval outside 1 s ..= 1 hour")]
    SurfaceInterval,
    #[msg("surface parameter: maximum age of a submission outside 10 s ..= 1 day")]
    SurfaceSubmissionAge,
    #[msg("surface parameter: least time to expiry outside 61 s ..= 7 days")]
    SurfaceTimeToExpiry,
    #[msg("surface parameter: averaged tenor outside 1 day ..= 1 year, or its checkpoints' spacing outside 1 minute ..= 7 days")]
    SurfaceAverage,
    #[msg("surface parameter: change per hour outside (0, 400 %] for variance and curvature, (0, 1] for skew")]
    SurfaceChangeBound,
    #[msg("surface feeders: 1 to 16 different ones, and at least one and at most all of them required")]
    SurfaceFeeders,
    #[msg("surface feeders: none are proposed, or they were not put in force within a week and lapsed")]
    FeedersNotProposed,
    #[msg("surface feeders: proposed less than 48 hours ago")]
    FeedersNotDue,
    #[msg("surface grid: 1 to 16 expiries ahead, within five years and an hour or more apart, with every published one that is still ahead")]
    SurfaceGrid,
    #[msg("submission: not a registered feeder's")]
    NotAFeeder,
    #[msg("submission account: for another surface")]
    SubmissionSurface,
    #[msg("publication: pass the submission account of every feeder, in the order of the feeders")]
    SubmissionAccounts,
    #[msg("surface: the slices are not those of the grid's next expiries")]
    OffGrid,
    #[msg("surface: less than the least interval since the last publication")]
    PublishedTooSoon,
    #[msg("surface: fewer fresh submissions than required, or more than sixteen")]
    TooFewSubmissions,
    #[msg("surface: a slice's time, at-the-money volatility (1 % to 500 %) or skew is out of range")]
    SliceOutOfRange,
    #[msg("surface: butterfly arbitrage, theta phi (1+|rho|) must be below 4")]
    ButterflyWings,
    #[msg("surface: butterfly arbitrage, theta phi^2 (1+|rho|) must be at most 4")]
    ButterflyCurvature,
    #[msg("surface: calendar arbitrage, theta must not fall with expiry")]
    CalendarVariance,
    #[msg("surface: calendar arbitrage, phi must not rise with expiry")]
    CalendarCurvature,
    #[msg("surface: calendar arbitrage, theta phi (1-rho) must not fall with expiry")]
    CalendarPutWing,
    #[msg("surface: calendar arbitrage, theta phi (1+rho) must not fall with expiry")]
    CalendarCallWing,
    #[msg("assess: accounts must be market and surface for each of one to four markets")]
    AssessAccounts,
    #[msg("assess: not a market of this program")]
    AssessMarket,
    #[msg("assess: a market was passed twice")]
    AssessMarketRepeated,
    #[msg("assess: markets must be in rising order of their addresses")]
    AssessMarketOrder,
    #[msg("assess: not the surface of its market")]
    AssessSurface,
    #[msg("assess: price published longer ago than the caller allows")]
    AssessPriceTooOld,
    #[msg("book: more than 32 legs")]
    BookTooLong,
    #[msg("book: contract is neither linear, nor a call, nor a put")]
    BookContract,
    #[msg("book: a leg names a market that was not passed")]
    BookUnknownMarket,
    #[msg("book: a price with more than nine decimal places")]
    BookDecimal,
    #[msg("book: an option has expired")]
    BookExpired,
    #[msg("book: an option on a market that was passed without a surface")]
    BookNoVolatility,
    #[msg("book: a position is worth 2^51 base units or more")]
    BookTooLarge,
}

impl From<PriceError> for RiskError {
    fn from(error: PriceError) -> Self {
        match error {
            PriceError::NothingObserved => Self::NothingObserved,
            PriceError::NotPositive => Self::PriceNotPositive,
            PriceError::ExponentOutOfRange => Self::PriceExponent,
            PriceError::FromTheFuture => Self::PriceFromTheFuture,
            PriceError::TooOld => Self::PriceTooOld,
            PriceError::TooWide => Self::PriceTooWide,
            PriceError::TooFarFromSlowPrice => Self::PriceTooFarFromSlowPrice,
            PriceError::NoSecondSource => Self::NoSecondSource,
            PriceError::SourcesDiverge => Self::SourcesDiverge,
            PriceError::OutOfRange => Self::PriceOutOfRange,
        }
    }
}

impl From<DeclareError> for RiskError {
    fn from(error: DeclareError) -> Self {
        match error {
            DeclareError::NoSource => Self::NoSuchSource,
            DeclareError::NotSilent => Self::NotSilent,
            DeclareError::AlreadyDeclared => Self::SilenceDeclaredAlready,
        }
    }
}

impl From<ClockParamError> for RiskError {
    fn from(rule: ClockParamError) -> Self {
        match rule {
            ClockParamError::Ahead => Self::ClockAhead,
            ClockParamError::LeastSlot => Self::ClockSlot,
        }
    }
}

impl From<SignalParamError> for RiskError {
    fn from(rule: SignalParamError) -> Self {
        match rule {
            SignalParamError::Sampling => Self::Sampling,
            SignalParamError::VarianceTimes => Self::VarianceTimeConstant,
            SignalParamError::Moments => Self::MomentsTimeConstant,
            SignalParamError::Trend => Self::TrendTimeConstant,
            SignalParamError::SlowPriceRate => Self::SlowPriceRate,
            SignalParamError::HighFall => Self::HighFall,
            SignalParamError::JumpFloor => Self::JumpFloor,
        }
    }
}

/// Returns the error of a broken rule; the indicator or the breaker it is about goes to the log.
pub fn observation(rule: ObservationParamError) -> RiskError {
    let of = |indicator: Indicator, error| {
        msg!("indicator: {}", indicator.name());
        error
    };
    let kept = |breaker: Breaker, error| {
        msg!("breaker: {}", breaker.name());
        error
    };
    match rule {
        ObservationParamError::Signal(rule) => rule.into(),
        ObservationParamError::SurfaceAge => RiskError::SurfaceAge,
        ObservationParamError::Regime(RegimeParamError::Zero(indicator, _)) => of(indicator, RiskError::RegimeZero),
        ObservationParamError::Regime(RegimeParamError::Hysteresis(indicator, _)) => {
            of(indicator, RiskError::RegimeHysteresis)
        }
        ObservationParamError::Regime(RegimeParamError::Order(indicator, _)) => of(indicator, RiskError::RegimeOrder),
        ObservationParamError::Regime(RegimeParamError::TooHigh(indicator)) => of(indicator, RiskError::RegimeTooHigh),
        ObservationParamError::Regime(RegimeParamError::Dwell) => RiskError::RegimeDwell,
        ObservationParamError::Regime(RegimeParamError::LongestGap) => RiskError::RegimeGap,
        ObservationParamError::Breaker(BreakerParamError::Trip(breaker)) => kept(breaker, RiskError::BreakerTrip),
        ObservationParamError::Breaker(BreakerParamError::Reset(breaker)) => kept(breaker, RiskError::BreakerReset),
        ObservationParamError::Breaker(BreakerParamError::Cooldown(breaker)) => {
            kept(breaker, RiskError::BreakerCooldown)
        }
        ObservationParamError::Breaker(BreakerParamError::LongestGap) => RiskError::BreakerGap,
    }
}

impl From<FeedError> for RiskError {
    fn from(error: FeedError) -> Self {
        match error {
            FeedError::TooSoon => Self::PublishedTooSoon,
            FeedError::TooFew | FeedError::TooMany => Self::TooFewSubmissions,
            FeedError::Grid | FeedError::Surface(SurfaceError::Count) => Self::OffGrid,
            FeedError::Surface(SurfaceError::Slice { error, .. }) => error.into(),
        }
    }
}

impl From<SliceError> for RiskError {
    fn from(rule: SliceError) -> Self {
        match rule {
            SliceError::Time | SliceError::AtmVolatility | SliceError::Skew => Self::SliceOutOfRange,
            // The grid increases, so slices on it do.
            SliceError::Order => Self::OffGrid,
            SliceError::ButterflyWings => Self::ButterflyWings,
            SliceError::ButterflyCurvature => Self::ButterflyCurvature,
            SliceError::CalendarVariance => Self::CalendarVariance,
            SliceError::CalendarCurvature => Self::CalendarCurvature,
            SliceError::CalendarPutWing => Self::CalendarPutWing,
            SliceError::CalendarCallWing => Self::CalendarCallWing,
        }
    }
}

impl From<AssessError> for RiskError {
    fn from(error: AssessError) -> Self {
        match error {
            AssessError::TooManyLegs => Self::BookTooLong,
            AssessError::MarketCount => Self::AssessAccounts,
            AssessError::UnknownMarket => Self::BookUnknownMarket,
            AssessError::Decimal => Self::BookDecimal,
            AssessError::Expired => Self::BookExpired,
            AssessError::NoVolatility => Self::BookNoVolatility,
            AssessError::Grid(_) | AssessError::Loading => Self::OutOfRange,
        }
    }
}

/// Returns the program's error of the core's; the slice it is about goes to the log.
pub(crate) fn refused(error: FeedError) -> Error {
    if let FeedError::Surface(SurfaceError::Slice { slice, .. }) = error {
        msg!("slice {}", slice);
    }
    RiskError::from(error).into()
}
