//! Points of the surface to about 10⁻¹² of themselves: for marks and settlement.

use super::point::{time_bits, variance_rate, Tier};
use super::slice::{inverse, RATE_BITS};
use super::{point, LogMoneyness, PointError, Surface};
use crate::black_scholes::{Volatility, Years};
use crate::{kernels, Magnitude};
use ballast_core_types::{Ratio, I80F48};

struct Precise;

impl Tier for Precise {
    #[inline]
    fn inverse(d: u64) -> u64 {
        inverse(d)
    }

    #[inline]
    fn root(square: u64) -> u64 {
        // Below one, so the root's exponent is negative.
        let root = Self::sqrt(Magnitude::from_parts(square, -62).unwrap_or(Magnitude::ZERO));
        root.mantissa() >> 1u32.wrapping_sub(root.exponent() as u32).min(63)
    }

    #[inline]
    fn lift(top: u64, zeros: u32) -> u32 {
        top.leading_zeros().saturating_sub(zeros.wrapping_add(1))
    }

    #[inline]
    fn sqrt(value: Magnitude) -> Magnitude {
        kernels::precise::sqrt(value)
    }
}

/// Returns the implied volatility at log-moneyness ln(K/F) and a time in years from the surface's
/// observation.
///
/// Relative error below 10⁻¹².
///
/// # Errors
/// [`PointError`] for a point outside the domain, or where the volatility is outside 1…500 %.
pub fn volatility(surface: &Surface, log_moneyness: LogMoneyness, time: Years) -> Result<Volatility, PointError> {
    point::volatility::<Precise>(surface, log_moneyness, time)
}

/// Returns the implied volatility nearest to a point: as [`volatility`] inside the domain, and
/// outside it at ±5 of log-moneyness, at five years, and at 1 % or 500 %.
///
/// A margin that could not be computed would protect nobody, so this always answers.
pub fn nearest_volatility(surface: &Surface, log_moneyness: LogMoneyness, time: Years) -> Volatility {
    point::nearest_volatility::<Precise>(surface, log_moneyness, time)
}

/// Returns the forward variance per year between two times at fixed log-moneyness: (w(T₂) − w(T₁))
/// / (T₂ − T₁).
///
/// Not negative: total variance does not fall with time where the calendar rules hold, and a
/// rounding below zero is cut. Rounded toward zero; absolute error below 2⁻⁴⁸ + 2⁻⁵²·T₂/(T₂ − T₁).
///
/// # Errors
/// [`PointError`] for a point outside the domain, for times that do not increase, or a volatility
/// outside 1…500 %.
pub fn forward_variance(
    surface: &Surface,
    log_moneyness: LogMoneyness,
    from: Years,
    to: Years,
) -> Result<Ratio, PointError> {
    let (start, end) = (time_bits(from)?, time_bits(to)?);
    let span = end
        .checked_sub(start)
        .filter(|span| *span > 0)
        .ok_or(PointError::Time)?;
    let early = variance_rate::<Precise>(surface, log_moneyness, from)?;
    let late = variance_rate::<Precise>(surface, log_moneyness, to)?;
    // Total variances with 57 + 61 fraction bits: below 2^(5+3+118).
    let total = |rate: u64, time: u64| u128::from(rate).wrapping_mul(u128::from(time));
    let gained = total(late, end).saturating_sub(total(early, start));
    let rate = gained.checked_div(u128::from(span)).ok_or(PointError::Time)?;
    let bits = i128::try_from(rate >> (RATE_BITS - I80F48::FRAC_NBITS)).map_err(|_| PointError::Volatility)?;
    Ok(Ratio::from_fixed(I80F48::from_bits(bits)))
}
