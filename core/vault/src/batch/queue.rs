//! Which batch takes requests, when it closes, and whose shares are filled first.

use super::{Batch, BatchError, Class, Requested, Side, BATCH_SECONDS, CANCEL_AFTER_SECONDS, REFERENCE_SECONDS};
use crate::batch::ticket::Ticket;
use crate::shares::ShareMark;
use ballast_core_types::{Ratio, UnixTime};

/// A vault's line of batches. They are numbered from zero; at most one of them takes requests.
///
/// Who is first in line is counted in shares: `filled` of all that ever became final. No batch has
/// to be looked at to know whether another is first, and one without redemptions holds up nobody.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BatchQueue {
    /// Number of the oldest batch that may have unfilled redemptions: where whoever looks for the
    /// first in line begins.
    pub head: u64,
    /// Number of the oldest batch that was never priced.
    pub next: u64,
    /// Number of the batch that takes requests, or will take the next one.
    pub open: u64,
    /// When that batch opened; `None` if it has no request yet.
    pub opened_at: Option<UnixTime>,
    /// When a batch was last priced for the first time.
    pub priced_at: UnixTime,
    /// When a batch was last filled further.
    pub filled_at: UnixTime,
    /// Slot in which a batch was last priced or filled further.
    pub priced_slot: u64,
    /// Shares filled since the vault's beginning. It wraps around: only differences count.
    pub filled: u64,
}

/// A request, as it arrives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Request {
    /// What is asked for.
    pub side: Side,
    /// Base units of what is paid in.
    pub amount: u64,
    /// Prices that are accepted.
    pub class: Class,
    /// The reference that the class names.
    pub reference: Option<Ratio>,
}

impl BatchQueue {
    /// Returns the batch that takes a request at `now`, and whether that request opens it.
    pub fn taking(&self, now: UnixTime) -> (u64, bool) {
        match self.opened_at {
            None => (self.open, true),
            Some(opened_at) if self.open == self.next && now >= self.closing(opened_at) => {
                (self.open.wrapping_add(1), true)
            }
            Some(_) => (self.open, false),
        }
    }

    /// Returns the queue after a request has gone to the batch of that number.
    pub fn taken(mut self, number: u64, now: UnixTime) -> Self {
        if self.open != number || self.opened_at.is_none() {
            (self.open, self.opened_at) = (number, Some(now));
        }
        self
    }

    /// Returns when a batch closes that nobody has closed: a minute after it opened, and not before
    /// the one ahead of it was priced.
    fn closing(&self, opened_at: UnixTime) -> UnixTime {
        UnixTime(opened_at.0.saturating_add(BATCH_SECONDS)).max(self.priced_at)
    }

    /// Returns when the oldest unpriced batch closes or closed.
    pub fn closes_at(&self, batch: &Batch) -> UnixTime {
        batch.closed_at.unwrap_or(self.closing(batch.opened_at))
    }

    /// Returns the queue after the oldest unpriced batch was priced.
    pub fn priced(mut self, now: UnixTime) -> Self {
        if self.open == self.next {
            (self.open, self.opened_at) = (self.open.wrapping_add(1), None);
        }
        (self.next, self.priced_at) = (self.next.wrapping_add(1), now);
        self
    }

    /// Returns whether the batch of that number still takes requests.
    pub fn is_taking(&self, number: u64, now: UnixTime) -> bool {
        self.open == number && self.taking(now).0 == number
    }

    /// Returns the queue after the batch of that number was closed by hand.
    pub fn closed(mut self, number: u64) -> Self {
        if self.open == number {
            (self.open, self.opened_at) = (self.open.wrapping_add(1), None);
        }
        self
    }

    /// Returns whether any batch waits for its first pricing.
    pub const fn is_waiting(&self) -> bool {
        self.next != self.open || self.opened_at.is_some()
    }
}

/// Returns whether a value named is within a thousandth of the last mark: whoever marks in every
/// slot keeps nobody from naming one.
fn is_near(named: Ratio, mark: Ratio) -> bool {
    let distance = named
        .fixed()
        .checked_sub(mark.fixed())
        .and_then(|distance| distance.checked_abs());
    let thousandfold = distance.and_then(|distance| distance.checked_mul_int(1_000));
    thousandfold.is_some_and(|distance| distance <= mark.fixed())
}

impl Batch {
    /// Returns the batch with one more request in it.
    ///
    /// A class within one per cent is judged by one reference: the last mark of the share, or what
    /// is within a thousandth of it, at most [`REFERENCE_SECONDS`] old, at the first such request;
    /// a later one has to name the same, and while it is still as young.
    ///
    /// # Errors
    /// [`BatchError::Reference`], [`BatchError::OutOfRange`].
    pub fn with_request(mut self, request: &Request, mark: &ShareMark, now: UnixTime) -> Result<Self, BatchError> {
        if request.class == Class::WithinOnePercent {
            let (reference, at) = match self.reference {
                Some(reference) => (reference, self.reference_at),
                None => (mark.value, mark.at),
            };
            let named = request.reference.ok_or(BatchError::Reference)?;
            // The first that names one may be a mark behind; the others name the same.
            let is_same = match self.reference {
                Some(_) => named == reference,
                None => is_near(named, reference),
            };
            if !is_same || now.seconds_since(at) > REFERENCE_SECONDS {
                return Err(BatchError::Reference);
            }
            (self.reference, self.reference_at) = (Some(named), at);
        }
        let requested = self.requested_mut(request.side);
        let amount = requested.of_mut(request.class);
        *amount = amount.checked_add(request.amount).ok_or(BatchError::OutOfRange)?;
        requested.total().ok_or(BatchError::OutOfRange)?;
        Ok(self)
    }

    /// Returns the batch without one ticket, which is taken back.
    ///
    /// # Errors
    /// [`BatchError::Final`] unless nobody could price it for [`CANCEL_AFTER_SECONDS`];
    /// [`BatchError::OutOfRange`].
    pub fn without(mut self, ticket: &Ticket, now: UnixTime) -> Result<Self, BatchError> {
        let is_final = match ticket.side {
            Side::Deposit => self.priced_at.is_some(),
            Side::Redemption => self.redemptions.is_final,
        };
        if is_final || now.seconds_since(ticket.requested_at) < CANCEL_AFTER_SECONDS {
            return Err(BatchError::Final);
        }
        let requested = self.requested_mut(ticket.side);
        let amount = requested.of_mut(ticket.class);
        *amount = amount.checked_sub(ticket.amount).ok_or(BatchError::OutOfRange)?;
        Ok(self)
    }

    /// Returns what is requested on a side.
    fn requested_mut(&mut self, side: Side) -> &mut Requested {
        match side {
            Side::Deposit => &mut self.deposits.requested,
            Side::Redemption => &mut self.redemptions.requested,
        }
    }
}
