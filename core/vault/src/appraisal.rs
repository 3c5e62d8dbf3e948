//! What a vault is worth at one moment, for one purpose, and what follows from that.
//!
//! An [`Appraisal`] is built once an instruction. It owns prices, net asset values, breakers and
//! permissions; targets and the rest are asked of it. A rebalance builds a second one of the book
//! it leaves, at the same prices. The program, the bots and a browser build the same.

use crate::directional::{decayed, drawdown};
use crate::exposure::{targets, Cap, RemainingCapital, Wants};
use crate::fees::FeeLedger;
use crate::monitor::{MonitorUpdate, ShareValue, VaultMonitor, VaultObservation, VenueMark};
use crate::portfolio::{Leg, Portfolio, MAX_LEGS, MAX_MARKETS};
use crate::prices::Prices;
use crate::rebalance::{Exposure, LegExposure};
use crate::shares::{Pool, ShareMark};
use crate::state::VaultState;
use crate::targets::Targets;
use ballast_core_market::admission::Now;
use ballast_core_market::breaker::{permitted, BreakerSet, Permissions};
use ballast_core_types::{value_floor, Position, Ratio, Shares, UnixTime, Value};
use core::array::from_fn;

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
        if self.values_shares() {
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
                None => value_floor(leg.position.lots, of.bounds.mid)?.checked_abs()?,
            };
            carried = carried.checked_add(here)?;
        }
        Some(is_bound.then_some(carried))
    }

    /// Returns the part of the book that a rebalance can change, at the published prices: what
    /// stays when those who leave have gone. `None` on overflow.
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
            .is_some_and(|(exposure, targets)| targets.reason(&exposure.deltas_if_filled()).is_none());
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

/// What a vault and its shares are worth.
struct Worth {
    /// The vault at its low net asset value.
    pool: Pool,
    per_share: Ratio,
    fees: FeeLedger,
    performance_fee: u64,
    share_mark: ShareMark,
}

impl Worth {
    /// `None` if a value does not fit.
    #[inline(never)]
    fn of(inputs: &AppraisalInputs, portfolio: &Portfolio) -> Option<Self> {
        let (vault, prices) = (inputs.vault, &inputs.prices);
        let low = portfolio.nav_low(prices)?;
        let low = low.checked_sub(Value::from_amount(theirs(vault, portfolio, prices)?)?)?;
        let fees = vault.fees_at(inputs.minted, UnixTime(inputs.now.unix_time));
        let supply = fees.supply(inputs.minted);
        let pool = Pool {
            nav: low,
            supply,
            unit: vault.unit,
        };
        let performance_fee = performance(vault, &fees, &pool)?;
        let pool = pool.worth(low.checked_sub(Value::from_amount(performance_fee)?)?);
        let per_share = pool.nav_per_share()?;
        // A vault that nobody holds begins anew: what is left in it is nobody's, and no share was
        // ever worth it.
        let (value, high_water) = if supply == Shares::ZERO {
            (Ratio::ONE, Ratio::ONE)
        } else {
            // What is at a venue in quarantine makes no high.
            let counts = vault.cases.is_quarantined() && prices.purpose.counts_quarantined();
            let fallen = high(inputs);
            (per_share, if counts { fallen } else { fallen.max(per_share) })
        };
        let share_mark = ShareMark {
            value,
            at: UnixTime(inputs.now.unix_time),
            high_water,
        };
        Some(Self {
            pool,
            per_share,
            fees,
            performance_fee,
            share_mark,
        })
    }
}

/// Returns what a vault holds, as far as it counts. `None` on overflow, or if a leg counts and
/// cannot be read.
#[inline(never)]
fn portfolio(inputs: &AppraisalInputs, marks: &[Option<VenueMark>; MAX_LEGS]) -> Option<Portfolio> {
    let vault = inputs.vault;
    let mut portfolio = Portfolio {
        cash: vault.ledger.cash,
        receivables: vault.ledger.advances.checked_add(vault.leaving.unwind_cost)?,
        levy_reserve: vault.ledger.levy_reserve,
        legs: [None; MAX_LEGS],
    };
    for (((place, market), leg), mark) in vault.legs().zip(&mut portfolio.legs).zip(marks) {
        let position = inputs.positions.get(place).copied().flatten();
        let mut position = if vault.is_quarantined(place) && !inputs.prices.purpose.counts_quarantined() {
            left_out(position)
        } else {
            position?
        };
        position.is_operational &= mark.is_some();
        *leg = Some(Leg { market, position });
    }
    Some(portfolio)
}

