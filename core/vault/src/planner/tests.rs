use super::*;
use crate::prices::fixtures::{at, prices};
use crate::rebalance::fixtures;
use crate::targets::fixtures::{market, of_markets};
use ballast_core_market::breaker::{self, BreakerSet};
use ballast_core_types::fixtures::ratio;
use proptest::prelude::*;

fn policy() -> RebalancePolicy {
    RebalancePolicy {
        price_band: ratio("0.01"),
        slice: ratio("1"),
        max_cost: ratio("0.02"),
    }
}

fn venue() -> TradingTerms {
    TradingTerms {
        half_spread: ratio("0.0005"),
        taker_fee: ratio("0.0005"),
        depth_one_percent: Value(10_000_000),
    }
}

fn targets(delta: i64) -> Targets {
    opening(delta, 8_000_000)
}

fn opening(delta: i64, open: i64) -> Targets {
    of_markets(&[market(delta, 100_000, open)], 25_000, 8_000_000)
}

fn leg(market: usize, lots: i64) -> LegExposure {
    fixtures::leg(market, lots, 100)
}

fn of(legs: &[LegExposure]) -> Exposure {
    fixtures::book(legs, 10_000_000)
}

fn book(lots: i64) -> Exposure {
    of(&[leg(0, lots)])
}

fn permitted(calm: bool) -> [Permissions; MAX_MARKETS] {
    let active = if calm { BreakerSet::NONE } else { BreakerSet::ALL };
    [breaker::permitted(active, calm); MAX_MARKETS]
}

/// Returns what is planned at a price of a hundred in each market, with 10,000,000 left of the
/// slice.
fn planned(targets: &Targets, exposure: &Exposure, calm: bool, terms: TradingTerms) -> Option<Orders> {
    orders(
        &PlanInputs {
            policy: &policy(),
            permissions: permitted(calm),
            targets,
            exposure,
            prices: &prices(&[at(["100"; 3], "100"); 3]),
            slice_left: Value(10_000_000),
            spare: Value::ZERO,
            terms: &[Some(terms); MAX_LEGS],
        },
        |_| true,
    )
}

/// Returns the order of a book of one leg.
fn order(targets: &Targets, lots: i64, calm: bool, terms: TradingTerms) -> Option<Lots> {
    let [first, rest @ ..] = planned(targets, &book(lots), calm, terms)?;
    assert_eq!(rest, [None; MAX_MARKETS - 1]);
    first.map(|order| order.lots)
}

#[test]
fn the_table_of_orders() {
    for (lots, target, calm, expected) in [
        (0, 5_000_000, true, Some(49_000)),
        (0, 5_000_000, false, None),
        (51_249, 5_000_000, true, None),
        (51_250, 5_000_000, true, Some(-250)),
        (60_000, 5_000_000, false, Some(-9_000)),
        (60_000, -1_000_000, false, Some(-60_000)),
        (60_000, -1_000_000, true, Some(-69_000)),
        (60_003, 0, true, Some(-59_003)),
    ] {
        let got = order(&targets(target), lots, calm, venue());
        assert_eq!(got, expected.map(Lots), "{lots} {target} {calm}");
    }
}

#[test]
fn without_a_cushion_the_last_lot_goes() {
    let flat = of_markets(&[market(0, 100_000, 0)], 25_000, 0);
    for lots in [60_003, 1, -1] {
        let got = order(&flat, lots, false, venue());
        assert_eq!(got, Some(Lots(-lots)), "{lots}");
    }
}

#[test]
fn a_thin_venue_gets_slices() {
    let thin = TradingTerms {
        depth_one_percent: Value(100_000),
        ..venue()
    };
    let got = order(&targets(5_000_000), 0, true, thin);
    // 0.8 % less half a spread of 0.05 % is 0.75 %: 75,000 of notional.
    assert_eq!(got, Some(Lots(750)));
}

