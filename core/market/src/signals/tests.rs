use super::*;
use crate::fixtures::exact_print as quote;
use ballast_core_types::fixtures::{price, ratio};
use ballast_core_types::PriceBounds;
use proptest::prelude::*;

pub fn params() -> SignalParams {
    SignalParams {
        times: SignalTimes::new(300, 21_600, 864_000, 1_728_000, [43_200, 345_600, 86_400]).unwrap(),
        slow_price_rate_per_hour: ratio("0.1"),
        high_fall_per_day: BasisPoints(100),
        jump_floor: BasisPoints(200),
    }
    .validate()
    .unwrap()
}

fn at(unix_time: i64) -> Now {
    Now { unix_time, slot: 1 }
}

fn start() -> Signals {
    let variance = EwmaVariance::from_annual(ratio("0.36")).unwrap();
    Signals::first(&quote("100", 0), variance, at(0))
}

fn next(before: &Signals, text: &str, time: i64) -> Signals {
    before.next(&params(), &quote(text, time), at(time)).unwrap()
}

fn points(score: Score) -> f64 {
    score.0.to_num()
}

#[test]
fn both_variances_match_a_slow_reference_in_floating_point() {
    let mut signals = start();
    let (mut fast, mut slow, mut last) = (0.36f64, 0.36f64, 100.0f64);
    for (step, text) in ["101", "99.5", "99.5", "104", "97", "97.2"].iter().enumerate() {
        signals = next(&signals, text, (step as i64 + 1) * 3_600);
        let now: f64 = text.parse().unwrap();
        let annual = (now / last).ln().powi(2) * 8_760.0;
        for (variance, constant) in [(&mut fast, 21_600.0), (&mut slow, 864_000.0)] {
            let kept = (-3_600.0f64 / constant).exp();
            *variance = *variance * kept + (1.0 - kept) * annual;
        }
        last = now;
        for (got, expected) in [(signals.fast_variance, fast), (signals.slow_variance, slow)] {
            assert!((got.annual().fixed().to_num::<f64>() - expected).abs() < 1e-7);
        }
    }
    assert_eq!(
        signals.larger_variance(),
        signals.fast_variance.max(signals.slow_variance)
    );
}

#[test]
fn a_burst_inside_one_step_teaches_variance_nothing_more_than_its_end() {
    let mut burst = start();
    for second in 1..30 {
        burst = next(&burst, if second % 2 == 0 { "100.3" } else { "99.7" }, second * 10);
    }
    assert_eq!(burst.slow_variance, start().slow_variance);
    let (burst, calm) = (next(&burst, "100", 300), next(&start(), "100", 300));
    assert_eq!(burst.slow_variance, calm.slow_variance);
    assert_eq!(burst.fast_variance, calm.fast_variance);
    assert_eq!(burst.moments, calm.moments);
}

#[test]
fn whoever_brings_the_first_price_past_a_boundary_has_no_part_in_the_step() {
    // Thirty seconds apart, so that the boundary of 300 s lies between two prices.
    let mut before = start();
    for index in 0..9 {
        before = next(&before, "100.2", 20 + index * 30);
    }
    let choices = ["90", "100.2", "100.5", "104"].map(|text| next(&before, text, 301));
    for choice in &choices {
        assert_eq!(choice.fast_variance, choices[0].fast_variance);
        assert_eq!(choice.moments, choices[0].moments);
    }
    assert_ne!(choices[0].fast_variance, before.fast_variance);
    // What was brought counts in the step that it began, once that ends.
    let after = choices.map(|choice| next(&next(&choice, "100.2", 571), "100.2", 631).fast_variance);
    assert!(after[3] == after[0], "the price at that boundary is the one held then");
}

#[test]
fn confidence_noise_is_not_volatility() {
    let mut noisy = quote("100.5", 3_600);
    noisy.confidence = ratio("0.006");
    let after = start().next(&params(), &noisy, at(3_600)).unwrap();
    let calm = next(&start(), "100", 3_600);
    assert_eq!(after.slow_variance, calm.slow_variance);
}

#[test]
fn the_slow_price_moves_at_its_rate_and_its_high_follows_it() {
    for (text, elapsed, slow, high) in [
        ("200", 3_600, "110", "110"),
        ("200", 1_800, "105", "105"),
        ("105", 3_600, "105", "105"),
        // The high falls by one per cent a day.
        ("50", 3_600, "90", "99.9583"),
    ] {
        let after = next(&start(), text, elapsed);
        for (got, expected) in [(after.slow_price, slow), (after.high, high)] {
            let error = (got.fixed() - price(expected).fixed()).abs();
            assert!(error < ratio("0.0001").fixed(), "{text} {elapsed}: {got:?}");
        }
    }
}

#[test]
fn jumps_count_standard_deviations_from_the_floor_on() {
    // σ = 60 % a year is 0.64 % an hour and 0.08 % a minute; the floor is 2 %.
    for (text, elapsed, expected) in [
        ("101.9", 60, 0.0),
        ("101.9", 3_600, 0.0),
        ("103", 3_600, 4.61),
        ("97", 3_600, -4.75),
        ("110", 3_600, 8.0),
        ("97", 60, -8.0),
    ] {
        let after = next(&start(), text, elapsed);
        assert!(
            (points(after.jump) - expected).abs() < 0.02,
            "{text}: {}",
            points(after.jump)
        );
    }
}

