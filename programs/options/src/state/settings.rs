//! Parameters as accounts and instructions carry them. What each means and may be is at the pure
//! type.

use crate::errors::{refused, OptionsError};
use anchor_lang::prelude::*;
use ballast_core_clearing::params::{ChargeParams, ClearingHouseParams, ExpiryRules, ListingParams, StrikeRange};
use ballast_core_types::basis_points::BasisPoints;
use ballast_core_types::Lots;
use bytemuck::{Pod, Zeroable};

/// [`ClearingHouseParams`], without the decimals, which are the quote mint's.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub struct ClearingHouseSettings {
    /// Oldest surface that margin may be computed from, seconds.
    pub max_surface_age_seconds: u32,
    /// How long before expiry the cash-need rule counts a position, seconds.
    pub cash_window_seconds: u32,
    /// The insurance fund's part of a liquidator's discount, basis points.
    pub liquidation_fee: u32,
    /// Zero.
    pub padding: u32,
}

/// [`ListingParams`]. Shares are basis points.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub struct ListingSettings {
    /// Sizes are whole multiples of this, lots.
    pub min_size: i64,
    /// The least spread charge for each series held, base units.
    pub spread_floor: u64,
    /// Size that is free of the concentration charge, lots.
    pub free_size: i64,
    /// Least strike as a share of the spot at creation.
    pub min_strike: u32,
    /// Greatest strike as a share of the spot at creation.
    pub max_strike: u32,
    /// Least time to expiry at creation, seconds.
    pub min_tenor_seconds: u32,
    /// Spread charge, of the spot for each lot.
    pub spread: u32,
    /// Greatest concentration charge, of the spot for each lot.
    pub concentration: u32,
    /// Share of the open interest that is free of it.
    pub free_share: u32,
    /// Any day so many days ahead may be an expiry.
    pub daily_days: u16,
    /// Fridays so many days ahead.
    pub weekly_days: u16,
    /// Last Fridays of months so many days ahead.
    pub longest_days: u16,
    /// What a taker pays to the insurance fund, of the spot for each lot.
    pub taker_fee: u16,
}

impl ClearingHouseSettings {
    /// As the pure functions take them.
    pub fn params(&self, quote_decimals: u8) -> ClearingHouseParams {
        ClearingHouseParams {
            quote_decimals,
            max_surface_age_seconds: self.max_surface_age_seconds,
            cash_window_seconds: self.cash_window_seconds,
            liquidation_fee: BasisPoints(self.liquidation_fee),
        }
    }

    /// # Errors
    /// [`OptionsError::Parameter`]; rule, value and range go to the log.
    pub fn validate(&self, quote_decimals: u8) -> Result<()> {
        let valid = self.params(quote_decimals).validate();
        valid.map_err(|bad| refused(bad, OptionsError::Parameter))
    }
}

impl ListingSettings {
    /// As the pure functions take them.
    pub fn params(&self) -> ListingParams {
        ListingParams {
            strikes: StrikeRange {
                least: BasisPoints(self.min_strike),
                greatest: BasisPoints(self.max_strike),
            },
            expiries: ExpiryRules {
                daily_days: self.daily_days,
                weekly_days: self.weekly_days,
                longest_days: self.longest_days,
                min_seconds: self.min_tenor_seconds,
            },
            min_size: Lots(self.min_size),
            charges: ChargeParams {
                spread: BasisPoints(self.spread),
                spread_floor: self.spread_floor,
                concentration: BasisPoints(self.concentration),
                free_share: BasisPoints(self.free_share),
                free_size: Lots(self.free_size),
            },
            taker_fee: BasisPoints(u32::from(self.taker_fee)),
        }
    }

    /// # Errors
    /// [`OptionsError::Parameter`]; rule, value and range go to the log.
    pub fn validate(&self) -> Result<()> {
        let valid = self.params().validate();
        valid.map_err(|bad| refused(bad, OptionsError::Parameter))
    }
}
