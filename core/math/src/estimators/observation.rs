//! What an estimator is told: a log return, the time it took, and how noisy the price was.

use fixed::types::{I16F48, I4F28};

use crate::arithmetic::{mul_shift, quotient, root};
use crate::kernels::arith::product;
use crate::kernels::coefficients::LN_2;
use crate::kernels::precise;
use crate::Magnitude;
use ballast_core_types::{Price, Ratio};

/// Fraction bits of a squared return or a noise variance.
pub(crate) const SQUARE_BITS: u32 = 59;
/// Bits to drop from a product of two numbers with 48 fraction bits.
const SQUARE_SHIFT: u32 = 37;

/// A log return within ±4 (a price 54.6 times as high, or as low), with 48 fraction bits.
///
/// Larger ones are taken as ±4: a market that moved so far must still be observable, and 4 is
/// beyond every threshold.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct LogReturn(i64);

impl LogReturn {
    /// No change.
    pub const ZERO: Self = Self(0);
    /// The largest.
    pub const MAX: Self = Self(4 << 48);
    /// The smallest.
    pub const MIN: Self = Self(-(4 << 48));

    /// Returns the return `value`, or the nearer of ±4.
    pub const fn saturating(value: I16F48) -> Self {
        Self::from_bits(value.to_bits())
    }

    /// ln(to / from), or the nearer of ±4. Absolute error below 2⁻⁴⁷ inside.
    pub fn between(from: Price, to: Price) -> Self {
        let (whole, fraction) = precise::log2_ratio(Magnitude::from_price(to), Magnitude::from_price(from));
        // 2⁷ and 2⁻⁷ are beyond e^±4 already; further out the product below would not fit.
        if whole > 7 {
            return Self::MAX;
        }
        if whole < -7 {
            return Self::MIN;
        }
        // Both terms with 57 fraction bits, then rounded to 48.
        let bits = whole.wrapping_mul(LN_2 >> 5).wrapping_add(product(fraction, LN_2) >> 4);
        Self::from_bits(bits.wrapping_add(1 << 8) >> 9)
    }

    /// Returns the return of `bits` / 2⁴⁸, or the nearer of ±4.
    pub const fn from_bits(bits: i64) -> Self {
        if bits > Self::MAX.0 {
            Self::MAX
        } else if bits < Self::MIN.0 {
            Self::MIN
        } else {
            Self(bits)
        }
    }

    /// Returns the return × 2⁴⁸.
    pub const fn bits(self) -> i64 {
        self.0
    }

    /// Returns the return as a fixed-point number.
    pub const fn fixed(self) -> I16F48 {
        I16F48::from_bits(self.0)
    }

    /// Returns the sum, or the nearer of ±4.
    pub const fn saturating_add(self, other: Self) -> Self {
        Self::from_bits(self.0.wrapping_add(other.0))
    }

    /// Returns the square with 59 fraction bits, rounded down: at most 2⁶³.
    pub(crate) const fn squared(self) -> u64 {
        let magnitude = self.0.unsigned_abs();
        mul_shift(magnitude, magnitude, SQUARE_SHIFT)
    }
}

/// The time between two observations: 1 s…30 d, in seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Elapsed(u32);

impl Elapsed {
    /// The longest time one observation accounts for.
    pub const MAX: Self = Self(30 * 86_400);

    /// `seconds`, or 30 days if it is more. `None` if it is not positive: time did not pass, so
    /// nothing can be learnt.
    pub const fn capped(seconds: i64) -> Option<Self> {
        if seconds <= 0 {
            return None;
        }
        if seconds > Self::MAX.0 as i64 {
            return Some(Self::MAX);
        }
        Some(Self(seconds as u32))
    }

    /// In seconds.
    pub const fn seconds(self) -> u32 {
        self.0
    }

    /// Returns the time, or `seconds` if that is less and positive.
    pub(crate) const fn at_most(self, seconds: u32) -> Self {
        if seconds == 0 || self.0 <= seconds {
            self
        } else {
            Self(seconds)
        }
    }

    /// Returns the sum, or 30 days if it is more.
    pub(crate) const fn capped_add(self, seconds: u32) -> Self {
        let sum = self.0.saturating_add(seconds);
        if sum > Self::MAX.0 {
            Self::MAX
        } else {
            Self(sum)
        }
    }
}

/// Variance of the measurement error of a log price, at most 1, with 59 fraction bits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct NoiseVariance(u64);

impl NoiseVariance {
    /// An exact price.
    pub const ZERO: Self = Self(0);
    /// A price known to within itself.
    pub const MAX: Self = Self(1 << SQUARE_BITS);

    /// Returns the square of a confidence that is given as a share of the price, taken as one
    /// standard deviation. A confidence above 1 counts as 1, a negative one as its magnitude.
    pub fn from_confidence(confidence: Ratio) -> Self {
        let bits = confidence.fixed().to_bits().unsigned_abs().min(1 << 48);
        // At most 2⁴⁸, so it is a return within ±4.
        Self(LogReturn(bits as i64).squared())
    }

    /// Returns the variance of `bits` / 2⁵⁹, or 1 if it is more.
    pub const fn from_bits(bits: u64) -> Self {
        if bits > Self::MAX.0 {
            Self::MAX
        } else {
            Self(bits)
        }
    }