/// Returns what is permitted while a venue is in quarantine: nothing more comes in or is opened.
const fn restricted(permitted: Permissions, is_quarantined: bool) -> Permissions {
    Permissions {
        open: permitted.open && !is_quarantined,
        deposit: permitted.deposit && !is_quarantined,
        ..permitted
    }
}

/// Returns a position that counts at nothing: of the venue, only whether it answers.
fn left_out(position: Option<Position>) -> Position {
    Position {
        is_operational: position.is_some_and(|position| position.is_operational),
        ..Position::default()
    }
}

/// Returns what is at each venue, whether it counts or not. Where it does not, what a venue says
/// may be as absurd as it likes.
#[inline(never)]
fn marks(inputs: &AppraisalInputs) -> [Option<VenueMark>; MAX_LEGS] {
    let mut marks = [None; MAX_LEGS];
    for ((place, market), mark) in inputs.vault.legs().zip(&mut marks) {
        *mark = found(inputs, place, market).and_then(|leg| VenueMark::of(&leg, inputs.prices.mid(market)?));
    }
    marks
}

fn found(inputs: &AppraisalInputs, place: usize, market: usize) -> Option<Leg> {
    let position = inputs.positions.get(place).copied().flatten()?;
    Some(Leg { market, position })
}

/// Returns the low net asset value with what is at venues in quarantine, as far as it can be told;
/// `None` if none is.
#[inline(never)]
fn whole(inputs: &AppraisalInputs, portfolio: &Portfolio, marks: &[Option<VenueMark>; MAX_LEGS]) -> Option<Value> {
    if !inputs.vault.cases.is_quarantined() {
        return None;
    }
    let mut legs = portfolio.legs;
    for (((place, market), leg), mark) in inputs.vault.legs().zip(&mut legs).zip(marks) {
        if mark.is_some() {
            *leg = found(inputs, place, market);
        }
    }
    Portfolio { legs, ..*portfolio }.nav_low(&inputs.prices)
}

/// Returns what of venues in quarantine belongs to shares that were burnt meanwhile, at their low
/// value. `None` on overflow.
fn theirs(vault: &VaultState, portfolio: &Portfolio, prices: &Prices) -> Option<u64> {
    let mut theirs = 0u64;
    for (place, leg) in portfolio.legs() {
        if let Some(case) = vault.cases.of(place) {
            let of = prices.of(leg.market)?;
            theirs = theirs.checked_add(case.right_in(leg.worth_low(&of.bounds, of.slow)?)?)?;
        }
    }
    Some(theirs)
}

/// Returns the performance fee of a vault at its value before it: none while a venue is in
/// quarantine. `None` on overflow.
fn performance(vault: &VaultState, fees: &FeeLedger, pool: &Pool) -> Option<u64> {
    if vault.cases.is_quarantined() {
        return Some(0);
    }
    fees.performance(&vault.policy.fees, pool)
}

/// Returns the vault's monitor after an observation that says nothing of what the vault is worth:
/// each venue that cannot be read, or says what does not fit, has failed; all of them, if it is
/// none by itself.
pub fn unvalued(inputs: &AppraisalInputs) -> VaultMonitor {
    let vault = inputs.vault;
    let marks = marks(inputs);
    let answers = |place: usize| {
        let position = inputs.positions.get(place).copied().flatten();
        let is_valued = marks.get(place).is_some_and(Option::is_some);
        is_valued && position.is_some_and(|position| position.is_operational)
    };
    let does_any_fail = vault.legs().any(|(place, _)| !answers(place));
    let mut observation = VaultObservation {
        share_value: None,
        answers: [None; MAX_LEGS],
    };
    for ((place, _), answer) in vault.legs().zip(&mut observation.answers) {
        *answer = Some(does_any_fail && answers(place));
    }
    let update = vault.monitor.observe(&observation, &vault.monitor_params, inputs.now);
    update.monitor
}

/// Returns one observation of the vault by its own breakers.
#[inline(never)]
fn monitored(
    inputs: &AppraisalInputs,
    portfolio: &Portfolio,
    worth: &Worth,
    venues: &[Option<VenueMark>; MAX_LEGS],
) -> MonitorUpdate {
    let vault = inputs.vault;
    let observation = VaultObservation {
        share_value: Some(ShareValue {
            pool: worth.pool,
            per_share: worth.per_share,
            high_water: worth.share_mark.high_water,
            nav_whole: whole(inputs, portfolio, venues).unwrap_or(worth.pool.nav),
            venues: *venues,
        }),
        answers: portfolio.legs.map(|leg| leg.map(|leg| leg.position.is_operational)),
    };
    vault.monitor.observe(&observation, &vault.monitor_params, inputs.now)
}
