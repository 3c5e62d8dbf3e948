//! Whose a vault's quote tokens are.

/// Whose the quote tokens in custody are, base units. Tokens sent there by others are nobody's.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ledger {
    /// The pool's, and free.
    pub cash: u64,
    /// Those of deposits that were not priced yet.
    pub pending_deposits: u64,
    /// Given to tickets and not claimed.
    pub owed: u64,
    /// Paid by those who moved the book, for the trades that this makes due.
    pub levy_reserve: u64,
    /// Not in custody any more: advanced to batches and not settled by a pricing. An asset.
    pub advances: u64,
    /// Come back from a venue in quarantine, and kept for shares that were burnt meanwhile.
    pub set_aside: u64,
}

impl Ledger {
    /// Returns what custody has to hold; `None` if it does not fit.
    pub fn in_custody(&self) -> Option<u64> {
        self.cash
            .checked_add(self.pending_deposits)?
            .checked_add(self.owed)?
            .checked_add(self.levy_reserve)?
            .checked_add(self.set_aside)
    }
}
