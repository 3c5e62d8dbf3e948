//! Integer steps of the kernels. The virtual machine has 64-bit products and quotients but no
//! 128-bit product, so a product of two fractions is taken from 32-bit halves.
//!
//! The kernels' ranges are proven in `docs/internals/numerics.md`; sums and products here wrap
//! silently only in release builds and stop a debug build, which is how the tests and the fuzzer
//! look for a range that was judged wrong.

const LOW_31: i64 = 0x7fff_ffff;
const LOW_32: u64 = 0xffff_ffff;

/// a + b.
#[inline(always)]
pub const fn add(a: i64, b: i64) -> i64 {
    debug_assert!(a.checked_add(b).is_some());
    a.wrapping_add(b)
}

/// a − b.
#[inline(always)]
pub const fn sub(a: i64, b: i64) -> i64 {
    debug_assert!(a.checked_sub(b).is_some());
    a.wrapping_sub(b)
}

/// a·b.
#[inline(always)]
pub const fn mul(a: i64, b: i64) -> i64 {
    debug_assert!(a.checked_mul(b).is_some());
    a.wrapping_mul(b)
}

/// a·b of non-negative numbers.
#[inline(always)]
pub const fn umul(a: u64, b: u64) -> u64 {
    debug_assert!(a.checked_mul(b).is_some());
    a.wrapping_mul(b)
}

/// a + b of non-negative numbers.
#[inline(always)]
pub const fn uadd(a: u64, b: u64) -> u64 {
    debug_assert!(a.checked_add(b).is_some());
    a.wrapping_add(b)
}

/// a − b where a ≥ b ≥ 0.
#[inline(always)]
pub const fn usub(a: u64, b: u64) -> u64 {
    debug_assert!(a >= b);
    a.wrapping_sub(b)
}

/// ⌊a / b⌋ of non-negative numbers; zero if b is, which no caller asks for.
#[inline(always)]
pub const fn udiv(a: u64, b: u64) -> u64 {
    debug_assert!(b != 0);
    match a.checked_div(b) {
        Some(quotient) => quotient,
        None => 0,
    }
}

/// Computes a·b / 2⁶², rounded down by less than three units, for |a·b| ≤ 2¹²⁵ − 2⁹⁷. Nearer to
/// 2¹²⁵ the product of the high halves may not fit: that of a negative number is rounded away from
/// zero.
#[inline(always)]
pub const fn product(a: i64, b: i64) -> i64 {
    let (a_high, a_low) = (a >> 31, a & LOW_31);
    let (b_high, b_low) = (b >> 31, b & LOW_31);
    // The product of the low halves is left out: less than one unit.
    let cross = add(mul(a_high, b_low) >> 31, mul(a_low, b_high) >> 31);
    add(mul(a_high, b_high), cross)
}

/// a·b / 2³¹ for a b within ±2³², rounded down by less than one unit.
#[inline(always)]
pub const fn narrow_product(a: i64, b: i64) -> i64 {
    add(mul(a >> 31, b), mul(a & LOW_31, b) >> 31)
}

/// `value >> shift`, zero (or −1) if everything is shifted out.
#[inline(always)]
pub const fn shift_right(value: i64, shift: i64) -> i64 {
    debug_assert!(shift >= 0);
    if shift > 63 {
        0
    } else {
        value >> shift
    }
}

/// `value >> shift`, zero if everything is shifted out.
#[inline(always)]
pub const fn logical_shift_right(value: u64, shift: i64) -> u64 {
    debug_assert!(shift >= 0);
    if shift > 63 {
        0
    } else {
        value >> shift
    }
}

/// ⌊n·2⁶⁴ / d⌋ for n < d and a d with its top bit set (Knuth 1969, algorithm 4.3.1 D, in digits of
/// 32 bits).
#[inline(always)]
pub const fn fraction(n: u64, d: u64) -> u64 {
    debug_assert!(n < d && d >> 63 == 1);
    let (d_high, d_low) = (d >> 32, d & LOW_32);
    let (first, rest) = digit(n, d, d_high, d_low);
    let (second, _) = digit(rest, d, d_high, d_low);
    (first << 32) | second
}

/// Returns the next 32 bits of n / d, and what is left.
#[inline(always)]
const fn digit(n: u64, d: u64, d_high: u64, d_low: u64) -> (u64, u64) {
    let mut quotient = udiv(n, d_high);
    let mut rest = n.wrapping_sub(quotient.wrapping_mul(d_high));
    // The guess is too large by at most two.
    while quotient > LOW_32 || quotient.wrapping_mul(d_low) > rest << 32 {
        quotient = quotient.wrapping_sub(1);
        rest = rest.wrapping_add(d_high);
        if rest > LOW_32 {
            break;
        }
    }
    (quotient, (n << 32).wrapping_sub(quotient.wrapping_mul(d)))
}

/// ⌊√n⌋ for n ≥ 2⁶².
#[inline(always)]
pub const fn root(n: u64) -> u64 {
    let near = near_root(n);
    // 2³² itself is one over.
    if near > LOW_32 || near.wrapping_mul(near) > n {
        near.wrapping_sub(1)
    } else {
        near
    }
}

/// ⌊√n⌋ or one more, for n ≥ 2⁶².
#[inline(always)]
pub const fn near_root(n: u64) -> u64 {
    // The tangent of √n at (¾·2³²)²: never below √n, and at most 4.2 % above it. Each step of
    // Newton's squares that, and comes from above.
    let tangent = 0x6000_0000u64.wrapping_add(udiv(n, 3 << 31));
    let first = tangent.wrapping_add(udiv(n, tangent)) >> 1;
    let second = first.wrapping_add(udiv(n, first)) >> 1;
    second.wrapping_add(udiv(n, second)) >> 1
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(20_000))]

        #[test]
        fn fractions_are_floors(d in 1u64 << 63..=u64::MAX, part in any::<u64>(), near in 0u64..4) {
            for n in [part % d, d - 1 - near] {
                prop_assert_eq!(u128::from(fraction(n, d)), (u128::from(n) << 64) / u128::from(d));
            }
        }

        #[test]
        fn roots_are_floors(any in 1u64 << 62..=u64::MAX, root_ in 1u64 << 31..1 << 32) {
            for n in [any, root_ * root_, root_ * root_ - 1, u64::MAX] {
                if n >= 1 << 62 {
                    let r = u128::from(root(n));
                    prop_assert!(r * r <= u128::from(n) && (r + 1) * (r + 1) > u128::from(n), "{}", n);
                }
            }
        }

        #[test]
        fn products_are_a_little_low(a in -(1i64 << 62)..1 << 62, b in -(1i64 << 62)..1 << 62) {
            let exact = (i128::from(a) * i128::from(b)) >> 62;
            let lost = exact - i128::from(product(a, b));
            prop_assert!((-1..3).contains(&lost), "{}", lost);
        }
    }
}
