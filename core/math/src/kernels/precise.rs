//! The precise tier: about fifteen digits. Full 62-bit products where they matter, 32-bit ones
//! where the terms are small.

use fixed::types::{I2F62, I7F57};

use super::arith::{add, fraction, mul, product, root, shift_right, sub, uadd, umul};
use super::coefficients::{
    EXP2_CELLS, HALF_LOG2_E, INVERSE_SCORE, LN_2, LOG2_SQRT_2PI, PRECISE_EXP2, PRECISE_LOG2, PRECISE_MILLS, TWO_LOG2_E,
};
use super::elementary::threshold;
use super::quantile;
use crate::Magnitude;

/// ln x. Absolute error below 5·10⁻¹⁷. `None` for zero and beyond e^±62.
#[inline]
pub fn ln(x: Magnitude) -> Option<I7F57> {
    if x.is_zero() || x.exponent() > 88 || x.exponent() < -88 {
        return None;
    }
    // Steps of 2⁻⁵⁵ of the mantissa are larger than twice the error, which makes the function
    // monotone.
    let rounded = Magnitude::from_normalised(x.mantissa() & !0xff, x.octave());
    let (whole, fraction) = log2_ratio(rounded, Magnitude::ONE);
    Some(natural(whole, fraction))
}

/// Returns the natural logarithm of a base-2 one, as [`log2_ratio`] gives it, of a whole part
/// within ±90.
#[inline(always)]
pub(crate) fn natural(whole: i64, fraction: i64) -> I7F57 {
    // whole·ln 2 in Q57, with the five bits of ln 2 that Q57 lacks.
    let of_whole = add(mul(whole, LN_2 >> 5), mul(whole, LN_2 & 31) >> 5);
    I7F57::from_bits(add(of_whole, product(fraction, LN_2) >> 4))
}

/// e^x. Relative error below 10⁻¹⁶.
#[inline]
pub fn exp(x: I7F57) -> Magnitude {
    // x·log₂e in Q56: within ±93.
    let power = product(x.to_bits(), HALF_LOG2_E);
    let (mantissa, exponent) = exp2(power >> 56, (power << 6) & FRACTION);
    match Magnitude::from_parts(mantissa as u64, (exponent as i32).wrapping_sub(61)) {
        Some(value) => value,
        None => Magnitude::ZERO,
    }
}

/// √x. Relative error below 2⁻⁵⁹; the 60-bit root rounded down.
#[inline]
pub fn sqrt(x: Magnitude) -> Magnitude {
    if x.is_zero() {
        return x;
    }
    let (mantissa, exponent) = sqrt_parts(x);
    Magnitude::from_normalised(mantissa, exponent)
}

/// φ(x) = e^(−x²/2)/√(2π). Absolute error below 2·10⁻¹⁶.
#[inline]
pub fn norm_pdf(x: I7F57) -> I2F62 {
    let size = x.to_bits().unsigned_abs();
    if size >= 9 << 57 {
        return I2F62::ZERO;
    }
    let score = product((size >> 1) as i64, INVERSE_SCORE) << 2;
    let (mantissa, exponent) = density(score, 0);
    I2F62::from_bits(shift_right(mantissa << 1, sub(0, exponent)))
}

/// Φ(x). Absolute error below 3·10⁻¹⁴; within [0, 1]; Φ(x) + Φ(−x) is exactly 1; monotone.
#[inline]
pub fn norm_cdf(x: I7F57) -> I2F62 {
    // Steps of x of 2⁻⁴⁴, over which the tail falls by more than twice its relative error.
    let steps = uadd(x.to_bits().unsigned_abs(), 1 << 12) >> 13;
    let tail = if steps == 0 {
        1 << 61
    } else if steps >= 9 << 44 {
        0
    } else {
        let score = product((steps << 12) as i64, INVERSE_SCORE) << 2;
        let (density, exponent) = density(score, 0);
        shift_right(product(density, mills(score)) << 2, sub(0, exponent))
    };
    I2F62::from_bits(if x.is_negative() { tail } else { sub(1 << 62, tail) })
}

/// Φ⁻¹(p): the largest x on a grid of 2⁻⁴² with Φ(x) ≤ p, Φ being [`norm_cdf`]. Error below 10⁻¹²
/// for p in 10⁻³…1 − 10⁻³, and below the 3·10⁻¹⁴/φ(x) that the error of Φ leaves elsewhere. `None`
/// outside 2⁻³⁰…1 − 2⁻³⁰.
#[inline]
pub fn norm_inv(p: I2F62) -> Option<I7F57> {
    quantile::search(p, norm_cdf, norm_pdf, 42, 2)
}

/// The fraction's bits of a Q62 number.
pub(crate) const FRACTION: i64 = (1 << 62) - 1;

