//! What a book is made of, and what it loses in each cell.

use super::grid::{PRICE_SHOCKS, VOLATILITY_SHOCKS};
use super::stress::FAR_MOVES;
use crate::black_scholes::{Inputs, Kind, Rate, Spot, Strike, Volatility, Years};
use ballast_core_types::Lots;

/// One position of a book on one market.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Leg {
    /// A perpetual or the underlying itself: it moves with the price, one for one.
    Linear(Lots),
    /// European options.
    Option(OptionLeg),
}

/// A position in one series.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OptionLeg {
    /// How many: one lot is an option on one lot of the underlying.
    pub quantity: Lots,
    /// Call or put.
    pub kind: Kind,
    /// The strike.
    pub strike: Strike,
    /// Annualised volatility at this strike and expiry, before any shock.
    pub volatility: Volatility,
    /// Time to expiry.
    pub time: Years,
    /// The rate at which the quote currency grows.
    pub rate: Rate,
    /// The yield of the underlying.
    pub carry: Rate,
}

impl OptionLeg {
    /// Returns what the option is priced from where the underlying is at `spot`.
    pub(super) fn at(&self, spot: Spot) -> Inputs {
        Inputs {
            kind: self.kind,
            spot,
            strike: self.strike,
            rate: self.rate,
            carry: self.carry,
            volatility: self.volatility,
            time: self.time,
        }
    }
}

/// What the book loses in each scenario, in base units of the quote token: positive is a loss.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Losses(pub [[i64; VOLATILITY_SHOCKS]; ROWS]);

/// Rows of the losses: the price shocks, and then a fall and a rise of each far move, of which only
/// the last cell means anything.
pub const ROWS: usize = PRICE_SHOCKS + 2 * FAR_MOVES;

impl Losses {
    /// Returns those of the grid's own cells, by price shock and then volatility shock.
    pub fn cells(&self) -> &[[i64; VOLATILITY_SHOCKS]] {
        self.0.get(..PRICE_SHOCKS).unwrap_or_default()
    }

    /// Returns those in the far moves, the fall of each before its rise: nothing where the grid has
    /// none.
    pub fn far(&self) -> impl Iterator<Item = i64> + '_ {
        self.0.iter().skip(PRICE_SHOCKS).map(|[.., loss]| *loss)
    }
}
