//! Integers against doubles over every hour of every series. The bounds are those of
//! docs/internals/estimators.md.

use ballast_core_math::black_scholes::Volatility;
use ballast_core_math::cornish_fisher::CornishFisher;
use ballast_core_math::estimators::{EwmaMoments, EwmaVariance, Gwav, Sampler, Score, Trend, TrendParams};
use ballast_core_math::{Magnitude, Scaled};
use ballast_core_types::{Ratio, I80F48};

use crate::{constant, noise, observation, paths, reference, seconds, YEAR};

const DAY: u32 = 86_400;

fn variance(annual: f64) -> EwmaVariance {
    EwmaVariance::from_annual(Ratio::from_fixed(I80F48::from_num(annual))).unwrap()
}

fn number(score: Score) -> f64 {
    score.0.to_num()
}

/// The largest of many errors, and where it was.
#[derive(Default)]
struct Worst(f64, i64);

impl Worst {
    fn see(&mut self, error: f64, time: i64) {
        assert!(!error.is_nan(), "at {time}");
        if error > self.0 {
            *self = Self(error, time);
        }
    }
}

#[test]
fn variance_and_moments() {
    for (name, path) in paths::all() {
        for (label, path) in [
            ("hourly", path.clone()),
            ("thinned", paths::thinned(&path, 12, 1)),
            ("sparse", paths::thinned(&path, 200, 2)),
        ] {
            for confidence in [0.0, 0.002] {
                let (fast, slow) = (constant(6 * 3_600), constant(20 * DAY));
                let mut ours = (variance(0.36), variance(0.36), EwmaMoments::NORMAL);
                let mut doubles = (
                    reference::Variance { annual: 0.36 },
                    reference::Variance { annual: 0.36 },
                    reference::Moments {
                        raw: [0.0, 1.0, 0.0, 3.0],
                    },
                );
                let mut sampler = Sampler::first(noise(confidence));
                let (mut of_variance, mut of_score, mut of_shape) = Default::default();
                let mut valid = 0;
                for pair in path.windows(2) {
                    let (from, to) = (pair[0], pair[1]);
                    let (next, step) = sampler.update(&observation(from, to, confidence), seconds(3_600));
                    sampler = next;
                    let step = step.unwrap();
                    let (r, elapsed) = ((to.1 / from.1).ln(), (to.0 - from.0) as f64);
                    let noise = 2.0 * confidence * confidence;
                    let z = doubles.1.score(r, elapsed, noise);
                    Worst::see(&mut of_score, (number(ours.1.score(&step)) - z).abs(), to.0);
                    ours.2 = ours.2.update(&step, ours.1, slow);
                    doubles.2.update(z, elapsed, f64::from(slow.seconds()));
                    ours.0 = ours.0.update(&step, fast);
                    ours.1 = ours.1.update(&step, slow);
                    doubles.0.update(r, elapsed, noise, f64::from(fast.seconds()));
                    doubles.1.update(r, elapsed, noise, f64::from(slow.seconds()));
                    for (ours, double) in [(ours.0, &doubles.0), (ours.1, &doubles.1)] {
                        let error = ours.annual().fixed().to_num::<f64>() - double.annual;
                        Worst::see(&mut of_variance, error.abs() / double.annual.max(1e-4), to.0);
                    }
                    let (skewness, excess) = ours.2.shape().unwrap();
                    let (s, k) = doubles.2.shape();
                    Worst::see(
                        &mut of_shape,
                        (skewness.0.to_num::<f64>() - s)
                            .abs()
                            .max((excess.0.to_num::<f64>() - k).abs())
                            / (1.0 + k.abs()),
                        to.0,
                    );
                    valid += u32::from(CornishFisher::new(skewness, excess).is_ok());
                    // No distribution has less kurtosis than its skewness demands (Pearson 1916).
                    assert!(excess.0.to_num::<f64>() + 2.0 > s * s - 1e-6);
                }
                let (v, z, m): (Worst, Worst, Worst) = (of_variance, of_score, of_shape);
                println!(
                    "{name} {label} {confidence}: variance {:.1e} at {}, score {:.1e} at {}, shape {:.1e} at {}; Cornish-Fisher valid {:.2}",
                    v.0, v.1, z.0, z.1, m.0, m.1, f64::from(valid) / path.len() as f64
                );
                assert!(v.0 < 5e-8 && z.0 < 1e-8 && m.0 < 2e-7, "{name} {label}");
            }
        }
    }
}

