//! An option that comes with its price, and why a price may have no volatility.

use core::fmt;

use super::inputs::{DomainError, Kind, Rate, Spot, Strike, Years};
use crate::Magnitude;

/// An option with its price in place of its volatility.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QuotedOption {
    /// Call or put.
    pub kind: Kind,
    /// The price of the underlying.
    pub spot: Spot,
    /// The strike.
    pub strike: Strike,
    /// The rate at which the quote currency grows.
    pub rate: Rate,
    /// The yield of the underlying.
    pub carry: Rate,
    /// Time to expiry, not zero.
    pub time: Years,
    /// The option's price, in quote units.
    pub price: Magnitude,
}

/// Why a price has no volatility.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ImpliedVolatilityError {
    /// An input lies outside the domain.
    Domain(DomainError),
    /// The price is not above the discounted payoff of the forward, by more than 2⁻⁴⁶ of the spot
    /// if that is positive.
    TooLow,
    /// The price is not below the discounted underlying (a call) or strike (a put).
    TooHigh,
    /// The volatility would be below 1 % or above 500 %.
    Volatility,
}

impl fmt::Display for ImpliedVolatilityError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Domain(error) => error.fmt(f),
            Self::TooLow => f.write_str("the price must be above what exercise of the forward is worth"),
            Self::TooHigh => {
                f.write_str("the price must be below the discounted underlying (call) or the discounted strike (put)")
            }
            Self::Volatility => f.write_str("the price implies a volatility outside 0.01 and 5"),
        }
    }
}

impl core::error::Error for ImpliedVolatilityError {}
