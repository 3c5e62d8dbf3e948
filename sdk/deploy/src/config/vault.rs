//! The vault: its policy and its breakers.

use super::numbers::{base_units, millionths, Decimal, Points};
use super::Config;
use anyhow::Result;
use ballast_risk::state::StoredBreakerSettings;
use ballast_vault::state::{MarketPolicy, ShareName, VaultBreakerSettings, VaultPolicy, MANUAL, RULE_BASED};
use serde::Deserialize;

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Vault {
    mode: Mode,
    base: Decimal,
    reference_volatility: Points,
    band: Decimal,
    least_trade: Decimal,
    slice: Decimal,
    floor: Decimal,
    high_fall_per_day: Decimal,
    multiplier: Decimal,
    max_leverage: Decimal,
    price_band: Decimal,
    max_cost: Decimal,
    collateral_ratio: Decimal,
    outflow: Decimal,
    management_fee: Decimal,
    performance_fee: Decimal,
    keeper_rate: Decimal,
    keeper_task: Decimal,
    aversion: u32,
    deposit_cap: u64,
    share: Share,
    breakers: Breakers,
}

/// What decides the target.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Mode {
    Manual,
    RuleBased,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Share {
    name: String,
    symbol: String,
    uri: String,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Breakers {
    guardian: bool,
    longest_gap_seconds: u32,
    window_seconds: u32,
    drawdown: Breaker,
    unexplained_move: Breaker,
    turnover: Breaker,
    trading_loss: Breaker,
    venue_failure: Breaker,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Breaker {
    trip: u32,
    reset: u32,
    cooldown_seconds: u32,
}

impl Breaker {
    fn settings(&self) -> StoredBreakerSettings {
        StoredBreakerSettings {
            trip: self.trip,
            reset: self.reset,
            cooldown_seconds: self.cooldown_seconds,
        }
    }
}

impl Config {
    /// Returns the vault's policy.
    ///
    /// # Errors
    /// If an amount does not fit.
    pub fn policy(&self) -> Result<VaultPolicy> {
        let vault = &self.vault;
        Ok(VaultPolicy {
            band: vault.band.stored(),
            least_trade: vault.least_trade.stored(),
            slice: vault.slice.stored(),
            floor: vault.floor.stored(),
            high_fall_per_day: vault.high_fall_per_day.stored(),
            multiplier: vault.multiplier.stored(),
            max_leverage: vault.max_leverage.stored(),
            price_band: vault.price_band.stored(),
            max_cost: vault.max_cost.stored(),
            collateral_ratio: vault.collateral_ratio.stored(),
            outflow: vault.outflow.stored(),
            management_fee: vault.management_fee.stored(),
            performance_fee: vault.performance_fee.stored(),
            keeper_rate: vault.keeper_rate.stored(),
            keeper_task: millionths(vault.keeper_task, "keeper_task")?,
            deposit_cap: base_units(vault.deposit_cap)?,
            mode: match vault.mode {
                Mode::Manual => MANUAL,
                Mode::RuleBased => RULE_BASED,
            },
            aversion: vault.aversion,
        })
    }

    /// Returns what the vault wants of its market.
    pub fn market_policy(&self) -> MarketPolicy {
        MarketPolicy {
            base: self.vault.base.stored(),
            reference_volatility: self.vault.reference_volatility.0,
            legs: 1,
            padding: [0; 3],
        }
    }

    /// Returns what the shares of the vault on an asset are called.
    pub fn share(&self, asset: &str) -> ShareName {
        let named = |text: &str| text.replace("{asset}", asset);
        let Share { name, symbol, uri } = &self.vault.share;
        ShareName {
            name: named(name),
            symbol: named(symbol),
            uri: named(uri),
        }
    }

    /// Returns the settings of the vault's breakers.
    pub fn vault_breakers(&self) -> VaultBreakerSettings {
        let breakers = &self.vault.breakers;
        VaultBreakerSettings {
            settings: [
                &breakers.drawdown,
                &breakers.unexplained_move,
                &breakers.turnover,
                &breakers.trading_loss,
                &breakers.venue_failure,
            ]
            .map(Breaker::settings),
            longest_gap_seconds: breakers.longest_gap_seconds,
            window_seconds: breakers.window_seconds,
        }
    }

    /// Returns whether the vault has a guardian.
    pub fn has_guardian(&self) -> bool {
        self.vault.breakers.guardian
    }
}
