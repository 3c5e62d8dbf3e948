//! What leaving is worth, and how much of it may be paid now.

use crate::appraisal::Appraisal;
use crate::shares;
use ballast_core_types::{scale, Shares, UnixTime, Value};

/// How long a request waits for the book to come down before it is paid out of what is liquid,
/// whatever the book looks like, seconds. Within it those who stay are protected; after it those
/// who leave are, against a venue or an oracle that is gone.
pub const UNWIND_GRACE_SECONDS: i64 = 3_600;

/// A payment to a holder who leaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Payment {
    /// Quote base units paid.
    pub amount: u64,
    /// Shares burnt for it.
    pub shares: Shares,
}

/// A holder's request to leave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RedemptionRequest {
    /// Shares set aside.
    pub shares: Shares,
    /// When.
    pub requested_at: UnixTime,
}

/// Why a redemption is not paid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RedemptionError {
    /// The shares are worth nothing.
    WorthNothing,
    /// More than is liquid beyond what those who wait are due.
    NotLiquid,
    /// The book that remains would exceed its cap.
    BookMustComeDown,
    /// A value does not fit.
    OutOfRange,
}

/// Where the shares come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RedemptionSource {
    /// The holder's own account: what those who wait are due stays in custody.
    Holder,
    /// The queue of those who wait.
    Queue,
}

impl Appraisal<'_> {
    /// Returns the payment for `burnt` shares: their value, at most all there is. Below a share
    /// price of one, the virtual assets would promise the last holder a little more than the vault
    /// has, and the last shares could never be paid.
    ///
    /// # Errors
    /// [`RedemptionError::WorthNothing`], [`RedemptionError::OutOfRange`].
    pub fn payment_for_shares(&self, burnt: Shares) -> Result<Payment, RedemptionError> {
        let nav = self.nav.redemption;
        let value = shares::assets_for_shares_floor(burnt, nav, self.supply).ok_or(RedemptionError::OutOfRange)?;
        let amount = value.min(nav.positive_part());
        if amount == 0 {
            return Err(RedemptionError::WorthNothing);
        }
        Ok(Payment { amount, shares: burnt })
    }

    /// Returns the payment of exactly `amount`, with the shares it costs, rounded up against the
    /// holder.
    ///
    /// # Errors
    /// [`RedemptionError::OutOfRange`].
    pub fn payment_of_amount(&self, amount: u64) -> Result<Payment, RedemptionError> {
        let shares = shares::shares_for_assets_ceil(amount, self.nav.redemption, self.supply);
        let shares = shares.ok_or(RedemptionError::OutOfRange)?;
        Ok(Payment { amount, shares })
    }

    /// Checks that a payment may be made with the book as it is: out of what is not kept for those
    /// who wait, and only if the book that remains is inside its limits.
    ///
    /// # Errors
    /// [`RedemptionError::NotLiquid`], [`RedemptionError::BookMustComeDown`],
    /// [`RedemptionError::OutOfRange`].
    pub fn check_payment(&self, payment: &Payment, source: RedemptionSource) -> Result<(), RedemptionError> {
        use RedemptionError::{BookMustComeDown, NotLiquid, OutOfRange};
        let cash = self.portfolio.cash.checked_sub(payment.amount).ok_or(NotLiquid)?;
        let waiting = self.vault.pending_redemption_shares;
        let waiting = match source {
            RedemptionSource::Queue => waiting.checked_sub(payment.shares).ok_or(OutOfRange)?,
            RedemptionSource::Holder => {
                let due = shares::assets_for_shares_floor(waiting, self.nav.redemption, self.supply);
                if cash < due.ok_or(OutOfRange)? {
                    return Err(NotLiquid);
                }
                waiting
            }
        };
        let supply = self.supply.checked_sub(payment.shares).ok_or(OutOfRange)?;
        let paid = Value::from_amount(payment.amount);
        let nav = paid.and_then(|paid| self.nav.redemption.checked_sub(paid));
        let nav = nav.ok_or(OutOfRange)?.max(Value::ZERO);
        let cap = self.targets_of(nav, supply, waiting).ok_or(OutOfRange)?.cap;
        if self.largest_delta().ok_or(OutOfRange)? > cap {
            return Err(BookMustComeDown);
        }
        Ok(())
    }

    /// Returns what a request is paid now: the whole of it if it may be; once its grace is over,
    /// the part of the liquid tokens that its shares stand for.
    ///
    /// # Errors
    /// The rule that keeps the whole from being paid.
    pub fn payment_of_request(&self, request: &RedemptionRequest) -> Result<Payment, RedemptionError> {
        let whole = self.payment_for_shares(request.shares)?;
        let refusal = match self.check_payment(&whole, RedemptionSource::Queue) {
            Ok(()) => return Ok(whole),
            Err(refusal) => refusal,
        };
        let waited = UnixTime(self.now.unix_time).seconds_since(request.requested_at);
        let amount = self.liquid_part(request.shares)?.min(whole.amount);
        if waited < UNWIND_GRACE_SECONDS || amount == 0 {
            return Err(refusal);
        }
        let Payment { shares, .. } = self.payment_of_amount(amount)?;
        Ok(Payment {
            amount,
            shares: shares.min(request.shares),
        })
    }

    /// Returns the part of the liquid tokens that `held` shares stand for.
    fn liquid_part(&self, held: Shares) -> Result<u64, RedemptionError> {
        let part = scale::mul_div_floor(self.portfolio.cash, held.0, self.supply.0.max(1));
        part.ok_or(RedemptionError::OutOfRange)
    }

    /// |D| of the position, whether or not the order in flight fills.
    fn largest_delta(&self) -> Option<Value> {
        let mid = self.prices.bounds.mid;
        let held = self.portfolio.delta(mid)?.checked_abs()?;
        Some(held.max(self.portfolio.delta_if_filled(mid)?.checked_abs()?))
    }
}
