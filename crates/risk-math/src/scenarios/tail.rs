//! The worst cell, and the expected shortfall of the grid.

use super::book::Losses;
use super::grid::{Cell, Grid, PRICE_SHOCKS, VOLATILITY_SHOCKS};
use crate::Value;

/// What the tail of a book looks like. Losses are positive, in base units of the quote token.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TailRisk {
    /// The largest loss of any cell; negative if the book gains in all of them.
    pub worst_loss: Value,
    /// The cell of that loss, the first if there are several.
    pub worst_cell: Cell,
    /// The mean loss over the worst 1 % of the grid's probability (Rockafellar & Uryasev 2000), rounded up.
    pub expected_shortfall: Value,
}

/// 1 % of the probability, Q62.
const TAIL: i64 = (1 << 62) / 100;
const CELLS: usize = PRICE_SHOCKS * VOLATILITY_SHOCKS;

/// The worst loss, its cell, and the 99 % expected shortfall of `losses`, which were made with `grid`.
///
/// `None` if a shortfall does not fit 64 bits, which takes losses near 2⁶³.
pub fn tail_risk(losses: &Losses, grid: &Grid) -> Option<TailRisk> {
    // (loss, weight, index), sorted by loss: the grid is small, so by insertion.
    let mut sorted = [(i64::MIN, 0i64, 0usize); CELLS];
    let cells = losses.0.iter().flatten().zip(grid.weights.iter().flatten()).enumerate();
    for (index, (loss, weight)) in cells {
        let mut item = (*loss, weight.to_bits(), index);
        for slot in sorted.iter_mut().take(index.saturating_add(1)) {
            // Strictly larger, so that of equal losses the first stays first.
            if item.0 > slot.0 || slot.0 == i64::MIN {
                core::mem::swap(slot, &mut item);
            }
        }
    }
    let (worst_loss, _, worst) = *sorted.first()?;
    let mut left = TAIL;
    let mut total = 0i128;
    for (loss, weight, _) in sorted {
        let taken = weight.min(left);
        // Exact: a loss below 2⁶³ by a weight below 2⁵⁶, at most 27 times.
        total = total.checked_add(i128::from(loss).checked_mul(i128::from(taken))?)?;
        left = left.checked_sub(taken)?;
        if left == 0 {
            break;
        }
    }
    let shortfall = total.checked_div(i128::from(TAIL))?;
    let exact = shortfall.checked_mul(i128::from(TAIL))? == total;
    let up = i128::from(!exact && total > 0);
    Some(TailRisk {
        worst_loss: Value(worst_loss),
        worst_cell: Cell {
            price: worst.checked_div(VOLATILITY_SHOCKS)?,
            volatility: worst.checked_rem(VOLATILITY_SHOCKS)?,
        },
        expected_shortfall: Value(i64::try_from(shortfall.checked_add(up)?).ok()?),
    })
}
