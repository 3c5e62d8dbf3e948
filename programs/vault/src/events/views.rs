//! Parts of events: prices, book and targets as a decision saw them.

use anchor_lang::prelude::*;
use ballast_core_vault::directional::Outlook;
use ballast_core_vault::prices::{MarketPrices, Prices};
use ballast_core_vault::rebalance::Exposure;
use ballast_core_vault::targets::{Reason, Targets};
use ballast_risk::state::Fixed;

/// What a decision used of one market.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Copy, Debug)]
pub struct PricesView {
    /// Price less confidence.
    pub low: Fixed,
    /// Price.
    pub mid: Fixed,
    /// Price plus confidence.
    pub high: Fixed,
    /// The market's slow price.
    pub slow: Fixed,
    /// Whether the price was admitted for the purpose itself.
    pub is_admitted: bool,
    /// Whether none was admitted for anything, and these are the last there were.
    pub is_refused: bool,
}

impl PricesView {
    /// Returns those of each market, in its place.
    pub fn of(prices: &Prices) -> Vec<Self> {
        prices.markets.iter().flatten().map(Self::from).collect()
    }
}

impl From<&MarketPrices> for PricesView {
    fn from(prices: &MarketPrices) -> Self {
        Self {
            low: prices.bounds.low.into(),
            mid: prices.bounds.mid.into(),
            high: prices.bounds.high.into(),
            slow: prices.slow.into(),
            is_admitted: prices.is_admitted,
            is_refused: prices.refusal.is_some(),
        }
    }
}

/// An order, and what filled of it.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Copy, Debug)]
pub struct OrderView {
    /// The leg, by its place in the vault.
    pub leg: u8,
    /// Lots ordered.
    pub ordered: i64,
    /// Lots filled.
    pub filled: i64,
    /// Fill price; zero while the order waits.
    pub fill_price: Fixed,
}

/// A leg as a rebalance saw it.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Copy, Debug)]
pub struct LegView {
    /// Its market, by that one's place in the vault.
    pub market: u8,
    /// Lots held.
    pub lots: i64,
    /// Lots held if the order in flight fills.
    pub lots_if_filled: i64,
    /// Dollar delta, quote base units.
    pub delta: i64,
}

/// A book as a rebalance saw it.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Debug)]
pub struct BookView {
    /// Its legs, each in its place.
    pub legs: Vec<LegView>,
    /// Net asset value at the published prices, quote base units.
    pub nav: i64,
}

impl From<&Exposure> for BookView {
    fn from(exposure: &Exposure) -> Self {
        let legs = exposure.legs.iter().flatten().map(|leg| LegView {
            // There are four of them.
            market: u8::try_from(leg.market).unwrap_or(u8::MAX),
            lots: leg.lots.0,
            lots_if_filled: leg.lots_if_filled.0,
            delta: leg.delta.0,
        });
        Self {
            legs: legs.collect(),
            nav: exposure.nav.0,
        }
    }
}

/// The target of one market.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Copy, Debug)]
pub struct TargetView {
    /// Target dollar delta.
    pub delta: i64,
    /// Half-width of the band.
    pub band: i64,
    /// Greatest sum of |D| that may be reached by adding to this market.
    pub open: i64,
    /// Greatest |D| of this market alone, where there is such a bound.
    pub cap: Option<i64>,
    /// What the market said of the days ahead.
    pub outlook: OutlookView,
}

/// The targets a rebalance was judged by.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Debug)]
pub struct TargetsView {
    /// Those of each market, in its place.
    pub markets: Vec<TargetView>,
    /// Greatest sum of |D|.
    pub cap: i64,
    /// Cushion over the floor.
    pub cushion: i64,
    /// Floor.
    pub floor: i64,
}

impl TargetsView {
    /// Returns the targets of markets, with what their prices came with.
    pub fn of(targets: &Targets, prices: &Prices) -> Self {
        let markets = targets.markets.iter().zip(&prices.markets);
        let markets = markets.filter_map(|(target, prices)| {
            let (target, prices) = (target.as_ref()?, prices.as_ref()?);
            Some(TargetView {
                delta: target.delta.0,
                band: target.band.0,
                open: target.open.0,
                cap: target.cap.map(|cap| cap.0),
                outlook: (&prices.outlook).into(),
            })
        });
        Self {
            markets: markets.collect(),
            cap: targets.cap.0,
            cushion: targets.cushion.0,
            floor: targets.floor.0,
        }
    }
}

/// Why a rebalance was due.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Copy, Debug, PartialEq, Eq)]
pub enum TradeReason {
    /// The sum of |D| was above what may be held.
    Breach,
    /// D of a market was outside its band.
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
