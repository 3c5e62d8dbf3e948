//! Sequences of observations, and several venues in each.

use super::*;

proptest! {
    #[test]
    fn splitting_a_trade_never_makes_the_sum_smaller(
        first in 0u64..1 << 40, second in 0u64..1 << 40, gap in 0i64..200_000, later in 0i64..200_000
    ) {
        let window = 86_400;
        let sum = LeakyWindow::default().add(first, 0, window).add(second, gap, window);
        let (left, end) = (sum.left_ceil(gap + later, window), gap + later);
        let linear = |amount: u64, at: i64| LeakyWindow { amount, at }.left_ceil(end, window);
        // Never less than each drained by itself from when it was traded.
        prop_assert!(left + 1 >= linear(second, gap));
        prop_assert!(left + 1 >= linear(first, 0));
        prop_assert!(left <= first + second);
    }

    #[test]
    fn whatever_is_seen_what_stands_for_the_actor_is_no_less_than_what_is_remembered(
        steps in proptest::collection::vec((1u32..3_000, 1u32..=3, any::<bool>(), any::<bool>()), 1..40)
    ) {
        let mut monitor = VaultMonitor::new(0);
        let mut now = 0;
        for (per_mille, wait, readable, answering) in steps {
            now += i64::from(wait) * HOUR / 4;
            let share_value = readable.then(|| share_value(&(f64::from(per_mille) / 1_000.0).to_string()));
            let observation = VaultObservation { share_value, answers: answers(answering && readable) };
            let update = monitor.observe(&observation, &params(), at(now));
            let remembered = update.monitor.breakers.tripped;
            prop_assert_eq!(remembered.union(update.active), update.active);
            // Those of the guardian never end by themselves.
            for breaker in [Breaker::Drawdown, Breaker::VenueFailure] {
                prop_assert!(!monitor.breakers.tripped.has(breaker) || remembered.has(breaker));
            }
            monitor = update.monitor;
        }
    }
}

#[test]
fn each_venue_is_remembered_by_itself_and_the_worst_one_counts() {
    let both = |marks: [VenueMark; 2], answering: [bool; 2]| VaultObservation {
        share_value: Some(ShareValue {
            venues: from_fn(|place| marks.get(place).copied()),
            ..share_value("1")
        }),
        answers: from_fn(|place| answering.get(place).copied()),
    };
    let (one, other) = (venue(400_000_000, 100, "50"), venue(100_000_000, -100, "20"));
    let monitor = VaultMonitor::new(0);
    let mut monitor = monitor
        .observe(&both([one, other], [true; 2]), &params(), at(60))
        .monitor;
    for (minute, failed) in [(2, [0, 1]), (3, [0, 2]), (4, [0, 3])] {
        let update = monitor.observe(&both([one, other], [true, false]), &params(), at(minute * 60));
        monitor = update.monitor;
        assert_eq!([0, 1].map(|place| monitor.failures(place)), failed);
        assert_eq!(update.active.has(Breaker::VenueFailure), failed[1] >= 3);
    }
    // What one gains without a reason does not make up for what the other loses so.
    let moved = [venue(425_000_000, 100, "50"), venue(75_000_000, -100, "20")];
    let update = monitor.observe(&both(moved, [true; 2]), &params(), at(600));
    assert!(update.active.has(Breaker::UnexplainedMove), "2.5 % and 2.5 %");
    let half = [venue(424_000_000, 100, "50"), other];
    let update = monitor.observe(&both(half, [true; 2]), &params(), at(600));
    assert!(!update.active.has(Breaker::UnexplainedMove));
    // Collateral that moved explains the one it moved to.
    let mut told = monitor;
    told.collateral_moved(0, Value(25_000_000));
    told.collateral_moved(1, Value(-25_000_000));
    let update = told.observe(&both(moved, [true; 2]), &params(), at(600));
    assert!(!update.active.has(Breaker::UnexplainedMove));
    // One that cannot be read keeps its mark.
    let silent = VaultObservation {
        share_value: Some(ShareValue {
            venues: from_fn(|place| (place == 0).then_some(one)),
            ..share_value("1")
        }),
        answers: from_fn(|place| [true, false].get(place).copied()),
    };
    let after = monitor.observe(&silent, &params(), at(600)).monitor;
    assert_eq!(after.venues[1].mark, Some(other));
}
