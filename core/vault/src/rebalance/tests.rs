//! The proof of a rebalance, rule by rule.

use super::*;
use crate::targets::fixtures::{market, of_markets};
use ballast_core_market::breaker::{self, BreakerSet};
use ballast_core_types::fixtures::{price, ratio};
use core::array::from_fn;
use proptest::prelude::*;

mod markets;

fn policy() -> RebalancePolicy {
    RebalancePolicy {
        price_band: ratio("0.01"),
        slice: ratio("1"),
        max_cost: ratio("0.005"),
    }
}

fn targets() -> Targets {
    of_markets(&[market(5_000, 1_000, 8_000)], 250, 8_000)
}

/// Returns a leg whose price is one, so that lots and dollar delta are the same number.
fn leg(market: usize, lots: i64) -> LegExposure {
    fixtures::leg(market, lots, 1)
}

fn of(legs: &[LegExposure]) -> Exposure {
    fixtures::book(legs, 10_000)
}

fn book(lots: i64) -> Exposure {
    of(&[leg(0, lots)])
}

fn permitted(active: BreakerSet, calm: bool) -> [Permissions; MAX_MARKETS] {
    [breaker::permitted(active, calm); MAX_MARKETS]
}

const DEEP: [Value; MAX_LEGS] = [Value(100_000); MAX_LEGS];

fn verdict(before: i64, after: i64, calm: bool) -> Result<Reason, RebalanceError> {
    check(&Proposal {
        policy: &policy(),
        permissions: permitted(BreakerSet::NONE, calm),
        targets: &targets(),
        cap_after: Value(8_000),
        before: &book(before),
        after: &book(after),
        traded: Value((after - before).abs()),
        slice_left: Value(100_000),
        depths: DEEP,
    })
}

#[test]
fn the_table_of_verdicts() {
    use Reason::*;
    use RebalanceError::*;
    for (before, after, calm, expected) in [
        (0, 4_000, true, Ok(Drift)),
        (0, 4_000, false, Err(OpeningNotPermitted)),
        (0, 4_250, true, Ok(Drift)),
        (0, 4_251, true, Err(Overshoot)),
        (0, 5_000, true, Err(Overshoot)),
        (0, 6_000, true, Err(Overshoot)),
        (0, 240, true, Err(NoImprovement)),
        (0, 250, true, Ok(Drift)),
        (0, -1_000, true, Err(NoImprovement)),
        (0, 9_000, true, Err(OverCap)),
        (3_751, 4_000, true, Err(NothingToDo)),
        (3_750, 4_000, true, Ok(Drift)),
        (6_249, 6_000, true, Err(NothingToDo)),
        (6_250, 6_000, true, Ok(Drift)),
        (6_250, 6_000, false, Ok(Drift)),
        (6_250, 5_749, true, Err(Overshoot)),
        (6_250, 6_251, true, Err(NoImprovement)),
        (20_000, 12_000, false, Ok(Breach)),
        (20_000, 8_000, false, Ok(Breach)),
        (8_250, 8_000, true, Ok(Drift)),
        (8_251, 8_000, false, Ok(Breach)),
        (8_251, 8_125, false, Ok(Breach)),
        // Just under what may be held again, for next to nothing.
        (8_251, 8_250, false, Err(NoImprovement)),
        (8_251, 8_126, false, Err(NoImprovement)),
        // A tenth of 11,750 dollars above what may be held; less passes as a drift, in its slice.
        (20_000, 18_825, false, Ok(Breach)),
        (20_000, 18_826, false, Ok(Drift)),
        (20_000, 19_751, false, Err(NoImprovement)),
        (20_000, 7_750, false, Ok(Breach)),
        (20_000, 7_749, false, Err(Overshoot)),
        (-9_000, -8_000, true, Ok(Breach)),
        (20_000, 20_001, true, Err(OverCap)),
        (20_000, -1, false, Err(OpeningNotPermitted)),
        (20_000, 20_000, true, Err(EmptyOrder)),
        (-3_000, 0, false, Ok(Drift)),
        (-3_000, 1, false, Err(OpeningNotPermitted)),
        (-3_000, -4_000, true, Err(NoImprovement)),
    ] {
        assert_eq!(
            verdict(before, after, calm),
            expected,
            "{before} -> {after} calm {calm}"
        );
    }
}

