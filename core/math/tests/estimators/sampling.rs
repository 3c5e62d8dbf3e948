//! The same market observed at other times must give about the same answers.

use ballast_core_math::estimators::{EwmaVariance, Observation, Sampler, Trend, TrendParams};
use ballast_core_types::{Ratio, I80F48};

use crate::paths::{self, Path, Random};
use crate::{constant, noise, observation, seconds, YEAR};

const DAY: u32 = 86_400;

fn variance(annual: f64) -> EwmaVariance {
    EwmaVariance::from_annual(Ratio::from_fixed(I80F48::from_num(annual))).unwrap()
}

fn annual(variance: EwmaVariance) -> f64 {
    variance.annual().fixed().to_num()
}

/// Time and variance after every observation of a path.
fn variances(path: &[(i64, f64)], sampling_time: i64, days: u32, confidence: f64) -> Vec<(i64, f64)> {
    let (mut sampler, mut ours) = (Sampler::first(noise(confidence)), variance(0.36));
    path.windows(2)
        .map(|pair| {
            let (next, step) = sampler.update(&observation(pair[0], pair[1], confidence), seconds(sampling_time));
            sampler = next;
            if let Some(step) = step {
                ours = ours.update(&step, constant(days * DAY));
            }
            (pair[1].0, annual(ours))
        })
        .collect()
}

/// Returns the mean ratio, and the root mean square of its logarithm, of two estimates at the times
/// they share, after 60 days.
fn compare(a: &[(i64, f64)], b: &[(i64, f64)]) -> (f64, f64) {
    let (mut n, mut ratio, mut square, mut at) = (0.0, 0.0, 0.0, 0);
    for (time, value) in b {
        while a[at].0 < *time {
            at += 1;
        }
        if *time < b[0].0 + 60 * i64::from(DAY) {
            continue;
        }
        let log = (value / a[at].1).ln();
        n += 1.0;
        ratio += log;
        square += log * log;
    }
    ((ratio / n).exp(), (square / n).sqrt())
}

#[test]
fn variance_at_other_times_of_the_same_path() {
    for (name, path) in paths::all() {
        let hourly = variances(&path, 3_600, 20, 0.0);
        for most in [3, 6, 12] {
            for seed in 1..4 {
                let (ratio, spread) = compare(&hourly, &variances(&paths::thinned(&path, most, seed), 3_600, 20, 0.0));
                println!("{name} gaps up to {most} h: geometric mean ratio {ratio:.3}, spread {spread:.3}");
                // Real returns lean back a little from hour to hour, and fewer returns are noisier.
                assert!(
                    (0.85..1.1).contains(&ratio) && spread < 0.4,
                    "{name} {most}: {ratio} {spread}"
                );
            }
        }
    }
}

#[test]
fn trend_scores_at_other_times_of_the_same_path() {
    let params = TrendParams::new(constant(DAY / 2), constant(4 * DAY), constant(DAY)).unwrap();
    let scores = |path: &Path| -> Vec<(i64, [f64; 2])> {
        let mut trend = Trend::default();
        path.windows(2)
            .map(|pair| {
                trend = trend.update(&observation(pair[0], pair[1], 0.0), &params);
                let scores = trend.scores(variance(0.36), &params).unwrap();
                (pair[1].0, [scores.trend.0.to_num(), scores.acceleration.0.to_num()])
            })
            .collect()
    };
    for (name, path) in paths::all() {
        let hourly = scores(&path);
        for most in [3, 6] {
            let (mut at, mut n, mut square) = (0, 0.0, [0.0f64; 2]);
            for (time, values) in scores(&paths::thinned(&path, most, 5)) {
                while hourly[at].0 < time {
                    at += 1;
                }
                n += 1.0;
                for ((sum, value), whole) in square.iter_mut().zip(values).zip(hourly[at].1) {
                    *sum += (value - whole).powi(2);
                }
            }
            let spread = square.map(|sum| (sum / n).sqrt());
            println!("{name} gaps up to {most} h: root mean square difference of scores {spread:.3?}");
            assert!(spread[0] < 0.1 && spread[1] < 0.2, "{name} {most}: {spread:?}");
        }
    }
}

