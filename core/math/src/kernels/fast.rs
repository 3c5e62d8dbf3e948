//! The fast tier: about nine digits. One 32×32→64 product for each multiplication.

use fixed::types::{I2F62, I7F57};

use super::arith::{add, logical_shift_right, mul, sub, uadd, udiv, umul};
use super::coefficients::{FAST_MILLS, INVERSE_SCORE, LOG2_SQRT_2PI};
pub use super::elementary::{exp, ln, sqrt};
pub(crate) use super::elementary::{exp2, log2_ratio, near_sqrt_parts};
use super::quantile;

/// φ(x) = e^(−x²/2)/√(2π). Absolute error below 3.2·10⁻⁹.
#[inline]
pub fn norm_pdf(x: I7F57) -> I2F62 {
    let Some(score) = score(x) else { return I2F62::ZERO };
    let (mantissa, exponent) = density(score, 0);
    I2F62::from_bits(logical_shift_right(mantissa << 31, sub(0, exponent)) as i64)
}

/// Φ(x). Absolute error below 7·10⁻⁹; within [0, 1]; Φ(x) + Φ(−x) is exactly 1; monotone.
#[inline]
pub fn norm_cdf(x: I7F57) -> I2F62 {
    let tail = match score(x) {
        None => 0,
        Some(0) => 1 << 61,
        Some(score) => {
            let (density, exponent) = density(score, 0);
            // Q31·Q31.
            logical_shift_right(umul(density, mills(score as u64) >> 3), sub(0, exponent)) as i64
        }
    };
    I2F62::from_bits(if x.is_negative() { tail } else { sub(1 << 62, tail) })
}

/// Φ⁻¹(p): the largest x on a grid of 2⁻²⁴ with Φ(x) ≤ p, Φ being [`norm_cdf`]. Error below 10⁻⁷
/// for p in 10⁻³…1 − 10⁻³, and below the 7·10⁻⁹/φ(x) that the error of Φ leaves elsewhere. `None`
/// outside 2⁻³⁰…1 − 2⁻³⁰.
#[inline]
pub fn norm_inv(p: I2F62) -> Option<I7F57> {
    quantile::search(p, norm_cdf, norm_pdf, 24, 1)
}

/// |x| as a score in Q28, rounded to steps of x of 2⁻²⁶; `None` beyond 8 (a tail of 10⁻²¹).
#[inline(always)]
fn score(x: I7F57) -> Option<i64> {
    let size = x.to_bits().unsigned_abs();
    let steps = uadd(size, 1 << 30) >> 31;
    if steps >= 9 << 26 {
        return None;
    }
    Some((umul(steps, (INVERSE_SCORE >> 30) as u64) >> 30) as i64)
}

/// φ·2^(−carried) at a score in Q28 below 2³¹, `carried` in Q32: a mantissa in Q31 within [1, 2),
/// and the power of two that multiplies it.
#[inline(always)]
pub(crate) fn density(score: i64, carried: i64) -> (u64, i64) {
    let power = add(add(mul(score, score) >> 24, LOG2_SQRT_2PI >> 26), carried);
    let (mantissa, exponent) = exp2(sub(0, power));
    (mantissa >> 5, exponent)
}

/// Computes the Mills ratio (1 − Φ)/φ at a score ≥ 0 in Q28, at most 2³², in Q34. Relative error
/// below 6.7·10⁻⁹ for scores up to 8 and 8.5·10⁻⁹ up to 16: at most 4.6·10⁻⁹ of the polynomial,
/// and what cutting s to 32 bits and the floors add.
#[inline(always)]
#[allow(clippy::indexing_slicing)] // four bits index sixteen rows
pub(crate) fn mills(score: u64) -> u64 {
    let s = udiv((1 << 61) - 1, uadd(score, 1 << 29));
    let [c0, c1, c2, c3, c4] = FAST_MILLS[(s >> 28 & 15) as usize];
    let u = sub((s & 0x0fff_ffff) as i64, 1 << 27);
    let m = add(mul(c4, u) >> 28, c3);
    let m = add(mul(m, u) >> 28, c2);
    let m = add(mul(m, u) >> 28, c1);
    add(mul(m, u) >> 28, c0) as u64
}
