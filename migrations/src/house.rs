//! The options clearing house of a local network, and the volatility surface its margin is computed from: what the configuration says of them.

use crate::config::{base_units, Decimal};
use anchor_lang::prelude::Pubkey;
use anyhow::{anyhow, Result};
use ballast_core_clearing::calendar::EXPIRY_SECOND;
use ballast_core_types::{I80F48, SECONDS_PER_DAY};
use ballast_options::state::{HouseSettings, ListingSettings};
use ballast_options::CreateHouseArgs;
use ballast_risk::state::{StoredSlice, SurfaceSettings};
use ballast_risk::CreateSurfaceArgs;
use ballast_rpc::tokens::{DECIMALS, UNIT};
use serde::{Deserialize, Deserializer};

/// Seconds of a year of 365 days, as the surface counts.
const YEAR: f64 = 365.0 * 86_400.0;

/// A share written as decimal text that is a whole number of basis points: `"0.0025"` is 25.
#[derive(Clone, Copy, Debug)]
struct Points(u32);

impl<'de> Deserialize<'de> for Points {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let wrong = || {
            serde::de::Error::custom(format!(
                "`{text}` is not a share in whole basis points such as \"0.0025\""
            ))
        };
        let points = text
            .parse::<I80F48>()
            .map_err(|_| wrong())?
            .checked_mul_int(10_000)
            .ok_or_else(wrong)?;
        let whole = points.round();
        // The nearest binary fraction of a decimal is off by less than 2^-48 before the multiplication.
        if points.abs_diff(whole).to_bits() > 1 << 20 {
            return Err(wrong());
        }
        whole.checked_to_num().map(Self).ok_or_else(wrong)
    }
}

/// The surface of the asset's market.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Surface {
    grid_days: Vec<i64>,
    min_interval_seconds: u32,
    max_submission_age_seconds: u32,
    min_time_to_expiry_seconds: u32,
    average_tenor_seconds: u32,
    average_spacing_seconds: u32,
    variance_change_per_hour: Decimal,
    skew_change_per_hour: Decimal,
    curvature_change_per_hour: Decimal,
    floor_share: Decimal,
    volatility: f64,
    skew: f64,
}

/// The clearing house and its one listing.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct House {
    insurance_fund: u64,
    greatest_surface_age_seconds: u32,
    cash_window_seconds: u32,
    liquidation_seconds: u32,
    grace_seconds: u32,
    least_size: Decimal,
    spread_floor: Decimal,
    free_size: u64,
    least_strike: Points,
    greatest_strike: Points,
    least_tenor_seconds: u32,
    spread: Points,
    concentration: Points,
    free_share: Points,
    discount_of_spot: Points,
    discount_of_mark: Points,
    window_seconds: u32,
    spacing_seconds: u32,
    extension_seconds: u32,
    greatest_delay_seconds: u32,
    daily_days: u16,
    weekly_days: u16,
    longest_days: u16,
    least_samples: u16,
}

fn millionths(value: Decimal, name: &str) -> Result<u64> {
    let units = value.fixed().checked_mul_int(i128::from(UNIT)).map(I80F48::round);
    let units = units.and_then(|units| units.checked_to_num::<u64>());
    units.ok_or_else(|| anyhow!("{name} does not fit"))
}

impl Surface {
    /// What the surface is created with at `now`: its expiries are at 08:00 UTC, as the clearing house's.
    ///
    /// # Errors
    /// The parameter whose rule is broken.
    pub fn create(&self, now: i64, feeder: Pubkey) -> Result<CreateSurfaceArgs> {
        let settings = SurfaceSettings {
            min_interval_seconds: self.min_interval_seconds,
            max_submission_age_seconds: self.max_submission_age_seconds,
            min_time_to_expiry_seconds: self.min_time_to_expiry_seconds,
            average_tenor_seconds: self.average_tenor_seconds,
            average_spacing_seconds: self.average_spacing_seconds,
            variance_change_per_hour: self.variance_change_per_hour.stored(),
            skew_change_per_hour: self.skew_change_per_hour.stored(),
            curvature_change_per_hour: self.curvature_change_per_hour.stored(),
            floor_share: self.floor_share.stored(),
        };
        settings.validate().map_err(|error| anyhow!("[surface]: {error}"))?;
        if !(0.01..=5.0).contains(&self.volatility) || !(-0.9..=0.9).contains(&self.skew) {
            return Err(anyhow!(
                "[surface]: volatility {} and skew {} have to be within 0.01 to 5 and -0.9 to 0.9",
                self.volatility,
                self.skew
            ));
        }
        let midnight = now.div_euclid(SECONDS_PER_DAY).saturating_mul(SECONDS_PER_DAY);
        let expiry = |days: &i64| {
            midnight
                .saturating_add(EXPIRY_SECOND)
                .saturating_add(days.saturating_mul(SECONDS_PER_DAY))
        };
        Ok(CreateSurfaceArgs {
            settings,
            grid: self.grid_days.iter().map(expiry).collect(),
            feeders: vec![feeder],
            required: 1,
        })
    }

