//! Tables and properties of the multipliers.

use super::*;
use ballast_core_types::I80F48;
use proptest::prelude::*;

pub fn ramp(from: u32, to: u32, floor: u16) -> Ramp {
    Ramp {
        from: BasisPoints(from),
        to: BasisPoints(to),
        floor: Factor(floor),
    }
}

pub fn params() -> LimitMultiplierParams {
    let params = LimitMultiplierParams {
        delta: ramp(10_000, 40_000, 2_500),
        gamma: ramp(12_000, 30_000, 2_000),
        vega: ramp(15_000, 60_000, 1_000),
        liquidity: ramp(20_000, 100_000, 3_000),
    };
    assert_eq!(params.validate(), Ok(()));
    params
}

pub fn score(deviations: &str) -> Score {
    Score(deviations.parse::<I80F48>().unwrap().to_num())
}

#[test]
fn a_ramp_is_one_then_a_line_then_its_floor() {
    for (signal, expected) in [
        (0, 10_000),
        (10_000, 10_000),
        (10_001, 9_999),
        (20_000, 7_500),
        (25_000, 6_250),
        (39_999, 2_500),
        (40_000, 2_500),
        (u32::MAX, 2_500),
    ] {
        assert_eq!(params().delta.factor(BasisPoints(signal)).0, expected, "{signal}");
    }
}

#[test]
fn delta_answers_to_acceleration_against_it() {
    for (acceleration, long, short) in [
        ("0", 10_000, 10_000),
        ("0.9", 10_000, 10_000),
        ("-1", 10_000, 10_000),
        ("-2", 7_500, 10_000),
        ("2", 10_000, 7_500),
        ("-4", 2_500, 10_000),
        ("7.9", 10_000, 2_500),
        ("-8", 2_500, 10_000),
    ] {
        let z = Some(score(acceleration));
        assert_eq!(delta(z, Side::Long, &params().delta).0, long, "{acceleration}");
        assert_eq!(delta(z, Side::Short, &params().delta).0, short, "{acceleration}");
    }
}

#[test]
fn gamma_answers_to_the_volatility_regime_and_vega_to_liquidity() {
    for (ratio, expected) in [
        (0, 10_000),
        (12_000, 10_000),
        (21_000, 6_000),
        (30_000, 2_000),
        (u32::MAX, 2_000),
    ] {
        assert_eq!(gamma(BasisPoints(ratio), &params().gamma).0, expected, "{ratio}");
    }
    for (contraction, for_vega, for_all) in [
        (10_000, 10_000, 10_000),
        (20_000, 9_000, 10_000),
        (37_500, 5_500, 8_468),
        (60_000, 1_000, 6_500),
        (200_000, 1_000, 3_000),
    ] {
        let seen = Some(BasisPoints(contraction));
        assert_eq!(vega(seen, &params().vega).0, for_vega, "{contraction}");
        assert_eq!(liquidity(seen, &params().liquidity).0, for_all, "{contraction}");
    }
}

#[test]
fn what_is_missing_is_the_worst() {
    let params = params();
    assert_eq!(delta(None, Side::Long, &params.delta), params.delta.floor);
    assert_eq!(delta(None, Side::Short, &params.delta), params.delta.floor);
    assert_eq!(vega(None, &params.vega), params.vega.floor);
    assert_eq!(liquidity(None, &params.liquidity), params.liquidity.floor);
}

#[test]
fn ramps_that_do_not_guard_are_refused() {
    for (changed, expected) in [
        (ramp(0, 40_000, 2_500), RampParamError::Zero),
        (ramp(40_000, 40_000, 2_500), RampParamError::Width),
        (ramp(40_000, 10_000, 2_500), RampParamError::Width),
        (ramp(10_000, 10_999, 2_500), RampParamError::Width),
        (ramp(u32::MAX, u32::MAX, 2_500), RampParamError::TooHigh),
        (ramp(10_000, 60_001, 2_500), RampParamError::TooHigh),
        (ramp(10_000, 40_000, 0), RampParamError::Floor),
        (ramp(10_000, 40_000, 99), RampParamError::Floor),
        (ramp(10_000, 40_000, 9_001), RampParamError::Floor),
    ] {
        assert_eq!(changed.validate(BasisPoints(60_000)), Err(expected), "{changed:?}");
    }
    assert_eq!(ramp(1, 1_001, 100).validate(BasisPoints(60_000)), Ok(()));
    assert_eq!(ramp(59_000, 60_000, 9_000).validate(BasisPoints(60_000)), Ok(()));
    let broken = ramp(0, 0, 0);
    for (changed, expected) in [
        (
            LimitMultiplierParams {
                delta: broken,
                ..params()
            },
            LimitMultiplierParamError::Delta(RampParamError::Zero),
        ),
        (
            LimitMultiplierParams {
                gamma: broken,
                ..params()
            },
            LimitMultiplierParamError::Gamma(RampParamError::Zero),
        ),
        (
            LimitMultiplierParams {
                vega: broken,
                ..params()
            },
            LimitMultiplierParamError::Vega(RampParamError::Zero),
        ),
        (
            LimitMultiplierParams {
                liquidity: broken,
                ..params()
            },
            LimitMultiplierParamError::Liquidity(RampParamError::Zero),
        ),
    ] {
        assert_eq!(changed.validate(), Err(expected));
    }
}

#[test]
fn a_factor_is_at_most_one() {
    assert_eq!(Factor::new(10_000), Some(Factor::ONE));
    assert_eq!(Factor::new(10_001), None);
}

fn any_ramp() -> impl Strategy<Value = Ramp> {
    (1u32..100_000, MIN_WIDTH..100_000, FLOORS).prop_map(|(from, width, floor)| ramp(from, from + width, floor))
}

proptest! {
    #[test]
    fn a_ramp_stays_between_floor_and_one_falls_and_never_leaps(ramp in any_ramp(), signal in 0u32..250_000) {
        prop_assert_eq!(ramp.validate(BasisPoints(200_000)), Ok(()));
        let (here, next) = (ramp.factor(BasisPoints(signal)), ramp.factor(BasisPoints(signal + 1)));
        prop_assert!(here >= ramp.floor && here <= Factor::ONE);
        prop_assert!(next <= here);
        prop_assert!(here.0 - next.0 <= 10);
    }

    #[test]
    fn a_ramp_is_its_formula_rounded_down(ramp in any_ramp(), signal in 0u32..250_000) {
        let share = (f64::from(signal) - f64::from(ramp.from.0)) / f64::from(ramp.to.0 - ramp.from.0);
        let exact = 10_000.0 - (10_000.0 - f64::from(ramp.floor.0)) * share.clamp(0.0, 1.0);
        let got = f64::from(ramp.factor(BasisPoints(signal)).0);
        prop_assert!(got <= exact + 1e-6 && got > exact - 1.0 - 1e-6, "{} {}", got, exact);
    }

    #[test]
    fn delta_never_rises_as_acceleration_turns_against_it(ramp in any_ramp(), a in any::<i32>(), b in any::<i32>()) {
        let at = |bits: i32| Some(Score(I80F48::from_bits(i128::from(bits) << 20).to_num()));
        let (low, high) = (a.min(b), a.max(b));
        prop_assert!(delta(at(low), Side::Long, &ramp) <= delta(at(high), Side::Long, &ramp));
        prop_assert!(delta(at(low), Side::Short, &ramp) >= delta(at(high), Side::Short, &ramp));
    }
}
