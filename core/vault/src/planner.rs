//! The keeper's side of *propose, then prove*: the orders to propose.

use crate::appraisal::Appraisal;
use crate::monitor::SLICE_SECONDS;
use crate::places::{PerMarket, MAX_LEGS, MAX_MARKETS};
use crate::prices::Prices;
use crate::rebalance::{check, due, notional, Exposure, LegExposure, Proposal, RebalancePolicy};
use crate::targets::{Reason, Targets};
use crate::unwind;
use ballast_core_market::breaker::Permissions;
use ballast_core_types::{value_floor, Lots, Price, Ratio, TradingTerms, Value, I80F48};

/// How much of the price band the planner uses: the oracle moves between planning and execution.
const BAND_USED_PERCENT: i128 = 80;

/// An order for a leg.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LegOrder {
    /// The leg, by its place in the vault.
    pub leg: usize,
    /// Positive buys, negative sells.
    pub lots: Lots,
}

/// Orders of one rebalance: at most one in each market.
pub type Orders = [Option<LegOrder>; MAX_MARKETS];

/// What trading costs at each leg's venue; `None` where it cannot be read.
pub type Terms = [Option<TradingTerms>; MAX_LEGS];

/// What orders are planned from.
#[derive(Clone, Copy, Debug)]
pub struct PlanInputs<'a> {
    /// The bounds they have to keep.
    pub policy: &'a RebalancePolicy,
    /// What breakers and the price of each market permit in it.
    pub permissions: [Permissions; MAX_MARKETS],
    /// Where the book should be.
    pub targets: &'a Targets,
    /// The book.
    pub exposure: &'a Exposure,
    /// The published prices.
    pub prices: &'a Prices,
    /// What is left of the hour's slice, quote base units.
    pub slice_left: Value,
    /// How far under what may be opened an order stays: what is paid for a task before it lands
    /// lowers the limit by as much.
    pub spare: Value,
    /// What trading costs.
    pub terms: &'a Terms,
}

impl Appraisal<'_> {
    /// Returns the orders that are due, in the markets that are `allowed`; `None` if none is.
    pub fn orders(&self, terms: &Terms, allowed: impl Fn(usize) -> bool + Copy) -> Option<Orders> {
        let inputs = PlanInputs {
            policy: &self.vault.policy.rebalance,
            permissions: self.permissions_by_market(),
            targets: &self.targets()?,
            exposure: &self.exposure()?,
            prices: &self.prices,
            slice_left: self.slice_left()?,
            spare: self.lowered_by_a_task()?,
            terms,
        };
        orders(&inputs, allowed)
    }

    /// Returns the most by which what may be opened falls where a task is paid. `None` on overflow.
    fn lowered_by_a_task(&self) -> Option<Value> {
        let policy = &self.vault.policy;
        let exposure = policy.exposure.multiplier.max(policy.exposure.max_leverage);
        exposure.of_ceil(Value::from_amount(policy.keepers.task)?)
    }

    /// Returns the order that unwinds what is left in one leg of a batch that leaves; `None` if
    /// none is due.
    pub fn unwinding_order(&self, place: usize, lots_left: Lots, terms: &TradingTerms) -> Option<Lots> {
        let leg = self.portfolio.leg(place)?;
        let (position, of) = (&leg.position, self.prices.of(leg.market)?);
        let due = unwind::due(lots_left, position.lots);
        // Whoever waits while a venue is in quarantine is filled without it.
        let is_quarantined = self.vault.is_quarantined(place);
        if is_quarantined || of.refusal.is_some() || due == Lots::ZERO || position.in_flight != Lots::ZERO {
            return None;
        }
        let mid = of.bounds.mid;
        let largest = largest_notional(&self.vault.policy.rebalance, terms)?;
        let lots = largest.fixed().checked_div(mid.fixed())?;
        let most = lots.checked_to_num::<i64>()?.checked_abs()?;
        let order = due.0.checked_neg()?.clamp(most.checked_neg()?, most);
        let is_worth_it = order == due.0.checked_neg()? || notional(Lots(order), mid)? >= self.least_trade()?;
        // At so tight a price band nothing can be traded.
        let is_worth_it = is_worth_it && order != 0;
        is_worth_it.then_some(Lots(order))
    }

    /// Returns the least notional that an unwinding trade has to have. `None` on overflow.
    pub fn least_trade(&self) -> Option<Value> {
        Some(self.targets()?.least)
    }

    /// Returns what is left of what *drift* may trade in an hour, quote base units. `None` on
    /// overflow.
    pub fn slice_left(&self) -> Option<Value> {
        let nav = self.nav.low.max(Value::ZERO);
        let whole = self
            .vault
            .policy
            .rebalance
            .slice
            .of_floor(nav)
            .unwrap_or(Value(i64::MAX));
        let traded = self.vault.monitor.slice.left_ceil(self.now.unix_time, SLICE_SECONDS);
        Some(
            whole
                .checked_sub(Value::from_amount(traded).unwrap_or(whole))?
                .max(Value::ZERO),
        )
    }
}