    /// The configured smile at these expiries as seen at `now`: one volatility and one skew for all of them, and a curvature of the inverse root
    /// of the total variance, which has no arbitrage as long as |skew| < 1.
    pub fn smile(&self, expiries: &[i64], now: i64) -> Vec<StoredSlice> {
        let slice = |expiry: &i64| {
            let years = expiry.saturating_sub(now).max(1) as f64 / YEAR;
            let total = self.volatility * self.volatility * years;
            StoredSlice {
                expiry: *expiry,
                variance: (self.volatility * self.volatility * 2f64.powi(56)) as u64,
                skew: (self.skew * 2f64.powi(62)) as i64,
                curvature: (total.sqrt().recip() * 2f64.powi(48)) as u64,
            }
        };
        expiries.iter().map(slice).collect()
    }
}

impl House {
    /// What the house is created with, on a cluster with this genesis hash.
    ///
    /// # Errors
    /// The parameter whose rule is broken, with its value and range.
    pub fn create(&self, number: u64, genesis: [u8; 32]) -> Result<CreateHouseArgs> {
        let settings = HouseSettings {
            greatest_surface_age_seconds: self.greatest_surface_age_seconds,
            cash_window_seconds: self.cash_window_seconds,
            liquidation_seconds: self.liquidation_seconds,
            grace_seconds: self.grace_seconds,
        };
        let listing = self.listing()?;
        let broken = |bad| anyhow!("[house]: a parameter is out of its range: {bad:?}");
        settings.params(DECIMALS).validate().map_err(broken)?;
        listing.params().validate().map_err(broken)?;
        settings
            .params(DECIMALS)
            .check_listing(&listing.params())
            .map_err(broken)?;
        Ok(CreateHouseArgs {
            number,
            cluster: genesis,
            settings,
            listings: vec![listing],
        })
    }

    /// A lot is a millionth of a unit of the underlying, as a base unit is one of a USDC.
    fn listing(&self) -> Result<ListingSettings> {
        let lots = |units: u64| units.checked_mul(UNIT).and_then(|lots| i64::try_from(lots).ok());
        Ok(ListingSettings {
            least_size: i64::try_from(millionths(self.least_size, "least_size")?)?,
            spread_floor: millionths(self.spread_floor, "spread_floor")?,
            free_size: lots(self.free_size).ok_or_else(|| anyhow!("free_size {} does not fit", self.free_size))?,
            least_strike: self.least_strike.0,
            greatest_strike: self.greatest_strike.0,
            least_tenor_seconds: self.least_tenor_seconds,
            spread: self.spread.0,
            concentration: self.concentration.0,
            free_share: self.free_share.0,
            discount_of_spot: self.discount_of_spot.0,
            discount_of_mark: self.discount_of_mark.0,
            window_seconds: self.window_seconds,
            spacing_seconds: self.spacing_seconds,
            extension_seconds: self.extension_seconds,
            greatest_delay_seconds: self.greatest_delay_seconds,
            daily_days: self.daily_days,
            weekly_days: self.weekly_days,
            longest_days: self.longest_days,
            least_samples: self.least_samples,
        })
    }

    /// Its insurance fund, base units.
    ///
    /// # Errors
    /// If it does not fit.
    pub fn insurance_fund(&self) -> Result<u64> {
        base_units(self.insurance_fund)
    }
}
