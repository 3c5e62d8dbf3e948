//! The full revaluation: every leg in every cell, by the fast tier's kernels.
//!
//! A shock moves only the moneyness and σ√τ, so everything else of an option is worked out once. Values are kept per
//! unshocked spot.

use fixed::types::I2F62;

use super::book::{Leg, Losses, OptionLeg, ScenarioError};
use super::grid::Grid;
use crate::black_scholes::fast::whole_leg;
use crate::black_scholes::shocked::Shocked;
use crate::black_scholes::{Inputs, Spot};
use crate::kernels::arith::{add, mul, product, sub, udiv};
use crate::kernels::coefficients::ROOT_OF_THIRTY_DAYS;
use crate::kernels::fast::near_sqrt_parts;
use crate::{value_floor, Lots, Price};

/// What `legs` lose in each cell of `grid`, all on one market at `spot`.
///
/// Each leg's loss in a cell is exact to the fast tier's 3·10⁻⁸ of what it is worth at the spot, and to one base unit.
pub fn revalue<'a>(spot: Price, legs: impl IntoIterator<Item = &'a Leg>, grid: &Grid) -> Result<Losses, ScenarioError> {
    let level = Spot::from_price(spot);
    // e^shock − 1 in Q32, what a linear position gains.
    let moves = grid.price_log2.map(|log2| sub(whole_leg(log2), 1 << 32));
    let mut losses = Losses::default();
    for leg in legs {
        match leg {
            Leg::Linear(quantity) => {
                let worth = worth(*quantity, spot)?;
                for (row, moved) in losses.0.iter_mut().zip(moves) {
                    let loss = product(moved << 20, worth);
                    for cell in row {
                        *cell = cell.checked_sub(loss).ok_or(ScenarioError::TooLarge)?;
                    }
                }
            }
            Leg::Option(option) => add_option(&mut losses, option, worth(option.quantity, spot)?, level, grid)?,
        }
    }
    Ok(losses)
}

/// `quantity × spot` in units of 2⁻¹⁰ base units, below 2⁶¹ in size.
fn worth(quantity: Lots, spot: Price) -> Result<i64, ScenarioError> {
    let value = value_floor(quantity, spot).ok_or(ScenarioError::TooLarge)?.0;
    if value.unsigned_abs() >= 1 << 51 {
        return Err(ScenarioError::TooLarge);
    }
    Ok(value << 10)
}

fn add_option(
    losses: &mut Losses,
    option: &OptionLeg,
    worth: i64,
    spot: Spot,
    grid: &Grid,
) -> Result<(), ScenarioError> {
    let shocked = Shocked::new(&Inputs {
        kind: option.kind,
        spot,
        strike: option.strike,
        rate: option.rate,
        carry: option.carry,
        volatility: option.volatility,
        time: option.time,
    })
    .map_err(ScenarioError::Domain)?;
    let before = shocked.price(0, shocked.carried(0), shocked.spread(WHOLE));
    let term = term_factor(option, grid);
    let spreads = grid
        .volatility
        .map(|shock| shocked.spread(volatility_factor(shock, term)));
    for (row, log2) in losses.0.iter_mut().zip(grid.price_log2) {
        let carried = shocked.carried(log2);
        for (cell, spread) in row.iter_mut().zip(spreads) {
            // Gains are below 2⁹ spots, Q52 with room; times 2¹⁰ units of worth.
            let gain = product(sub(shocked.price(log2, carried, spread), before) << 20, worth);
            *cell = cell.checked_sub(gain).ok_or(ScenarioError::TooLarge)?;
        }
    }
    Ok(())
}

/// One in Q30.
const WHOLE: u64 = 1 << 30;

/// √(30 d/τ), at most the grid's cap, Q28.
#[inline(always)]
fn term_factor(option: &OptionLeg, grid: &Grid) -> u64 {
    let cap = u64::from(grid.term_cap) << 28;
    if option.time.0.is_zero() {
        return cap;
    }
    let (root, exponent) = near_sqrt_parts(option.time.0);
    let shift = add(exponent, 5);
    if shift < 0 {
        // Below a thousandth of a year the factor is 9 or more: above every cap.
        return cap;
    }
    (udiv((ROOT_OF_THIRTY_DAYS as u64) << 31, root) >> (shift & 63)).min(cap)
}

/// 1 + shock·term, within 1/4 and 4, Q30.
#[inline(always)]
fn volatility_factor(shock: I2F62, term: u64) -> u64 {
    let change = mul(shock.to_bits() >> 32, term as i64) >> 28;
    add(WHOLE as i64, change).clamp(WHOLE as i64 >> 2, (WHOLE as i64) << 2) as u64
}
