//! Quiet time that somebody watched.
//!
//! Regimes come down and breakers resume after a time without trouble. If that were wall-clock time, whoever keeps
//! others from observing, or merely waits, would be let off by silence. So time counts only between two looks that were both
//! quiet, and a gap between looks counts for at most a chosen length.

/// How long it has been quiet, in watched seconds. It begins, and begins again after each trouble, as not quiet at all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct QuietTime(Option<u32>);

impl QuietTime {
    /// Not quiet when last looked at.
    pub const NONE: Self = Self(None);
    /// Quiet as of this look.
    pub const BEGUN: Self = Self(Some(0));

    /// After one more quiet look, `elapsed` seconds after the one before, counted as at most `longest_gap`.
    pub const fn longer(self, elapsed: u32, longest_gap: u32) -> Self {
        match self.0 {
            None => Self::BEGUN,
            Some(seconds) => Self(Some(seconds.saturating_add(if elapsed < longest_gap {
                elapsed
            } else {
                longest_gap
            }))),
        }
    }

    /// Whether it has been quiet for this long.
    pub const fn lasted(self, seconds: u32) -> bool {
        matches!(self.0, Some(quiet) if quiet >= seconds)
    }

    /// What to store: `None` if it was not quiet.
    pub const fn seconds(self) -> Option<u32> {
        self.0
    }

    /// What was stored.
    pub const fn from_seconds(seconds: Option<u32>) -> Self {
        Self(seconds)
    }
}

/// Whole seconds from one look to the next; a clock that went backwards counts as none.
pub(crate) fn elapsed(from: i64, to: i64) -> u32 {
    let seconds = to.saturating_sub(from).clamp(0, i64::from(u32::MAX));
    u32::try_from(seconds).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_time_between_two_quiet_looks_counts_and_gaps_are_cut() {
        let begun = QuietTime::NONE.longer(1_000_000, 600);
        assert_eq!(begun.seconds(), Some(0));
        let later = begun.longer(500, 600).longer(10_000, 600);
        assert_eq!(later.seconds(), Some(1_100));
        assert!(later.lasted(1_100) && !later.lasted(1_101) && !QuietTime::NONE.lasted(0));
        assert_eq!(
            QuietTime::from_seconds(Some(u32::MAX)).longer(9, 9).seconds(),
            Some(u32::MAX)
        );
    }

    #[test]
    fn clocks_do_not_run_backwards() {
        for (from, to, expected) in [
            (0, 7, 7),
            (7, 0, 0),
            (i64::MIN, i64::MAX, u32::MAX),
            (i64::MAX, i64::MIN, 0),
        ] {
            assert_eq!(elapsed(from, to), expected);
        }
    }
}
