//! The reference venue.

use super::numbers::{base_units, Decimal};
use super::Config;
use anyhow::Result;
use ballast_reference_venue::state::MarketParams;
use serde::Deserialize;

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Venue {
    half_spread: Decimal,
    depth_one_percent: u64,
    taker_fee: Decimal,
    initial_margin: Decimal,
    maintenance_margin: Decimal,
    liquidation_fee: Decimal,
    funding_scale_per_day: Decimal,
    funding_cap_per_day: Decimal,
    max_open_interest_units: u64,
    insurance_fund: u64,
}

impl Config {
    /// Returns the venue's market. A lot is a millionth of a unit of the asset, as a base unit is a
    /// millionth of a USDC.
    ///
    /// # Errors
    /// If an amount does not fit.
    pub fn venue_market(&self) -> Result<MarketParams> {
        let venue = &self.venue;
        Ok(MarketParams {
            half_spread: venue.half_spread.stored(),
            depth_one_percent: base_units(venue.depth_one_percent)?,
            taker_fee: venue.taker_fee.stored(),
            initial_margin: venue.initial_margin.stored(),
            maintenance_margin: venue.maintenance_margin.stored(),
            liquidation_fee: venue.liquidation_fee.stored(),
            funding_scale_per_day: venue.funding_scale_per_day.stored(),
            funding_cap_per_day: venue.funding_cap_per_day.stored(),
            max_open_interest_lots: i64::try_from(base_units(venue.max_open_interest_units)?)?,
        })
    }

    /// Returns the venue's insurance fund, base units.
    ///
    /// # Errors
    /// If it does not fit.
    pub fn insurance_fund(&self) -> Result<u64> {
        base_units(self.venue.insurance_fund)
    }
}
