//! That a source is silent, declared on the chain.

use super::ClockParams;
use crate::admission::Now;

/// A source may be declared silent when its last print is so old, seconds.
pub const SILENT_AFTER_SECONDS: u32 = 60;
/// A declaration counts once it has stood for so long, seconds.
pub const SILENCE_STANDS_SECONDS: u32 = 180;

/// A source of a market's price.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// The one that makes the price.
    First,
    /// The one that confirms it.
    Second,
}

impl Source {
    /// Returns this source's part of what is kept of both.
    pub fn of<T>(self, both: [T; 2]) -> T {
        let [first, second] = both;
        match self {
            Self::First => first,
            Self::Second => second,
        }
    }
}

/// A declaration of silence; an observation of the source ends it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Declared {
    /// When, unix seconds.
    pub at: i64,
    /// In which slot.
    pub slot: u64,
}

/// Why a source cannot be declared silent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeclareError {
    /// The market has no such source, or has never been observed.
    NoSource,
    /// Its last print is not [`SILENT_AFTER_SECONDS`] old, by clock and slots.
    NotSilent,
    /// It has been declared silent already.
    AlreadyDeclared,
}

impl Declared {
    /// Returns whether it counts: it has stood for [`SILENCE_STANDS_SECONDS`], by clock and slots.
    pub fn counts(&self, clock: &ClockParams, now: Now) -> bool {
        clock.age_at_least(self.at, self.slot, now) >= SILENCE_STANDS_SECONDS
    }
}

impl Now {
    /// Returns a declaration at this moment, of a source whose last print was of this time and
    /// slot.
    ///
    /// # Errors
    /// [`DeclareError::NotSilent`], [`DeclareError::AlreadyDeclared`].
    pub fn declare(
        self,
        before: Option<Declared>,
        publish_time: i64,
        slot: u64,
        clock: &ClockParams,
    ) -> Result<Declared, DeclareError> {
        if before.is_some() {
            return Err(DeclareError::AlreadyDeclared);
        }
        if clock.age_at_least(publish_time, slot, self) < SILENT_AFTER_SECONDS {
            return Err(DeclareError::NotSilent);
        }
        Ok(Declared {
            at: self.unix_time,
            slot: self.slot,
        })
    }
}
