//! ln, exp and √ of the fast tier, and the parts that they are made of.

use fixed::types::I7F57;

use super::arith::{add, mul, near_root, product, root, sub, uadd, udiv, umul, usub};
use super::coefficients::{FAST_EXP2, FAST_LOG2, HALF_LOG2_E, LN_2, TWO_LOG2_E};
use crate::Magnitude;

/// ln x. Absolute error below 4·10⁻¹⁰. `None` for zero and beyond e^±62.
#[inline]
pub fn ln(x: Magnitude) -> Option<I7F57> {
    if x.is_zero() || x.exponent() > 88 || x.exponent() < -88 {
        return None;
    }
    // 33 bits of the mantissa: a step that is larger than twice the error makes the function
    // monotone.
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

/// log₂(top/bottom) as a whole number and a fraction in Q62 of size at most 0.53. Relative error
/// below 10⁻¹⁰.
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

/// √x of a number that is not zero: a mantissa of 32 bits (1 is 2³¹), and the power of two that
/// multiplies it.
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
