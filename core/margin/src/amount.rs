//! Products of sizes and floating results, in whole base units.

use ballast_core_math::black_scholes::Years;
use ballast_core_math::{Magnitude, Scaled};
use ballast_core_types::{wide, SECONDS_PER_YEAR};

/// n/d for a divisor d of 1…2³⁰, to within 2⁻⁶³ of itself, rounded down. `None` outside that.
pub(super) fn quotient(n: u64, d: u64) -> Option<Magnitude> {
    if d == 0 || d > 1 << 30 {
        return None;
    }
    if n == 0 || d == 1 {
        return Magnitude::from_parts(n, 0);
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

/// Seconds in years of 365 days, to within 2⁻⁶¹ of themselves, rounded down; above 2³² seconds,
/// those.
pub(super) fn years(seconds: u64) -> Years {
    /// ⌊2⁸⁸ / seconds of a year⌋: 64 bits.
    const INVERSE: u64 = ((1u128 << 88) / SECONDS_PER_YEAR as u128) as u64;
    const LOW: u64 = u32::MAX as u64;
    let seconds = seconds.min(LOW);
    let zeros = seconds.leading_zeros();
    if zeros == 64 {
        return Years::ZERO;
    }
    // 32 bits by 64, and the upper 64 of them: 2⁶² at least.
    let top = seconds << zeros >> 32;
    let product = top
        .wrapping_mul(INVERSE >> 32)
        .wrapping_add(top.wrapping_mul(INVERSE & LOW) >> 32);
    let exponent = (-24i32).wrapping_sub(zeros as i32);
    Years(Magnitude::from_parts(product, exponent).unwrap_or(Magnitude::ZERO))
}

/// a × b, to 62 bits, rounded toward −∞.
pub(super) fn times(a: Scaled, b: Magnitude) -> Scaled {
    let (high, low) = wide::product(a.mantissa, (b.mantissa() >> 1) as i64);
    Scaled {
        // Below 2⁶³ × 2⁶³ before the shift, below 2⁶³ after it.
        mantissa: (high << 1) | (low >> 63) as i64,
        exponent: a.exponent.saturating_add(b.exponent()).saturating_add(1),
    }
}

/// size × value × 2^scale in whole units, rounded toward −∞; what does not fit 64 bits is the last
/// that does.
pub(super) fn amount_within(size: i64, value: Scaled, scale: i32) -> i64 {
    let (high, low) = wide::product(size, value.mantissa);
    let shift = value.exponent.saturating_add(scale);
    // As a rule the value has more bits than the amount asks for.
    let fits = if shift <= 0 {
        shifted_down(high, low, shift.unsigned_abs())
    } else {
        shifted_up(high, low, shift.unsigned_abs())
    };
    fits.unwrap_or(if high < 0 { i64::MIN } else { i64::MAX })
}

/// ⌊(high·2⁶⁴ + low) / 2^by⌋; `None` if it does not fit 64 bits.
#[inline(always)]
const fn shifted_down(high: i64, low: u64, by: u32) -> Option<i64> {
    if by >= 64 {
        let by = by.wrapping_sub(64);
        return Some(high >> if by < 63 { by } else { 63 });
    }
    if by == 0 {
        return shifted_up(high, low, 0);
    }
    let spare = 64u32.wrapping_sub(by);
    // What leaves on the other side are copies of the sign.
    if high == (high << spare) >> spare {
        Some((high << spare) | (low >> by) as i64)
    } else {
        None
    }
}

/// (high·2⁶⁴ + low) · 2^by; `None` if it does not fit 64 bits.
const fn shifted_up(high: i64, low: u64, by: u32) -> Option<i64> {
    let whole = low as i64;
    if high != whole >> 63 {
        return None;
    }
    if by > 62 {
        return if whole == 0 { Some(0) } else { None };
    }
    let moved = whole << by;
    if moved >> by == whole {
        Some(moved)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn amounts_are_floors() {
        let scaled = |mantissa, exponent| Scaled { mantissa, exponent };
        for (size, value, scale, expected) in [
            (3, scaled(1, -1), 0, 1),
            (-3, scaled(1, -1), 0, -2),
            (3, scaled(5, 2), 0, 60),
            (3, scaled(5, 2), -10, 0),
            (-1, scaled(1, -500), 0, -1),
            (0, scaled(7, 100), 0, 0),
            (1, scaled(1, 63), 0, i64::MAX),
            (1, scaled(-1, 126), 20, i64::MIN),
            (1, scaled(1, i32::MAX), 20, i64::MAX),
            (-1, scaled(1, i32::MIN), -20, -1),
            (i64::MAX, scaled(i64::MAX, 0), 0, i64::MAX),
            (i64::MIN, scaled(i64::MAX, 0), 0, i64::MIN),
            (i64::MIN, scaled(i64::MIN, -63), 0, i64::MAX),
        ] {
            assert_eq!(amount_within(size, value, scale), expected, "{size} {value:?} {scale}");
        }
        assert_eq!(quotient(1, 0), None);
        assert_eq!(quotient(1, (1 << 30) + 1), None);
        assert_eq!(quotient(0, 7), Some(Magnitude::ZERO));
    }

    #[test]
    fn seconds_are_years() {
        assert_eq!(years(0), Years::ZERO);
        assert_eq!(years(u64::MAX), years((1 << 32) - 1));
        for seconds in [1, 2, 300, 86_400, 31_535_999, 31_536_000, 31_536_001, (1 << 32) - 1] {
            let exact = quotient(seconds, 31_536_000).unwrap();
            let Years(ours) = years(seconds);
            let apart = Scaled::from(exact).to_f64() / Scaled::from(ours).to_f64() - 1.0;
            assert!(apart.abs() < 1e-15, "{seconds}: {apart}");
            assert!(!exact.is_below(ours), "{seconds}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(20_000))]

        #[test]
        fn amounts_are_the_floors_of_exact_products(size: i64, mantissa: i64, small in 0u32..63, exponent in -130i32..40) {
            for (size, mantissa) in [(size, mantissa), (size >> small, mantissa), (size >> small, mantissa >> small)] {
                let product = i128::from(size) * i128::from(mantissa);
                let exact = if exponent <= 0 {
                    product >> exponent.unsigned_abs().min(127)
                } else {
                    product.saturating_mul(1 << exponent)
                };
                let held = exact.clamp(i128::from(i64::MIN), i128::from(i64::MAX)) as i64;
                prop_assert_eq!(amount_within(size, Scaled { mantissa, exponent }, 0), held);
            }
        }

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
