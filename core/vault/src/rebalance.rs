//! *Propose, then prove*: whether a book after a rebalance is provably better than before.
//!
//! Anyone may propose any orders. The program executes them and then asks this module; if the
//! answer is a refusal, the whole transaction is undone. The keeper asks the same module before it
//! sends.

use crate::exposure::{Reason, Targets};
use ballast_core_market::breaker::Permissions;
use ballast_core_types::{value_floor, Lots, Price, Ratio, Value};

/// The bounds every rebalance has to keep.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RebalancePolicy {
    /// Greatest distance of a fill from the oracle price, on the side that costs the vault.
    pub price_band: Ratio,
    /// What *drift* may trade in an hour, as a share of net asset value.
    pub slice: Ratio,
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
    /// |D| would grow beyond what regime and trend leave of the cap.
    OverOpenLimit,
    /// D is not nearer to its target by the minimum.
    NoImprovement,
    /// D went further into the band than its edge, or past the target.
    Overshoot,
    /// A drift trades more than is left of what the hour allows.
    OverSlice,
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

/// Returns why a rebalance is due.
///
/// # Errors
/// [`RebalanceError::NothingToDo`].
pub fn due(before: &Exposure, targets: &Targets) -> Result<Reason, RebalanceError> {
    targets
        .reason(before.delta_if_filled)
        .ok_or(RebalanceError::NothingToDo)
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
    /// What is left of the hour's slice, quote base units.
    pub slice_left: Value,
    /// The greatest order that the venue's depth allows within band and cost, quote base units:
    /// [`largest_notional`](crate::planner::largest_notional).
    pub depth: Value,
}

/// Proves that the book after a rebalance is better than the one before; returns why it was due.
///
/// With B = max(0, |D| − hold) and J the cost of risk, which rises with |D − D*|:
/// - *breach*: B falls by at least a tenth of itself, or to nothing, by the least trade or onto the
///   cap; or by half of what depth allows in one order. J is not asked.
/// - *drift*: B stays nothing, J falls, at least the least trade is made or the position closed,
///   and no more than is left of the hour's slice.
///
/// So (B, J) falls lexicographically in whatever passes at an unchanged price: no sequence of
/// rebalances can cycle. Neither trades further than the edge of the band, nor past the target, nor
/// beyond the cap; and nothing is added beyond what regime and trend leave of it.
///
/// # Errors
/// The rule that failed.
pub fn check(proposal: &Proposal) -> Result<Reason, RebalanceError> {
    let Proposal {
        policy,
        permissions,
        targets,
        cap_after,
        before,
        after,
        traded,
        ..
    } = *proposal;
    if before.lots != before.lots_if_filled {
        return Err(RebalanceError::OrderInFlight);
    }
    let reason = due(before, targets)?;
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
    if !reduces && magnitude(after.delta_if_filled)? > targets.open {
        return Err(RebalanceError::OverOpenLimit);
    }
    is_progress(proposal, reason)?;
    // To the edge, and no further: whoever moves the book pays for that much.
    let (was, is, nearest) = (
        before.delta_if_filled,
        after.delta_if_filled,
        targets.nearest(before.delta_if_filled),
    );
    let is_past = if was > targets.delta {
        is < nearest
    } else {
        is > nearest
    };
    // A lot is the finest step there is: where one is worth more than the band, no trade would land
    // on the edge, and a vault of next to nothing could never close its last one.
    let is_finest = change.0.unsigned_abs() == 1;
    if is_past && !is_finest {
        return Err(RebalanceError::Overshoot);
    }
    let cost = before.nav.checked_sub(after.nav).ok_or(RebalanceError::OutOfRange)?;
    let budget = policy.budget(traded).ok_or(RebalanceError::OutOfRange)?;
    if cost > budget {
        return Err(RebalanceError::TooCostly);
    }
    Ok(reason)
}

/// Returns whether a breach lands on the cap, but for half of what may be held above it, or a lot:
/// no trade of next to nothing leaves it just under what may be held.
fn lands(proposal: &Proposal) -> bool {
    let (targets, before) = (proposal.targets, proposal.before);
    let lot = before.delta.0.unsigned_abs().checked_div(before.lots.0.unsigned_abs());
    let (cap, hold) = (targets.cap.positive_part(), targets.hold().positive_part());
    let room = (hold.saturating_sub(cap) >> 1).max(lot.unwrap_or(0).saturating_add(1));
    proposal.after.delta_if_filled.0.unsigned_abs() <= cap.saturating_add(room)
}

/// Checks that enough is gained, by the measure of its reason.
fn is_progress(proposal: &Proposal, reason: Reason) -> Result<(), RebalanceError> {
    let (targets, before, after) = (proposal.targets, proposal.before, proposal.after);
    let (was, is) = (before.delta_if_filled, after.delta_if_filled);
    // What would fill counts as traded: a venue that lets it wait trades no less.
    let ordered = was.0.abs_diff(is.0);
    let is_enough = match reason {
        Reason::Breach => {
            let [was, is] = [was, is].map(|delta| targets.excess(delta).positive_part());
            let falls = was.saturating_sub(is);
            let is_all_there_is = falls > 0 && ordered >= proposal.depth.positive_part() >> 1;
            let is_enough = is == 0 || falls >= was.div_ceil(10);
            is_all_there_is || (is_enough && (ordered >= targets.least.positive_part() || lands(proposal)))
        }
        Reason::Drift => {
            let nearer = targets.distance(was).saturating_sub(targets.distance(is));
            let least = targets.least.0.max(1).unsigned_abs();
            // A last small step that closes the position is enough, however small.
            let closes = after.lots_if_filled == Lots::ZERO && targets.delta == Value::ZERO;
            nearer >= least || (closes && nearer > 0)
        }
    };
    if !is_enough {
        return Err(RebalanceError::NoImprovement);
    }
    // A lot may be worth more than the slice.
    let is_finest = after.lots_if_filled.0.abs_diff(before.lots_if_filled.0) == 1;
    let is_over = reason == Reason::Drift && ordered > proposal.slice_left.positive_part();
    if is_over && !is_finest {
        return Err(RebalanceError::OverSlice);
    }
    Ok(())
}

fn magnitude(value: Value) -> Result<Value, RebalanceError> {
    value.checked_abs().ok_or(RebalanceError::OutOfRange)
}

#[cfg(test)]
mod tests;
