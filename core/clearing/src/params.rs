//! What a house is created with, for good: one bundle, validated whole. No parameter switches a
//! rule off by being zero, and each has a hard-coded largest value, so that whoever creates a house
//! cannot make it one that takes from its members.

use crate::settlement::WINDOW_SECONDS;
use ballast_core_margin::{HORIZON_SECONDS, MAX_MARKETS};
use ballast_core_types::basis_points::BasisPoints;
use ballast_core_types::Lots;
use core::ops::RangeInclusive;

/// Most markets of a house.
pub const MAX_LISTINGS: usize = MAX_MARKETS;
/// A liquidation lapses so many seconds after it began.
pub const LIQUIDATION_SECONDS: i64 = 3_600;
/// What an account has at least to find its cash before a liquidation for want of it can have come
/// to its lowest price; seconds.
const MIN_NOTICE_SECONDS: i64 = 3_600;

/// Which strikes may be created.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StrikeRange {
    /// Least strike as a share of the spot at creation: 5…100 %.
    pub least: BasisPoints,
    /// Greatest strike as a share of the spot at creation: 100…2,000 %. Together with the least it
    /// stays within the pricing's e^±5.
    pub greatest: BasisPoints,
}

/// Which expiries may be created, all at 08:00 UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExpiryRules {
    /// Any day so many days ahead or less: 1…14.
    pub daily_days: u16,
    /// Fridays so many days ahead or less: from the daily limit to 70.
    pub weekly_days: u16,
    /// The last Friday of a month so many days ahead or less: from the weekly limit to 730.
    pub longest_days: u16,
    /// Least time to expiry at creation, seconds: an hour to a day.
    pub min_seconds: u32,
}

/// What a margin requirement has besides the risk engine's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChargeParams {
    /// The cost of closing a position, as a share of the spot for each lot: 1…1,000 basis points.
    pub spread: BasisPoints,
    /// The least of that for each series held, base units: 1…10⁹.
    pub spread_floor: u64,
    /// The concentration charge of who holds everything, as a share of the spot for each lot:
    /// 10…5,000 basis points.
    pub concentration: BasisPoints,
    /// Share of the market's open interest that is free of it: 0…50 %.
    pub free_share: BasisPoints,
    /// Size that is free of it however small the open interest is: 0…10¹⁵ lots.
    pub free_size: Lots,
}

/// One market of a house.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ListingParams {
    /// Which strikes there are.
    pub strikes: StrikeRange,
    /// Which expiries there are.
    pub expiries: ExpiryRules,
    /// Sizes are whole multiples of this: 1…10¹² lots.
    pub min_size: Lots,
    /// Charges.
    pub charges: ChargeParams,
    /// What a taker pays to the insurance fund, as a share of the spot for each lot: 0…10 basis
    /// points, and never more than an eighth of the premium.
    pub taker_fee: BasisPoints,
}

/// What all markets of a house share.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClearingHouseParams {
    /// Decimals of the quote token, and so of a lot: 0…9.
    pub quote_decimals: u8,
    /// Oldest surface that margin may be computed from, seconds: 60…3,600.
    pub max_surface_age_seconds: u32,
    /// How long before expiry the cash-need rule counts a position, seconds: to a day, and long
    /// enough for a liquidation to be over an hour before the settlement's window.
    pub cash_window_seconds: u32,
    /// The insurance fund's part of a liquidator's discount: 0…25 %.
    pub liquidation_fee: BasisPoints,
}

/// The rule that a bundle of parameters breaks: the field is outside the range that its
/// documentation gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ParamError {
    /// [`StrikeRange::least`].
    MinStrike,
    /// [`StrikeRange::greatest`].
    MaxStrike,
    /// [`ExpiryRules::daily_days`].
    DailyDays,
    /// [`ExpiryRules::weekly_days`].
    WeeklyDays,
    /// [`ExpiryRules::longest_days`].
    LongestDays,
    /// [`ExpiryRules::min_seconds`].
    MinTenor,
    /// [`ListingParams::min_size`].
    MinSize,
    /// [`ChargeParams::spread`].
    Spread,
    /// [`ChargeParams::spread_floor`].
    SpreadFloor,
    /// [`ChargeParams::concentration`].
    Concentration,
    /// [`ChargeParams::free_share`].
    FreeShare,
    /// [`ChargeParams::free_size`].
    FreeSize,
    /// [`ListingParams::taker_fee`].
    TakerFee,
    /// [`ClearingHouseParams::quote_decimals`].
    QuoteDecimals,
    /// [`ClearingHouseParams::max_surface_age_seconds`].
    SurfaceAge,
    /// [`ClearingHouseParams::cash_window_seconds`].
    CashWindow,
    /// [`ClearingHouseParams::liquidation_fee`].
    LiquidationFee,
}

