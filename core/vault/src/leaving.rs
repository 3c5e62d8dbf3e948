//! Holders who leave: their redemption is final, and waits for cash and for the book to come down.
//!
//! They have a part of the book that is theirs alone to unwind. What stays is judged without it:
//! nobody who stays trades because somebody else goes, and nobody who goes pays for more than was
//! unwound for them.

use crate::places::MAX_LEGS;
use crate::unwind::due;
use ballast_core_types::{Lots, Shares};

/// Lots of each leg, by its place in the vault; zero where there is none.
pub type PerLeg = [Lots; MAX_LEGS];

/// What belongs to final, unfilled redemptions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Leaving {
    /// Their shares.
    pub shares: Shares,
    /// Their part of each position that is not unwound.
    pub lots: PerLeg,
    /// What unwinding has cost and they have not borne yet, quote base units. An asset: they owe
    /// it.
    pub unwind_cost: u64,
}

impl Leaving {
    /// Returns the part of a position of `held` lots that is not theirs. A venue may have closed
    /// what was: then nothing is left for them to unwind, and nothing of the rest is theirs.
    pub fn staying(&self, place: usize, held: Lots) -> Option<Lots> {
        held.checked_sub(self.within(place, held))
    }

    /// Returns their part of a position of `held` lots.
    pub fn within(&self, place: usize, held: Lots) -> Lots {
        due(of(&self.lots, place), held)
    }
}

/// Returns the lots of the leg at a place.
pub fn of(lots: &PerLeg, place: usize) -> Lots {
    lots.get(place).copied().unwrap_or(Lots::ZERO)
}

/// Returns the lots of each leg after `change` of them were taken away. `None` on overflow.
pub fn less(lots: &PerLeg, change: &PerLeg) -> Option<PerLeg> {
    let mut left = *lots;
    for (lots, change) in left.iter_mut().zip(change) {
        *lots = lots.checked_sub(*change)?;
    }
    Some(left)
}

/// Returns the lots of each leg with `more` of them. `None` on overflow.
pub fn with(lots: &PerLeg, more: &PerLeg) -> Option<PerLeg> {
    let mut sum = *lots;
    for (lots, more) in sum.iter_mut().zip(more) {
        *lots = lots.checked_add(*more)?;
    }
    Some(sum)
}
