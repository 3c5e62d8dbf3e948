//! A time axis whose marks stand at round moments (firsts of months, midnights, noons, first hours)
//! in UTC.

use std::ops::Range;

use chrono::{DateTime, Datelike, NaiveDate};
use plotters::coord::ranged1d::{KeyPointHint, NoDefaultFormatting, Ranged, ValueFormatter};

use super::Font;
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
/// Wider than all of them: 20 years.
const WIDEST: i64 = 20 * 365 * DAY;

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

/// The room around a plot for the words under it, in the units of its drawing.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Room {
    /// Left of the plot.
    pub left: f64,
    /// Width of the plot.
    pub plot: f64,
    /// Right of the plot.
    pub right: f64,
    /// The font of the words.
    pub font: Font,
}

/// Unix seconds from `start` to `end` (after `start`), with marks at some of them.
#[derive(Clone)]
pub(crate) struct TimeAxis {
    start: i64,
    end: i64,
    spacing: i64,
    marks: Vec<i64>,
}

impl TimeAxis {
    /// Returns an axis with at most `marks` marks.
    pub(crate) fn new(start: i64, end: i64, marks: i64) -> Self {
        let end = end.max(start + 1);
        let fits = |spacing: &i64| (end - start) / spacing <= marks;
        let spacing = SPACINGS.into_iter().find(fits).unwrap_or(WIDEST);
        Self::spaced(start, end, spacing)
    }

    /// Returns an axis with at most `marks` marks whose words neither overlap nor leave the
    /// picture.
    pub(crate) fn fitted(start: i64, end: i64, marks: i64, room: Room) -> Self {
        let densest = Self::new(start, end, marks);
        let wider = SPACINGS.into_iter().chain([WIDEST]).filter(|s| *s >= densest.spacing);
        let mut axes = wider.map(|spacing| Self::spaced(start, densest.end, spacing));
        let mut axis = axes.find(|axis| axis.is_readable(room)).unwrap_or(densest);
        let inside = |time: &i64| {
            let (left, right) = axis.words(*time, room);
            left >= -room.left && right <= room.plot + room.right
        };
        axis.marks = axis.marks.iter().copied().filter(inside).collect();
        axis
    }

    fn spaced(start: i64, end: i64, spacing: i64) -> Self {
        let marks = round_moments(start, end, spacing);
        Self {
            start,
            end,
            spacing,
            marks,
        }
    }

    /// Returns the left and right edge of a mark's words, from the left end of the plot.
    fn words(&self, time: i64, room: Room) -> (f64, f64) {
        let share = (time - self.start) as f64 / (self.end - self.start) as f64;
        let half = room.font.width(&self.format_ext(&time)) / 2.0;
        (room.plot * share - half, room.plot * share + half)
    }

    fn is_readable(&self, room: Room) -> bool {
        let gap = room.font.em() / 2.0;
        let boxes: Vec<_> = self.marks.iter().map(|time| self.words(*time, room)).collect();
        boxes.windows(2).all(|pair| pair[0].1 + gap <= pair[1].0)
    }
}

/// Returns the moments of a spacing from `start` to `end`.
fn round_moments(start: i64, end: i64, spacing: i64) -> Vec<i64> {
    if let (Some(step), Some(begin)) = (months(spacing), DateTime::from_timestamp(start, 0)) {
        let first = (begin.year() * 12).div_euclid(step) * step;
        let marks = (0..).map_while(|k| first_of(first + k * step));
        return marks.skip_while(|t| *t < start).take_while(|t| *t <= end).collect();
    }
    let first = start.div_euclid(spacing) * spacing;
    let marks = (0..).map(|k| first + k * spacing);
    marks.skip_while(|t| *t < start).take_while(|t| *t <= end).collect()
}

impl Ranged for TimeAxis {
    type FormatOption = NoDefaultFormatting;
    type ValueType = i64;

    fn map(&self, value: &i64, limit: (i32, i32)) -> i32 {
        let share = (value - self.start) as f64 / (self.end - self.start) as f64;
        limit.0 + (f64::from(limit.1 - limit.0) * share).round() as i32
    }

    fn key_points<H: KeyPointHint>(&self, _hint: H) -> Vec<i64> {
        self.marks.clone()
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

    #[test]
    fn words_are_thinned_to_the_width_and_stay_in_the_picture() {
        let start = 1_583_625_600;
        for hours in [0, 1, 5, 30, 192, 2_000, 30_000, 200_000] {
            for plot in [120.0, 400.0, 900.0, 2_000.0] {
                let room = Room {
                    left: 20.0,
                    plot,
                    right: 10.0,
                    font: Font::new(14),
                };
                let axis = TimeAxis::fitted(start, start + hours * HOUR, 40, room);
                let boxes: Vec<_> = axis.key_points(10).iter().map(|time| axis.words(*time, room)).collect();
                assert!(
                    boxes.windows(2).all(|pair| pair[0].1 < pair[1].0),
                    "{hours} {plot}: {boxes:?}"
                );
                let inside = |edges: &(f64, f64)| edges.0 >= -20.0 && edges.1 <= plot + 10.0;
                assert!(boxes.iter().all(inside), "{hours} {plot}: {boxes:?}");
            }
        }
    }
}