    /// Returns the variance × 2⁵⁹.
    pub const fn bits(self) -> u64 {
        self.0
    }
}

/// One observed price, relative to the one before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Observation {
    /// ln(price / price before).
    pub log_return: LogReturn,
    /// Time since the price before.
    pub elapsed: Elapsed,
    /// Measurement noise of this price.
    pub noise: NoiseVariance,
}

/// A number of standard deviations, within ±8, with 28 fraction bits. What is further out is taken
/// as ±8.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Score(pub I4F28);

impl Score {
    /// `value` / √`variance`, where `variance` has 59 fraction bits. Error at most 2⁻²⁸ +
    /// 2⁻³¹·|score| beyond that of the squared value's own last bit, 2⁻⁵⁹. A move without any
    /// variance is ±8.
    #[inline]
    pub(crate) const fn of(value: LogReturn, variance: u64) -> Self {
        const LIMIT: u64 = (1 << 31) - 1;
        let magnitude = match quotient(value.squared(), variance) {
            // The square with 56 fraction bits; its root has 28.
            Some((whole, fraction)) if whole < 64 => root((whole << 56) | fraction),
            None if value.0 == 0 => 0,
            _ => LIMIT,
        };
        let signed = if value.0 < 0 {
            (magnitude as i32).wrapping_neg()
        } else {
            magnitude as i32
        };
        Self(I4F28::from_bits(signed))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ballast_core_types::I80F48;
    use proptest::prelude::*;

    #[test]
    fn returns_saturate_at_four() {
        let price = |text: &str| Price::from_fixed(text.parse().unwrap()).unwrap();
        for (from, to, expected) in [
            ("100", "100", 0.0),
            ("100", "101", 0.009_950_330_853_168),
            ("1", "1000000", 4.0),
            ("1000000", "1", -4.0),
        ] {
            let got: f64 = LogReturn::between(price(from), price(to)).fixed().to_num();
            assert!((got - expected).abs() < 1e-13, "{from} {to} {got}");
        }
        assert_eq!(LogReturn::MAX.saturating_add(LogReturn::MAX), LogReturn::MAX);
        assert_eq!(LogReturn::from_bits(i64::MIN), LogReturn::MIN);
    }

    #[test]
    fn time_must_pass_and_a_month_is_the_longest() {
        for (seconds, expected) in [
            (i64::MIN, None),
            (0, None),
            (1, Some(1)),
            (2_592_000, Some(2_592_000)),
            (i64::MAX, Some(2_592_000)),
        ] {
            assert_eq!(Elapsed::capped(seconds).map(Elapsed::seconds), expected);
        }
    }

    #[test]
    fn noise_is_the_square_of_the_confidence_up_to_one() {
        for (confidence, variance) in [("0", 0.0), ("0.005", 2.5e-5), ("1", 1.0), ("3", 1.0), ("-0.1", 0.01)] {
            let ratio = Ratio::from_fixed(confidence.parse().unwrap());
            let got = NoiseVariance::from_confidence(ratio).bits() as f64 / (1u64 << 59) as f64;
            assert!((got - variance).abs() < 1e-15, "{confidence} {got}");
        }
        assert_eq!(
            NoiseVariance::from_confidence(Ratio::from_fixed(I80F48::MIN)),
            NoiseVariance::MAX
        );
    }

    #[test]
    fn scores_saturate_at_eight() {
        assert_eq!(Score::of(LogReturn::ZERO, 0), Score(I4F28::ZERO));
        assert_eq!(Score::of(LogReturn::MAX, 0), Score(I4F28::MAX));
        assert_eq!(Score::of(LogReturn::MIN, 1), Score(-I4F28::MAX));
        assert_eq!(Score::of(LogReturn::MAX, 1 << 59).0.to_num::<f64>(), 4.0);
    }

    proptest! {
        #[test]
        fn returns_are_logarithms_of_quotients(a in 1i128..1 << 100, ratio in 0.02f64..50.0) {
            let from = I80F48::from_bits(a);
            let to = I80F48::from_bits(((a as f64 * ratio) as i128).max(1));
            let (from, to) = (Price::from_fixed(from).unwrap(), Price::from_fixed(to).unwrap());
            let exact = (to.fixed().to_bits() as f64 / from.fixed().to_bits() as f64).ln().clamp(-4.0, 4.0);
            let got = LogReturn::between(from, to).bits() as f64 / 2f64.powi(48);
            prop_assert!((got - exact).abs() < 6.0 * 2f64.powi(-48), "{} {}", got, exact);
        }

        #[test]
        fn scores_are_exact_to_their_bound(bits in -(1i64 << 50)..1 << 50, variance in 1u64 << 20..u64::MAX) {
            let value = LogReturn::from_bits(bits);
            let exact = bits as f64 / 2f64.powi(48) / (variance as f64 / 2f64.powi(59)).sqrt();
            let got: f64 = Score::of(value, variance).0.to_num();
            let square = exact * exact;
            let bound = 2f64.powi(-28) + exact.abs() * 2f64.powi(-31);
            let of_square = 2f64.powi(-59) / (variance as f64 / 2f64.powi(59)) / square.sqrt().max(1e-12);
            prop_assert!((got - exact.clamp(-8.0, 8.0)).abs() < bound + of_square, "{} {}", got, exact);
        }
    }
}