/// Returns the orders that bring D of each market that is `allowed` to its edge, as far as
/// permissions, the limit of openings, the hour's slice and the price band allow; `None` if none is
/// due. Where one of them keeps the others from being proven, the first that is proven alone.
pub fn orders(inputs: &PlanInputs, allowed: impl Fn(usize) -> bool + Copy) -> Option<Orders> {
    let due = due(inputs.exposure, inputs.targets).ok()?;
    let planned = |reason: Reason, wanted: &dyn Fn(usize) -> bool| {
        let mut plan = Plan {
            inputs,
            reason,
            deltas: inputs.exposure.deltas_if_filled(),
            slice_left: inputs.slice_left,
        };
        let mut orders: Orders = [None; MAX_MARKETS];
        for (market, order) in orders.iter_mut().enumerate().filter(|(market, _)| wanted(*market)) {
            *order = plan.order(market);
        }
        orders
    };
    // All of them, all but one, and each alone; in a breach that none of those mends, what has
    // drifted and comes down.
    let planned = &planned;
    let markets = move || (0..MAX_MARKETS).filter(move |market| allowed(*market));
    let sets = move |reason| {
        let all = core::iter::once(planned(reason, &allowed));
        let but_one = markets().map(move |but| planned(reason, &|market| market != but && allowed(market)));
        let alone = markets().map(move |one| planned(reason, &|market| market == one));
        all.chain(but_one).chain(alone).find(|orders| is_proven(inputs, orders))
    };
    sets(due).or_else(|| sets(Reason::Drift).filter(|_| due == Reason::Breach))
}

/// What is planned so far.
struct Plan<'a> {
    inputs: &'a PlanInputs<'a>,
    reason: Reason,
    /// D of each market with what is planned.
    deltas: PerMarket,
    /// What is left of the hour's slice.
    slice_left: Value,
}

impl Plan<'_> {
    /// Returns the order in a market, and takes note of it.
    fn order(&mut self, market: usize) -> Option<LegOrder> {
        let PlanInputs {
            policy,
            permissions,
            targets,
            exposure,
            prices,
            terms,
            ..
        } = *self.inputs;
        let before = exposure.deltas_if_filled();
        let of = prices.of(market).filter(|of| of.refusal.is_none())?;
        let waits = |(_, leg): (usize, &LegExposure)| leg.lots != leg.lots_if_filled;
        if !targets.is_due(self.reason, market, &before) || exposure.legs_of(market).any(waits) {
            return None;
        }
        let delta = *before.get(market)?;
        let edge = self.reachable(market, targets.edge(self.reason, market, &before)?)?;
        let gap = Value(edge).checked_sub(delta)?;
        let (place, leg) = chosen(exposure, market, gap, terms)?;
        let depth = largest_notional(policy, terms.get(place)?.as_ref()?)?;
        let most = match self.reason {
            Reason::Breach => depth,
            Reason::Drift => depth.min(self.slice_left),
        };
        let notional = Value(gap.0.clamp(most.0.checked_neg()?, most.0));
        let lots = sized(gap, notional, of.bounds.mid)?;
        // Where the target is flat, close the position itself: dividing by the price could leave a
        // lot behind.
        let is_flat = targets.of(market)?.delta == Value::ZERO && edge == 0;
        let is_alone = exposure.legs_of(market).count() == 1;
        let lots = if is_flat && is_alone && notional == gap {
            Lots(leg.lots.0.checked_neg()?)
        } else {
            lots
        };
        // Legs are never set against each other, and what only reduces does not go past nothing.
        let only_reduces = !permissions.get(market)?.open || !is_alone;
        let lots = if only_reduces && leg.lots != Lots::ZERO && !leg.lots.is_reduced_by(lots) {
            only_reducing(leg.lots, lots, is_alone)?
        } else {
            lots
        };
        let traded = value_floor(lots, of.bounds.mid)?;
        let planned = self.deltas.get_mut(market)?;
        *planned = planned.checked_add(traded)?;
        self.slice_left = self.slice_left.saturating_sub(traded.checked_abs()?).max(Value::ZERO);
        (lots != Lots::ZERO).then_some(LegOrder { leg: place, lots })
    }

    /// Returns how near to `edge` D of a market can be brought: where nothing may be added it stays
    /// where it is.
    fn reachable(&self, market: usize, edge: Value) -> Option<i64> {
        let delta = *self.deltas.get(market)?;
        let room = self.inputs.targets.room(market, &self.deltas)?;
        let open = room.saturating_sub(self.inputs.spare).max(Value::ZERO).0;
        let most = if edge.0.signum() == delta.0.signum() {
            open.max(delta.checked_abs()?.0)
        } else {
            open
        };
        Some(edge.0.clamp(most.checked_neg()?, most))
    }
}

