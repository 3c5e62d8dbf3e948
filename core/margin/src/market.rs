//! What a book's legs are valued from, one market at a time.

use super::scenario::{PriceMoves, LOADING, VOLATILITY_SPREAD};
use super::short_floor::ShortFloor;
use ballast_core_math::black_scholes::{Rate, Volatility, Years};
use ballast_core_math::kernels::precise::sqrt;
use ballast_core_math::surface::{precise, LogMoneyness, Surface};
use ballast_core_math::Magnitude;
use ballast_core_types::{PriceBounds, Ratio};
use fixed::types::I2F62;

/// Where volatility comes from. There is one for every strike and expiry: outside a surface's
/// domain it is that of the nearest point inside.
#[derive(Clone, Copy, Debug)]
pub enum VolatilitySource<'a> {
    /// A surface, its times counted from now.
    Surface(&'a Surface),
    /// One volatility for every strike and expiry: what is left where no surface is.
    Flat(Volatility),
}

impl VolatilitySource<'_> {
    /// Returns one volatility for everything: the root of a year's variance.
    pub fn realised(variance: Ratio) -> Self {
        let variance = Magnitude::from_fixed(variance.fixed()).unwrap_or(Magnitude::ZERO);
        Self::Flat(Volatility(sqrt(variance)))
    }
}

/// A volatility with both of its sides: a long option is marked at the low one, a short at the high
/// one, each the source's times a factor, held within 1…500 %.
#[derive(Clone, Copy, Debug)]
pub struct VolatilityBand<'a> {
    /// What it is in the middle.
    pub source: VolatilitySource<'a>,
    /// For long options: within 0…1.
    pub low: I2F62,
    /// For short options: 1 or more.
    pub high: I2F62,
    /// What is short counts at no less. `None` where nothing is held against it.
    pub floor: Option<ShortFloor>,
}

/// A market as `assess` sees it.
#[derive(Clone, Copy, Debug)]
pub struct MarketInputs<'a> {
    /// The admitted price with its adverse sides.
    pub bounds: PriceBounds,
    /// `None` where the market has no volatility: its legs then must be linear.
    pub volatility: Option<VolatilityBand<'a>>,
    /// How far the price goes over the liquidation horizon.
    pub moves: PriceMoves,
    /// Loading ρ on the factor that all markets share, within ±1. Without effect in a book on one
    /// market.
    pub loading: I2F62,
    /// The rate at which the quote currency grows.
    pub rate: Rate,
    /// The yield of the underlying.
    pub carry: Rate,
}

impl<'a> MarketInputs<'a> {
    /// Returns a market as the programs read it: volatility from its source with the spread on both
    /// sides, what is short held to the realised variance; no rate and no carry, since the forward
    /// is the spot, as the surface's feeders quote it.
    pub fn read(bounds: PriceBounds, source: Option<VolatilitySource<'a>>, moves: PriceMoves, realised: Ratio) -> Self {
        let volatility = source.map(|source| VolatilityBand {
            source,
            low: I2F62::ONE.saturating_sub(VOLATILITY_SPREAD),
            high: I2F62::ONE.saturating_add(VOLATILITY_SPREAD),
            floor: Some(ShortFloor::of(realised)),
        });
        Self {
            bounds,
            volatility,
            moves,
            loading: LOADING,
            rate: Rate(I2F62::ZERO),
            carry: Rate(I2F62::ZERO),
        }
    }

    /// Returns the market with a surface that was published so many seconds ago, which is too long
    /// to be one of now: each side of its volatility is 5 % · √hours further out, half at most.
    #[must_use]
    pub fn with_old_surface(mut self, seconds: u64) -> Self {
        let off = off_by_age(seconds);
        if let Some(band) = &mut self.volatility {
            // Below 1 and at most 1.05 by at most 1.5: both fit.
            band.low = band.low.saturating_mul(I2F62::ONE.saturating_sub(off));
            band.high = band.high.saturating_mul(I2F62::ONE.saturating_add(off));
        }
        self
    }

    /// Returns the market without its adverse sides: what both sides of a trade would call fair.
    pub fn neutral(&self) -> Self {
        let mid = self.bounds.mid;
        let volatility = self.volatility.map(|band| VolatilityBand {
            source: band.source,
            low: I2F62::ONE,
            high: I2F62::ONE,
            floor: None,
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

/// How much a surface may be off after so long, as a share: 5 % · √hours, rounded up, half at most.
fn off_by_age(seconds: u64) -> I2F62 {
    const HALF: I2F62 = I2F62::lit("0.5");
    /// After which it is half: a hundred hours.
    const LONGEST: u64 = 360_000;
    if seconds >= LONGEST {
        return HALF;
    }
    // (5 %)² an hour is 1/1,440,000 a second; the root of a number in Q100 is one in Q50.
    let square = (u128::from(seconds) << 100).div_ceil(1_440_000);
    let root = square.isqrt().saturating_add(1);
    i64::try_from(root << 12).map_or(HALF, I2F62::from_bits).min(HALF)
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
    /// Returns the source's own volatility at ln(K/F) and a time.
    #[inline(never)]
    pub(super) fn middle(&self, at: LogMoneyness, time: Years) -> Volatility {
        match self.source {
            VolatilitySource::Surface(surface) => precise::nearest_volatility(surface, at, time),
            VolatilitySource::Flat(volatility) => volatility,
        }
    }

    /// Returns the side of a [`Self::middle`] that is worse for who is long (or short) an option
    /// that expires at `expiry` as seen at `now`, both unix seconds.
    #[inline(never)]
    pub(super) fn adverse(&self, middle: Volatility, long: bool, now: i64, expiry: i64) -> Volatility {
        if long {
            return Volatility(scaled(middle.0, self.low));
        }
        let short = scaled(middle.0, self.high);
        Volatility(self.floor.map_or(short, |floor| floor.raise(short, now, expiry)))
    }
}

/// `volatility × factor`, held within the domain.
fn scaled(volatility: Magnitude, factor: I2F62) -> Magnitude {
    let factor = factor.to_bits().max(0) as u64;
    // Q64 of a number below 2⁶⁴ by one below 2, so Q62 of 64 bits.
    let product = u128::from(volatility.mantissa()).wrapping_mul(u128::from(factor)) >> 64;
    within_domain(Magnitude::from_parts(product as u64, volatility.exponent().saturating_sub(61)).unwrap_or(LEAST))
}

/// The nearest volatility that the pricing takes.
pub(super) fn within_domain(volatility: Magnitude) -> Magnitude {
    if volatility.is_below(LEAST) {
        LEAST
    } else if GREATEST.is_below(volatility) {
        GREATEST
    } else {
        volatility
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
    fn an_old_surface_is_off_by_five_per_cent_times_the_root_of_hours() {
        for (seconds, expected) in [
            (0, 0.0),
            (900, 0.025),
            (3_600, 0.05),
            (4 * 3_600, 0.1),
            (86_400, 0.244_948_974_278),
            (359_999, 0.499_999_305),
            (360_000, 0.5),
            (u64::MAX, 0.5),
        ] {
            let got = off_by_age(seconds).to_num::<f64>();
            assert!((got - expected).abs() < 1e-9, "{seconds}: {got}");
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
