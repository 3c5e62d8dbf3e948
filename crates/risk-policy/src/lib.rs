//! Ballast's decisions as pure functions of plain values.
//!
//! The programs call these to *check*, the keeper calls the same ones to *plan*, so that the two can never disagree.
//! Nothing here knows an account, a clock or a network. Refusals are values that name the rule which failed.
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

pub mod admission;
pub mod assessment;
pub mod basis_points;
pub mod book;
pub mod breaker;
pub mod clearing;
pub mod collateral;
pub mod exposure;
#[cfg(test)]
mod fixtures;
pub mod limits;
pub mod observation;
pub mod planner;
pub mod quiet;
pub mod rebalance;
pub mod regime;
pub mod shares;
pub mod signals;
pub mod surface_feed;
pub mod triggers;
pub mod vault_watch;
