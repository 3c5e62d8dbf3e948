//! What a vault is worth at one moment, for one purpose, and what follows from that.
//!
//! An [`Appraisal`] is built once an instruction. It owns prices, net asset values, breakers and
//! permissions; targets and the rest are asked of it. A rebalance builds a second one of the book
//! it leaves, at the same prices. The program, the bots and a browser build the same.

use crate::directional::drawdown;
use crate::exposure::{targets, Cap, RemainingCapital, Wants};
use crate::fees::FeeLedger;
use crate::monitor::{MonitorUpdate, VaultMonitor};
use crate::places::{MAX_LEGS, MAX_MARKETS};
use crate::portfolio::{Leg, Portfolio};
use crate::prices::Prices;
use crate::rebalance::{notional, Exposure, LegExposure};
use crate::risk_cost::RiskCost;
use crate::shares::{Pool, ShareMark};
use crate::state::VaultState;
use crate::targets::Targets;
use ballast_core_market::admission::Now;
use ballast_core_market::breaker::{permitted, BreakerSet, Permissions};
use ballast_core_types::{value_floor, Position, Shares, Value};
use core::array::from_fn;

mod worth;

use worth::{marks, monitored, performance, portfolio, restricted, Worth};

pub use worth::unvalued;

/// What an appraisal is made of.
#[derive(Clone, Copy, Debug)]
pub struct AppraisalInputs<'a> {
    /// The vault's decoded state.
    pub vault: &'a VaultState,
    /// The markets' prices for the purpose.
    pub prices: Prices,
    /// The position of each leg, its funding brought up to date at the published price; `None` if
    /// the venue's accounts cannot be read, or there is no leg in that place.
    pub positions: [Option<Position>; MAX_LEGS],
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
    pub prices: Prices,
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
    /// Whether the venue of each leg answers; `None` where there is no leg, or it is not judged.
    pub answers: [Option<bool>; MAX_LEGS],
    /// Breakers of the vault that are active for whoever acts on this appraisal.
    pub own_breakers: BreakerSet,
    /// Breakers of any market and of the vault that are active.
    pub active: BreakerSet,
    /// What all of them permit; what they do in one market is [`Self::permissions_in`].
    pub permissions: Permissions,
}

impl<'a> Appraisal<'a> {
    /// Appraises a vault. `None` if a value does not fit, or a venue cannot be read whose position
    /// counts.
    #[inline(never)]
    pub fn new(inputs: &AppraisalInputs<'a>) -> Option<Self> {
        let venues = marks(inputs);
        let portfolio = portfolio(inputs, &venues)?;
        let worth = Worth::of(inputs, &portfolio)?;
        let update = monitored(inputs, &portfolio, &worth, &venues);
        Self::put_together(inputs, &portfolio, &worth, &update)
    }

    /// Apart, so that no frame holds the parts and the whole: a program's has four kilobytes.
    #[inline(never)]
    fn put_together(
        inputs: &AppraisalInputs<'a>,
        portfolio: &Portfolio,
        worth: &Worth,
        update: &MonitorUpdate,
    ) -> Option<Self> {
        let (vault, prices) = (inputs.vault, &inputs.prices);
        let active = prices.active().union(update.active);
        let permitted = permitted(active, prices.are_admitted());
        Some(Self {
            vault,
            prices: *prices,
            portfolio: *portfolio,
            supply: worth.pool.supply,
            now: inputs.now,
            nav: NetAssetValues { low: worth.pool.nav },
            fees: worth.fees,
            performance_fee: worth.performance_fee,
            share_mark: worth.share_mark,
            monitor: update.monitor,
            answers: update.answers,
            own_breakers: update.active,
            active,
            permissions: restricted(permitted, vault.cases.is_quarantined()),
        })
    }

    /// Returns the breakers that are active for whoever trades in a market: its own, and the
    /// vault's.
    pub fn active_in(&self, market: usize) -> BreakerSet {
        let of = self.prices.of(market).map_or(BreakerSet::ALL, |of| of.active);
        of.union(self.own_breakers)
    }