/// log₂(top/bottom) as a whole number and a fraction in Q61 of size at most 0.53. Absolute error
/// below 2·10⁻¹⁸.
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
    let mut sum = uadd(a, b);
    let mut difference = a.abs_diff(b);
    if sum >> 63 == 0 {
        sum <<= 1;
        difference <<= 1;
    }
    // z in Q63, at most 0.18.
    let z = (fraction(difference, sum) >> 1) as i64;
    let square = product(z, z) >> 2;
    let [c0, c1, c2, c3, c4, c5, c6, c7, c8, c9] = PRECISE_LOG2;
    // What these terms add is below 10⁻⁹: 32 bits of them are enough.
    let narrow = square >> 30;
    let r = add(mul(c9 >> 29, narrow) >> 32, c8 >> 29);
    let r = add(mul(r, narrow) >> 32, c7 >> 29);
    let r = add(mul(r, narrow) >> 32, c6 >> 29);
    let r = add(mul(r, narrow) >> 32, c5 >> 29);
    let r = add(mul(r, narrow) >> 3, c4);
    let r = add(product(r, square), c3);
    let r = add(product(r, square), c2);
    let r = add(product(r, square), c1);
    let r = add(product(r, square), c0);
    let slope = add(product(r, square) >> 1, TWO_LOG2_E);
    let fraction = product(z, slope);
    (whole, if a < b { sub(0, fraction) } else { fraction })
}

/// 2^(whole + fraction) for a fraction in Q62 within [0, 1): a mantissa in Q61 within [1, 2], and
/// the power of two that multiplies it. Relative error below 3·10⁻¹⁸.
#[inline(always)]
#[allow(clippy::indexing_slicing)] // five bits index 32 cells
pub(crate) fn exp2(whole: i64, fraction: i64) -> (i64, i64) {
    let cell = EXP2_CELLS[(fraction >> 57 & 31) as usize];
    let g = sub(fraction & ((1 << 57) - 1), 1 << 56);
    let [c0, c1, c2, c3, c4, c5] = PRECISE_EXP2;
    let narrow = g >> 30;
    let p = add(mul(c5 >> 30, narrow) >> 32, c4 >> 30);
    let p = add(mul(p, narrow) >> 2, c3);
    let p = add(product(p, g), c2);
    let p = add(product(p, g), c1);
    let p = add(product(p, g), c0);
    (add(cell, product(cell, product(p, g))), whole)
}

/// φ·2^(−carried) at a score in Q58 below 2⁶¹, `carried` in Q54: a mantissa in Q61, and the power
/// of two that multiplies it.
#[inline(always)]
pub(crate) fn density(score: i64, carried: i64) -> (i64, i64) {
    let power = sub(0, add(add(product(score, score), LOG2_SQRT_2PI >> 4), carried));
    exp2(power >> 54, (power << 8) & FRACTION)
}

/// Returns the Mills ratio (1 − Φ)/φ at a score ≥ 0 in Q58, at most 2⁶², in Q61. Relative error
/// below 4·10⁻¹⁶.
#[inline(always)]
#[allow(clippy::indexing_slicing)] // four bits index sixteen rows
pub(crate) fn mills(score: i64) -> i64 {
    // s = 2/(score + 2) in Q64, both sides shifted until the divisor's top bit is set.
    let mut divisor = uadd(score as u64, 1 << 59);
    let mut two = (1u64 << 59).wrapping_sub(1);
    if divisor >> 61 == 0 {
        divisor <<= 2;
        two <<= 2;
    }
    if divisor >> 62 == 0 {
        divisor <<= 1;
        two <<= 1;
    }
    if divisor >> 63 == 0 {
        divisor <<= 1;
        two <<= 1;
    }
    let s = fraction(two, divisor);
    let [c0, c1, c2, c3, c4, c5, c6, c7, c8] = PRECISE_MILLS[(s >> 60 & 15) as usize];
    let u = sub((s & ((1 << 60) - 1)) as i64, 1 << 59);
    // What the last terms add is below 10⁻⁷: they are kept in Q53.
    let narrow = u >> 28;
    let m = add(mul(c8, narrow) >> 32, c7);
    let m = add(mul(m, narrow) >> 32, c6);
    let m = add(mul(m, narrow) >> 32, c5);
    let m = add(mul(m, narrow) >> 24, c4);
    let u = u << 2;
    let m = add(product(m, u), c3);
    let m = add(product(m, u), c2);
    let m = add(product(m, u), c1);
    add(product(m, u), c0)
}

/// √x of a number that is not zero: a mantissa with its top bit set (its last four bits are zero),
/// and the exponent of the [`Magnitude`].
#[inline(always)]
pub(crate) fn sqrt_parts(x: Magnitude) -> (u64, i64) {
    let exponent = x.octave();
    let n = x.mantissa() >> (1 ^ (exponent & 1));
    let high = root(n);
    let rest = n.wrapping_sub(umul(high, high));
    // The next 28 bits, from (high·2²⁸ + low)² ≈ n·2⁵⁶; too large by one at most, which the
    // remainder's sign tells: it is below 2⁶³ in size, so its low 64 bits are the whole of it.
    let low = super::arith::udiv(rest << 28, high << 1);
    let guess = uadd(high << 28, low);
    let remainder = (n << 56).wrapping_sub(guess.wrapping_mul(guess)) as i64;
    let exact = if remainder < 0 { guess.wrapping_sub(1) } else { guess };
    (exact << 4, exponent >> 1)
}
