//! Lines over time, with regimes behind them.

use plotters::prelude::RGBColor;

use super::band;
use crate::chart::{self, stretches, Failure, Frame, Key, Shade, Shape, Vertical};
use crate::record::Mark;
use crate::replay::Step;

/// Most marks on a time axis.
pub(super) const TIMES: i64 = 8;

/// One line.
pub(super) struct Line {
    /// What it is.
    pub label: &'static str,
    /// Its colour.
    pub colour: RGBColor,
    /// Its value at a step, if there is one.
    pub value: fn(&Step) -> Option<f64>,
}

impl Line {
    /// Returns its entry in a legend.
    pub fn key(&self) -> Key {
        Key {
            label: self.label.to_owned(),
            colour: self.colour,
            shape: Shape::Line,
        }
    }
}

/// What a chart looks like.
pub(super) struct Chart {
    /// Its lines, the last on top.
    pub lines: Vec<Line>,
    /// Whether regimes are shaded behind them.
    pub bands: bool,
    /// The vertical axis.
    pub vertical: Vertical,
    /// How a value is written on the axis.
    pub format: fn(f64) -> String,
    /// Width and height as shown.
    pub size: (u32, u32),
    /// Width of what is left of the vertical axis.
    pub labels: u32,
}

/// Draws `steps` with `marks`.
///
/// # Errors
/// What drawing returned.
pub(super) fn chart(what: &Chart, steps: &[Step], marks: &[Mark]) -> Result<String, Failure> {
    let span = match (steps.first(), steps.last()) {
        (Some(first), Some(last)) => (first.time, last.time.max(first.time + 1)),
        _ => (0, 1),
    };
    let line = |line: &Line| chart::Line::new(line.label, line.colour, steps, |step| step.time, line.value);
    let drawn = chart::Chart {
        shades: if what.bands { regimes(steps) } else { Vec::new() },
        marks: marks.to_vec(),
        vertical: what.vertical,
        ..chart::Chart::new(span, what.lines.iter().map(line).collect(), what.format)
    };
    let frame = Frame {
        width: what.size.0,
        height: what.size.1,
        font: 12,
        side: what.labels,
        times: TIMES,
        words: true,
        ends: None,
    };
    chart::draw(&drawn, frame)
}

/// Returns the regimes that have a colour.
fn regimes(steps: &[Step]) -> Vec<Shade> {
    let shade = |(from, to, regime)| {
        let (colour, density) = band(regime)?;
        Some(Shade {
            label: None,
            colour,
            density,
            stretches: vec![(from, to)],
        })
    };
    stretches(steps, |step| step.time, |step| step.regime)
        .into_iter()
        .filter_map(shade)
        .collect()
}