/// Returns the verdict on a trade under limits of its own.
fn limited(before: i64, after: i64, [open, slice, depth]: [i64; 3]) -> Result<Reason, RebalanceError> {
    check(&Proposal {
        policy: &policy(),
        permissions: permitted(BreakerSet::NONE, true),
        targets: &of_markets(&[market(5_000, 1_000, open)], 250, 8_000),
        cap_after: Value(8_000),
        before: &book(before),
        after: &book(after),
        traded: Value((after - before).abs()),
        slice_left: Value(slice),
        depths: [Value(depth); MAX_LEGS],
    })
}

#[test]
fn nothing_is_added_beyond_what_regime_and_trend_leave_and_nothing_is_sold_for_it() {
    let verdict = |before, after| limited(before, after, [2_000, 100_000, 100_000]);
    assert_eq!(verdict(0, 2_000), Ok(Reason::Drift));
    assert_eq!(verdict(0, 2_001), Err(RebalanceError::OverOpenLimit));
    assert_eq!(verdict(3_000, 3_300), Err(RebalanceError::OverOpenLimit));
    // What is held above it is no reason to sell.
    assert_eq!(verdict(4_500, 4_200), Err(RebalanceError::NothingToDo));
    assert_eq!(verdict(7_000, 6_000), Ok(Reason::Drift));
    // Through nothing to the other side is an opening too.
    assert_eq!(verdict(-3_000, 2_001), Err(RebalanceError::OverOpenLimit));
}

#[test]
fn a_drift_is_sliced_and_a_breach_is_not() {
    let verdict = |before, after| limited(before, after, [8_000, 500, 100_000]);
    assert_eq!(verdict(0, 500), Ok(Reason::Drift));
    assert_eq!(verdict(0, 501), Err(RebalanceError::OverSlice));
    assert_eq!(verdict(7_000, 6_499), Err(RebalanceError::OverSlice));
    assert_eq!(verdict(20_000, 8_000), Ok(Reason::Breach));
}

#[test]
fn a_breach_is_reduced_by_all_that_a_thin_venue_allows() {
    // A tenth would be 1,175; depth allows 800 in one order, and half of that is enough for a price
    // that has moved meanwhile.
    let verdict = |after| limited(20_000, after, [8_000, 0, 800]);
    assert_eq!(verdict(19_200), Ok(Reason::Breach));
    assert_eq!(verdict(19_600), Ok(Reason::Breach));
    assert_eq!(verdict(19_601), Err(RebalanceError::NoImprovement));
}

#[test]
fn an_order_in_flight_blocks_the_next() {
    let before = of(&[LegExposure {
        lots_if_filled: Lots(1),
        ..leg(0, 0)
    }]);
    assert_eq!(
        check(&Proposal {
            policy: &policy(),
            permissions: permitted(BreakerSet::NONE, true),
            targets: &targets(),
            cap_after: Value(8_000),
            before: &before,
            after: &book(5_000),
            traded: Value(5_000),
            slice_left: Value(100_000),
            depths: DEEP,
        }),
        Err(RebalanceError::OrderInFlight)
    );
}

#[test]
fn nothing_is_traded_that_belongs_to_those_who_leave() {
    for leaving in [[Lots(600), Lots(600)], [Lots(0), Lots(600)]] {
        let before = of(&[LegExposure {
            leaving: [Lots(600); 2],
            ..leg(0, 0)
        }]);
        let verdict = check(&Proposal {
            policy: &policy(),
            permissions: permitted(BreakerSet::NONE, true),
            targets: &targets(),
            cap_after: Value(8_000),
            before: &before,
            after: &of(&[LegExposure {
                leaving,
                ..leg(0, 4_000)
            }]),
            traded: Value(4_000),
            slice_left: Value(100_000),
            depths: DEEP,
        });
        let expected = if leaving == [Lots(600); 2] {
            Ok(Reason::Drift)
        } else {
            Err(RebalanceError::BeyondStayers)
        };
        assert_eq!(verdict, expected);
    }
}

#[test]
fn the_cap_holds_whether_or_not_the_order_fills() {
    let after = of(&[LegExposure {
        lots_if_filled: Lots(9_000),
        delta_if_filled: Value(9_000),
        ..leg(0, 0)
    }]);
    assert_eq!(
        check(&Proposal {
            policy: &policy(),
            permissions: permitted(BreakerSet::NONE, true),
            targets: &targets(),
            cap_after: Value(8_000),
            before: &book(0),
            after: &after,
            traded: Value(0),
            slice_left: Value(100_000),
            depths: DEEP,
        }),
        Err(RebalanceError::OverCap)
    );
}

