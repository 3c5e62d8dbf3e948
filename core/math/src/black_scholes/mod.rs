//! Black-Scholes-Merton with a continuous rate and carry: prices and Greeks of a European option, in two tiers.
//!
//! The domain is checked on every call: spot 10⁻⁶…10⁷, |ln(K/S)| ≤ 5, time zero or 1 s…5 years, volatility 1…500 %,
//! rate and carry ±100 %. Error bounds are in `docs/internals/numerics.md`.

mod domain;
pub mod fast;
mod implied;
mod inputs;
pub mod precise;
mod quoted;
pub(crate) mod shocked;

pub use implied::implied_volatility;
pub use inputs::{DomainError, Inputs, Kind, Rate, Spot, Strike, Volatility, Years};
pub use quoted::{ImpliedVolatilityError, QuotedOption};

use crate::Scaled;

/// Price and first Greeks of one option on one unit of the underlying.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Greeks {
    /// The option's value, in quote units.
    pub price: Scaled,
    /// ∂V/∂S.
    pub delta: Scaled,
    /// ∂²V/∂S².
    pub gamma: Scaled,
    /// ∂V/∂σ, for a change of 1.00 (a hundred vol points).
    pub vega: Scaled,
    /// ∂V/∂t in calendar time, per year.
    pub theta: Scaled,
    /// ∂V/∂r at fixed carry, for a change of 1.00.
    pub rho: Scaled,
}

/// Second cross Greeks of one option on one unit of the underlying.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct HigherGreeks {
    /// ∂²V/∂S∂σ.
    pub vanna: Scaled,
    /// ∂²V/∂σ².
    pub volga: Scaled,
    /// ∂Δ/∂t in calendar time, per year.
    pub charm: Scaled,
}
