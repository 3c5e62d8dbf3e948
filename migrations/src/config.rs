//! The configuration file.

use crate::house::{House, Surface};
use crate::publication::price_of;
use anchor_lang::prelude::Pubkey;
use anyhow::{anyhow, Context, Result};
use ballast_core_types::basis_points::BasisPoints;
use ballast_core_types::I80F48;
use ballast_market_data::markets::{self, Markets};
use ballast_reference_venue::state::MarketParams;
use ballast_risk::state::{
    ExitHaircutParams, Fixed, MarketParams as RiskParams, StoredBreakerSettings, UseSettings, VenueSource,
};
use ballast_risk::CreateMarketArgs;
use ballast_rpc::tokens::UNIT;
use ballast_sdk::{addresses, prices};
use ballast_vault::state::{VaultBreakerSettings, VaultPolicy};
use ballast_venues::VenueKind;
use serde::{Deserialize, Deserializer};
use std::collections::BTreeMap;
use std::path::Path;

/// The configuration that is checked in beside this crate.
pub const DEFAULT: &str = include_str!("../local.toml");

/// A decimal number written as text.
#[derive(Clone, Copy, Debug)]
pub struct Decimal(Fixed);

impl Decimal {
    /// As accounts carry it.
    pub(crate) fn stored(self) -> Fixed {
        self.0
    }

    /// As a number.
    pub(crate) fn fixed(self) -> I80F48 {
        self.0.get()
    }
}

impl<'de> Deserialize<'de> for Decimal {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let number = text.parse::<I80F48>();
        let number = number
            .map_err(|_| serde::de::Error::custom(format!("`{text}` is not a decimal number such as \"0.01\"")))?;
        Ok(Self(number.into()))
    }
}

