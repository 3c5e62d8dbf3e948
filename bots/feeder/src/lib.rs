//! The feeder: fits a volatility surface to option chains and submits it to a market. See
//! `docs/guides/run-a-feeder.md`.

pub mod args;
pub mod check;
pub mod metrics;
pub mod report;
pub mod service;
pub mod source;
