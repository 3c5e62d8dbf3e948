//! What a vault is worth at one moment, for one purpose, and what follows from that.
//!
//! An [`Appraisal`] is built once an instruction. It owns prices, net asset values, breakers and
//! permissions; targets and the rest are asked of it. A rebalance builds a second one of the book
//! it leaves, at the same prices. The program, the bots and a browser build the same.

use crate::directional::decayed;
use crate::exposure::{targets, RemainingCapital, Targets};
use crate::fees::FeeLedger;
use crate::monitor::{MonitorUpdate, ShareValue, VaultMonitor, VaultObservation, VenueMark};
use crate::portfolio::Portfolio;
use crate::prices::MarketPrices;
use crate::quarantine::VENUE;
use crate::rebalance::Exposure;
use crate::shares::{Pool, ShareMark};
use crate::state::VaultState;
use ballast_core_market::admission::Now;
use ballast_core_market::breaker::{permitted, BreakerSet, Permissions};
use ballast_core_types::{value_floor, Position, Ratio, Shares, UnixTime, Value};

/// What an appraisal is made of.
#[derive(Clone, Copy, Debug)]
pub struct AppraisalInputs<'a> {
    /// The vault's decoded state.
    pub vault: &'a VaultState,
    /// The market's prices for the purpose.
    pub prices: MarketPrices,
    /// The position at the venue, its funding brought up to date at the published price; `None` if
    /// the venue's accounts cannot be read.
    pub position: Option<Position>,
    /// Shares that are minted.
    pub minted: Shares,
    /// Chain time.
    pub now: Now,
}

/// Net asset values of a vault, quote base units.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NetAssetValues {
    /// Low: losses at the adverse price, gains only as far as the slow price confirms them. What
    /// redemptions are worth.
    pub low: Value,
}

/// A vault at one moment.
#[derive(Clone, Copy, Debug)]
pub struct Appraisal<'a> {
    /// The vault as it was found.
    pub vault: &'a VaultState,
    /// Prices.
    pub prices: MarketPrices,
    /// What it holds, as far as it counts: nothing at a venue in quarantine, unless for what brings
    /// it home ([`Purpose::counts_quarantined`](crate::prices::Purpose::counts_quarantined)).
    pub portfolio: Portfolio,
    /// Share supply, fees that were earned and not minted included.
    pub supply: Shares,
    /// Chain time.
    pub now: Now,
    /// Low net asset values; the high one is [`Self::nav_high`].
    pub nav: NetAssetValues,
    /// What its manager has earned until now.
    pub fees: FeeLedger,
    /// What of the gain is the manager's and not crystallised, quote base units: [`Self::nav`] is
    /// without it.
    pub performance_fee: u64,
    /// Mark of the share after this appraisal.
    pub share_mark: ShareMark,
    /// Monitor after this appraisal.
    pub monitor: VaultMonitor,
    /// Breakers of market and vault that are active for whoever acts on this appraisal.
    pub active: BreakerSet,
    /// What they permit.
    pub permissions: Permissions,
}

