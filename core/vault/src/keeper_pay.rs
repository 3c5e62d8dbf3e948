//! What keepers are paid, out of the pool's cash: for a trade by the risk that it removes, and a
//! fixed amount an hour for looking after the vault.
//!
//! ```text
//! drift   min(rate · notional, (fall of J − cost) / 10)
//! breach  rate · notional
//! unwind  rate · notional, which the leavers bear with the rest of its cost
//! ```
//!
//! Nobody chooses what goes into it: J ([`crate::risk_cost`]), the notional at the published price
//! and the cost are measured, and no trade passes that was not due. What a trade costs and what it
//! pays are together within its budget, of which a levy has taken the whole from whoever made the
//! trade due: so nobody earns by moving the book and trading it back. It pays for what filled, and
//! for nothing that waits at a venue.
//!
//! In any stretch of a day those who stay pay less than two basis points of the net asset value. A
//! vault without cash pays nothing: no trade and no mark fails for want of its pay.

use crate::monitor::LeakyWindow;
use crate::rebalance::RebalancePolicy;
use crate::risk_cost::least_slope;
use crate::targets::Reason;
use ballast_core_types::{Ratio, Value, I80F48, SECONDS_PER_DAY};

/// The highest rate: a basis point of what is traded.
pub const MOST_RATE: Ratio = Ratio::from_fixed(I80F48::from_bits((1 << 48) / 10_000));
/// The day's pay is at most the net asset value divided by this: a basis point of it.
pub const DAY_PARTS: u64 = 10_000;
/// In which the day's pay drains, seconds.
#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a day in seconds"
)]
pub const DAY_SECONDS: u32 = SECONDS_PER_DAY as u32;
/// The least time from one task that is paid to the next.
pub const TASK_SECONDS: i64 = 3_600;
/// The highest aversion to risk.
pub const MOST_AVERSION: u32 = 1_000;
/// Of the risk that a trade removes, a keeper gets one part in so many.
pub const PARTS_OF_GAIN: u64 = 10;

/// What a vault pays for, fixed when it is created.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeeperPayPolicy {
    /// The most that a trade pays / notional, 0 to [`MOST_RATE`].
    pub rate: Ratio,
    /// What a task pays, quote base units.
    pub task: u64,
    /// a, the aversion to risk that J is measured with, 1 to [`MOST_AVERSION`].
    pub aversion: u32,
}

/// A trade that was proven.
#[derive(Clone, Copy, Debug)]
pub struct Trade {
    /// Why it was due.
    pub reason: Reason,
    /// Notional of what filled, quote base units.
    pub traded: Value,
    /// Net asset value lost at an unchanged price, quote base units.
    pub cost: Value,
    /// By how much the cost of risk fell with what filled, quote base units.
    pub risk_removed: u64,
}

impl KeeperPayPolicy {
    /// Returns what a proven trade has earned, quote base units.
    pub fn of_trade(&self, trade: &Trade, policy: &RebalancePolicy) -> u64 {
        let wanted = self.of_notional(trade.traded);
        let wanted = match trade.reason {
            Reason::Breach => wanted,
            Reason::Drift => {
                let gain = trade.risk_removed.saturating_sub(trade.cost.positive_part());
                wanted.min(gain / PARTS_OF_GAIN)
            }
        };
        wanted.min(left(policy, trade.traded, trade.cost))
    }

    /// Returns what an unwinding trade has earned, quote base units: those it was done for bear it.
    pub fn of_unwinding(&self, traded: Value, cost: Value, policy: &RebalancePolicy) -> u64 {
        self.of_notional(traded).min(left(policy, traded, cost))
    }

    fn of_notional(&self, traded: Value) -> u64 {
        self.rate.of_floor(traded).map_or(0, Value::positive_part)
    }
}

/// Returns what a trade has left of its budget.
fn left(policy: &RebalancePolicy, traded: Value, cost: Value) -> u64 {
    let budget = policy.budget(traded).map_or(0, Value::positive_part);
    budget.saturating_sub(cost.positive_part())
}

