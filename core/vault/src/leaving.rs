//! Holders who leave: their redemption is final, and waits for cash and for the book to come down.
//!
//! They have a part of the book that is theirs alone to unwind. What stays is judged without it:
//! nobody who stays trades because somebody else goes, and nobody who goes pays for more than was
//! unwound for them.

use crate::unwind::due;
use ballast_core_types::{Lots, Shares};

/// What belongs to final, unfilled redemptions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Leaving {
    /// Their shares.
    pub shares: Shares,
    /// Their part of the position that is not unwound.
    pub lots: Lots,
    /// What unwinding has cost and they have not borne yet, quote base units. An asset: they owe
    /// it.
    pub unwind_cost: u64,
}

impl Leaving {
    /// Returns the part of a position of `held` lots that is not theirs. A venue may have closed
    /// what was: then nothing is left for them to unwind, and nothing of the rest is theirs.
    pub fn staying(&self, held: Lots) -> Option<Lots> {
        held.checked_sub(self.within(held))
    }

    /// Returns their part of a position of `held` lots.
    pub fn within(&self, held: Lots) -> Lots {
        due(self.lots, held)
    }
}
