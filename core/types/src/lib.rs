//! The vocabulary of the core: fixed-point quantities and the integers that stand for them.
//!
//! Nothing here allocates, panics, or uses floating point. A function that can fail returns `None`; the caller knows which
//! rule that breaks.
#![no_std]
#![forbid(unsafe_code)]
#![cfg_attr(test, allow(clippy::arithmetic_side_effects))]

#[cfg(feature = "fixtures")]
extern crate std;

pub mod basis_points;
#[cfg(any(test, feature = "fixtures"))]
pub mod fixtures;
pub mod quantity;
pub mod scale;

pub use fixed::types::I80F48;
pub use quantity::{value_ceil, value_floor, Lots, Price, Ratio, Value};

/// Seconds in a year of 365 days, the year of every annualised figure.
pub const SECONDS_PER_YEAR: i64 = 31_536_000;
/// Seconds in an hour.
pub const SECONDS_PER_HOUR: i64 = 3_600;
/// Seconds in a day.
pub const SECONDS_PER_DAY: i64 = 86_400;
