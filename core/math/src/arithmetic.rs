//! Products, quotients and roots of 64-bit numbers in 64-bit instructions.

/// Returns the 128 bits of `a × b` as (high, low) words, from four 32×32→64 products.
#[inline]
pub(crate) const fn wide_mul(a: u64, b: u64) -> (u64, u64) {
    let (a_high, a_low) = (a >> 32, a & 0xffff_ffff);
    let (b_high, b_low) = (b >> 32, b & 0xffff_ffff);
    let bottom = a_low.wrapping_mul(b_low);
    // Neither sum carries out of 64 bits: (2³² − 1)² + 2·(2³² − 1) = 2⁶⁴ − 1.
    let middle = a_high.wrapping_mul(b_low).wrapping_add(bottom >> 32);
    let cross = a_low.wrapping_mul(b_high).wrapping_add(middle & 0xffff_ffff);
    let high = a_high
        .wrapping_mul(b_high)
        .wrapping_add(middle >> 32)
        .wrapping_add(cross >> 32);
    (high, (cross << 32) | (bottom & 0xffff_ffff))
}

/// ⌊a·b / 2^shift⌋, or `u64::MAX` if that does not fit. The shift is within 1…63.
#[inline]
pub(crate) const fn mul_shift(a: u64, b: u64, shift: u32) -> u64 {
    let (high, low) = wide_mul(a, b);
    if high >> shift != 0 {
        return u64::MAX;
    }
    (high << (64u32.wrapping_sub(shift) & 63)) | (low >> (shift & 63))
}

/// `a × weight / 2⁶⁴` rounded to nearest: a number times a fraction.
#[inline]
pub(crate) const fn fraction_of(a: u64, weight: u64) -> u64 {
    let (high, low) = wide_mul(a, weight);
    // At most 2⁶⁴ − 2, so rounding up cannot carry out.
    high.wrapping_add(low >> 63)
}

/// As [`fraction_of`] for a signed number; rounds half away from zero.
#[inline]
pub(crate) const fn signed_fraction_of(a: i64, weight: u64) -> i64 {
    let part = fraction_of(a.unsigned_abs(), weight) as i64;
    if a < 0 {
        part.wrapping_neg()
    } else {
        part
    }
}

/// `from` moved toward `to` by the fraction `weight / 2⁶⁴`, to nearest; never past either.
#[inline]
pub(crate) const fn blend(from: u64, to: u64, weight: u64) -> u64 {
    if to >= from {
        from.wrapping_add(fraction_of(to.wrapping_sub(from), weight))
    } else {
        from.wrapping_sub(fraction_of(from.wrapping_sub(to), weight))
    }
}

/// As [`blend`] for signed numbers whose difference fits in 63 bits.
#[inline]
pub(crate) const fn signed_blend(from: i64, to: i64, weight: u64) -> i64 {
    from.wrapping_add(signed_fraction_of(to.wrapping_sub(from), weight))
}

/// `a × b / 2^shift` for signed numbers, to nearest by magnitude, saturating. The shift is within
/// 1…63.
#[inline]
pub(crate) const fn signed_mul_shift(a: i64, b: i64, shift: u32) -> i64 {
    let (high, low) = wide_mul(a.unsigned_abs(), b.unsigned_abs());
    let below = shift.wrapping_sub(1);
    let magnitude = if high >> below != 0 {
        i64::MAX
    } else {
        let doubled = (high << (64u32.wrapping_sub(below) & 63) & mask_below(below)) | (low >> (below & 63));
        ((doubled >> 1).wrapping_add(doubled & 1)) as i64
    };
    if (a < 0) != (b < 0) {
        magnitude.wrapping_neg()
    } else {
        magnitude
    }
}

/// Returns all ones, or nothing for a shift of zero: then the high word has no place in the result.
#[inline]
const fn mask_below(shift: u32) -> u64 {
    if shift == 0 {
        0
    } else {
        u64::MAX
    }
}

/// ⌊a/b⌋ and the fraction beyond it × 2⁵⁶, the fraction within one part in 2³¹ of itself. `None` if
/// b is zero.
///
/// For the fraction the divisor is cut to 32 significant bits, so that it takes two more 64-bit
/// divisions.
#[inline]
pub(crate) const fn quotient(a: u64, b: u64) -> Option<(u64, u64)> {
    let (Some(whole), Some(rest)) = (a.checked_div(b), a.checked_rem(b)) else {
        return None;
    };
    let spare = 32u32.saturating_sub(b.leading_zeros());
    let divisor = b >> spare;
    // rest < b, so shifting it up by the zeros that are left above b loses nothing.
    let scaled = rest << (32u32.wrapping_sub(spare) & 63);
    let (Some(high), Some(left)) = (scaled.checked_div(divisor), scaled.checked_rem(divisor)) else {
        return None;
    };
    let Some(low) = (left << 24).checked_div(divisor) else {
        return None;
    };
    let fraction = (high << 24).wrapping_add(low);
    // The shorter divisor is at most the real one, so the fraction may come out as one.
    const LAST: u64 = (1 << 56) - 1;
    Some((whole, if fraction > LAST { LAST } else { fraction }))
}

