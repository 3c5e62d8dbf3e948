//! What a dry run prints.

use ballast_core_types::SECONDS_PER_YEAR;
use ballast_market_data::chains::Snapshot;
use ballast_sdk::surface::submission::SurfaceSubmission;
use ballast_sdk::Pubkey;
use serde::Serialize;

/// A submission that was not sent. Volatilities are fractions a year; distances are vol points
/// (hundredths).
#[derive(Debug, Serialize)]
pub struct Report {
    surface: String,
    feeder: Option<String>,
    currency: String,
    chain_unix_time: i64,
    as_of: i64,
    now: i64,
    expiries_listed: usize,
    expiries_fitted: usize,
    quotes: usize,
    distance_median: Option<f64>,
    distance_p95: Option<f64>,
    /// What is wrong with the fit.
    warnings: Vec<String>,
    slices: Vec<Slice>,
}

#[derive(Debug, Serialize)]
struct Slice {
    expiry: i64,
    days: f64,
    volatility: f64,
    skew: f64,
    curvature: f64,
    total_variance: f64,
    /// As submitted: with 56, 62 and 48 fraction bits.
    bits: [String; 3],
}

impl Report {
    /// Of what `feeder` (if known) would say to `surface` at `now`.
    pub fn new(
        surface: &Pubkey,
        feeder: Option<&Pubkey>,
        snapshot: &Snapshot,
        submitted: &SurfaceSubmission,
        now: i64,
    ) -> Self {
        Self {
            surface: surface.to_string(),
            feeder: feeder.map(ToString::to_string),
            currency: snapshot.currency.clone(),
            chain_unix_time: snapshot.unix_time,
            as_of: submitted.as_of,
            now,
            expiries_listed: submitted.listed,
            expiries_fitted: submitted.fitted,
            quotes: submitted.distance.map_or(0, |distance| distance.quotes),
            distance_median: submitted.distance.map(|distance| distance.median),
            distance_p95: submitted.distance.map(|distance| distance.p95),
            warnings: submitted.warnings.iter().map(ToString::to_string).collect(),
            slices: submitted
                .slices
                .iter()
                .map(|slice| {
                    let (seconds, variance) = ((slice.expiry - now) as f64, slice.variance.to_num::<f64>());
                    Slice {
                        expiry: slice.expiry,
                        days: seconds / 86_400.0,
                        volatility: variance.sqrt(),
                        skew: slice.skew.to_num(),
                        curvature: slice.curvature.to_num(),
                        total_variance: variance * seconds / SECONDS_PER_YEAR as f64,
                        bits: [
                            slice.variance.to_bits().to_string(),
                            slice.skew.to_bits().to_string(),
                            slice.curvature.to_bits().to_string(),
                        ],
                    }
                })
                .collect(),
        }
    }
}
