//! The fast tier: about nine digits. One 32×32→64 product for each multiplication.

use fixed::types::{I2F62, I7F57};

use super::arith::{add, logical_shift_right, mul, near_root, product, root, sub, uadd, udiv, umul, usub};
use super::coefficients::{
    FAST_EXP2, FAST_LOG2, FAST_MILLS, HALF_LOG2_E, INVERSE_SCORE, LN_2, LOG2_SQRT_2PI, TWO_LOG2_E,
};
use super::quantile;
use crate::Magnitude;

/// ln x. Absolute error below 4·10⁻¹⁰. `None` for zero and beyond e^±62.
#[inline]
pub fn ln(x: Magnitude) -> Option<I7F57> {
    if x.is_zero() || x.exponent() > 88 || x.exponent() < -88 {
        return None;
    }
    // 33 bits of the mantissa: a step that is larger than twice the error makes the function monotone.
    let rounded = Magnitude::from_normalised(x.mantissa() & !0x7fff_ffff, x.octave());
    let (whole, fraction) = log2_ratio(rounded, Magnitude::ONE);
    let natural = add(mul(whole, LN_2 >> 5), product(fraction, LN_2) >> 5);
    Some(I7F57::from_bits(natural))
}

/// e^x. Relative error below 10⁻⁹.
#[inline]
pub fn exp(x: I7F57) -> Magnitude {
    // x·log₂e in steps of 2⁻³⁰: larger than twice the error, so that the function is monotone.
    let power = (add(product(x.to_bits(), HALF_LOG2_E), 1 << 25) >> 26) << 2;
    let (mantissa, exponent) = exp2(power);
    match Magnitude::from_parts(mantissa, (exponent as i32).wrapping_sub(36)) {
        Some(value) => value,
        None => Magnitude::ZERO,
    }
}

/// √x. Relative error below 2⁻³¹; the 32-bit root rounded down.
#[inline]
pub fn sqrt(x: Magnitude) -> Magnitude {
    if x.is_zero() {
        return x;
    }
    let (mantissa, exponent) = sqrt_parts(x);
    Magnitude::from_normalised(mantissa << 32, exponent)
}

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

/// Φ⁻¹(p): the largest x on a grid of 2⁻²⁴ with Φ(x) ≤ p, Φ being [`norm_cdf`]. Error below 10⁻⁷ for p in 10⁻³…1 − 10⁻³,
/// and below the 7·10⁻⁹/φ(x) that the error of Φ leaves elsewhere. `None` outside 2⁻³⁰…1 − 2⁻³⁰.
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

/// log₂(top/bottom) as a whole number and a fraction in Q62 of size at most 0.53. Relative error below 10⁻¹⁰.
#[inline(always)]
pub(crate) fn log2_ratio(top: Magnitude, bottom: Magnitude) -> (i64, i64) {
    let mut whole = sub(top.octave(), bottom.octave());
    let (mut a, mut b) = (top.mantissa() >> 1, bottom.mantissa() >> 1);
    // Bring the quotient near 1, so that the logarithm of nearly equal prices keeps its digits.
    if a > uadd(b, threshold(b)) {
        a >>= 1;
        whole = add(whole, 1);
    } else if b > uadd(a, threshold(a)) {
        b >>= 1;
        whole = sub(whole, 1);
    }
    // z = (a − b)/(a + b) in Q64, by two digits of 32 bits; at most 0.18.
    let sum = uadd(uadd(a >> 1, b >> 1), 1 << 30) >> 31;
    let difference = a.abs_diff(b);
    let high = udiv(difference, sum);
    let low = udiv(usub(difference, umul(high, sum)) << 32, sum);
    let square = (umul(high, high) >> 32) as i64;
    let [c0, c1, c2, c3] = FAST_LOG2;
    let rest = add(mul(c3, square) >> 32, c2);
    let rest = add(mul(rest, square) >> 32, c1);
    let rest = add(mul(rest, square) >> 32, c0);
    let slope = add(mul(rest, square) >> 33, TWO_LOG2_E >> 29);
    let fraction = add(mul(slope, high as i64), mul(slope, (low >> 2) as i64) >> 30) >> 1;
    (whole, if a < b { sub(0, fraction) } else { fraction })
}

/// 7/16 of x: quotients up to 1.4375 stay as they are.
#[inline(always)]
pub(crate) const fn threshold(x: u64) -> u64 {
    usub(x >> 1, x >> 4)
}

// P(1) is below 1, so that a mantissa of `exp2` stays below 2.
const _: () = {
    let [a, b, c, d, e, f, g] = FAST_EXP2;
    assert!(((a + b + c + d) << 8) + e + f + g < 1 << 40);
};

/// Computes 2^power for a power in Q32: a mantissa in Q36 within [1, 2), and the power of two that
/// multiplies it. Relative error within −6.4·10⁻¹⁰ … 1.6·10⁻¹⁰: the polynomial is off by at most
/// 1.6·10⁻¹⁰ either way, and the floors only lower the result.
#[inline(always)]
pub(crate) fn exp2(power: i64) -> (u64, i64) {
    let f = u64::from(power as u32);
    // Every coefficient and every partial sum is positive, and P is at most 1.
    let [c0, c1, c2, c3, c4, c5, c6] = FAST_EXP2;
    // The first terms are small enough for eight bits more.
    let p = uadd(umul(c6, f) >> 32, c5);
    let p = uadd(umul(p, f) >> 32, c4);
    let p = uadd(umul(p, f) >> 40, c3);
    let p = uadd(umul(p, f) >> 32, c2);
    let p = uadd(umul(p, f) >> 32, c1);
    let p = uadd(umul(p, f) >> 32, c0);
    (uadd(1 << 36, umul(p, f) >> 28), power >> 32)
}

/// φ·2^(−carried) at a score in Q28 below 2³¹, `carried` in Q32: a mantissa in Q31 within [1, 2), and the power of two
/// that multiplies it.
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

/// √x of a number that is not zero: a mantissa of 32 bits (1 is 2³¹), and the power of two that multiplies it.
#[inline(always)]
fn sqrt_parts(x: Magnitude) -> (u64, i64) {
    let exponent = x.octave();
    // Q62 or Q63, whichever leaves an even exponent.
    let mantissa = x.mantissa() >> (1 ^ (exponent & 1));
    (root(mantissa), exponent >> 1)
}

/// As [`sqrt_parts`], or one unit more: 1 is 2³¹, and 2³² may be reached.
#[inline(always)]
pub(crate) fn near_sqrt_parts(x: Magnitude) -> (u64, i64) {
    let exponent = x.octave();
    let mantissa = x.mantissa() >> (1 ^ (exponent & 1));
    (near_root(mantissa), exponent >> 1)
}
