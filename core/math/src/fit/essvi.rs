//! One eSSVI slice in doubles, for the optimiser.

use fixed::types::{I2F62, U16F48, U3F61, U8F56};

use crate::surface::Slice;

/// θ, ρ and φ of a slice; see [`Slice`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Essvi {
    /// Total variance at the money.
    pub theta: f64,
    /// Skew.
    pub rho: f64,
    /// Curvature.
    pub phi: f64,
}

impl Essvi {
    /// Total variance at log-moneyness k.
    pub fn total_variance(&self, k: f64) -> f64 {
        let x = self.phi * k;
        let root = ((x + self.rho) * (x + self.rho) + 1.0 - self.rho * self.rho).sqrt();
        self.theta / 2.0 * (1.0 + self.rho * x + root)
    }

    /// Volatility at log-moneyness k for an expiry in `years`.
    pub fn volatility(&self, k: f64, years: f64) -> f64 {
        (self.total_variance(k).max(0.0) / years).sqrt()
    }

    /// Returns the parameters as the chain holds them, each rounded to its nearest; out of range
    /// they take the bound.
    pub fn to_slice(&self, years: f64) -> Slice {
        Slice {
            time: U3F61::saturating_from_num(years),
            total_variance: U8F56::saturating_from_num(self.theta),
            skew: I2F62::saturating_from_num(self.rho),
            curvature: U16F48::saturating_from_num(self.phi),
        }
    }

    /// Returns the nearest doubles to a slice's parameters.
    pub fn of_slice(slice: &Slice) -> Self {
        Self {
            theta: slice.total_variance.to_num(),
            rho: slice.skew.to_num(),
            phi: slice.curvature.to_num(),
        }
    }
}
