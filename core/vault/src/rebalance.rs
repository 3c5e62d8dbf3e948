//! *Propose, then prove*: whether a book after a rebalance is provably better than before.
//!
//! Anyone may propose any orders. The program executes them and then asks this module; if the
//! answer is a refusal, the whole transaction is undone. The keeper asks the same module before it
//! sends.

use crate::exposure::Targets;
use ballast_core_market::breaker::Permissions;
use ballast_core_types::{value_floor, Lots, Price, Ratio, Value};

/// The bounds every rebalance has to keep.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RebalancePolicy {
    /// Greatest distance of a fill from the oracle price, on the side that costs the vault.
    pub price_band: Ratio,
    /// Each rebalance has to bring D nearer to D* by at least this share of the band.
    pub min_improvement: Ratio,
    /// Greatest cost (net asset value lost at an unchanged price) as a share of the notional
    /// traded.
    pub max_cost: Ratio,
}

/// A book as far as a rebalance can change it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exposure {
    /// Position.
    pub lots: Lots,
    /// Position if the order in flight fills completely.
    pub lots_if_filled: Lots,
    /// Dollar delta of the position.
    pub delta: Value,
    /// Dollar delta if the order in flight fills completely.
    pub delta_if_filled: Value,
    /// Lots beside these that belong to holders who leave, as the position is and as it is if the
    /// order in flight fills.
    pub leaving: [Lots; 2],
    /// Net asset value at one price, the same before and after.
    pub nav: Value,
}

/// The rule a rebalance broke.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RebalanceError {
    /// An order of zero lots, or no order.
    EmptyOrder,
    /// A fill outside the oracle-anchored price band.
    FillOutsideBand,
    /// An order is still in flight at the venue.
    OrderInFlight,
    /// The book is inside its band and under its cap.
    NothingToDo,
    /// The present state permits reductions only.
    OpeningNotPermitted,
    /// |D| would exceed the cap, or exceed it further.
    OverCap,
    /// D is not nearer to its target by the minimum.
    NoImprovement,
    /// D went further into the band than its edge, or past the target.
    Overshoot,
    /// The rebalance cost more than its budget.
    TooCostly,
    /// An unwinding order trades more than the part of those who leave.
    BeyondLeavers,
    /// A rebalance trades what belongs to those who leave.
    BeyondStayers,
    /// A value does not fit.
    OutOfRange,
}

/// Returns the worst prices at which the vault may buy and sell: `(lowest sale, highest purchase)`.
/// `None` on overflow.
pub fn price_limits(oracle: Price, band: Ratio) -> Option<(Price, Price)> {
    let down = Ratio::from_fixed(band.fixed().checked_neg()?);
    Some((oracle.scaled_ceil(down)?, oracle.scaled_floor(band)?))
}

/// Returns whether a fill of `lots` costing `cost` (positive when buying, negative when selling)
/// lies inside the price band.
///
/// The comparison is made on whole amounts, so that no division can round a bad fill into a good
/// one.
pub fn fill_inside_band(oracle: Price, band: Ratio, lots: Lots, cost: Value) -> Option<bool> {
    let (lowest_sale, highest_purchase) = price_limits(oracle, band)?;
    let limit = if lots.0 > 0 { highest_purchase } else { lowest_sale };
    // One base unit of grace: the venue rounds the notional against us by less than that.
    let allowed = ballast_core_types::value_ceil(lots, limit)?.checked_add(Value(1))?;
    Some(cost <= allowed)
}

/// |lots| at a price, quote base units. `None` on overflow.
pub fn notional(lots: Lots, price: Price) -> Option<Value> {
    value_floor(lots, price)?.checked_abs()
}

/// Checks whether a rebalance is due: D is further from its target than the edge of the band, by at
/// least what is worth a trade.
///
/// # Errors
/// [`RebalanceError::NothingToDo`], [`RebalanceError::OutOfRange`].
pub fn due(before: &Exposure, targets: &Targets) -> Result<(), RebalanceError> {
    let is_due = distance(before.delta_if_filled, targets.delta)? >= targets.trigger();
    is_due.then_some(()).ok_or(RebalanceError::NothingToDo)
}

