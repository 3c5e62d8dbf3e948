//! The shocks: how far prices and volatilities may move while a book is being closed.

use super::AssessError;
use ballast_core_math::black_scholes::{Volatility, Years};
use ballast_core_math::estimators::LogReturn;
use ballast_core_math::kernels::precise::sqrt;
use ballast_core_math::scenarios::{FarMove, Grid, PRICE_SHOCKS, VOLATILITY_SHOCKS};
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

/// The furthest that any scenario goes: a factor e².
const MAX_MOVE: I7F57 = I7F57::lit("2");

/// How far the price of a market goes while a book on it is being closed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PriceMoves {
    /// Standard deviation of the log price over the horizon: see [`horizon_volatility`].
    pub horizon_volatility: I7F57,
    /// The largest log move of a day in the last year, not negative.
    pub worst_day: I7F57,
}

impl PriceMoves {
    /// Returns how far a market's price goes, from its variance a year, its surface, and the worst
    /// day of the last year.
    pub fn of(variance: Ratio, surface: Option<&Surface>, worst_day: LogReturn) -> Self {
        Self {
            horizon_volatility: horizon_volatility(variance, surface),
            // From 48 fraction bits to 57; at most 4.
            worst_day: I7F57::from_bits(worst_day.bits().saturating_abs() << 9),
        }
    }
}

/// The shocks of the grid, in units that do not depend on the market.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ScenarioParams {
    /// Log price shocks in halves of the deviation, rising, with both signs.
    pub price_halves: [i8; PRICE_SHOCKS],
    /// How probable each of them is, as Student's t with four degrees of freedom has it: that a
    /// return is nearer to it than to any other. Their sum is 1.
    pub price_masses: [I2F62; PRICE_SHOCKS],
    /// Far moves besides, in halves of the deviation.
    pub far_halves: i8,
    /// Which share of what is lost there counts in the worst loss; with zero there are none.
    pub far_share: I2F62,
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
    // Worked out here once, and for every market of every book.
    price_masses: [
        I2F62::from_bits(5_896_058_713_489_003),
        I2F62::from_bits(34_927_274_446_639_144),
        I2F62::from_bits(192_508_396_350_975_469),
        I2F62::from_bits(962_290_571_562_663_619),
        I2F62::from_bits(2_220_441_416_279_853_434),
        I2F62::from_bits(962_290_571_562_663_619),
        I2F62::from_bits(192_508_396_350_975_469),
        I2F62::from_bits(34_927_274_446_639_144),
        I2F62::from_bits(5_896_058_713_489_003),
    ],
    far_halves: 24,
    far_share: I2F62::lit("0.35"),
    volatility: [I2F62::lit("-0.25"), I2F62::ZERO, I2F62::lit("0.5")],
    volatility_weights: [I2F62::lit("0.25"), I2F62::lit("0.5"), I2F62::lit("0.25")],
    term_cap: 3,
};

impl ScenarioParams {
    /// Returns the grid of a market whose price moves so.
    #[inline(never)]
    pub(super) fn grid(&self, moves: &PriceMoves) -> Result<Grid, AssessError> {
        let grid = Grid::with_masses(
            self.price_halves.map(|count| halves(moves, count)),
            self.price_masses,
            self.volatility,
            self.volatility_weights,
            self.term_cap,
        )?;
        let far = FarMove {
            size: halves(moves, self.far_halves).min(MAX_MOVE),
            share: self.far_share,
        };
        let grid = match far.share > 0 {
            true => grid.with_far_move(far)?,
            false => grid,
        };
        // A day that the grid's own shocks reach beyond asks for nothing more.
        let size = self.outermost(moves);
        if size <= self.reach(moves) {
            return Ok(grid);
        }
        let share = I2F62::ONE;
        Ok(grid.with_far_move(FarMove { size, share })?)
    }

    /// Returns the furthest fall and rise of which all that is lost counts, a log move: six
    /// deviations, or the worst day of the last year if that was further.
    pub fn outermost(&self, moves: &PriceMoves) -> I7F57 {
        self.reach(moves).max(moves.worst_day).min(MAX_MOVE)
    }

