//! The grid of shocks, and the probability of each of its cells.

use core::fmt;

use fixed::types::{I2F62, I7F57};

use super::book::ROWS;
use super::stress::{log2, FAR_MOVES};
use super::student::probability_below;
use crate::black_scholes::fast::whole_leg;
use crate::kernels::arith::{add, product, sub};

/// How many price shocks a grid has.
pub const PRICE_SHOCKS: usize = 9;
/// How many volatility shocks a grid has.
pub const VOLATILITY_SHOCKS: usize = 3;

/// One cell: the index of its price shock and that of its volatility shock.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cell {
    /// Index of the price shock, 0 the lowest; from [`PRICE_SHOCKS`] on a fall and a rise of each
    /// far move.
    pub price: usize,
    /// Index of the volatility shock, 0 the lowest.
    pub volatility: usize,
}

/// Shocks and the weights of the cells. The weights are at least 0 and their sum is exactly 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Grid {
    /// Log returns of the price in base 2, Q58: rising, then the far moves.
    pub(super) price_log2: [i64; ROWS],
    /// What they multiply the price by, Q32.
    pub(super) price_factor: [i64; ROWS],
    /// Relative changes of the volatility of an option of thirty days, rising.
    pub(super) volatility: [I2F62; VOLATILITY_SHOCKS],
    /// The most by which an expiry below thirty days multiplies a volatility shock.
    pub(super) term_cap: u8,
    /// Probability of each cell, by price shock and then volatility shock.
    pub(super) weights: [[I2F62; VOLATILITY_SHOCKS]; PRICE_SHOCKS],
    /// How many far moves there are.
    pub(super) far_moves: usize,
    /// Which share of what is lost in each counts.
    pub(super) far_shares: [I2F62; FAR_MOVES],
}

/// What is wrong with a grid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GridError {
    /// The price shocks must rise, be within ±2 (a factor e²), and have both signs.
    PriceShocks,
    /// The volatility shocks must rise, be within −75 %…+190 %, and have both signs.
    VolatilityShocks,
    /// The weights of the volatility shocks must be positive and have the sum 1.
    VolatilityWeights,
    /// The probabilities of the price shocks must not be negative, and have the sum 1.
    Masses,
    /// The deviation of the price over the horizon must be within 10⁻⁴ and 1.
    Deviation,
    /// The cap of the term factor must be 1…8.
    TermCap,
    /// A far move must lie within 0…2, the share of it that counts within 0…1, and there are two at
    /// most.
    FarMove,
}

impl fmt::Display for GridError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::PriceShocks => "price shocks must rise, lie within -2 and 2, and have both signs",
            Self::VolatilityShocks => "volatility shocks must rise, lie within -0.75 and 1.9, and have both signs",
            Self::VolatilityWeights => "the weights of the volatility shocks must be positive, with the sum 1",
            Self::Masses => "the probabilities of the price shocks must not be negative, with the sum 1",
            Self::Deviation => "the price's deviation over the horizon must lie within 0.0001 and 1",
            Self::TermCap => "the cap of the term factor must lie within 1 and 8",
            Self::FarMove => {
                "a far move must lie within 0 and 2, the share that counts within 0 and 1, and there are two at most"
            }
        })
    }
}

impl core::error::Error for GridError {}

impl Grid {
    /// A grid of log price shocks and relative volatility shocks.
    ///
    /// A price cell's probability is that of a Student-t(4) log return of standard deviation
    /// `deviation` (the regime's volatility over the liquidation horizon, √horizon included) being
    /// nearer to that cell's shock than to any other; it is shared among the volatility shocks by
    /// `volatility_weights`. An option of term τ below thirty days feels a volatility shock √(30
    /// d/τ) times, at most `term_cap` times.
    pub fn new(
        price_shocks: [I7F57; PRICE_SHOCKS],
        volatility_shocks: [I2F62; VOLATILITY_SHOCKS],
        volatility_weights: [I2F62; VOLATILITY_SHOCKS],
        deviation: I7F57,
        term_cap: u8,
    ) -> Result<Self, GridError> {
        if deviation > 1 || deviation < 0.0001 {
            return Err(GridError::Deviation);
        }
        let masses = masses(&price_shocks, deviation);
        Self::with_masses(price_shocks, masses, volatility_shocks, volatility_weights, term_cap)
    }

