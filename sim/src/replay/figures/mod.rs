//! The plots of a replay, as SVG.
//!
//! They are charts as `crate::chart` draws them, and a raster of the breakers.

mod chart;
mod limit_multipliers;
mod plots;
mod raster;

pub use limit_multipliers::alone;
pub use plots::near;
pub(super) use plots::{around, plots};

use ballast_core_market::regime::Regime;
use plotters::prelude::*;

use crate::chart::{AMBER, RED};

/// Returns the colour of a regime's band, and how dense it is; Calm has none.
fn band(regime: Regime) -> Option<(RGBColor, f64)> {
    match regime {
        Regime::Calm => None,
        Regime::Elevated => Some((AMBER, 0.10)),
        Regime::Stressed => Some((AMBER, 0.32)),
        Regime::Crisis => Some((RED, 0.45)),
    }
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
