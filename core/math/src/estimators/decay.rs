//! The weights of an exponential average over an irregular step.

use super::observation::Elapsed;
use crate::arithmetic::{blend, fraction_of, wide_mul};
use crate::kernels::coefficients::TWO_LOG2_E;
use crate::kernels::precise::{exp2, FRACTION};

/// Fraction bits of the exponent x = Δt/τ.
const BITS: u32 = 58;
/// Below 2⁻⁴ a short series keeps the digits of 1 − e^(−x), which a difference of nearly equal
/// numbers would lose.
const SERIES_LIMIT: u64 = 1 << (BITS - 4);

/// The time constant τ of an exponential average: 60 s…90 d, in seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct TimeConstant(u32);

impl TimeConstant {
    /// The shortest.
    pub const MIN: Self = Self(60);
    /// The longest.
    pub const MAX: Self = Self(90 * 86_400);

    /// Returns a time constant, or `None` outside 60 s…90 d.
    pub const fn new(seconds: u32) -> Option<Self> {
        if seconds < Self::MIN.0 || seconds > Self::MAX.0 {
            return None;
        }
        Some(Self(seconds))
    }

    /// In seconds.
    pub const fn seconds(self) -> u32 {
        self.0
    }
}

/// What an exponential average does over one step of x = Δt/τ. Both weights are fractions of 2⁶⁴.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decay {
    gained: u64,
    spread: u64,
}

impl Decay {
    /// Returns the weights after `elapsed`. Absolute error below 2⁻⁴⁶; relative error of `gained`
    /// below 2⁻³⁵.
    pub fn over(elapsed: Elapsed, time_constant: TimeConstant) -> Self {
        let (elapsed, constant) = (u64::from(elapsed.seconds()), u64::from(time_constant.0));
        let gained = match exponent(elapsed, constant) {
            Some(x) if x < SERIES_LIMIT => {
                let x = x << (64 - BITS);
                let spread = spread_of(x);
                let gained = fraction_of(x, spread);
                return Self { gained, spread };
            }
            Some(x) => !kept_after(x),
            // e^(−44) is below 2⁻⁶³.
            None => u64::MAX,
        };
        let spread = ratio(gained, constant, elapsed);
        Self { gained, spread }
    }

    /// Returns the weights after twice the exponent: over the same step with half the time
    /// constant. 1 − μ² = (1 − μ) + (1 − μ)μ, and (1 − μ²)/2x = (1 − μ)/x · (1 + μ)/2; each product
    /// loses less than 2⁻⁶³.
    pub const fn twice(self) -> Self {
        let kept = self.kept();
        Self {
            gained: self.gained.saturating_add(fraction_of(self.gained, kept)),
            spread: (self.spread >> 1).saturating_add(fraction_of(self.spread, kept) >> 1),
        }
    }

    /// 1 − e^(−x): the weight that the step gets.
    pub const fn gained(self) -> u64 {
        self.gained
    }

    /// e^(−x): the weight that everything before keeps.
    pub const fn kept(self) -> u64 {
        !self.gained
    }

    /// Returns the exponential average `average` of any quantity after a step at `value`, to its
    /// last bit.
    pub const fn average(self, average: u64, value: u64) -> u64 {
        blend(average, value, self.gained)
    }

    /// (1 − e^(−x))/x: what is left at its end of a change that came evenly over the step.
    pub const fn spread(self) -> u64 {
        self.spread
    }
}

/// x = elapsed / constant with 58 fraction bits; `None` for 44 and more.
#[inline]
fn exponent(elapsed: u64, constant: u64) -> Option<u64> {
    let (whole, rest) = (elapsed.checked_div(constant)?, elapsed.checked_rem(constant)?);
    if whole >= 44 {
        return None;
    }
    // By two divisions: a remainder below 2²³ leaves room for 36 bits in the first, and its own for
    // 22 in the second.
    let scaled = rest << 36;
    let (high, left) = (scaled.checked_div(constant)?, scaled.checked_rem(constant)?);
    let low = (left << 22).checked_div(constant)?;
    Some((whole << BITS).wrapping_add(high << 22).wrapping_add(low))
}

/// ⌊weight × constant / elapsed⌋, saturating: `spread` from `gained`, for a quotient of at most
/// one.
const fn ratio(weight: u64, constant: u64, elapsed: u64) -> u64 {
    let (high, low) = wide_mul(weight, constant);
    // 2⁶⁴ ÷ elapsed in two steps; what is left over is smaller than elapsed < 2²².
    let (Some(top), Some(rest)) = (high.checked_div(elapsed), high.checked_rem(elapsed)) else {
        return u64::MAX;
    };
    if top != 0 {
        return u64::MAX;
    }
    let first = (rest << 32) | (low >> 32);
    let (Some(upper), Some(rest)) = (first.checked_div(elapsed), first.checked_rem(elapsed)) else {
        return u64::MAX;
    };
    match ((rest << 32) | (low & 0xffff_ffff)).checked_div(elapsed) {
        Some(lower) => (upper << 32) | lower,
        None => u64::MAX,
    }
}