/// What a vault remembers of what it paid.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct KeeperPay {
    /// The day's pay, what leavers bore left out.
    pub day: LeakyWindow,
    /// When a task was last paid, unix seconds.
    pub task_at: i64,
    /// All that was ever paid, quote base units.
    pub total: u64,
}

/// What pay comes out of.
#[derive(Clone, Copy, Debug)]
pub struct Purse {
    /// Free cash of the pool, quote base units.
    pub cash: u64,
    /// Net asset value, quote base units.
    pub nav: Value,
    /// Unix seconds.
    pub now: i64,
}

impl KeeperPay {
    /// Returns what of `earned` is paid, by what is left of the day's pay and of the cash, and the
    /// memory after it.
    pub fn paid(&self, earned: u64, purse: &Purse) -> (u64, Self) {
        let most = purse.nav.positive_part() / DAY_PARTS;
        let left = most.saturating_sub(self.day.left_ceil(purse.now, DAY_SECONDS));
        let amount = earned.min(left).min(purse.cash);
        if amount == 0 {
            return (0, *self);
        }
        let day = self.day.add(amount, purse.now, DAY_SECONDS);
        (amount, Self { day, ..*self }.paid_by_leavers(amount))
    }

    /// Returns the memory after a payment that those who stay do not bear: it is counted, and is no
    /// part of the day's.
    pub fn paid_by_leavers(&self, amount: u64) -> Self {
        let total = self.total.saturating_add(amount);
        Self { total, ..*self }
    }

    /// Returns what a task pays, and the memory after it: nothing within an hour of the last one
    /// that was paid, whoever did it and whichever it was.
    pub fn paid_for_task(&self, policy: &KeeperPayPolicy, purse: &Purse) -> (u64, Self) {
        if purse.now.saturating_sub(self.task_at) < TASK_SECONDS {
            return (0, *self);
        }
        let (amount, after) = self.paid(policy.task, purse);
        if amount == 0 {
            return (0, *self);
        }
        let task_at = purse.now;
        (amount, Self { task_at, ..after })
    }
}

/// A rule of what keepers are paid that parameters break.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeeperPayParamError {
    /// A rate below zero, above [`MOST_RATE`], or above half of what a trade may cost.
    Rate,
    /// An aversion of zero or above [`MOST_AVERSION`], or one at which a trade to the edge of a
    /// market's band is worth less than it costs.
    Aversion,
    /// A task that pays more than a whole token.
    Task,
}

impl KeeperPayPolicy {
    /// Checks the parameters, with what a trade may cost, and for a vault of tokens of `unit` base
    /// units.
    ///
    /// # Errors
    /// The first [`KeeperPayParamError`].
    pub fn validate(&self, max_cost: Ratio, unit: u64) -> Result<(), KeeperPayParamError> {
        let twice = self.rate.fixed().checked_mul_int(2);
        let is_rate =
            self.rate >= Ratio::ZERO && self.rate <= MOST_RATE && twice.is_some_and(|twice| twice <= max_cost.fixed());
        if !is_rate {
            return Err(KeeperPayParamError::Rate);
        }
        if self.aversion == 0 || self.aversion > MOST_AVERSION {
            return Err(KeeperPayParamError::Aversion);
        }
        if self.task > unit {
            return Err(KeeperPayParamError::Task);
        }
        Ok(())
    }

    /// Checks that at the edge of a market's band, `band` of the net asset value wide, a dollar
    /// traded is worth what it costs there even in a quiet market: a · σ_h² · band ≥ cost.
    ///
    /// # Errors
    /// [`KeeperPayParamError::Aversion`].
    pub fn validate_market(&self, band: Ratio, cost: Ratio) -> Result<(), KeeperPayParamError> {
        let is_worth_it = least_slope(self.aversion, band).is_some_and(|worth| worth >= cost);
        is_worth_it.then_some(()).ok_or(KeeperPayParamError::Aversion)
    }
}

#[cfg(test)]
mod tests;
