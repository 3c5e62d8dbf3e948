//! Log returns and the weights of exponential averages, as ratios: the precise kernels at the edge to `I80F48`.

use fixed::types::I7F57;

use crate::kernels::arith::fraction;
use crate::kernels::precise::{exp, log2_ratio, natural};
use crate::{Magnitude, Price, Ratio, I80F48};

/// ln(to / from), the log return, rounded toward −∞. Absolute error below 2⁻⁴⁷.
///
/// `None` if the quotient is beyond 2^±88, which that of no pair of admitted prices is.
pub fn log_return(from: Price, to: Price) -> Option<Ratio> {
    let (whole, fraction) = log2_ratio(Magnitude::from_price(to), Magnitude::from_price(from));
    if whole.unsigned_abs() > 88 {
        return None;
    }
    let bits = natural(whole, fraction).to_bits() >> (I7F57::FRAC_NBITS - I80F48::FRAC_NBITS);
    Some(Ratio::from_fixed(I80F48::from_bits(i128::from(bits))))
}

/// e^(−elapsed/constant), the weight an exponential average keeps after `elapsed`, rounded down. Absolute error below 2⁻⁴⁷.
///
/// `None` if `constant` is zero. Times beyond 44 constants give zero.
pub fn decay(elapsed: u64, constant: u64) -> Option<Ratio> {
    let whole = elapsed.checked_div(constant)?;
    if whole > 44 {
        return Some(Ratio::ZERO);
    }
    let rest = elapsed.checked_rem(constant)?;
    let zeros = constant.leading_zeros();
    let part = fraction(rest << zeros, constant << zeros) >> 7;
    let multiple = i64::try_from((whole << I7F57::FRAC_NBITS) | part).ok()?;
    let kept = exp(I7F57::from_bits(multiple.checked_neg()?));
    kept.to_fixed().map(Ratio::from_fixed)
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