/// e^(−x) as a fraction of 2⁶⁴, for x ≥ 2⁻⁴ with 58 fraction bits.
#[inline]
fn kept_after(x: u64) -> u64 {
    // x·log₂e with 57 fraction bits, from log₂e with 63: at most 44 × 1.443 = 63.5.
    let (power, _) = wide_mul(x, (TWO_LOG2_E as u64) << 2);
    let power = (power as i64).wrapping_neg();
    let (mantissa, whole) = exp2(power >> 57, (power << 5) & FRACTION);
    // The mantissa has 61 fraction bits and is within 1…2; x > 0, so the power of two is −1 or
    // less.
    let mantissa = mantissa as u64;
    match whole.wrapping_add(2).wrapping_neg() {
        -1 => mantissa << 2,
        shift => (mantissa << 1) >> (shift & 63),
    }
}

/// (1 − e^(−y))/y for y < 2⁻⁴ as a fraction of 2⁶⁴: Σ (−y)ⁿ/(n+1)!, as many terms as leave less
/// than 2⁻⁵⁰.
#[inline]
const fn spread_of(y: u64) -> u64 {
    if y >> 54 == 0 {
        series(y, 6)
    } else {
        series(y, 9)
    }
}

/// Returns the first `terms` terms of 1 − y/2·(1 − y/3·(1 − …)): every bracket is within 0…1.
#[inline]
const fn series(y: u64, terms: u64) -> u64 {
    let mut sum = u64::MAX;
    let mut n = terms;
    while n >= 2 {
        // n is at least two: dividing by it cannot fail.
        if let Some(part) = fraction_of(y, sum).checked_div(n) {
            sum = !part;
        }
        n = n.wrapping_sub(1);
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const TWO_64: f64 = 18_446_744_073_709_551_616.0;

    fn over(elapsed: i64, constant: u32) -> Decay {
        Decay::over(Elapsed::capped(elapsed).unwrap(), TimeConstant::new(constant).unwrap())
    }

    #[test]
    fn the_domain_of_time_constants() {
        for (seconds, fits) in [
            (0, false),
            (59, false),
            (60, true),
            (7_776_000, true),
            (7_776_001, false),
        ] {
            assert_eq!(TimeConstant::new(seconds).is_some(), fits, "{seconds}");
        }
    }

    #[test]
    fn edges() {
        let long = over(2_592_000, 60);
        assert_eq!(long.gained(), u64::MAX);
        assert!((long.spread() as f64 / TWO_64 - 60.0 / 2_592_000.0).abs() < 1e-15);
        let short = over(1, 7_776_000);
        assert!((short.gained() as f64 / TWO_64 * 7_776_000.0 - 1.0).abs() < 1e-7);
    }

    #[test]
    fn neighbouring_branches_meet() {
        // Either side of x = 2⁻¹⁰, 2⁻⁴, ln 2, a cell of the kernel, and 44.
        for (constant, at) in [
            (1_048_576, 1_024),
            (1_048_576, 65_536),
            (1_000_000, 693_147),
            (10_000, 440_000),
        ] {
            let mut last = over(at - 3, constant);
            for elapsed in at - 2..at + 3 {
                let next = over(elapsed, constant);
                assert!(
                    next.gained() >= last.gained() && next.spread() <= last.spread(),
                    "{constant} {elapsed}"
                );
                last = next;
            }
        }
    }

    proptest! {
        #[test]
        fn weights_are_within_their_bounds(elapsed in 1i64..2_592_001, shorter in 0u32..20, constant in 60u32..7_776_001) {
            let elapsed = (elapsed >> shorter).max(1);
            let (decay, x) = (over(elapsed, constant), elapsed as f64 / f64::from(constant));
            let gained = -(-x).exp_m1();
            let error = (decay.gained() as f64 / TWO_64 - gained).abs();
            prop_assert!(error < 1.5e-14 && error < gained * 2f64.powi(-35), "{} {}", gained, error);
            prop_assert!((decay.spread() as f64 / TWO_64 - gained / x).abs() < 1e-11);
            prop_assert_eq!(decay.gained().wrapping_add(decay.kept()), u64::MAX);
        }
    }
}
