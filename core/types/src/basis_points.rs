//! Ratios as people set them: whole basis points in 32 bits.
//!
//! Thresholds and the readings compared with them are of this type, so that a comparison costs one
//! instruction on the chain and a parameter takes four bytes of an account.

use crate::{Price, Ratio};

/// A ratio ≥ 0 in basis points, 0 … 429 496.7295. Readings saturate at [`Self::MAX`]; what made
/// them too large is then at least as bad as any threshold.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct BasisPoints(pub u32);

/// Ten-thousandths in one.
pub const SCALE: u64 = 10_000;

/// How many bits of a quotient's terms are kept: times 10⁴ < 2¹⁴ they still fit into 64.
const QUOTIENT_BITS: u32 = 50;

impl BasisPoints {
    /// Nothing.
    pub const ZERO: Self = Self(0);
    /// The whole.
    pub const ONE: Self = Self(10_000);
    /// The largest, and what does not fit.
    pub const MAX: Self = Self(u32::MAX);

    /// `ratio`, rounded up; nothing if it is negative.
    pub fn ceil(ratio: Ratio) -> Self {
        let bits = u128::try_from(ratio.fixed().to_bits()).unwrap_or(0);
        Self::quotient_ceil(bits, 1 << 48)
    }

    /// `a / b`, rounded up, at most one basis point and 2⁻³⁰ of itself above. One if both are zero,
    /// [`Self::MAX`] if only b is: a ratio to nothing is as bad as can be.
    pub const fn quotient_ceil(a: u128, b: u128) -> Self {
        if b == 0 {
            return if a == 0 { Self::ONE } else { Self::MAX };
        }
        let widest = if a > b { a } else { b };
        let spare = (128u32.wrapping_sub(widest.leading_zeros())).saturating_sub(QUOTIENT_BITS);
        // The numerator up and the denominator down, so that what is cut off can only make the
        // quotient larger.
        let (kept, divisor) = ((a >> spare) as u64, (b >> spare) as u64);
        let numerator = if (kept as u128) << spare == a {
            kept
        } else {
            kept.wrapping_add(1)
        };
        let scaled = numerator.wrapping_mul(SCALE);
        let (Some(quotient), Some(rest)) = (scaled.checked_div(divisor), scaled.checked_rem(divisor)) else {
            return Self::MAX;
        };
        Self::saturating(if rest == 0 { quotient } else { quotient.wrapping_add(1) })
    }

    /// Returns how far `price` lies under `high`, as a share of `high`, rounded up; nothing if it
    /// does not.
    pub fn fall(high: Price, price: Price) -> Self {
        let below = high.fixed().checked_sub(price.fixed());
        let below = below.and_then(|bits| u128::try_from(bits.to_bits()).ok()).unwrap_or(0);
        // A price is positive.
        Self::quotient_ceil(below, high.fixed().to_bits().unsigned_abs())
    }

    /// Returns the distance between two prices as a share of the smaller, rounded up.
    pub fn divergence(a: Price, b: Price) -> Self {
        let (low, high) = (a.min(b).fixed().to_bits(), a.max(b).fixed().to_bits());
        Self::quotient_ceil(high.wrapping_sub(low).unsigned_abs(), low.unsigned_abs())
    }

    /// `value`, at most [`Self::MAX`].
    pub const fn saturating(value: u64) -> Self {
        if value > u32::MAX as u64 {
            return Self::MAX;
        }
        Self(value as u32)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::{price, ratio};
    use proptest::prelude::*;

    #[test]
    fn ratios_round_up_and_saturate() {
        for (text, expected) in [
            ("0", 0),
            ("-3", 0),
            ("0.00000001", 1),
            ("0.25", 2_500),
            ("1", 10_000),
            ("1.50001", 15_001),
            ("500000", u32::MAX),
            ("600000000000000000000000", u32::MAX),
        ] {
            assert_eq!(BasisPoints::ceil(ratio(text)).0, expected, "{text}");
        }
    }

    #[test]
    fn a_ratio_to_nothing_is_the_worst() {
        for (a, b, expected) in [
            (0, 0, 10_000),
            (1, 0, u32::MAX),
            (u128::MAX, 1, u32::MAX),
            (0, 7, 0),
            (1, u128::MAX, 1),
            (3, 4, 7_500),
            (1, 3, 3_334),
        ] {
            assert_eq!(BasisPoints::quotient_ceil(a, b).0, expected, "{a}/{b}");
        }
    }

    #[test]
    fn falls_and_distances() {
        for (a, b, fall, divergence) in [
            ("100", "100", 0, 0),
            ("100", "90", 1_000, 1_112),
            ("90", "100", 0, 1_112),
            ("60000", "0.000001", 10_000, u32::MAX),
        ] {
            assert_eq!(BasisPoints::fall(price(a), price(b)).0, fall, "{a} {b}");
            assert_eq!(BasisPoints::divergence(price(a), price(b)).0, divergence, "{a} {b}");
        }
    }

    proptest! {
        #[test]
        fn a_quotient_is_never_too_small_and_at_most_a_step_too_large(a in 0u128..1 << 110, b in 1u128..1 << 110) {
            let got = u128::from(BasisPoints::quotient_ceil(a, b).0);
            let exact = (a * 10_000).div_ceil(b);
            if exact <= u128::from(u32::MAX) - 8 {
                prop_assert!(got >= exact && got <= exact + 1 + (exact >> 30), "{got} {exact}");
            } else {
                prop_assert!(got >= u128::from(u32::MAX) - 8);
            }
        }
    }
}