/// The whole file.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    feeds: BTreeMap<String, String>,
    first_prices: BTreeMap<String, f64>,
    risk: Risk,
    venue: Venue,
    vault: Vault,
    surface: Surface,
    house: House,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Risk {
    trade: Usage,
    nav: Usage,
    exit: Usage,
    settle: Usage,
    standard_order: u64,
    exit_haircut: Haircut,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Usage {
    max_age_seconds: u32,
    max_age_slots: u32,
    max_confidence: Decimal,
    max_deviation: Decimal,
    max_divergence: Decimal,
    requires_second: bool,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Haircut {
    base: Decimal,
    per_hour: Decimal,
    max: Decimal,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Venue {
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

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Vault {
    target: Decimal,
    band: Decimal,
    floor: Decimal,
    multiplier: Decimal,
    max_leverage: Decimal,
    price_band: Decimal,
    min_improvement: Decimal,
    max_cost: Decimal,
    collateral_ratio: Decimal,
    nav_rise_per_hour: Decimal,
    deposit_cap: u64,
    breakers: Breakers,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Breakers {
    guardian: bool,
    longest_gap_seconds: u32,
    window_seconds: u32,
    drawdown: Breaker,
    nav_jump: Breaker,
    turnover: Breaker,
    keeper_spend: Breaker,
    venue_failure: Breaker,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Breaker {
    trip: u32,
    clear: u32,
    quiet_seconds: u32,
}

impl Breaker {
    fn settings(&self) -> StoredBreakerSettings {
        StoredBreakerSettings {
            trip: self.trip,
            clear: self.clear,
            quiet_seconds: self.quiet_seconds,
        }
    }
}

impl Usage {
    fn settings(&self) -> UseSettings {
        UseSettings {
            max_age_seconds: self.max_age_seconds,
            max_age_slots: self.max_age_slots,
            max_confidence: self.max_confidence.0,
            max_deviation: self.max_deviation.0,
            max_divergence: BasisPoints::ceil(self.max_divergence.0.ratio()).0,
        }
    }
}

pub(crate) fn base_units(whole: u64) -> Result<u64> {
    whole
        .checked_mul(UNIT)
        .ok_or_else(|| anyhow!("{whole} test USDC are more than a token account can hold"))
}

impl Config {
    /// Reads a configuration.
    ///
    /// # Errors
    /// The line and the rule it breaks.
    pub fn parse(text: &str) -> Result<Self> {
        toml::from_str(text).map_err(|error| anyhow!("{}", error.to_string().trim_end().replace('\n', " ")))
    }

    /// Reads a configuration file.
    ///
    /// # Errors
    /// The file, and why it cannot be used.
    pub fn load(path: &Path) -> Result<Self> {
        let text = std::fs::read_to_string(path).with_context(|| format!("{}: cannot be read", path.display()))?;
        Self::parse(&text).with_context(|| path.display().to_string())
    }

    /// The feed id of an asset.
    ///
    /// # Errors
    /// If the file names no such feed, or not 64 hexadecimal digits.
    pub fn feed(&self, asset: &str) -> Result<[u8; 32]> {
        let known = || self.feeds.keys().cloned().collect::<Vec<_>>().join(", ");
        let text = self
            .feeds
            .get(asset)
            .ok_or_else(|| anyhow!("no feed is configured for {asset}; there is {}", known()))?;
        let digits = |i: usize| {
            text.get(2 * i..2 * i + 2)
                .and_then(|pair| u8::from_str_radix(pair, 16).ok())
        };
        let bytes: Option<Vec<u8>> = (0..32).map(digits).collect();
        let bytes = bytes
            .filter(|_| text.len() == 64)
            .and_then(|bytes| bytes.try_into().ok());
        bytes.ok_or_else(|| anyhow!("the feed id of {asset} has to be 64 hexadecimal digits"))
    }

    /// The risk market of an asset, made by `creator`: prices and uses are this file's, signals, regime and breakers those that
    /// `markets.toml` has for it. Pyth is its first source and Switchboard its second; the reference venue tells its liquidity.
    ///
    /// # Errors
    /// See [`Self::feed`]; a market's parameter, with its rule and value.
    pub fn risk_market(&self, asset: &str, creator: &Pubkey, quote_mint: &Pubkey) -> Result<CreateMarketArgs> {
        let name = format!("{asset}-USD");
        let name = addresses::market_name(&name).ok_or_else(|| anyhow!("{name} is too long for a market's name"))?;
        let market = Markets::parse(markets::DEFAULT)?.get(asset)?.typed(asset)?;
        let venue = addresses::venue_market(&addresses::risk_market(creator, &name), quote_mint);
        let (risk, feed) = (&self.risk, self.feed(asset)?);
        let uses = [&risk.trade, &risk.nav, &risk.exit, &risk.settle];
        Ok(CreateMarketArgs {
            name,
            initial_variance: market.initial_variance.annual().into(),
            params: RiskParams {
                standard_order: base_units(risk.standard_order)?,
                sources: [
                    prices::pull_source(feed),
                    prices::switchboard_source(prices::local_switchboard_account(&feed)),
                ],
                venues: [
                    VenueSource::new(VenueKind::Reference, ballast_reference_venue::ID, venue),
                    VenueSource::default(),
                ],
                requires_second: uses.map(|usage| usage.requires_second.into()),
                uses: uses.map(Usage::settings),
                exit_haircut: ExitHaircutParams {
                    base: risk.exit_haircut.base.0,
                    per_hour: risk.exit_haircut.per_hour.0,
                    max: risk.exit_haircut.max.0,
                },
                observation: (&market.params).into(),
            },
        })
    }

    /// The price that a fresh local network begins with, units of 10^[`EXPONENT`](crate::publication::EXPONENT).
    ///
    /// # Errors
    /// If the file has none for the asset, or not a price.
    pub fn first_price(&self, asset: &str) -> Result<i64> {
        let price = self.first_prices.get(asset);
        let price = price.ok_or_else(|| anyhow!("[first_prices] has none for {asset}"))?;
        price_of(*price).with_context(|| format!("[first_prices] {asset}"))
    }

    /// The volatility surface of the asset's market.
    pub fn surface(&self) -> &Surface {
        &self.surface
    }

    /// The options clearing house.
    pub fn house(&self) -> &House {
        &self.house
    }

    /// The assets that a market can be made for.
    pub fn assets(&self) -> impl Iterator<Item = &str> {
        self.feeds.keys().map(String::as_str)
    }

    /// The venue's market. A lot is a millionth of a unit of the asset, as a base unit is a millionth of a USDC.
    ///
    /// # Errors
    /// If an amount does not fit.
    pub fn venue_market(&self) -> Result<MarketParams> {
        let venue = &self.venue;
        Ok(MarketParams {
            half_spread: venue.half_spread.0,
            depth_one_percent: base_units(venue.depth_one_percent)?,
            taker_fee: venue.taker_fee.0,
            initial_margin: venue.initial_margin.0,
            maintenance_margin: venue.maintenance_margin.0,
            liquidation_fee: venue.liquidation_fee.0,
            funding_scale_per_day: venue.funding_scale_per_day.0,
            funding_cap_per_day: venue.funding_cap_per_day.0,
            max_open_interest_lots: i64::try_from(base_units(venue.max_open_interest_units)?)?,
        })
    }

    /// The venue's insurance fund, base units.
    ///
    /// # Errors
    /// If it does not fit.
    pub fn insurance_fund(&self) -> Result<u64> {
        base_units(self.venue.insurance_fund)
    }

    /// The vault's policy.
    ///
    /// # Errors
    /// If an amount does not fit.
    pub fn policy(&self) -> Result<VaultPolicy> {
        let vault = &self.vault;
        Ok(VaultPolicy {
            target: vault.target.0,
            band: vault.band.0,
            floor: vault.floor.0,
            multiplier: vault.multiplier.0,
            max_leverage: vault.max_leverage.0,
            price_band: vault.price_band.0,
            min_improvement: vault.min_improvement.0,
            max_cost: vault.max_cost.0,
            collateral_ratio: vault.collateral_ratio.0,
            nav_rise_per_hour: vault.nav_rise_per_hour.0,
            deposit_cap: base_units(vault.deposit_cap)?,
        })
    }

    /// The settings of the vault's breakers.
    pub fn vault_breakers(&self) -> VaultBreakerSettings {
        let breakers = &self.vault.breakers;
        VaultBreakerSettings {
            settings: [
                &breakers.drawdown,
                &breakers.nav_jump,
                &breakers.turnover,
                &breakers.keeper_spend,
                &breakers.venue_failure,
            ]
            .map(Breaker::settings),
            longest_gap_seconds: breakers.longest_gap_seconds,
            window_seconds: breakers.window_seconds,
        }
    }

    /// Whether the vault has a guardian.
    pub fn has_guardian(&self) -> bool {
        self.vault.breakers.guardian
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checked_in_configuration_is_one_the_programs_accept() {
        let config = Config::parse(DEFAULT).unwrap();
        for asset in ["BTC", "ETH", "SOL"] {
            let (creator, mint) = (Pubkey::new_unique(), Pubkey::new_unique());
            let market = config.risk_market(asset, &creator, &mint).unwrap();
            market.params.validate().unwrap();
            ballast_risk::state::validate_initial_variance(market.initial_variance.ratio()).unwrap();
            assert!(config.first_price(asset).unwrap() > 0);
        }
        let venue = config.venue_market().unwrap();
        venue.validate().unwrap();
        config.policy().unwrap().validate(venue.initial_margin()).unwrap();
        config.vault_breakers().validate().unwrap();
        assert!(config.has_guardian());
        config.house().create(1, [1; 32]).unwrap();
        let now = 1_770_000_000;
        let surface = config.surface().create(now, Pubkey::new_unique()).unwrap();
        assert!(surface.grid.iter().all(|expiry| expiry.rem_euclid(86_400) == 28_800));
        assert!(surface.grid.windows(2).all(|pair| pair[0] < pair[1]));
        // All expiries ahead, and those of half a year later.
        for later in [0, 180 * 86_400] {
            let expiries: Vec<i64> = surface
                .grid
                .iter()
                .copied()
                .filter(|at| *at > now + later + 3_600)
                .take(8)
                .collect();
            assert_eq!(expiries.len(), if later == 0 { 8 } else { 3 });
            for slice in config.surface().smile(&expiries, now + later) {
                assert!(slice.variance > 0 && slice.curvature > 0 && slice.skew < 0, "{slice:?}");
            }
        }
    }

    #[test]
    fn a_house_whose_parameter_is_out_of_range_is_refused_with_rule_and_value() {
        for (right, wrong, expected) in [
            ("least_samples = 20", "least_samples = 4", "LeastSamples"),
            ("spread = \"0.0025\"", "spread = \"0.00001\"", "whole basis points"),
            ("\nspread = \"0.0025\"", "\nspread = \"0.2\"", "value: 2000"),
            (
                "discount_of_spot = \"0.0025\"",
                "discount_of_spot = \"0.0026\"",
                "DiscountOfSpot",
            ),
            (
                "cash_window_seconds = 86_400",
                "cash_window_seconds = 6_599",
                "CashWindow",
            ),
            ("grace_seconds = 600", "grace_seconds = 1", "Grace"),
            ("volatility = 0.55", "volatility = 9.0", "volatility 9"),
            (
                "skew_change_per_hour = \"0.2\"",
                "skew_change_per_hour = \"2\"",
                "[surface]",
            ),
        ] {
            assert!(DEFAULT.contains(right), "{right}");
            let config = Config::parse(&DEFAULT.replace(right, wrong));
            let tried = config.and_then(|config| {
                config.surface().create(0, Pubkey::new_unique())?;
                config.house().create(1, [1; 32])
            });
            let message = format!("{:#}", tried.unwrap_err());
            assert!(message.contains(expected), "{wrong}: {message}");
        }
    }

    #[test]
    fn what_is_wrong_is_named() {
        let wrong = DEFAULT.replace("half_spread = \"0.0003\"", "half_spread = \"a bit\"");
        let message = format!("{:#}", Config::parse(&wrong).unwrap_err());
        assert!(message.contains("a bit") && !message.contains('\n'), "{message}");
        let unknown = DEFAULT.replace("[vault]", "[vault]\nlarge = true");
        assert!(format!("{:#}", Config::parse(&unknown).unwrap_err()).contains("large"));
        assert!(Config::parse(DEFAULT)
            .unwrap()
            .feed("DOGE")
            .unwrap_err()
            .to_string()
            .contains("BTC, ETH, SOL"));
    }
}
