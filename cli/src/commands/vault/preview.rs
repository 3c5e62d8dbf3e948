//! What a request would come to, were it priced now.

use super::client::{no_appraisal, words};
use ballast_core_types::{Shares, UnixTime, Value};
use ballast_core_vault::batch::queue::Request;
use ballast_core_vault::batch::ticket::{Claim, Ticket};
use ballast_core_vault::batch::{Batch, Side};
use ballast_core_vault::prices::Purpose;
use ballast_core_vault::pricing;
use ballast_core_vault::shares::Pool;
use ballast_sdk::snapshot::Snapshot;

/// What a request would come to at the price there is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Preview {
    /// What its ticket could claim at once.
    pub claim: Claim,
    /// What its shares are worth to who leaves, those that a deposit buys or those that leave,
    /// quote base units.
    pub worth: u64,
    /// Charged to the net side of the whole batch, quote base units.
    pub levy: u64,
    /// Age of the price, seconds.
    pub price_age: u32,
}

/// Returns the batch that takes a request now: its number, and its totals so far.
pub fn taking(snapshot: &Snapshot) -> (u64, Batch) {
    let now = UnixTime(snapshot.clock.unix_timestamp);
    let (number, opens) = snapshot.state.queue.taking(now);
    let stored = snapshot.batches.iter().find(|record| record.number == number);
    let batch = stored.filter(|_| !opens).map(|record| record.totals.get());
    (number, batch.unwrap_or(Batch::opened(now)))
}

/// Returns the seconds until the batch that takes a request now closes; `None` while that waits for
/// the batch before it to be priced.
pub fn closes_in(snapshot: &Snapshot) -> Option<i64> {
    let ((number, batch), queue) = (taking(snapshot), &snapshot.state.queue);
    let closes = queue.closes_at(&batch).0.saturating_sub(snapshot.clock.unix_timestamp);
    (number == queue.next).then_some(closes.max(0))
}

/// Returns what a request would come to, were its batch priced with it now.
///
/// # Errors
/// Why that cannot be told, in words.
pub fn preview(snapshot: &Snapshot, request: &Request) -> Result<Preview, String> {
    let now = UnixTime(snapshot.clock.unix_timestamp);
    let (number, batch) = taking(snapshot);
    let mark = &snapshot.state.share_mark;
    let batch = batch.with_request(request, mark, now).map_err(words)?;
    let mut supposed = snapshot.clone();
    if request.side == Side::Deposit {
        let pending = &mut supposed.state.ledger.pending_deposits;
        *pending = pending.saturating_add(request.amount);
    }
    let Some(appraisal) = supposed.appraise(Purpose::Batch) else {
        return Err(no_appraisal(snapshot));
    };
    let pricing = pricing::preview(&appraisal, &batch, number).map_err(words)?;
    let ticket = Ticket {
        side: request.side,
        class: request.class,
        amount: request.amount,
        claimed: 0,
        requested_at: now,
    };
    let claim = ticket.claim(&pricing.batch);
    let shares = match request.side {
        Side::Deposit => claim.shares,
        Side::Redemption => Shares(request.amount),
    };
    // As the vault is once the batch has come in and gone.
    let came_in = pricing.batch.deposits.accepted.saturating_sub(pricing.levy);
    let after = || {
        let nav = appraisal.nav.low.checked_add(Value::from_amount(came_in)?)?;
        let supply = appraisal.supply.checked_add(pricing.minted)?;
        let now = appraisal.pool();
        match request.side {
            Side::Deposit => Pool { nav, supply, ..now }.assets_for_shares_floor(shares),
            Side::Redemption => now.assets_for_shares_floor(shares),
        }
    };
    let worth = after();
    Ok(Preview {
        claim,
        worth: worth.unwrap_or(0),
        levy: pricing.levy,
        price_age: snapshot.oldest_age(),
    })
}