impl<'a> Appraisal<'a> {
    /// Appraises a vault. `None` if a value does not fit, or a venue cannot be read whose position
    /// counts.
    #[inline(never)]
    pub fn new(inputs: &AppraisalInputs<'a>) -> Option<Self> {
        let AppraisalInputs {
            vault,
            prices,
            position,
            minted,
            now,
        } = *inputs;
        let is_quarantined = vault.cases.is_quarantined();
        let position = if is_quarantined && !prices.purpose.counts_quarantined() {
            left_out(position)
        } else {
            position?
        };
        let mut portfolio = Portfolio {
            cash: vault.ledger.cash,
            receivables: vault.ledger.advances.checked_add(vault.leaving.unwind_cost)?,
            levy_reserve: vault.ledger.levy_reserve,
            position,
        };
        let low = portfolio.nav_low(&prices.bounds, prices.slow)?;
        let low = low.checked_sub(Value::from_amount(theirs(vault, &position, &prices)?)?)?;
        let fees = vault.fees_at(minted, UnixTime(now.unix_time));
        let supply = fees.supply(minted);
        let pool = Pool {
            nav: low,
            supply,
            unit: vault.unit,
        };
        let performance_fee = performance(vault, &fees, &pool)?;
        let low = low.checked_sub(Value::from_amount(performance_fee)?)?;
        let pool = pool.worth(low);
        let per_share = pool.nav_per_share()?;
        // A vault that nobody holds begins anew: what is left in it is nobody's, and no share was
        // ever worth it.
        let (value, high_water) = if supply == Shares::ZERO {
            (Ratio::ONE, Ratio::ONE)
        } else {
            // What is at a venue in quarantine makes no high.
            let counts = is_quarantined && prices.purpose.counts_quarantined();
            let fallen = high(inputs);
            (per_share, if counts { fallen } else { fallen.max(per_share) })
        };
        let share_mark = ShareMark {
            value,
            at: UnixTime(now.unix_time),
            high_water,
        };
        // Where it does not count, what a venue says may be as absurd as it likes.
        let held = inputs.position.and_then(|position| {
            let held = Portfolio { position, ..portfolio };
            let whole = if is_quarantined {
                held.nav_low(&prices.bounds, prices.slow)?
            } else {
                low
            };
            Some((VenueMark::of(&held, prices.bounds.mid)?, whole))
        });
        portfolio.position.is_operational &= held.is_some();
        let update = monitored(
            inputs,
            portfolio.position.is_operational,
            ShareValue {
                pool,
                per_share,
                high_water: share_mark.high_water,
                nav_whole: held.map_or(low, |(_, whole)| whole),
                venue: held.map(|(venue, _)| venue),
            },
        );
        let active = prices.active.union(update.active);
        let permitted = permitted(active, prices.is_admitted);
        Some(Self {
            vault,
            prices,
            portfolio,
            supply,
            now,
            nav: NetAssetValues { low },
            fees,
            performance_fee,
            share_mark,
            monitor: update.monitor,
            active,
            permissions: Permissions {
                open: permitted.open && !is_quarantined,
                deposit: permitted.deposit && !is_quarantined,
                ..permitted
            },
        })
    }

    /// Returns the vault at its low net asset value.
    pub const fn pool(&self) -> Pool {
        Pool {
            nav: self.nav.low,
            supply: self.supply,
            unit: self.vault.unit,
        }
    }

    /// Returns whether it says what a share is worth: not if it counts what is at a venue in
    /// quarantine.
    pub fn values_shares(&self) -> bool {
        !(self.vault.cases.is_quarantined() && self.prices.purpose.counts_quarantined())
    }

    /// Returns the high net asset value, which deposits pay: nothing where nobody holds a share, so
    /// that what others have left behind makes no price, and comes to those who come. `None` on
    /// overflow.
    pub fn nav_high(&self) -> Option<Value> {
        if self.supply == Shares::ZERO {
            return Some(Value::ZERO);
        }
        let whole = self.portfolio.nav_high(&self.prices.bounds)?;
        let reserve = Value::from_amount(self.portfolio.levy_reserve)?;
        // Whoever comes shares in the fee that is due at that value.
        whole.checked_sub(self.fee_at(whole.checked_sub(reserve)?)?)
    }

    /// Returns the net asset value at the published price without the levy reserve, after the
    /// performance fee. `None` on overflow.
    pub fn nav_mid(&self) -> Option<Value> {
        let whole = self.portfolio.nav_at(self.prices.bounds.mid)?;
        whole.checked_sub(self.fee_at(whole)?)
    }

    /// Returns the performance fee on a net asset value that is `nav` before it.
    fn fee_at(&self, nav: Value) -> Option<Value> {
        Value::from_amount(performance(self.vault, &self.fees, &self.pool().worth(nav))?)
    }

    /// Returns where the book should be, and what it may never exceed. `None` on overflow.
    pub fn targets(&self) -> Option<Targets> {
        self.targets_of(&self.pool(), self.vault.leaving.shares)
    }

    /// Returns the targets of another value and supply, `leaving` shares of which leave. `None` on
    /// overflow, or if more shares leave than exist.
    #[inline(never)]
    pub fn targets_of(&self, pool: &Pool, leaving: Shares) -> Option<Targets> {
        let staying = RemainingCapital::of(pool, leaving, &self.share_mark)?;
        let targets = targets(&self.vault.policy.exposure, &self.prices.outlook, &staying)?;
        if self.values_shares() {
            return Some(targets);
        }
        // Nothing more goes to a venue in quarantine: what is there has to carry the position.
        Some(targets.capped(self.carried()?))
    }

