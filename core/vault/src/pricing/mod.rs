//! What a batch is given at a price.

mod fill;
mod flows;

use crate::appraisal::Appraisal;
use crate::batch::queue::BatchQueue;
use crate::batch::{Batch, BatchError, Class, Deposits, Returned, BATCH_SECONDS, REDUCTION_WAIT_SECONDS};
use crate::fees::FeeLedger;
use crate::leaving::{self, Leaving, PerLeg};
use crate::ledger::Ledger;
use crate::outflow::Outflow;
use crate::places::MAX_LEGS;
use crate::quarantine::Cases;
use crate::targets::Reason;
use ballast_core_market::breaker::Breaker;
use ballast_core_types::{scale, Lots, Ratio, Shares, UnixTime, Value, I80F48};
use fill::Fill;
use flows::Flows;

/// What pricing a batch does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pricing {
    /// The batch.
    pub batch: Batch,
    /// The vault's ledger.
    pub ledger: Ledger,
    /// Final, unfilled redemptions of all batches.
    pub leaving: Leaving,
    /// The line of batches.
    pub queue: BatchQueue,
    /// Venues in quarantine: what is burnt keeps its right in them.
    pub cases: Cases,
    /// What has left at a price.
    pub outflow: Outflow,
    /// What its manager has earned.
    pub fees: FeeLedger,
    /// Low net asset value after it.
    pub nav_after: Value,
    /// High net asset value, which deposits paid.
    pub nav_high: Value,
    /// Shares to mint for deposits.
    pub minted: Shares,
    /// Shares to burn.
    pub burnt: Shares,
    /// What those were worth, quote base units.
    pub worth: u64,
    /// Charged to the net side, quote base units.
    pub levy: u64,
}

/// Prices the batch numbered `number`: for the first time if it is the oldest unpriced one, and
/// further if it waits first in line.
///
/// Depositors pay the high net asset value and leavers get the low one, also where they meet:
/// netting saves levy and liquidity, never the spread. Nobody is paid: tickets claim.
///
/// # Errors
/// The rule that keeps it from being priced now.
pub fn price(appraisal: &Appraisal, batch: &Batch, number: u64) -> Result<Pricing, BatchError> {
    check_venues(appraisal)?;
    let queue = &appraisal.vault.queue;
    if batch.priced_at.is_some() {
        // In the slot of another pricing, trades are held up already.
        let is_due = appraisal.now.unix_time >= queue.filled_at.0.saturating_add(BATCH_SECONDS);
        if !is_due && appraisal.now.slot != queue.priced_slot {
            return Err(BatchError::TooSoon);
        }
    } else if number == queue.next {
        check_moment(appraisal, batch)?;
    } else {
        return Err(BatchError::StillOpen);
    }
    given(appraisal, batch, number)
}

/// Returns what a batch would be given at this appraisal if its moment had come: what somebody sees
/// before they ask to come or to go. The price that counts is one that is published later.
///
/// # Errors
/// As [`price`], but for those of its moment.
pub fn preview(appraisal: &Appraisal, batch: &Batch, number: u64) -> Result<Pricing, BatchError> {
    check_venues(appraisal)?;
    given(appraisal, batch, number)
}

fn given(appraisal: &Appraisal, batch: &Batch, number: u64) -> Result<Pricing, BatchError> {
    let now = UnixTime(appraisal.now.unix_time);
    let pricing = if batch.priced_at.is_some() {
        further(appraisal, batch, now)?
    } else {
        first(appraisal, batch, now)?
    };
    Ok(placed(appraisal, pricing, number))
}

/// Moves the head of the line to where the first that waits may be, and notes the slot. What was
/// filled further was first in line; a batch that is priced while nobody waits is so, too.
fn placed(appraisal: &Appraisal, mut pricing: Pricing, number: u64) -> Pricing {
    let queue = &mut pricing.queue;
    let was_first = queue.filled != appraisal.vault.queue.filled || appraisal.vault.leaving.shares == Shares::ZERO;
    if pricing.leaving.shares == Shares::ZERO {
        queue.head = queue.next;
    } else if was_first {
        queue.head = number.wrapping_add(u64::from(pricing.batch.is_filled()));
    }
    queue.priced_slot = appraisal.now.slot;
    pricing
}

