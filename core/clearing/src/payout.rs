//! Paying out an expiry, so that no token is ever created: first what is owed comes in, then what
//! is there goes out.
//!
//! One book for each market and expiry, not for each series: what an account owes on one strike it
//! may be owed on another, and a spread has to be settled by its net, or its owner would need the
//! gross amount in cash.
//!
//! 1. **In.** Each account's positions of the expiry are settled together, in any order of
//!    accounts, by anyone ([`settle_positions`]). Their net payoff is one amount. If it is
//!    negative, the account pays it, rounded up, and what its cash cannot pay becomes its debt to
//!    the insurance fund. If it is positive, the account gets a claim, rounded down.
//! 2. **Out.** When no position is left, claims are paid in any order ([`pay_claim`]): whole if all
//!    that came in covers them, else ⌊claim × collected / claimed⌋, at once: no other expiry has a
//!    part in it.
//! 3. **The fund's part** of what is missing comes once, for all expiries of one moment together
//!    ([`shortfall::cover`]): so the order in which accounts are settled decides nothing. A claim
//!    that was paid in part then gets ⌊claim × covered / claimed⌋ besides. That is how winners
//!    share a loss.
//!
//! What roundings leave goes to the insurance account after the last claim.

pub mod shortfall;

use super::account::{AccountError, Claim, MarginAccount};
use ballast_core_types::scale::mul_div_floor;
use ballast_core_types::{Price, Value, I80F48};

/// The money and the open positions of one market and expiry.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ExpiryBook {
    /// Lots held long over all series, until they are settled.
    pub open_long: u64,
    /// Lots held short, likewise.
    pub open_short: u64,
    /// What losers have paid in, base units.
    pub collected: u64,
    /// Sum of all claims.
    pub claimed: u64,
    /// What the insurance fund has put in beside.
    pub covered: u64,
    /// Whether the fund has put in its part: it does once.
    pub is_covered: bool,
    /// What has gone out.
    pub paid: u64,
    /// Sum of the claims that nothing more is paid on.
    pub claims_done: u64,
}

/// What one account's settlement did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Settled {
    /// Net payoff of its positions: rounded up if it owes, down if it is owed.
    pub net: Value,
    /// What its own cash paid.
    pub collected: u64,
    /// What that did not suffice for: its debt.
    pub unpaid: u64,
    /// Its claim.
    pub claim: u64,
    /// Rounding dust that went to the insurance account.
    pub dust: u64,
    /// Lots that were held long, over all series: by so much the market's open interest falls.
    pub long: u64,
    /// Lots that were held short.
    pub short: u64,
}

/// What paying a claim did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Paid {
    /// The claim.
    pub claim: u64,
    /// What was paid on it now.
    pub amount: u64,
    /// Whether that was the last of it: else the fund's part follows.
    pub is_last: bool,
    /// The part of that which repaid debt.
    pub repaid: u64,
    /// Rounding dust that went to the insurance account.
    pub dust: u64,
}

/// Why an expiry is not paid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PayoutError {
    /// The account has nothing of this expiry.
    NothingHere,
    /// Positions of this expiry are still open: claims are paid after the last of them.
    StillOpen {
        /// Lots held long.
        long: u64,
        /// Lots held short.
        short: u64,
    },
    /// The claim has been paid what its own expiry collected, and the fund's part is not there yet.
    FundPending,
    /// Nothing is missing on any expiry of the moment that is settled.
    NothingMissing,
    /// Positions on another expiry of the moment are still open, and it is not a day ago.
    OthersOpen {
        /// Index of the market.
        market: u8,
        /// From when on it is not waited for, unix seconds.
        until: i64,
    },
    /// A rule of the books.
    Account(AccountError),
}

impl PayoutError {
    /// Returns whether the account has nothing to be done just now: no rule is broken.
    pub const fn is_nothing_to_do(&self) -> bool {
        matches!(self, Self::NothingHere | Self::FundPending)
    }
}

impl From<AccountError> for PayoutError {
    fn from(refusal: AccountError) -> Self {
        Self::Account(refusal)
    }
}

impl ExpiryBook {
    /// Returns whether every position has been settled.
    pub const fn is_closed(&self) -> bool {
        self.open_long == 0 && self.open_short == 0
    }

    /// Returns whether everything has been paid, and the book may go.
    pub const fn is_done(&self) -> bool {
        self.is_closed() && self.claims_done == self.claimed && self.pool() == 0
    }

    /// Returns what it holds, base units.
    pub const fn pool(&self) -> u64 {
        self.collected.saturating_add(self.covered).saturating_sub(self.paid)
    }

    /// Returns what losers have not paid of what winners are owed, base units: final once every
    /// position has been settled.
    pub const fn missing(&self) -> u64 {
        self.claimed.saturating_sub(self.collected)
    }

    /// Books a change of open interest before expiry.
    ///
    /// # Errors
    /// [`AccountError::TooLarge`]; nothing is then changed.
    pub fn change_open_interest(&mut self, change: i64) -> Result<(), AccountError> {
        let changed = |open: u64| open.checked_add_signed(change).ok_or(AccountError::TooLarge);
        (self.open_long, self.open_short) = (changed(self.open_long)?, changed(self.open_short)?);
        Ok(())
    }

    /// Returns what is paid on a claim now that all positions are settled, and whether that is the
    /// last of it; `None` if there is nothing to be paid yet.
    fn payment_floor(&self, claim: &Claim) -> Option<(u64, bool)> {
        let part = |of: u64| {
            if of >= self.claimed {
                return Some(claim.amount);
            }
            mul_div_floor(claim.amount, of, self.claimed)
        };
        let own = if claim.is_paid_in_part {
            0
        } else {
            part(self.collected)?
        };
        if self.missing() == 0 {
            return Some((own, true));
        }
        if self.is_covered {
            return Some((own.checked_add(part(self.covered)?)?, true));
        }
        (!claim.is_paid_in_part).then_some((own, false))
    }