/// Forty days of a random walk of 60 % a year, observed with an error of `error` that is reported
/// as `confidence`, at times that a rule chooses: the mean of the variance after the first twenty
/// days.
fn noisy(error: f64, confidence: f64, sampling_time: i64, gap: impl Fn(&mut Random) -> i64) -> f64 {
    let mut random = Random(11);
    let (mut sampler, mut ours) = (Sampler::first(noise(confidence)), variance(0.36));
    let (mut time, mut log_price, mut last) = (0, 0.0f64, 0.0f64);
    let (mut sum, mut weight) = (0.0, 0.0);
    while time < 40 * i64::from(DAY) {
        let elapsed = gap(&mut random);
        time += elapsed;
        log_price += (0.36 / YEAR * elapsed as f64).sqrt() * random.normal();
        let seen = log_price + error * random.normal();
        let r = fixed::types::I16F48::from_num(seen - last);
        last = seen;
        let observation = Observation {
            log_return: ballast_core_math::estimators::LogReturn::saturating(r),
            elapsed: seconds(elapsed),
            noise: noise(confidence),
        };
        let (next, step) = sampler.update(&observation, seconds(sampling_time));
        sampler = next;
        if let Some(step) = step {
            ours = ours.update(&step, constant(5 * DAY));
        }
        if time > 20 * i64::from(DAY) {
            sum += annual(ours) * elapsed as f64;
            weight += elapsed as f64;
        }
    }
    sum / weight
}

#[test]
fn noise_and_bursts_under_sparse_sampling() {
    let steady = |_: &mut Random| 10;
    let bursts = |random: &mut Random| {
        if random.uniform() < 0.95 {
            1
        } else {
            random.up_to(400)
        }
    };
    // Two errors of five basis points have 4.4 times the variance of ten seconds, and 7 % of that
    // of ten minutes.
    for (label, error, confidence, sampling_time, low, high) in [
        ("ten seconds, exact", 0.0, 0.0, 1, 0.33, 0.39),
        ("ten minutes, exact", 0.0, 0.0, 600, 0.33, 0.39),
        ("ten minutes, noisy, corrected", 5e-4, 5e-4, 600, 0.33, 0.40),
        ("ten minutes, noisy, not corrected", 5e-4, 0.0, 600, 0.36, 0.42),
        ("ten minutes, exact but said to be noisy", 0.0, 5e-4, 600, 0.31, 0.38),
        // What sparse sampling is for: without it the floor nearly trebles the answer …
        ("ten seconds, noisy, corrected", 5e-4, 5e-4, 1, 0.8, 1.6),
        // … and a confidence that is wider than the noise loses it.
        ("ten seconds, exact but said to be noisy", 0.0, 5e-4, 1, 0.0, 0.05),
    ] {
        let got = noisy(error, confidence, sampling_time, steady);
        println!("{label}: {got:.3} of 0.36");
        assert!((low..high).contains(&got), "{label}: {got}");
    }
    for sampling_time in [600, 1_800] {
        let got = noisy(5e-4, 5e-4, sampling_time, bursts);
        println!("bursts each second, sampled each {sampling_time} s: {got:.3} of 0.36");
        assert!((0.32..0.41).contains(&got), "{got}");
    }
}

#[test]
fn a_long_gap_does_not_replace_the_estimate() {
    for days in [1, 5, 30] {
        let (_, step) = Sampler::default().update(
            &observation((0, 100.0), (days * i64::from(DAY), 100.0), 0.0),
            seconds(600),
        );
        let after = annual(variance(0.36).update(&step.unwrap(), constant(DAY)));
        assert!(after > 0.36 * 0.3678, "{days}: {after}");
    }
}
