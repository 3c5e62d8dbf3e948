//! Fits a day's option chain of one currency with eSSVI slices that pass the no-arbitrage check.
//! Off-chain only: it allocates and uses floating point (feature `fit`).
//!
//! All expiries are fitted together. The parameters are written as steps from one expiry to the
//! next, each step between bounds that are the no-arbitrage check's rules (see [`joint`]), so that
//! whatever the optimiser tries is free of arbitrage: the idea of Corbetta, Cohort, Laachir and
//! Martini (2019), who calibrate one expiry after the other. What comes out is rounded to the
//! surface's fixed-point types, and accepted by the same exact gate that the chain applies.

pub mod errors;
pub mod essvi;
pub mod joint;
pub mod judge;
mod least_squares;
pub mod publish;
pub mod quotes;

#[cfg(test)]
mod tests;

use std::vec::Vec;

use crate::surface::{self, Slice, SurfaceError};
use essvi::Essvi;
use quotes::{Expiry, Point};

/// Fewest usable quotes an expiry is fitted from: two more than a slice has parameters.
pub const MIN_QUOTES: usize = 5;

/// One expiry, as it was fitted.
#[derive(Clone, Debug)]
pub struct FittedExpiry {
    /// Time to expiry, years.
    pub years: f64,
    /// The quotes it was fitted to.
    pub points: Vec<Point>,
    /// The slice, rounded to what the chain holds.
    pub slice: Slice,
    /// The same as doubles.
    pub essvi: Essvi,
    /// The slice that fits this expiry best with no regard to arbitrage: what the constraints cost
    /// is the difference.
    pub unconstrained: Essvi,
}

/// Returns the surface of a chain: every expiry with at least [`MIN_QUOTES`] usable quotes, by
/// time, accepted by the no-arbitrage check as a whole.
///
/// Deterministic: the same chain gives the same bits on the same machine.
///
/// # Errors
/// The slice that the no-arbitrage check refuses after rounding. The margins of [`joint`] are there
/// so that this does not happen.
pub fn fit(chain: &[Expiry]) -> Result<Vec<FittedExpiry>, SurfaceError> {
    let mut expiries: Vec<(f64, Vec<Point>)> = chain
        .iter()
        .map(|expiry| (expiry.years, expiry.points()))
        .filter(|(_, points)| points.len() >= MIN_QUOTES)
        .collect();
    expiries.sort_by(|a, b| a.0.total_cmp(&b.0));
    if expiries.is_empty() {
        return Ok(Vec::new());
    }
    let unconstrained: Vec<Essvi> = expiries
        .iter()
        .map(|(years, points)| joint::fit_alone(*years, points))
        .collect();
    let together = joint::fit_together(&expiries, &unconstrained);
    let fitted: Vec<_> = expiries
        .into_iter()
        .zip(unconstrained)
        .zip(together)
        .map(|(((years, points), unconstrained), essvi)| {
            let slice = essvi.to_slice(years);
            FittedExpiry {
                years,
                points,
                slice,
                essvi: Essvi::of_slice(&slice),
                unconstrained,
            }
        })
        .collect();
    let slices: Vec<_> = fitted.iter().map(|expiry| expiry.slice).collect();
    surface::check(&slices)?;
    Ok(fitted)
}
