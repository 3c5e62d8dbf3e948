//! The plots of a replay, as SVG.
//!
//! Colours are those of the demo's report, whose style sheet turns them for a dark page. Plotters rounds to whole pixels, so a drawing is made
//! `SCALE` times larger than it is shown.

mod chart;
mod plots;
mod raster;
mod triggers;

pub use chart::{chart, Chart, Line};
pub use plots::{around, near, plots, Figure};
pub use raster::raster;
pub use triggers::{alone, triggers};

use std::error::Error;

use ballast_core_market::regime::Regime;
use plotters::prelude::*;

use super::Step;

/// How much larger a drawing is made than it is shown.
const SCALE: u32 = 3;

/// Blue, for the first line of a plot.
pub const BLUE: RGBColor = RGBColor(0x25, 0x63, 0xeb);
/// Amber.
pub const AMBER: RGBColor = RGBColor(0xd9, 0x77, 0x06);
/// Red.
pub const RED: RGBColor = RGBColor(0xdc, 0x26, 0x26);
/// Green.
pub const GREEN: RGBColor = RGBColor(0x05, 0x96, 0x69);
const GRID: RGBColor = RGBColor(0xe2, 0xe8, 0xf0);
const INK: RGBColor = RGBColor(0x64, 0x74, 0x8b);

/// What drawing may fail with.
pub type Failure = Box<dyn Error + Send + Sync>;

/// The colour of a regime's band, and how dense it is; Calm has none.
#[must_use]
pub fn band(regime: Regime) -> Option<(RGBColor, f64)> {
    match regime {
        Regime::Calm => None,
        Regime::Elevated => Some((AMBER, 0.10)),
        Regime::Stressed => Some((AMBER, 0.32)),
        Regime::Crisis => Some((RED, 0.45)),
    }
}

/// The stretches of steps for which `key` stays the same: from, to, key. The last ends with the last step.
fn stretches<K: PartialEq + Copy>(steps: &[Step], key: impl Fn(&Step) -> K) -> Vec<(i64, i64, K)> {
    let mut found: Vec<(i64, i64, K)> = Vec::new();
    for step in steps {
        let now = key(step);
        match found.last_mut() {
            Some((_, to, before)) => {
                *to = step.time;
                if *before != now {
                    found.push((step.time, step.time, now));
                }
            }
            None => found.push((step.time, step.time, now)),
        }
    }
    found
}

/// Shown at its own size: the first width and height are those of the whole picture, and its view box stays large.
fn sized(mut svg: String, width: u32, height: u32) -> String {
    for (name, large) in [("width", width), ("height", height)] {
        let shown = large / SCALE;
        svg = svg.replacen(&format!("{name}=\"{large}\""), &format!("{name}=\"{shown}\""), 1);
    }
    svg
}

/// Drawings of one width as one, each under the last.
fn stacked(drawings: &[(String, u32)], width: u32) -> String {
    let height: u32 = drawings.iter().map(|drawing| drawing.1).sum();
    let mut all = format!(
        "<svg width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\" xmlns=\"http://www.w3.org/2000/svg\">\n"
    );
    let mut top = 0;
    for (svg, height) in drawings {
        all += &svg.replacen("<svg ", &format!("<svg y=\"{top}\" "), 1);
        top += height;
    }
    all + "</svg>\n"
}
