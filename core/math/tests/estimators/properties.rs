//! No input and no stored state makes an estimator panic, leave its range, or forget that the past
//! has weight.

use ballast_core_math::black_scholes::Volatility;
use ballast_core_math::estimators::{
    Checkpoint, Elapsed, EwmaMoments, EwmaVariance, Gwav, GwavError, LogReturn, NoiseVariance, Observation, Sampler,
    TimeConstant, Trend, TrendParams, CHECKPOINTS,
};
use ballast_core_math::Magnitude;
use proptest::prelude::*;

fn any_observation() -> impl Strategy<Value = Observation> {
    (any::<i64>(), 0u32..64, 1i64..i64::MAX, 0u32..63, any::<u64>(), 0u32..64).prop_map(
        |(log_return, down, elapsed, shorter, noise, quieter)| Observation {
            log_return: LogReturn::from_bits(log_return >> down),
            elapsed: Elapsed::capped((elapsed >> shorter).max(1)).unwrap(),
            noise: NoiseVariance::from_bits(noise >> quieter),
        },
    )
}

fn any_constant() -> impl Strategy<Value = TimeConstant> {
    (60u32..7_776_001).prop_map(|seconds| TimeConstant::new(seconds).unwrap())
}

fn any_volatility() -> impl Strategy<Value = Volatility> {
    (1u128..501).prop_map(|percent| Volatility(Magnitude::from_decimal(percent, -2).unwrap()))
}

