//! The thresholds of breakers, and what is refused among them.

use super::{Breaker, Unit};

/// When one breaker trips and may resume. Units are those of its row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BreakerSettings {
    /// It trips when its reading reaches this.
    pub trip: u32,
    /// Its cooldown runs while its reading is under this.
    pub reset: u32,
    /// How long it has to be quiet before it resumes or may be resumed, observed seconds.
    pub cooldown_seconds: u32,
}

/// The settings of the breakers of one account, in the order of its group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BreakerParams<const N: usize> {
    /// One for each.
    pub settings: [BreakerSettings; N],
    /// The most that a gap between two observations adds to a cooldown, seconds.
    pub longest_gap_seconds: u32,
    /// Whether somebody resumes those that wait for a guardian. Where nobody does, they resume by
    /// themselves after [`UNGUARDED_COOLDOWNS`] of their cooldowns.
    pub has_guardian: bool,
}

/// Cooldowns after which a breaker that waits for a guardian resumes where there is none.
pub const UNGUARDED_COOLDOWNS: u32 = 24;

/// The rule a set of parameters breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BreakerParamError {
    /// `trip` is outside what the breaker's row accepts; zero always is.
    Trip(Breaker),
    /// `reset` is zero, or not under `trip` (for counts: above it).
    Reset(Breaker),
    /// The cooldown is outside [`QUIET_SECONDS`].
    Cooldown(Breaker),
    /// The longest gap is zero, or more than a quarter of the shortest cooldown.
    LongestGap,
}

/// The cooldowns that are accepted: a minute to a week.
pub const QUIET_SECONDS: core::ops::RangeInclusive<u32> = 60..=604_800;

impl BreakerSettings {
    /// # Errors
    /// The first [`BreakerParamError`] that is broken.
    pub fn validate(&self, breaker: Breaker) -> Result<(), BreakerParamError> {
        let rule = breaker.rule();
        if !rule.trip.contains(&self.trip) {
            return Err(BreakerParamError::Trip(breaker));
        }
        let highest = match rule.unit {
            Unit::Count => self.trip,
            _ => self.trip.wrapping_sub(1),
        };
        if !(1..=highest).contains(&self.reset) {
            return Err(BreakerParamError::Reset(breaker));
        }
        if !QUIET_SECONDS.contains(&self.cooldown_seconds) {
            return Err(BreakerParamError::Cooldown(breaker));
        }
        Ok(())
    }
}
