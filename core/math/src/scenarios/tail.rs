//! The worst cell, and the expected shortfall of the grid.

use super::book::Losses;
use super::grid::{Cell, Grid, PRICE_SHOCKS, VOLATILITY_SHOCKS};
use super::stress::with_far_moves;
use ballast_core_types::{wide, Value};

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
    let mut left_over: [[i64; VOLATILITY_SHOCKS]; PRICE_SHOCKS] = losses.cells().try_into().ok()?;
    for loss in left_over.as_flattened_mut() {
        *loss = (*loss).max(TAKEN.wrapping_add(1));
    }
    let mut most_of_rows = left_over.map(|row| largest(&row).1);
    let (mut worst, mut worst_loss) = (Cell::default(), TAKEN);
    let mut left = TAIL;
    let mut total = 0i128;
    // Cells by falling loss. The tail is a few of them, so that looking for each is cheaper than to
    // sort them all.
    while left > 0 {
        let (price, loss) = largest(&most_of_rows);
        if loss == TAKEN {
            return None;
        }
        let row = left_over.get_mut(price)?;
        let (volatility, _) = largest(row);
        if worst_loss == TAKEN {
            (worst, worst_loss) = (Cell { price, volatility }, loss);
        }
        *row.get_mut(volatility)? = TAKEN;
        *most_of_rows.get_mut(price)? = largest(row).1;
        let weight = grid.weights.get(price)?.get(volatility)?.to_bits().min(left);
        // Exact: a loss below 2⁶³ by a weight below 2⁵⁶, at most 27 times.
        let (high, low) = wide::product(loss, weight);
        total = total.checked_add((i128::from(high) << 64) | i128::from(low))?;
        left = left.checked_sub(weight)?;
    }
    let shortfall = total.checked_div(i128::from(TAIL))?;
    let exact = shortfall.wrapping_mul(i128::from(TAIL)) == total;
    let up = i128::from(!exact && total > 0);
    Some(TailRisk {
        worst_loss: Value(worst_loss),
        worst_cell: worst,
        expected_shortfall: Value(i64::try_from(shortfall.checked_add(up)?).ok()?),
    })
}

/// The place of a cell that has been counted; no loss is as small.
const TAKEN: i64 = i64::MIN;

/// Returns the largest of the losses and its index, the first if there are several.
fn largest(losses: &[i64]) -> (usize, i64) {
    let mut largest = (0, TAKEN);
    for (index, loss) in losses.iter().enumerate() {
        if *loss > largest.1 {
            largest = (index, *loss);
        }
    }
    largest
}
