//! What an option is priced from, as types that cannot be swapped, and the domain they must lie in.

use core::fmt;

use fixed::types::I2F62;

use crate::Magnitude;
use ballast_core_types::Price;

/// Call or put.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The right to buy.
    Call,
    /// The right to sell.
    Put,
}

/// The price of the underlying, in quote units. Domain: 10⁻⁶…10⁷.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spot(pub Magnitude);

/// The strike, in quote units. Domain: within e^±5 of the spot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Strike(pub Magnitude);

/// Annualised volatility; 1.00 is 100 %. Domain: 0.01…5.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Volatility(pub Magnitude);

/// Time to expiry in years of 365 days. Domain: zero (the payoff), or 1 second…5 years.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Years(pub Magnitude);

/// A continuous rate per year; 1.00 is 100 %. Domain: ±1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate(pub I2F62);

/// One option and its market.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Inputs {
    /// Call or put.
    pub kind: Kind,
    /// The price of the underlying.
    pub spot: Spot,
    /// The strike.
    pub strike: Strike,
    /// The rate at which the quote currency grows.
    pub rate: Rate,
    /// The yield of the underlying (its carry to the holder): the forward is S·e^((rate −
    /// carry)·τ).
    pub carry: Rate,
    /// Annualised volatility.
    pub volatility: Volatility,
    /// Time to expiry.
    pub time: Years,
}

/// The input that lies outside the domain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DomainError {
    /// The spot is not within 10⁻⁶…10⁷.
    Spot,
    /// The strike is not within e^±5 of the spot.
    Strike,
    /// The rate is not within ±100 %.
    Rate,
    /// The carry is not within ±100 %.
    Carry,
    /// The volatility is not within 1…500 %.
    Volatility,
    /// The time is neither zero nor within 1 second…5 years.
    Time,
}

impl fmt::Display for DomainError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Spot => "the spot must be within 0.000001 and 10000000",
            Self::Strike => "the strike must be within a factor e^5 of the spot",
            Self::Rate => "the rate must be within -1 and 1",
            Self::Carry => "the carry must be within -1 and 1",
            Self::Volatility => "the volatility must be within 0.01 and 5",
            Self::Time => "the time must be zero or within 1 second and 5 years",
        })
    }
}

impl core::error::Error for DomainError {}

impl Spot {
    /// Returns a spot from a fixed-point price.
    pub fn from_price(price: Price) -> Self {
        Self(Magnitude::from_price(price))
    }
}

impl Strike {
    /// Returns a strike from a fixed-point price.
    pub fn from_price(price: Price) -> Self {
        Self(Magnitude::from_price(price))
    }
}

impl Years {
    /// The moment of expiry.
    pub const ZERO: Self = Self(Magnitude::ZERO);
}
