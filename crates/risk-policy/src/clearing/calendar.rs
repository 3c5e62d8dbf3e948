//! Days and Fridays: which moments are expiries.

use ballast_risk_math::SECONDS_PER_DAY;

/// 08:00 UTC, seconds after midnight.
pub const EXPIRY_SECOND: i64 = 8 * 3_600;

/// A day counted from 1970-01-01.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Day(i64);

impl Day {
    /// The day that a moment lies in.
    pub const fn of(unix_time: i64) -> Self {
        Self(unix_time.div_euclid(SECONDS_PER_DAY))
    }

    /// Whether it is a Friday; 1970-01-01 was a Thursday.
    pub const fn is_friday(self) -> bool {
        self.0.rem_euclid(7) == 1
    }

    /// Whether it is the last Friday of its month.
    pub const fn is_last_friday(self) -> bool {
        self.is_friday() && self.month() != Self(self.0.saturating_add(7)).month()
    }

    /// The month in the Gregorian calendar, 1…12.
    pub const fn month(self) -> u32 {
        // Years that begin on 1 March put the leap day at their end; 719,468 days lie between 0000-03-01 and 1970-01-01. Four hundred
        // years have 146,097 days. A year's months from March on begin at day ⌊(153·m + 2)/5⌋.
        let day = self.0.saturating_add(719_468).rem_euclid(146_097);
        let leap_days = (day / 1_460).saturating_sub(day / 36_524).saturating_add(day / 146_096);
        let year = day.saturating_sub(leap_days) / 365;
        let before = year
            .saturating_mul(365)
            .saturating_add(year / 4)
            .saturating_sub(year / 100);
        let of_year = day.saturating_sub(before);
        let month = of_year.saturating_mul(5).saturating_add(2) / 153;
        // 0 is March.
        (if month < 10 {
            month.saturating_add(3)
        } else {
            month.saturating_sub(9)
        }) as u32
    }
}

/// Whether a moment is 08:00 UTC of some day.
pub const fn is_expiry_time(unix_time: i64) -> bool {
    unix_time.rem_euclid(SECONDS_PER_DAY) == EXPIRY_SECOND
}
