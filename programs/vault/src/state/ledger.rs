//! What a vault keeps of its tokens, of holders who leave, and of its line of batches, as stored.

use crate::state::plain::{moment, plain};
use anchor_lang::prelude::*;
use ballast_core_types::{Lots, Shares, UnixTime};
use ballast_core_vault::batch::queue::BatchQueue;
use ballast_core_vault::leaving::Leaving;
use ballast_core_vault::ledger::Ledger;
use ballast_core_vault::outflow::Outflow;
use ballast_core_vault::places::MAX_LEGS;
use bytemuck::{Pod, Zeroable};

/// See [`Ledger`].
#[derive(InitSpace, Clone, Copy, Debug, Default, PartialEq, Eq, Pod, Zeroable)]
#[cfg_attr(feature = "idl-build", derive(AnchorSerialize, AnchorDeserialize))]
#[repr(C)]
pub struct StoredLedger {
    /// The pool's, and free, quote base units.
    pub cash: u64,
    /// Those of deposits that were not priced yet.
    pub pending_deposits: u64,
    /// Given to tickets and not claimed.
    pub owed: u64,
    /// Paid by those who moved the book, for the trades that this makes due.
    pub levy_reserve: u64,
    /// Advanced to batches and not settled by a pricing; not in custody.
    pub advances: u64,
    /// Come back from a venue in quarantine, and kept for shares that were burnt meanwhile.
    pub set_aside: u64,
}

plain!(StoredLedger {
    cash,
    pending_deposits,
    owed,
    levy_reserve,
    advances,
    set_aside
});

impl StoredLedger {
    /// Returns the ledger.
    pub fn get(&self) -> Ledger {
        Ledger {
            cash: self.cash,
            pending_deposits: self.pending_deposits,
            owed: self.owed,
            levy_reserve: self.levy_reserve,
            advances: self.advances,
            set_aside: self.set_aside,
        }
    }
}

impl From<Ledger> for StoredLedger {
    fn from(ledger: Ledger) -> Self {
        Self {
            cash: ledger.cash,
            pending_deposits: ledger.pending_deposits,
            owed: ledger.owed,
            levy_reserve: ledger.levy_reserve,
            advances: ledger.advances,
            set_aside: ledger.set_aside,
        }
    }
}

/// See [`Leaving`].
#[derive(InitSpace, Clone, Copy, Debug, Default, PartialEq, Eq, Pod, Zeroable)]
#[cfg_attr(feature = "idl-build", derive(AnchorSerialize, AnchorDeserialize))]
#[repr(C)]
pub struct StoredLeaving {
    /// Shares of final, unfilled redemptions.
    pub shares: u64,
    /// Their part of each position that is not unwound, lots.
    pub lots: [i64; MAX_LEGS],
    /// What unwinding has cost and they have not borne yet, quote base units.
    pub unwind_cost: u64,
}

plain!(StoredLeaving {
    shares,
    lots,
    unwind_cost
});

impl StoredLeaving {
    /// Returns what leaves.
    pub fn get(&self) -> Leaving {
        Leaving {
            shares: Shares(self.shares),
            lots: self.lots.map(Lots),
            unwind_cost: self.unwind_cost,
        }
    }
}

impl From<Leaving> for StoredLeaving {
    fn from(leaving: Leaving) -> Self {
        Self {
            shares: leaving.shares.0,
            lots: leaving.lots.map(|lots| lots.0),
            unwind_cost: leaving.unwind_cost,
        }
    }
}

/// See [`Outflow`].
#[derive(InitSpace, Clone, Copy, Debug, Default, PartialEq, Eq, Pod, Zeroable)]
#[cfg_attr(feature = "idl-build", derive(AnchorSerialize, AnchorDeserialize))]
#[repr(C)]
pub struct StoredOutflow {
    /// Paid at a price and not drained, quote base units.
    pub level: u64,
    /// When that was, unix seconds.
    pub at: i64,
    /// Greatest low net asset value since it was empty and nobody waited, quote base units.
    pub base: u64,
}

