//! What a book is worth, how it moves with the market, and how much margin it needs.
//!
//! A book is up to [`MAX_LEGS`] positions on up to [`MAX_MARKETS`] markets. Marks come from the
//! precise tier, Greeks and scenarios from the fast one. Formulae, constants and their reasons are
//! in `docs/reference/assess.md`.
//!
//! **The adverse side.** A book is at one price at a time: it is marked at both ends of the price's
//! confidence interval and in the middle, all its legs on a market together, and the least of the
//! three sums counts. So a hedge counts, and a wider interval never makes a book worth more than it
//! is in the middle. Volatility is each leg's adverse side. Greeks and scenarios start from the
//! published price, and from each leg's adverse volatility.
#![no_std]
#![forbid(unsafe_code)]
#![cfg_attr(test, allow(clippy::arithmetic_side_effects))]

mod amount;
mod beyond;
mod engine;
mod greeks;
mod leg;
mod margin;
mod mark;
mod market;
mod marks;
mod scenario;
mod short_floor;

pub use engine::{assess, book_risk, mark, Assessment, BookRisk, Requirement, MAX_LEGS, MAX_MARKETS};
pub use greeks::greeks;
pub use leg::{BookLeg, Contract, Decimal};
pub use margin::{MarginParams, MARGIN};
pub use mark::{Asked, MarketGreeks};
pub use market::{MarketInputs, VolatilityBand, VolatilitySource};
pub use scenario::{
    horizon_volatility, PriceMoves, ScenarioParams, HORIZON_SECONDS, LOADING, SCENARIOS, VOLATILITY_SPREAD,
};
pub use short_floor::ShortFloor;

use ballast_core_math::scenarios::GridError;

/// Why a book is not assessed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AssessError {
    /// More than [`MAX_LEGS`] legs, or more on one market than there is room to work in.
    TooManyLegs,
    /// No market, or more than [`MAX_MARKETS`].
    MarketCount,
    /// A leg names a market that is not there.
    UnknownMarket,
    /// A leg's decimal has more than nine places.
    Decimal,
    /// An option's expiry has come.
    Expired,
    /// An option on a market without a volatility.
    NoVolatility,
    /// A market's deviation, or the shocks, do not make a grid.
    Grid(GridError),
    /// A market's loading on the common factor is outside ±1.
    Loading,
}

impl From<GridError> for AssessError {
    fn from(error: GridError) -> Self {
        Self::Grid(error)
    }
}
