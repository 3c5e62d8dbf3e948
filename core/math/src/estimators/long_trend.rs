//! How strong the trend of weeks is: the price against its averages of 20, 40 and 80 days.

use super::decay::{Decay, TimeConstant};
use super::observation::{Elapsed, LogReturn};
use super::sampler::Step;
use super::trend::distance;
use super::variance::{EwmaVariance, DEVIATION_BITS};
use crate::arithmetic::wide_mul;
use ballast_core_types::basis_points::BasisPoints;

/// The three time constants: 20, 40 and 80 days. Nothing chooses them: what pays is flat from 10 to
/// 80 days, so that a choice would be noise (`docs/concepts/directional-target.md`).
pub const LONG_TREND_TIMES: [TimeConstant; 3] = [constant(20 * 86_400), constant(40 * 86_400), constant(80 * 86_400)];

/// Time constant of the variance that all three are measured in: 20 days.
pub const LONG_VARIANCE_TIME: TimeConstant = constant(20 * 86_400);

/// Half of the shortest time constant.
const SHORTEST_HALF: Elapsed = match Elapsed::capped(10 * 86_400) {
    Some(elapsed) => elapsed,
    None => Elapsed::MAX,
};

const fn constant(seconds: u32) -> TimeConstant {
    match TimeConstant::new(seconds) {
        Some(constant) => constant,
        None => TimeConstant::MAX,
    }
}

/// How far the log price is from three exponential averages of weeks, and the variance that this is
/// measured in.
///
/// Each distance is that of [`Trend`](super::Trend): D ← μD + νr, with standard deviation σ√(τ/2)
/// under a driftless random walk. It takes the same steps as variance does, no shorter than the
/// sampling time and ended by the price held at their boundary, so that whoever bursts, or picks
/// their moments, gains nothing. One step counts for 20 days at most. A market begins at its
/// averages: no history is attested.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LongTrend {
    distances: [LogReturn; 3],
    variance: EwmaVariance,
}

impl LongTrend {
    /// Returns that of a market which begins at its averages, with a variance to start from.
    pub const fn first(variance: EwmaVariance) -> Self {
        Self {
            distances: [LogReturn::ZERO; 3],
            variance,
        }
    }

    /// Returns what was stored: the three distances, 48 fraction bits each, and the variance.
    pub const fn from_bits(distances: [i64; 3], variance: u64) -> Self {
        let [short, middle, long] = distances;
        Self {
            distances: [
                LogReturn::from_bits(short),
                LogReturn::from_bits(middle),
                LogReturn::from_bits(long),
            ],
            variance: EwmaVariance::from_bits(variance),
        }
    }

    /// Returns what to store, in the order of [`Self::from_bits`].
    pub const fn bits(self) -> ([i64; 3], u64) {
        let [short, middle, long] = self.distances;
        ([short.bits(), middle.bits(), long.bits()], self.variance.bits())
    }

    /// After one more step.
    pub fn update(self, step: &Step) -> Self {
        let [short, middle, long] = self.distances;
        let r = step.log_return;
        let elapsed = step.elapsed.at_most(LONG_VARIANCE_TIME.seconds());
        let [.., longest] = LONG_TREND_TIMES;
        // Each time constant is half of the next, and that of the variance is the shortest.
        let by_long = Decay::over(elapsed, longest);
        let by_middle = by_long.twice();
        let by_short = by_middle.twice();
        Self {
            distances: [
                distance(short, r, &by_short),
                distance(middle, r, &by_middle),
                distance(long, r, &by_long),
            ],
            variance: self.variance.update_by(step, &by_short),
        }
    }

    /// Returns the strength of an upward trend, E = (Σ clamp(z, 0, 1)) / 3 with z the three
    /// distances in standard deviations: 0 … 1, nothing without any variance. Rounded down, by a
    /// basis point at most.
    pub fn strength(self) -> BasisPoints {
        if self.variance.bits() == 0 {
            return BasisPoints::ZERO;
        }
        // σ√(τ/2) of the shortest; that of each further one is √2 times as long.
        let deviation = self.variance.deviation_bits_ceil(SHORTEST_HALF);
        let [short, middle, long] = self.distances.map(|distance| in_deviations(distance, deviation));
        let middle = wide_mul(middle, ROOT_HALF).0;
        let sum = short
            .min(ONE)
            .wrapping_add(middle.min(ONE))
            .wrapping_add((long >> 1).min(ONE));
        // At most 3 · 2²⁸ · 10⁴, below 2⁴³.
        BasisPoints((sum.wrapping_mul(10_000) / (3 * ONE)) as u32)
    }
}

/// Fraction bits of a number of standard deviations.
const SCORE_BITS: u32 = 28;
/// One standard deviation.
const ONE: u64 = 1 << SCORE_BITS;
/// 1/√2 as a fraction of 2⁶⁴, rounded down.
const ROOT_HALF: u64 = 0xb504_f333_f9de_6484;

