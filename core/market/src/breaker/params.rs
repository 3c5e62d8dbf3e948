//! The thresholds of breakers, and what is refused among them.

use super::{Breaker, Unit};

/// When one breaker trips and may resume. Units are those of its row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BreakerSettings {
    /// It trips when its reading reaches this.
    pub trip: u32,
    /// It is quiet while its reading is under this.
    pub clear: u32,
    /// How long it has to be quiet before it resumes or may be resumed, watched seconds.
    pub quiet_seconds: u32,
}

/// The settings of the breakers of one account, in the order of its panel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BreakerParams<const N: usize> {
    /// One for each.
    pub settings: [BreakerSettings; N],
    /// The most that a gap between two looks adds to a quiet time, seconds.
    pub longest_gap_seconds: u32,
}

/// The rule a set of parameters breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BreakerRule {
    /// `trip` is outside what the breaker's row accepts; zero always is.
    Trip(Breaker),
    /// `clear` is zero, or not under `trip` (for counts: above it).
    Clear(Breaker),
    /// The quiet time is outside [`QUIET_SECONDS`].
    Quiet(Breaker),
    /// The longest gap is zero, or more than a quarter of the shortest quiet time.
    LongestGap,
}

/// The quiet times that are accepted: a minute to a week.
pub const QUIET_SECONDS: core::ops::RangeInclusive<u32> = 60..=604_800;

impl BreakerSettings {
    /// # Errors
    /// The first [`BreakerRule`] that is broken.
    pub fn validate(&self, breaker: Breaker) -> Result<(), BreakerRule> {
        let rule = breaker.rule();
        if !rule.trip.contains(&self.trip) {
            return Err(BreakerRule::Trip(breaker));
        }
        let highest = match rule.unit {
            Unit::Count => self.trip,
            _ => self.trip.wrapping_sub(1),
        };
        if !(1..=highest).contains(&self.clear) {
            return Err(BreakerRule::Clear(breaker));
        }
        if !QUIET_SECONDS.contains(&self.quiet_seconds) {
            return Err(BreakerRule::Quiet(breaker));
        }
        Ok(())
    }
}
