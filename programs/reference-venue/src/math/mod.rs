//! Pure functions of the venue: no account, no clock, no allocation. Each returns `None` when a
//! result does not fit, never a wrapped number, and rounds against the trader.

pub mod fills;
pub mod margin;
pub mod pricing;
