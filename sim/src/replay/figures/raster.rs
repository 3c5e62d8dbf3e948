//! Which breaker was active when.

use plotters::coord::types::RangedCoordf64;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use ballast_core_market::breaker::{Breaker, MARKET};

use super::band;
use super::chart::TIMES;
use crate::chart::axis::{Room, TimeAxis};
use crate::chart::{sized, stretches, Failure, Font, GRID, INK, RED, SCALE};
use crate::replay::run::of_price;
use crate::replay::Step;

/// Height of a row as shown.
const ROW: u32 = 20;
/// Room on the right, as beside a chart, under which the raster may stand.
const MARGIN: u32 = 14;

/// Width of the names beside the rows.
pub(super) const NAMES: u32 = 130;

/// Returns the breakers that have something to read in a history, and whichever else was ever
/// active in `steps`.
fn shown(steps: &[Step]) -> Vec<Breaker> {
    let stood =
        |breaker: &Breaker| of_price().contains(breaker) || steps.iter().any(|step| step.breakers.has(*breaker));
    MARKET.breakers().into_iter().filter(stood).collect()
}

/// Draws a row for the regime and one for each breaker that follows prices or were ever active,
/// marked where it is active.
///
/// # Errors
/// What drawing returned.
pub(super) fn raster(steps: &[Step], width: u32) -> Result<String, Failure> {
    let (start, end) = match (steps.first(), steps.last()) {
        (Some(first), Some(last)) => (first.time, last.time),
        _ => (0, 1),
    };
    let breakers = shown(steps);
    let rows = breakers.len() as u32 + 1;
    let pixels = (width * SCALE, (rows * ROW + 34) * SCALE);
    let font = Font::new(12);
    let room = Room {
        left: f64::from(NAMES * SCALE),
        plot: f64::from((width - NAMES - MARGIN) * SCALE),
        right: f64::from(MARGIN * SCALE),
        font,
    };
    let mut svg = String::new();
    {
        let area = SVGBackend::with_string(&mut svg, pixels).into_drawing_area();
        let mut chart = ChartBuilder::on(&area)
            .margin_top(6 * SCALE)
            .margin_right(MARGIN * SCALE)
            .x_label_area_size(24 * SCALE)
            .y_label_area_size(NAMES * SCALE)
            .build_cartesian_2d(
                TimeAxis::fitted(start, end, TIMES, room),
                RangedCoordf64::from(f64::from(rows)..0.0),
            )?;
        chart
            .configure_mesh()
            .disable_y_mesh()
            .light_line_style(TRANSPARENT)
            .bold_line_style(GRID.stroke_width(SCALE))
            .axis_style(GRID.stroke_width(SCALE))
            .y_labels(0)
            .x_label_style(font.style(&INK, Pos::default()))
            .draw()?;
        // A stretch is at least a hairline wide, so that none is lost in years.
        let hairline = (end - start) / i64::from(width);
        chart.draw_series(bars(steps, &breakers).into_iter().map(|bar| {
            let (top, to) = (bar.row as f64 + 0.15, bar.to.max(bar.from + hairline).min(end));
            Rectangle::new([(bar.from, top), (to, top + 0.7)], bar.style)
        }))?;
        let names = std::iter::once("regime").chain(breakers.iter().map(|breaker| breaker.name()));
        let style = font.style(&INK, Pos::new(HPos::Right, VPos::Center));
        let (_, vertical) = chart.plotting_area().get_pixel_range();
        let height = f64::from(vertical.end - vertical.start) / f64::from(rows);
        for (row, name) in names.enumerate() {
            let middle = f64::from(vertical.start) + height * (row as f64 + 0.5);
            area.draw_text(name, &style, ((NAMES - 6) as i32 * SCALE as i32, middle as i32))?;
        }
        area.present()?;
    }
    Ok(sized(svg, pixels.0, pixels.1))
}

/// A stretch in a row.
struct Bar {
    row: usize,
    from: i64,
    to: i64,
    style: ShapeStyle,
}

/// Returns the regimes that have a colour in the first row, and each breaker in a row of its own.
fn bars(steps: &[Step], breakers: &[Breaker]) -> Vec<Bar> {
    let regimes = stretches(steps, |step| step.time, |step| step.regime);
    let regime = |(from, to, regime)| {
        let (colour, density) = band(regime)?;
        let style = colour.mix(2.0 * density).filled();
        Some(Bar {
            row: 0,
            from,
            to,
            style,
        })
    };
    let mut bars: Vec<Bar> = regimes.into_iter().filter_map(regime).collect();
    for (index, breaker) in breakers.iter().enumerate() {
        let found = stretches(steps, |step| step.time, |step| step.breakers.has(*breaker));
        bars.extend(found.into_iter().filter(|found| found.2).map(|(from, to, _)| Bar {
            row: index + 1,
            from,
            to,
            style: RED.filled(),
        }));
    }
    bars
}
