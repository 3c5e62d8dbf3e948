//! The worst cell, and the expected shortfall of the grid.

use super::book::Losses;
use super::grid::{Cell, Grid, PRICE_SHOCKS, VOLATILITY_SHOCKS};
use super::stress::with_far_moves;
use ballast_core_types::Value;

/// What the tail of a book looks like. Losses are positive, in base units of the quote token.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TailRisk {
    /// The largest loss of any cell, or the share that counts of one in the far moves; negative if
    /// the book gains in all of them.
    pub worst_loss: Value,
    /// The cell of that loss, the first if there are several.
    pub worst_cell: Cell,
    /// The mean loss over the worst 1 % of the grid's probability (Rockafellar & Uryasev 2000),
    /// rounded up.
    pub expected_shortfall: Value,
}

/// 1 % of the probability, Q62.
const TAIL: i64 = (1 << 62) / 100;
const CELLS: usize = PRICE_SHOCKS * VOLATILITY_SHOCKS;

/// Returns the worst loss, its cell, and the 99 % expected shortfall of `losses`, which were made
/// with `grid`.
pub fn tail_risk(losses: &Losses, grid: &Grid) -> TailRisk {
    // Every step of it fits: a mean of losses is no larger than the largest.
    let tail = mean_of_the_worst(losses, grid).unwrap_or(TailRisk {
        worst_loss: Value(i64::MAX),
        worst_cell: Cell::default(),
        expected_shortfall: Value(i64::MAX),
    });
    with_far_moves(tail, losses, grid)
}

fn mean_of_the_worst(losses: &Losses, grid: &Grid) -> Option<TailRisk> {
    let mut left_over: [i64; CELLS] = losses.cells().as_flattened().try_into().ok()?;
    for loss in &mut left_over {
        *loss = (*loss).max(TAKEN.wrapping_add(1));
    }
    let weights = grid.weights.as_flattened();
    let (worst, worst_loss) = largest(&left_over);
    let (mut index, mut loss) = (worst, worst_loss);
    let mut left = TAIL;
    let mut total = 0i128;
    // Cells by falling loss. The tail is a few of them, so that looking for each is cheaper than to
    // sort them all.
    for _ in 0..CELLS {
        if loss == TAKEN {
            return None;
        }
        *left_over.get_mut(index)? = TAKEN;
        let weight = weights.get(index)?.to_bits().min(left);
        // Exact: a loss below 2⁶³ by a weight below 2⁵⁶, at most 27 times.
        total = total.checked_add(i128::from(loss).wrapping_mul(i128::from(weight)))?;
        left = left.checked_sub(weight)?;
        if left == 0 {
            break;
        }
        (index, loss) = largest(&left_over);
    }
    let shortfall = total.checked_div(i128::from(TAIL))?;
    let exact = shortfall.wrapping_mul(i128::from(TAIL)) == total;
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

/// The place of a cell that has been counted; no loss is as small.
const TAKEN: i64 = i64::MIN;

/// Returns the largest of the losses and its index, the first if there are several.
fn largest(losses: &[i64; CELLS]) -> (usize, i64) {
    let mut largest = (0, TAKEN);
    for (index, loss) in losses.iter().enumerate() {
        if *loss > largest.1 {
            largest = (index, *loss);
        }
    }
    largest
}
