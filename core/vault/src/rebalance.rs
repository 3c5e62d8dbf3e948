//! *Propose, then prove*: whether a book after a rebalance is provably better than before.
//!
//! Anyone may propose any orders. The program executes them and then asks this module; if the
//! answer is a refusal, the whole transaction is undone. The keeper asks the same module before it
//! sends.

use crate::places::{PerMarket, MAX_LEGS, MAX_MARKETS};
use crate::targets::{gross, Reason, Targets};
use ballast_core_market::breaker::Permissions;
use ballast_core_types::{value_floor, Lots, Price, Ratio, Value};

mod exposure;

#[cfg(test)]
pub(crate) use exposure::fixtures;
pub use exposure::{Exposure, LegExposure};

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

/// The rule a rebalance broke.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RebalanceError {
    /// An order of zero lots, or no order.
    EmptyOrder,
    /// Legs of one market would be set against each other, or further.
    LegsOpposed,
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
        .reason(&before.deltas_if_filled())
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
    /// What breakers and the price of each market permit in it.
    pub permissions: [Permissions; MAX_MARKETS],
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
    /// The greatest order that the depth of each leg's venue allows within band and cost, quote
    /// base units: [`largest_notional`](crate::planner::largest_notional).
    pub depths: [Value; MAX_LEGS],
}

/// What a rebalance changes of one leg, orders that wait as if they had filled.
#[derive(Clone, Copy)]
struct Change {
    place: usize,
    market: usize,
    was: Lots,
    lots: Lots,
    /// |ΔD|.
    ordered: u64,
}

impl Proposal<'_> {
    fn pairs(&self) -> impl Iterator<Item = (usize, &LegExposure, &LegExposure)> {
        let placed = self.before.legs.iter().zip(&self.after.legs).enumerate();
        placed.filter_map(|(place, (was, is))| Some((place, was.as_ref()?, is.as_ref()?)))
    }

    /// Returns what changes. One that does not fit counts as the largest, which nothing permits.
    fn changes(&self) -> impl Iterator<Item = Change> + '_ {
        self.pairs()
            .filter(|(_, was, is)| was.lots_if_filled != is.lots_if_filled)
            .map(|(place, was, is)| Change {
                place,
                market: was.market,
                was: was.lots_if_filled,
                lots: Lots(is.lots_if_filled.0.saturating_sub(was.lots_if_filled.0)),
                ordered: is.delta_if_filled.0.abs_diff(was.delta_if_filled.0),
            })
    }

    /// Returns whether a lot is all that is traded: the finest step there is.
    fn is_finest(&self) -> bool {
        let lots = |sum: u64, change: Change| sum.saturating_add(change.lots.0.unsigned_abs());
        self.changes().fold(0, lots) == 1
    }
}

