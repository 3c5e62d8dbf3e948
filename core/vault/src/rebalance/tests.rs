//! The proof of a rebalance, rule by rule.

use super::*;
use ballast_core_market::breaker::{permitted, BreakerSet};
use ballast_core_types::fixtures::{price, ratio};
use proptest::prelude::*;

fn policy() -> RebalancePolicy {
    RebalancePolicy {
        price_band: ratio("0.01"),
        min_improvement: ratio("0.25"),
        max_cost: ratio("0.005"),
    }
}

fn targets() -> Targets {
    Targets {
        delta: Value(5_000),
        band: Value(1_000),
        least: Value(250),
        cap: Value(8_000),
        cushion: Value(2_000),
        floor: Value(8_000),
    }
}

/// Returns a book whose price is one, so that lots and dollar delta are the same number.
fn book(lots: i64) -> Exposure {
    Exposure {
        lots: Lots(lots),
        lots_if_filled: Lots(lots),
        delta: Value(lots),
        delta_if_filled: Value(lots),
        leaving: [Lots::ZERO; 2],
        nav: Value(10_000),
    }
}

fn verdict(before: i64, after: i64, calm: bool) -> Result<(), RebalanceError> {
    check(&Proposal {
        policy: &policy(),
        permissions: permitted(BreakerSet::NONE, calm),
        targets: &targets(),
        cap_after: Value(8_000),
        before: &book(before),
        after: &book(after),
        traded: Value((after - before).abs()),
    })
}

#[test]
fn the_table_of_verdicts() {
    use RebalanceError::*;
    for (before, after, calm, expected) in [
        (0, 4_000, true, Ok(())),
        (0, 4_000, false, Err(OpeningNotPermitted)),
        (0, 4_250, true, Ok(())),
        (0, 4_251, true, Err(Overshoot)),
        (0, 5_000, true, Err(Overshoot)),
        (0, 6_000, true, Err(Overshoot)),
        (0, 240, true, Err(NoImprovement)),
        (0, 250, true, Ok(())),
        (0, -1_000, true, Err(NoImprovement)),
        (0, 9_000, true, Err(OverCap)),
        (3_751, 4_000, true, Err(NothingToDo)),
        (3_750, 4_000, true, Ok(())),
        (6_249, 6_000, true, Err(NothingToDo)),
        (6_250, 6_000, true, Ok(())),
        (6_250, 6_000, false, Ok(())),
        (6_250, 5_749, true, Err(Overshoot)),
        (6_250, 6_251, true, Err(NoImprovement)),
        (20_000, 12_000, false, Ok(())),
        (20_000, 20_001, true, Err(OverCap)),
        (20_000, -1, false, Err(OpeningNotPermitted)),
        (20_000, 20_000, true, Err(EmptyOrder)),
        (-3_000, 0, false, Ok(())),
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

#[test]
fn an_order_in_flight_blocks_the_next() {
    let before = Exposure {
        lots_if_filled: Lots(1),
        ..book(0)
    };
    assert_eq!(
        check(&Proposal {
            policy: &policy(),
            permissions: permitted(BreakerSet::NONE, true),
            targets: &targets(),
            cap_after: Value(8_000),
            before: &before,
            after: &book(5_000),
            traded: Value(5_000)
        }),
        Err(RebalanceError::OrderInFlight)
    );
}

#[test]
fn nothing_is_traded_that_belongs_to_those_who_leave() {
    for leaving in [[Lots(600), Lots(600)], [Lots(0), Lots(600)]] {
        let before = Exposure {
            leaving: [Lots(600); 2],
            ..book(0)
        };
        let verdict = check(&Proposal {
            policy: &policy(),
            permissions: permitted(BreakerSet::NONE, true),
            targets: &targets(),
            cap_after: Value(8_000),
            before: &before,
            after: &Exposure { leaving, ..book(4_000) },
            traded: Value(4_000),
        });
        let expected = if leaving == before.leaving {
            Ok(())
        } else {
            Err(RebalanceError::BeyondStayers)
        };
        assert_eq!(verdict, expected);
    }
}

#[test]
fn the_cap_holds_whether_or_not_the_order_fills() {
    let after = Exposure {
        lots_if_filled: Lots(9_000),
        delta_if_filled: Value(9_000),
        ..book(0)
    };
    assert_eq!(
        check(&Proposal {
            policy: &policy(),
            permissions: permitted(BreakerSet::NONE, true),
            targets: &targets(),
            cap_after: Value(8_000),
            before: &book(0),
            after: &after,
            traded: Value(0)
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
        })
    };
    assert_eq!(run(4_000), Ok(()));
    assert_eq!(run(3_999), Err(RebalanceError::OverCap));
}

#[test]
fn the_cost_budget_is_enforced() {
    for (lost, expected) in [(24, Ok(())), (25, Err(RebalanceError::TooCostly))] {
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
            prop_assert!((after - 5_000).abs() < (before - 5_000).abs());
            prop_assert!((after - 5_000).abs() >= 750);
            prop_assert!(after.abs() <= 8_000 || after.abs() <= before.abs());
            prop_assert!(calm || after.abs() <= before.abs());
        }
    }
}

#[test]
fn one_lot_that_is_worth_more_than_the_band_is_traded_where_that_brings_the_book_nearer() {
    let policy = policy();
    let of = |lots: i64| Exposure {
        delta: Value(lots * 52_000),
        delta_if_filled: Value(lots * 52_000),
        ..book(lots)
    };
    let targets = |delta, cap| Targets {
        delta: Value(delta),
        band: Value(1),
        least: Value(0),
        cap: Value(cap),
        cushion: Value(0),
        floor: Value(0),
    };
    for (before, after, delta, cap, expected) in [
        // A vault of next to nothing closes its last lot.
        (1, 0, 12, 31, Ok(())),
        (-1, 0, -12, 31, Ok(())),
        // Nearer, though past the target, and not back again.
        (0, 1, 40_000, 100_000, Ok(())),
        (1, 0, 40_000, 100_000, Err(RebalanceError::NoImprovement)),
        (2, 1, 60_000, 100_000, Ok(())),
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
        });
        assert_eq!(verdict, expected, "{before} {after} {delta}");
    }
}
