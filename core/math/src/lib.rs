//! Fixed-point quantities and kernels, bit-identical on hosts and on Solana.
//!
//! Nothing here allocates, panics, or uses floating point. A function that can fail returns `None`;
//! the caller knows which rule that breaks.
#![no_std]
#![forbid(unsafe_code)]
#![cfg_attr(test, allow(clippy::arithmetic_side_effects))]

#[cfg(feature = "fit")]
extern crate std;

mod arithmetic;
mod basis_points;
pub mod black_scholes;
pub mod cornish_fisher;
pub mod estimators;
#[cfg(feature = "fit")]
// Off-chain: it may allocate, and its indices are those of small matrices.
#[allow(clippy::arithmetic_side_effects, clippy::indexing_slicing)]
pub mod fit;
pub mod kernels;
pub mod magnitude;
pub mod scenarios;
pub mod surface;

pub use magnitude::{Magnitude, Scaled};