/// Refuses while a venue is in doubt: what it holds is part of what is priced. One in quarantine
/// has no part in the price.
fn check_venues(appraisal: &Appraisal) -> Result<(), BatchError> {
    let vault = appraisal.vault;
    let counted = appraisal
        .portfolio
        .legs()
        .filter(|(place, _)| !vault.is_quarantined(*place));
    for (place, leg) in counted {
        let position = &leg.position;
        // What an order in flight will make of the position cannot be shared out.
        let is_settled = position.is_operational && position.in_flight == Lots::ZERO;
        let is_in_doubt = appraisal.monitor.failures(place) > 0 || appraisal.monitor.is_in_doubt(place);
        if !is_settled || is_in_doubt {
            return Err(BatchError::VenueInDoubt);
        }
    }
    // With one in quarantine, it alone may be why the breaker is active: the others are asked
    // above.
    if !vault.cases.is_quarantined() && appraisal.active.has(Breaker::UnexplainedMove) {
        return Err(BatchError::VenueInDoubt);
    }
    Ok(())
}

/// Refuses a first pricing before its time: the batch has to be closed, and the price published
/// after that, by more than the chain's clock may be behind.
fn check_moment(appraisal: &Appraisal, batch: &Batch) -> Result<(), BatchError> {
    let now = UnixTime(appraisal.now.unix_time);
    let queue = &appraisal.vault.queue;
    let closes_at = queue.closes_at(batch);
    let is_empty = batch.opened_at == UnixTime::default();
    if is_empty || now < closes_at {
        return Err(BatchError::StillOpen);
    }
    if now.0 < queue.priced_at.0.saturating_add(BATCH_SECONDS) {
        return Err(BatchError::TooSoon);
    }
    if !appraisal.prices.are_published_after(closes_at) {
        return Err(BatchError::NoNews);
    }
    let news_after = closes_at.0.saturating_add(appraisal.prices.clock_tolerance());
    let targets = appraisal.targets().ok_or(BatchError::OutOfRange)?;
    let exposure = appraisal.exposure().ok_or(BatchError::OutOfRange)?;
    let is_exceeded = targets.reason(&exposure.deltas_if_filled()) == Some(Reason::Breach);
    if is_exceeded && now.0 < news_after.saturating_add(REDUCTION_WAIT_SECONDS) {
        return Err(BatchError::ReductionDue);
    }
    Ok(())
}

/// Judges the classes, makes the redemptions final, and fills what can be filled. Deposits with
/// which anything does not fit go back whole: nobody's size keeps the others waiting.
#[inline(never)]
fn first(appraisal: &Appraisal, batch: &Batch, now: UnixTime) -> Result<Pricing, BatchError> {
    let nav_high = high(appraisal)?;
    let mut judged = *batch;
    judge(appraisal, &mut judged, nav_high)?;
    match entered(appraisal, judged, nav_high, now) {
        Err(BatchError::OutOfRange) if judged.deposits.accepted > 0 => {
            send_back(&mut judged.deposits);
            entered(appraisal, judged, nav_high, now)
        }
        priced => priced,
    }
}

/// Returns deposits to those who made them, of both classes.
fn send_back(deposits: &mut Deposits) {
    deposits.returned = Returned {
        any: true,
        within: true,
    };
    deposits.accepted = 0;
}

