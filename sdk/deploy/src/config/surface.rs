//! The volatility surface that margin is computed from.

use super::numbers::Decimal;
use anyhow::{anyhow, Result};
use ballast_core_clearing::calendar::EXPIRY_SECOND;
use ballast_core_types::SECONDS_PER_DAY;
use ballast_risk::state::{StoredSlice, SurfaceSettings};
use ballast_risk::CreateSurfaceArgs;
use ballast_sdk::Pubkey;
use serde::Deserialize;

/// Seconds of a year of 365 days, as the surface counts.
const YEAR: f64 = 365.0 * 86_400.0;

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
    volatility: f64,
    skew: f64,
}

impl Surface {
    /// Returns what the surface is created with at `now`: its expiries are at 08:00 UTC, as the
    /// clearing house's.
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
            padding: 0,
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

    /// Returns the configured smile at these expiries as seen at `now`: one volatility and one skew
    /// for all of them, and a curvature of the inverse root of the total variance, which has no
    /// arbitrage as long as |skew| < 1.
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
