//! The target as tables, and what may be opened.

use super::*;
use crate::limit_multipliers::tests::score;
use ballast_core_types::fixtures::ratio;
use proptest::prelude::*;

fn outlook() -> Outlook {
    Outlook {
        strength: BasisPoints(10_000),
        volatility: BasisPoints(5_000),
        regime: Regime::Calm,
        acceleration: Some(score("0")),
    }
}

fn rules() -> DirectionalPolicy {
    DirectionalPolicy {
        mode: Mode::RuleBased,
        base: ratio("0.8"),
        reference_volatility: BasisPoints(6_000),
    }
}

#[test]
fn the_table_of_weights() {
    // Strength, volatility, drawdown; by rules, by hand.
    for (strength, volatility, fallen, expected, manual) in [
        (10_000, 5_000, 0, "0.8", "0.8"),
        (10_000, 6_000, 1_000, "0.8", "0.8"),
        (5_000, 6_000, 0, "0.4", "0.8"),
        (10_000, 12_000, 0, "0.4", "0.8"),
        (5_000, 12_000, 0, "0.2", "0.8"),
        (0, 6_000, 0, "0", "0.8"),
        (10_000, 6_000, 1_500, "0.6", "0.6"),
        (10_000, 6_000, 2_000, "0.4", "0.4"),
        (5_000, 12_000, 2_500, "0.05", "0.2"),
        (10_000, 0, 9_999, "0.2", "0.2"),
        // A strength that is none counts as the most there is.
        (u32::MAX, 6_000, 0, "0.8", "0.8"),
    ] {
        let said = Outlook {
            strength: BasisPoints(strength),
            volatility: BasisPoints(volatility),
            ..outlook()
        };
        let by_hand = DirectionalPolicy {
            mode: Mode::Manual,
            ..rules()
        };
        for (policy, expected) in [(rules(), expected), (by_hand, manual)] {
            let got = policy.weight(&said, BasisPoints(fallen)).fixed();
            let apart = got.to_bits().abs_diff(ratio(expected).fixed().to_bits());
            assert!(apart <= 2, "{strength} {volatility} {fallen}: {got} for {expected}");
        }
    }
}

#[test]
fn the_ladder_lies_on_its_knots_and_in_between() {
    for (fallen, left) in [
        (0, 10_000),
        (1_000, 10_000),
        (1_001, 9_995),
        (1_250, 8_750),
        (1_500, 7_500),
        (1_999, 5_005),
        (2_000, 5_000),
        (2_500, 2_500),
        (2_501, 2_500),
        (u32::MAX, 2_500),
    ] {
        assert_eq!(LADDER.factor(BasisPoints(fallen)).basis_points(), left, "{fallen}");
    }
}

#[test]
fn openings_answer_to_the_regime_and_to_a_trend_that_turns() {
    for (regime, acceleration, long, short) in [
        (Regime::Calm, "0", 10_000, 10_000),
        (Regime::Elevated, "0", 7_500, 7_500),
        (Regime::Stressed, "0", 5_000, 5_000),
        (Regime::Crisis, "0", 2_500, 2_500),
        // Half-way down the ramp on the side it turns against.
        (Regime::Calm, "-2", 6_250, 10_000),
        (Regime::Calm, "2", 10_000, 6_250),
        (Regime::Stressed, "-7", 1_250, 5_000),
    ] {
        let said = Outlook {
            regime,
            acceleration: Some(score(acceleration)),
            ..outlook()
        };
        let got = [Side::Long, Side::Short].map(|side| said.opening(side).basis_points());
        assert_eq!(got, [long, short], "{regime:?} {acceleration}");
    }
    let unknown = Outlook {
        acceleration: None,
        ..outlook()
    };
    assert_eq!(unknown.opening(Side::Long).basis_points(), 2_500);
}

#[test]
fn the_high_falls_by_the_day() {
    let rate = ratio("0.001");
    for (days, expected) in [(0, 2.0), (1, 1.998), (10, 1.98), (1_000, 0.0), (3_000, 0.0), (-5, 2.0)] {
        let got: f64 = decayed(ratio("2"), rate, days * SECONDS_PER_DAY).fixed().to_num();
        assert!((got - expected).abs() < 1e-8, "{days}: {got}");
    }
    assert_eq!(decayed(ratio("2"), rate, i64::MAX), Ratio::ZERO);
    // Day by day it is the same but for the square of what it falls in one.
    let mut high = ratio("2");
    for _ in 0..30 {
        high = decayed(high, rate, SECONDS_PER_DAY);
    }
    let got: f64 = high.fixed().to_num();
    assert!((got - 2.0 * 0.999f64.powi(30)).abs() < 1e-8, "{got}");
}

#[test]
fn a_drawdown_is_rounded_up() {
    for (value, high, expected) in [
        ("1", "1", 0),
        ("1.1", "1", 0),
        ("0.9", "1", 1_001),
        ("0.99995", "1", 1),
        ("0", "1", 10_000),
    ] {
        let got = drawdown(ratio(value), ratio(high)).0;
        // A tenth is no sum of halves: one more is the rounding.
        assert!(got == expected || got + 1 == expected, "{value} of {high}: {got}");
    }
    assert_eq!(drawdown(ratio("0"), ratio("0")).0, 0);
}

proptest! {
    /// Nothing that a market says raises a target above the base, and a deeper fall, a weaker trend
    /// and a wilder market never raise it.
    #[test]
    fn signals_only_lower_the_target(
        strength in 0u32..20_000, volatility in 0u32..60_000, fallen in 0u32..10_000, more in 0u32..5_000
    ) {
        let said = Outlook { strength: BasisPoints(strength), volatility: BasisPoints(volatility), ..outlook() };
        let of = |said: &Outlook, fallen| rules().weight(said, BasisPoints(fallen));
        let weight = of(&said, fallen);
        prop_assert!(weight >= Ratio::ZERO && weight <= rules().base);
        prop_assert!(of(&said, fallen + more) <= weight);
        let weaker = Outlook { strength: BasisPoints(strength.saturating_sub(more)), ..said };
        prop_assert!(of(&weaker, fallen) <= weight);
        let wilder = Outlook { volatility: BasisPoints(volatility + more), ..said };
        prop_assert!(of(&wilder, fallen) <= weight);
    }
}
