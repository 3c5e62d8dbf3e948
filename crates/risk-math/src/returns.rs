//! ln(a/b) and e^(−x) in 64-bit integers.
//!
//! Both reduce their argument by powers of two and sum a series whose coefficients are exact rationals (atanh and
//! exponential), so no fitted constant appears here. The virtual machine has no wide multiply: a product of two
//! fractions is taken as four 32×32→64 products.

use crate::{Price, Ratio, I80F48};

/// Fraction bits of the working format.
const BITS: u32 = 62;
/// One in the working format.
const ONE: u64 = 1 << BITS;
/// ln 2 in the working format, rounded to nearest.
const LN_2: u64 = 3_196_577_161_300_663_915;

/// ⌊a·b / 2⁶²⌋ for a, b < 2⁶³, less at most two units in the last place (the low partial products are not carried).
const fn mul(a: u64, b: u64) -> u64 {
    let (a_high, a_low) = (a >> 31, a & 0x7fff_ffff);
    let (b_high, b_low) = (b >> 31, b & 0x7fff_ffff);
    // (a_high·2³¹ + a_low)(b_high·2³¹ + b_low) / 2⁶²; every partial product is below 2⁶⁴.
    let cross = (a_high.wrapping_mul(b_low) >> 31).wrapping_add(a_low.wrapping_mul(b_high) >> 31);
    a_high.wrapping_mul(b_high).wrapping_add(cross)
}

/// ln(to / from), the log return. Absolute error below 2⁻⁴⁶.
///
/// `None` if the quotient's exponent is out of range, which no pair of admitted prices is.
pub fn log_return(from: Price, to: Price) -> Option<Ratio> {
    let (to_mantissa, to_exponent) = normalise(to)?;
    let (from_mantissa, from_exponent) = normalise(from)?;
    let mut exponent = to_exponent.checked_sub(from_exponent)?;
    // Both mantissas are in [1, 2). Bring their quotient into [1/√2, √2] so that |z| ≤ 0.1716.
    let mut top = to_mantissa;
    let mut bottom = from_mantissa;
    if above_root_two(top, bottom) {
        top >>= 1;
        exponent = exponent.checked_add(1)?;
    } else if above_root_two(bottom, top) {
        bottom >>= 1;
        exponent = exponent.checked_sub(1)?;
    }
    let negative = top < bottom;
    let difference = top.abs_diff(bottom);
    let sum = top.checked_add(bottom)?;
    let z = divide(difference, sum)?;
    let z_squared = mul(z, z);
    // atanh z = z (1 + z²/3 + z⁴/5 + …); ten terms leave less than 2⁻⁵⁶ at |z| = 0.1716.
    let mut series = ONE.checked_div(21)?;
    for odd in [19u64, 17, 15, 13, 11, 9, 7, 5, 3, 1] {
        series = ONE.checked_div(odd)?.checked_add(mul(series, z_squared))?;
    }
    let magnitude = i128::from(mul(z, series)).checked_mul(2)?;
    let fraction = if negative { magnitude.checked_neg()? } else { magnitude };
    let whole = i128::from(LN_2).checked_mul(i128::from(exponent))?;
    let sum = whole.checked_add(fraction)?;
    Some(Ratio::from_fixed(I80F48::from_bits(sum >> (BITS - I80F48::FRAC_NBITS))))
}

/// e^(−elapsed/constant), the weight an exponential average keeps after `elapsed`. Absolute error below 2⁻⁴⁶.
///
/// `None` if `constant` is zero. Times beyond 44 constants give zero.
pub fn decay(elapsed: u64, constant: u64) -> Option<Ratio> {
    let whole = elapsed.checked_div(constant)?;
    if whole > 44 {
        return Some(Ratio::ZERO);
    }
    let rest = divide(elapsed.checked_rem(constant)?, constant)?;
    // x / ln 2 = n + f, so e^(−x) = 2^(−n) · e^(−f·ln 2).
    let x = u128::from(whole)
        .checked_mul(u128::from(ONE))?
        .checked_add(u128::from(rest))?;
    let halvings = u32::try_from(x.checked_div(u128::from(LN_2))?).ok()?;
    let remainder = x.checked_sub(u128::from(LN_2).checked_mul(u128::from(halvings))?)?;
    let y = u64::try_from(remainder).ok()?;
    // Horner form of Σ (−y)ⁿ/n!, y < 0.6932: sixteen terms leave less than 2⁻⁵³. Each bracket is positive.
    let mut series = ONE;
    for n in (1..=16u64).rev() {
        series = ONE.checked_sub(mul(y, series).checked_div(n)?)?;
    }
    let kept = series.checked_shr(halvings).unwrap_or(0);
    Some(Ratio::from_fixed(I80F48::from_bits(i128::from(
        kept >> (BITS - I80F48::FRAC_NBITS),
    ))))
}