/// Prices a batch that was judged.
#[inline(never)]
fn entered(appraisal: &Appraisal, mut batch: Batch, nav_high: Value, now: UnixTime) -> Result<Pricing, BatchError> {
    let vault = appraisal.vault;
    batch.priced_at = Some(now);
    let mut leaving = vault.leaving;
    let redemptions = &mut batch.redemptions;
    redemptions.behind = vault.queue.filled.wrapping_add(leaving.shares.0);
    let lots = part_of_book(appraisal, redemptions.total).ok_or(BatchError::OutOfRange)?;
    (redemptions.lots, redemptions.lots_left) = (lots, lots);
    leaving.shares = leaving
        .shares
        .checked_add(redemptions.total)
        .ok_or(BatchError::OutOfRange)?;
    leaving.lots = leaving::with(&leaving.lots, &lots).ok_or(BatchError::OutOfRange)?;

    let mut ledger = vault.ledger;
    let requested = batch.deposits.requested.total().ok_or(BatchError::OutOfRange)?;
    let returned = requested
        .checked_sub(batch.deposits.accepted)
        .ok_or(BatchError::OutOfRange)?;
    ledger.pending_deposits = ledger
        .pending_deposits
        .checked_sub(requested)
        .ok_or(BatchError::OutOfRange)?;
    ledger.owed = ledger.owed.checked_add(returned).ok_or(BatchError::OutOfRange)?;
    let flows = Flows::new(appraisal, nav_high, leaving, batch.deposits.accepted);
    let flows = flows.ok_or(BatchError::OutOfRange)?;
    let queue = vault.queue.priced(now);
    let is_first = redemptions.behind == vault.queue.filled;
    let fill = if is_first {
        flows.fill(&batch).ok_or(BatchError::OutOfRange)?
    } else {
        Fill::default()
    };
    settled(&flows, &batch, ledger, queue, &fill).ok_or(BatchError::OutOfRange)
}

/// Fills a batch that waits further.
#[inline(never)]
fn further(appraisal: &Appraisal, batch: &Batch, now: UnixTime) -> Result<Pricing, BatchError> {
    let (vault, redemptions) = (appraisal.vault, &batch.redemptions);
    if redemptions.left == Shares::ZERO {
        return Err(BatchError::NothingToFill);
    }
    let done = redemptions.total.0.wrapping_sub(redemptions.left.0);
    if redemptions.behind.wrapping_add(done) != vault.queue.filled {
        return Err(BatchError::NotFirstInLine);
    }
    let flows = Flows::new(appraisal, high(appraisal)?, vault.leaving, 0);
    let flows = flows.ok_or(BatchError::OutOfRange)?;
    let fill = flows.fill(batch).ok_or(BatchError::OutOfRange)?;
    if fill.shares == Shares::ZERO {
        return Err(BatchError::NothingToFill);
    }
    let mut queue = vault.queue;
    queue.filled_at = now;
    settled(&flows, batch, vault.ledger, queue, &fill).ok_or(BatchError::OutOfRange)
}

fn high(appraisal: &Appraisal) -> Result<Value, BatchError> {
    appraisal.nav_high().ok_or(BatchError::OutOfRange)
}

/// Decides which classes come in and go out, before anything is netted. Deposits that nothing
/// permits now, or that are worth no share, go back whole.
fn judge(appraisal: &Appraisal, batch: &mut Batch, nav_high: Value) -> Result<(), BatchError> {
    let reference = batch.reference.unwrap_or(Ratio::ZERO);
    let pool = appraisal.pool();
    let per_share = |nav| pool.worth(nav).nav_per_share().ok_or(BatchError::OutOfRange);
    let deposits = &mut batch.deposits;
    let is_refused = !appraisal.permissions.deposit;
    let dearest = reference_times(reference, 101)?;
    deposits.returned.any = is_refused;
    deposits.returned.within = is_refused || per_share(nav_high)? > dearest;
    let come = |class| {
        if deposits.returned.of(class) {
            0
        } else {
            deposits.requested.of(class)
        }
    };
    let accepted = come(Class::AnyPrice).checked_add(come(Class::WithinOnePercent));
    deposits.accepted = accepted.ok_or(BatchError::OutOfRange)?;
    // The levy takes no more than half (`ballast_core_vault::levy`).
    let half = deposits.accepted >> 1;
    if pool.worth(nav_high).shares_for_deposit_floor(half).is_none() {
        send_back(deposits);
    }

    let redemptions = &mut batch.redemptions;
    if !redemptions.is_final {
        redemptions.is_final = true;
        let least = reference_times(reference, 99)?;
        redemptions.returned.within = per_share(appraisal.nav.low)? < least;
        let within = if redemptions.returned.within {
            0
        } else {
            redemptions.requested.within
        };
        let total = redemptions.requested.any.checked_add(within);
        redemptions.total = Shares(total.ok_or(BatchError::OutOfRange)?);
        redemptions.left = redemptions.total;
    }
    Ok(())
}

