//! Charts over time, as SVG.
//!
//! A [`Chart`] is data: points, levels and words. [`draw`] places them in a [`Frame`] so that no
//! two labels overlap. Colours are those of the light theme. The pages' style sheet replaces each
//! of them in the dark theme by selecting on the very attribute: see `report/page.css`, which has
//! to name the same values.

pub(crate) mod axis;
mod draw;
mod labels;
mod layout;
mod points;
mod text;

pub(crate) use draw::draw;
pub(crate) use points::{points, stretches};
pub(crate) use text::Font;

use std::error::Error;

use plotters::prelude::RGBColor;

use crate::record::Mark;

/// Plotters rounds to whole pixels, so a drawing is made this many times larger than it is shown.
pub(crate) const SCALE: u32 = 3;

/// The first line of a chart.
pub(crate) const BLUE: RGBColor = RGBColor(0x25, 0x63, 0xeb);
/// The second line.
pub(crate) const AMBER: RGBColor = RGBColor(0xd9, 0x77, 0x06);
/// Limits, and what has gone wrong.
pub(crate) const RED: RGBColor = RGBColor(0xdc, 0x26, 0x26);
/// Results.
pub(crate) const GREEN: RGBColor = RGBColor(0x05, 0x96, 0x69);
/// Grid lines.
pub(crate) const GRID: RGBColor = RGBColor(0xe2, 0xe8, 0xf0);
/// Words.
pub(crate) const INK: RGBColor = RGBColor(0x64, 0x74, 0x8b);

/// What drawing may fail with.
pub type Failure = Box<dyn Error + Send + Sync>;

/// Points in order of time: unix seconds and a value.
pub(crate) type Points = Vec<(i64, f64)>;

/// One line, in parts where values are missing in between.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    pub label: String,
    pub colour: RGBColor,
    pub parts: Vec<Points>,
}

impl Line {
    /// Returns the line of a value over steps, with gaps where there is none.
    pub(crate) fn new<S>(
        label: &str,
        colour: RGBColor,
        steps: &[S],
        time: impl Fn(&S) -> i64,
        value: impl Fn(&S) -> Option<f64>,
    ) -> Self {
        Self {
            label: label.to_owned(),
            colour,
            parts: points(steps, time, value),
        }
    }
}

/// A shaded band between two lines.
#[derive(Clone, Debug)]
pub(crate) struct Band {
    pub label: String,
    pub colour: RGBColor,
    pub lower: Points,
    pub upper: Points,
}

/// A dashed horizontal line.
#[derive(Clone, Debug)]
pub(crate) struct Level {
    pub label: String,
    pub colour: RGBColor,
    pub value: f64,
}

/// Stretches of time with a colour behind them. Without a label they are in no legend.
#[derive(Clone, Debug)]
pub(crate) struct Shade {
    pub label: Option<String>,
    pub colour: RGBColor,
    pub density: f64,
    pub stretches: Vec<(i64, i64)>,
}

/// How the vertical axis is laid out.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Vertical {
    /// From the values, with air above and below.
    Fitted,
    /// The same, and down to zero at least.
    FromZero,
    /// From the values, logarithmic.
    Logarithmic,
    /// From one value to another; what is outside is drawn at the edge.
    Fixed(f64, f64),
}

/// What a chart shows, over the `span` of unix seconds from one end to the other.
#[derive(Clone, Debug)]
pub(crate) struct Chart {
    pub span: (i64, i64),
    pub lines: Vec<Line>,
    pub band: Option<Band>,
    pub levels: Vec<Level>,
    pub shades: Vec<Shade>,
    /// Moments, the most important first: where there is no room, the words of the later ones are
    /// left out.
    pub marks: Vec<Mark>,
    pub vertical: Vertical,
    /// How a value is written on the vertical axis.
    pub format: fn(f64) -> String,
}

impl Chart {
    /// Returns a chart of `lines` alone.
    pub(crate) fn new(span: (i64, i64), lines: Vec<Line>, format: fn(f64) -> String) -> Self {
        Self {
            span,
            lines,
            band: None,
            levels: Vec::new(),
            shades: Vec::new(),
            marks: Vec::new(),
            vertical: Vertical::Fitted,
            format,
        }
    }

    /// Returns what the legend explains, in the order in which it is drawn.
    pub(crate) fn legend(&self) -> Vec<Key> {
        let key = |label: &String, colour, shape| Key {
            label: label.clone(),
            colour,
            shape,
        };
        let lines = self.lines.iter().map(|l| key(&l.label, l.colour, Shape::Line));
        let band = self.band.iter().map(|b| key(&b.label, b.colour, Shape::Area));
        let levels = self.levels.iter().map(|l| key(&l.label, l.colour, Shape::Dashes));
        let shown = self.shades.iter().filter(|shade| !shade.stretches.is_empty());
        let shades = shown.filter_map(|s| Some(key(s.label.as_ref()?, s.colour, Shape::Area)));
        lines.chain(band).chain(levels).chain(shades).collect()
    }
}

/// One entry of a legend.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Key {
    pub label: String,
    pub colour: RGBColor,
    pub shape: Shape,
}

/// What an entry of a legend stands beside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    Line,
    Dashes,
    Area,
}

/// How large a chart is shown, and how much it says. Lengths are pixels as shown.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Frame {
    pub width: u32,
    pub height: u32,
    /// Size of the words on the axes.
    pub font: u32,
    /// Least width of what is left of the vertical axis.
    pub side: u32,
    /// Most marks on the time axis; fewer where they would overlap.
    pub times: i64,
    /// Whether marks have their words above the plot.
    pub words: bool,
    /// Least width for the names of lines and levels at their right ends; without one they have no
    /// names there.
    pub ends: Option<u32>,
}

/// Returns a colour as a style sheet writes it.
pub(crate) fn css(colour: RGBColor) -> String {
    format!("#{:02X}{:02X}{:02X}", colour.0, colour.1, colour.2)
}

/// Makes a drawing be shown at its own size: the first width and height are those of the whole
/// picture, and its view box stays large.
pub(crate) fn sized(mut svg: String, width: u32, height: u32) -> String {
    for (name, large) in [("width", width), ("height", height)] {
        let shown = large / SCALE;
        svg = svg.replacen(&format!("{name}=\"{large}\""), &format!("{name}=\"{shown}\""), 1);
    }
    svg
}
