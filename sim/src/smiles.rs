//! A plot of one day's smiles: what the market quoted, and what was fitted.

use ballast_core_math::fit::{publish, FittedExpiry};
use plotters::coord::types::RangedCoordf64;
use plotters::coord::Shift;
use plotters::prelude::*;

use crate::chart::{sized, Failure, AMBER, BLUE, GRID, SCALE};
use crate::fitting::Day;
use crate::plot::marked;
use ballast_market_data::format::{decimal, utc_minute};

/// On white, darker than in charts of pages that may be dark.
const INK: RGBColor = RGBColor(0x47, 0x55, 0x69);
const QUOTE: RGBColor = RGBColor(0x94, 0xa3, 0xb8);

/// Panels in a row, and the size of one.
const COLUMNS: usize = 3;
const PANEL: (u32, u32) = (420, 260);
const TITLE: u32 = 56;
/// Points of a curve.
const STEPS: u32 = 120;

/// Draws the plot as SVG: a panel for each expiry, quotes as bars from bid to ask, the fitted smile
/// and the published one.
///
/// # Errors
/// What drawing returned.
pub fn draw(day: &Day) -> Result<String, Failure> {
    let rows = day.fitted.len().div_ceil(COLUMNS).max(1);
    let (width, height) = (
        PANEL.0 * COLUMNS as u32 * SCALE,
        (TITLE + PANEL.1 * rows as u32) * SCALE,
    );
    let mut svg = String::new();
    {
        let area = SVGBackend::with_string(&mut svg, (width, height)).into_drawing_area();
        area.fill(&WHITE)?;
        let (head, body) = area.split_vertically(TITLE * SCALE);
        let at = |x: i32, y: i32| (x * SCALE as i32, y * SCALE as i32);
        let heading = format!(
            "{} options, {} UTC: volatility a year against ln(strike/forward)",
            day.currency,
            utc_minute(day.unix_time)
        );
        head.draw_text(&heading, &("sans-serif", 20 * SCALE).into_font().color(&INK), at(16, 8))?;
        let mut left = 16;
        for (colour, label) in [
            (QUOTE, "quoted: bid to ask"),
            (BLUE, "fitted, free of arbitrage"),
            (AMBER, "as published on-chain"),
        ] {
            head.draw(&Rectangle::new([at(left, 42), at(left + 18, 45)], colour.filled()))?;
            head.draw_text(
                label,
                &("sans-serif", 13 * SCALE).into_font().color(&INK),
                at(left + 24, 36),
            )?;
            left += 200;
        }
        for (panel, expiry) in body.split_evenly((rows, COLUMNS)).iter().zip(&day.fitted) {
            draw_expiry(panel, day, expiry)?;
        }
        area.present()?;
    }
    Ok(marked(&sized(svg, width, height)))
}

fn draw_expiry<DB: DrawingBackend>(
    panel: &DrawingArea<DB, Shift>,
    day: &Day,
    expiry: &FittedExpiry,
) -> Result<(), Failure>
where
    DB::ErrorType: 'static,
{
    let (Some(first), Some(last)) = (expiry.points.first(), expiry.points.last()) else {
        return Ok(());
    };
    let air = ((last.k - first.k) * 0.04).max(1e-3);
    let (left, right) = (first.k - air, last.k + air);
    let curve = |volatility: &dyn Fn(f64) -> Option<f64>| -> Vec<(f64, f64)> {
        (0..=STEPS)
            .map(|step| left + (right - left) * f64::from(step) / f64::from(STEPS))
            .filter_map(|k| Some((k, 100.0 * volatility(k)?)))
            .collect()
    };
    let fitted = curve(&|k| Some(expiry.essvi.volatility(k, expiry.years)));
    let published = curve(&|k| publish::volatility(&day.published, k, expiry.years));
    let is_published = day.published.slices().any(|slice| slice.time == expiry.slice.time);

    // The axis follows the curves and the middles of the quotes; a wide quote may leave the panel.
    let middles = expiry.points.iter().map(|point| 100.0 * point.mid());
    let values = || fitted.iter().chain(&published).map(|(_, v)| *v).chain(middles.clone());
    let (low, high) = (
        values().fold(f64::INFINITY, f64::min),
        values().fold(f64::NEG_INFINITY, f64::max),
    );
    let room = ((high - low) * 0.1).max(1.0);
    let (low, high) = ((low - room).max(0.0), high + room);

    let kept = if is_published { "" } else { ", interpolated on-chain" };
    let caption = format!("{} to expiry{kept}", span(expiry.years));
    let mut chart = ChartBuilder::on(panel)
        .caption(caption, ("sans-serif", 14 * SCALE).into_font().color(&INK))
        .margin(6 * SCALE)
        .margin_right(14 * SCALE)
        .x_label_area_size(22 * SCALE)
        .y_label_area_size(40 * SCALE)
        .build_cartesian_2d(RangedCoordf64::from(left..right), RangedCoordf64::from(low..high))?;
    let label = ("sans-serif", 11 * SCALE).into_font().color(&INK);
    chart
        .configure_mesh()
        .light_line_style(TRANSPARENT)
        .bold_line_style(GRID.stroke_width(SCALE))
        .axis_style(GRID.stroke_width(SCALE))
        .set_all_tick_mark_size(4 * SCALE)
        .x_labels(6)
        .y_labels(6)
        .x_label_style(label.clone())
        .y_label_style(label)
        .x_label_formatter(&|k| decimal(*k, 2))
        .y_label_formatter(&|v| format!("{v:.0} %"))
        .draw()?;
    chart.draw_series(expiry.points.iter().map(|point| {
        let at = |v: f64| (point.k, (100.0 * v).clamp(low, high));
        PathElement::new([at(point.bid), at(point.ask)], QUOTE.stroke_width(3 * SCALE))
    }))?;
    chart.draw_series(LineSeries::new(fitted, BLUE.stroke_width(2 * SCALE)))?;
    if !is_published {
        chart.draw_series(LineSeries::new(published, AMBER.stroke_width(2 * SCALE)))?;
    }
    Ok(())
}

/// Returns a time to expiry as people say it.
fn span(years: f64) -> String {
    let days = years * 365.0;
    if days < 2.0 {
        format!("{:.0} hours", days * 24.0)
    } else {
        format!("{days:.0} days")
    }
}