/// `reference` · `percent` / 100, rounded down.
fn reference_times(reference: Ratio, percent: i128) -> Result<Ratio, BatchError> {
    let product = reference.fixed().checked_mul_int(percent);
    let scaled: Option<I80F48> = product.and_then(|product| product.checked_div_int(100));
    scaled.map(Ratio::from_fixed).ok_or(BatchError::OutOfRange)
}

/// Returns the part of what stays of each leg that belongs to `shares`, which leave it; rounded
/// toward zero.
fn part_of_book(appraisal: &Appraisal, shares: Shares) -> Option<PerLeg> {
    let leaving = &appraisal.vault.leaving;
    let supply = appraisal.supply.checked_sub(leaving.shares)?;
    let mut parts = [Lots::ZERO; MAX_LEGS];
    for ((place, leg), part) in appraisal.portfolio.legs().zip(&mut parts) {
        let staying = leaving.staying(place, leg.position.lots)?;
        let size = scale::mul_div_floor(staying.0.unsigned_abs(), shares.0, supply.0.max(1))?;
        *part = Lots(i64::try_from(size).ok()?.checked_mul(staying.0.signum())?);
    }
    Some(parts)
}

/// Books the flows. `None` on overflow.
#[inline(never)]
fn settled(flows: &Flows, before: &Batch, mut ledger: Ledger, mut queue: BatchQueue, fill: &Fill) -> Option<Pricing> {
    let levied = flows.charged(fill)?;
    let (by_deposits, by_leavers) = if flows.is_net_deposit(fill) {
        (levied, 0)
    } else {
        (0, levied)
    };
    let comes_in = flows.deposited.checked_sub(by_deposits)?;
    let minted = if comes_in == 0 {
        Shares::ZERO
    } else {
        flows.minted(comes_in)?
    };
    ledger.cash = ledger.cash.checked_add(comes_in)?.checked_sub(fill.pay)?;
    ledger.levy_reserve = ledger.levy_reserve.checked_add(levied)?;
    let paid = fill.pay.checked_sub(by_leavers)?;
    ledger.owed = ledger.owed.checked_add(paid)?;
    ledger.advances = ledger.advances.checked_sub(fill.advance)?;
    let mut batch = *before;
    batch.deposits.minted = batch.deposits.minted.checked_add(minted)?;
    let redemptions = &mut batch.redemptions;
    redemptions.left = redemptions.left.checked_sub(fill.shares)?;
    redemptions.lots_left = leaving::less(&redemptions.lots_left, &fill.lots)?;
    redemptions.advanced = redemptions.advanced.checked_sub(fill.advance)?;
    redemptions.unwind_cost = redemptions.unwind_cost.checked_sub(fill.unwind_cost)?;
    redemptions.paid = redemptions.paid.checked_add(paid)?;
    let leaving = flows.leaving_after(fill)?;
    let left = fill.pay.saturating_sub(comes_in);
    let outflow = flows.outflow.with_paid(left)?;
    let fees = flows.fees(fill, comes_in, minted)?;
    let owes = fill.owes.checked_sub(fees.waived)?;
    let (cases, rights) = flows.cases().with_burnt(redemptions.rights, fill.shares)?;
    if cases.is_quarantined() {
        redemptions.debt = redemptions.debt.checked_add(owes)?;
    }
    let fees = flows.crystallised(fees, &ledger)?;
    redemptions.rights = rights;
    queue.filled = queue.filled.wrapping_add(fill.shares.0);
    Some(Pricing {
        batch,
        ledger,
        leaving,
        queue,
        cases,
        outflow,
        fees: fees.ledger,
        nav_after: flows.net(&fees)?,
        nav_high: flows.nav_high,
        minted,
        burnt: fill.shares,
        worth: fill.worth,
        levy: levied,
    })
}
