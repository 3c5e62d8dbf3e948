//! Trend and its acceleration, as numbers of standard deviations of a driftless random walk.

use super::decay::{Decay, TimeConstant};
use super::observation::{LogReturn, Observation, Score};
use super::variance::EwmaVariance;
use crate::arithmetic::signed_fraction_of;
use ballast_core_types::SECONDS_PER_YEAR;

/// The three time constants of a trend.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TrendParams {
    fast: TimeConstant,
    slow: TimeConstant,
    signal: TimeConstant,
}

impl TrendParams {
    /// `fast` and `slow` averages of the log price, and the average of their difference (the
    /// `signal`) against which acceleration is measured. `None` unless slow is at least twice fast.
    pub const fn new(fast: TimeConstant, slow: TimeConstant, signal: TimeConstant) -> Option<Self> {
        if slow.seconds() < fast.seconds().saturating_mul(2) {
            return None;
        }
        Some(Self { fast, slow, signal })
    }

    /// Returns the time constants of the fast and the slow average, and of the signal.
    pub const fn times(&self) -> [TimeConstant; 3] {
        [self.fast, self.slow, self.signal]
    }
}

/// How far the log price is from its fast and its slow exponential average, and the average of the
/// difference of the two.
///
/// **What is measured.** Let X be the log price and A_τ(t) = ∫₀^∞ e^(−u/τ) X(t − u) du/τ its
/// exponential average. The trend is the difference of a fast and a slow one, T = A_f − A_s, and
/// its acceleration is the trend less its own average, H = T − ∫₀^∞ e^(−u/m) T(t − u) du/m.
/// (Appel's moving-average convergence-divergence and its histogram, in continuous time.)
///
/// **Its standard deviation.** The distance from an average, D_τ = X − A_τ, obeys dD = dX − D dt/τ,
/// so under a driftless random walk X = σW it is an Ornstein-Uhlenbeck process: D_τ(t) = σ∫₀^∞
/// e^(−u/τ) dW(t − u). Hence
///
/// - Cov(D_a, D_b) = σ²∫₀^∞ e^(−u/a − u/b) du = σ²·ab/(a + b), and Var D_τ = σ²τ/2;
/// - T = D_s − D_f, so Var T = σ²[s/2 + f/2 − 2fs/(f + s)] = **σ²(s − f)² / (2(s + f))**;
/// - H has the transfer function p/(p + 1/m) · (1/f − 1/s)/((p + 1/f)(p + 1/s)) from dX. The
///   integral of the squared modulus of p/((p + a)(p + b)(p + c)) over the frequencies, over 2π, is
///   1/(2(a + b)(b + c)(c + a)). With a = 1/m, b = 1/f, c = 1/s this is **Var H = Var T · m² / ((m
///   + f)(m + s))**, which grows to Var T as m → ∞.
///
/// **Irregular times.** Between two observations the log price is taken as linear, and each average
/// is then exact over the step (Zumbach & Müller 2001, "Operators on inhomogeneous time series"):
/// with μ = e^(−Δt/τ) and ν = (1 − μ)τ/Δt, A ← μA + (ν − μ)X₀ + (1 − ν)X₁. For the distance from it
/// that is D ← μD + νr, with r the log return of the step, so only returns are needed. The signal
/// follows T in the same way, which is exact to second order in Δt/τ. A chord is smoother than a
/// random walk: long steps make scores smaller than the formula says, never larger on average
/// (docs/internals/estimators.md has the measured ratio).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Trend {
    fast: LogReturn,
    slow: LogReturn,
    signal: LogReturn,
}

/// Numbers of standard deviations, within ±8. Positive is upward.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TrendScores {
    /// The price against its fast average: D_f / (σ√(f/2)).
    pub fast: Score,
    /// The price against its slow average: D_s / (σ√(s/2)).
    pub slow: Score,
    /// The fast average against the slow one: T / (σ(s − f)/√(2(s + f))).
    pub trend: Score,
    /// The trend against its own average: H over its standard deviation.
    pub acceleration: Score,
}

impl Trend {
    /// Returns what was stored: the distances of the log price from its fast and slow average, and
    /// the average of their difference.
    pub const fn from_parts(fast: LogReturn, slow: LogReturn, signal: LogReturn) -> Self {
        Self { fast, slow, signal }
    }

    /// Returns what to store, in the order of [`Self::from_parts`].
    pub const fn parts(self) -> (LogReturn, LogReturn, LogReturn) {
        (self.fast, self.slow, self.signal)
    }

    /// After one more observation. Its noise does not matter: returns of a noisy price add up to
    /// the same distance.
    pub fn update(self, observation: &Observation, params: &TrendParams) -> Self {
        let r = observation.log_return;
        let fast = distance(self.fast, r, &Decay::over(observation.elapsed, params.fast));
        let slow = distance(self.slow, r, &Decay::over(observation.elapsed, params.slow));
        let weights = Decay::over(observation.elapsed, params.signal);
        let (before, after) = (self.difference(), minus(slow, fast));
        // B ← μB + (ν − μ)T₀ + (1 − ν)T₁, written as T₁ + μ(B − T₀) + ν(T₀ − T₁).
        let signal = LogReturn::from_bits(
            after
                .bits()
                .wrapping_add(signed_fraction_of(
                    self.signal.bits().wrapping_sub(before.bits()),
                    weights.kept(),
                ))
                .wrapping_add(signed_fraction_of(
                    before.bits().wrapping_sub(after.bits()),
                    weights.spread(),
                )),
        );
        Self { fast, slow, signal }
    }

