//! Which breaker stood when.

use plotters::coord::types::RangedCoordf64;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use ballast_core_market::breaker::{Breaker, MARKET};

use super::{band, sized, stretches, Failure, GRID, INK, RED, SCALE};
use crate::replay::run::of_price;
use crate::replay::Step;
use crate::report::axis::TimeAxis;

/// Height of a row as shown.
const ROW: u32 = 20;

/// Width of the names beside the rows.
pub const NAMES: u32 = 130;

/// The breakers that have something to read in a history, and whichever else ever stood in `steps`.
fn shown(steps: &[Step]) -> Vec<Breaker> {
    let stood =
        |breaker: &Breaker| of_price().contains(breaker) || steps.iter().any(|step| step.breakers.has(*breaker));
    MARKET.breakers().into_iter().filter(stood).collect()
}

/// A row for the regime and one for each breaker that follows prices or ever stood, marked where it stands. A stretch is at least a hairline wide, so that none
/// is lost in years.
///
/// # Errors
/// What drawing returned.
pub fn raster(steps: &[Step], width: u32, time_marks: i64) -> Result<String, Failure> {
    let (start, end) = match (steps.first(), steps.last()) {
        (Some(first), Some(last)) => (first.time, last.time),
        _ => (0, 1),
    };
    let breakers = shown(steps);
    let rows = breakers.len() as u32 + 1;
    let pixels = (width * SCALE, (rows * ROW + 34) * SCALE);
    let hairline = (end - start) / i64::from(width);
    let mut svg = String::new();
    {
        let area = SVGBackend::with_string(&mut svg, pixels).into_drawing_area();
        let mut chart = ChartBuilder::on(&area)
            .margin_top(6 * SCALE)
            .margin_right(14 * SCALE)
            .x_label_area_size(24 * SCALE)
            .y_label_area_size(NAMES * SCALE)
            .build_cartesian_2d(
                TimeAxis::new(start, end, time_marks),
                RangedCoordf64::from(f64::from(rows)..0.0),
            )?;
        let label = ("sans-serif", 12 * SCALE).into_font().color(&INK);
        chart
            .configure_mesh()
            .disable_y_mesh()
            .light_line_style(TRANSPARENT)
            .bold_line_style(GRID.stroke_width(SCALE))
            .axis_style(GRID.stroke_width(SCALE))
            .y_labels(0)
            .x_label_style(label.clone())
            .draw()?;
        let mut bar = |row: usize, from: i64, to: i64, style: ShapeStyle| -> Result<(), Failure> {
            let top = row as f64 + 0.15;
            let to = to.max(from + hairline).min(end);
            chart.draw_series([Rectangle::new([(from, top), (to, top + 0.7)], style)])?;
            Ok(())
        };
        for (from, to, regime) in stretches(steps, |step| step.regime) {
            if let Some((colour, density)) = band(regime) {
                bar(0, from, to, colour.mix(2.0 * density).filled())?;
            }
        }
        for (row, breaker) in breakers.iter().copied().enumerate() {
            for (from, to, stands) in stretches(steps, |step| step.breakers.has(breaker)) {
                if stands {
                    bar(row + 1, from, to, RED.filled())?;
                }
            }
        }
        let names = std::iter::once("regime").chain(breakers.iter().map(|breaker| breaker.name()));
        let style = label.pos(Pos::new(HPos::Right, VPos::Center));
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