#[test]
fn trend_and_acceleration() {
    let params = TrendParams::new(constant(6 * 3_600), constant(3 * DAY), constant(12 * 3_600)).unwrap();
    let constants = [21_600.0, 259_200.0, 43_200.0];
    for (name, path) in paths::all() {
        for (label, path) in [
            ("hourly", path.clone()),
            ("thinned", paths::thinned(&path, 12, 1)),
            ("sparse", paths::thinned(&path, 200, 2)),
        ] {
            let (mut ours, mut double) = (Trend::default(), reference::Trend::first(path[0].1.ln(), constants));
            let mut worst = Worst::default();
            let (mut most, mut least) = ([0.0f64; 4], [0.0f64; 4]);
            for pair in path.windows(2) {
                let (from, to) = (pair[0], pair[1]);
                ours = ours.update(&observation(from, to, 0.0), &params);
                double.update(to.1.ln(), (to.0 - from.0) as f64);
                let scores = ours.scores(variance(0.36), &params).unwrap();
                let got = [scores.fast, scores.slow, scores.trend, scores.acceleration].map(number);
                for (n, expected) in double.scores(0.36).into_iter().enumerate() {
                    worst.see((got[n] - expected).abs(), to.0);
                    most[n] = most[n].max(expected);
                    least[n] = least[n].min(expected);
                }
            }
            println!(
                "{name} {label}: score {:.1e} at {}; range {least:.1?}…{most:.1?}",
                worst.0, worst.1
            );
            assert!(worst.0 < 1e-8, "{name} {label}");
        }
    }
}

#[test]
fn geometric_average_of_volatility() {
    for (name, path) in paths::all() {
        // The volatility that is published is a short average of the path's own, every hour or at
        // irregular times.
        for (label, path, spacing) in [
            ("hourly", path.clone(), 3_600),
            ("hourly, checkpoints each six", path.clone(), 21_600),
            ("thinned", paths::thinned(&path, 12, 3), 10_800),
        ] {
            let mut double = reference::Variance { annual: 0.36 };
            let mut published: Vec<(i64, f64)> = vec![(path[0].0, 0.6)];
            let mut ours = Gwav::first(volatility(0.6), path[0].0).unwrap();
            let (mut exact, mut between) = (Worst::default(), Worst::default());
            for (at, pair) in path.windows(2).enumerate() {
                let (from, to) = (pair[0], pair[1]);
                double.update((to.1 / from.1).ln(), (to.0 - from.0) as f64, 0.0, 43_200.0);
                let vol = double.annual.sqrt().clamp(0.01, 5.0);
                ours = ours.update(volatility(vol), to.0, seconds(spacing)).unwrap();
                published.push((to.0, vol));
                if at % 7 != 0 {
                    continue;
                }
                let recent = &published[published.len().saturating_sub(60)..];
                // A window that begins at the fourth newest checkpoint has nothing to interpolate.
                let (_, _, checkpoints, used) = ours.parts();
                let now = to.0 + 1_234;
                if used == 8 {
                    let window = now - checkpoints[4].time;
                    let got = number_of(ours.average(seconds(window), now).unwrap());
                    exact.see((got / reference::geometric_mean(recent, window, now) - 1.0).abs(), now);
                    let window = 5 * spacing + 777;
                    let got = number_of(ours.average(seconds(window), now).unwrap());
                    between.see((got / reference::geometric_mean(recent, window, now) - 1.0).abs(), now);
                }
            }
            println!(
                "{name} {label}: {:.1e} at checkpoints, {:.1e} between them",
                exact.0, between.0
            );
            assert!(exact.0 < 1e-9 && between.0 < 0.15, "{name} {label}");
        }
    }
}

fn volatility(value: f64) -> Volatility {
    // Sixty-two bits of a number below 8.
    Volatility(Magnitude::from_parts((value * (1u64 << 60) as f64) as u64, -60).unwrap())
}

fn number_of(volatility: Volatility) -> f64 {
    Scaled::from(volatility.0).to_f64()
}

#[test]
fn the_year_is_that_of_the_crate() {
    assert_eq!(YEAR, ballast_core_types::SECONDS_PER_YEAR as f64);
}
