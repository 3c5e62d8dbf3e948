//! The shocks: how far prices and volatilities may move while a book is being closed.

use super::AssessError;
use ballast_core_math::black_scholes::{Volatility, Years};
use ballast_core_math::kernels::precise::sqrt;
use ballast_core_math::scenarios::{Grid, PRICE_SHOCKS, VOLATILITY_SHOCKS};
use ballast_core_math::surface::{precise, LogMoneyness, Surface};
use ballast_core_math::Magnitude;
use ballast_core_types::Ratio;
use fixed::types::{I2F62, I7F57};

/// How long closing a book may take: a day.
pub const HORIZON_SECONDS: i64 = 86_400;
/// Loading of every market on the factor that all share: a pairwise correlation of 0.64.
pub const LOADING: I2F62 = I2F62::lit("0.8");
/// How much each side of a surface's volatility is away from it, as a share of it.
pub const VOLATILITY_SPREAD: I2F62 = I2F62::lit("0.05");

/// √(one day / one year), the horizon's share of an annual deviation.
const ROOT_OF_HORIZON: I2F62 = I2F62::lit("0.0523423922590213708");
/// One day in years: where the surface is asked what it expects of the horizon.
const HORIZON: (u64, i32) = (0xb38c_f9b0_0b38_cf9b, -72);
/// The least deviation over the horizon, however calm the market was.
const MIN_DEVIATION: I7F57 = I7F57::lit("0.03");
/// The greatest: six of them are a factor e².
const MAX_DEVIATION: I7F57 = I7F57::lit("0.3333");

/// The shocks of the grid, in units that do not depend on the market.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ScenarioParams {
    /// Log price shocks in halves of the deviation, rising, with both signs.
    pub price_halves: [i8; PRICE_SHOCKS],
    /// Relative changes of the volatility of an option of thirty days, rising.
    pub volatility: [I2F62; VOLATILITY_SHOCKS],
    /// How probable each of them is; their sum is 1.
    pub volatility_weights: [I2F62; VOLATILITY_SHOCKS],
    /// The most by which an expiry below thirty days multiplies a volatility shock.
    pub term_cap: u8,
}

/// The shocks in force; `docs/reference/assess.md` gives their reasons.
pub const SCENARIOS: ScenarioParams = ScenarioParams {
    price_halves: [-12, -7, -4, -2, 0, 2, 4, 7, 12],
    volatility: [I2F62::lit("-0.25"), I2F62::ZERO, I2F62::lit("0.5")],
    volatility_weights: [I2F62::lit("0.25"), I2F62::lit("0.5"), I2F62::lit("0.25")],
    term_cap: 3,
};

impl ScenarioParams {
    /// Returns the grid of a market whose log price has this deviation over the horizon.
    #[inline(never)]
    pub(super) fn grid(&self, horizon_volatility: I7F57) -> Result<Grid, AssessError> {
        let half = horizon_volatility.to_bits() >> 1;
        let shocks = self
            .price_halves
            .map(|count| I7F57::from_bits(half.saturating_mul(i64::from(count))));
        Ok(Grid::new(
            shocks,
            self.volatility,
            self.volatility_weights,
            horizon_volatility,
            self.term_cap,
        )?)
    }
}

/// Returns the standard deviation of a market's log price over the horizon: √day times the larger
/// of its realised volatility (the root of `variance`, a year's) and what the surface expects of
/// that day at the money; within 3 % and 33 %.
pub fn horizon_volatility(variance: Ratio, surface: Option<&Surface>) -> I7F57 {
    let realised = sqrt(Magnitude::from_fixed(variance.fixed()).unwrap_or(Magnitude::ZERO));
    let expected = match surface {
        Some(surface) => at_the_money(surface).0,
        None => Magnitude::ZERO,
    };
    let larger = if realised.is_below(expected) {
        expected
    } else {
        realised
    };
    // 64 bits by 62, the product in Q57: the mantissa's 63 fraction bits less the exponent.
    let product = u128::from(larger.mantissa()).wrapping_mul(u128::from(ROOT_OF_HORIZON.to_bits().unsigned_abs()));
    let shift = 68i32.saturating_sub(larger.exponent()).clamp(64, 127);
    let bits = i64::try_from(product >> shift.unsigned_abs()).unwrap_or(i64::MAX);
    I7F57::from_bits(bits).clamp(MIN_DEVIATION, MAX_DEVIATION)
}

fn at_the_money(surface: &Surface) -> Volatility {
    let (mantissa, exponent) = HORIZON;
    let day = Years(Magnitude::from_parts(mantissa, exponent).unwrap_or(Magnitude::ONE));
    precise::nearest_volatility(surface, LogMoneyness(I7F57::ZERO), day)
}

#[cfg(test)]
mod tests {
    use super::*;
    use ballast_core_math::surface::Slice;
    use ballast_core_math::Scaled;
    use fixed::types::{U16F48, U3F61, U8F56};

    fn surface(volatility: f64) -> Surface {
        Surface::new(&[Slice {
            time: U3F61::lit("0.1"),
            total_variance: U8F56::from_num(volatility * volatility / 10.0),
            skew: I2F62::ZERO,
            curvature: U16F48::lit("1"),
        }])
        .unwrap()
    }

    #[test]
    fn the_horizon_is_a_day_and_its_root_the_root() {
        let (mantissa, exponent) = HORIZON;
        let day = Scaled::from(Magnitude::from_parts(mantissa, exponent).unwrap()).to_f64();
        assert!((day * 365.0 - 1.0).abs() < 1e-15, "{day}");
        assert!((ROOT_OF_HORIZON.to_num::<f64>().powi(2) * 365.0 - 1.0).abs() < 1e-14);
        assert_eq!(HORIZON_SECONDS * 365, ballast_core_types::SECONDS_PER_YEAR);
    }

    #[test]
    fn the_larger_of_realised_and_expected_counts_within_its_bounds() {
        for (variance, expected_by_surface, deviation_percent) in [
            ("1", None, 5.234_239),
            ("1", Some(0.8), 5.234_239),
            ("1", Some(1.2), 6.281_087),
            ("0.01", None, 3.0),
            ("0", None, 3.0),
            ("-1", None, 3.0),
            ("25", None, 26.171_196),
            ("400", None, 33.33),
            ("0.01", Some(4.0), 20.936_957),
        ] {
            let surface = expected_by_surface.map(surface);
            let got = horizon_volatility(Ratio::from_fixed(variance.parse().unwrap()), surface.as_ref());
            let error = got.to_num::<f64>() * 100.0 - deviation_percent;
            assert!(error.abs() < 1e-6, "{variance} {expected_by_surface:?} {got}");
        }
    }

    #[test]
    fn every_deviation_makes_a_grid() {
        for horizon_volatility in [MIN_DEVIATION, I7F57::lit("0.1"), MAX_DEVIATION] {
            assert!(SCENARIOS.grid(horizon_volatility).is_ok());
        }
    }
}