#[test]
fn a_tight_cost_budget_makes_slices_smaller() {
    let tight = RebalancePolicy {
        max_cost: ratio("0.005"),
        ..policy()
    };
    let thin = TradingTerms {
        depth_one_percent: Value(100_000),
        ..venue()
    };
    let planned = orders(
        &PlanInputs {
            policy: &tight,
            permissions: permitted(true),
            targets: &targets(5_000_000),
            exposure: &book(0),
            prices: &prices(&[at(["100"; 3], "100")]),
            slice_left: Value(10_000_000),
            spare: Value::ZERO,
            terms: &[Some(thin); MAX_LEGS],
        },
        |_| true,
    );
    let planned = planned.and_then(|[first, ..]| first).map(|order| order.lots);
    // 0.4 % less half a spread and the fee is 0.3 %: 30,000 of notional, give or take the last
    // digit of the ratios.
    assert!(matches!(planned, Some(Lots(299..=300))), "{planned:?}");
}

#[test]
fn each_market_that_has_drifted_gets_an_order_within_one_slice() {
    let two = of_markets(
        &[
            market(5_000_000, 100_000, 9_000_000),
            market(-2_000_000, 100_000, 9_000_000),
        ],
        25_000,
        9_000_000,
    );
    let lots = |exposure: &Exposure| {
        planned(&two, exposure, true, venue())
            .map(|orders| orders.map(|order| order.map(|order| (order.leg, order.lots.0))))
    };
    let got = lots(&of(&[leg(0, 0), leg(1, 0)]));
    assert_eq!(got, Some([Some((0, 49_000)), Some((1, -19_000)), None, None]));
    // One is in place.
    let got = lots(&of(&[leg(0, 50_000), leg(1, 0)]));
    assert_eq!(got, Some([None, Some((1, -19_000)), None, None]));
    assert_eq!(lots(&of(&[leg(0, 50_000), leg(1, -20_000)])), None);
    // What the first takes of the slice is not there for the second.
    let far = of_markets(
        &[
            market(8_000_000, 100_000, 16_000_000),
            market(-8_000_000, 100_000, 16_000_000),
        ],
        25_000,
        16_000_000,
    );
    let got = planned(&far, &of(&[leg(0, 0), leg(1, 0)]), true, venue()).unwrap();
    assert_eq!(
        got.map(|order| order.map(|order| order.lots.0)),
        [Some(75_000), Some(-25_000), None, None]
    );
}

#[test]
fn a_breach_cuts_what_is_more_than_wanted_of_each_market() {
    let two = of_markets(
        &[market(3_000_000, 100_000, 0), market(-2_000_000, 100_000, 0)],
        25_000,
        6_000_000,
    );
    let got = planned(&two, &of(&[leg(0, 50_000), leg(1, -30_000)]), false, venue()).unwrap();
    assert_eq!(
        got.map(|order| order.map(|order| order.lots.0)),
        [Some(-13_333), Some(6_666), None, None]
    );
}

#[test]
fn the_largest_leg_is_reduced_first_and_none_is_set_against_another() {
    let got = |legs: &[LegExposure], target| {
        let orders = planned(&targets(target), &of(legs), true, venue())?;
        orders
            .map(|order| order.map(|order| (order.leg, order.lots.0)))
            .into_iter()
            .flatten()
            .next()
    };
    assert_eq!(got(&[leg(0, 20_000), leg(0, 40_000)], 5_000_000), Some((1, -9_000)));
    assert_eq!(got(&[leg(0, 20_000), leg(0, 10_000)], 5_000_000), Some((0, 19_000)));
    // No further than the leg goes.
    assert_eq!(got(&[leg(0, 20_000), leg(0, 25_000)], 0), Some((1, -25_000)));
    assert_eq!(got(&[leg(0, 20_000), leg(0, -3_000)], 5_000_000), Some((1, 3_000)));
}

