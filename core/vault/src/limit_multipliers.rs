//! The three signals that limits answer to: delta to the acceleration of the trend, gamma to the
//! volatility regime, vega to the contraction of liquidity.
//!
//! Each multiplier is a factor on a limit, a continuous function of its signal: one up to a point,
//! then falling in a straight line to a floor, and staying there. With x the signal,
//!
//! ```text
//!          ⎧ 1                                    x ≤ from
//! f(x)  =  ⎨ 1 − (1 − floor)·(x − from)/(to − from)   from < x < to
//!          ⎩ floor                                x ≥ to
//! ```
//!
//! rounded down to a basis point. Between neighbouring readings a factor moves by at most a
//! thousandth, because a ramp has to be at least a tenth wide: nobody gains by pushing a signal
//! over an edge, as there is none.
//!
//! A signal that is missing counts as the worst: the factor is its floor.

use ballast_core_math::estimators::Score;
use ballast_core_types::basis_points::BasisPoints;
use ballast_core_types::{scale, Value};

/// A share of at most one, in basis points.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Factor(u16);

impl Factor {
    /// Nothing is left of the limit.
    pub const ZERO: Self = Self(0);
    /// The whole limit.
    pub const ONE: Self = Self(10_000);

    /// `None` above one.
    pub const fn new(basis_points: u16) -> Option<Self> {
        if basis_points > Self::ONE.0 {
            return None;
        }
        Some(Self(basis_points))
    }

    /// Returns so many basis points, at most one.
    pub const fn saturating(basis_points: u32) -> Self {
        if basis_points > Self::ONE.0 as u32 {
            return Self::ONE;
        }
        Self(basis_points as u16)
    }

    /// In basis points.
    pub const fn basis_points(self) -> u16 {
        self.0
    }

    /// Returns the product, rounded down to a basis point.
    pub const fn times_floor(self, other: Self) -> Self {
        // Below 2²⁷.
        let product = (self.0 as u32).wrapping_mul(other.0 as u32);
        match product.checked_div(Self::ONE.0 as u32) {
            Some(part) => Self(part as u16),
            None => Self::ZERO,
        }
    }

    /// Returns this share of a value, rounded down; nothing of one that is negative.
    pub fn of_floor(self, value: Value) -> Value {
        let part = scale::mul_div_floor(value.positive_part(), u64::from(self.0), u64::from(Self::ONE.0));
        part.and_then(Value::from_amount).unwrap_or(Value::ZERO)
    }
}

/// A factor that falls from one to a floor: see the [module](self).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ramp {
    /// Up to here the factor is one.
    pub from: BasisPoints,
    /// From here on it is the floor.
    pub to: BasisPoints,
    /// What is left of the limit at the worst.
    pub floor: Factor,
}

/// The least width of a ramp: a tenth of a standard deviation, or of the ratio.
pub const MIN_WIDTH: u32 = 1_000;

/// The floors that are accepted: 1 % to 90 %. A floor of one would switch the multiplier off; one
/// of zero would also stop what makes the book smaller.
pub const FLOORS: core::ops::RangeInclusive<u16> = 100..=9_000;

/// The rule a ramp breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RampParamError {
    /// `from` is zero.
    Zero,
    /// `to` is less than [`MIN_WIDTH`] above `from`.
    Width,
    /// `to` is above the highest that the signal's ramp may have; it would begin to guard too late.
    TooHigh,
    /// The floor is outside [`FLOORS`].
    Floor,
}

impl Ramp {
    /// # Errors
    /// The first [`RampParamError`] that is broken.
    pub fn validate(&self, highest: BasisPoints) -> Result<(), RampParamError> {
        if self.from == BasisPoints::ZERO {
            return Err(RampParamError::Zero);
        }
        if self.to.0 < self.from.0.saturating_add(MIN_WIDTH) {
            return Err(RampParamError::Width);
        }
        if self.to > highest {
            return Err(RampParamError::TooHigh);
        }
        if !FLOORS.contains(&self.floor.0) {
            return Err(RampParamError::Floor);
        }
        Ok(())
    }

