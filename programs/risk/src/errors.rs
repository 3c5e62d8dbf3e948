//! Every refusal of the risk program, each named for its rule.

use anchor_lang::prelude::*;
use ballast_risk_policy::admission::PriceRefusal;
use ballast_risk_policy::signals::ObserveRefusal;

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
    #[msg("price: published or posted in the future")]
    PriceFromTheFuture,
    #[msg("price: older than the one the market has observed")]
    PriceOlderThanStored,
    #[msg("price: older in seconds than this use allows")]
    PriceTooOld,
    #[msg("price: older in slots than this use allows")]
    PriceTooManySlotsOld,
    #[msg("price: confidence interval wider than this use allows")]
    PriceTooWide,
    #[msg("price: further from the slow price than this use allows")]
    PriceTooFarFromSlowPrice,
    #[msg("price: does not fit the fixed-point format")]
    PriceOutOfRange,
    #[msg("observe: less than the market's minimum interval since the last observation")]
    ObservedTooSoon,
    #[msg("market: no price observed yet")]
    NothingObserved,
    #[msg("market parameter: name must be 1 to 16 printable ASCII characters")]
    MarketName,
    #[msg("market parameter: maximum age outside 1 s ..= 1 day")]
    MaxAge,
    #[msg("market parameter: maximum age in slots outside 1 ..= 1,000,000")]
    MaxAgeSlots,
    #[msg("market parameter: maximum confidence outside (0, 10 %]")]
    MaxConfidence,
    #[msg("market parameter: maximum deviation from the slow price outside (0, 90 %]")]
    MaxDeviation,
    #[msg("market parameter: minimum interval outside 1 s ..= 1 hour")]
    MinInterval,
    #[msg("market parameter: variance time constant outside 1 minute ..= 30 days")]
    VarianceTimeConstant,
    #[msg("market parameter: slow-price rate outside (0, 100 %] an hour")]
    SlowPriceRate,
    #[msg("market parameter: jump threshold outside [1, 50] standard deviations")]
    JumpThreshold,
    #[msg("market parameter: jump floor outside (0, 50 %]")]
    JumpFloor,
    #[msg("market parameter: jump quiet time outside 1 minute ..= 7 days")]
    JumpQuiet,
    #[msg("market parameter: exit haircut must satisfy 0 < base <= maximum <= 50 % and 0 < growth per hour <= 50 %")]
    ExitHaircut,
    #[msg("market parameter: initial variance outside [0.0001, 25] a year (1 % to 500 % volatility)")]
    InitialVariance,
    #[msg("market parameter: price source is the default address")]
    PriceSource,
    #[msg("arithmetic: a value does not fit")]
    OutOfRange,
    #[msg("market: account layout version not supported")]
    MarketVersion,
    #[msg("surface: account layout version not supported")]
    SurfaceVersion,
    #[msg("surface: never published, older than the reader allows, or all its expiries have passed")]
    SurfaceStale,
}

impl From<PriceRefusal> for RiskError {
    fn from(refusal: PriceRefusal) -> Self {
        match refusal {
            PriceRefusal::NotPositive => Self::PriceNotPositive,
            PriceRefusal::ExponentOutOfRange => Self::PriceExponent,
            PriceRefusal::FromTheFuture => Self::PriceFromTheFuture,
            PriceRefusal::OlderThanStored => Self::PriceOlderThanStored,
            PriceRefusal::TooOld => Self::PriceTooOld,
            PriceRefusal::TooManySlotsOld => Self::PriceTooManySlotsOld,
            PriceRefusal::TooWide => Self::PriceTooWide,
            PriceRefusal::TooFarFromSlowPrice => Self::PriceTooFarFromSlowPrice,
            PriceRefusal::OutOfRange => Self::PriceOutOfRange,
        }
    }
}

impl From<ObserveRefusal> for RiskError {
    fn from(refusal: ObserveRefusal) -> Self {
        match refusal {
            ObserveRefusal::TooSoon => Self::ObservedTooSoon,
            ObserveRefusal::OutOfRange => Self::OutOfRange,
        }
    }
}
