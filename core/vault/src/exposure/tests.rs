//! Targets as tables.

use super::*;
use crate::directional::Mode;
use ballast_core_market::regime::Regime;
use ballast_core_types::fixtures::ratio;

fn policy() -> ExposurePolicy {
    ExposurePolicy {
        directional: DirectionalPolicy {
            mode: Mode::Manual,
            base: ratio("0.5"),
            reference_volatility: BasisPoints(6_000),
        },
        band: ratio("0.125"),
        least_trade: ratio("0.0078125"),
        floor: ratio("0.75"),
        high_fall_per_day: ratio("0.001"),
        multiplier: ratio("4"),
        max_leverage: ratio("1.5"),
    }
}

fn calm() -> Outlook {
    Outlook {
        strength: BasisPoints(0),
        volatility: BasisPoints(5_000),
        regime: Regime::Calm,
        acceleration: Some(ballast_core_math::estimators::Score::default()),
    }
}

// With the virtual million, 15 million shares at one each make a round sixteen.
fn pool(nav: i64) -> Pool {
    Pool {
        nav: Value(nav),
        supply: Shares(15_000_000),
        unit: 1_000_000_000,
    }
}

fn staying(nav: i64) -> RemainingCapital {
    RemainingCapital {
        pool: pool(nav),
        high_water: Ratio::ONE,
        fallen: drawdown(pool(nav).nav_per_share().unwrap_or(Ratio::ONE), Ratio::ONE),
    }
}

fn at(nav: i64) -> Targets {
    targets(&policy(), &calm(), &staying(nav)).unwrap()
}

#[test]
fn exposure_follows_the_target_until_the_ladder_and_the_cushion_bind() {
    // Floor: 0.75 × 16 − 1 = 11 million.
    for (nav, delta, cap, cushion) in [
        (15_000_000, 7_500_000, 16_000_000, 4_000_000),
        (20_000_000, 10_000_000, 30_000_000, 9_000_000),
        // A fall of an eighth leaves seven eighths of it.
        (13_000_000, 5_687_500, 8_000_000, 2_000_000),
        // Of three sixteenths 0.5625, of which the cap has room.
        (12_000_000, 3_375_000, 4_000_000, 1_000_000),
        (11_100_000, 400_000, 400_000, 100_000),
        (11_000_000, 0, 0, 0),
        (5_000_000, 0, 0, 0),
        (0, 0, 0, 0),
    ] {
        let got = at(nav);
        assert_eq!((got.delta.0, got.cap.0, got.cushion.0), (delta, cap, cushion), "{nav}");
    }
}

#[test]
fn a_trade_is_due_beyond_the_band_and_goes_to_its_edge() {
    let calm = at(16_000_000);
    assert_eq!(
        (calm.delta.0, calm.band.0, calm.least.0),
        (8_000_000, 1_000_000, 125_000)
    );
    // Where D is, why a trade is due, where it goes at least and at most, and what it can bring.
    for (held, reason, edge, nearest, outside) in [
        (0, Some(Reason::Drift), 7_000_000, 7_125_000, 7_125_000),
        (6_875_000, Some(Reason::Drift), 7_000_000, 7_125_000, 250_000),
        (6_875_001, None, 7_000_000, 7_125_000, 249_999),
        (7_200_000, None, 7_000_000, 7_125_000, 0),
        (8_000_000, None, 7_000_000, 7_125_000, 0),
        (9_124_999, None, 9_000_000, 8_875_000, 249_999),
        (9_125_000, Some(Reason::Drift), 9_000_000, 8_875_000, 250_000),
        (20_250_001, Some(Reason::Breach), 20_000_000, 19_875_000, 11_375_001),
        (-20_250_001, Some(Reason::Breach), -20_000_000, -19_875_000, 27_375_001),
    ] {
        let at = Value(held);
        assert_eq!(calm.reason(at), reason, "{held}");
        assert_eq!((calm.edge(at).0, calm.nearest(at).0), (edge, nearest), "{held}");
        assert_eq!(calm.outside(at).0, outside, "{held}");
    }
}

