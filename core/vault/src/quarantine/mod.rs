//! Quarantine: a venue that does not answer counts at nothing, and those who leave meanwhile keep
//! their right in what comes back from it.
//!
//! A [`Case`] begins when the venue's check has failed [`FAILURES_IN_A_ROW`] times, a minute apart,
//! or when the market of its leg has been declared silent for [`SILENT_SECONDS`]; whoever comes or
//! goes is priced without the venue from then on, nothing more goes there, and nobody comes in.
//! Shares that are burnt meanwhile keep
//!
//! ```text
//! right = shares · (returned − returned when they were burnt) / supply at the start
//! ```
//!
//! in their batch, which is kept apart from the pool's cash as the money arrives: no share gains or
//! loses by leaving before the others, or in parts. A case ends once the venue has been sound for
//! [`SOUND_SECONDS`] of observed time, and the burnt shares' right in all that is left there, at
//! its low value, has been paid: out of what the venue has paid to those who stay, so that nobody
//! is paid on its word alone. Those who stay own what is left there alone from then on.
//!
//! A vault has room for [`CASES`] of them: a venue may fail again while batches have not collected
//! what an earlier case owes them.

use crate::ledger::Ledger;
use ballast_core_market::admission::Now;
use ballast_core_market::cooldown::{observed, Cooldown};
use ballast_core_types::{Shares, UnixTime};

/// Cases a vault has room for: one for each of four venues that fail together.
pub const CASES: usize = 4;
/// Failed checks in a row, a minute apart, after which a venue is in quarantine: see
/// [`VENUE_FAILURE_SPACING_SECONDS`](crate::monitor::VENUE_FAILURE_SPACING_SECONDS). One is enough
/// while the vault's breaker for it is active, as its guardian may have tripped it.
pub const FAILURES_IN_A_ROW: u32 = 3;
/// For how long a market has to have been declared silent until the venues of its legs are in
/// quarantine, seconds: what is held there cannot be valued, and nobody is to wait for it any
/// longer.
pub const SILENT_SECONDS: u32 = 86_400;
/// For how long a venue has to be sound before it leaves quarantine, seconds of observed time.
pub const SOUND_SECONDS: u32 = 86_400;
/// Quote base units at which a right is dust: a venue that does not pay the last of it is left with
/// that. It is what roundings leave, of whatever token.
pub const DUST: u64 = 10_000;

/// One venue's time in quarantine. The default is a place that is free.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Case {
    /// The venue, by the place of its leg in the vault.
    pub venue: u8,
    /// Shares at its start, at least one.
    pub supply: Shares,
    /// When it began; `None` if the place is free.
    pub started_at: Option<UnixTime>,
    /// When it ended; `None` while it lasts.
    pub ended_at: Option<UnixTime>,
    /// When the venue was last checked in it.
    pub checked_at: UnixTime,
    /// For how long it has been sound.
    pub sound: Cooldown,
    /// What has come back from the venue, quote base units; with the value paid for what was left
    /// there, once it has ended.
    pub returned: u64,
    /// Shares burnt in it.
    pub burnt: Shares,
    /// Σ of those shares, each times what had been returned when it was burnt.
    pub entry: u128,
    /// What their batches have collected, quote base units.
    pub collected: u64,
    /// Batches that have a right in it.
    pub batches: u64,
}

/// What a batch's burnt shares have in a case.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Right {
    /// Shares of the batch that were burnt in the case.
    pub shares: Shares,
    /// Σ of those shares, each times what had been returned when it was burnt.
    pub entry: u128,
    /// What the batch has collected, quote base units.
    pub had: u64,
}

/// A vault's cases.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cases(pub [Case; CASES]);

/// What is found of a venue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Finding {
    /// It answers, and what it holds moves for a reason.
    Sound,
    /// It does not answer, or what it holds moves without a reason.
    Failing,
    /// Neither can be told: there is no price, or nothing says what the vault is worth. Nothing
    /// begins by it, and no day in which a venue was sound begins anew.
    Unjudged,
}

