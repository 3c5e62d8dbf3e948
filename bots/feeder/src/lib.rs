//! The feeder: fits a volatility surface to option chains and says it to a market. See `docs/feeder.md`.

pub mod args;
pub mod grid;
pub mod publication;
pub mod report;
pub mod said;
pub mod service;
pub mod source;