#[test]
fn the_cost_of_trading_lowers_the_cap_that_binds() {
    let run = |cap_after| {
        check(&Proposal {
            policy: &policy(),
            permissions: permitted(BreakerSet::NONE, true),
            targets: &targets(),
            cap_after: Value(cap_after),
            before: &book(0),
            after: &book(4_000),
            traded: Value(4_000),
            slice_left: Value(100_000),
            depths: DEEP,
        })
    };
    assert_eq!(run(4_000), Ok(Reason::Drift));
    assert_eq!(run(3_999), Err(RebalanceError::OverCap));
}

#[test]
fn the_cost_budget_is_enforced() {
    for (lost, expected) in [(24, Ok(Reason::Drift)), (25, Err(RebalanceError::TooCostly))] {
        let after = Exposure {
            nav: Value(10_000 - lost),
            ..book(4_000)
        };
        let got = check(&Proposal {
            policy: &policy(),
            permissions: permitted(BreakerSet::NONE, true),
            targets: &targets(),
            cap_after: Value(8_000),
            before: &book(0),
            after: &after,
            traded: Value(4_000),
            slice_left: Value(100_000),
            depths: DEEP,
        });
        assert_eq!(got, expected);
    }
}

#[test]
fn r21_fills_are_anchored_to_the_oracle() {
    for (lots, cost, inside) in [
        (100, 10_099, true),
        (100, 10_103, false),
        (-100, -9_901, true),
        (-100, -9_897, false),
        (100, 5_000, true),
        (-100, -20_000, true),
    ] {
        assert_eq!(
            fill_inside_band(price("100"), ratio("0.01"), Lots(lots), Value(cost)),
            Some(inside),
            "{lots} {cost}"
        );
    }
}

proptest! {
    #[test]
    fn whatever_is_admitted_is_nearer_not_past_the_edge_and_never_over_the_cap(
        before in -30_000i64..30_000, after in -30_000i64..30_000, calm: bool
    ) {
        if verdict(before, after, calm).is_ok() {
            // (B, J) falls, so that no sequence of trades comes back to where it was.
            let excess = |held: i64| (held.abs() - 8_250).max(0);
            let (was, is) = (excess(before), excess(after));
            prop_assert!(is < was || (was == 0 && is == 0 && (after - 5_000).abs() < (before - 5_000).abs()));
            prop_assert!((after - 5_000).abs() >= 750);
            prop_assert!((after > 5_000) == (before > 5_000), "not past the target");
            prop_assert!(after.abs() <= 8_000 || after.abs() <= before.abs());
            prop_assert!(calm || after.abs() <= before.abs());
        }
    }
}

#[test]
fn one_lot_that_is_worth_more_than_the_band_is_traded_where_that_brings_the_book_nearer() {
    let policy = policy();
    let of = |lots: i64| {
        of(&[LegExposure {
            delta: Value(lots * 52_000),
            delta_if_filled: Value(lots * 52_000),
            ..leg(0, lots)
        }])
    };
    let targets = |delta, cap| of_markets(&[market(delta, 1, cap)], 0, cap);
    for (before, after, delta, cap, expected) in [
        // A vault of next to nothing closes its last lot.
        (1, 0, 12, 31, Ok(Reason::Breach)),
        (-1, 0, -12, 31, Ok(Reason::Breach)),
        // Nearer, though past the target, and not back again.
        (0, 1, 40_000, 100_000, Ok(Reason::Drift)),
        (1, 0, 40_000, 100_000, Err(RebalanceError::NoImprovement)),
        (2, 1, 60_000, 100_000, Ok(Reason::Breach)),
        // Two are not one.
        (2, 0, 30_000, 60_000, Err(RebalanceError::Overshoot)),
        (0, 1, 12, 31, Err(RebalanceError::OverCap)),
    ] {
        let verdict = check(&Proposal {
            policy: &policy,
            permissions: permitted(BreakerSet::NONE, true),
            targets: &targets(delta, cap),
            cap_after: Value(cap),
            before: &of(before),
            after: &of(after),
            traded: Value((after - before).abs() * 52_000),
            slice_left: Value(100_000),
            depths: DEEP,
        });
        assert_eq!(verdict, expected, "{before} {after} {delta}");
    }
}