proptest! {
    #[test]
    fn whatever_is_planned_is_admitted(
        lots in -90_000i64..90_000, target in -8_000_000i64..8_000_000, open in 0i64..8_000_000,
        slice in 0i64..12_000_000, depth in 100_000i64..20_000_000, calm: bool, paid in 0i64..40_000
    ) {
        let targets = opening(target, open);
        let terms = TradingTerms { depth_one_percent: Value(depth), ..venue() };
        let inputs = PlanInputs {
            policy: &policy(), permissions: permitted(calm), targets: &targets, exposure: &book(lots),
            prices: &prices(&[at(["100"; 3], "100")]), slice_left: Value(slice), spare: Value(paid),
            terms: &[Some(terms); MAX_LEGS],
        };
        if let Some([Some(planned), ..]) = orders(&inputs, |_| true) {
            let planned = planned.lots;
            // Somebody was paid before it landed.
            let mut lowered = opening(target, (open - paid).max(0));
            lowered.cap = targets.cap.saturating_sub(Value(paid));
            let verdict = check(&Proposal {
                policy: &policy(), permissions: permitted(calm), targets: &targets, cap_after: lowered.cap, before: &book(lots),
                after: &book(lots + planned.0), traded: Value(planned.0.abs() * 100), slice_left: Value(slice),
                depths: [largest_notional(&policy(), &terms).unwrap(); MAX_LEGS],
            });
            prop_assert!(verdict.is_ok(), "{verdict:?}");
            let ends = Value((lots + planned.0) * 100);
            let room = lowered.of(0).unwrap().open.0.max(lots.abs() * 100);
            prop_assert!(ends.0.abs() <= room, "{ends:?} in {room}");
        }
    }

    /// From any book of several markets there is a way home, by planned trades that only
    /// reduce, in any regime and however thin the venues.
    #[test]
    fn a_breach_of_several_markets_always_has_a_trade_and_ends(
        held in prop::array::uniform3(-60_000i64..60_000), wanted in prop::array::uniform3(-2_000_000i64..2_000_000),
        cap in 0i64..8_000_000, depth in 10_000i64..20_000_000
    ) {
        // As `targets` scales what is wanted.
        let total: i64 = wanted.iter().map(|wanted| wanted.abs()).sum();
        let scaled = wanted.map(|wanted| if total > cap { wanted * (cap / 1_000) / total.max(1) * 1_000 } else { wanted });
        let targets = of_markets(&scaled.map(|wanted| market(wanted, 100_000, 0)), 25_000, cap);
        let terms = TradingTerms { depth_one_percent: Value(depth), ..venue() };
        let mut lots = held;
        for _ in 0..3_000 {
            let exposure = of(&[leg(0, lots[0]), leg(1, lots[1]), leg(2, lots[2])]);
            if targets.reason(&exposure.deltas()) != Some(Reason::Breach) {
                break;
            }
            let planned = planned(&targets, &exposure, false, terms);
            prop_assert!(planned.is_some(), "{lots:?}");
            for order in planned.unwrap().into_iter().flatten() {
                prop_assert!(Lots(lots[order.leg]).is_reduced_by(order.lots), "{lots:?}: {order:?}");
                lots[order.leg] += order.lots.0;
            }
        }
        let gross: i64 = lots.iter().map(|lots| lots.abs() * 100).sum();
        prop_assert!(gross <= targets.hold().0, "{lots:?}");
        let was: i64 = held.iter().map(|lots| lots.abs() * 100).sum();
        prop_assert!(gross >= cap.min(was) - 300, "no further than the cap: {lots:?}");
    }

    /// From any book there is a way home: whatever is above what may be held is brought under
    /// it by planned trades, in any regime and however thin the venue, and none of them opens.
    #[test]
    fn a_breach_always_has_a_trade_and_ends(
        lots in -90_000i64..90_000, target in -8_000_000i64..8_000_000, cap in 0i64..8_000_000, depth in 10_000i64..20_000_000
    ) {
        let targets = of_markets(&[market(target.clamp(-cap, cap), 100_000, 0)], 25_000, cap);
        let terms = TradingTerms { depth_one_percent: Value(depth), ..venue() };
        let mut held = lots;
        for _ in 0..2_000 {
            if targets.reason(&book(held).deltas()) != Some(Reason::Breach) {
                break;
            }
            let planned = order(&targets, held, false, terms);
            prop_assert!(planned.is_some_and(|order| Lots(held).is_reduced_by(order)), "{held}: {planned:?}");
            held += planned.unwrap().0;
        }
        prop_assert!(targets.excess(&book(held).deltas()) == Value(0), "{held}");
        prop_assert!(held.abs() * 100 >= targets.cap.0.min(lots.abs() * 100) - 100, "no further than the cap: {held}");
    }
}
