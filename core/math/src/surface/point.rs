//! The volatility at a point of the surface: what both tiers share.
//!
//! Everything is an integer with 62 fraction bits unless said otherwise. Products keep all of them,
//! since a wing falls to a small part of what it is computed from; the tiers differ in their square
//! roots.

use super::slice::{LogMoneyness, Node, MAX_RATE, MAX_TIME, MIN_RATE};
use super::{PointError, Surface};
use crate::black_scholes::{Volatility, Years};
use crate::kernels::arith::product;
use crate::Magnitude;

/// One, with 62 fraction bits.
const ONE: u64 = 1 << 62;
/// |k| = 5 in the format of [`LogMoneyness`].
const MAX_LOG_MONEYNESS: u64 = 5 << 57;

/// What a tier chooses.
pub(super) trait Tier {
    /// 2¹²⁵/d for a d with its top bit set.
    fn inverse(d: u64) -> u64;
    /// Returns the square root of a fraction between 2⁻¹³ and one.
    fn root(square: u64) -> u64;
    /// Returns how many bits a small quotient may be shifted up: top/bottom is below 2⁻⁴, the
    /// bottom has so many leading zeros.
    fn lift(top: u64, zeros: u32) -> u32;
    /// Returns the square root of any number.
    fn sqrt(value: Magnitude) -> Magnitude;
}

/// Returns the volatility of the surface at (k, T).
#[inline]
pub(super) fn volatility<T: Tier>(
    surface: &Surface,
    log_moneyness: LogMoneyness,
    time: Years,
) -> Result<Volatility, PointError> {
    let rate = variance_rate::<T>(surface, log_moneyness, time)?;
    // The rate's 57 fraction bits.
    let variance = Magnitude::from_parts(rate, -57).ok_or(PointError::Volatility)?;
    Ok(Volatility(T::sqrt(variance)))
}

/// Returns the volatility of the surface nearest to (k, T): as [`volatility`], with k, T and the
/// result held within their domains.
#[inline]
pub(super) fn nearest_volatility<T: Tier>(surface: &Surface, log_moneyness: LogMoneyness, time: Years) -> Volatility {
    let bits = log_moneyness.0.to_bits();
    let size = bits.unsigned_abs().min(MAX_LOG_MONEYNESS);
    let time = match time_bits(time) {
        Ok(_) => time,
        Err(_) => Years(Magnitude::from_parts(MAX_TIME, -61).unwrap_or(Magnitude::ONE)),
    };
    let bits_of_time = time_bits(time).unwrap_or(MAX_TIME);
    let rate = rate_at::<T>(surface, size, bits < 0, time, bits_of_time).unwrap_or(MAX_RATE);
    let variance = Magnitude::from_parts(rate.clamp(MIN_RATE, MAX_RATE), -57).unwrap_or(Magnitude::ONE);
    Volatility(T::sqrt(variance))
}

/// Returns the variance per year σ² of the surface at (k, T), with 57 fraction bits, checked
/// against the domain of a volatility.
pub(super) fn variance_rate<T: Tier>(
    surface: &Surface,
    log_moneyness: LogMoneyness,
    time: Years,
) -> Result<u64, PointError> {
    let bits = log_moneyness.0.to_bits();
    let size = bits.unsigned_abs();
    if size > MAX_LOG_MONEYNESS {
        return Err(PointError::LogMoneyness);
    }
    let bits_of_time = time_bits(time)?;
    rate_at::<T>(surface, size, bits < 0, time, bits_of_time)
        .filter(|rate| (MIN_RATE..=MAX_RATE).contains(rate))
        .ok_or(PointError::Volatility)
}

/// Returns the variance per year at |k| = `size`, on the side of the puts or of the calls, whatever
/// it is; `None` from 64 on. `time` is at most [`MAX_TIME`], and `bits_of_time` it again.
fn rate_at<T: Tier>(surface: &Surface, size: u64, is_put_wing: bool, time: Years, bits_of_time: u64) -> Option<u64> {
    let k = Magnitude::from_parts(size, -57).unwrap_or(Magnitude::ZERO);
    let at = |node: &Node| slice_rate::<T>(node, k, is_put_wing);

    // The first expiry that is not before the time, and the one before it.
    let mut before = None;
    let mut after = None;
    for node in surface.nodes() {
        if node.slice.time.to_bits() >= bits_of_time {
            after = Some(node);
            break;
        }
        before = Some(node);
    }
    match (before, after) {
        (Some(before), Some(after)) => {
            let (early, late) = (at(before)? as i64, at(after)? as i64);
            // w linear in time is w(T) = (w₁(T₂−T) + w₂(T−T₁)) / (T₂−T₁). With w = σ²T and a =
            // T₁(T₂−T)/(T₂−T₁) that is σ² = (σ₁²·a + σ₂²·(T−a)) / T. The time's mantissa is the
            // time with its leading zeros shifted out; two bits of it are room for the sums.
            let mantissa = time.0.mantissa();
            let first = before.slice.time.to_bits() << bits_of_time.leading_zeros();
            let share = after.share_to_come(bits_of_time) as i64;
            let a = product((first >> 2) as i64, share);
            let rest = ((mantissa >> 2) as i64).wrapping_sub(a);
            let total = product(early, a).wrapping_add(product(late, rest));
            Some((product(total, T::inverse(mantissa) as i64) as u64) << 1)
        }
        (Some(only), None) | (None, Some(only)) => at(only),
        // There always is a slice.
        (None, None) => None,
    }
}

