//! Under a driftless random walk every trend score has mean 0 and variance 1, at whatever times it
//! is observed.

use ballast_core_math::estimators::{EwmaVariance, LogReturn, NoiseVariance, Observation, Trend, TrendParams};
use ballast_core_types::{Ratio, I80F48};
use fixed::types::I16F48;

use crate::paths::Random;
use crate::{constant, seconds, YEAR};

/// Mean and variance of the four scores over `samples` of them, one each slow time constant.
fn moments(params: (u32, u32, u32), gap: impl Fn(&mut Random) -> i64, samples: u32) -> [(f64, f64); 4] {
    let (fast, slow, signal) = params;
    let trend_params = TrendParams::new(constant(fast), constant(slow), constant(signal)).unwrap();
    let annual = 0.49;
    let variance = EwmaVariance::from_annual(Ratio::from_fixed(I80F48::from_num(annual))).unwrap();
    let (mut random, mut trend) = (Random(7), Trend::default());
    let mut sums = [(0.0f64, 0.0f64); 4];
    for sample in 0..samples + 5 {
        let mut passed = 0;
        while passed < i64::from(slow) {
            let elapsed = gap(&mut random);
            passed += elapsed;
            let r = (annual / YEAR * elapsed as f64).sqrt() * random.normal();
            let observation = Observation {
                log_return: LogReturn::saturating(I16F48::from_num(r)),
                elapsed: seconds(elapsed),
                noise: NoiseVariance::ZERO,
            };
            trend = trend.update(&observation, &trend_params);
        }
        // The first few time constants are not yet stationary.
        if sample < 5 {
            continue;
        }
        let scores = trend.scores(variance, &trend_params).unwrap();
        for (sum, score) in sums
            .iter_mut()
            .zip([scores.fast, scores.slow, scores.trend, scores.acceleration])
        {
            let z: f64 = score.0.to_num();
            sum.0 += z / f64::from(samples);
            sum.1 += z * z / f64::from(samples);
        }
    }
    sums
}

#[test]
fn scores_have_unit_variance_at_regular_and_irregular_times() {
    let (hour, hours) = (3_600, 3_600i64);
    for (label, params, gap) in [
        (
            "every tenth of fast",
            (6 * hour, 24 * hour, 12 * hour),
            Gap::Fixed(2_160),
        ),
        ("signal as fast", (6 * hour, 24 * hour, 6 * hour), Gap::Fixed(2_160)),
        ("signal as slow", (6 * hour, 24 * hour, 24 * hour), Gap::Fixed(2_160)),
        ("wide apart", (hour, 72 * hour, 12 * hour), Gap::Fixed(600)),
        (
            "irregular, up to two thirds of fast",
            (6 * hour, 24 * hour, 12 * hour),
            Gap::UpTo(4 * hours),
        ),
        (
            "bursts between gaps",
            (6 * hour, 24 * hour, 12 * hour),
            Gap::Bursts(2 * hours),
        ),
    ] {
        let got = moments(params, |random| gap.next(random), 12_000);
        println!("{label}: {got:.3?}");
        for (mean, variance) in got {
            // The standard errors of 12 000 scores are 0.009 and 0.013 (somewhat more: neighbours
            // are correlated).
            assert!(mean.abs() < 0.05 && (variance - 1.0).abs() < 0.05, "{label}: {got:?}");
        }
    }
}

/// Observations further apart than the fast time constant make scores smaller, not larger.
#[test]
fn sparse_times_make_scores_smaller() {
    let (hour, hours) = (3_600, 3_600i64);
    let mut before = [f64::INFINITY; 4];
    for share in [1, 2, 6, 12, 24] {
        let got = moments((6 * hour, 24 * hour, 12 * hour), |_| share * hours, 12_000);
        println!("every {share} h: {got:.3?}");
        for (n, (_, variance)) in got.into_iter().enumerate() {
            assert!(variance < 1.05 && variance < before[n] + 0.04, "{share}: {got:?}");
            before[n] = variance;
        }
    }
    assert!(
        before[0] < 0.5,
        "the fast score hardly sees a walk that is observed each four of its constants"
    );
}

enum Gap {
    Fixed(i64),
    UpTo(i64),
    Bursts(i64),
}

impl Gap {
    fn next(&self, random: &mut Random) -> i64 {
        match *self {
            Self::Fixed(seconds) => seconds,
            Self::UpTo(most) => random.up_to(most as u64),
            // Nine times out of ten a few seconds.
            Self::Bursts(most) => {
                if random.uniform() < 0.9 {
                    random.up_to(10)
                } else {
                    random.up_to(most as u64)
                }
            }
        }
    }
}
