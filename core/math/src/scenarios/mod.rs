//! What a book loses when prices jump and volatilities move: a grid of 9 price shocks × 3
//! volatility shocks, the book fully revalued in each cell, and the cells weighed
//! by a Student-t law; besides, far falls and rises without a weight.
//!
//! Losses are positive. A revaluation is instantaneous: time stands still.

mod book;
mod factor;
mod grid;
mod revalue;
mod stress;
pub mod student;
mod tail;

pub use book::{Leg, Losses, OptionLeg, ROWS};
pub use factor::{combined, idiosyncratic_share};
pub use grid::{Cell, Grid, GridError, PRICE_SHOCKS, VOLATILITY_SHOCKS};
pub use revalue::revalue;
pub use stress::{FarMove, FAR_MOVES};
pub use tail::{tail_risk, TailRisk};
