//! From an option chain to a market's volatility surface, as feeders take it there. Pure: no file,
//! no network, no clock.
//!
//! | module | holds |
//! | --- | --- |
//! | [`submission`] | a chain as a submission: fitted, put on the grid, accepted by the no-arbitrage check |
//! | [`grid`] | from the expiries that a chain lists to those that a surface asks for |
//! | [`publication`] | whether a publication is due, and from whose submissions |

pub mod grid;
pub mod publication;
pub mod submission;
