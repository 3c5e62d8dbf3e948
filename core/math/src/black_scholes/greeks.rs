//! What Greeks there are, and of what.

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
