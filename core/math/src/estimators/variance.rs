//! Exponentially weighted variance of log returns, in continuous time.

use fixed::types::U24F40;

use super::decay::{Decay, TimeConstant};
use super::observation::{Elapsed, Score, SQUARE_BITS};
use super::sampler::Step;
use crate::arithmetic::{blend, fraction, mul_shift, root, wide_mul};
use ballast_core_types::{Ratio, I80F48, SECONDS_PER_YEAR};

/// Fraction bits of the root of a variance with one bit less than [`SQUARE_BITS`].
pub(super) const DEVIATION_BITS: u32 = (SQUARE_BITS - 1) / 2;

/// Seconds in a year.
const YEAR: u64 = SECONDS_PER_YEAR as u64;

/// Variance of log returns per year, 0…2²⁴ (a volatility of 409 600 %), with 40 fraction bits.
///
/// v ← v·e^(−Δt'/τ) + (1 − e^(−Δt'/τ))·max(0, r² − c₀² − c₁²)/Δt
///
/// with r the log return of the step, Δt its length in years, c₀² and c₁² the noise variances of
/// its two prices, and Δt' = min(Δt, τ): one return is one degree of freedom however long it took,
/// so it never gets more than 1 − 1/e = 63 % of the weight, and an outage cannot replace the
/// estimate by a single squared return.
///
/// The correction is floored for each step, not for the sum: an overstated confidence may then hide
/// what happened in one step, but cannot be saved up against a later one. The price is an upward
/// bias of the floor, at most half of what the noise alone would add: for pure noise of variance n
/// the floored mean is E[max(0, Z² − 1)]·n = 0.484·n. Noise model: Zhang, Mykland & Aït-Sahalia
/// (2005), "A tale of two time scales", equation 5.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct EwmaVariance(U24F40);

impl EwmaVariance {
    /// Returns an estimate to begin with. `None` if it is negative or 2²⁴ or more; cut to 40
    /// fraction bits.
    pub fn from_annual(variance: Ratio) -> Option<Self> {
        let bits = variance.fixed().to_bits() >> (I80F48::FRAC_NBITS - U24F40::FRAC_NBITS);
        u64::try_from(bits).ok().map(Self::from_bits)
    }

    /// Returns what was stored.
    pub const fn from_bits(bits: u64) -> Self {
        Self(U24F40::from_bits(bits))
    }

    /// Returns what to store: variance per year × 2⁴⁰.
    pub const fn bits(self) -> u64 {
        self.0.to_bits()
    }

    /// Per year.
    pub fn annual(self) -> Ratio {
        Ratio::from_fixed(I80F48::from_num(self.0))
    }

    /// After one more step. The squared return per year saturates at 2²⁴, which takes |r| = 4
    /// within 30 s.
    pub fn update(self, step: &Step, time_constant: TimeConstant) -> Self {
        let decay = Decay::over(step.elapsed.at_most(time_constant.seconds()), time_constant);
        self.update_by(step, &decay)
    }

    /// As [`Self::update`], by weights that are known already.
    pub(super) const fn update_by(self, step: &Step, decay: &Decay) -> Self {
        Self::from_bits(blend(self.bits(), annualised(step), decay.gained()))
    }

    /// Variance of a return over `elapsed`, with 59 fraction bits; saturates at 2⁵.
    #[inline]
    pub(crate) const fn over(self, elapsed: Elapsed) -> u64 {
        self.times(fraction(elapsed.seconds() as u64, YEAR))
    }

    /// Variance over a fraction (of 2⁶⁴) of a year, with 59 fraction bits; saturates at 2⁵.
    #[inline]
    pub(crate) const fn times(self, year_fraction: u64) -> u64 {
        const SHIFT: u32 = 64 + U24F40::FRAC_NBITS - SQUARE_BITS;
        mul_shift(self.bits(), year_fraction, SHIFT)
    }

    /// Returns the standard deviation of a return over `elapsed`, rounded up: v^½·t^½, at most
    /// 2^2.5.
    pub fn deviation_ceil(self, elapsed: Elapsed) -> Ratio {
        let bits = i128::from(self.deviation_bits_ceil(elapsed));
        Ratio::from_fixed(I80F48::from_bits(bits << (I80F48::FRAC_NBITS - DEVIATION_BITS)))
    }

    /// Returns [`Self::deviation_ceil`] with [`DEVIATION_BITS`] fraction bits.
    pub(super) const fn deviation_bits_ceil(self, elapsed: Elapsed) -> u64 {
        // A root of 58 fraction bits has 29. What the variance lost below its last bit is less than
        // one there.
        root(self.over(elapsed).div_ceil(2).saturating_add(1)).saturating_add(1)
    }

    /// Returns how many standard deviations the step's return is, with this variance and the noise
    /// of both prices: the jump score.
    pub const fn score(self, step: &Step) -> Score {
        Score::of(
            step.log_return,
            self.over(step.elapsed).saturating_add(step.noise_bits()),
        )
    }
}

