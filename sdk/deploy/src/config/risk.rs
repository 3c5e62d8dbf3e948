//! The risk market: which prices are good for what, and what is learned from them.

use super::numbers::{base_units, Decimal};
use super::Config;
use anyhow::{anyhow, Result};
use ballast_core_types::basis_points::BasisPoints;
use ballast_market_data::markets::Typed;
use ballast_risk::state::{ClockSettings, ExitHaircutParams, GradeSettings, MarketParams, UseSettings, VenueSource};
use ballast_risk::CreateMarketArgs;
use ballast_sdk::{addresses, prices, Pubkey};
use ballast_venues::VenueKind;
use serde::Deserialize;

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Risk {
    trade: Usage,
    nav: Usage,
    exit: Usage,
    margin: Usage,
    settlement: Settlement,
    clock: Clock,
    standard_order: u64,
    exit_haircut: Haircut,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Usage {
    max_age_seconds: u32,
    max_confidence: Decimal,
    max_deviation: Decimal,
    max_divergence: Decimal,
    requires_second: bool,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Settlement {
    max_confidence: Decimal,
    max_divergence: Decimal,
    requires_second: bool,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Clock {
    ahead_seconds: u32,
    least_slot_milliseconds: u32,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Haircut {
    base: Decimal,
    per_hour: Decimal,
    max: Decimal,
}

impl Usage {
    fn settings(&self) -> UseSettings {
        UseSettings {
            max_age_seconds: self.max_age_seconds,
            max_confidence: self.max_confidence.stored(),
            max_deviation: self.max_deviation.stored(),
            max_divergence: BasisPoints::ceil(self.max_divergence.stored().ratio()).0,
            requires_second: self.requires_second.into(),
        }
    }
}

impl Settlement {
    fn settings(&self) -> GradeSettings {
        GradeSettings {
            max_confidence: self.max_confidence.stored(),
            max_divergence: BasisPoints::ceil(self.max_divergence.stored().ratio()).0,
            requires_second: self.requires_second.into(),
        }
    }
}

impl Config {
    /// Returns the risk market of an asset, made by `creator`: prices and uses are this file's,
    /// signals, regime and breakers those that `markets.toml` has for it. Pyth is its first source,
    /// Switchboard its second, and Pyth the quote token's; the reference venue tells its liquidity.
    ///
    /// # Errors
    /// See [`Self::feed`]; a market's parameter, with its rule and value.
    pub fn risk_market(&self, asset: &str, creator: &Pubkey, quote_mint: &Pubkey) -> Result<CreateMarketArgs> {
        let name = format!("{asset}-USD");
        let name = addresses::market_name(&name).ok_or_else(|| anyhow!("{name} is too long for a market's name"))?;
        let market = Typed::checked_in(asset)?;
        let venue = addresses::venue_market(&addresses::risk_market(creator, &name), quote_mint);
        let (risk, feed) = (&self.risk, self.feed(asset)?);
        let uses = [&risk.trade, &risk.nav, &risk.exit, &risk.margin];
        Ok(CreateMarketArgs {
            name,
            initial_variance: market.initial_variance.annual().into(),
            worst_day: market.worst_day.into(),
            params: MarketParams {
                standard_order: base_units(risk.standard_order)?,
                sources: [
                    prices::pull_source(feed),
                    prices::switchboard_source(prices::local_switchboard_account(&feed)),
                    prices::pull_source(self.quote_feed()?),
                ],
                venues: [
                    VenueSource::new(VenueKind::Reference, ballast_reference_venue::ID, venue),
                    VenueSource::default(),
                ],
                padding: [0; 11],
                uses: uses.map(Usage::settings),
                settlement: risk.settlement.settings(),
                exit_haircut: ExitHaircutParams {
                    base: risk.exit_haircut.base.stored(),
                    per_hour: risk.exit_haircut.per_hour.stored(),
                    max: risk.exit_haircut.max.stored(),
                },
                clock: ClockSettings {
                    ahead_seconds: risk.clock.ahead_seconds,
                    least_slot_milliseconds: risk.clock.least_slot_milliseconds,
                },
                observation: (&market.params).into(),
            },
        })
    }
}