/// Proves that the book after a rebalance is better than the one before; returns why it was due.
///
/// With B = max(0, Σ|D| − hold) and J the cost of risk, which rises with |D − D*| of each market:
/// - *breach*: B falls by at least a tenth of itself, or to nothing, by the least trade or onto the
///   cap; or by half of what depth allows in one order. J is not asked; but what is cut is more
///   than wanted, so that J falls too.
/// - *drift*: B does not rise; in each market that is traded D had drifted and J falls, by at least
///   the least trade or by closing the position; and no more is traded than is left of the hour's
///   slice.
///
/// So (B, J) falls lexicographically in whatever passes at unchanged prices: no sequence of
/// rebalances can cycle. Neither trades a market further than the edge of its band, nor past its
/// target, nor cuts more than is above the cap; nothing is added beyond what regime and trend of a
/// market leave of it, and no leg is set against another of its market.
///
/// # Errors
/// The rule that failed.
#[inline(never)]
pub fn check(proposal: &Proposal) -> Result<Reason, RebalanceError> {
    let Proposal {
        policy,
        targets,
        before,
        after,
        traded,
        ..
    } = *proposal;
    let is_traded = |market| proposal.changes().any(|change| change.market == market);
    let waits = |leg: &LegExposure| leg.lots != leg.lots_if_filled;
    if before
        .legs
        .iter()
        .flatten()
        .any(|leg| waits(leg) && is_traded(leg.market))
    {
        return Err(RebalanceError::OrderInFlight);
    }
    let reason = due(before, targets)?;
    if proposal.changes().next().is_none() {
        return Err(RebalanceError::EmptyOrder);
    }
    if proposal.pairs().any(|(_, was, is)| was.leaving != is.leaving) {
        return Err(RebalanceError::BeyondStayers);
    }
    is_permitted(proposal)?;
    let reason = match is_progress(proposal, reason) {
        // What is above a limit may lie where nothing can be traded now: what reduces a market that
        // has drifted is due all the same.
        Err(RebalanceError::NoImprovement) if reason == Reason::Breach => {
            let as_drift = is_progress(proposal, Reason::Drift);
            as_drift.map_err(|_| RebalanceError::NoImprovement)?;
            Reason::Drift
        }
        progress => progress.map(|()| reason)?,
    };
    is_short_of_targets(proposal, reason)?;
    let cost = before.nav.checked_sub(after.nav).ok_or(RebalanceError::OutOfRange)?;
    let budget = policy.budget(traded).ok_or(RebalanceError::OutOfRange)?;
    if cost > budget {
        return Err(RebalanceError::TooCostly);
    }
    Ok(reason)
}

/// Checks what may be added where, whether orders in flight fill or not.
#[inline(never)]
fn is_permitted(proposal: &Proposal) -> Result<(), RebalanceError> {
    let (targets, before, after) = (proposal.targets, proposal.before, proposal.after);
    let permissions = |market: usize| proposal.permissions.get(market).ok_or(RebalanceError::OutOfRange);
    for change in proposal.changes() {
        let permitted = permissions(change.market)?;
        if !permitted.reduce || !(permitted.open || change.was.is_reduced_by(change.lots)) {
            return Err(RebalanceError::OpeningNotPermitted);
        }
    }
    let worst = after.worst();
    if worst > targets.cap.min(proposal.cap_after).max(before.worst()) {
        return Err(RebalanceError::OverCap);
    }
    for change in proposal.changes() {
        let open = targets.of(change.market).map_or(Value::ZERO, |target| target.open);
        if !change.was.is_reduced_by(change.lots) && worst > open {
            return Err(RebalanceError::OverOpenLimit);
        }
        // Nor bought in one and sold in the other: that trades more than brings the market nearer.
        let against = |other: Change| other.market == change.market && other.lots.0.signum() != change.lots.0.signum();
        if after.matched(change.market) > before.matched(change.market) || proposal.changes().any(against) {
            return Err(RebalanceError::LegsOpposed);
        }
    }
    Ok(())
}

/// Checks that each market is brought to its edge, and no further: whoever moves the book pays for
/// that much.
#[inline(never)]
fn is_short_of_targets(proposal: &Proposal, reason: Reason) -> Result<(), RebalanceError> {
    // Where one lot is worth more than the band, no trade would land on the edge, and a vault of
    // next to nothing could never close its last one.
    if proposal.is_finest() {
        return Ok(());
    }
    let targets = proposal.targets;
    let (was, is) = (proposal.before.deltas_if_filled(), proposal.after.deltas_if_filled());
    for change in proposal.changes() {
        let target = targets.of(change.market).ok_or(RebalanceError::OutOfRange)?;
        let nearest = targets.nearest(reason, change.market, &was);
        let nearest = nearest.ok_or(RebalanceError::OutOfRange)?;
        let at = |deltas: &PerMarket| deltas.get(change.market).copied().unwrap_or(Value::ZERO);
        let is_past = if at(&was) > target.delta {
            at(&is) < nearest
        } else {
            at(&is) > nearest
        };
        if is_past {
            return Err(RebalanceError::Overshoot);
        }
    }
    let cut = gross(&was).saturating_sub(gross(&is));
    if reason == Reason::Breach && cut > targets.above(&was).saturating_add(targets.least) {
        return Err(RebalanceError::Overshoot);
    }
    Ok(())
}