    /// Returns the most exposure whose collateral is no more than a tenth short with what is at the
    /// venue, once those who left have had what is theirs of it: from where on more would go there.
    /// `None` on overflow.
    fn carried(&self) -> Option<Value> {
        let theirs = match self.vault.cases.of(VENUE) {
            Some(case) => self.missing(case)?,
            None => 0,
        };
        let equity = self.portfolio.venue_equity_low(&self.prices.bounds)?;
        let equity = Value::from_amount(equity.saturating_sub(theirs))?;
        let whole = equity.fixed().checked_div(self.vault.policy.collateral_ratio.fixed())?;
        Value::floor(whole.checked_mul_int(10)?.checked_div_int(9)?)
    }

    /// Returns the part of the book that a rebalance can change, at the published price: what stays
    /// when those who leave have gone. `None` on overflow.
    pub fn exposure(&self) -> Option<Exposure> {
        let (portfolio, mid) = (&self.portfolio, self.prices.bounds.mid);
        let position = &portfolio.position;
        let lots = self.vault.leaving.staying(position.lots)?;
        let lots_if_filled = lots.checked_add(position.in_flight)?;
        Some(Exposure {
            lots,
            lots_if_filled,
            delta: value_floor(lots, mid)?,
            delta_if_filled: value_floor(lots_if_filled, mid)?,
            leaving: [position.lots, position.lots.checked_add(position.in_flight)?]
                .map(|held| self.vault.leaving.within(held)),
            nav: portfolio.nav_at(mid)?,
        })
    }

    /// Returns what of the levy reserve joins the pool: all of it, once no trade
    /// is due and nobody waits. Nothing where that cannot be told.
    pub fn released_levy(&self) -> u64 {
        let vault = self.vault;
        let is_waiting = vault.leaving.shares != Shares::ZERO || vault.queue.is_waiting();
        // What is left out of the book of a venue in quarantine may still be due to be traded.
        if vault.ledger.levy_reserve == 0 || is_waiting || vault.cases.is_quarantined() {
            return 0;
        }
        let is_at_rest = self
            .exposure()
            .zip(self.targets())
            .is_some_and(|(exposure, targets)| targets.reason(exposure.delta_if_filled).is_none());
        if is_at_rest {
            vault.ledger.levy_reserve
        } else {
            0
        }
    }
}

/// Returns the high of a share's net asset value as it has fallen since it was last marked.
fn high(inputs: &AppraisalInputs) -> Ratio {
    let (mark, policy) = (&inputs.vault.share_mark, &inputs.vault.policy.exposure);
    let elapsed = UnixTime(inputs.now.unix_time).seconds_since(mark.at);
    decayed(mark.high_water, policy.high_fall_per_day, elapsed)
}

/// Returns a position that counts at nothing: of the venue, only whether it answers.
fn left_out(position: Option<Position>) -> Position {
    Position {
        is_operational: position.is_some_and(|position| position.is_operational),
        ..Position::default()
    }
}

/// Returns what of a venue in quarantine belongs to shares that were burnt meanwhile, at its low
/// value. `None` on overflow.
fn theirs(vault: &VaultState, position: &Position, prices: &MarketPrices) -> Option<u64> {
    match vault.cases.of(VENUE) {
        Some(case) => case.right_in(Portfolio::at_venue_low(position, &prices.bounds, prices.slow)?),
        None => Some(0),
    }
}

/// Returns the performance fee of a vault at its value before it: none while a venue is in
/// quarantine. `None` on overflow.
fn performance(vault: &VaultState, fees: &FeeLedger, pool: &Pool) -> Option<u64> {
    if vault.cases.is_quarantined() {
        return Some(0);
    }
    fees.performance(&vault.policy.fees, pool)
}

/// Returns one observation of the vault by its own breakers.
#[inline(never)]
fn monitored(inputs: &AppraisalInputs, venue_answers: bool, share_value: ShareValue) -> MonitorUpdate {
    let AppraisalInputs { vault, .. } = inputs;
    let observation = VaultObservation {
        share_value: Some(share_value),
        venue_answers,
    };
    vault.monitor.observe(&observation, &vault.monitor_params, inputs.now)
}
