//! What a vault decides: the worth of its portfolio and of a share, where the book should be, which
//! trades are better, and what its own circuit breakers say.
//!
//! The program calls these functions to *check*, keepers call the same ones to *plan*, so that the
//! two can never disagree. Nothing here knows an account, a clock or a network. Refusals are values
//! that name the rule which failed.
#![no_std]
#![forbid(unsafe_code)]
#![cfg_attr(test, allow(clippy::arithmetic_side_effects))]

pub mod advance;
pub mod appraisal;
pub mod batch;
pub mod collateral;
pub mod crank;
pub mod directional;
pub mod exposure;
pub mod fees;
pub mod keeper_pay;
pub mod leaving;
pub mod ledger;
pub mod levy;
pub mod limit_multipliers;
pub mod limits;
pub mod monitor;
pub mod outflow;
pub mod places;
pub mod planner;
pub mod portfolio;
pub mod prices;
pub mod pricing;
pub mod quarantine;
pub mod rebalance;
pub mod risk_cost;
pub mod shares;
pub mod state;
pub mod targets;
pub mod unwind;
