//! Venues in quarantine, and what batches have in them, as stored.

use crate::state::plain::{moment, plain};
use anchor_lang::prelude::*;
use anchor_lang::Space;
use ballast_core_market::cooldown::Cooldown;
use ballast_core_types::{Shares, UnixTime};
use ballast_core_vault::quarantine::{Case, Cases, Right, CASES};
use bytemuck::{Pod, Zeroable};

/// See [`Case`]. All zero where the place is free.
#[derive(InitSpace, Clone, Copy, Debug, Default, PartialEq, Eq, Pod, Zeroable)]
#[cfg_attr(feature = "idl-build", derive(AnchorSerialize, AnchorDeserialize))]
#[repr(C)]
pub struct StoredCase {
    /// Shares at its start.
    pub supply: u64,
    /// When it began, unix seconds; zero if the place is free.
    pub started_at: i64,
    /// When it ended, unix seconds; zero while it lasts.
    pub ended_at: i64,
    /// When the venue was last checked in it, unix seconds.
    pub checked_at: i64,
    /// What has come back from the venue, quote base units; with the value paid for what was left
    /// there, once it has ended.
    pub returned: u64,
    /// Shares burnt in it.
    pub burnt: u64,
    /// Σ of those shares, each times what had been returned when it was burnt; low half first.
    pub entry: [u64; 2],
    /// What their batches have collected, quote base units.
    pub collected: u64,
    /// Batches that have a right in it.
    pub batches: u64,
    /// One more than the seconds for which the venue has been sound; zero if it is not.
    pub sound: u32,
    /// The venue, by its place in the vault.
    pub venue: u8,
    /// Zero.
    pub padding: [u8; 3],
}

plain!(StoredCase {
    supply,
    started_at,
    ended_at,
    checked_at,
    returned,
    burnt,
    entry,
    collected,
    batches,
    sound,
    venue,
    padding
});

/// The cases of a vault.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Pod, Zeroable)]
#[cfg_attr(feature = "idl-build", derive(AnchorSerialize, AnchorDeserialize))]
#[repr(C)]
pub struct StoredCases {
    /// Those that last or that batches have not collected.
    pub cases: [StoredCase; CASES],
}

plain!(StoredCases { cases });

impl Space for StoredCases {
    const INIT_SPACE: usize = size_of::<Self>();
}

/// See [`Right`].
#[derive(InitSpace, Clone, Copy, Debug, Default, PartialEq, Eq, Pod, Zeroable)]
#[cfg_attr(feature = "idl-build", derive(AnchorSerialize, AnchorDeserialize))]
#[repr(C)]
pub struct StoredRight {
    /// Shares of the batch that were burnt in the case.
    pub shares: u64,
    /// Σ of those shares, each times what had been returned when it was burnt; low half first.
    pub entry: [u64; 2],
    /// What the batch has collected, quote base units.
    pub had: u64,
}

plain!(StoredRight { shares, entry, had });

/// Splits a sum into halves, the low one first.
fn halves(sum: u128) -> [u64; 2] {
    bytemuck::cast(sum.to_le_bytes())
}

fn whole(halves: [u64; 2]) -> u128 {
    u128::from_le_bytes(bytemuck::cast(halves))
}

impl StoredCases {
    /// Returns the cases.
    #[inline(never)]
    pub fn get(&self) -> Cases {
        Cases(self.cases.map(|case| case.get()))
    }

    /// Returns whether a venue is in quarantine.
    pub fn is_quarantined(&self) -> bool {
        self.cases.iter().any(|case| case.started_at != 0 && case.ended_at == 0)
    }
}

impl From<Cases> for StoredCases {
    #[inline(never)]
    fn from(cases: Cases) -> Self {
        Self {
            cases: cases.0.map(StoredCase::from),
        }
    }
}

impl StoredCase {
    fn get(&self) -> Case {
        if self.started_at == 0 {
            return Case::default();
        }
        Case {
            venue: self.venue,
            supply: Shares(self.supply),
            started_at: moment(self.started_at),
            ended_at: moment(self.ended_at),
            checked_at: UnixTime(self.checked_at),
            sound: Cooldown::from_stored(self.sound),
            returned: self.returned,
            burnt: Shares(self.burnt),
            entry: whole(self.entry),
            collected: self.collected,
            batches: self.batches,
        }
    }
}

impl From<Case> for StoredCase {
    fn from(case: Case) -> Self {
        let Some(started_at) = case.started_at else {
            return Self::default();
        };
        Self {
            supply: case.supply.0,
            started_at: started_at.0,
            ended_at: case.ended_at.map_or(0, |at| at.0),
            checked_at: case.checked_at.0,
            returned: case.returned,
            burnt: case.burnt.0,
            entry: halves(case.entry),
            collected: case.collected,
            batches: case.batches,
            sound: case.sound.stored(),
            venue: case.venue,
            padding: [0; 3],
        }
    }
}

impl StoredRight {
    /// Returns the right.
    pub fn get(&self) -> Right {
        Right {
            shares: Shares(self.shares),
            entry: whole(self.entry),
            had: self.had,
        }
    }
}

impl From<Right> for StoredRight {
    fn from(right: Right) -> Self {
        Self {
            shares: right.shares.0,
            entry: halves(right.entry),
            had: right.had,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cases_and_rights_survive_storage_and_lie_in_memory_as_borsh_writes_them() {
        let case = Case {
            venue: 1,
            supply: Shares(2),
            started_at: Some(UnixTime(3)),
            ended_at: Some(UnixTime(4)),
            checked_at: UnixTime(5),
            sound: Cooldown::from_seconds(Some(6)),
            returned: 7,
            burnt: Shares(8),
            entry: (9 << 64) + 10,
            collected: 11,
            batches: 12,
        };
        let lasts = Case { ended_at: None, ..case };
        let none = Case::default();
        for cases in [
            Cases([case, lasts, case, lasts]),
            Cases([lasts, none, none, case]),
            Cases::default(),
        ] {
            let stored = StoredCases::from(cases);
            assert_eq!(stored.get(), cases);
            assert_eq!(stored.is_quarantined(), cases.is_quarantined());
        }
        let right = Right {
            shares: Shares(1),
            entry: (2 << 64) + 3,
            had: 4,
        };
        assert_eq!(StoredRight::from(right).get(), right);
        for (fields, memory, space) in [
            StoredCase::encodings(),
            StoredCases::encodings(),
            StoredRight::encodings(),
        ] {
            assert_eq!((fields, space), (memory.clone(), memory.len()));
        }
    }
}
