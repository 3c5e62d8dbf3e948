//! Surfaces as the tests draw them, and sound parameters of one.

use crate::fixed;
use crate::world::START;
use ballast_risk::state::{StoredSlice, SurfaceSettings};

/// Days from [`START`] to the expiries of the grid: the eight of the surface and two more.
pub const DAYS: [i64; 10] = [7, 14, 30, 60, 90, 120, 180, 365, 548, 730];

/// Returns the expiries of the grid, unix seconds.
pub fn grid() -> Vec<i64> {
    DAYS.iter().map(|days| START + days * 86_400).collect()
}

/// Returns sound parameters.
pub fn settings() -> SurfaceSettings {
    SurfaceSettings {
        min_interval_seconds: 60,
        max_submission_age_seconds: 600,
        min_time_to_expiry_seconds: 3_600,
        average_tenor_seconds: 2_592_000,
        average_spacing_seconds: 3_600,
        variance_change_per_hour: fixed("0.3"),
        skew_change_per_hour: fixed("0.2"),
        curvature_change_per_hour: fixed("0.5"),
        padding: 0,
    }
}

/// Returns a surface without arbitrage on the first eight expiries: one volatility, one skew, φ =
/// 1/√θ as of [`START`].
pub fn smile(volatility: f64, skew: f64) -> Vec<StoredSlice> {
    let slice = |expiry: i64| {
        let theta = 0.36 * (expiry - START) as f64 / 31_536_000.0;
        StoredSlice {
            expiry,
            variance: (volatility * volatility * 2f64.powi(56)) as u64,
            skew: (skew * 2f64.powi(62)) as i64,
            curvature: (theta.sqrt().recip() * 2f64.powi(48)) as u64,
        }
    };
    grid().into_iter().take(8).map(slice).collect()
}

/// Returns a surface as [`smile`] does, legal at any volatility: φ = 1/(√θ + θ).
pub fn wild_smile(volatility: f64, skew: f64) -> Vec<StoredSlice> {
    let mut slices = smile(volatility, skew);
    for slice in &mut slices {
        let theta = volatility * volatility * (slice.expiry - START) as f64 / 31_536_000.0;
        slice.curvature = ((theta.sqrt() + theta).recip() * 2f64.powi(48)) as u64;
    }
    slices
}

/// Returns a surface that sits on the rule for the call wing from the second expiry on: medians of
/// several such have arbitrage.
pub fn tight_smile(far: f64, skew: f64) -> Vec<StoredSlice> {
    let (near_level, near_skew, near_curvature) = (0.6, -0.2, 3.0);
    let mut slices = smile(near_level, near_skew);
    let theta = |slice: &StoredSlice, level: f64| level * level * (slice.expiry - START) as f64 / 31_536_000.0;
    let wing = theta(&slices[0], near_level) * near_curvature * (1.0 + near_skew);
    for (index, slice) in slices.iter_mut().enumerate() {
        let near = index == 0;
        let (level, skew) = if near { (near_level, near_skew) } else { (far, skew) };
        let growth = 1.0 + 1e-6 * index as f64;
        let curvature = wing / (theta(slice, level) * (1.0 + skew)) * growth;
        slice.variance = (level * level * 2f64.powi(56)) as u64;
        slice.skew = (skew * 2f64.powi(62)) as i64;
        slice.curvature = (curvature * 2f64.powi(48)) as u64;
    }
    slices
}

/// Returns the volatility at the money of a stored slice.
pub fn volatility(slice: &StoredSlice) -> f64 {
    (slice.variance as f64 / 2f64.powi(56)).sqrt()
}