/// Returns whether a breach lands on the cap, but for half of what may be held above it, or a lot:
/// no trade of next to nothing leaves it just under what may be held.
#[inline(never)]
fn lands(proposal: &Proposal) -> bool {
    let targets = proposal.targets;
    let lot = |leg: &LegExposure| leg.delta.0.unsigned_abs().checked_div(leg.lots.0.unsigned_abs());
    let lots = proposal.changes().filter_map(|change| {
        let leg = proposal.before.legs.get(change.place)?.as_ref()?;
        lot(leg)
    });
    let lot = lots.max().unwrap_or(0);
    let (cap, hold) = (targets.cap.positive_part(), targets.hold().positive_part());
    let room = (hold.saturating_sub(cap) >> 1).max(lot.saturating_add(1));
    targets.above(&proposal.after.deltas_if_filled()).positive_part() <= room
}

/// Checks that enough is gained, by the measure of its reason.
#[inline(never)]
fn is_progress(proposal: &Proposal, reason: Reason) -> Result<(), RebalanceError> {
    let targets = proposal.targets;
    let (was, is) = (proposal.before.deltas_if_filled(), proposal.after.deltas_if_filled());
    // What would fill counts as traded: a venue that lets it wait trades no less.
    let ordered = proposal
        .changes()
        .fold(0u64, |sum, change| sum.saturating_add(change.ordered));
    let least = targets.least.positive_part();
    // While the book is above what it may hold, nothing is added anywhere.
    let adds = |change: Change| !change.was.is_reduced_by(change.lots);
    if targets.excess(&was) > Value::ZERO && proposal.changes().any(adds) {
        return Err(RebalanceError::OverCap);
    }
    let nearer = |market: usize| {
        let distance = |deltas: &PerMarket| Some(targets.of(market)?.distance(*deltas.get(market)?));
        let (was, is) = (distance(&was).unwrap_or(0), distance(&is).unwrap_or(u64::MAX));
        was.saturating_sub(is)
    };
    let is_enough = proposal.changes().all(|change| nearer(change.market) > 0)
        && match reason {
            Reason::Breach => {
                let [was, is] = [was, is].map(|deltas| targets.excess(&deltas).positive_part());
                let falls = was.saturating_sub(is);
                let depth = |place: usize| proposal.depths.get(place).map_or(0, |depth| depth.positive_part());
                let is_all_there_is = proposal
                    .changes()
                    .all(|change| change.ordered >= depth(change.place) >> 1);
                let is_enough = is == 0 || falls >= was.div_ceil(10);
                (falls > 0 && is_all_there_is) || (is_enough && (ordered >= least || lands(proposal)))
            }
            Reason::Drift => proposal.changes().all(|Change { market, .. }| {
                // A last small step that closes the position is enough, however small.
                let is_flat = targets.of(market).is_some_and(|target| target.delta == Value::ZERO);
                let is_closed = |(_, leg): (usize, &LegExposure)| leg.lots_if_filled == Lots::ZERO;
                let closes = is_flat && proposal.after.legs_of(market).all(is_closed);
                targets.is_due(reason, market, &was) && (nearer(market) >= least || closes)
            }),
        };
    if !is_enough {
        return Err(RebalanceError::NoImprovement);
    }
    // A lot may be worth more than the slice.
    let is_over = reason == Reason::Drift && ordered > proposal.slice_left.positive_part();
    if is_over && !proposal.is_finest() {
        return Err(RebalanceError::OverSlice);
    }
    Ok(())
}

#[cfg(test)]
mod tests;