    /// As [`Self::new`], with the probability of each price shock as it is: where shocks are
    /// multiples of the deviation, it does not depend on that.
    pub fn with_masses(
        price_shocks: [I7F57; PRICE_SHOCKS],
        masses: [I2F62; PRICE_SHOCKS],
        volatility_shocks: [I2F62; VOLATILITY_SHOCKS],
        volatility_weights: [I2F62; VOLATILITY_SHOCKS],
        term_cap: u8,
    ) -> Result<Self, GridError> {
        if masses.iter().any(|mass| *mass < 0) || whole_of(&masses) != Some(1 << 62) {
            return Err(GridError::Masses);
        }
        let rising = price_shocks.iter().zip(price_shocks.iter().skip(1)).all(|(a, b)| a < b);
        let [lowest, .., highest] = price_shocks;
        if !rising || lowest < -2 || highest > 2 || lowest >= 0 || highest <= 0 {
            return Err(GridError::PriceShocks);
        }
        let rising = volatility_shocks
            .iter()
            .zip(volatility_shocks.iter().skip(1))
            .all(|(a, b)| a < b);
        let [lowest, .., highest] = volatility_shocks;
        if !rising || lowest < -0.75 || highest > 1.9 || lowest >= 0 || highest <= 0 {
            return Err(GridError::VolatilityShocks);
        }
        if volatility_weights.iter().any(|w| *w <= 0) || whole_of(&volatility_weights) != Some(1 << 62) {
            return Err(GridError::VolatilityWeights);
        }
        if !(1..=8).contains(&term_cap) {
            return Err(GridError::TermCap);
        }
        let mut price_log2 = [0; ROWS];
        for (place, shock) in price_log2.iter_mut().zip(price_shocks) {
            *place = log2(shock);
        }
        Ok(Self {
            price_log2,
            price_factor: price_log2.map(whole_leg),
            volatility: volatility_shocks,
            term_cap,
            weights: masses.map(|mass| shared_out(mass, &volatility_weights)),
            far_moves: 0,
            far_shares: [I2F62::ZERO; FAR_MOVES],
        })
    }

    /// Returns the probability of a cell; zero outside the grid.
    pub fn weight(&self, cell: Cell) -> I2F62 {
        self.weights
            .get(cell.price)
            .and_then(|row| row.get(cell.volatility))
            .copied()
            .unwrap_or_default()
    }
}

/// The sum of shares; `None` if it does not fit.
fn whole_of(shares: &[I2F62]) -> Option<i64> {
    shares
        .iter()
        .try_fold(0i64, |sum, share| sum.checked_add(share.to_bits()))
}

/// The law's mass between the midpoints of neighbouring shocks.
fn masses(price_shocks: &[I7F57; PRICE_SHOCKS], deviation: I7F57) -> [I2F62; PRICE_SHOCKS] {
    let mut masses = [I2F62::ZERO; PRICE_SHOCKS];
    let mut below = 0i64;
    let nexts = price_shocks.iter().skip(1).map(Some).chain([None]);
    for ((mass, shock), next) in masses.iter_mut().zip(price_shocks).zip(nexts) {
        let up_to = match next {
            Some(next) => {
                let middle = add(shock.to_bits() >> 1, next.to_bits() >> 1);
                probability_below(I7F57::from_bits(middle), deviation).to_bits()
            }
            None => 1 << 62,
        }
        // Of two midpoints that nearly coincide rounding may put the higher one first.
        .max(below);
        *mass = I2F62::from_bits(sub(up_to, below));
        below = up_to;
    }
    masses
}

/// Shares a mass out by the volatility weights; what rounding leaves goes to the last of them, so
/// that the sum stays.
fn shared_out(mass: I2F62, weights: &[I2F62; VOLATILITY_SHOCKS]) -> [I2F62; VOLATILITY_SHOCKS] {
    let mut parts = weights.map(|weight| product(mass.to_bits(), weight.to_bits()));
    let [before @ .., last] = &mut parts;
    *last = before.iter().fold(mass.to_bits(), |left, part| sub(left, *part));
    parts.map(I2F62::from_bits)
}
