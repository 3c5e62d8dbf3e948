//! What a market is known by: whether a price may be used, what is learnt from one price to the
//! next, and what is active in the way of acting on it.
//!
//! Programs call these functions to *check*, keepers call the same ones to *plan*, so that the two
//! can never disagree. Nothing here knows an account, a clock or a network. Refusals are values
//! that name the rule which failed.
#![no_std]
#![forbid(unsafe_code)]
#![cfg_attr(test, allow(clippy::arithmetic_side_effects))]

pub mod accumulators;
pub mod admission;
pub mod breaker;
pub mod cooldown;
#[cfg(any(test, feature = "fixtures"))]
pub mod fixtures;
pub mod observation;
pub mod price_clock;
pub mod regime;
pub mod signals;
pub mod surface_feed;
pub mod view;
pub mod worst_day;

pub use view::{ExitPrice, MarketView};
