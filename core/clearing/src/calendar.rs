//! Days and Fridays: which moments are expiries.

use super::settlement::WINDOW_SECONDS;
use ballast_core_types::SECONDS_PER_DAY;

/// 08:00 UTC, seconds after midnight.
pub const EXPIRY_SECOND: i64 = 8 * 3_600;

/// A day counted from 1970-01-01.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Day(i64);

impl Day {
    /// Returns the day that a moment lies in.
    pub const fn of(unix_time: i64) -> Self {
        Self(unix_time.div_euclid(SECONDS_PER_DAY))
    }

    /// Returns whether it is a Friday; 1970-01-01 was a Thursday.
    pub const fn is_friday(self) -> bool {
        self.0.rem_euclid(7) == 1
    }

    /// Returns whether it is the last Friday of its month.
    pub const fn is_last_friday(self) -> bool {
        self.is_friday() && self.month() != Self(self.0.saturating_add(7)).month()
    }

    /// Returns the month in the Gregorian calendar, 1…12.
    pub const fn month(self) -> u32 {
        // Years that begin on 1 March put the leap day at their end; 719,468 days lie between
        // 0000-03-01 and 1970-01-01. Four hundred years have 146,097 days. A year's months from
        // March on begin at day ⌊(153·m + 2)/5⌋.
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

/// Returns whether a moment is 08:00 UTC of some day.
pub const fn is_expiry_time(unix_time: i64) -> bool {
    unix_time.rem_euclid(SECONDS_PER_DAY) == EXPIRY_SECOND
}

/// Returns the last moment of expiry whose window of settlement has begun.
pub const fn latest_window(now: i64) -> i64 {
    let begun = now.saturating_add(WINDOW_SECONDS);
    begun.saturating_sub(begun.saturating_sub(EXPIRY_SECOND).rem_euclid(SECONDS_PER_DAY))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Days of each month, the slow way.
    fn walk(mut each: impl FnMut(i64, u32, u32, bool)) {
        let (mut day, mut weekday) = (0i64, 4u32);
        for year in 1970..2105 {
            let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
            let lengths = [31, if leap { 29 } else { 28 }, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
            for (month, length) in lengths.iter().enumerate() {
                for date in 1..=*length {
                    each(day, month as u32 + 1, weekday, date + 7 > *length);
                    day += 1;
                    weekday = (weekday + 1) % 7;
                }
            }
        }
    }

    #[test]
    fn windows_begin_half_an_hour_before_eight() {
        let day = 20_000 * SECONDS_PER_DAY;
        for (time, expected) in [
            (day + 26_999, day - SECONDS_PER_DAY),
            (day + 27_000, day),
            (day + 28_800, day),
            (day + SECONDS_PER_DAY + 26_999, day),
        ] {
            assert_eq!(latest_window(time), expected + EXPIRY_SECOND, "{time}");
        }
    }

    #[test]
    fn months_and_fridays_are_those_of_a_century_counted_day_by_day() {
        let mut last_fridays = 0;
        walk(|number, month, weekday, in_last_week| {
            let day = Day::of(number * SECONDS_PER_DAY + 86_399);
            assert_eq!(day, Day(number));
            assert_eq!(day.month(), month, "{number}");
            assert_eq!(day.is_friday(), weekday == 5, "{number}");
            assert_eq!(day.is_last_friday(), weekday == 5 && in_last_week, "{number}");
            last_fridays += u32::from(day.is_last_friday());
        });
        assert_eq!(last_fridays, 135 * 12);
    }

    #[test]
    fn expiries_are_at_eight() {
        for (time, is) in [
            (28_800, true),
            (28_801, false),
            (0, false),
            (1_774_598_400, true),
            (-57_600, true),
        ] {
            assert_eq!(is_expiry_time(time), is, "{time}");
        }
    }
}