    /// How far the grid's own shocks reach.
    const fn reach(&self, moves: &PriceMoves) -> I7F57 {
        let [.., highest] = self.price_halves;
        halves(moves, highest)
    }
}

/// Returns so many halves of the deviation.
const fn halves(moves: &PriceMoves, count: i8) -> I7F57 {
    let half = moves.horizon_volatility.to_bits() >> 1;
    I7F57::from_bits(half.saturating_mul(count as i64))
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
    use ballast_core_math::scenarios::Cell;
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
    fn the_shocks_are_as_probable_as_the_law_has_them_whatever_the_deviation() {
        for horizon_volatility in [MIN_DEVIATION, I7F57::lit("0.0625"), MAX_DEVIATION] {
            let moves = PriceMoves {
                horizon_volatility,
                worst_day: I7F57::ZERO,
            };
            let ours = SCENARIOS.grid(&moves).unwrap();
            let law = Grid::new(
                SCENARIOS.price_halves.map(|count| halves(&moves, count)),
                SCENARIOS.volatility,
                SCENARIOS.volatility_weights,
                horizon_volatility,
                SCENARIOS.term_cap,
            )
            .unwrap();
            for price in 0..PRICE_SHOCKS {
                for volatility in 0..VOLATILITY_SHOCKS {
                    let cell = Cell { price, volatility };
                    let apart = ours.weight(cell).to_bits() - law.weight(cell).to_bits();
                    // Of 2⁶².
                    assert!(apart.unsigned_abs() < 1 << 13, "{horizon_volatility} {cell:?}: {apart}");
                }
            }
        }
    }

    #[test]
    fn every_deviation_makes_a_grid() {
        for horizon_volatility in [MIN_DEVIATION, I7F57::lit("0.1"), MAX_DEVIATION] {
            for worst_day in [I7F57::ZERO, I7F57::lit("0.5"), I7F57::lit("2"), I7F57::MAX] {
                let moves = PriceMoves {
                    horizon_volatility,
                    worst_day,
                };
                assert!(SCENARIOS.grid(&moves).is_ok(), "{moves:?}");
            }
        }
    }

    #[test]
    fn a_market_moves_as_its_variance_its_surface_and_its_worst_day_say() {
        let worst_day = LogReturn::saturating("-0.53125".parse().unwrap());
        let moves = PriceMoves::of(Ratio::ONE, None, worst_day);
        assert_eq!(moves.horizon_volatility, horizon_volatility(Ratio::ONE, None));
        assert_eq!(moves.worst_day, I7F57::lit("0.53125"));
    }

    #[test]
    fn the_worst_day_is_added_to_the_grid_where_it_is_beyond_it() {
        let grid = |deviation: &str, worst_day: &str| {
            let moves = PriceMoves {
                horizon_volatility: deviation.parse().unwrap(),
                worst_day: worst_day.parse().unwrap(),
            };
            SCENARIOS.grid(&moves).unwrap()
        };
        let plain = grid("0.03125", "0");
        assert_eq!(grid("0.03125", "0.1875"), plain);
        let beyond = grid("0.03125", "0.1876");
        assert_ne!(beyond, plain);
        // In a market that moves e² in six deviations there is nothing beyond.
        assert_eq!(grid("0.3333", "0.5"), grid("0.3333", "0"));
        assert!(grid("0.3333", "60") != grid("0.3333", "0"));
    }

    #[test]
    fn the_outermost_shock_is_six_deviations_or_the_worst_day_of_a_year() {
        for (deviation, worst_day, outermost) in [
            ("0.03125", "0", "0.1875"),
            ("0.03125", "0.15", "0.1875"),
            ("0.03125", "0.5", "0.5"),
            ("0.25", "0.5", "1.5"),
            ("0.03125", "60", "2"),
        ] {
            let moves = PriceMoves {
                horizon_volatility: deviation.parse().unwrap(),
                worst_day: worst_day.parse().unwrap(),
            };
            assert_eq!(
                SCENARIOS.outermost(&moves),
                outermost.parse::<I7F57>().unwrap(),
                "{moves:?}"
            );
        }
    }
}