/// max(0, r² − noise) per year with 40 fraction bits, saturating.
#[inline]
const fn annualised(step: &Step) -> u64 {
    let clean = step.log_return.squared().saturating_sub(step.noise_bits());
    let seconds = step.elapsed.seconds() as u64;
    let (Some(per_second), Some(rest)) = (clean.checked_div(seconds), clean.checked_rem(seconds)) else {
        return u64::MAX;
    };
    let (high, low) = wide_mul(per_second, YEAR);
    const SHIFT: u32 = SQUARE_BITS - U24F40::FRAC_NBITS;
    if high >> SHIFT != 0 {
        return u64::MAX;
    }
    // What the division left over, below 2²² · 2²⁵.
    let Some(left) = rest.wrapping_mul(YEAR).checked_div(seconds) else {
        return u64::MAX;
    };
    ((high << (64 - SHIFT)) | (low >> SHIFT)).saturating_add(left >> SHIFT)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::estimators::{LogReturn, NoiseVariance};
    use proptest::prelude::*;

    fn step(log_return: f64, seconds: i64, confidence: f64) -> Step {
        let noise = NoiseVariance::from_confidence(Ratio::from_fixed(I80F48::from_num(confidence)));
        Step::new(
            LogReturn::saturating(fixed::types::I16F48::from_num(log_return)),
            Elapsed::capped(seconds).unwrap(),
            noise,
            noise,
        )
    }

    #[test]
    fn a_deviation_is_the_root_of_variance_and_time_and_never_less() {
        for annual in [0.0, 1e-12, 0.0001, 0.36, 1.0, 4.0, 25.0, 1e6] {
            for seconds in [1i64, 2, 10, 60, 3_600, 86_400, 30 * 86_400] {
                let variance = variance(annual);
                let got = variance.deviation_ceil(Elapsed::capped(seconds).unwrap());
                let got: f64 = got.fixed().to_num();
                let exact: f64 = (variance.annual().fixed().to_num::<f64>() * seconds as f64 / YEAR as f64).sqrt();
                let most = exact.min(2f64.powf(2.5));
                assert!(
                    got >= most * (1.0 - 1e-12) && got < most * (1.0 + 1e-6) + 4e-9,
                    "{annual} {seconds}: {got} {exact}"
                );
            }
        }
    }

    fn variance(annual: f64) -> EwmaVariance {
        EwmaVariance::from_annual(Ratio::from_fixed(I80F48::from_num(annual))).unwrap()
    }

    fn day() -> TimeConstant {
        TimeConstant::new(86_400).unwrap()
    }

    #[test]
    fn one_step_by_hand() {
        for (r, seconds, confidence, expected) in [
            // 1 % in an hour is 0.876 a year; the hour weighs 1 − e^(−1/24) = 0.040811.
            (0.01, 3_600, 0.0, 0.36 + 0.040_810_543 * (0.876 - 0.36)),
            (-0.01, 3_600, 0.0, 0.36 + 0.040_810_543 * (0.876 - 0.36)),
            // c² + c² = 5·10⁻⁵ halves r² = 10⁻⁴.
            (0.01, 3_600, 0.005, 0.36 + 0.040_810_543 * (0.438 - 0.36)),
            // Noise alone is no volatility.
            (0.001, 3_600, 0.005, 0.36 * (1.0 - 0.040_810_543)),
            // Ten days without a move weigh as much as one time constant.
            (0.0, 864_000, 0.0, 0.36 * (-1.0f64).exp()),
        ] {
            let after: f64 = variance(0.36)
                .update(&step(r, seconds, confidence), day())
                .annual()
                .fixed()
                .to_num();
            assert!(
                (after - expected).abs() < 1e-8,
                "{r} {seconds} {confidence}: {after} {expected}"
            );
        }
    }

    #[test]
    fn extremes_saturate() {
        let highest = EwmaVariance::from_bits(u64::MAX);
        assert_eq!(highest.update(&step(4.0, 1, 0.0), day()), highest);
        assert!(EwmaVariance::default().update(&step(4.0, 1, 0.0), day()) > EwmaVariance::default());
        assert_eq!(EwmaVariance::from_annual(Ratio::from_fixed(-I80F48::DELTA)), None);
        assert_eq!(
            EwmaVariance::from_annual(Ratio::from_fixed(I80F48::from_num(1u64 << 24))),
            None
        );
    }

    #[test]
    fn a_score_counts_standard_deviations() {
        // 60 % a year is 0.641 % an hour.
        for (r, confidence, expected) in [
            (0.0, 0.0, 0.0),
            (0.012_82, 0.0, 2.0),
            (-0.032_05, 0.0, -5.0),
            (1.0, 0.0, 8.0),
            (0.019_23, 0.004_532_6, 2.121_3),
        ] {
            let score: f64 = variance(0.36).score(&step(r, 3_600, confidence)).0.to_num();
            assert!((score - expected).abs() < 1e-3, "{r} {score}");
        }
    }

    proptest! {
        #[test]
        fn squared_returns_per_year_are_exact_to_two_bits(bits in -(1i64 << 50)..1 << 50, down in 0u32..40, seconds in 1i64..2_592_001) {
            let log_return = LogReturn::from_bits(bits >> down);
            let step = Step::new(log_return, Elapsed::capped(seconds).unwrap(), NoiseVariance::ZERO, NoiseVariance::ZERO);
            let exact = (u128::from(log_return.squared()) * u128::from(YEAR) / seconds as u128) >> 19;
            let exact = u64::try_from(exact).unwrap_or(u64::MAX);
            prop_assert!(annualised(&step).abs_diff(exact) <= 2);
        }
    }
}