    /// Takes out what is left after the last claim.
    fn sweep(&mut self) -> u64 {
        if !self.is_closed() || self.claims_done != self.claimed {
            return 0;
        }
        let dust = self.pool();
        self.paid = self.paid.saturating_add(dust);
        dust
    }
}

/// The positions of an expiry, summed up.
#[derive(Default)]
struct Sums {
    net: I80F48,
    long: u64,
    short: u64,
}

/// Settles all positions that an account has on one market and expiry, at the expiry's price.
///
/// # Errors
/// [`PayoutError`]; nothing is then changed.
pub fn settle_positions(
    account: &mut MarginAccount,
    insurance: &mut MarginAccount,
    book: &mut ExpiryBook,
    market: u8,
    expiry: i64,
    price: Price,
) -> Result<Settled, PayoutError> {
    let (first, count) = account.expiring(market, expiry);
    if count == 0 {
        return Err(PayoutError::NothingHere);
    }
    let too_large = AccountError::TooLarge;
    let sums = sum_up(account, first, count, price).ok_or(too_large)?;
    let mut after = *book;
    after.open_long = book.open_long.checked_sub(sums.long).ok_or(too_large)?;
    after.open_short = book.open_short.checked_sub(sums.short).ok_or(too_large)?;
    let mut settled = Settled {
        long: sums.long,
        short: sums.short,
        ..Settled::default()
    };
    if sums.net < I80F48::ZERO {
        settled.net = Value::floor(sums.net).ok_or(too_large)?;
        let owed = settled.net.0.unsigned_abs();
        settled.collected = owed.min(account.cash);
        settled.unpaid = owed.saturating_sub(settled.collected);
        after.collected = book.collected.checked_add(settled.collected).ok_or(too_large)?;
    } else {
        settled.net = Value::floor(sums.net).ok_or(too_large)?;
        settled.claim = settled.net.positive_part();
        after.claimed = book.claimed.checked_add(settled.claim).ok_or(too_large)?;
    }
    settled.dust = after.sweep();
    let claim = Claim {
        market,
        expiry,
        amount: settled.claim,
        is_paid_in_part: false,
    };
    apply(account, insurance, &settled, claim)?;
    account.remove(first, count);
    *book = after;
    Ok(settled)
}

#[inline(never)]
fn sum_up(account: &MarginAccount, first: usize, count: usize, price: Price) -> Option<Sums> {
    let mut sums = Sums::default();
    for position in account.positions().iter().skip(first).take(count) {
        let quantity = position.quantity.0;
        let payoff = position.series.intrinsic(price)?;
        sums.net = sums.net.checked_add(payoff.checked_mul_int(i128::from(quantity))?)?;
        let side = if quantity > 0 { &mut sums.long } else { &mut sums.short };
        *side = side.checked_add(quantity.unsigned_abs())?;
    }
    Some(sums)
}

/// Moves the money of a settlement; changes nothing if it cannot.
fn apply(
    account: &mut MarginAccount,
    insurance: &mut MarginAccount,
    settled: &Settled,
    claim: Claim,
) -> Result<(), AccountError> {
    let fund = insurance.cash.checked_add(settled.dust);
    let fund = fund.ok_or(AccountError::TooLarge)?;
    let debt = account.debt.checked_add(settled.unpaid).ok_or(AccountError::TooLarge)?;
    account.add_claim(claim)?;
    account.debt = debt;
    account.cash = account.cash.saturating_sub(settled.collected);
    insurance.cash = fund;
    Ok(())
}

/// Pays an account's claim on one market and expiry, once all positions of it are settled: what the
/// losers have paid in, and the fund's part as soon as that is there. What the account owes the
/// insurance fund is repaid first.
///
/// # Errors
/// [`PayoutError`]; nothing is then changed.
pub fn pay_claim(
    account: &mut MarginAccount,
    insurance: &mut MarginAccount,
    book: &mut ExpiryBook,
    market: u8,
    expiry: i64,
) -> Result<Paid, PayoutError> {
    let held = |claim: &&Claim| claim.market == market && claim.expiry == expiry;
    let claim = *account.claims().iter().find(held).ok_or(PayoutError::NothingHere)?;
    if !book.is_closed() {
        return Err(PayoutError::StillOpen {
            long: book.open_long,
            short: book.open_short,
        });
    }
    let too_large = AccountError::TooLarge;
    let (amount, is_last) = book.payment_floor(&claim).ok_or(PayoutError::FundPending)?;
    let mut after = *book;
    after.paid = book.paid.checked_add(amount).ok_or(too_large)?;
    if is_last {
        after.claims_done = book.claims_done.checked_add(claim.amount).ok_or(too_large)?;
    }
    let dust = after.sweep();
    let fund = insurance.cash.checked_add(dust).ok_or(too_large)?;
    // Whatever part of the amount is repaid, the fund has room for it.
    fund.checked_add(amount).ok_or(too_large)?;
    let repaid = account.credit(insurance, amount)?;
    insurance.cash = insurance.cash.saturating_add(dust);
    account.claim_paid(&claim, is_last);
    *book = after;
    Ok(Paid {
        claim: claim.amount,
        amount,
        is_last,
        repaid,
        dust,
    })
}

#[cfg(test)]
mod tests;
