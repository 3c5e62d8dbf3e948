//! How much of an account's quotes is taken in a minute: a maker whose prices have gone stale, or
//! whose quote signer was stolen, loses what a minute allows before they notice.
//!
//! What was filled counts, and counts less and less: a limit's worth of it is gone after a minute.
//! So no minute, wherever it begins, has more fills than twice the limit, and no longer time more
//! than its minutes and one.

use ballast_core_types::scale::mul_div_floor;

/// Seconds in which a limit's worth of fills ceases to count.
const MINUTE: u64 = 60;

/// The protection of a margin account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Protection {
    /// Lots that quotes may be filled by in a minute, all legs together; the greatest `u64` for any
    /// number.
    pub lots_a_minute: u64,
    /// What counted at `at`, lots.
    pub filled: u64,
    /// When something was last filled, unix seconds.
    pub at: i64,
}

impl Protection {
    /// None at all.
    pub const NONE: Self = Self {
        lots_a_minute: u64::MAX,
        filled: 0,
        at: 0,
    };
}

/// A fill that goes beyond the limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Protected {
    /// What was wanted, lots.
    pub wanted: u64,
    /// What may be filled now.
    pub left: u64,
}

impl Protection {
    /// Returns what still counts at a time, lots. A time before the last fill is that of the fill.
    fn counts(&self, now: i64) -> u64 {
        let passed = u64::try_from(now.saturating_sub(self.at)).unwrap_or(0);
        if passed >= MINUTE {
            // Whatever it was: also more than a limit that was lowered since.
            return 0;
        }
        let forgotten = mul_div_floor(self.lots_a_minute, passed, MINUTE);
        self.filled.saturating_sub(forgotten.unwrap_or(0))
    }

    /// Returns what may be filled at a time, lots.
    pub fn left(&self, now: i64) -> u64 {
        if self.lots_a_minute == u64::MAX {
            return u64::MAX;
        }
        self.lots_a_minute.saturating_sub(self.counts(now))
    }

    /// Books a fill of so many lots.
    ///
    /// # Errors
    /// [`Protected`]; nothing is then changed.
    pub fn fill(&mut self, lots: u64, now: i64) -> Result<(), Protected> {
        let left = self.left(now);
        if lots > left {
            return Err(Protected { wanted: lots, left });
        }
        self.filled = self.counts(now).saturating_add(lots);
        self.at = self.at.max(now);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    extern crate std;
    use std::vec::Vec;

    #[test]
    fn fills_are_forgotten_within_a_minute() {
        let mut protection = Protection {
            lots_a_minute: 600,
            ..Protection::NONE
        };
        for (lots, now, expected) in [
            (600, 100, Ok(())),
            (1, 100, Err(Protected { wanted: 1, left: 0 })),
            (11, 101, Err(Protected { wanted: 11, left: 10 })),
            (10, 101, Ok(())),
            // A clock that runs back forgets nothing.
            (1, 90, Err(Protected { wanted: 1, left: 0 })),
            (300, 131, Ok(())),
            (1, 131, Err(Protected { wanted: 1, left: 0 })),
            (600, 191, Ok(())),
        ] {
            assert_eq!(protection.fill(lots, now), expected, "{lots} at {now}");
        }
        // What was filled without a limit is forgotten under one that is lower, too.
        let mut lowered = Protection {
            lots_a_minute: 10,
            filled: 1_000,
            at: 100,
        };
        assert_eq!((lowered.left(159), lowered.left(160)), (0, 10));
        lowered.fill(10, 160).unwrap();
        let mut none = Protection::NONE;
        for now in 0..3 {
            none.fill(u64::MAX, now).unwrap();
        }
    }

    proptest! {
        /// However the fills are spread, no span of time has more than the limit for each of its
        /// minutes, and one limit besides.
        #[test]
        fn no_time_has_more_than_its_minutes_and_one(
            limit in 60u64..10_000,
            fills in prop::collection::vec((0i64..40, 1u64..3_000), 1..100),
        ) {
            let mut protection = Protection { lots_a_minute: limit, ..Protection::NONE };
            let (mut now, mut done) = (1_000, Vec::new());
            for (wait, lots) in fills {
                now += wait;
                let wanted = lots.min(protection.left(now).max(1));
                if protection.fill(wanted, now).is_ok() {
                    done.push((now, wanted));
                }
            }
            for (first, (begin, _)) in done.iter().enumerate() {
                let mut sum = 0;
                for (end, lots) in &done[first..] {
                    sum += u128::from(*lots);
                    let allowed = u128::from(limit) * (60 + (end - begin).unsigned_abs() as u128) / 60;
                    // A lot for each fill in between, by rounding.
                    prop_assert!(sum <= allowed + done.len() as u128);
                }
            }
        }
    }
}
