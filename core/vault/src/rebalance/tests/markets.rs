//! Several markets under one cap, and several legs on one.

use super::*;

/// Two markets that want 3,000 and 2,000, a band of 500 and 400 around, under a cap of 6,000 that
/// may be exceeded by 225.
fn two() -> Targets {
    of_markets(&[market(3_000, 500, 6_000), market(2_000, 400, 6_000)], 100, 6_000)
}

fn verdict_of_two(before: [i64; 2], after: [i64; 2], targets: &Targets) -> Result<Reason, RebalanceError> {
    let of = |lots: [i64; 2]| of(&[leg(0, lots[0]), leg(1, lots[1])]);
    let traded = (0..2).map(|place| (after[place] - before[place]).abs()).sum();
    check(&Proposal {
        policy: &policy(),
        permissions: permitted(BreakerSet::NONE, true),
        targets,
        cap_after: targets.cap,
        before: &of(before),
        after: &of(after),
        traded: Value(traded),
        slice_left: Value(3_000),
        depths: DEEP,
    })
}

#[test]
fn the_table_of_verdicts_on_two_markets() {
    use Reason::*;
    use RebalanceError::*;
    for (before, after, expected) in [
        // Each market that is traded has drifted, and is brought to its own edge.
        ([2_000, 2_000], [2_500, 2_000], Ok(Drift)),
        ([2_000, 1_000], [2_500, 1_600], Ok(Drift)),
        ([2_000, 1_000], [2_500, 1_000], Ok(Drift)),
        ([2_000, 1_000], [2_601, 1_600], Err(Overshoot)),
        ([2_000, 1_000], [2_500, 1_701], Err(Overshoot)),
        ([2_000, 2_000], [2_500, 2_100], Err(NoImprovement)),
        ([2_500, 2_000], [2_600, 2_000], Err(NothingToDo)),
        // One slice for all of them.
        ([0, 0], [2_500, 500], Ok(Drift)),
        ([0, 0], [2_500, 501], Err(OverSlice)),
        // Far out in one does not pay for going out further in the other.
        ([2_000, 1_600], [2_500, 1_500], Err(NoImprovement)),
        // The sum is above the cap: what is more than wanted comes down, and no more than that.
        ([4_300, 2_000], [4_000, 2_000], Ok(Breach)),
        ([4_300, 2_000], [4_300, 1_800], Err(NoImprovement)),
        ([4_300, 1_900], [4_100, 1_850], Err(NoImprovement)),
        ([3_700, 2_600], [3_550, 2_450], Ok(Breach)),
        ([3_700, 2_600], [3_400, 2_600], Ok(Breach)),
        ([3_700, 2_600], [3_300, 2_600], Ok(Breach)),
        ([3_700, 2_600], [3_299, 2_600], Err(Overshoot)),
        ([3_700, 2_600], [3_400, 2_400], Err(Overshoot)),
        ([3_700, 2_600], [3_700, 2_590], Err(NoImprovement)),
        // Nothing is moved from one to the other meanwhile.
        ([5_000, 1_300], [4_700, 1_500], Err(OverOpenLimit)),
        ([5_000, 1_300], [4_600, 1_400], Err(OverCap)),
        ([4_700, 1_600], [4_400, 1_600], Ok(Breach)),
    ] {
        assert_eq!(
            verdict_of_two(before, after, &two()),
            expected,
            "{before:?} -> {after:?}"
        );
    }
}

#[test]
fn a_market_in_a_crisis_takes_nothing_more_while_another_may() {
    let crisis = of_markets(&[market(3_000, 500, 1_500), market(2_000, 400, 6_000)], 100, 6_000);
    let verdict = |before, after| verdict_of_two(before, after, &crisis);
    assert_eq!(verdict([0, 0], [1_500, 0]), Ok(Reason::Drift));
    assert_eq!(verdict([0, 0], [1_501, 0]), Err(RebalanceError::OverOpenLimit));
    // What bounds it is all that is held, of whatever market.
    assert_eq!(verdict([0, 1_600], [100, 1_600]), Err(RebalanceError::OverOpenLimit));
    assert_eq!(verdict([1_500, 0], [1_500, 1_600]), Ok(Reason::Drift));
}

#[test]
fn a_market_of_its_own_bound_is_cut_to_that() {
    let carried = two().capped(0, Value(1_000));
    assert_eq!(carried.of(0).unwrap().delta, Value(1_000));
    let verdict = |before, after| verdict_of_two(before, after, &carried);
    // A tenth more than the bound may be held.
    assert_eq!(
        verdict([1_100, 2_000], [1_000, 2_000]),
        Err(RebalanceError::NothingToDo)
    );
    assert_eq!(verdict([1_101, 2_000], [1_000, 2_000]), Ok(Reason::Breach));
    assert_eq!(verdict([3_000, 2_000], [1_000, 2_000]), Ok(Reason::Breach));
    assert_eq!(verdict([3_000, 2_000], [899, 2_000]), Err(RebalanceError::Overshoot));
    assert_eq!(
        verdict([3_000, 2_000], [3_000, 1_800]),
        Err(RebalanceError::NoImprovement)
    );
}

