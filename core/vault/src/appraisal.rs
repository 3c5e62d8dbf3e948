//! What a vault is worth at one moment, for one purpose, and what follows from that.
//!
//! An [`Appraisal`] is built once an instruction. It owns prices, net asset values, breakers and
//! permissions; targets and the rest are asked of it. A rebalance builds a second one of the book
//! it leaves, at the same prices. The program, the bots and a browser build the same.

use crate::exposure::{targets, RemainingCapital, Targets};
use crate::monitor::{MonitorUpdate, ShareValue, VaultMonitor, VaultObservation};
use crate::portfolio::Portfolio;
use crate::prices::MarketPrices;
use crate::rebalance::Exposure;
use crate::shares;
use crate::state::{ShareMark, VaultState};
use ballast_core_market::admission::Now;
use ballast_core_market::breaker::{permitted, BreakerSet, Permissions};
use ballast_core_types::{Position, Ratio, Shares, UnixTime, Value};

/// What an appraisal is made of.
#[derive(Clone, Copy, Debug)]
pub struct AppraisalInputs<'a> {
    /// The vault's decoded state.
    pub vault: &'a VaultState,
    /// The market's prices for the purpose.
    pub prices: MarketPrices,
    /// The position at the venue, its funding brought up to date at the published price.
    pub position: Position,
    /// Share supply.
    pub supply: Shares,
    /// Chain time.
    pub now: Now,
}

/// Net asset values of a vault, quote base units.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NetAssetValues {
    /// Low: losses at the adverse price, gains only as far as the slow price confirms them.
    pub low: Value,
    /// Low with its rise per share limited: what redemptions are paid from.
    pub redemption: Value,
}

/// A vault at one moment.
#[derive(Clone, Copy, Debug)]
pub struct Appraisal<'a> {
    /// The vault as it was found.
    pub vault: &'a VaultState,
    /// Prices.
    pub prices: MarketPrices,
    /// What it holds.
    pub portfolio: Portfolio,
    /// Share supply.
    pub supply: Shares,
    /// Chain time.
    pub now: Now,
    /// Low net asset values; the high one is [`Self::nav_high`].
    pub nav: NetAssetValues,
    /// Mark of the share after this appraisal.
    pub share_mark: ShareMark,
    /// Monitor after this appraisal. At a price that is not live it is as it was.
    pub monitor: VaultMonitor,
    /// Breakers of market and vault that are active for whoever acts on this appraisal.
    pub active: BreakerSet,
    /// What they permit.
    pub permissions: Permissions,
}

impl<'a> Appraisal<'a> {
    /// Appraises a vault. `None` if a value does not fit.
    #[inline(never)]
    pub fn new(inputs: &AppraisalInputs<'a>) -> Option<Self> {
        let AppraisalInputs {
            vault,
            prices,
            position,
            supply,
            now,
        } = *inputs;
        let portfolio = Portfolio {
            cash: vault.cash,
            position,
        };
        let low = portfolio.nav_low(&prices.bounds, prices.slow)?;
        let per_share = shares::nav_per_share(low, supply)?;
        let (share_mark, redemption) = mark(vault, low, per_share, inputs)?;
        let update = monitored(
            inputs,
            ShareValue {
                nav_low: low,
                supply,
                per_share,
                high_water: share_mark.high_water,
            },
        );
        let active = prices.active.union(update.active);
        Some(Self {
            vault,
            prices,
            portfolio,
            supply,
            now,
            nav: NetAssetValues { low, redemption },
            share_mark,
            monitor: update.monitor,
            active,
            permissions: permitted(active, prices.is_admitted),
        })
    }

    /// Returns the high net asset value, which deposits pay. `None` on overflow.
    pub fn nav_high(&self) -> Option<Value> {
        self.portfolio.nav_high(&self.prices.bounds)
    }

    /// Returns where the book should be, and what it may never exceed. `None` on overflow.
    pub fn targets(&self) -> Option<Targets> {
        self.targets_of(self.nav.redemption, self.supply, self.vault.pending_redemption_shares)
    }

    /// Returns the targets of another value, supply and queue of this vault. `None` on overflow, or
    /// if more shares leave than exist.
    #[inline(never)]
    pub fn targets_of(&self, nav: Value, supply: Shares, leaving: Shares) -> Option<Targets> {
        let staying = RemainingCapital::of(nav, supply, leaving, self.vault.share_mark.high_water)?;
        targets(&self.vault.policy.exposure, &staying)
    }

    /// Returns the part of the book that a rebalance can change, at the published price. `None` on
    /// overflow.
    pub fn exposure(&self) -> Option<Exposure> {
        let (portfolio, mid) = (&self.portfolio, self.prices.bounds.mid);
        let position = &portfolio.position;
        Some(Exposure {
            lots: position.lots,
            lots_if_filled: position.lots.checked_add(position.in_flight)?,
            delta: portfolio.delta(mid)?,
            delta_if_filled: portfolio.delta_if_filled(mid)?,
            nav: portfolio.nav_at(mid)?,
        })
    }

    /// Returns the shares that a deposit of `amount` mints, rounded down against the depositor.
    /// `None` if it is worth no share.
    pub fn shares_for_deposit(&self, nav_high: Value, amount: u64) -> Option<Shares> {
        shares::shares_for_deposit_floor(amount, nav_high, self.supply)
    }
}

/// Returns the mark of the share, and the net asset value that redemptions are paid from: both with
/// the rise per share limited.
fn mark(vault: &VaultState, low: Value, per_share: Ratio, inputs: &AppraisalInputs) -> Option<(ShareMark, Value)> {
    let at = UnixTime(inputs.now.unix_time);
    let value = vault.rise_limit().clamp(per_share, at)?;
    let redemption = if value < per_share {
        shares::nav_at_share_price_floor(value, inputs.supply)?
    } else {
        low
    };
    let high_water = vault.share_mark.high_water.max(value);
    Some((ShareMark { value, at, high_water }, redemption))
}

/// Returns one observation of the vault by its own breakers.
#[inline(never)]
fn monitored(inputs: &AppraisalInputs, share_value: ShareValue) -> MonitorUpdate {
    let AppraisalInputs { vault, position, .. } = inputs;
    if !inputs.prices.is_live {
        return MonitorUpdate {
            monitor: vault.monitor,
            active: BreakerSet::NONE,
        };
    }
    let observation = VaultObservation {
        share_value: Some(share_value),
        venue_answers: position.is_operational,
    };
    vault.monitor.observe(&observation, &vault.monitor_params, inputs.now)
}
