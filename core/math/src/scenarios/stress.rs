//! Moves that a grid looks at besides its own: the law of the cells gives them next to no
//! probability, and they have happened.
//!
//! They are added to the grid, and take the place of nothing in it: with them no book needs less
//! than without.

use super::book::{Losses, ROWS};
use super::grid::{Cell, Grid, GridError, PRICE_SHOCKS, VOLATILITY_SHOCKS};
use super::tail::TailRisk;
use crate::black_scholes::fast::whole_leg;
use crate::kernels::arith::{product, sub};
use crate::kernels::coefficients::HALF_LOG2_E;
use ballast_core_types::Value;
use fixed::types::{I2F62, I7F57};

/// Most far moves of a grid.
pub const FAR_MOVES: usize = 2;

/// Index of the highest volatility shock.
const HIGHEST: usize = VOLATILITY_SHOCKS - 1;

/// A fall and a rise beyond the grid's own, both at the highest volatility shock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FarMove {
    /// The log move, above 0 and at most 2.
    pub size: I7F57,
    /// Which share of what is lost there counts in the worst loss, above 0 and at most 1. Of the
    /// shortfall it is no part.
    pub share: I2F62,
}

impl Grid {
    /// Returns the same grid with one more far move.
    ///
    /// # Errors
    /// [`GridError::FarMove`]: a size or a share outside its range, or more than [`FAR_MOVES`].
    #[inline(never)]
    pub fn with_far_move(mut self, far: FarMove) -> Result<Self, GridError> {
        let is_valid = far.size > 0 && far.size <= 2 && far.share > 0 && far.share <= 1;
        let rows = self.rows();
        let next = self.far_shares.get_mut(self.far_moves).filter(|_| is_valid);
        *next.ok_or(GridError::FarMove)? = far.share;
        self.far_moves = self.far_moves.saturating_add(1);
        let rise = log2(far.size);
        for (place, shock) in self.price_log2.iter_mut().skip(rows).zip([sub(0, rise), rise]) {
            *place = shock;
        }
        self.price_factor = self.price_log2.map(whole_leg);
        Ok(self)
    }

    /// How many rows of the losses are worked out.
    pub(super) fn rows(&self) -> usize {
        self.far_moves.saturating_mul(2).saturating_add(PRICE_SHOCKS).min(ROWS)
    }
}

/// A log move in base 2, Q58.
pub(super) fn log2(size: I7F57) -> i64 {
    product(size.to_bits(), HALF_LOG2_E) << 2
}

/// Returns the tail with the shares that count of what is lost in a grid's far moves, rounded up.
/// Where one of them is the worst, its cell's price shock is that of its row: from
/// [`PRICE_SHOCKS`] on, the fall of each move before its rise.
#[inline(never)]
pub(super) fn with_far_moves(tail: TailRisk, losses: &Losses, grid: &Grid) -> TailRisk {
    let mut worst = tail;
    let shares = grid.far_shares.iter().flat_map(|share| [share, share]);
    let rows = losses.0.iter().enumerate().take(grid.rows()).skip(PRICE_SHOCKS);
    for ((price, [.., loss]), share) in rows.zip(shares).filter(|((_, [.., loss]), _)| *loss > 0) {
        // A loss below 2⁶³ by a share of at most 2⁶²: its share is no larger.
        let shared = i128::from(*loss).saturating_mul(i128::from(share.to_bits()));
        let (whole, rest) = (shared >> 62, shared & ((1 << 62) - 1));
        let whole = whole.saturating_add(i128::from(rest != 0));
        let counted = Value(i64::try_from(whole).unwrap_or(i64::MAX));
        if counted > worst.worst_loss {
            worst.worst_loss = counted;
            worst.worst_cell = Cell {
                price,
                volatility: HIGHEST,
            };
        }
    }
    worst
}
