//! A time axis whose marks stand at round moments (firsts of months, midnights, noons, first hours) in UTC.

use std::ops::Range;

use chrono::{DateTime, Datelike, NaiveDate};

use plotters::coord::ranged1d::{KeyPointHint, NoDefaultFormatting, Ranged, ValueFormatter};

use ballast_market_data::format::utc;

const HOUR: i64 = 3_600;
const DAY: i64 = 24 * HOUR;
/// Spacings to choose from, seconds.
const SPACINGS: [i64; 14] = [
    60,
    600,
    HOUR,
    3 * HOUR,
    6 * HOUR,
    12 * HOUR,
    DAY,
    2 * DAY,
    5 * DAY,
    10 * DAY,
    30 * DAY,
    90 * DAY,
    365 * DAY,
    1_825 * DAY,
];

/// Months in a spacing that is one of months rather than of seconds.
const fn months(spacing: i64) -> Option<i32> {
    match spacing / DAY {
        0..30 => None,
        30..90 => Some(1),
        90..365 => Some(3),
        365..1_825 => Some(12),
        1_825..7_300 => Some(60),
        _ => Some(240),
    }
}

/// Midnight of the first of a month, counted from January of year 0; `None` outside the calendar.
fn first_of(month: i32) -> Option<i64> {
    let first = NaiveDate::from_ymd_opt(month.div_euclid(12), month.rem_euclid(12) as u32 + 1, 1)?;
    Some(first.and_hms_opt(0, 0, 0)?.and_utc().timestamp())
}

/// Unix seconds from `start` to `end` (after `start`), with at most `marks` marks.
#[derive(Clone)]
pub(crate) struct TimeAxis {
    start: i64,
    end: i64,
    spacing: i64,
}

impl TimeAxis {
    pub(crate) fn new(start: i64, end: i64, marks: i64) -> Self {
        let end = end.max(start + 1);
        let fits = |spacing: &i64| (end - start) / spacing <= marks;
        let spacing = SPACINGS.into_iter().find(fits).unwrap_or(20 * 365 * DAY);
        Self { start, end, spacing }
    }
}

impl Ranged for TimeAxis {
    type FormatOption = NoDefaultFormatting;
    type ValueType = i64;

    fn map(&self, value: &i64, limit: (i32, i32)) -> i32 {
        let share = (value - self.start) as f64 / (self.end - self.start) as f64;
        limit.0 + (f64::from(limit.1 - limit.0) * share).round() as i32
    }

    fn key_points<H: KeyPointHint>(&self, _hint: H) -> Vec<i64> {
        if let (Some(step), Some(start)) = (months(self.spacing), DateTime::from_timestamp(self.start, 0)) {
            let first = (start.year() * 12).div_euclid(step) * step;
            let marks = (0..)
                .map_while(|k| first_of(first + k * step))
                .skip_while(|t| *t < self.start);
            return marks.take_while(|t| *t <= self.end).collect();
        }
        let first = self.start.div_euclid(self.spacing) * self.spacing;
        let marks = (0..).map(|k| first + k * self.spacing).skip_while(|t| *t < self.start);
        marks.take_while(|t| *t <= self.end).collect()
    }

    fn range(&self) -> Range<i64> {
        self.start..self.end
    }
}

impl ValueFormatter<i64> for TimeAxis {
    fn format_ext(&self, time: &i64) -> String {
        let pattern = match self.spacing {
            s if s >= 365 * DAY => "%Y",
            s if s >= 30 * DAY => "%b %Y",
            s if s >= DAY || time % DAY == 0 => "%-d %b",
            _ => "%H:%M",
        };
        utc(*time, pattern)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_round_and_few() {
        for (hours, marks, first, count) in [
            (192, 10, "8 Mar", 9),
            (192, 5, "9 Mar", 4),
            (6, 10, "8 Mar", 7),
            (0, 4, "8 Mar", 1),
            (24 * 200, 8, "Apr 2020", 6),
            (24 * 2_200, 8, "2021", 6),
        ] {
            let axis = TimeAxis::new(1_583_625_600, 1_583_625_600 + hours * HOUR, marks);
            let points = axis.key_points(10);
            assert_eq!(points.len(), count, "{hours}");
            assert_eq!(axis.format_ext(&points[0]), first);
        }
    }
}