/// a/b with 32 fraction bits, or the largest of 63 bits if it is 2³¹ or more, or b is zero.
#[inline]
pub(crate) const fn ratio_32(a: u64, b: u64) -> u64 {
    match quotient(a, b) {
        Some((whole, fraction)) if whole >> 31 == 0 => (whole << 32) | (fraction >> 24),
        _ => u64::MAX >> 1,
    }
}

/// part / whole × 2⁶⁴ for part < whole < 2²⁵: a fraction by two 64-bit divisions, rounded down.
/// Zero if whole is.
#[inline]
pub(crate) const fn fraction(part: u64, whole: u64) -> u64 {
    let scaled = part << 39;
    let (Some(high), Some(rest)) = (scaled.checked_div(whole), scaled.checked_rem(whole)) else {
        return 0;
    };
    match (rest << 25).checked_div(whole) {
        Some(low) => (high << 25) | low,
        None => 0,
    }
}

/// ⌊√value⌋, by Newton's iteration from above.
#[inline]
pub(crate) const fn root(value: u64) -> u64 {
    if value == 0 {
        return 0;
    }
    let bits = 64u32.wrapping_sub(value.leading_zeros());
    // At least the root, and at most twice it; each step at least squares the relative error.
    let mut guess = 1u64 << (bits.wrapping_add(1) >> 1);
    loop {
        let Some(quotient) = value.checked_div(guess) else {
            return guess;
        };
        let next = guess.wrapping_add(quotient) >> 1;
        if next >= guess {
            return guess;
        }
        guess = next;
    }
}

/// `value`, or the bound that it is beyond: `Ord::clamp`, for constant functions.
#[inline]
pub(crate) const fn clamp(value: i64, low: i64, high: i64) -> i64 {
    if value < low {
        low
    } else if value > high {
        high
    } else {
        value
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn extremes() {
        assert_eq!(wide_mul(u64::MAX, u64::MAX), (u64::MAX - 1, 1));
        assert_eq!(fraction_of(u64::MAX, u64::MAX), u64::MAX - 1);
        assert_eq!(mul_shift(u64::MAX, u64::MAX, 63), u64::MAX);
        assert_eq!(root(u64::MAX), u64::from(u32::MAX));
        assert_eq!(ratio_32(1, 0), u64::MAX >> 1);
        assert_eq!(ratio_32(3, 2), 3 << 31);
        assert_eq!(fraction(1, 0), 0);
        assert_eq!(signed_mul_shift(3, -5, 1), -8);
        assert_eq!(signed_mul_shift(i64::MIN, i64::MIN, 48), i64::MAX);
    }

    proptest! {
        #[test]
        fn products_are_exact(a: u64, b: u64) {
            let exact = u128::from(a) * u128::from(b);
            prop_assert_eq!(wide_mul(a, b), ((exact >> 64) as u64, exact as u64));
            prop_assert_eq!(fraction_of(a, b), ((exact + (1 << 63)) >> 64) as u64);
        }

        #[test]
        fn shifted_products_floor_and_saturate(a: u64, b: u64, shift in 1u32..64) {
            let exact = (u128::from(a) * u128::from(b)) >> shift;
            prop_assert_eq!(mul_shift(a, b, shift), u64::try_from(exact).unwrap_or(u64::MAX));
        }

        #[test]
        fn signed_products_round_to_nearest(a in -(1i64 << 52)..1 << 52, b in -(1i64 << 52)..1 << 52, shift in 44u32..63) {
            let exact = a as i128 * b as i128;
            let rounded = (exact.unsigned_abs() + (1u128 << (shift - 1))) >> shift;
            prop_assume!(rounded < 1 << 62);
            prop_assert_eq!(i128::from(signed_mul_shift(a, b, shift)), exact.signum() * rounded as i128);
        }

        #[test]
        fn a_blend_stays_between(from: u64, to: u64, weight: u64) {
            let got = blend(from, to, weight);
            prop_assert!(got >= from.min(to) && got <= from.max(to));
        }

        #[test]
        fn quotients_are_within_their_bound(a: u64, b in 1u64.., up in 0u32..64, down in 0u32..63) {
            let (a, b) = (a >> up, (b >> down).max(1));
            let (whole, fraction) = quotient(a, b).unwrap();
            prop_assert_eq!(whole, a / b);
            let exact = ((u128::from(a % b) << 56) / u128::from(b)) as u64;
            prop_assert!(exact.abs_diff(fraction) <= (exact >> 31) + 1, "{} {}", exact, fraction);
            prop_assert_eq!(ratio_32(a, b), if whole >> 31 == 0 { (whole << 32) | (fraction >> 24) } else { u64::MAX >> 1 });
        }

        #[test]
        fn fractions_are_floors(whole in 1u64..1 << 25, part: u64) {
            let part = part % whole;
            prop_assert_eq!(u128::from(fraction(part, whole)), (u128::from(part) << 64) / u128::from(whole));
        }

        #[test]
        fn roots_are_floors(value: u64) {
            let got = u128::from(root(value));
            prop_assert!(got * got <= u128::from(value) && (got + 1) * (got + 1) > u128::from(value));
        }
    }
}