/// Returns a distance in `deviation`s, which have [`DEVIATION_BITS`]: nothing below the average.
const fn in_deviations(distance: LogReturn, deviation: u64) -> u64 {
    // A distance has 48 fraction bits and is at most 4: 2⁵⁰.
    const SHIFT: u32 = SCORE_BITS + DEVIATION_BITS - 48;
    let bits = distance.bits();
    if bits <= 0 {
        return 0;
    }
    match ((bits as u64) << SHIFT).checked_div(deviation) {
        Some(score) => score,
        None => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::estimators::{NoiseVariance, Observation, Sampler};
    use ballast_core_types::{Ratio, I80F48};

    /// Returns a step of an hour.
    fn hour(log_return: f64) -> Step {
        step(log_return, 3_600)
    }

    fn step(log_return: f64, seconds: i64) -> Step {
        let observation = Observation {
            log_return: LogReturn::saturating(fixed::types::I16F48::from_num(log_return)),
            elapsed: Elapsed::capped(seconds).unwrap(),
            noise: NoiseVariance::ZERO,
        };
        let (_, step) = Sampler::first(NoiseVariance::ZERO).update(&observation, Elapsed::capped(1).unwrap());
        step.unwrap()
    }

    fn variance(annual: f64) -> u64 {
        EwmaVariance::from_annual(Ratio::from_fixed(I80F48::from_num(annual)))
            .unwrap()
            .bits()
    }

    /// Returns the strength of distances that are so many of their own standard deviations.
    fn of(scores: [f64; 3]) -> u32 {
        let mut distances = [0; 3];
        for ((into, score), days) in distances.iter_mut().zip(scores).zip([20.0, 40.0, 80.0]) {
            let deviation = (0.36f64 * days / 365.0 / 2.0).sqrt();
            *into = (score * deviation * 2f64.powi(48)) as i64;
        }
        LongTrend::from_bits(distances, variance(0.36)).strength().0
    }

    #[test]
    fn strength_is_the_mean_of_what_is_up_and_never_more_than_one() {
        for (scores, expected) in [
            ([0.0, 0.0, 0.0], 0),
            ([1.001, 1.001, 1.001], 10_000),
            ([7.9, 7.9, 7.9], 10_000),
            ([-7.9, -0.1, -3.0], 0),
            ([0.5, 0.25, -4.0], 2_500),
            ([0.25, 0.5, 0.75], 5_000),
            ([7.0, -7.0, 0.0], 3_333),
        ] {
            let got = of(scores);
            assert!(got == expected || got + 1 == expected, "{scores:?}: {got}");
        }
        // No variance, the least and the most there is, and the greatest distance.
        let up = |distance, variance| LongTrend::from_bits([distance; 3], variance).strength().0;
        assert_eq!(up(1 << 48, 0), 0);
        assert_eq!(up(1 << 48, 1), 10_000);
        assert!(up(1 << 48, u64::MAX) < 10_000);
        assert_eq!(up(LogReturn::MAX.bits(), variance(0.36)), 10_000);
    }

    #[test]
    fn a_steady_climb_makes_it_strong_and_a_fall_ends_it() {
        let mut trend = LongTrend::from_bits([0; 3], variance(0.36));
        assert_eq!(trend.strength(), BasisPoints(0));
        let mut before = 0;
        for day in 1..=60 {
            for _ in 0..24 {
                trend = trend.update(&hour(0.0004));
            }
            let ([short, middle, long], _) = trend.bits();
            assert!(short < middle && middle < long, "the longer, the further away");
            let now = trend.strength().0;
            assert!(now >= before, "day {day}: {now} after {before}");
            before = now;
        }
        assert_eq!(before, 10_000);
        for _ in 0..60 * 24 {
            trend = trend.update(&hour(-0.0004));
        }
        assert_eq!(trend.strength(), BasisPoints(0));
    }

    /// The weights of the two shorter averages, and of the variance, are worked out from those of
    /// the longest.
    #[test]
    fn each_average_has_its_own_time_constant() {
        let before = LongTrend::from_bits([1 << 46, -(1 << 45), 3 << 44], variance(0.36));
        for seconds in [1, 30, 3_600, 86_400, 20 * 86_400] {
            let seen = step(0.25, seconds);
            let after = before.update(&seen);
            for (index, time) in LONG_TREND_TIMES.into_iter().enumerate() {
                let expected = distance(
                    before.distances[index],
                    seen.log_return,
                    &Decay::over(seen.elapsed, time),
                );
                let apart = after.distances[index].bits().abs_diff(expected.bits());
                // Errors of the weights, 2⁻⁴⁶ and four times that, of values below one half.
                assert!(apart <= 1 << 5, "{seconds} s, {index}: {apart}");
            }
            let expected = before.variance.update(&seen, LONG_VARIANCE_TIME).bits();
            let apart = after.variance.bits().abs_diff(expected);
            assert!(apart <= expected >> 30, "{seconds} s: {apart} of {expected}");
        }
        // A longer step counts for twenty days.
        let [month, twenty] = [30, 20].map(|days| before.update(&step(0.25, days * 86_400)));
        assert_eq!(month.distances, twenty.distances);
    }

    #[test]
    fn what_is_stored_is_what_was() {
        let trend = LongTrend::from_bits([0; 3], variance(0.36)).update(&hour(0.1));
        let (distances, variance) = trend.bits();
        assert_eq!(LongTrend::from_bits(distances, variance), trend);
        assert!(distances.iter().all(|bits| *bits > 0));
    }
}