/// A rule with the value that broke it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BadParam {
    /// The rule.
    pub rule: ParamError,
    /// The value, as a number in the field's own unit.
    pub value: i64,
    /// The least that is allowed.
    pub least: i64,
    /// The most that is allowed.
    pub greatest: i64,
}

fn within(rule: ParamError, value: i64, range: RangeInclusive<i64>) -> Result<(), BadParam> {
    if range.contains(&value) {
        return Ok(());
    }
    Err(BadParam {
        rule,
        value,
        least: *range.start(),
        greatest: *range.end(),
    })
}

fn points(value: BasisPoints) -> i64 {
    i64::from(value.0)
}

impl ListingParams {
    /// # Errors
    /// The first [`ParamError`] that is broken, in the order of the fields.
    pub fn validate(&self) -> Result<(), BadParam> {
        let strikes = &self.strikes;
        within(ParamError::MinStrike, points(strikes.least), 500..=10_000)?;
        within(ParamError::MaxStrike, points(strikes.greatest), 10_000..=200_000)?;
        self.expiries.validate()?;
        within(ParamError::MinSize, self.min_size.0, 1..=1_000_000_000_000)?;
        self.charges.validate()?;
        within(ParamError::TakerFee, points(self.taker_fee), 0..=10)
    }
}

impl ExpiryRules {
    fn validate(&self) -> Result<(), BadParam> {
        let (daily, weekly) = (i64::from(self.daily_days), i64::from(self.weekly_days));
        within(ParamError::DailyDays, daily, 1..=14)?;
        within(ParamError::WeeklyDays, weekly, daily..=70)?;
        within(ParamError::LongestDays, i64::from(self.longest_days), weekly..=730)?;
        // Longer than the window of settlement, so that no series is born inside its own.
        within(ParamError::MinTenor, i64::from(self.min_seconds), 3_600..=86_400)
    }
}

impl ChargeParams {
    fn validate(&self) -> Result<(), BadParam> {
        within(ParamError::Spread, points(self.spread), 1..=1_000)?;
        let floor = i64::try_from(self.spread_floor).unwrap_or(i64::MAX);
        within(ParamError::SpreadFloor, floor, 1..=1_000_000_000)?;
        within(ParamError::Concentration, points(self.concentration), 10..=5_000)?;
        within(ParamError::FreeShare, points(self.free_share), 0..=5_000)?;
        within(ParamError::FreeSize, self.free_size.0, 0..=1_000_000_000_000_000)
    }
}

impl ClearingHouseParams {
    /// # Errors
    /// The first [`ParamError`] that is broken, in the order of the fields.
    pub fn validate(&self) -> Result<(), BadParam> {
        within(ParamError::QuoteDecimals, i64::from(self.quote_decimals), 0..=9)?;
        let age = i64::from(self.max_surface_age_seconds);
        within(ParamError::SurfaceAge, age, 60..=3_600)?;
        // From the first need of cash for an expiry a liquidation has come to its lowest price
        // before the window of settlement begins. Longer than the scenarios' horizon, and the
        // scenarios would say too little.
        let least = WINDOW_SECONDS
            .saturating_add(LIQUIDATION_SECONDS)
            .saturating_add(MIN_NOTICE_SECONDS);
        let window = i64::from(self.cash_window_seconds);
        within(ParamError::CashWindow, window, least..=HORIZON_SECONDS)?;
        within(ParamError::LiquidationFee, points(self.liquidation_fee), 0..=2_500)
    }

    /// 10^decimals: how many lots one unit of the underlying is.
    pub fn lots_per_unit(&self) -> u64 {
        10u64.saturating_pow(u32::from(self.quote_decimals.min(9)))
    }
}

#[cfg(test)]
mod tests;