proptest! {
    #[test]
    fn variance_stays_between_its_past_and_the_step(
        start: u64, down in 0u32..64, list in proptest::collection::vec(any_observation(), 1..20), constant in any_constant(), sampling in 1i64..100_000
    ) {
        let sampling = Elapsed::capped(sampling).unwrap();
        let (mut sampler, mut variance) = (Sampler::default(), EwmaVariance::from_bits(start >> down));
        for observation in &list {
            let (next, step) = sampler.update(observation, sampling);
            let (log_return, noise, seconds) = next.parts();
            prop_assert_eq!(Sampler::from_parts(log_return, noise, seconds), next);
            prop_assert!(seconds < sampling.seconds());
            sampler = next;
            if let Some(step) = step {
                let after = variance.update(&step, constant);
                let flat = variance.update(
                    &ballast_core_math::estimators::Step::new(LogReturn::ZERO, step.elapsed, NoiseVariance::ZERO, NoiseVariance::ZERO),
                    constant,
                );
                // One step takes away 1 − 1/e at most, and a real return never less than a flat
                // one.
                prop_assert!(after >= flat);
                prop_assert!(flat.bits() >= (variance.bits() as f64 * 0.367_879) as u64);
                let _ = variance.score(&step);
                variance = after;
            }
        }
    }

    #[test]
    fn moments_stay_those_of_a_distribution(
        start: u64, down in 0u32..64, list in proptest::collection::vec(any_observation(), 1..40), constant in any_constant()
    ) {
        let variance = EwmaVariance::from_bits(start >> down);
        let (mut sampler, mut moments) = (Sampler::default(), EwmaMoments::NORMAL);
        for observation in &list {
            let (next, step) = sampler.update(observation, Elapsed::capped(1).unwrap());
            sampler = next;
            moments = moments.update(&step.unwrap(), variance, constant);
            prop_assert_eq!(EwmaMoments::from_bits(moments.bits()), moments);
            if let Some((skewness, excess)) = moments.shape() {
                let (s, k): (f64, f64) = (skewness.0.to_num(), excess.0.to_num());
                // Kurtosis saturates below 2¹⁵.
                prop_assert!(k > 32_000.0 || k + 2.0 >= s * s - (1.0 + k.abs()) * 1e-5, "{} {}", s, k);
            }
        }
    }

    #[test]
    fn trends_stay_in_range(
        parts: [i64; 3], bits: u64, list in proptest::collection::vec(any_observation(), 1..20),
        fast in 60u32..3_888_001, more in 0u32..7_776_001, signal in any_constant()
    ) {
        let fast = TimeConstant::new(fast).unwrap();
        let slow = TimeConstant::new((fast.seconds() * 2).saturating_add(more).min(7_776_000)).unwrap();
        let params = TrendParams::new(fast, slow, signal).unwrap();
        let [a, b, c] = parts.map(LogReturn::from_bits);
        let mut trend = Trend::from_parts(a, b, c);
        for observation in &list {
            let before = trend;
            trend = trend.update(observation, &params);
            let (fast, slow, signal) = trend.parts();
            prop_assert_eq!(Trend::from_parts(fast, slow, signal), trend);
            // No further than the last distance and the whole return together.
            let reach = before.parts().0.bits().abs() + observation.log_return.bits().abs() + 1;
            prop_assert!(fast.bits().abs() <= reach);
            prop_assert_eq!(trend.scores(EwmaVariance::from_bits(bits), &params).is_some(), bits != 0);
        }
    }

    #[test]
    fn averages_lie_between_what_was_published(
        list in proptest::collection::vec((any_volatility(), 0i64..1_000_000), 1..40), spacing in 1i64..1_000_000, window in 1i64..3_000_000, later in 0i64..3_000_000
    ) {
        let (spacing, window) = (Elapsed::capped(spacing).unwrap(), Elapsed::capped(window).unwrap());
        let mut now = 1_600_000_000;
        let mut gwav = Gwav::first(list[0].0, now).unwrap();
        let (mut low, mut high) = (list[0].0.0, list[0].0.0);
        for (volatility, gap) in &list {
            now += gap;
            gwav = gwav.update(*volatility, now, spacing).unwrap();
            let (level, last, checkpoints, used) = gwav.parts();
            prop_assert_eq!(Gwav::from_parts(level, last, checkpoints, used), Some(gwav));
            low = if volatility.0.is_below(low) { volatility.0 } else { low };
            high = if high.is_below(volatility.0) { volatility.0 } else { high };
            // Once there are eight checkpoints, seven spacings of history are always there.
            if used == 8 {
                let covered = Elapsed::capped(i64::from(spacing.seconds()) * 7).unwrap();
                prop_assert!(gwav.average(covered, now).is_ok());
            }
        }
        match gwav.average(window, now + later) {
            Ok(average) => {
                let number = |m: Magnitude| ballast_core_math::Scaled::from(m).to_f64();
                let got = number(average.0);
                prop_assert!(got > number(low) * (1.0 - 1e-8) && got < number(high) * (1.0 + 1e-8));
            }
            Err(refusal) => prop_assert_eq!(refusal, GwavError::History),
        }
    }

    #[test]
    fn stored_averages_never_panic(
        (level, level_down) in (any::<i64>(), 0u32..64), last: (i64, i64),
        raw in proptest::collection::vec((any::<i64>(), any::<i64>()), CHECKPOINTS), used: u8,
        (now, down) in (any::<i64>(), 0u32..63), volatility in any_volatility()
    ) {
        let mut checkpoints = [Checkpoint::default(); CHECKPOINTS];
        for (checkpoint, (time, integral)) in checkpoints.iter_mut().zip(raw) {
            *checkpoint = Checkpoint { time: (time >> down).abs(), integral };
        }
        checkpoints.sort_by_key(|checkpoint| std::cmp::Reverse(checkpoint.time));
        let last = Checkpoint { time: checkpoints[0].time.saturating_add((last.0 >> down).abs()), integral: last.1 };
        if let Some(gwav) = Gwav::from_parts(level >> level_down, last, checkpoints, used % 9) {
            let window = Elapsed::capped(86_400).unwrap();
            let _ = gwav.average(window, now);
            let _ = gwav.average(window, last.time.saturating_add(100));
            let _ = gwav.update(volatility, now, window);
        }
    }
}
