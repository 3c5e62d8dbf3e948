//! Quiet time that somebody watched.
//!
//! Regimes come down and breakers resume after a time without trouble. If that were wall-clock
//! time, whoever keeps others from observing, or merely waits, would be let off by silence. So time
//! counts only between two observations that were both quiet, and a gap between observations counts
//! for at most a chosen length.

/// How long it has been quiet, in observed seconds. It begins, and begins again after each trouble,
/// as not quiet at all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cooldown(Option<u32>);

impl Cooldown {
    /// Not quiet when last observed.
    pub const NONE: Self = Self(None);
    /// Quiet as of this observation.
    pub const BEGUN: Self = Self(Some(0));

    /// After one more observation under the reset, `observed` seconds after the one before: see
    /// [`observed`].
    pub const fn longer(self, observed: u32) -> Self {
        match self.0 {
            None => Self::BEGUN,
            Some(seconds) => Self(Some(seconds.saturating_add(observed))),
        }
    }

    /// Returns whether it has been quiet for this long.
    pub const fn lasted(self, seconds: u32) -> bool {
        matches!(self.0, Some(cooldown) if cooldown >= seconds)
    }

    /// Returns how long: `None` if it was not quiet.
    pub const fn seconds(self) -> Option<u32> {
        self.0
    }

    /// Of so many seconds: `None` if it was not quiet.
    pub const fn from_seconds(seconds: Option<u32>) -> Self {
        Self(seconds)
    }

    /// Returns what accounts store: one more than the seconds, zero if it was not quiet.
    pub const fn stored(self) -> u32 {
        match self.0 {
            Some(seconds) => seconds.saturating_add(1),
            None => 0,
        }
    }

    /// Returns what was stored.
    pub const fn from_stored(stored: u32) -> Self {
        Self(stored.checked_sub(1))
    }
}

/// Whole seconds from one observation to the next, at most `longest_gap`; a clock that went
/// backwards counts as none.
pub fn observed(from: i64, to: i64, longest_gap: u32) -> u32 {
    let seconds = to.saturating_sub(from).clamp(0, i64::from(longest_gap));
    u32::try_from(seconds).unwrap_or(longest_gap)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_time_between_two_observations_under_the_reset_counts() {
        let begun = Cooldown::NONE.longer(600);
        assert_eq!(begun, Cooldown::BEGUN);
        let later = begun.longer(500).longer(600);
        assert_eq!(later.seconds(), Some(1_100));
        assert!(later.lasted(1_100) && !later.lasted(1_101) && !Cooldown::NONE.lasted(0));
        assert_eq!(
            Cooldown::from_seconds(Some(u32::MAX)).longer(9).seconds(),
            Some(u32::MAX)
        );
    }

    #[test]
    fn gaps_are_cut_and_clocks_do_not_run_backwards() {
        for (from, to, expected) in [
            (0, 7, 7),
            (0, 600, 600),
            (0, 601, 600),
            (7, 0, 0),
            (i64::MIN, i64::MAX, 600),
            (i64::MAX, i64::MIN, 0),
        ] {
            assert_eq!(observed(from, to, 600), expected);
        }
        assert_eq!(observed(i64::MIN, i64::MAX, u32::MAX), u32::MAX);
    }
}
