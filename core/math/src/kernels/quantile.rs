//! The normal quantile as the inverse of a distribution function that is monotone: monotone by its
//! definition.

use fixed::types::{I2F62, I7F57};

use super::arith::{add, mul, product, sub, udiv};
use super::elementary::{ln, sqrt};
use crate::Magnitude;

/// Returns the largest x = k·2^(−grid) with `distribution(x)` ≤ p. `None` unless 2⁻³⁰ ≤ p ≤ 1 −
/// 2⁻³⁰.
///
/// A rational guess (Abramowitz & Stegun 1964, 26.2.23) is polished by `steps` steps of Halley's;
/// then the neighbours decide, by doubling strides and bisection.
#[inline(always)]
pub(super) fn search(
    p: I2F62,
    distribution: impl Fn(I7F57) -> I2F62,
    density: impl Fn(I7F57) -> I2F62,
    grid: u32,
    steps: u32,
) -> Option<I7F57> {
    const EDGE: i64 = 1 << 32;
    let bits = p.to_bits();
    if bits < EDGE || bits > sub(1 << 62, EDGE) {
        return None;
    }
    let mut x = guess(bits);
    for _ in 0..steps {
        x = halley(
            x,
            sub(distribution(I7F57::from_bits(x)).to_bits(), bits),
            density(I7F57::from_bits(x)).to_bits(),
        );
    }
    let unit = 57u32.saturating_sub(grid);
    let at_most = |k: i64| distribution(I7F57::from_bits(k << unit)).to_bits() <= bits;
    let start = x >> unit;
    let mut stride = 1i64;
    let (mut low, mut high);
    if at_most(start) {
        low = start;
        high = add(start, stride);
        while at_most(high) {
            low = high;
            stride <<= 1;
            high = add(high, stride);
        }
    } else {
        high = start;
        low = sub(start, stride);
        while !at_most(low) {
            high = low;
            stride <<= 1;
            low = sub(low, stride);
        }
    }
    while sub(high, low) > 1 {
        let middle = add(low, high) >> 1;
        if at_most(middle) {
            low = middle;
        } else {
            high = middle;
        }
    }
    Some(I7F57::from_bits(low << unit))
}

/// Φ⁻¹ within 4.5·10⁻⁴, in Q57.
#[inline(always)]
fn guess(p: i64) -> i64 {
    let upper = p > 1 << 61;
    let tail = if upper { sub(1 << 62, p) } else { p };
    // t = √(−2 ln tail), in Q28: at most 6.5.
    let Some(t) = Magnitude::from_parts(tail as u64, -62)
        .and_then(ln)
        .and_then(|log| Magnitude::from_parts(log.to_bits().unsigned_abs(), -56))
        .map(sqrt)
    else {
        return 0;
    };
    let t = if t.is_zero() {
        0
    } else {
        (t.mantissa() >> 35u32.saturating_sub(t.exponent().max(-28) as u32).min(63)) as i64
    };
    let term = |c: i64, rest: i64| add(c, mul(rest, t) >> 28);
    let top = term(675_260_000, term(215_512_000, 2_772_000));
    let bottom = term(1 << 28, term(384_471_000, term(50_806_000, 351_000)));
    let x = sub(t, udiv((top as u64) << 28, bottom as u64) as i64) << 29;
    if upper {
        x
    } else {
        sub(0, x)
    }
}

/// x − e/(1 + x·e/2), e = excess/density: Halley's step towards the root of Φ − p.
#[inline(always)]
fn halley(x: i64, excess: i64, density: i64) -> i64 {
    if density == 0 {
        return x;
    }
    let Some(e) = divide(excess, density) else { return x };
    // y = x·e/2 is below 0.02, so 1/(1 + y) = 1 − y + y² is near enough. x and e·y in Q57, e and y
    // in Q62.
    let y = product(x, e) << 4;
    let e = e >> 5;
    sub(x, sub(e, product(e, sub(y, product(y, y)))))
}

/// a/b in Q62 for |a| < b.
#[inline(always)]
fn divide(a: i64, b: i64) -> Option<i64> {
    let zeros = b.leading_zeros();
    let size = a.unsigned_abs();
    if size >= b.unsigned_abs() {
        return None;
    }
    let quotient = (super::arith::fraction(size << zeros, b.unsigned_abs() << zeros) >> 2) as i64;
    Some(if a < 0 { sub(0, quotient) } else { quotient })
}
