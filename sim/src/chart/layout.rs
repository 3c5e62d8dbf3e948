//! What goes where in a chart, decided before anything is drawn.

use plotters::coord::ranged1d::{BoldPoints, Ranged};
use plotters::prelude::RGBColor;

use super::axis::{Room, TimeAxis};
use super::labels::{rows, Placed, Words};
use super::{Band, Chart, Font, Frame, Line, Points, Vertical, SCALE};
use crate::record::Mark;

/// Lines of the grid.
pub(super) const LEVELS: usize = 5;
/// Rows of words above a plot.
const ROWS: usize = 3;
/// Between an axis and its words, between words and their line.
pub(super) const GAP: u32 = 4 * SCALE;
/// Between the plot and the right edge of the picture, where no words are.
const MARGIN: u32 = 14 * SCALE;

/// What is decided before anything is drawn, in the units of the drawing.
pub(super) struct Layout {
    pub left: u32,
    pub right: u32,
    pub top: u32,
    pub time: TimeAxis,
    /// Words of the marks inside the span, with their places if they have one.
    pub words: Vec<(Mark, Option<Placed>)>,
    /// The names at the right end, each with its colour and value.
    pub names: Vec<(String, RGBColor, f64)>,
    /// The font of words within the picture.
    pub font: Font,
    /// The time at the left end, unix seconds.
    pub start: i64,
    /// The vertical range.
    pub limits: (f64, f64),
}

impl Layout {
    /// Returns the layout of a chart in a frame, on a vertical axis that covers `limits`.
    pub fn new<Y: Ranged<ValueType = f64>>(chart: &Chart, frame: Frame, vertical: &Y, limits: (f64, f64)) -> Self {
        let (axis, font) = (Font::new(frame.font), Font::new(frame.font - 1));
        let ticks = vertical.key_points(BoldPoints(LEVELS));
        let left = (frame.side * SCALE).max(widest(axis, ticks.into_iter().map(chart.format)) + 3 * GAP);
        let names = frame.ends.map_or_else(Vec::new, |_| names(chart));
        let right = frame.ends.map_or(MARGIN, |least| {
            let names = names.iter().map(|name| name.0.clone());
            (least * SCALE).max(widest(font, names) + 2 * GAP)
        });
        let plot = f64::from((frame.width * SCALE).saturating_sub(left + right));
        let room = Room {
            left: f64::from(left),
            plot,
            right: f64::from(right),
            font: axis,
        };
        let (start, end) = chart.span;
        let words = place_words(chart, frame, room, font);
        let used = words
            .iter()
            .filter_map(|(_, place)| Some(place.as_ref()?.row + 1))
            .max();
        Self {
            left,
            right,
            top: 2 * GAP + (used.unwrap_or(0) as f64 * font.height()).ceil() as u32,
            time: TimeAxis::fitted(start, end, frame.times, room),
            words,
            names,
            font,
            start,
            limits,
        }
    }

    /// Returns the top of a row of words.
    pub fn row(&self, row: usize) -> i32 {
        (f64::from(GAP) + row as f64 * self.font.height()) as i32
    }
}

/// Places the marks' words above the plot.
fn place_words(chart: &Chart, frame: Frame, room: Room, font: Font) -> Vec<(Mark, Option<Placed>)> {
    let (start, end) = chart.span;
    let inside = chart.marks.iter().filter(|mark| (start..end).contains(&mark.unix_time));
    let inside: Vec<Mark> = inside.cloned().collect();
    if !frame.words {
        return inside.into_iter().map(|mark| (mark, None)).collect();
    }
    let words = inside.iter().map(|mark| {
        let share = (mark.unix_time - start) as f64 / (end - start) as f64;
        Words {
            at: room.left + room.plot * share,
            width: font.width(&mark.label),
        }
    });
    let span = (room.left, room.left + room.plot + room.right);
    let places = rows(&words.collect::<Vec<_>>(), span, ROWS, f64::from(GAP));
    inside.into_iter().zip(places).collect()
}

/// Returns the room that the widest of some words takes.
fn widest(font: Font, words: impl Iterator<Item = String>) -> u32 {
    words.map(|text| font.width(&text).ceil() as u32).max().unwrap_or(0)
}

/// Returns the names that are active at the right end of a plot, each with its colour and value.
fn names(chart: &Chart) -> Vec<(String, RGBColor, f64)> {
    let last = |points: &Points| points.last().map(|point| point.1);
    let line = |line: &Line| Some((line.label.clone(), line.colour, last(line.parts.last()?)?));
    let band = |band: &Band| Some((band.label.clone(), band.colour, last(&band.upper)?));
    let levels = chart
        .levels
        .iter()
        .map(|level| (level.label.clone(), level.colour, level.value));
    let lines = chart.lines.iter().rev().filter_map(line);
    levels.chain(lines).chain(chart.band.iter().filter_map(band)).collect()
}

/// Returns the vertical range of a chart; never empty.
pub(super) fn limits(chart: &Chart) -> (f64, f64) {
    if let Vertical::Fixed(low, high) = chart.vertical {
        return (low, high);
    }
    let band = chart.band.iter().flat_map(|band| [&band.lower, &band.upper]);
    let points = chart.lines.iter().flat_map(|line| &line.parts).chain(band).flatten();
    let levels = chart.levels.iter().map(|level| level.value);
    let values: Vec<f64> = points
        .map(|point| point.1)
        .chain(levels)
        .filter(|value| value.is_finite())
        .collect();
    let low = values.iter().copied().fold(f64::INFINITY, f64::min);
    let high = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    if values.is_empty() {
        return (0.0, 1.0);
    }
    let air = ((high - low) * 0.08).max(high.abs() * 1e-3).max(1e-9);
    match chart.vertical {
        Vertical::Logarithmic => (low * 0.9, high * 1.1),
        Vertical::FromZero if low >= 0.0 => (0.0, high + air),
        Vertical::FromZero => (low - air, high.max(0.0) + air),
        _ => (low - air, high + air),
    }
}