/// The price as mantissa × 2^exponent with the mantissa in [1, 2), in the working format.
fn normalise(price: Price) -> Option<(u64, i32)> {
    let bits = u128::try_from(price.fixed().to_bits()).ok()?;
    let top = 127u32.checked_sub(bits.leading_zeros())?;
    let mantissa = if top >= BITS {
        bits.checked_shr(top.checked_sub(BITS)?)?
    } else {
        bits.checked_shl(BITS.checked_sub(top)?)?
    };
    let exponent = i32::try_from(top).ok()?;
    Some((u64::try_from(mantissa).ok()?, exponent))
}

/// Whether a/b > √2, judged by 1.41421 to keep it cheap: the reduction only has to be near.
fn above_root_two(a: u64, b: u64) -> bool {
    let threshold = b.saturating_add(b.wrapping_shr(2)).saturating_add(b.wrapping_shr(3));
    let threshold = threshold
        .saturating_add(b.wrapping_shr(5))
        .saturating_add(b.wrapping_shr(7));
    a > threshold
}

/// ⌊a·2⁶²/b⌋ for a < b < 2⁶³.
fn divide(a: u64, b: u64) -> Option<u64> {
    let wide = u128::from(a) << BITS;
    u64::try_from(wide.checked_div(u128::from(b))?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn price(value: f64) -> Price {
        Price::from_fixed(I80F48::from_num(value)).unwrap()
    }

    #[test]
    fn known_logarithms() {
        for (from, to, expected) in [
            (1.0, 1.0, 0.0),
            (1.0, 2.0, core::f64::consts::LN_2),
            (2.0, 1.0, -core::f64::consts::LN_2),
            (8_000.0, 4_000.0, -core::f64::consts::LN_2),
            (100.0, 101.0, 0.009_950_330_853_168_083),
            (1e-6, 1e7, 29.933_606_208_922_594),
        ] {
            let error = log_return(price(from), price(to)).unwrap().fixed().to_num::<f64>() - expected;
            assert!(error.abs() < 1e-8, "{from} {to} {error}");
        }
    }

    #[test]
    fn decay_edges() {
        assert_eq!(decay(0, 5), Some(Ratio::ONE));
        assert_eq!(decay(1, 0), None);
        assert_eq!(decay(u64::MAX, 1), Some(Ratio::ZERO));
    }

    proptest! {
        #[test]
        fn logarithm_is_exact_to_its_bound(a in 1i128..1 << 100, b in 1i128..1 << 100) {
            let (from, to) = (I80F48::from_bits(a), I80F48::from_bits(b));
            let ours = log_return(Price::from_fixed(from).unwrap(), Price::from_fixed(to).unwrap()).unwrap();
            let host = (b as f64 / a as f64).ln();
            prop_assert!((ours.fixed().to_num::<f64>() - host).abs() < 3e-14 + host.abs() * 1e-15);
        }

        #[test]
        fn decay_is_exact_to_its_bound(elapsed in 0u64..10_000_000, constant in 1u64..10_000_000) {
            let ours = decay(elapsed, constant).unwrap().fixed().to_num::<f64>();
            let host = (-(elapsed as f64) / constant as f64).exp();
            prop_assert!((ours - host).abs() < 2e-14, "{} {}", ours, host);
            prop_assert!((0.0..=1.0).contains(&ours));
        }

        #[test]
        fn decay_falls_with_time(elapsed in 0u64..1_000_000, constant in 1u64..1_000_000) {
            prop_assert!(decay(elapsed + 1, constant) <= decay(elapsed, constant));
        }
    }
}