/// Returns a time with 61 fraction bits; what is finer than 2⁻⁶¹ years (14 picoseconds) does not
/// count.
#[inline]
pub(super) fn time_bits(time: Years) -> Result<u64, PointError> {
    let exponent = time.0.exponent();
    if exponent > 2 {
        return Err(PointError::Time);
    }
    let shift = 2u32.wrapping_sub(exponent as u32);
    let bits = if shift < 64 { time.0.mantissa() >> shift } else { 0 };
    if bits > MAX_TIME {
        return Err(PointError::Time);
    }
    Ok(bits)
}

/// σ² = w(k)/T of one slice, with 57 fraction bits; `None` from 64 on.
///
/// With x = φk: σ² = θ/T · (1 + ρx + √R)/2, R = (x+ρ)² + 1 − ρ². Where the sum cancels, its equal
/// x²(1−ρ²) / (√R − (1+ρx)) is taken instead.
fn slice_rate<T: Tier>(node: &Node, k: Magnitude, is_put_wing: bool) -> Option<u64> {
    if k.is_zero() || node.curvature.is_zero() {
        return Some(node.rate);
    }
    // |x| = p·2^(exponent + 1) with p in [½, 2). Divided by 2^s, s = exponent + 3 ≥ 1, |x| is below a half; so is one.
    let p = product((k.mantissa() >> 1) as i64, (node.curvature.mantissa() >> 2) as i64) as u64;
    let scale = k.exponent().wrapping_add(node.curvature.exponent()).wrapping_add(3);
    // |k| ≤ 5 and φ < 2¹⁶, so the scale is at most 20.
    let (x, scale) = if scale >= 1 {
        (p >> 2, scale as u32)
    } else {
        let shift = 3u32.wrapping_sub(scale as u32);
        (if shift < 64 { p >> shift } else { 0 }, 1)
    };
    let one = ONE >> scale;
    let skew = node.slice.skew.to_bits();
    let skew_size = skew.unsigned_abs();
    let skewed = product(skew_size as i64, x as i64) as u64;
    let rises = (skew < 0) == is_put_wing;

    // |x+ρ| < 1 and R < 1.
    let distance = if rises {
        x.wrapping_add(skew_size >> scale)
    } else {
        x.abs_diff(skew_size >> scale)
    } as i64;
    let square = (product(distance, distance) as u64).wrapping_add(node.skew_complement >> scale.wrapping_mul(2));
    // The smallest is (1−ρ²)/16 > 2⁻¹³, near x = −ρ where the scale is at most 2.
    let root = T::root(square);

    // (1 + ρx + √R) / 2^s, below 2.
    let shift = scale.wrapping_sub(1);
    let (sum, lift) = if rises {
        (one.wrapping_add(skewed).wrapping_add(root), 0)
    } else {
        let sum = one.wrapping_add(root).wrapping_sub(skewed);
        if sum > root >> 4 {
            (sum, 0)
        } else {
            // Cancelled: only where x > 1, so the bottom is above 2⁻⁸. The sum takes what it can of
            // the factor 2^(s−1) before the division and the product below cut bits off.
            let bottom = root.wrapping_add(skewed.wrapping_sub(one));
            let top = product(product(x as i64, x as i64), node.skew_complement as i64) as u64;
            // Few, and a loop is cheaper than counting them all.
            let mut zeros = 1u32;
            while (bottom << zeros) >> 63 == 0 && zeros < 9 {
                zeros = zeros.wrapping_add(1);
            }
            let lift = T::lift(top, zeros).min(shift);
            let top = top << zeros.wrapping_add(lift).wrapping_sub(1);
            let sum = product(top as i64, T::inverse(bottom << zeros) as i64);
            (sum as u64, lift)
        }
    };
    // σ² = rate · sum · 2^(s−1). The rate is at most 25 and the sum below 2, so the product fits.
    let rate = product(node.rate as i64, sum as i64) as u64;
    let shift = shift.wrapping_sub(lift);
    (rate >> 63u32.wrapping_sub(shift) == 0).then(|| rate << shift)
}
