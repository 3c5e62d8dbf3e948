//! What somebody gains who alone decides when the market is observed. Facts for
//! docs/internals/estimators.md, with bounds that hold them.

use ballast_core_math::estimators::{EwmaMoments, EwmaVariance, Sampler, Trend, TrendParams};
use ballast_core_types::{Ratio, I80F48};

use crate::paths::{self, Path};
use crate::{constant, observation, seconds};

const DAY: u32 = 86_400;

fn variance(annual: f64) -> EwmaVariance {
    EwmaVariance::from_annual(Ratio::from_fixed(I80F48::from_num(annual))).unwrap()
}

/// Returns the points that are observed if each next one is, of the coming `choice`, the one that
/// moved least (or most) for its time. The adversary knows the future; a real one does not.
fn chosen(path: &[(i64, f64)], choice: usize, most: bool) -> Path {
    let (mut at, mut observed) = (0, vec![path[0]]);
    while at + choice < path.len() {
        let move_per_time = |to: &usize| {
            let square = (path[*to].1 / path[at].1).ln().powi(2) / (path[*to].0 - path[at].0) as f64;
            if most {
                -square
            } else {
                square
            }
        };
        at = (at + 1..=at + choice)
            .min_by(|a, b| move_per_time(a).total_cmp(&move_per_time(b)))
            .unwrap();
        observed.push(path[at]);
    }
    observed
}

/// Returns the mean over time of the variance, with a time constant of ten days.
fn mean_variance(path: &[(i64, f64)], sampling_time: i64) -> f64 {
    let (mut sampler, mut ours) = (Sampler::default(), variance(0.36));
    let (mut sum, mut weight) = (0.0, 0.0);
    for pair in path.windows(2) {
        let (next, step) = sampler.update(&observation(pair[0], pair[1], 0.0), seconds(sampling_time));
        sampler = next;
        if let Some(step) = step {
            ours = ours.update(&step, constant(10 * DAY));
        }
        let held = (pair[1].0 - pair[0].0) as f64;
        sum += ours.annual().fixed().to_num::<f64>() * held;
        weight += held;
    }
    sum / weight
}

#[test]
fn variance_when_one_party_chooses_the_times() {
    for (name, path) in paths::all() {
        let honest = mean_variance(&path, 3_600);
        for (choice, lowest, highest) in [(2, 0.55, 1.3), (6, 0.3, 1.8), (24, 0.2, 2.5)] {
            let low = mean_variance(&chosen(&path, choice, false), 3_600) / honest;
            let high = mean_variance(&chosen(&path, choice, true), 3_600) / honest;
            println!("{name}: free to wait up to {choice} h, variance from {low:.2} to {high:.2} of the honest one");
            assert!(
                low > lowest && low < 1.0 && high < highest && high > 1.0,
                "{name} {choice}: {low} {high}"
            );
        }
        // Somebody else observes at every hour: the choice is only whether to be the second.
        let sampled = mean_variance(&path, 6 * 3_600);
        println!("{name}: sampled each 6 h, {:.2} of the honest one", sampled / honest);
    }
}

/// Means over time of skewness and excess kurtosis, with a time constant of thirty days.
fn mean_shape(path: &[(i64, f64)]) -> [f64; 2] {
    let (mut sampler, mut variance, mut moments) = (Sampler::default(), variance(0.36), EwmaMoments::NORMAL);
    let (mut sum, mut weight) = ([0.0f64; 2], 0.0);
    for pair in path.windows(2) {
        let (next, step) = sampler.update(&observation(pair[0], pair[1], 0.0), seconds(3_600));
        sampler = next;
        let step = step.unwrap();
        moments = moments.update(&step, variance, constant(30 * DAY));
        variance = variance.update(&step, constant(10 * DAY));
        let (skewness, excess) = moments.shape().unwrap();
        let held = (pair[1].0 - pair[0].0) as f64;
        sum[0] += skewness.0.to_num::<f64>() * held;
        sum[1] += excess.0.to_num::<f64>() * held;
        weight += held;
    }
    sum.map(|total| total / weight)
}

#[test]
fn shape_when_one_party_chooses_the_times() {
    for (name, path) in paths::all() {
        let honest = mean_shape(&path);
        println!("{name}: honest skewness and excess kurtosis {honest:.2?}");
        for choice in [2, 6] {
            for most in [false, true] {
                let got = mean_shape(&chosen(&path, choice, most));
                let label = if most { "most" } else { "least" };
                println!("{name}: up to {choice} h, {label}: skewness and excess kurtosis {got:.2?}");
                // Returns that are chosen for being large have two humps and thin tails, and the
                // other way round.
                assert!(
                    got[0].abs() < 2.0 && (-2.0..25.0).contains(&got[1]),
                    "{name} {choice} {label}: {got:?}"
                );
                assert_eq!(got[1] > honest[1], !most, "{name} {choice} {label}");
            }
        }
    }
}

#[test]
fn trend_when_one_party_chooses_the_times() {
    let params = TrendParams::new(constant(DAY / 2), constant(4 * DAY), constant(DAY)).unwrap();
    let spread = |path: &[(i64, f64)]| -> [f64; 2] {
        let (mut trend, mut n, mut square) = (Trend::default(), 0.0, [0.0f64; 2]);
        for pair in path.windows(2) {
            trend = trend.update(&observation(pair[0], pair[1], 0.0), &params);
            let scores = trend.scores(variance(0.36), &params).unwrap();
            let held = (pair[1].0 - pair[0].0) as f64;
            n += held;
            for (sum, score) in square.iter_mut().zip([scores.trend, scores.acceleration]) {
                *sum += held * score.0.to_num::<f64>().powi(2);
            }
        }
        square.map(|sum| (sum / n).sqrt())
    };
    for (name, path) in paths::all() {
        let honest = spread(&path);
        for choice in [2, 6] {
            for most in [false, true] {
                let got = spread(&chosen(&path, choice, most));
                let ratio = [got[0] / honest[0], got[1] / honest[1]];
                println!(
                    "{name}: up to {choice} h, {}: scores {ratio:.2?} of the honest ones",
                    if most { "most" } else { "least" }
                );
                assert!(
                    ratio.iter().all(|r| (0.96..1.02).contains(r)),
                    "{name} {choice} {most}: {ratio:?}"
                );
            }
        }
    }
}
