//! The estimators against slow references in floating point, on real hours where they are at hand
//! and on a synthetic path everywhere.
//!
//! The real series are read from the folder in `BALLAST_HISTORY`, or from `../shared/history`
//! beside the workspace; without them the same tests run on the synthetic path alone.
#![cfg(test)]
#![allow(clippy::arithmetic_side_effects)]

mod adversary;
mod exactness;
mod paths;
mod properties;
mod reference;
mod sampling;
mod unit_variance;

use ballast_core_math::estimators::{Elapsed, LogReturn, NoiseVariance, Observation, TimeConstant};
use ballast_core_types::{Price, Ratio, I80F48};

/// Seconds in a year, as a double.
pub const YEAR: f64 = 31_536_000.0;

pub fn seconds(seconds: i64) -> Elapsed {
    Elapsed::capped(seconds).unwrap()
}

pub fn constant(seconds: u32) -> TimeConstant {
    TimeConstant::new(seconds).unwrap()
}

pub fn price(value: f64) -> Price {
    Price::from_fixed(I80F48::from_num(value)).unwrap()
}

pub fn noise(confidence: f64) -> NoiseVariance {
    NoiseVariance::from_confidence(Ratio::from_fixed(I80F48::from_num(confidence)))
}

/// Returns what is observed when the price goes from one point of a path to another.
pub fn observation(from: (i64, f64), to: (i64, f64), confidence: f64) -> Observation {
    Observation {
        log_return: LogReturn::between(price(from.1), price(to.1)),
        elapsed: seconds(to.0 - from.0),
        noise: noise(confidence),
    }
}
