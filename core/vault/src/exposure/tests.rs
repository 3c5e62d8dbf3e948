//! Targets as tables.

use super::*;
use crate::directional::{drawdown, Mode};
use crate::prices::fixtures::{at, prices};
use crate::prices::Prices;
use crate::targets::Reason;
use ballast_core_market::regime::Regime;
use ballast_core_types::fixtures::ratio;

fn base(base: &str) -> DirectionalPolicy {
    DirectionalPolicy {
        mode: Mode::Manual,
        base: ratio(base),
        reference_volatility: BasisPoints(6_000),
    }
}

fn policy() -> ExposurePolicy {
    ExposurePolicy {
        directional: [Some(base("0.5")), None, None, None],
        band: ratio("0.125"),
        least_trade: ratio("0.0078125"),
        floor: ratio("0.75"),
        high_fall_per_day: ratio("0.001"),
        multiplier: ratio("4"),
        max_leverage: ratio("1.5"),
    }
}

/// Prices of two calm markets.
fn calm() -> Prices {
    prices(&[at(["100"; 3], "100"); 2])
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
    }
}

/// Returns the targets of so much value, at these prices.
fn targets(policy: &ExposurePolicy, prices: &Prices, staying: &RemainingCapital) -> Option<Targets> {
    let value = staying.pool.nav_per_share().unwrap_or(Ratio::ONE);
    let wants = Wants::of(policy, &prices.outlooks(), drawdown(value, Ratio::ONE))?;
    super::targets(policy, &wants, staying)
}

fn of(nav: i64) -> Targets {
    targets(&policy(), &calm(), &staying(nav)).unwrap()
}

fn first(targets: &Targets) -> MarketTarget {
    *targets.of(0).unwrap()
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
        let got = of(nav);
        let wanted = first(&got).delta.0;
        assert_eq!((wanted, got.cap.0, got.cushion.0), (delta, cap, cushion), "{nav}");
    }
}

#[test]
fn what_may_be_opened_is_less_in_a_crisis_and_what_is_held_is_not() {
    let mut prices = calm();
    prices.markets[0].as_mut().unwrap().outlook.regime = Regime::Crisis;
    let (calm, crisis) = (
        of(16_000_000),
        targets(&policy(), &prices, &staying(16_000_000)).unwrap(),
    );
    assert_eq!((first(&calm).open, first(&crisis).open.0), (calm.cap, calm.cap.0 / 4));
    assert_eq!(
        MarketTarget {
            open: first(&calm).open,
            ..first(&crisis)
        },
        first(&calm)
    );
    assert_eq!(
        (crisis.cap, crisis.least, crisis.hold()),
        (calm.cap, calm.least, calm.hold())
    );
}

#[test]
fn a_short_target_is_the_mirror_image() {
    let short = ExposurePolicy {
        directional: [Some(base("-0.5")), None, None, None],
        ..policy()
    };
    for nav in [16_000_000, 12_000_000, 11_100_000, 0] {
        let (long, short) = (of(nav), targets(&short, &calm(), &staying(nav)).unwrap());
        let (wants, wanted) = (first(&short), first(&long));
        assert_eq!(
            (wants.delta.0, short.cap, wants.band),
            (-wanted.delta.0, long.cap, wanted.band),
            "{nav}"
        );
        for held in [-30_000_000i64, -4_000_000, -1, 0, 1, 4_000_000, 30_000_000] {
            let at = |held| [Value(held), Value(0), Value(0), Value(0)];
            let (mirrored, at) = (at(-held), at(held));
            let reason = long.reason(&at);
            assert_eq!(short.reason(&mirrored), reason, "{nav} {held}");
            assert_eq!(short.outside(&mirrored), long.outside(&at), "{nav} {held}");
            if at[0] != wanted.delta {
                let reason = reason.unwrap_or(Reason::Drift);
                let edges = [(&short, &mirrored), (&long, &at)];
                let [one, other] = edges.map(|(targets, at)| targets.edge(reason, 0, at).unwrap().0);
                assert_eq!(one, -other, "{nav} {held}");
            }
        }
    }
}

#[test]
fn what_is_wanted_of_all_markets_together_fits_the_cap() {
    let two = |bases: [&str; 2]| ExposurePolicy {
        directional: [Some(base(bases[0])), Some(base(bases[1])), None, None],
        ..policy()
    };
    let wanted = |policy: &ExposurePolicy, nav| {
        let got = targets(policy, &calm(), &staying(nav)).unwrap();
        (got.cap.0, [0, 1].map(|place| got.of(place).unwrap().delta.0))
    };
    // Each has its own, while there is room; a band of its own too.
    let policy = two(["0.375", "-0.125"]);
    assert_eq!(wanted(&policy, 16_000_000), (20_000_000, [6_000_000, -2_000_000]));
    let got = targets(&policy, &calm(), &staying(16_000_000)).unwrap();
    assert_eq!([0, 1].map(|place| got.of(place).unwrap().band.0), [750_000, 250_000]);
    // A hundred thousand of cushion leave 400 thousand for both, as they were.
    assert_eq!(wanted(&policy, 11_100_000), (400_000, [299_999, -100_000]));
    assert_eq!(wanted(&policy, 11_000_000), (0, [0, 0]));
    // A market without a price has no target: nothing is said of any.
    let one = prices(&[at(["100"; 3], "100")]);
    assert_eq!(targets(&policy, &one, &staying(16_000_000)), None);
}

#[test]
fn no_size_of_a_vault_makes_its_targets_fail() {
    let most = ExposurePolicy {
        directional: [Some(base("-3")), None, None, None],
        band: ratio("0.5"),
        least_trade: ratio("0.05"),
        floor: ratio("0.1"),
        high_fall_per_day: ratio("0.01"),
        multiplier: ratio("20"),
        max_leverage: ratio("5"),
    };
    for nav in [0, 1, i64::MAX / 20, i64::MAX / 3, i64::MAX - 1_000_000] {
        let got = targets(&most, &calm(), &staying(nav)).unwrap();
        let wanted = first(&got);
        assert!(
            wanted.delta.0 <= 0 && wanted.delta.0 >= -got.cap.0 && wanted.band.0 >= 0,
            "{nav}: {got:?}"
        );
        // What does not fit is the most, not nothing.
        if nav >= i64::MAX / 3 {
            assert!(
                got.cap.0 == i64::MAX && wanted.delta.0 <= 1 - i64::MAX,
                "{nav}: {got:?}"
            );
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
