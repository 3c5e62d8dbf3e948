//! Whether a trade unwinds what belongs to holders who leave, and nothing else.
//!
//! Unwinding is due for exactly the leavers' part of the position. It trades nothing of what stays,
//! so that it makes nobody's exposure better or worse but theirs; what it costs is measured, added
//! back to the net asset values, and borne by those it was done for.

use crate::keeper_pay::KeeperPayPolicy;
use crate::rebalance::{RebalanceError, RebalancePolicy};
use ballast_core_market::breaker::Permissions;
use ballast_core_types::{value_floor, Lots, Position, Price, Value};

/// An unwinding trade, as it is proven.
#[derive(Clone, Copy, Debug)]
pub struct UnwindProposal<'a> {
    /// The bounds every trade has to keep.
    pub policy: &'a RebalancePolicy,
    /// What keepers are paid for.
    pub keepers: &'a KeeperPayPolicy,
    /// What breakers and the price permit.
    pub permissions: Permissions,
    /// The batch's lots that are not unwound.
    pub due: Lots,
    /// The least that is worth a trade, quote base units; what is left at last may be less.
    pub least: Value,
    /// The published price.
    pub price: Price,
    /// The position before.
    pub before: &'a Position,
    /// The position after.
    pub after: &'a Position,
    /// Net asset value lost at an unchanged price, quote base units.
    pub cost: Value,
}

/// Returns the lots of a batch, or of all that leave, that may be unwound now: at most what the
/// position has.
pub fn due(lots_left: Lots, held: Lots) -> Lots {
    Lots(lots_left.0.clamp(held.0.min(0), held.0.max(0)))
}

/// What was proven to be unwound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unwound {
    /// Lots; they have the sign of the position.
    pub lots: Lots,
    /// What that cost, quote base units.
    pub cost: u64,
    /// Their notional, quote base units.
    pub notional: u64,
    /// What whoever sent it has earned, quote base units; with the cost it is within the budget.
    pub earned: u64,
}

/// Proves that a trade only unwinds; returns what it unwinds.
///
/// # Errors
/// The rule that failed.
pub fn check(proposal: &UnwindProposal) -> Result<Unwound, RebalanceError> {
    let UnwindProposal {
        policy,
        keepers,
        permissions,
        due,
        least,
        price,
        before,
        after,
        cost,
    } = *proposal;
    // What waits may never fill, and would leave those who stay with what was not unwound.
    if before.in_flight != Lots::ZERO || after.in_flight != Lots::ZERO {
        return Err(RebalanceError::OrderInFlight);
    }
    if due == Lots::ZERO {
        return Err(RebalanceError::NothingToDo);
    }
    let change = after.lots.checked_sub(before.lots).ok_or(RebalanceError::OutOfRange)?;
    if change == Lots::ZERO {
        return Err(RebalanceError::EmptyOrder);
    }
    if !permissions.reduce || !due.is_reduced_by(change) {
        return Err(RebalanceError::BeyondLeavers);
    }
    let traded = value_floor(change, price).and_then(Value::checked_abs);
    let traded = traded.ok_or(RebalanceError::OutOfRange)?;
    let is_last = due.checked_add(change) == Some(Lots::ZERO);
    if !is_last && traded < least {
        return Err(RebalanceError::NoImprovement);
    }
    if cost > policy.budget(traded).ok_or(RebalanceError::OutOfRange)? {
        return Err(RebalanceError::TooCostly);
    }
    Ok(Unwound {
        lots: Lots(change.0.checked_neg().ok_or(RebalanceError::OutOfRange)?),
        cost: cost.positive_part(),
        notional: traded.positive_part(),
        earned: keepers.of_unwinding(traded, cost, policy),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keeper_pay::MOST_RATE;
    use ballast_core_market::breaker::{permitted, BreakerSet};
    use ballast_core_types::fixtures::{price, ratio};

    fn held(lots: i64) -> Position {
        Position {
            lots: Lots(lots),
            ..Position::default()
        }
    }

    fn policy() -> RebalancePolicy {
        RebalancePolicy {
            price_band: ratio("0.01"),
            slice: ratio("1"),
            max_cost: ratio("0.005"),
        }
    }

    const KEEPERS: KeeperPayPolicy = KeeperPayPolicy {
        rate: MOST_RATE,
        task: 0,
        aversion: 100,
    };

    fn verdict(before: i64, after: i64, due: i64, cost: i64) -> Result<Unwound, RebalanceError> {
        check(&UnwindProposal {
            policy: &policy(),
            keepers: &KEEPERS,
            // Unwinding asks no breaker and no price of a trade.
            permissions: permitted(BreakerSet::ALL, false),
            due: Lots(due),
            least: Value(100),
            price: price("1"),
            before: &held(before),
            after: &held(after),
            cost: Value(cost),
        })
    }

    #[test]
    fn the_table_of_verdicts() {
        use RebalanceError::*;
        for (before, after, due, cost, expected) in [
            (10_000, 9_000, 1_000, 5, Ok(Lots(1_000))),
            (10_000, 9_500, 1_000, 5, Ok(Lots(500))),
            (10_000, 8_999, 1_000, 5, Err(BeyondLeavers)),
            (10_000, 10_001, 1_000, 0, Err(BeyondLeavers)),
            (10_000, 9_901, 1_000, 0, Err(NoImprovement)),
            (10_000, 9_950, 50, 0, Ok(Lots(50))),
            (10_000, 10_000, 1_000, 0, Err(EmptyOrder)),
            (10_000, 9_000, 0, 0, Err(NothingToDo)),
            (10_000, 9_000, 1_000, 10, Err(TooCostly)),
            (-10_000, -9_000, -1_000, 5, Ok(Lots(-1_000))),
            (-10_000, -8_000, -1_000, 5, Err(BeyondLeavers)),
        ] {
            assert_eq!(
                verdict(before, after, due, cost).map(|unwound| unwound.lots),
                expected,
                "{before} -> {after}, {due} due, for {cost}"
            );
        }
    }

    #[test]
    fn an_order_that_waits_unwinds_nothing() {
        let waits = Position {
            in_flight: Lots(-600),
            ..held(10_000)
        };
        let verdict = |before: &Position, after: &Position| {
            check(&UnwindProposal {
                policy: &policy(),
                keepers: &KEEPERS,
                permissions: Permissions::ALL,
                due: Lots(600),
                least: Value(100),
                price: price("1"),
                before,
                after,
                cost: Value(0),
            })
        };
        assert_eq!(verdict(&held(10_000), &waits), Err(RebalanceError::OrderInFlight));
        assert_eq!(verdict(&waits, &held(9_400)), Err(RebalanceError::OrderInFlight));
        let done = verdict(&held(10_000), &held(9_400));
        assert_eq!(done.map(|unwound| unwound.lots), Ok(Lots(600)));
    }

    #[test]
    fn no_more_is_due_than_is_held() {
        for (left, held, expected) in [(600, 1_000, 600), (600, 400, 400), (600, -400, 0), (-600, -400, -400)] {
            assert_eq!(due(Lots(left), Lots(held)), Lots(expected));
        }
    }
}
