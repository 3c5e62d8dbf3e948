//! The full revaluation: every leg in every cell.
//!
//! A shock moves only the moneyness and σ√τ, so everything else of an option is worked out once,
//! for however many grids.

use fixed::types::I2F62;

use super::book::{Leg, Losses};
use super::grid::{Grid, PRICE_SHOCKS};
use crate::black_scholes::shocked::{Shocked, Size, Spread, WHOLE};
use crate::black_scholes::{DomainError, Spot};
use crate::kernels::arith::{add, mul, product, sub, udiv};
use crate::kernels::coefficients::ROOT_OF_THIRTY_DAYS;
use ballast_core_types::{value_floor, wide, Lots, Price};

/// Returns what `legs` lose in each cell of `grid`, all on one market at `spot`.
///
/// Each leg's loss in a cell is exact to 2·10⁻⁸ of what it is worth at the spot (an option, of its
/// discounted strike if that is more), and to one base unit. No leg is too large: beyond 2⁶² base
/// units of its larger leg, wherever the price goes, a loss stays at what it is there, and sums
/// stay at the ends of 64 bits.
///
/// # Errors
/// [`DomainError`]: the first leg that is outside the domain.
pub fn revalue<'a>(spot: Price, legs: impl IntoIterator<Item = &'a Leg>, grid: &Grid) -> Result<Losses, DomainError> {
    let mut losses = Losses::default();
    let level = Spot::from_price(spot);
    for leg in legs {
        match leg {
            Leg::Linear(quantity) => losses.add_linear(grid, *quantity, spot),
            Leg::Option(option) => match Size::of(option.quantity, level.0) {
                Some(size) => losses.add_option(grid, &Shocked::new(&option.at(level), size)?),
                None => option.at(level).check()?,
            },
        }
    }
    Ok(losses)
}

impl Losses {
    /// Adds what a linear position loses in the cells of a grid.
    #[inline(never)]
    pub fn add_linear(&mut self, grid: &Grid, quantity: Lots, spot: Price) {
        let worth = Worth::of(quantity, spot);
        for (row, factor) in self.0.iter_mut().zip(grid.price_factor).take(grid.rows()) {
            // e^shock − 1.
            let gain = worth.times(sub(factor, 1 << 32));
            for cell in row {
                lower(cell, gain);
            }
        }
    }

    /// Adds what a position in an option loses in the cells of a grid, and at the highest
    /// volatility in its far moves.
    #[inline(never)]
    pub fn add_option(&mut self, grid: &Grid, option: &Shocked) {
        let term = term_factor(option).min(u64::from(grid.term_cap) << 28);
        let spreads = grid
            .volatility
            .map(|shock| option.spread(volatility_factor(shock, term)));
        let moves = grid.price_log2.iter().zip(grid.price_factor);
        for (row, (log2, factor)) in self.0.iter_mut().zip(moves).take(PRICE_SHOCKS) {
            let moved = option.moved(*log2, factor);
            for (cell, spread) in row.iter_mut().zip(&spreads) {
                lower(cell, option.gain(&moved, spread));
            }
        }
        let [.., highest] = &spreads;
        let moves = grid.price_log2.iter().zip(grid.price_factor).take(grid.rows());
        for ([.., cell], (log2, factor)) in self.0.iter_mut().zip(moves).skip(PRICE_SHOCKS) {
            lower(cell, far_gain(option, *log2, factor, highest));
        }
    }
}

/// Takes a gain off a loss.
#[inline(always)]
fn lower(loss: &mut i64, gain: i64) {
    *loss = wide::saturating_difference(*loss, gain);
}

/// `quantity × spot`: `units` of 2⁻¹⁰ base units, below 2⁶¹ in size, times 2^`coarse`.
#[derive(Clone, Copy)]
struct Worth {
    units: i64,
    coarse: u32,
}

/// The most base units that a position counts for.
const MAX_WORTH: i64 = 1 << 62;

impl Worth {
    fn of(quantity: Lots, spot: Price) -> Self {
        let most = if quantity.0 < 0 {
            0i64.wrapping_sub(MAX_WORTH)
        } else {
            MAX_WORTH
        };
        let value = value_floor(quantity, spot).map_or(most, |value| value.0.clamp(-MAX_WORTH, MAX_WORTH));
        let bits = 64u32.wrapping_sub(value.unsigned_abs().leading_zeros());
        let coarse = bits.saturating_sub(51);
        Self {
            units: (value >> coarse) << 10,
            coarse,
        }
    }

    /// Returns the gain of the whole from that of one unit of spot, Q32 and below 2⁹.
    #[inline(always)]
    fn times(self, gain: i64) -> i64 {
        // Q52 with room; times 2¹⁰ units of worth.
        let gain = product(gain << 20, self.units);
        if self.coarse == 0 {
            return gain;
        }
        let whole = i128::from(gain) << self.coarse;
        i64::try_from(whole).unwrap_or(if gain < 0 { i64::MIN } else { i64::MAX })
    }
}

/// Not inlined: of the pricing one more copy is enough.
#[inline(never)]
fn far_gain(option: &Shocked, log2: i64, factor: i64, highest: &Spread) -> i64 {
    option.gain(&option.moved(log2, factor), highest)
}

/// √(30 d/τ), Q28; from 9 on (and at expiry) simply the most there is, which every grid caps.
#[inline(always)]
fn term_factor(option: &Shocked) -> u64 {
    match option.root_of_time() {
        // Below a thousandth of a year the factor is 9 or more.
        Some((root, exponent)) if exponent >= -5 => {
            udiv((ROOT_OF_THIRTY_DAYS as u64) << 31, root) >> (add(exponent, 5) & 63)
        }
        _ => u64::MAX,
    }
}

/// 1 + shock·term, within 1/4 and 4, Q30.
#[inline(always)]
fn volatility_factor(shock: I2F62, term: u64) -> u64 {
    let change = mul(shock.to_bits() >> 32, term as i64) >> 28;
    add(WHOLE as i64, change).clamp(WHOLE as i64 >> 2, (WHOLE as i64) << 2) as u64
}
