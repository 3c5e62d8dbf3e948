//! One expiry of the surface: its parameters and their ranges.

use fixed::types::{I2F62, I7F57, U16F48, U3F61, U8F56};

use super::slice_error::SliceError;
use crate::kernels::arith::{fraction, product};
use crate::Magnitude;

/// The parameters of one eSSVI slice. Each has a type of its own, so that none can be put in
/// another's place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slice {
    /// T: time to expiry in years of 365 days, from the moment the surface was observed. A minute …
    /// 5 years.
    pub time: U3F61,
    /// θ: total variance at the money (k = 0). 10⁻⁴·T … 25·T, which is a volatility of 1…500 %; so
    /// at most 125.
    pub total_variance: U8F56,
    /// ρ: the skew, the correlation of the underlying with its variance. |ρ| ≤ 1 − 2⁻¹⁰.
    pub skew: I2F62,
    /// φ: how fast the smile rises with |k|. 0 (flat) … 65 536.
    pub curvature: U16F48,
}

/// ln(K/F), the logarithm of strike over forward. Domain: ±5.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LogMoneyness(pub I7F57);

/// Fraction bits of a rate of variance: σ² to 128.
pub(super) const RATE_BITS: u32 = 57;
/// σ² = 10⁻⁴, volatility 1 %, rounded up.
pub(super) const MIN_RATE: u64 = (1 << RATE_BITS) / 10_000 + 1;
/// σ² = 25, volatility 500 %.
pub(super) const MAX_RATE: u64 = 25 << RATE_BITS;
/// One minute in the format of a slice's time, rounded up.
const MIN_TIME: u64 = (((60u128 << 61) / 31_536_000) + 1) as u64;
/// Five years in that format.
pub(super) const MAX_TIME: u64 = 5 << 61;
/// The greatest |ρ|, in its format.
const MAX_SKEW: u64 = (1 << 62) - (1 << 52);

/// A slice and what its points need of it, computed once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Node {
    pub(super) slice: Slice,
    /// θ/T, the variance per year at the money, with [`RATE_BITS`] fraction bits.
    pub(super) rate: u64,
    /// 1 − ρ², with 62 fraction bits.
    pub(super) skew_complement: u64,
    /// φ.
    pub(super) curvature: Magnitude,
    /// Leading zeros of the time since the expiry before, and 2¹²⁵ over that time without them.
    span_zeros: u32,
    span_inverse: u64,
}

/// ⌊2¹²⁵/d⌋ for a d with its top bit set.
#[inline]
pub(super) fn inverse(d: u64) -> u64 {
    fraction(1 << 62, d) >> 1
}

impl Node {
    /// Returns the slice, if its parameters are in range and its expiry is after the one before.
    pub(super) fn new(slice: &Slice, before: Option<&Slice>) -> Result<Self, SliceError> {
        let time = slice.time.to_bits();
        if !(MIN_TIME..=MAX_TIME).contains(&time) {
            return Err(SliceError::Time);
        }
        // θ has 56 fraction bits and T has 61, so equal bits are a rate of 32, and the quotient's
        // 62 bits are 57 of the rate.
        let total_variance = slice.total_variance.to_bits();
        if total_variance >= time {
            return Err(SliceError::AtmVolatility);
        }
        let zeros = time.leading_zeros();
        let rate = fraction(total_variance << zeros, time << zeros) >> 2;
        if !(MIN_RATE..=MAX_RATE).contains(&rate) {
            return Err(SliceError::AtmVolatility);
        }
        let skew = slice.skew.to_bits().unsigned_abs();
        if skew > MAX_SKEW {
            return Err(SliceError::Skew);
        }
        let earlier = before.map_or(0, |before| before.time.to_bits());
        let span = time
            .checked_sub(earlier)
            .filter(|span| *span > 0)
            .ok_or(SliceError::Order)?;
        let span_zeros = span.leading_zeros();
        let square = product(skew as i64, skew as i64) as u64;
        Ok(Self {
            slice: *slice,
            rate,
            skew_complement: (1u64 << 62).wrapping_sub(square),
            curvature: Magnitude::from_parts(slice.curvature.to_bits(), -48).unwrap_or(Magnitude::ZERO),
            span_zeros,
            span_inverse: inverse(span << span_zeros),
        })
    }

    /// (T − time)/(T − the expiry before) with 62 fraction bits, for a time between the two.
    #[inline]
    pub(super) fn share_to_come(&self, time: u64) -> u64 {
        let to_come = self.slice.time.to_bits().wrapping_sub(time) << self.span_zeros;
        product((to_come >> 1) as i64, self.span_inverse as i64) as u64
    }
}
