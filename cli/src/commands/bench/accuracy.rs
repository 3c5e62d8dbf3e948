//! How far results are from the reference, in units that make every option comparable.

use super::summary::Summary;
use super::vectors::Vector;
use crate::commands::greeks::{on_host, RESULTS};
use ballast_cu_bench::Tier;
use std::fmt::Write as _;

/// The divisor of each error, in the order of the results, and how it is written.
pub const UNITS: [&str; 9] = [
    "S",
    "1",
    "1/(S*sigma*sqrt(tau))",
    "S*sqrt(tau)",
    "S/tau",
    "K*tau",
    "1/sigma",
    "S*sqrt(tau)/sigma",
    "1/tau",
];

/// Returns the largest error that each tier may make in price, delta, gamma, vega, theta and rho,
/// in [`UNITS`].
pub const fn bars(tier: Tier) -> [f64; 6] {
    match tier {
        Tier::Fast => [2e-8, 5e-8, 1e-7, 1e-7, 1e-7, 1e-7],
        Tier::Precise => [1e-12, 1e-12, 1e-11, 1e-11, 1e-11, 1e-11],
    }
}

/// Returns the name of a tier.
pub const fn tier_name(tier: Tier) -> &'static str {
    match tier {
        Tier::Fast => "fast",
        Tier::Precise => "precise",
    }
}

/// Errors of a tier over the vectors, in the order of the results. Options that have expired are
/// left out where the unit is zero.
pub fn errors(tier: Tier, vectors: &[Vector]) -> Vec<Summary> {
    let mut values: [Vec<f64>; 9] = Default::default();
    let mut refused = 0usize;
    for vector in vectors {
        let Some(errors) = errors_of(tier, vector) else {
            refused += 1;
            continue;
        };
        for (values, error) in values.iter_mut().zip(errors) {
            values.extend(Some(error).filter(|error| error.is_finite()));
        }
    }
    let summary = |(at, values)| Summary::of(RESULTS[at], tier_name(tier), UNITS[at], values, refused);
    values.into_iter().enumerate().filter_map(summary).collect()
}

/// Errors of one option. `None` if it is outside the domain.
pub fn errors_of(tier: Tier, vector: &Vector) -> Option<[f64; 9]> {
    let set = on_host(tier, &vector.inputs).ok()?;
    let units = units(vector);
    Some(std::array::from_fn(|at| {
        (set[at].to_f64() - vector.reference[at]).abs() / units[at]
    }))
}

/// By how much the parts that an option's value is made of exceed the spot: max(1, e^(−qτ),
/// K/S·e^(−rτ)). An error is in proportion to the larger part, and only at the edges of the domain
/// is that much more than the spot.
pub fn excess(vector: &Vector) -> f64 {
    let inputs = &vector.inputs;
    let number = |magnitude| ballast_core_math::Scaled::from(magnitude).to_f64();
    let (spot, strike, time) = (number(inputs.spot.0), number(inputs.strike.0), number(inputs.time.0));
    let grown = |rate: f64| (-rate * time).exp();
    let (rate, carry) = (inputs.rate.0.to_num::<f64>(), inputs.carry.0.to_num::<f64>());
    grown(carry).max(strike / spot * grown(rate)).max(grown(rate)).max(1.0)
}

/// Errors of both tiers as a table for a page.
pub fn markdown(vectors: &[Vector]) -> String {
    let [fast, precise] = [Tier::Fast, Tier::Precise].map(|tier| errors(tier, vectors));
    let mut text = String::from(
        "| Error of | In units of | Fast: median | Max | Bar | Precise: median | Max | Bar |\n|---|---|---:|---:|---:|---:|---:|---:|\n",
    );
    let bar = |tier, at| {
        bars(tier)
            .get(at)
            .map_or_else(|| "-".to_owned(), |bar: &f64| format!("{bar:e}"))
    };
    for (at, (fast, precise)) in fast.iter().zip(&precise).enumerate() {
        let _ = writeln!(
            text,
            "| {} | `{}` | {:.1e} | {:.1e} | {} | {:.1e} | {:.1e} | {} |",
            fast.name,
            fast.unit,
            fast.median,
            fast.max,
            bar(Tier::Fast, at),
            precise.median,
            precise.max,
            bar(Tier::Precise, at),
        );
    }
    text
}

fn units(vector: &Vector) -> [f64; 9] {
    let number = |magnitude| ballast_core_math::Scaled::from(magnitude).to_f64();
    let (spot, strike) = (number(vector.inputs.spot.0), number(vector.inputs.strike.0));
    let (sigma, time) = (number(vector.inputs.volatility.0), number(vector.inputs.time.0));
    let root = time.sqrt();
    [
        spot,
        1.0,
        1.0 / (spot * sigma * root),
        spot * root,
        spot / time,
        strike * time,
        1.0 / sigma,
        spot * root / sigma,
        1.0 / time,
    ]
}