impl RebalancePolicy {
    /// Returns what trading so much may cost, quote base units; a few more for the rounding of
    /// fill, fee and valuation. `None` on overflow.
    pub fn budget(&self, traded: Value) -> Option<Value> {
        self.max_cost.of_ceil(traded)?.checked_add(Value(4))
    }
}

/// A rebalance, as it is proven.
#[derive(Clone, Copy, Debug)]
pub struct Proposal<'a> {
    /// The bounds it has to keep.
    pub policy: &'a RebalancePolicy,
    /// What breakers and the price permit.
    pub permissions: Permissions,
    /// Targets of the book before.
    pub targets: &'a Targets,
    /// Cap of the book after, whose cost of trading has lowered it.
    pub cap_after: Value,
    /// The book before.
    pub before: &'a Exposure,
    /// The book after.
    pub after: &'a Exposure,
    /// Notional of what filled, quote base units.
    pub traded: Value,
}

/// Proves that the book after a rebalance is better than the one before.
///
/// # Errors
/// The rule that failed.
pub fn check(proposal: &Proposal) -> Result<(), RebalanceError> {
    let Proposal {
        policy,
        permissions,
        targets,
        cap_after,
        before,
        after,
        traded,
    } = *proposal;
    if before.lots != before.lots_if_filled {
        return Err(RebalanceError::OrderInFlight);
    }
    due(before, targets)?;
    if after.lots_if_filled == before.lots_if_filled {
        return Err(RebalanceError::EmptyOrder);
    }
    let change = after
        .lots_if_filled
        .checked_sub(before.lots_if_filled)
        .ok_or(RebalanceError::OutOfRange)?;
    if after.leaving != before.leaving {
        return Err(RebalanceError::BeyondStayers);
    }
    let reduces = before.lots_if_filled.is_reduced_by(change);
    if !reduces && !permissions.open {
        return Err(RebalanceError::OpeningNotPermitted);
    }
    if !permissions.reduce {
        return Err(RebalanceError::OpeningNotPermitted);
    }
    // The cap has to hold whether an order in flight fills or not.
    let allowed = targets.cap.min(cap_after).max(magnitude(before.delta)?);
    for delta in [after.delta, after.delta_if_filled] {
        if magnitude(delta)? > allowed {
            return Err(RebalanceError::OverCap);
        }
    }
    let was = distance(before.delta_if_filled, targets.delta)?;
    let is = distance(after.delta_if_filled, targets.delta)?;
    let least = targets.least.max(Value(1));
    // A last small step that closes the position or lands on the target is enough, however small.
    let finished = after.lots_if_filled == Lots::ZERO && targets.delta == Value::ZERO;
    let improvement = was.checked_sub(is).ok_or(RebalanceError::OutOfRange)?;
    if improvement < least && !(finished && improvement > Value::ZERO) {
        return Err(RebalanceError::NoImprovement);
    }
    // To the edge, and no further: whoever moves the book pays for that much.
    let crossed = (before.delta_if_filled > targets.delta && after.delta_if_filled < targets.delta)
        || (before.delta_if_filled < targets.delta && after.delta_if_filled > targets.delta);
    // A lot is the finest step there is: where one is worth more than the band, no trade would land
    // on the edge, and a vault of next to nothing could never close its last one.
    let is_finest = change.0.unsigned_abs() == 1;
    if (crossed || is < targets.nearest()) && !is_finest {
        return Err(RebalanceError::Overshoot);
    }
    let cost = before.nav.checked_sub(after.nav).ok_or(RebalanceError::OutOfRange)?;
    let budget = policy.budget(traded).ok_or(RebalanceError::OutOfRange)?;
    if cost > budget {
        return Err(RebalanceError::TooCostly);
    }
    Ok(())
}

fn distance(a: Value, b: Value) -> Result<Value, RebalanceError> {
    a.checked_sub(b)
        .and_then(Value::checked_abs)
        .ok_or(RebalanceError::OutOfRange)
}

fn magnitude(value: Value) -> Result<Value, RebalanceError> {
    value.checked_abs().ok_or(RebalanceError::OutOfRange)
}

#[cfg(test)]
mod tests;