    /// f(`signal`).
    pub const fn factor(&self, signal: BasisPoints) -> Factor {
        if signal.0 <= self.from.0 {
            return Factor::ONE;
        }
        if signal.0 >= self.to.0 {
            return self.floor;
        }
        // (1 − floor)(to − x) / (to − from) above the floor; the product is below 2¹⁴ · 2³².
        let above = (Factor::ONE.0.saturating_sub(self.floor.0)) as u64;
        let left = self.to.0.wrapping_sub(signal.0) as u64;
        let width = self.to.0.wrapping_sub(self.from.0) as u64;
        match above.wrapping_mul(left).checked_div(width) {
            // At most one, as left < width.
            Some(share) => Factor(self.floor.0.wrapping_add(share as u16)),
            None => self.floor,
        }
    }

    /// f(`signal`), or the floor where there is no signal.
    pub const fn factor_or_floor(&self, signal: Option<BasisPoints>) -> Factor {
        match signal {
            Some(signal) => self.factor(signal),
            None => self.floor,
        }
    }
}

/// Which way an exposure gains.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// When the price rises.
    Long,
    /// When it falls.
    Short,
}

/// The ramps of the three multipliers, and of the liquidity factor that every limit has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LimitMultiplierParams {
    /// Of [`delta`]: standard deviations.
    pub delta: Ramp,
    /// Of [`gamma`]: fast over slow volatility.
    pub gamma: Ramp,
    /// Of [`vega`]: cost of a standard size over its slow average.
    pub vega: Ramp,
    /// Of [`liquidity`]: the same.
    pub liquidity: Ramp,
}

/// Which ramp breaks a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LimitMultiplierParamError {
    /// That of the delta limits.
    Delta(RampParamError),
    /// That of the gamma limit.
    Gamma(RampParamError),
    /// That of the vega limit.
    Vega(RampParamError),
    /// That of every limit.
    Liquidity(RampParamError),
}

impl LimitMultiplierParams {
    /// # Errors
    /// The first [`LimitMultiplierParamError`] that is broken. Ramps may end at 6 standard
    /// deviations, at 5 times the slow volatility, and at 20 times the usual cost.
    pub fn validate(&self) -> Result<(), LimitMultiplierParamError> {
        self.delta
            .validate(BasisPoints(60_000))
            .map_err(LimitMultiplierParamError::Delta)?;
        self.gamma
            .validate(BasisPoints(50_000))
            .map_err(LimitMultiplierParamError::Gamma)?;
        self.vega
            .validate(BasisPoints(200_000))
            .map_err(LimitMultiplierParamError::Vega)?;
        self.liquidity
            .validate(BasisPoints(200_000))
            .map_err(LimitMultiplierParamError::Liquidity)
    }
}

/// Returns the factor on the delta limit of one side: f(max(0, −z)) for what is long and f(max(0,
/// z)) for what is short, z the trend's acceleration in standard deviations.
///
/// Only a trend that turns against an exposure shrinks its limit; one that turns in its favour is
/// the other side's affair. No acceleration (there is no variance to measure it by) is the floor
/// for both.
pub const fn delta(acceleration: Option<Score>, side: Side, ramp: &Ramp) -> Factor {
    let Some(score) = acceleration else {
        return ramp.floor;
    };
    let bits = score.0.to_bits();
    let adverse = match side {
        Side::Long => bits < 0,
        Side::Short => bits > 0,
    };
    if adverse {
        ramp.factor(score.basis_points_ceil())
    } else {
        Factor::ONE
    }
}

/// Returns the factor on the gamma limit: f(σ_fast / σ_slow).
///
/// The same gamma costs in proportion to the variance to come, and fast volatility over slow is
/// what says that a volatility regime is changing. It needs prices only, so it is never missing.
pub const fn gamma(volatility_ratio: BasisPoints, ramp: &Ramp) -> Factor {
    ramp.factor(volatility_ratio)
}

/// Returns the factor on the vega limit: f(c / c̄), c the cost of a standard size and c̄ its slow
/// average.
///
/// Vega can only be got rid of by trading options, the first thing that thin markets stop doing. No
/// depth seen is the floor.
pub const fn vega(contraction: Option<BasisPoints>, ramp: &Ramp) -> Factor {
    ramp.factor_or_floor(contraction)
}

/// Returns the factor on every limit: f(c / c̄), as [`vega`] but with a ramp of its own. No depth
/// seen is the floor.
pub const fn liquidity(contraction: Option<BasisPoints>, ramp: &Ramp) -> Factor {
    ramp.factor_or_floor(contraction)
}

#[cfg(test)]
pub(crate) mod tests;