    /// Returns the scores at the variance of the day. `None` if the variance is zero: then nothing
    /// is expected of the price.
    pub const fn scores(self, variance: EwmaVariance, params: &TrendParams) -> Option<TrendScores> {
        if variance.bits() == 0 {
            return None;
        }
        let (fast, slow, signal) = (
            params.fast.seconds() as u64,
            params.slow.seconds() as u64,
            params.signal.seconds() as u64,
        );
        // Effective times with 16 fraction bits. Time constants are below 2²³, so a square × 2¹⁶ is
        // below 2⁶².
        let gap = slow.wrapping_sub(fast);
        let of_trend = quotient(gap.wrapping_mul(gap) << 16, slow.wrapping_add(fast) << 1);
        let of_signal = quotient(of_trend.wrapping_mul(signal), signal.wrapping_add(slow));
        let of_acceleration = quotient(of_signal.wrapping_mul(signal), signal.wrapping_add(fast));
        let difference = self.difference();
        Some(TrendScores {
            fast: score(self.fast, variance, fast << 15),
            slow: score(self.slow, variance, slow << 15),
            trend: score(difference, variance, of_trend),
            acceleration: score(minus(difference, self.signal), variance, of_acceleration),
        })
    }

    /// Returns the trend T itself, a log return.
    pub const fn difference(self) -> LogReturn {
        minus(self.slow, self.fast)
    }
}

/// D ← μD + νr, held within ±4.
#[inline]
pub(super) const fn distance(before: LogReturn, log_return: LogReturn, weights: &Decay) -> LogReturn {
    LogReturn::from_bits(
        signed_fraction_of(before.bits(), weights.kept())
            .wrapping_add(signed_fraction_of(log_return.bits(), weights.spread())),
    )
}

#[inline]
const fn minus(a: LogReturn, b: LogReturn) -> LogReturn {
    LogReturn::from_bits(a.bits().wrapping_sub(b.bits()))
}

/// `value` in standard deviations of a random walk over `time`, in seconds with 16 fraction bits.
#[inline]
pub(super) const fn score(value: LogReturn, variance: EwmaVariance, time: u64) -> Score {
    // time / year × 2⁶⁴: the time is below 2³⁹ and the year below 2²⁵, so no shift loses bits.
    const YEAR: u64 = SECONDS_PER_YEAR as u64;
    let high = quotient(time << 24, YEAR);
    let rest = (time << 24).wrapping_sub(high.wrapping_mul(YEAR));
    let year_fraction = (high << 24).wrapping_add(quotient(rest << 24, YEAR));
    Score::of(value, variance.times(year_fraction))
}

/// ⌊a/b⌋ for b that is known to be positive.
#[inline]
const fn quotient(a: u64, b: u64) -> u64 {
    match a.checked_div(b) {
        Some(quotient) => quotient,
        None => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::estimators::{Elapsed, NoiseVariance};
    use ballast_core_types::{Ratio, I80F48};

    fn constant(seconds: u32) -> TimeConstant {
        TimeConstant::new(seconds).unwrap()
    }

    fn params() -> TrendParams {
        TrendParams::new(constant(21_600), constant(259_200), constant(43_200)).unwrap()
    }

    fn observation(log_return: f64, seconds: i64) -> Observation {
        Observation {
            log_return: LogReturn::saturating(fixed::types::I16F48::from_num(log_return)),
            elapsed: Elapsed::capped(seconds).unwrap(),
            noise: NoiseVariance::ZERO,
        }
    }

    fn variance(annual: f64) -> EwmaVariance {
        EwmaVariance::from_annual(Ratio::from_fixed(I80F48::from_num(annual))).unwrap()
    }

    #[test]
    fn slow_is_at_least_twice_fast() {
        assert_eq!(TrendParams::new(constant(60), constant(119), constant(60)), None);
        assert!(TrendParams::new(constant(60), constant(120), constant(60)).is_some());
    }

    #[test]
    fn a_steady_climb_has_its_known_trend() {
        // dX = c dt for ever: D_τ → cτ, T → c(s − f), H → 0.
        let mut trend = Trend::default();
        let slope = 1e-7;
        for _ in 0..10_000 {
            trend = trend.update(&observation(slope * 600.0, 600), &params());
        }
        let value: f64 = trend.difference().fixed().to_num();
        assert!((value - slope * (259_200.0 - 21_600.0)).abs() < 1e-10, "{value}");
        let scores = trend.scores(variance(0.25), &params()).unwrap();
        assert!(scores.acceleration.0.to_num::<f64>().abs() < 1e-5);
        let expected = slope * 237_600.0 / (0.25 / 31_536_000.0 * 237_600f64.powi(2) / (2.0 * 280_800.0)).sqrt();
        assert!((scores.trend.0.to_num::<f64>() - expected).abs() < 1e-6);
    }

    #[test]
    fn signs_follow_the_price_and_turning_shows_first_in_acceleration() {
        let mut trend = Trend::default();
        for _ in 0..200 {
            trend = trend.update(&observation(0.002, 3_600), &params());
        }
        for _ in 0..8 {
            trend = trend.update(&observation(-0.002, 3_600), &params());
        }
        let scores = trend.scores(variance(0.25), &params()).unwrap();
        assert!(scores.fast < Score::default() && scores.trend > Score::default());
        assert!(scores.acceleration < Score::default());
    }

    #[test]
    fn scores_need_a_variance_and_saturate() {
        let up = Trend::from_parts(LogReturn::MAX, LogReturn::MAX, LogReturn::MIN);
        assert_eq!(up.scores(EwmaVariance::default(), &params()), None);
        let least = up.scores(EwmaVariance::from_bits(1), &params()).unwrap();
        assert_eq!(least.fast.0, fixed::types::I4F28::MAX);
        assert_eq!(least.acceleration.0, fixed::types::I4F28::MAX);
        assert!(up.scores(EwmaVariance::from_bits(u64::MAX), &params()).is_some());
    }
}
