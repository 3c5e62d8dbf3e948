//! The vocabulary of the core: fixed-point quantities and the integers that are active for them.
//!
//! Nothing here allocates, panics, or uses floating point. A function that can fail returns `None`;
//! the caller knows which rule that breaks.
#![no_std]
#![forbid(unsafe_code)]
#![cfg_attr(test, allow(clippy::arithmetic_side_effects))]

#[cfg(feature = "fixtures")]
extern crate std;

pub mod basis_points;
#[cfg(any(test, feature = "fixtures"))]
pub mod fixtures;
pub mod position;
pub mod price_bounds;
pub mod quantity;
pub mod scale;
pub mod shares;
pub mod wide;

pub use basis_points::BasisPoints;
pub use fixed::types::I80F48;
pub use position::{FillReceipt, Position, TradingTerms};
pub use price_bounds::PriceBounds;
pub use quantity::{value_ceil, value_floor, Lots, Price, Ratio, Value};
pub use shares::{Shares, UnixTime};

/// Seconds in a year of 365 days, the year of every annualised figure.
pub const SECONDS_PER_YEAR: i64 = 31_536_000;
/// Seconds in an hour.
pub const SECONDS_PER_HOUR: i64 = 3_600;
/// Seconds in a day.
pub const SECONDS_PER_DAY: i64 = 86_400;