/// What a check of the venue found, after it was counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Check {
    /// The venue, by the place of its leg in the vault.
    pub venue: usize,
    /// What was found of it now.
    pub found: Finding,
    /// Failed checks in a row, this one counted.
    pub failures: u32,
    /// Whether the breaker *venue failure* was active before it.
    pub was_tripped: bool,
    /// For how long the market of the leg has been declared silent, seconds.
    pub silent_for: Option<u32>,
    /// Low value of all that is there, quote base units, if the case may end with it: nothing waits
    /// to be filled, and it can be told.
    pub value: Option<u64>,
    /// Share supply.
    pub supply: Shares,
    /// The most that the time since the last check counts for, seconds.
    pub longest_gap_seconds: u32,
    /// Chain time.
    pub now: Now,
}

impl Case {
    /// Returns whether the venue is in quarantine.
    pub fn lasts(&self) -> bool {
        self.started_at.is_some() && self.ended_at.is_none()
    }

    fn is_of(&self, venue: usize) -> bool {
        self.lasts() && usize::from(self.venue) == venue
    }

    /// Returns what belongs to all shares burnt in it, once `more` than now has come back: quote
    /// base units, rounded down, what was collected included. `None` on overflow.
    pub fn right(&self, more: u64) -> Option<u64> {
        let returned = self.returned.checked_add(more)?;
        right(self.burnt, self.entry, returned, self.supply)
    }

    /// Returns what still has to come from the venue, so that what it then holds can be paid for:
    /// `value` is there now, and the pool has `cash`. `None` on overflow.
    ///
    /// For each base unit that comes, the part of it that is the pool's can pay, and as much less
    /// is there as belongs to burnt shares: together one.
    pub fn missing(&self, value: u64, cash: u64) -> Option<u64> {
        let came = self.returned.saturating_sub(self.right(0)?);
        Some(self.right_in(value)?.saturating_sub(came.min(cash)))
    }

    /// Returns what of `more` that comes back belongs to the shares burnt in it. `None` on
    /// overflow.
    pub fn right_in(&self, more: u64) -> Option<u64> {
        self.right(more)?.checked_sub(self.right(0)?)
    }

    /// Returns what a batch has not collected, were `more` to come back. `None` on overflow.
    pub fn due_with(&self, batch: &Right, more: u64) -> Option<u64> {
        let returned = self.returned.checked_add(more)?;
        right(batch.shares, batch.entry, returned, self.supply)?.checked_sub(batch.had)
    }
}

/// ⌊(shares · returned − entry) / supply⌋.
fn right(shares: Shares, entry: u128, returned: u64, supply: Shares) -> Option<u64> {
    if shares == Shares::ZERO {
        return Some(0);
    }
    let product = u128::from(shares.0).checked_mul(u128::from(returned))?;
    let quotient = product.checked_sub(entry)?.checked_div(u128::from(supply.0))?;
    u64::try_from(quotient).ok()
}

impl Cases {
    /// Returns the case of a venue that is in quarantine.
    pub fn of(&self, venue: usize) -> Option<&Case> {
        self.0.iter().find(|case| case.is_of(venue))
    }

    fn of_mut(&mut self, venue: usize) -> Option<&mut Case> {
        self.0.iter_mut().find(|case| case.is_of(venue))
    }

    /// Returns whether any venue is in quarantine.
    pub fn is_quarantined(&self) -> bool {
        self.0.iter().any(Case::lasts)
    }

