//! What keepers of the model get: as much as a policy may pay.

use super::World;
use ballast_core_types::{Ratio, I80F48};
use ballast_core_vault::keeper_pay::{KeeperPay, KeeperPayPolicy, Purse, MOST_AVERSION};

/// A policy more generous than any that is accepted, so that the budget of a trade is what bounds
/// its pay.
pub const KEEPERS: KeeperPayPolicy = KeeperPayPolicy {
    rate: Ratio::from_fixed(I80F48::from_bits((1 << 48) / 100)),
    task: 1_000_000,
    aversion: MOST_AVERSION,
};

/// What was paid to keepers.
#[derive(Clone, Debug, Default)]
pub struct Paid {
    /// What the vault remembers of it.
    pub memory: KeeperPay,
    /// For tasks, which nobody's coming or going makes due.
    pub for_tasks: u64,
}

impl World {
    fn purse(&self) -> Purse {
        Purse {
            cash: self.state.ledger.cash,
            nav: self.appraise().nav.low,
            now: self.now,
        }
    }

    fn spend(&mut self, (amount, memory): (u64, KeeperPay)) -> u64 {
        self.state.ledger.cash -= amount;
        self.paid.memory = memory;
        amount
    }

    /// Pays for a trade what it has earned; returns how much.
    pub fn pay_for_trade(&mut self, earned: u64) -> u64 {
        let paid = self.paid.memory.paid(earned, &self.purse());
        self.spend(paid)
    }

    /// Pays what leavers bear; returns how much.
    pub fn pay_for_unwinding(&mut self, earned: u64) -> u64 {
        let amount = earned.min(self.state.ledger.cash);
        let memory = self.paid.memory.paid_by_leavers(amount);
        self.spend((amount, memory))
    }

    /// Pays for a mark, if none was paid within the hour.
    pub fn pay_for_task(&mut self) {
        let paid = self.paid.memory.paid_for_task(&KEEPERS, &self.purse());
        let amount = self.spend(paid);
        self.paid.for_tasks += amount;
    }

    /// Returns what all tasks that were paid have taken of a share's value, in 2⁻⁴⁸.
    pub fn taken_by_tasks(&self, before: u64) -> u128 {
        let more = u128::from(self.paid.for_tasks - before);
        if more == 0 {
            return 0;
        }
        (more << 48) / u128::from(self.appraise().supply.0 + 1_000) + 1
    }
}
