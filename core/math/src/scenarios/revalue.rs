//! The full revaluation: every leg in every cell, by the fast tier's kernels.
//!
//! A shock moves only the moneyness and σ√τ, so everything else of an option is worked out once,
//! for however many grids. Values are kept per unshocked spot.

use fixed::types::I2F62;

use super::book::{Leg, Losses, OptionLeg};
use super::grid::{Grid, PRICE_SHOCKS, VOLATILITY_SHOCKS};
use crate::black_scholes::shocked::{Shocked, Spread, WHOLE};
use crate::black_scholes::{DomainError, Inputs, Spot};
use crate::kernels::arith::{add, mul, product, sub, udiv};
use crate::kernels::coefficients::ROOT_OF_THIRTY_DAYS;
use ballast_core_types::{value_floor, Lots, Price};

/// Returns what `legs` lose in each cell of `grid`, all on one market at `spot`.
///
/// Each leg's loss in a cell is exact to the fast tier's 3·10⁻⁸ of what it is worth at the spot,
/// and to one base unit. No leg is too large: beyond 2⁶² base units of worth, a loss stays at what
/// it is there, and sums stay at the ends of 64 bits.
///
/// # Errors
/// [`DomainError`]: the first leg that is outside the domain.
pub fn revalue<'a>(spot: Price, legs: impl IntoIterator<Item = &'a Leg>, grid: &Grid) -> Result<Losses, DomainError> {
    let mut losses = Losses::default();
    add_losses(&mut [(grid, &mut losses)], spot, legs)?;
    Ok(losses)
}

/// Adds to each of `sums` what `legs` lose in the cells of its grid, as [`revalue`] says; of
/// several grids a leg's part that no shock moves is worked out once.
///
/// # Errors
/// As [`revalue`]; the sums then hold some legs and not others.
pub fn add_losses<'a>(
    sums: &mut [(&Grid, &mut Losses)],
    spot: Price,
    legs: impl IntoIterator<Item = &'a Leg>,
) -> Result<(), DomainError> {
    let level = Spot::from_price(spot);
    for leg in legs {
        match leg {
            Leg::Linear(quantity) => add_linear(sums, Worth::of(*quantity, spot)),
            Leg::Option(option) => add_option(sums, option, Worth::of(option.quantity, spot), level)?,
        }
    }
    Ok(())
}

fn add_linear(sums: &mut [(&Grid, &mut Losses)], worth: Worth) {
    for (grid, losses) in sums {
        for (row, factor) in losses.0.iter_mut().zip(grid.price_factor).take(grid.rows()) {
            // e^shock − 1.
            let gain = worth.times(sub(factor, 1 << 32));
            for cell in row {
                lower(cell, gain);
            }
        }
    }
}

/// Takes a gain off a loss.
#[inline(always)]
fn lower(loss: &mut i64, gain: i64) {
    *loss = loss.saturating_sub(gain);
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

fn add_option(
    sums: &mut [(&Grid, &mut Losses)],
    option: &OptionLeg,
    worth: Worth,
    spot: Spot,
) -> Result<(), DomainError> {
    let shocked = Shocked::new(&Inputs {
        kind: option.kind,
        spot,
        strike: option.strike,
        rate: option.rate,
        carry: option.carry,
        volatility: option.volatility,
        time: option.time,
    })?;
    let term = term_factor(&shocked);
    for (grid, losses) in sums {
        let term = term.min(u64::from(grid.term_cap) << 28);
        let spreads = grid
            .volatility
            .map(|shock| shocked.spread(volatility_factor(shock, term)));
        let moves = grid.price_log2.iter().zip(grid.price_factor).take(PRICE_SHOCKS);
        for (row, (log2, factor)) in losses.0.iter_mut().zip(moves) {
            let moved = shocked.moved(*log2, factor);
            for (cell, spread) in row.iter_mut().zip(&spreads) {
                if *log2 == 0 && spread.is_still {
                    // Nothing moves, and nothing is lost.
                    continue;
                }
                lower(cell, worth.times(shocked.gain(&moved, spread)));
            }
        }
        add_far(grid, losses, &shocked, &spreads, worth);
    }
    Ok(())
}

/// Adds what an option loses in the far moves, at the highest volatility.
fn add_far(grid: &Grid, losses: &mut Losses, option: &Shocked, spreads: &[Spread; VOLATILITY_SHOCKS], worth: Worth) {
    let [.., highest] = spreads;
    let moves = grid.price_log2.iter().zip(grid.price_factor).take(grid.rows());
    for ([.., cell], (log2, factor)) in losses.0.iter_mut().zip(moves).skip(PRICE_SHOCKS) {
        lower(cell, worth.times(far_gain(option, *log2, factor, highest)));
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