#[test]
fn the_cap_is_exceeded_a_quarter_of_the_band_above_and_the_cut_lands_on_it() {
    // The cap leaves 4 million of the 3.375 that are wanted and the 0.75 of the band.
    let thin = at(12_000_000);
    assert_eq!(
        (thin.cap.0, thin.band.0, thin.hold().0),
        (4_000_000, 750_000, 4_187_500)
    );
    for (held, reason) in [(4_000_001, None), (4_187_500, None), (4_187_501, Some(Reason::Breach))] {
        assert_eq!(thin.reason(Value(held)), reason, "{held}");
        assert_eq!(thin.edge(Value(held)), thin.cap, "{held}");
    }
    assert_eq!(thin.excess(Value(4_200_000)).0, 12_500);
    assert_eq!(thin.excess(Value(-4_200_000)).0, 12_500);
    // Without a cushion all of it has to go.
    let none = at(11_000_000);
    assert_eq!(
        (none.hold().0, none.reason(Value(1)), none.reason(Value(0))),
        (0, Some(Reason::Breach), None)
    );
    assert_eq!((none.edge(Value(9)).0, none.nearest(Value(9)).0), (0, 0));
}

#[test]
fn what_may_be_opened_is_less_in_a_crisis_and_what_is_held_is_not() {
    let crisis = Outlook {
        regime: Regime::Crisis,
        ..calm()
    };
    let (calm, crisis) = (
        at(16_000_000),
        targets(&policy(), &crisis, &staying(16_000_000)).unwrap(),
    );
    assert_eq!((calm.open, crisis.open.0), (calm.cap, calm.cap.0 / 4));
    assert_eq!(
        Targets {
            open: calm.open,
            ..crisis
        },
        calm
    );
    // Where no trade is due or permitted: between the edges and the least trade beyond them, or
    // down to what may be opened.
    assert_eq!(calm.rest().map(|edge| edge.0), [6_875_000, 9_125_000]);
    assert_eq!(crisis.rest().map(|edge| edge.0), [4_875_000, 9_125_000]);
    let short = Targets {
        delta: Value(-crisis.delta.0),
        ..crisis
    };
    assert_eq!(short.rest().map(|edge| edge.0), [-9_125_000, -4_875_000]);
}

#[test]
fn a_short_target_is_the_mirror_image() {
    let policy = policy();
    let short = ExposurePolicy {
        directional: DirectionalPolicy {
            base: ratio("-0.5"),
            ..policy.directional
        },
        ..policy
    };
    for nav in [16_000_000, 12_000_000, 11_100_000, 0] {
        let (long, short) = (at(nav), targets(&short, &calm(), &staying(nav)).unwrap());
        assert_eq!(
            (short.delta.0, short.cap, short.band),
            (-long.delta.0, long.cap, long.band),
            "{nav}"
        );
        for held in [-30_000_000i64, -4_000_000, -1, 0, 1, 4_000_000, 30_000_000] {
            let (mirrored, at) = (Value(-held), Value(held));
            assert_eq!(short.reason(mirrored), long.reason(at), "{nav} {held}");
            assert_eq!(short.outside(mirrored), long.outside(at), "{nav} {held}");
            if at != long.delta {
                assert_eq!(short.edge(mirrored).0, -long.edge(at).0, "{nav} {held}");
            }
        }
    }
}

#[test]
fn no_size_of_a_vault_makes_its_targets_fail() {
    let most = ExposurePolicy {
        directional: DirectionalPolicy {
            base: ratio("-3"),
            ..policy().directional
        },
        band: ratio("0.5"),
        least_trade: ratio("0.05"),
        floor: ratio("0.1"),
        high_fall_per_day: ratio("0.01"),
        multiplier: ratio("20"),
        max_leverage: ratio("5"),
    };
    for nav in [0, 1, i64::MAX / 20, i64::MAX / 3, i64::MAX - 1_000_000] {
        let got = targets(&most, &calm(), &staying(nav)).unwrap();
        assert!(
            got.delta.0 <= 0 && got.delta.0 >= -got.cap.0 && got.band.0 >= 0,
            "{nav}: {got:?}"
        );
        // What does not fit is the most, not nothing.
        if nav >= i64::MAX / 3 {
            assert!(got.cap.0 == i64::MAX && got.delta.0 <= 1 - i64::MAX, "{nav}: {got:?}");
        }
    }
}

#[test]
fn those_who_leave_take_their_exposure_with_them() {
    let mark = ShareMark {
        value: ratio("0.9"),
        at: ballast_core_types::UnixTime(0),
        high_water: Ratio::ONE,
    };
    let left = |leaving| RemainingCapital::of(&pool(15_000_000), Shares(leaving), &mark).map(|left| left.pool);
    assert_eq!(left(0), Some(pool(15_000_000)));
    let half = left(7_500_000).unwrap();
    assert_eq!((half.nav, half.supply), (Value(7_500_000), Shares(7_500_000)));
    let nobody = left(15_000_000).unwrap();
    assert_eq!((nobody.nav, nobody.supply), (Value(0), Shares(0)));
    assert_eq!(left(15_000_001), None);
}