/// Returns the leg to trade in: the largest that the trade reduces; if it reduces none, the first
/// whose terms can be read.
fn chosen<'a>(exposure: &'a Exposure, market: usize, gap: Value, terms: &Terms) -> Option<(usize, &'a LegExposure)> {
    let tradable = |(place, _): &(usize, &LegExposure)| terms.get(*place).is_some_and(Option::is_some);
    let legs = || exposure.legs_of(market).filter(tradable);
    let reduced = legs().filter(|(_, leg)| leg.lots.0.signum() == gap.0.signum().saturating_neg());
    let largest = reduced.max_by_key(|(_, leg)| leg.lots.0.unsigned_abs());
    largest
        .filter(|(_, leg)| leg.lots != Lots::ZERO)
        .or_else(|| legs().next())
}

/// Returns the lots of a notional on the way to a gap, toward zero: a lot more could be one too
/// far. One lot may be worth more than the whole way.
fn sized(gap: Value, notional: Value, price: Price) -> Option<Lots> {
    let size = notional.checked_abs()?.fixed().checked_div(price.fixed())?;
    let size = size.checked_to_num::<i64>()?;
    Some(match size.checked_mul(notional.0.signum())? {
        0 => Lots(gap.0.signum()),
        lots => Lots(lots),
    })
}

/// Returns the part of `order` that only reduces `position`; all of it where it goes the other way
/// and may.
fn only_reducing(position: Lots, order: Lots, is_alone: bool) -> Option<Lots> {
    if position.0.signum() == order.0.signum().saturating_neg() {
        return Some(Lots(position.0.checked_neg()?));
    }
    Some(if is_alone { Lots::ZERO } else { order })
}

/// Returns whether orders would be proven if they filled at the published price, at no cost.
fn is_proven(inputs: &PlanInputs, orders: &Orders) -> bool {
    let proven = || {
        let (after, traded) = predicted(inputs, orders)?;
        let mut depths = [Value::ZERO; MAX_LEGS];
        for (depth, terms) in depths.iter_mut().zip(inputs.terms) {
            *depth = terms
                .as_ref()
                .map_or(Some(Value::ZERO), |terms| largest_notional(inputs.policy, terms))?;
        }
        let proposal = Proposal {
            policy: inputs.policy,
            permissions: inputs.permissions,
            targets: inputs.targets,
            cap_after: inputs.targets.cap,
            before: inputs.exposure,
            after: &after,
            traded,
            slice_left: inputs.slice_left,
            depths,
        };
        check(&proposal).ok()
    };
    proven().is_some()
}

/// Returns the book after orders that fill at the published price at no cost, and their notional.
fn predicted(inputs: &PlanInputs, orders: &Orders) -> Option<(Exposure, Value)> {
    let mut after = *inputs.exposure;
    let mut traded = Value::ZERO;
    for order in orders.iter().flatten() {
        let leg = after.legs.get_mut(order.leg)?.as_mut()?;
        let mid = inputs.prices.mid(leg.market)?;
        leg.lots = leg.lots.checked_add(order.lots)?;
        leg.lots_if_filled = leg.lots;
        leg.delta = value_floor(leg.lots, mid)?;
        leg.delta_if_filled = leg.delta;
        traded = traded.checked_add(notional(order.lots, mid)?)?;
    }
    Some((after, traded))
}

/// Returns the notional whose spread, fee and linear impact use up the planner's part of the price
/// band or of the cost budget, whichever is used up first: quote base units. `None` on overflow.
pub fn largest_notional(policy: &RebalancePolicy, terms: &TradingTerms) -> Option<Value> {
    let part = |limit: Ratio| limit.fixed().checked_mul_int(BAND_USED_PERCENT)?.checked_div_int(100);
    let by_price = part(policy.price_band)?.checked_sub(terms.half_spread.fixed())?;
    let by_cost = part(policy.max_cost)?
        .checked_sub(terms.half_spread.fixed())?
        .checked_sub(terms.taker_fee.fixed())?;
    let usable = by_price.min(by_cost).max(I80F48::ZERO);
    // Impact of one per cent at `depth_one_percent`: notional = usable × 100 × depth.
    Value::floor(
        usable
            .checked_mul_int(100)?
            .checked_mul_int(i128::from(terms.depth_one_percent.0))?,
    )
}

#[cfg(test)]
mod tests;