#[test]
fn legs_of_a_market_are_not_set_against_each_other() {
    let verdict = |before: [i64; 2], after: [i64; 2]| {
        let of = |lots: [i64; 2]| of(&[leg(0, lots[0]), leg(0, lots[1])]);
        check(&Proposal {
            policy: &policy(),
            permissions: permitted(BreakerSet::NONE, true),
            targets: &targets(),
            cap_after: Value(8_000),
            before: &of(before),
            after: &of(after),
            traded: Value(1_000),
            slice_left: Value(100_000),
            depths: DEEP,
        })
    };
    assert_eq!(verdict([7_000, 0], [6_000, 0]), Ok(Reason::Drift));
    assert_eq!(verdict([7_000, 0], [7_000, -1_000]), Err(RebalanceError::LegsOpposed));
    assert_eq!(verdict([3_500, 3_500], [3_500, 2_500]), Ok(Reason::Drift));
    // Moved from one to the other it is what it was.
    assert_eq!(verdict([7_000, 0], [3_500, 3_500]), Err(RebalanceError::LegsOpposed));
    assert_eq!(verdict([7_000, 0], [2_000, 4_000]), Err(RebalanceError::LegsOpposed));
    // What stands against each other comes down.
    assert_eq!(verdict([9_000, -2_000], [8_000, -2_000]), Ok(Reason::Drift));
    assert_eq!(verdict([4_000, -1_000], [4_000, 0]), Ok(Reason::Drift));
}

#[test]
fn an_order_in_flight_holds_up_its_own_market_alone() {
    let waits = LegExposure {
        lots_if_filled: Lots(2_500),
        delta_if_filled: Value(2_500),
        ..leg(0, 2_000)
    };
    let verdict = |after: [LegExposure; 2], targets: &Targets| {
        check(&Proposal {
            policy: &policy(),
            permissions: permitted(BreakerSet::NONE, true),
            targets,
            cap_after: targets.cap,
            before: &of(&[waits, leg(1, 0)]),
            after: &of(&after),
            traded: Value(1_000),
            slice_left: Value(3_000),
            depths: DEEP,
        })
    };
    assert_eq!(verdict([waits, leg(1, 1_000)], &two()), Ok(Reason::Drift));
    assert_eq!(
        verdict([leg(0, 2_600), leg(1, 0)], &two()),
        Err(RebalanceError::OrderInFlight)
    );
    // The cap counts it as filled, or not, whichever is more.
    let tight = of_markets(&[market(3_000, 500, 6_000), market(2_000, 400, 6_000)], 100, 3_400);
    assert_eq!(verdict([waits, leg(1, 900)], &tight), Ok(Reason::Drift));
    assert_eq!(verdict([waits, leg(1, 901)], &tight), Err(RebalanceError::OverCap));
}

proptest! {
    /// Whatever passes lowers (B, J) lexicographically, J summed over the markets: no sequence of
    /// rebalances comes back to where it was, and no market goes out for another.
    #[test]
    fn whatever_is_admitted_on_several_markets_lowers_the_excess_or_each_distance(
        held in prop::array::uniform3(-9_000i64..9_000), after in prop::array::uniform3(-9_000i64..9_000),
        keep in prop::array::uniform3(any::<bool>()), wanted in prop::array::uniform3(-2_500i64..2_500),
        cap in 0i64..8_000,
    ) {
        let markets = wanted.map(|delta| market(delta, 300, cap));
        let targets = of_markets(&markets, 100, cap);
        let total: i64 = wanted.iter().map(|delta| delta.abs()).sum();
        prop_assume!(total <= cap);
        let after: [i64; 3] = from_fn(|place| if keep[place] { held[place] } else { after[place] });
        let of = |lots: [i64; 3]| of(&[leg(0, lots[0]), leg(1, lots[1]), leg(2, lots[2])]);
        let (was, is) = (of(held), of(after));
        let verdict = check(&Proposal {
            policy: &policy(), permissions: permitted(BreakerSet::NONE, true), targets: &targets, cap_after: targets.cap,
            before: &was, after: &is, traded: Value(1_000_000), slice_left: Value(100_000), depths: DEEP,
        });
        if verdict.is_ok() {
            let excess = |book: &Exposure| targets.excess(&book.deltas()).0;
            prop_assert!(excess(&is) < excess(&was) || (excess(&was) == 0 && excess(&is) == 0));
            for place in 0..3 {
                let distance = |lots: [i64; 3]| (lots[place] - wanted[place]).abs();
                let is_finest = (0..3).map(|place| (after[place] - held[place]).abs()).sum::<i64>() == 1;
                prop_assert!(distance(after) < distance(held) || after[place] == held[place] || is_finest);
            }
            let gross = |lots: [i64; 3]| lots.iter().map(|lots| lots.abs()).sum::<i64>();
            prop_assert!(gross(after) <= cap.max(gross(held)));
            prop_assert!(verdict != Ok(Reason::Breach) || gross(after) >= cap - 101, "no more than is above the cap");
        }
    }
}
