//! What a batch collects of venues in quarantine, for those of its shares that were burnt
//! meanwhile.

use super::Batch;
use crate::ledger::Ledger;
use crate::quarantine::{Case, Cases, Right};
use ballast_core_types::Shares;

/// A batch that has collected what its rights were due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Collected {
    /// The batch: what it collected is given to its redemptions.
    pub batch: Batch,
    /// The vault's cases.
    pub cases: Cases,
    /// The vault's ledger.
    pub ledger: Ledger,
}

/// Collects what a batch is due from every case that it has a right in. One that has ended it
/// leaves; the last batch to leave a case makes its place free, and what rounding has left over is
/// the pool's. `None` on overflow.
pub fn collect(batch: &Batch, mut cases: Cases, mut ledger: Ledger) -> Option<Collected> {
    let mut batch = *batch;
    let redemptions = &mut batch.redemptions;
    for (case, right) in cases.0.iter_mut().zip(&mut redemptions.rights) {
        if right.shares == Shares::ZERO {
            continue;
        }
        let due = case.due_with(right, 0)?;
        right.had = right.had.checked_add(due)?;
        case.collected = case.collected.checked_add(due)?;
        ledger.set_aside = ledger.set_aside.checked_sub(due)?;
        let debt = due.min(redemptions.debt);
        redemptions.debt = redemptions.debt.checked_sub(debt)?;
        ledger.cash = ledger.cash.checked_add(debt)?;
        let gets = due.checked_sub(debt)?;
        ledger.owed = ledger.owed.checked_add(gets)?;
        redemptions.paid = redemptions.paid.checked_add(gets)?;
        if case.lasts() {
            continue;
        }
        *right = Right::default();
        case.batches = case.batches.checked_sub(1)?;
        if case.batches == 0 {
            let left_over = case.right(0)?.checked_sub(case.collected)?;
            ledger.set_aside = ledger.set_aside.checked_sub(left_over)?;
            ledger.cash = ledger.cash.checked_add(left_over)?;
            *case = Case::default();
        }
    }
    Some(Collected { batch, cases, ledger })
}
