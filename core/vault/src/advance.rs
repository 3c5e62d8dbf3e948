//! An exit that needs no price: an advance on it.
//!
//! After the grace, in any state, a batch may be paid its part of what is liquid:
//!
//! ```text
//! advance = shares · (cash + advances outstanding) / supply − its own advance
//!           − what unwinding for it has cost
//! ```
//!
//! from stocks and not from flows, so that any order and any number of calls pay the same, and
//! money that goes out to a venue and comes back is paid once. An advance stays an asset of the
//! vault until a pricing settles it at its price; one that is worth more than the shares closes
//! them, and nobody owes anything. Nothing here reads a market, a venue or a breaker.

use crate::batch::{Batch, BatchError, GRACE_SECONDS};
use crate::ledger::Ledger;
use crate::state::VaultState;
use ballast_core_types::{scale, Shares, UnixTime};

/// What a vault has to advance from, and to whom.
#[derive(Clone, Copy, Debug)]
pub struct Liquid<'a> {
    /// The vault's decoded state.
    pub vault: &'a VaultState,
    /// Shares that are minted.
    pub minted: Shares,
    /// The batch's number: one that still takes requests is closed by its advance.
    pub number: u64,
    /// Chain time.
    pub now: UnixTime,
}

impl Liquid<'_> {
    /// Returns the share supply, fees that were earned and not minted included: they have their
    /// part of what is liquid.
    pub fn supply(&self) -> Shares {
        self.vault.fees_at(self.minted, self.now).supply(self.minted)
    }
}

/// A batch after an advance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Advance {
    /// Quote base units advanced now.
    pub amount: u64,
    /// The batch: its redemptions are final from here on, and it takes no request.
    pub batch: Batch,
    /// The vault's ledger.
    pub ledger: Ledger,
}

/// Advances what is due to a batch. Redemptions within one per cent of a batch that nobody could
/// price go back whole: a price they asked for is not what they would get.
///
/// # Errors
/// [`BatchError::GraceNotOver`], [`BatchError::NothingToAdvance`], [`BatchError::OutOfRange`].
pub fn advance(batch: &Batch, liquid: &Liquid) -> Result<Advance, BatchError> {
    let Liquid { vault, number, now, .. } = *liquid;
    let (ledger, supply) = (vault.ledger, liquid.supply());
    if now.seconds_since(batch.opened_at) < GRACE_SECONDS {
        return Err(BatchError::GraceNotOver);
    }
    let mut batch = *batch;
    let redemptions = &mut batch.redemptions;
    if !redemptions.is_final {
        redemptions.is_final = true;
        redemptions.returned.within = true;
        redemptions.total = Shares(redemptions.requested.any);
        redemptions.left = redemptions.total;
    }
    let whole = ledger.cash.checked_add(ledger.advances).ok_or(BatchError::OutOfRange)?;
    let part = scale::mul_div_floor(whole, redemptions.left.0, supply.0).unwrap_or(0);
    // What unwinding for them has cost is theirs to bear.
    let had = redemptions.advanced.saturating_add(redemptions.unwind_cost);
    let amount = part.saturating_sub(had).min(ledger.cash);
    if amount == 0 {
        return Err(BatchError::NothingToAdvance);
    }
    let more = |sum: u64| sum.checked_add(amount).ok_or(BatchError::OutOfRange);
    redemptions.advanced = more(redemptions.advanced)?;
    redemptions.paid = more(redemptions.paid)?;
    if vault.queue.is_taking(number, now) && batch.closed_at.is_none() {
        batch.closed_at = Some(now);
    }
    let ledger = Ledger {
        cash: ledger.cash.checked_sub(amount).ok_or(BatchError::OutOfRange)?,
        advances: more(ledger.advances)?,
        owed: more(ledger.owed)?,
        ..ledger
    };
    Ok(Advance { amount, batch, ledger })
}
