//! The options clearing house.

use super::numbers::{base_units, millionths, Decimal, Points};
use anyhow::{anyhow, Result};
use ballast_options::state::{ClearingHouseSettings, ListingSettings};
use ballast_options::CreateClearingHouseArgs;
use ballast_rpc::tokens::{DECIMALS, UNIT};
use serde::Deserialize;

/// The clearing house and its one listing.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClearingHouse {
    insurance_fund: u64,
    max_surface_age_seconds: u32,
    cash_window_seconds: u32,
    liquidation_fee: Points,
    taker_fee: Points,
    min_size: Decimal,
    spread_floor: Decimal,
    free_size: u64,
    min_strike: Points,
    max_strike: Points,
    min_tenor_seconds: u32,
    spread: Points,
    concentration: Points,
    free_share: Points,
    daily_days: u16,
    weekly_days: u16,
    longest_days: u16,
}

impl ClearingHouse {
    /// Returns what the house is created with, on a cluster with this genesis hash.
    ///
    /// # Errors
    /// The parameter whose rule is broken, with its value and range.
    pub fn create(&self, number: u64, genesis: [u8; 32]) -> Result<CreateClearingHouseArgs> {
        let settings = ClearingHouseSettings {
            max_surface_age_seconds: self.max_surface_age_seconds,
            cash_window_seconds: self.cash_window_seconds,
            liquidation_fee: self.liquidation_fee.0,
            padding: 0,
        };
        let listing = self.listing()?;
        let broken = |bad| anyhow!("[house]: a parameter is out of its range: {bad:?}");
        settings.params(DECIMALS).validate().map_err(broken)?;
        listing.params().validate().map_err(broken)?;
        Ok(CreateClearingHouseArgs {
            number,
            cluster: genesis,
            settings,
            listings: vec![listing],
        })
    }

    /// Returns the listing. A lot is a millionth of a unit of the underlying, as a base unit is one
    /// of a USDC.
    fn listing(&self) -> Result<ListingSettings> {
        let lots = |units: u64| units.checked_mul(UNIT).and_then(|lots| i64::try_from(lots).ok());
        Ok(ListingSettings {
            min_size: i64::try_from(millionths(self.min_size, "min_size")?)?,
            spread_floor: millionths(self.spread_floor, "spread_floor")?,
            free_size: lots(self.free_size).ok_or_else(|| anyhow!("free_size {} does not fit", self.free_size))?,
            min_strike: self.min_strike.0,
            max_strike: self.max_strike.0,
            min_tenor_seconds: self.min_tenor_seconds,
            spread: self.spread.0,
            concentration: self.concentration.0,
            free_share: self.free_share.0,
            daily_days: self.daily_days,
            weekly_days: self.weekly_days,
            longest_days: self.longest_days,
            taker_fee: u16::try_from(self.taker_fee.0)?,
        })
    }

    /// Returns its insurance fund, base units.
    ///
    /// # Errors
    /// If it does not fit.
    pub fn insurance_fund(&self) -> Result<u64> {
        base_units(self.insurance_fund)
    }
}
