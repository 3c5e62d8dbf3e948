//! What the insurance fund pays in a day beyond what books lack.

use ballast_core_types::SECONDS_PER_DAY;

/// Of the fund's cash, one part of so many goes to liquidators in a day beyond deficits: 5 %.
const PARTS: u64 = 20;

/// The fund's day. Whoever has books fail on purpose gets this much of it at most.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FundDay {
    /// The day, counted from 1970-01-01 UTC.
    pub day: i64,
    /// What is left of it, base units.
    pub left: u64,
}

impl FundDay {
    /// Returns the day that `now` lies in, with a part of what the fund has then where it is a new
    /// one.
    #[must_use]
    pub fn at(self, now: i64, cash: u64) -> Self {
        let day = now.div_euclid(SECONDS_PER_DAY);
        if day == self.day {
            return self;
        }
        Self {
            day,
            left: cash / PARTS,
        }
    }

    /// After `amount` was paid.
    #[must_use]
    pub const fn less(self, amount: u64) -> Self {
        Self {
            day: self.day,
            left: self.left.saturating_sub(amount),
        }
    }
}
