//! Parts of events: prices, book and targets as a decision saw them.

use anchor_lang::prelude::*;
use ballast_core_vault::directional::Outlook;
use ballast_core_vault::exposure::{Reason, Targets};
use ballast_core_vault::prices::MarketPrices;
use ballast_core_vault::rebalance::Exposure;
use ballast_risk::state::Fixed;

/// The three prices a decision used.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Copy, Debug)]
pub struct Prices {
    /// Price less confidence.
    pub low: Fixed,
    /// Price.
    pub mid: Fixed,
    /// Price plus confidence.
    pub high: Fixed,
    /// The market's slow price.
    pub slow: Fixed,
}

impl From<&MarketPrices> for Prices {
    fn from(prices: &MarketPrices) -> Self {
        Self {
            low: prices.bounds.low.into(),
            mid: prices.bounds.mid.into(),
            high: prices.bounds.high.into(),
            slow: prices.slow.into(),
        }
    }
}

/// A book as a rebalance saw it.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Copy, Debug)]
pub struct BookView {
    /// Lots held.
    pub lots: i64,
    /// Lots held if the order in flight fills.
    pub lots_if_filled: i64,
    /// Dollar delta, quote base units.
    pub delta: i64,
    /// Net asset value at the published price, quote base units.
    pub nav: i64,
}

impl From<&Exposure> for BookView {
    fn from(exposure: &Exposure) -> Self {
        Self {
            lots: exposure.lots.0,
            lots_if_filled: exposure.lots_if_filled.0,
            delta: exposure.delta.0,
            nav: exposure.nav.0,
        }
    }
}

/// The targets a rebalance was judged by.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Copy, Debug)]
pub struct TargetsView {
    /// Target dollar delta.
    pub delta: i64,
    /// Half-width of the band.
    pub band: i64,
    /// Greatest |D|.
    pub cap: i64,
    /// Greatest |D| that may be reached by adding to it.
    pub open: i64,
    /// Cushion over the floor.
    pub cushion: i64,
    /// Floor.
    pub floor: i64,
}

impl From<&Targets> for TargetsView {
    fn from(targets: &Targets) -> Self {
        Self {
            delta: targets.delta.0,
            band: targets.band.0,
            cap: targets.cap.0,
            open: targets.open.0,
            cushion: targets.cushion.0,
            floor: targets.floor.0,
        }
    }
}

/// Why a rebalance was due.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Copy, Debug, PartialEq, Eq)]
pub enum TradeReason {
    /// |D| was above what may be held.
    Breach,
    /// D was outside its band.
    Drift,
}

impl From<Reason> for TradeReason {
    fn from(reason: Reason) -> Self {
        match reason {
            Reason::Breach => Self::Breach,
            Reason::Drift => Self::Drift,
        }
    }
}

/// What a market said of the days ahead.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Copy, Debug)]
pub struct OutlookView {
    /// Strength of the trend of weeks, basis points.
    pub strength: u32,
    /// Slow volatility a year, basis points.
    pub volatility: u32,
    /// 0 Calm, 1 Elevated, 2 Stressed, 3 Crisis.
    pub regime: u8,
    /// Acceleration of the trend of days in standard deviations, 28 fraction bits; the smallest i32
    /// without any variance.
    pub acceleration: i32,
}

impl From<&Outlook> for OutlookView {
    fn from(outlook: &Outlook) -> Self {
        Self {
            strength: outlook.strength.0,
            volatility: outlook.volatility.0,
            regime: outlook.regime as u8,
            acceleration: outlook.acceleration.map_or(i32::MIN, |score| score.0.to_bits()),
        }
    }
}