#[test]
fn a_jump_in_small_moves_within_a_step_is_a_jump() {
    let mut signals = start();
    for (index, text) in ["99", "98", "97", "96"].into_iter().enumerate() {
        signals = next(&signals, text, (index as i64 + 1) * 20);
    }
    assert_eq!(points(signals.jump), -8.0 + 2f64.powi(-28));
}

#[test]
fn trend_scores_follow_the_price() {
    let mut signals = start();
    for (hour, text) in ["100.5", "101", "101.5", "102", "102.5"].into_iter().enumerate() {
        signals = next(&signals, text, (hour as i64 + 1) * 3_600);
    }
    let scores = signals.trend_scores.unwrap();
    let up = [scores.fast, scores.slow, scores.trend, scores.acceleration].map(points);
    assert!(up.iter().all(|score| *score > 0.1), "{up:?}");
}

#[test]
fn times_that_switch_a_signal_off_are_refused() {
    let trend = [43_200, 345_600, 86_400];
    for (times, expected) in [
        ((300, 21_600, 864_000, 1_728_000, trend), None),
        ((0, 21_600, 864_000, 1_728_000, trend), Some(SignalParamError::Sampling)),
        (
            (5_401, 21_600, 864_000, 1_728_000, trend),
            Some(SignalParamError::Sampling),
        ),
        (
            (300, 59, 864_000, 1_728_000, trend),
            Some(SignalParamError::VarianceTimes),
        ),
        (
            (300, 21_600, 43_199, 1_728_000, trend),
            Some(SignalParamError::VarianceTimes),
        ),
        (
            (300, 21_600, 7_776_001, 1_728_000, trend),
            Some(SignalParamError::VarianceTimes),
        ),
        ((300, 21_600, 864_000, 21_599, trend), Some(SignalParamError::Moments)),
        (
            (300, 21_600, 864_000, 1_728_000, [0, 345_600, 86_400]),
            Some(SignalParamError::Trend),
        ),
        (
            (300, 21_600, 864_000, 1_728_000, [43_200, 86_399, 86_400]),
            Some(SignalParamError::Trend),
        ),
    ] {
        let (sampling, fast, slow, moments, trend) = times;
        assert_eq!(SignalTimes::new(sampling, fast, slow, moments, trend).err(), expected);
    }
    let cases: [(fn(&mut SignalParams), SignalParamError); 6] = [
        (
            |p| p.slow_price_rate_per_hour = Ratio::ZERO,
            SignalParamError::SlowPriceRate,
        ),
        (
            |p| p.slow_price_rate_per_hour = ratio("1.01"),
            SignalParamError::SlowPriceRate,
        ),
        (|p| p.high_fall_per_day = BasisPoints(0), SignalParamError::HighFall),
        (|p| p.high_fall_per_day = BasisPoints(2_001), SignalParamError::HighFall),
        (|p| p.jump_floor = BasisPoints(0), SignalParamError::JumpFloor),
        (|p| p.jump_floor = BasisPoints(1_001), SignalParamError::JumpFloor),
    ];
    for (change, expected) in cases {
        let mut changed = params();
        change(&mut changed);
        assert_eq!(changed.validate(), Err(expected));
    }
}

#[test]
fn the_fallback_takes_the_worse_side_and_its_haircut_grows() {
    let haircut = ExitHaircut {
        base: ratio("0.02"),
        per_hour: ratio("0.01"),
        max: ratio("0.1"),
    };
    let signals = Signals {
        slow_price: price("90"),
        ..start()
    };
    let close = |a: Price, b: &str| (a.fixed() - price(b).fixed()).abs() < ratio("0.000001").fixed();
    for (age, low, high) in [(0, "88.2", "102"), (7_200, "86.4", "104"), (1_000_000, "81", "110")] {
        let bounds = exit_fallback(&signals, &haircut, at(age)).unwrap();
        assert!(close(bounds.low, low) && close(bounds.high, high), "{age}");
    }
}

proptest! {
    #[test]
    fn no_path_of_prices_panics_and_every_signal_stays_in_its_range(
        prices in proptest::collection::vec((1u64..1_000_000_000, 1i64..10_000_000), 1..20)
    ) {
        let mut signals = start();
        let mut time = 0;
        for (cents, gap) in prices {
            time += gap;
            let mid = Price::from_fixed(I80F48::from_num(cents) / 100).unwrap();
            let quote = Print { bounds: PriceBounds { low: mid, mid, high: mid }, confidence: Ratio::ZERO, publish_time: time, slot: 1 };
            let Ok(next) = signals.next(&params(), &quote, at(time)) else { continue };
            prop_assert!(next.high >= next.slow_price);
            prop_assert!(next.larger_variance() >= next.fast_variance);
            signals = next;
        }
    }
}
