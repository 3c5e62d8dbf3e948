//! Which expiries go on-chain, where a surface holds eight.

use std::vec::Vec;

use fixed::types::I7F57;

use super::quotes::magnitude;
use super::FittedExpiry;
use crate::black_scholes::Years;
use crate::surface::{precise, LogMoneyness, Slice, Surface, SurfaceError};
use crate::Scaled;

/// Returns the indices of at most `most` of these times (increasing, positive), in order.
///
/// The first and the last stay, so that nothing is extrapolated that was quoted. Of the others the
/// one goes, again and again, whose neighbours are nearest to each other in ln T: there
/// interpolation has the least to bridge. Any part of a surface without arbitrage is without
/// arbitrage, since every rule between neighbours is an order.
pub fn choose(times: &[f64], most: usize) -> Vec<usize> {
    let mut kept: Vec<usize> = (0..times.len()).collect();
    while kept.len() > most.max(2) {
        let gap = |i: &usize| (times[kept[i + 1]] / times[kept[i - 1]]).ln();
        let narrowest = (1..kept.len() - 1).min_by(|a, b| gap(a).total_cmp(&gap(b)));
        // There are at least three, so there is an inner one.
        kept.remove(narrowest.unwrap_or(1));
    }
    kept.truncate(most);
    kept
}

/// Returns the surface of at most `most` of the fitted expiries, as the chain would hold it.
///
/// # Errors
/// [`SurfaceError`] if nothing was fitted, or for more than [`crate::surface::MAX_SLICES`].
pub fn surface(fitted: &[FittedExpiry], most: usize) -> Result<Surface, SurfaceError> {
    let times: Vec<f64> = fitted.iter().map(|expiry| expiry.years).collect();
    let slices: Vec<Slice> = choose(&times, most).into_iter().map(|i| fitted[i].slice).collect();
    Surface::new(&slices)
}

/// Returns the volatility that the chain would give at a point; `None` where it would refuse.
pub fn volatility(surface: &Surface, k: f64, years: f64) -> Option<f64> {
    let k = LogMoneyness(I7F57::checked_from_num(k)?);
    let volatility = precise::volatility(surface, k, Years(magnitude(years)?)).ok()?;
    Some(Scaled::from(volatility.0).to_f64())
}