    /// Returns what breakers and prices permit in a market: reductions alone while any price is
    /// not admitted, since it is part of what bounds all.
    #[inline(never)]
    pub fn permissions_in(&self, market: usize) -> Permissions {
        let permitted = permitted(self.active_in(market), self.prices.are_admitted());
        restricted(permitted, self.vault.cases.is_quarantined())
    }

    /// Returns [`Self::permissions_in`] each market.
    pub fn permissions_by_market(&self) -> [Permissions; MAX_MARKETS] {
        from_fn(|market| self.permissions_in(market))
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
    /// quarantine, or rests on a price that is admitted for nothing.
    pub fn values_shares(&self) -> bool {
        !self.vault.counts_quarantined(self.prices.purpose) && !self.vault.rests_on_a_refused_price(&self.prices)
    }

    /// Returns the high net asset value, which deposits pay: nothing where nobody holds a share, so
    /// that what others have left behind makes no price, and comes to those who come. `None` on
    /// overflow.
    pub fn nav_high(&self) -> Option<Value> {
        if self.supply == Shares::ZERO {
            return Some(Value::ZERO);
        }
        let whole = self.portfolio.nav_high(&self.prices)?;
        let reserve = Value::from_amount(self.portfolio.levy_reserve)?;
        // Whoever comes shares in the fee that is due at that value.
        whole.checked_sub(self.fee_at(whole.checked_sub(reserve)?)?)
    }

    /// Returns the net asset value at the published price without the levy reserve, after the
    /// performance fee. `None` on overflow.
    pub fn nav_mid(&self) -> Option<Value> {
        let whole = self.portfolio.nav_mid(&self.prices)?;
        whole.checked_sub(self.fee_at(whole)?)
    }

    /// Returns the performance fee on a net asset value that is `nav` before it.
    fn fee_at(&self, nav: Value) -> Option<Value> {
        Value::from_amount(performance(self.vault, &self.fees, &self.pool().worth(nav))?)
    }

    /// Returns where the book should be, and what it may never exceed. `None` on overflow.
    pub fn targets(&self) -> Option<Targets> {
        self.targets_of(&self.wants()?, &self.pool(), self.vault.leaving.shares)
    }

    /// Returns what is wanted of each market, whatever there is of value. `None` if one has no
    /// price.
    #[inline(never)]
    pub fn wants(&self) -> Option<Wants> {
        let mark = &self.share_mark;
        let fallen = drawdown(mark.value, mark.high_water);
        Wants::of(&self.vault.policy.exposure, &self.prices.outlooks(), fallen)
    }

    /// Returns the greatest sum of |D|: what [`Self::targets`] have, without the rest. `None` on
    /// overflow.
    pub fn cap(&self) -> Option<Value> {
        let staying = self.staying_of(&self.pool(), self.vault.leaving.shares)?;
        Some(Cap::of(&self.vault.policy.exposure, &staying)?.cap)
    }

    fn staying_of(&self, pool: &Pool, leaving: Shares) -> Option<RemainingCapital> {
        RemainingCapital::of(pool, leaving, &self.share_mark)
    }

    /// Returns the targets of another value and supply, `leaving` shares of which leave. `None` on
    /// overflow, or if more shares leave than exist.
    #[inline(never)]
    pub fn targets_of(&self, wants: &Wants, pool: &Pool, leaving: Shares) -> Option<Targets> {
        let staying = self.staying_of(pool, leaving)?;
        let mut targets = targets(&self.vault.policy.exposure, wants, &staying)?;
        if !self.vault.counts_quarantined(self.prices.purpose) {
            return Some(targets);
        }
        // Nothing more goes to a venue in quarantine: what is there has to carry the position.
        for market in 0..MAX_MARKETS {
            if let Some(carried) = self.carried(market)? {
                targets = targets.capped(market, carried);
            }
        }
        Some(targets)
    }

    /// Returns the most exposure to a market whose collateral is no more than a tenth short with
    /// what is at a venue in quarantine, once those who left have had what is theirs of it: from
    /// where on more would go there. Inner `None` where none of its venues is in quarantine, outer
    /// on overflow.
    fn carried(&self, market: usize) -> Option<Option<Value>> {
        let (mut carried, mut is_bound) = (Value::ZERO, false);
        for (place, leg) in self.portfolio.legs().filter(|(_, leg)| leg.market == market) {
            let of = self.prices.of(market)?;
            let here = match self.vault.cases.of(place) {
                Some(case) => {
                    is_bound = true;
                    let theirs = self.missing(leg, case)?;
                    let equity = leg.equity_low(&of.bounds)?;
                    let equity = Value::from_amount(equity.saturating_sub(theirs))?;
                    let whole = equity.fixed().checked_div(self.vault.policy.collateral_ratio.fixed())?;
                    Value::floor(whole.checked_mul_int(10)?.checked_div_int(9)?)?
                }
                // Others carry what they hold.
                None => notional(leg.position.lots, of.bounds.mid)?,
            };
            carried = carried.checked_add(here)?;
        }
        Some(is_bound.then_some(carried))
    }

    /// Returns the part of the book that a rebalance can change, at the published prices: what
    /// stays when those who leave have gone. `None` on overflow.
    #[inline(never)]
    pub fn exposure(&self) -> Option<Exposure> {
        let mut legs = [None; MAX_LEGS];
        for ((place, leg), exposure) in self.portfolio.legs.iter().enumerate().zip(&mut legs) {
            if let Some(leg) = leg {
                *exposure = Some(self.staying(place, leg)?);
            }
        }
        Some(Exposure {
            legs,
            nav: self.portfolio.nav_mid(&self.prices)?,
        })
    }

    /// Returns what stays of a leg.
    fn staying(&self, place: usize, leg: &Leg) -> Option<LegExposure> {
        let (leaving, mid) = (&self.vault.leaving, self.prices.mid(leg.market)?);
        let lots = leaving.staying(place, leg.position.lots)?;
        let lots_if_filled = lots.checked_add(leg.position.in_flight)?;
        Some(LegExposure {
            market: leg.market,
            lots,
            lots_if_filled,
            delta: value_floor(lots, mid)?,
            delta_if_filled: value_floor(lots_if_filled, mid)?,
            leaving: [leg.position.lots, leg.lots_if_filled()?].map(|held| leaving.within(place, held)),
        })
    }

    /// Returns by how much the cost of risk falls from one book to another, quote base units:
    /// orders that wait remove nothing.
    pub fn risk_removed(&self, targets: &Targets, before: &Exposure, after: &Exposure) -> u64 {
        let cost = RiskCost {
            aversion: self.vault.policy.keepers.aversion,
            nav: before.nav,
            outlooks: &self.prices.outlooks(),
            targets,
        };
        cost.fall_floor(&before.deltas(), &after.deltas())
    }

    /// Returns what of the levy reserve joins the pool: all of it, once no trade
    /// is due and nobody waits. Nothing where that cannot be told.
    pub fn released_levy(&self) -> u64 {
        let vault = self.vault;
        let is_waiting = vault.leaving.shares != Shares::ZERO || vault.queue.is_waiting();
        let is_guess = vault.rests_on_a_refused_price(&self.prices);
        // What is left out of the book of a venue in quarantine may still be due to be traded.
        if vault.ledger.levy_reserve == 0 || is_waiting || is_guess || vault.cases.is_quarantined() {
            return 0;
        }
        let is_at_rest = self
            .exposure()
            .zip(self.targets())
            .is_some_and(|(exposure, targets)| targets.reason(&exposure.deltas_if_filled()).is_none());
        if is_at_rest {
            vault.ledger.levy_reserve
        } else {
            0
        }
    }
}