plain!(StoredOutflow { level, at, base });

impl StoredOutflow {
    /// Returns what has left.
    pub fn get(&self) -> Outflow {
        Outflow {
            level: self.level,
            at: UnixTime(self.at),
            base: self.base,
        }
    }
}

impl From<Outflow> for StoredOutflow {
    fn from(outflow: Outflow) -> Self {
        Self {
            level: outflow.level,
            at: outflow.at.0,
            base: outflow.base,
        }
    }
}

/// See [`BatchQueue`].
#[derive(InitSpace, Clone, Copy, Debug, Default, PartialEq, Eq, Pod, Zeroable)]
#[cfg_attr(feature = "idl-build", derive(AnchorSerialize, AnchorDeserialize))]
#[repr(C)]
pub struct StoredQueue {
    /// Number of the oldest batch that may have unfilled redemptions.
    pub head: u64,
    /// Number of the oldest batch that was never priced.
    pub next: u64,
    /// Number of the batch that takes requests, or will take the next one.
    pub open: u64,
    /// When that batch opened, unix seconds; zero if it has no request yet.
    pub opened_at: i64,
    /// When a batch was last priced for the first time, unix seconds.
    pub priced_at: i64,
    /// When a batch was last filled further, unix seconds.
    pub filled_at: i64,
    /// Slot in which a batch was last priced or filled further.
    pub priced_slot: u64,
    /// Shares filled since the vault's beginning; wraps around.
    pub filled: u64,
}

plain!(StoredQueue {
    head,
    next,
    open,
    opened_at,
    priced_at,
    filled_at,
    priced_slot,
    filled
});

impl StoredQueue {
    /// Returns the queue.
    pub fn get(&self) -> BatchQueue {
        BatchQueue {
            head: self.head,
            next: self.next,
            open: self.open,
            opened_at: moment(self.opened_at),
            priced_at: UnixTime(self.priced_at),
            filled_at: UnixTime(self.filled_at),
            priced_slot: self.priced_slot,
            filled: self.filled,
        }
    }
}

impl From<BatchQueue> for StoredQueue {
    fn from(queue: BatchQueue) -> Self {
        Self {
            head: queue.head,
            next: queue.next,
            open: queue.open,
            opened_at: queue.opened_at.map_or(0, |at| at.0),
            priced_at: queue.priced_at.0,
            filled_at: queue.filled_at.0,
            priced_slot: queue.priced_slot,
            filled: queue.filled,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_stored_is_what_was_decided() {
        let ledger = Ledger {
            cash: 1,
            pending_deposits: 2,
            owed: 3,
            levy_reserve: 4,
            advances: 5,
            set_aside: 6,
        };
        assert_eq!(StoredLedger::from(ledger).get(), ledger);
        let leaving = Leaving {
            shares: Shares(1),
            lots: [1, -2, 3, -4, 5, -6, 7, -8].map(Lots),
            unwind_cost: 3,
        };
        assert_eq!(StoredLeaving::from(leaving).get(), leaving);
        let outflow = Outflow {
            level: 1,
            at: UnixTime(2),
            base: 3,
        };
        assert_eq!(StoredOutflow::from(outflow).get(), outflow);
        for opened_at in [None, Some(UnixTime(9))] {
            let queue = BatchQueue {
                head: 1,
                next: 2,
                open: 3,
                opened_at,
                priced_at: UnixTime(4),
                filled_at: UnixTime(5),
                priced_slot: 7,
                filled: 6,
            };
            assert_eq!(StoredQueue::from(queue).get(), queue);
        }
    }

    #[test]
    fn ledger_leaving_and_queue_lie_in_memory_as_borsh_writes_them() {
        for (fields, memory, space) in [
            StoredLedger::encodings(),
            StoredLeaving::encodings(),
            StoredOutflow::encodings(),
            StoredQueue::encodings(),
        ] {
            assert_eq!(fields, memory);
            assert_eq!(space, memory.len());
        }
    }
}
