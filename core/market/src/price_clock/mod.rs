//! One price for everybody, that moves only forward.
//!
//! A market keeps the newest print of each of its sources; only an observation brings one, and
//! whoever acts reads what is kept. So nobody chooses among the prints that are valid at one
//! moment, and nobody withholds one that somebody else has brought. What is left to whoever need
//! not refresh the price is its age: it widens both sides, and has a hard limit for each use.
//!
//! # Two sources
//! A second print within [`CLOSE_SECONDS`] of the first confirms it, widens its sides, or shows
//! that the two diverge; one further away says nothing, since prices move. A use that requires two
//! sources asks that their last close pair agreed, at most [`AGREEMENT_SECONDS`] ago: whoever
//! refreshes one source alone then changes nothing for a minute, in which anybody can refresh the
//! other.
//!
//! # Silence
//! That a source is silent is declared on the chain, by anyone, and never asserted by leaving its
//! account out. It counts once it has stood for [`SILENCE_STANDS_SECONDS`], in which anybody can
//! end it with a print. Of the chain's clock and its slots the one that says *less* counts here, so
//! that no leap of the clock silences a source, and the one that says *more* wherever a price is
//! too old.

mod print;
mod reading;
mod silence;

pub(crate) use print::sides;
pub use print::{widened_by_age, Kept};
pub use reading::PriceClock;
pub use silence::{DeclareError, Declared, Source, SILENCE_STANDS_SECONDS, SILENT_AFTER_SECONDS};

use crate::admission::Now;
use ballast_core_types::basis_points::BasisPoints;

/// Two prints are close if they were published at most so far apart, seconds.
pub const CLOSE_SECONDS: u64 = 5;
/// An agreement of two sources counts for so long, seconds.
pub const AGREEMENT_SECONDS: u32 = 60;
/// An observation takes in no print older than this, seconds: long enough to land in congestion.
pub const MAX_PRINT_AGE_SECONDS: u32 = 30;

/// How a market reads the chain's time. Only [`ClockParams::validate`]d ones mean anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClockParams {
    /// How far ahead of the chain's clock, which its leaders keep, a print may be, seconds.
    pub ahead_seconds: u32,
    /// What a slot lasts at least, milliseconds.
    pub least_slot_milliseconds: u32,
}

/// The rule a clock's parameters break.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClockParamError {
    /// The tolerance is outside 2 … 10 s.
    Ahead,
    /// A slot's least length is outside 20 … 1,000 ms.
    LeastSlot,
}

/// The last two prints of both sources that were close.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClosePair {
    /// When the older of them was published, unix seconds.
    pub at: i64,
    /// Their distance over the lower price.
    pub divergence: BasisPoints,
}

impl ClockParams {
    /// Refuses what would let no price in, or any.
    ///
    /// # Errors
    /// The first [`ClockParamError`] that is broken.
    pub fn validate(self) -> Result<Self, ClockParamError> {
        if !(2..=10).contains(&self.ahead_seconds) {
            return Err(ClockParamError::Ahead);
        }
        if !(20..=1_000).contains(&self.least_slot_milliseconds) {
            return Err(ClockParamError::LeastSlot);
        }
        Ok(self)
    }

    /// Returns how old something of this time and slot is at most, seconds: by the chain's clock or
    /// by its slots, whichever says more. A clock that stands still, or was set back, makes nothing
    /// young.
    pub fn age(&self, unix_time: i64, slot: u64, now: Now) -> u32 {
        self.ages(unix_time, slot, now).1
    }

    /// Returns how old something is at least, seconds: whichever says less. A clock that leaps
    /// makes nothing old.
    pub fn age_at_least(&self, unix_time: i64, slot: u64, now: Now) -> u32 {
        self.ages(unix_time, slot, now).0
    }

    /// Returns the lesser and the greater age.
    fn ages(&self, unix_time: i64, slot: u64, now: Now) -> (u32, u32) {
        let by_clock = now.unix_time.saturating_sub(unix_time).max(0);
        let by_clock = u32::try_from(by_clock).unwrap_or(u32::MAX);
        let milliseconds = now
            .slot
            .saturating_sub(slot)
            .saturating_mul(u64::from(self.least_slot_milliseconds));
        let by_slots = milliseconds.checked_div(1_000).unwrap_or(u64::MAX);
        let by_slots = u32::try_from(by_slots).unwrap_or(u32::MAX);
        (by_clock.min(by_slots), by_clock.max(by_slots))
    }
}

impl ClosePair {
    /// Returns the pair of both sources' prints, if they are close.
    pub fn of(first: &Kept, second: &Kept) -> Option<Self> {
        let apart = first.publish_time.abs_diff(second.publish_time);
        (apart <= CLOSE_SECONDS).then(|| Self {
            at: first.publish_time.min(second.publish_time),
            divergence: BasisPoints::divergence(first.price, second.price),
        })
    }

    /// Returns whether it was published at most [`AGREEMENT_SECONDS`] ago.
    pub fn is_of_late(&self, now: Now) -> bool {
        now.unix_time.saturating_sub(self.at) <= i64::from(AGREEMENT_SECONDS)
    }
}

#[cfg(test)]
mod tests;
