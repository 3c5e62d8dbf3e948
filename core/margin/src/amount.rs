//! Products of sizes and floating results, in whole base units.

use ballast_core_math::{Magnitude, Scaled};

/// n/d for a divisor d of 1…2³⁰, to within 2⁻⁶³ of itself, rounded down. `None` outside that.
pub(super) fn quotient(n: u64, d: u64) -> Option<Magnitude> {
    if d == 0 || d > 1 << 30 {
        return None;
    }
    if n == 0 {
        return Some(Magnitude::ZERO);
    }
    let zeros = n.leading_zeros();
    let top = n << zeros;
    // 33 bits at least, and 34 more by a second division.
    let high = top.checked_div(d)?;
    let low = (top.checked_rem(d)? << 34).checked_div(d)?;
    let spare = high.leading_zeros();
    let mantissa = (high << spare) | (low >> 34u32.checked_sub(spare)?);
    let exponent = i32::try_from(zeros.checked_add(spare)?).ok()?.checked_neg()?;
    Magnitude::from_parts(mantissa, exponent)
}

/// a × b, to 62 bits, rounded toward −∞.
pub(super) fn times(a: Scaled, b: Magnitude) -> Scaled {
    let factor = i128::from(b.mantissa() >> 1);
    Scaled {
        // Below 2⁶³ × 2⁶³ before the shift, below 2⁶³ after it.
        mantissa: (i128::from(a.mantissa).wrapping_mul(factor) >> 63) as i64,
        exponent: a.exponent.saturating_add(b.exponent()).saturating_add(1),
    }
}

/// As [`amount_floor`]; what does not fit is the last that does.
pub(super) fn amount_within(size: i64, value: Scaled, scale: i32) -> i64 {
    let below = (size < 0) != (value.mantissa < 0);
    amount_floor(size, value, scale).unwrap_or(if below { i64::MIN } else { i64::MAX })
}

/// size × value × 2^scale in whole units, rounded toward −∞. `None` if it does not fit 64 bits.
pub(super) fn amount_floor(size: i64, value: Scaled, scale: i32) -> Option<i64> {
    let product = i128::from(size).wrapping_mul(i128::from(value.mantissa));
    let shift = value.exponent.checked_add(scale)?;
    let whole = if shift <= 0 {
        product >> shift.unsigned_abs().min(127)
    } else {
        let moved = product.checked_shl(shift.unsigned_abs())?;
        if moved >> shift.unsigned_abs() != product {
            return None;
        }
        moved
    };
    i64::try_from(whole).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn amounts_are_floors() {
        let scaled = |mantissa, exponent| Scaled { mantissa, exponent };
        for (size, value, scale, expected) in [
            (3, scaled(1, -1), 0, Some(1)),
            (-3, scaled(1, -1), 0, Some(-2)),
            (3, scaled(5, 2), 0, Some(60)),
            (3, scaled(5, 2), -10, Some(0)),
            (-1, scaled(1, -500), 0, Some(-1)),
            (0, scaled(7, 100), 0, Some(0)),
            (1, scaled(1, 63), 0, None),
            (1, scaled(1, 126), 20, None),
            (i64::MAX, scaled(i64::MAX, 0), 0, None),
        ] {
            assert_eq!(amount_floor(size, value, scale), expected, "{size} {value:?} {scale}");
        }
        assert_eq!(quotient(1, 0), None);
        assert_eq!(quotient(1, (1 << 30) + 1), None);
        assert_eq!(quotient(0, 7), Some(Magnitude::ZERO));
    }

    proptest! {
        #[test]
        fn quotients_are_exact_to_their_bound(n in 1u64.., d in 1u64..=1 << 30) {
            let got = Scaled::from(quotient(n, d).unwrap()).to_f64();
            let exact = n as f64 / d as f64;
            prop_assert!((got / exact - 1.0).abs() < 1e-15);
            // Where the quotient is whole, not a bit is lost.
            prop_assert_eq!(quotient((n >> 32) * d, d), Magnitude::from_parts(n >> 32, 0));
        }

        #[test]
        fn products_are_exact_to_their_bound(a in -(1i64 << 62)..1 << 62, e in -60i32..60, m in 1u64.., f in -60i32..60) {
            let b = Magnitude::from_parts(m, f).unwrap();
            let a = Scaled { mantissa: a, exponent: e };
            let exact = a.to_f64() * Scaled::from(b).to_f64();
            let unit = Scaled { mantissa: 1, exponent: e + b.exponent() + 1 }.to_f64();
            prop_assert!((times(a, b).to_f64() - exact).abs() <= 2.0 * unit + exact.abs() * 1e-15);
        }
    }
}
