//! Where trades are due, where they go, and what they can bring.

use super::fixtures::{deltas, market, of_markets};
use super::*;

/// Wants eight million, a million around them, under a cap of twenty.
fn calm() -> Targets {
    of_markets(&[market(8_000_000, 1_000_000, 20_000_000)], 125_000, 20_000_000)
}

/// Returns what a single market's D makes due: the reason, the edge, the nearest, and what trades
/// can bring.
fn of_one(targets: &Targets, held: i64) -> (Option<Reason>, i64, i64, i64) {
    let deltas = deltas(&[held]);
    let reason = targets.reason(&deltas);
    let at = reason.unwrap_or(Reason::Drift);
    let edge = targets.edge(at, 0, &deltas).unwrap();
    let nearest = targets.nearest(at, 0, &deltas).unwrap();
    (reason, edge.0, nearest.0, targets.outside(&deltas).0)
}

#[test]
fn a_trade_is_due_beyond_the_band_and_goes_to_its_edge() {
    for (held, expected) in [
        (0, (Some(Reason::Drift), 7_000_000, 7_125_000, 7_125_000)),
        (6_875_000, (Some(Reason::Drift), 7_000_000, 7_125_000, 250_000)),
        (6_875_001, (None, 7_000_000, 7_125_000, 249_999)),
        (7_200_000, (None, 7_000_000, 7_125_000, 0)),
        (8_000_000, (None, 7_000_000, 7_125_000, 0)),
        (9_124_999, (None, 9_000_000, 8_875_000, 249_999)),
        (9_125_000, (Some(Reason::Drift), 9_000_000, 8_875_000, 250_000)),
        (20_250_001, (Some(Reason::Breach), 20_000_000, 19_875_000, 11_375_001)),
        (
            -20_250_001,
            (Some(Reason::Breach), -20_000_000, -19_875_000, 27_375_001),
        ),
    ] {
        assert_eq!(of_one(&calm(), held), expected, "{held}");
    }
}

#[test]
fn the_cap_is_exceeded_a_quarter_of_the_band_above_and_the_cut_lands_on_it() {
    let thin = of_markets(&[market(3_375_000, 750_000, 4_000_000)], 100_000, 4_000_000);
    assert_eq!(thin.hold().0, 4_187_500);
    for (held, reason) in [(4_000_001, None), (4_187_500, None), (4_187_501, Some(Reason::Breach))] {
        let (found, edge, ..) = of_one(&thin, held);
        assert_eq!((found, edge), (reason, thin.cap.0), "{held}");
    }
    assert_eq!(thin.excess(&deltas(&[4_200_000])).0, 12_500);
    assert_eq!(thin.excess(&deltas(&[-4_200_000])).0, 12_500);
    // Without a cushion all of it has to go.
    let none = of_markets(&[market(0, 100, 0)], 10, 0);
    assert_eq!(of_one(&none, 9), (Some(Reason::Breach), 0, 0, 9));
    assert_eq!(of_one(&none, 0).0, None);
}

#[test]
fn what_is_more_than_wanted_of_each_market_is_cut_alike() {
    // Wanted are 3,000 and −2,000; held 5,000 and −3,000, two thousand above the cap.
    let targets = of_markets(&[market(3_000, 400, 6_000), market(-2_000, 400, 6_000)], 100, 6_000);
    let edges = |held: [i64; 2]| {
        let deltas = deltas(&held);
        assert_eq!(targets.reason(&deltas), Some(Reason::Breach), "{held:?}");
        [0, 1].map(|market| targets.edge(Reason::Breach, market, &deltas).unwrap().0)
    };
    assert_eq!(edges([5_000, -3_000]), [3_666, -2_333]);
    // Of one on the wrong side all is more than wanted.
    assert_eq!(edges([-4_000, -4_000]), [-2_666, -3_333]);
    // One that is where it should be is left alone.
    assert_eq!(edges([6_000, -2_000]), [4_000, -2_000]);
    let at_target = deltas(&[6_000, -2_000]);
    assert!(!targets.is_due(Reason::Breach, 1, &at_target) && targets.is_due(Reason::Breach, 0, &at_target));
}

#[test]
fn what_trades_can_bring_is_the_greater_of_all_bands_and_the_cap() {
    let targets = of_markets(&[market(3_000, 400, 6_000), market(2_000, 400, 6_000)], 100, 6_000);
    for (held, expected) in [
        ([3_000, 2_000], 0),
        // 300 beyond one band and 100 beyond the other, and the least trade of each.
        ([3_700, 1_500], 400 + 200),
        // Both inside their bands and above the cap by 500.
        ([3_400, 2_400], 100 + 100),
        ([4_000, 2_500], 700 + 200),
    ] {
        assert_eq!(targets.outside(&deltas(&held)).0, expected, "{held:?}");
    }
}

#[test]
fn a_market_rests_between_its_edges_and_below_what_the_others_leave() {
    let calm = calm();
    let rest = |targets: &Targets, held: &[i64]| targets.rest(0, &deltas(held)).unwrap().map(|edge| edge.0);
    assert_eq!(rest(&calm, &[0]), [6_875_000, 9_125_000]);
    let mut crisis = calm;
    crisis.markets[0].as_mut().unwrap().open = Value(5_000_000);
    assert_eq!(rest(&crisis, &[0]), [4_875_000, 9_125_000]);
    let mut short = crisis;
    short.markets[0].as_mut().unwrap().delta = Value(-8_000_000);
    assert_eq!(rest(&short, &[0]), [-9_125_000, -4_875_000]);
    // What another market holds is not there for this one.
    let two = of_markets(&[market(3_000, 400, 6_000), market(2_000, 400, 6_000)], 100, 6_000);
    assert_eq!(rest(&two, &[3_000, 2_000]), [2_500, 3_500]);
    assert_eq!(rest(&two, &[3_000, 3_000]), [2_500, 3_200]);
    assert_eq!(rest(&two, &[3_000, 4_000]), [1_900, 2_200]);
}

#[test]
fn no_size_makes_them_fail() {
    let most = of_markets(
        &[market(i64::MAX, i64::MAX, i64::MAX), market(i64::MIN, 0, 0)],
        i64::MAX,
        i64::MAX,
    );
    let extremes = [i64::MIN, i64::MIN + 1, -1, 0, 1, i64::MAX];
    for (one, other) in extremes.into_iter().flat_map(|one| extremes.map(|other| (one, other))) {
        for targets in [most, most.capped(0, Value(1)), most.capped(1, Value(i64::MAX))] {
            let held = deltas(&[one, other]);
            let reason = targets.reason(&held).unwrap_or(Reason::Drift);
            assert!(targets.excess(&held) >= Value::ZERO && targets.outside(&held) >= Value::ZERO);
            for market in [0, 1] {
                assert!(targets.edge(reason, market, &held).is_some());
                assert!(targets.nearest(reason, market, &held).is_some());
                assert!(targets.rest(market, &held).is_some());
            }
        }
    }
}
