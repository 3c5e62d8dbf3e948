//! Fixed-point quantities and kernels, bit-identical on hosts and on Solana.
//!
//! Nothing here allocates, panics, or uses floating point. A function that can fail returns `None`;
//! the caller knows which rule that breaks.
#![no_std]
#![forbid(unsafe_code)]
#![deny(
    clippy::arithmetic_side_effects,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]
#![cfg_attr(
    test,
    allow(
        clippy::arithmetic_side_effects,
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::indexing_slicing
    )
)]

#[cfg(feature = "fit")]
extern crate std;

pub mod black_scholes;
pub mod cornish_fisher;
pub mod estimators;
#[cfg(feature = "fit")]
// Off-chain: it may allocate, and its indices are those of small matrices.
#[allow(clippy::arithmetic_side_effects, clippy::indexing_slicing)]
pub mod fit;
pub mod kernels;
pub mod magnitude;
pub mod quantity;
pub mod scale;
pub mod scenarios;
pub mod surface;

pub use fixed::types::I80F48;
pub use magnitude::{Magnitude, Scaled};
pub use quantity::{value_ceil, value_floor, Lots, Price, Ratio, Value};

/// Seconds in a year of 365 days, the year of every annualised figure.
pub const SECONDS_PER_YEAR: i64 = 31_536_000;
/// Seconds in an hour.
pub const SECONDS_PER_HOUR: i64 = 3_600;
/// Seconds in a day.
pub const SECONDS_PER_DAY: i64 = 86_400;
