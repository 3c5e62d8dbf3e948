//! What a vault has paid keepers, as stored.

use crate::state::plain::plain;
use anchor_lang::prelude::*;
use ballast_core_vault::keeper_pay::KeeperPay;
use ballast_core_vault::monitor::LeakyWindow;
use bytemuck::{Pod, Zeroable};

/// See [`KeeperPay`].
#[derive(InitSpace, Clone, Copy, Debug, Default, PartialEq, Eq, Pod, Zeroable)]
#[cfg_attr(feature = "idl-build", derive(AnchorSerialize, AnchorDeserialize))]
#[repr(C)]
pub struct StoredKeeperPay {
    /// The day's pay, as of `day_at`, quote base units.
    pub day: u64,
    /// When it was last added to, unix seconds.
    pub day_at: i64,
    /// When a task was last paid, unix seconds.
    pub task_at: i64,
    /// All that was ever paid, quote base units.
    pub total: u64,
}

plain!(StoredKeeperPay {
    day,
    day_at,
    task_at,
    total
});

impl StoredKeeperPay {
    /// Returns what was paid.
    pub fn get(&self) -> KeeperPay {
        KeeperPay {
            day: LeakyWindow {
                amount: self.day,
                at: self.day_at,
            },
            task_at: self.task_at,
            total: self.total,
        }
    }
}

impl From<KeeperPay> for StoredKeeperPay {
    fn from(pay: KeeperPay) -> Self {
        Self {
            day: pay.day.amount,
            day_at: pay.day.at,
            task_at: pay.task_at,
            total: pay.total,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_paid_lies_in_memory_as_borsh_writes_it_and_survives_storage() {
        let (fields, memory, space) = StoredKeeperPay::encodings();
        assert_eq!((fields, space), (memory.clone(), memory.len()));
        let pay = KeeperPay {
            day: LeakyWindow { amount: 1, at: 2 },
            task_at: 3,
            total: 4,
        };
        assert_eq!(StoredKeeperPay::from(pay).get(), pay);
    }
}
