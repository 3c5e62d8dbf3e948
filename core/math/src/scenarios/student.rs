//! Student's t with four degrees of freedom: tails as heavy as those of daily returns, and an
//! algebraic distribution.

use fixed::types::{I2F62, I7F57};

use crate::kernels::arith::{add, fraction, mul, product, sub};
use crate::kernels::coefficients::{SQRT_2, THIRD};
use crate::kernels::precise::sqrt;
use crate::Magnitude;

/// F(t) = 1/2 + 3/8·u·(1 − u²/12), u = t/√(1 + t²/4) (four degrees of freedom; Abramowitz & Stegun
/// 1964, 26.7.4).
///
/// Within [0, 1]; F(t) + F(−t) is exactly 1. Absolute error below 2·10⁻¹⁵.
pub fn distribution(t: I7F57) -> I2F62 {
    // 1 + t²/4 in Q50, so that t = 64 fits.
    let t = t.to_bits();
    let size = t.unsigned_abs().min(i64::MAX as u64) as i64;
    let under_root = add(1 << 50, product(size >> 1, size >> 1) >> 2);
    let root = Magnitude::from_parts(under_root as u64, -50).map_or(Magnitude::ONE, sqrt);
    // u/2 = (t/2)/√(1 + t²/4) is below 1: Q62.
    let halved = Magnitude::from_parts(size as u64, -58).unwrap_or(Magnitude::ZERO);
    let u = if halved.is_zero() {
        0
    } else {
        // Both mantissas have their top bit set; t/2 is the smaller number.
        let apart = root.exponent().saturating_sub(halved.exponent()).clamp(0, 63);
        let n = halved.mantissa() >> 1 >> apart;
        (fraction(n, root.mantissa()) >> 1) as i64
    };
    // 3/8·u·(1 − u²/12) with v = u/2 is 3/4·v·(1 − v²/3).
    let body = product(u, sub(1 << 62, product(product(u, u), THIRD)));
    let above = (mul(body >> 2, 3)).min(1 << 61);
    I2F62::from_bits(if t < 0 {
        sub(1 << 61, above)
    } else {
        add(1 << 61, above)
    })
}

/// Returns the probability that a return is below `shock`, for a return of t₄ law whose standard
/// deviation is `deviation`.
///
/// Both are returns over the same horizon, the deviation positive; beyond 45 deviations the
/// probability is 0 or 1.
pub fn probability_below(shock: I7F57, deviation: I7F57) -> I2F62 {
    let size = shock.to_bits().unsigned_abs();
    let unit = deviation.to_bits().max(1) as u64;
    let far = I2F62::from_bits(if shock.is_negative() { 0 } else { 1 << 62 });
    let whole = size.checked_div(unit).unwrap_or(u64::MAX);
    if whole >= 45 {
        return far;
    }
    // size/unit in Q57 by its whole part and two digits.
    let zeros = unit.leading_zeros();
    let rest = size.checked_rem(unit).unwrap_or(0);
    let part = fraction(rest << zeros, unit << zeros) >> 7;
    let multiple = add((whole << 57) as i64, part as i64);
    // The law's own standard deviation is √2.
    let t = product(multiple, SQRT_2);
    distribution(I7F57::from_bits(if shock.is_negative() { sub(0, t) } else { t }))
}
