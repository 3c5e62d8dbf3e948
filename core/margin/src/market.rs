//! What a book's legs are valued from, one market at a time.

use super::scenario::{LOADING, VOLATILITY_SPREAD};
use super::short_floor::ShortFloor;
use ballast_core_math::black_scholes::{Rate, Volatility, Years};
use ballast_core_math::surface::{precise, LogMoneyness, Surface};
use ballast_core_math::Magnitude;
use ballast_core_types::{PriceBounds, Ratio};
use fixed::types::{I2F62, I7F57};

/// Where volatility comes from, with both of its sides: a long option is marked at the low one, a
/// short at the high one. There is one for every strike and expiry: outside a surface's domain it
/// is that of the nearest point inside.
#[derive(Clone, Copy, Debug)]
pub enum VolatilityBand<'a> {
    /// A surface, and what its volatilities are multiplied by for each side. The products are held
    /// within 1…500 %.
    Surface {
        /// The surface, its times counted from now.
        surface: &'a Surface,
        /// For long options: within 0…1.
        low: I2F62,
        /// For short options: 1 or more.
        high: I2F62,
        /// What is short counts at no less. `None` where nothing is held against it.
        floor: Option<ShortFloor>,
    },
    /// One volatility for every strike and expiry.
    Flat {
        /// For long options.
        low: Volatility,
        /// For short options.
        high: Volatility,
    },
}

/// A market as `assess` sees it.
#[derive(Clone, Copy, Debug)]
pub struct MarketInputs<'a> {
    /// The admitted price with its adverse sides.
    pub bounds: PriceBounds,
    /// `None` where the market has no volatility: its legs then must be linear.
    pub volatility: Option<VolatilityBand<'a>>,
    /// Standard deviation of the log price over the liquidation horizon: see
    /// [`super::horizon_volatility`].
    pub horizon_volatility: I7F57,
    /// Loading ρ on the factor that all markets share, within ±1. Without effect in a book on one
    /// market.
    pub loading: I2F62,
    /// The rate at which the quote currency grows.
    pub rate: Rate,
    /// The yield of the underlying.
    pub carry: Rate,
}

impl<'a> MarketInputs<'a> {
    /// Returns a market as the programs read it: volatility from its surface with the spread on
    /// both sides, what is short held to the realised variance; no rate and no carry, since the
    /// forward is the spot, as the surface's feeders quote it.
    pub fn read(bounds: PriceBounds, surface: Option<&'a Surface>, horizon_volatility: I7F57, realised: Ratio) -> Self {
        let volatility = surface.map(|surface| VolatilityBand::Surface {
            surface,
            low: I2F62::ONE.saturating_sub(VOLATILITY_SPREAD),
            high: I2F62::ONE.saturating_add(VOLATILITY_SPREAD),
            floor: Some(ShortFloor::of(realised)),
        });
        Self {
            bounds,
            volatility,
            horizon_volatility,
            loading: LOADING,
            rate: Rate(I2F62::ZERO),
            carry: Rate(I2F62::ZERO),
        }
    }

    /// Returns the market without its adverse sides: what both sides of a trade would call fair.
    pub fn neutral(&self) -> Self {
        let mid = self.bounds.mid;
        let volatility = self.volatility.map(|band| match band {
            VolatilityBand::Surface { surface, .. } => VolatilityBand::Surface {
                surface,
                low: I2F62::ONE,
                high: I2F62::ONE,
                floor: None,
            },
            flat => flat,
        });
        Self {
            bounds: PriceBounds {
                low: mid,
                mid,
                high: mid,
            },
            volatility,
            ..*self
        }
    }
}

/// 1 %, rounded up, and 500 %: the domain of a volatility.
const LEAST: Magnitude = match Magnitude::from_parts(11_805_916_207_174_113_035, -70) {
    Some(least) => least,
    None => Magnitude::ONE,
};
const GREATEST: Magnitude = match Magnitude::from_parts(5, 0) {
    Some(greatest) => greatest,
    None => Magnitude::ONE,
};

impl VolatilityBand<'_> {
    /// Returns the side of the volatility that is worse for who is long (or short) at ln(K/F), a
    /// time, and an expiry as seen at `now`, both unix seconds.
    #[inline(never)]
    pub(super) fn adverse(&self, long: bool, at: LogMoneyness, time: Years, now: i64, expiry: i64) -> Volatility {
        match self {
            Self::Surface {
                surface,
                low,
                high,
                floor,
            } => {
                let middle = precise::nearest_volatility(surface, at, time).0;
                if long {
                    return Volatility(scaled(middle, *low));
                }
                let short = scaled(middle, *high);
                Volatility(floor.map_or(short, |floor| floor.raise(short, now, expiry)))
            }
            Self::Flat { low, high } => {
                if long {
                    *low
                } else {
                    *high
                }
            }
        }
    }
}

/// `volatility × factor`, held within the domain.
fn scaled(volatility: Magnitude, factor: I2F62) -> Magnitude {
    let factor = factor.to_bits().max(0) as u64;
    // Q64 of a number below 2⁶⁴ by one below 2, so Q62 of 64 bits.
    let product = u128::from(volatility.mantissa()).wrapping_mul(u128::from(factor)) >> 64;
    let product = Magnitude::from_parts(product as u64, volatility.exponent().saturating_sub(61)).unwrap_or(LEAST);
    if product.is_below(LEAST) {
        LEAST
    } else if GREATEST.is_below(product) {
        GREATEST
    } else {
        product
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ballast_core_math::Scaled;

    #[test]
    fn a_side_is_the_volatility_times_its_factor_within_the_domain() {
        for (volatility, factor, expected) in [
            (0.6, "1.05", 0.63),
            (0.6, "0.95", 0.57),
            (0.6, "1", 0.6),
            (0.010_000_001, "0.5", 0.01),
            (4.9, "1.5", 5.0),
            (0.6, "0", 0.01),
        ] {
            let volatility = Magnitude::from_decimal((volatility * 1e9) as u128, -9).unwrap();
            let got = Scaled::from(scaled(volatility, factor.parse().unwrap())).to_f64();
            assert!((got - expected).abs() < 1e-9, "{got} {expected}");
        }
    }

    #[test]
    fn the_bounds_are_those_of_the_pricing() {
        use ballast_core_math::black_scholes::{precise, Inputs, Kind, Spot, Strike};
        let price = |volatility| {
            precise::price(&Inputs {
                kind: Kind::Call,
                spot: Spot(Magnitude::ONE),
                strike: Strike(Magnitude::ONE),
                rate: Rate(I2F62::ZERO),
                carry: Rate(I2F62::ZERO),
                volatility: Volatility(volatility),
                time: Years(Magnitude::ONE),
            })
        };
        assert!(price(LEAST).is_ok() && price(GREATEST).is_ok());
        let below = Magnitude::from_parts(LEAST.mantissa() - (1 << 12), -70).unwrap();
        assert!(price(below).is_err());
    }
}
