//! Black-Scholes-Merton with a continuous rate and carry: prices and Greeks of a European option,
//! in two tiers.
//!
//! The domain is checked on every call: spot 10⁻⁶…10⁷, |ln(K/S)| ≤ 5, time zero or 1 s…5 years,
//! volatility 1…500 %, rate and carry ±100 %. Error bounds are in `docs/internals/numerics.md`.

mod domain;
pub mod fast;
mod greeks;
mod implied;
mod inputs;
pub mod precise;
mod quoted;
mod setup;
pub mod shocked;

pub use greeks::{Greeks, HigherGreeks};
pub use implied::implied_volatility;
pub use inputs::{DomainError, Inputs, Kind, Rate, Spot, Strike, Volatility, Years};
pub use quoted::{ImpliedVolatilityError, QuotedOption};