    /// Returns the cases after so many shares of a batch were burnt, and what the batch has then: a
    /// right in each case that lasts. `None` on overflow.
    pub fn with_burnt(mut self, mut rights: [Right; CASES], shares: Shares) -> Option<(Self, [Right; CASES])> {
        if shares == Shares::ZERO {
            return Some((self, rights));
        }
        for (case, right) in self.0.iter_mut().zip(&mut rights) {
            if !case.lasts() {
                continue;
            }
            if right.shares == Shares::ZERO {
                case.batches = case.batches.checked_add(1)?;
            }
            let entry = u128::from(shares.0).checked_mul(u128::from(case.returned))?;
            case.burnt = case.burnt.checked_add(shares)?;
            case.entry = case.entry.checked_add(entry)?;
            right.shares = right.shares.checked_add(shares)?;
            right.entry = right.entry.checked_add(entry)?;
        }
        Some((self, rights))
    }

    /// Returns cases and ledger after `amount` has come back from a venue into custody: what of it
    /// belongs to burnt shares is no cash of the pool. `None` on overflow.
    pub fn with_returned(mut self, mut ledger: Ledger, venue: usize, amount: u64) -> Option<(Self, Ledger)> {
        let theirs = self.of_mut(venue).map_or(Some(0), |case| {
            let theirs = case.right_in(amount)?.min(amount);
            case.returned = case.returned.checked_add(amount)?;
            Some(theirs)
        })?;
        ledger.set_aside = ledger.set_aside.checked_add(theirs)?;
        ledger.cash = ledger.cash.checked_add(amount.checked_sub(theirs)?)?;
        Some((self, ledger))
    }

    /// Returns cases and ledger after a check of the venue: a case begins, goes on or ends. It
    /// never fails: what cannot be begun for want of a place, or ended for want of cash, waits.
    pub fn after_check(mut self, ledger: Ledger, check: &Check) -> (Self, Ledger) {
        let now = UnixTime(check.now.unix_time);
        let Some(case) = self.of_mut(check.venue) else {
            let has_failed = check.failures >= FAILURES_IN_A_ROW || (check.failures > 0 && check.was_tripped);
            let is_out = has_failed && check.found == Finding::Failing;
            let is_silent = check.silent_for.is_some_and(|seconds| seconds >= SILENT_SECONDS);
            let free = self.0.iter_mut().find(|case| case.started_at.is_none());
            let begins = free.filter(|_| is_out || (is_silent && check.found != Finding::Sound));
            if let Some((case, venue)) = begins.zip(u8::try_from(check.venue).ok()) {
                *case = Case {
                    venue,
                    supply: check.supply.max(Shares(1)),
                    started_at: Some(now),
                    checked_at: now,
                    ..Case::default()
                };
            }
            return (self, ledger);
        };
        if check.found == Finding::Unjudged {
            return (self, ledger);
        }
        let since = observed(case.checked_at.0, now.0, check.longest_gap_seconds);
        let is_sound = check.found == Finding::Sound;
        case.sound = if is_sound {
            case.sound.longer(since)
        } else {
            Cooldown::NONE
        };
        case.checked_at = now;
        let ended = check.value.and_then(|value| ended(case, ledger, value, now));
        match ended.filter(|_| is_sound && case.sound.lasted(SOUND_SECONDS)) {
            Some((after, ledger)) => {
                *case = after;
                (self, ledger)
            }
            None => (self, ledger),
        }
    }
}

/// Returns a case that ends, and the ledger that has paid for it; `None` if too little has come
/// back for that.
fn ended(case: &Case, mut ledger: Ledger, value: u64, now: UnixTime) -> Option<(Case, Ledger)> {
    let value = match case.missing(value, ledger.cash)? {
        0 => value,
        _ if case.right_in(value)? <= DUST => 0,
        _ => return None,
    };
    let theirs = case.right_in(value)?;
    ledger.cash = ledger.cash.checked_sub(theirs)?;
    ledger.set_aside = ledger.set_aside.checked_add(theirs)?;
    let ended = Case {
        returned: case.returned.checked_add(value)?,
        ended_at: Some(now),
        ..*case
    };
    // Where nobody left, nobody collects.
    let after = if ended.batches == 0 { Case::default() } else { ended };
    Some((after, ledger))
}

#[cfg(test)]
mod tests;
