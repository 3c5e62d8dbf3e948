//! Points of the surface to about 10⁻⁸ of themselves: for scenarios and search.

use super::point::Tier;
use super::{point, LogMoneyness, PointError, Surface};
use crate::black_scholes::{Volatility, Years};
use crate::kernels::arith;
use crate::{kernels, Magnitude};

struct Fast;

impl Tier for Fast {
    #[inline]
    fn inverse(d: u64) -> u64 {
        arith::udiv(1 << 63, d >> 31) << 31
    }

    #[inline]
    fn root(square: u64) -> u64 {
        // Most squares need no shift or one, so the loop is cheaper than counting zeros.
        let (mut square, mut shift) = (square << 2, 30u32);
        while square >> 62 == 0 && shift > 0 {
            square <<= 2;
            shift = shift.wrapping_sub(1);
        }
        arith::root(square) << shift
    }

    #[inline]
    fn lift(_: u64, _: u32) -> u32 {
        // Enough for 10⁻⁸, without counting.
        3
    }

    #[inline]
    fn sqrt(value: Magnitude) -> Magnitude {
        kernels::fast::sqrt(value)
    }
}

/// Returns the implied volatility at log-moneyness ln(K/F) and a time in years from the surface's
/// observation.
///
/// Relative error below 10⁻⁸.
///
/// # Errors
/// [`PointError`] for a point outside the domain, or where the volatility is outside 1…500 %.
pub fn volatility(surface: &Surface, log_moneyness: LogMoneyness, time: Years) -> Result<Volatility, PointError> {
    point::volatility::<Fast>(surface, log_moneyness, time)
}

/// Returns the implied volatility nearest to a point: as [`volatility`] inside the domain, and
/// outside it at ±5 of log-moneyness, at five years, and at 1 % or 500 %.
///
/// A margin that could not be computed would protect nobody, so this always answers.
pub fn nearest_volatility(surface: &Surface, log_moneyness: LogMoneyness, time: Years) -> Volatility {
    point::nearest_volatility::<Fast>(surface, log_moneyness, time)
}
