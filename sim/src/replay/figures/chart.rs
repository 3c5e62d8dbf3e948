//! Lines over time.

use plotters::coord::ranged1d::{Ranged, ValueFormatter};
use plotters::coord::types::RangedCoordf64;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use super::{band, sized, stretches, Failure, GRID, INK, SCALE};
use crate::record::Mark;
use crate::replay::Step;
use crate::report::axis::TimeAxis;

/// Most points of a line; longer runs keep the lowest and the highest of each bucket.
const MOST_POINTS: usize = 2_000;

/// One line.
pub struct Line {
    /// What it is.
    pub label: &'static str,
    /// Its colour.
    pub colour: RGBColor,
    /// Its value at a step, if there is one.
    pub value: fn(&Step) -> Option<f64>,
}

/// What a chart looks like.
pub struct Chart {
    /// Its lines, the last on top.
    pub lines: Vec<Line>,
    /// Whether regimes are shaded behind them.
    pub bands: bool,
    /// Whether the vertical axis is logarithmic.
    pub logarithmic: bool,
    /// The vertical range; from the values if there is none.
    pub range: Option<(f64, f64)>,
    /// How a value is written on the axis.
    pub format: fn(f64) -> String,
    /// Width and height as shown, and how many time marks fit.
    pub size: (u32, u32, i64),
    /// Width of what is left of the vertical axis.
    pub labels: u32,
}

/// Of a mark, the share of the width that its words take.
const MARK_WIDTH: f64 = 0.09;

/// Draws `steps` with `marks`.
///
/// # Errors
/// What drawing returned.
pub fn chart(chart: &Chart, steps: &[Step], marks: &[Mark]) -> Result<String, Failure> {
    let (start, end) = match (steps.first(), steps.last()) {
        (Some(first), Some(last)) => (first.time, last.time),
        _ => (0, 1),
    };
    let (low, high) = chart.range.unwrap_or_else(|| range(chart, steps));
    let (width, height, time_marks) = chart.size;
    let pixels = (width * SCALE, height * SCALE);
    let mut svg = String::new();
    {
        let area = SVGBackend::with_string(&mut svg, pixels).into_drawing_area();
        let mut builder = ChartBuilder::on(&area);
        builder
            .margin_top(8 * SCALE)
            .margin_right(14 * SCALE)
            .x_label_area_size(24 * SCALE)
            .y_label_area_size(chart.labels * SCALE);
        let time = TimeAxis::new(start, end, time_marks);
        if chart.logarithmic {
            let context = builder.build_cartesian_2d(time, (low..high).log_scale())?;
            fill(context, chart, steps, marks, (low, high))?;
        } else {
            let context = builder.build_cartesian_2d(time, RangedCoordf64::from(low..high))?;
            fill(context, chart, steps, marks, (low, high))?;
        }
        area.present()?;
    }
    Ok(sized(svg, pixels.0, pixels.1))
}

fn fill<DB: DrawingBackend, Y>(
    mut context: ChartContext<'_, DB, Cartesian2d<TimeAxis, Y>>,
    chart: &Chart,
    steps: &[Step],
    marks: &[Mark],
    (low, high): (f64, f64),
) -> Result<(), Failure>
where
    DB::ErrorType: 'static,
    Y: Ranged<ValueType = f64> + ValueFormatter<f64>,
{
    if chart.bands {
        for (from, to, regime) in stretches(steps, |step| step.regime) {
            if let Some((colour, density)) = band(regime) {
                let corners = [(from, low), (to, high)];
                context.draw_series([Rectangle::new(corners, colour.mix(density).filled())])?;
            }
        }
    }
    let label = ("sans-serif", 12 * SCALE).into_font().color(&INK);
    context
        .configure_mesh()
        .disable_x_mesh()
        .light_line_style(TRANSPARENT)
        .bold_line_style(GRID.stroke_width(SCALE))
        .axis_style(GRID.stroke_width(SCALE))
        .set_all_tick_mark_size(4 * SCALE)
        .y_labels(5)
        .x_label_style(label.clone())
        .y_label_style(label)
        .y_label_formatter(&|value| (chart.format)(*value))
        .draw()?;
    draw_marks(&mut context, marks, steps, (low, high))?;
    for line in &chart.lines {
        let style = line.colour.stroke_width(SCALE + 1);
        for part in parts(steps, line.value) {
            let inside = part.into_iter().map(|(time, value)| (time, value.clamp(low, high)));
            context.draw_series(LineSeries::new(inside, style))?;
        }
    }
    Ok(())
}

/// A dashed line at each mark, with its words beside it: on its left where the right has no room, a row lower where the last mark's words are.
fn draw_marks<DB: DrawingBackend, Y>(
    context: &mut ChartContext<'_, DB, Cartesian2d<TimeAxis, Y>>,
    marks: &[Mark],
    steps: &[Step],
    (low, high): (f64, f64),
) -> Result<(), Failure>
where
    DB::ErrorType: 'static,
    Y: Ranged<ValueType = f64>,
{
    let (start, end) = match (steps.first(), steps.last()) {
        (Some(first), Some(last)) => (first.time, last.time.max(first.time + 1)),
        _ => return Ok(()),
    };
    let font = ("sans-serif", 11 * SCALE).into_font().color(&INK);
    let mut taken = f64::NEG_INFINITY;
    for mark in marks {
        let line = [(mark.unix_time, low), (mark.unix_time, high)];
        context.draw_series(DashedLineSeries::new(
            line,
            4 * SCALE,
            4 * SCALE,
            INK.stroke_width(SCALE),
        ))?;
        let at = (mark.unix_time - start) as f64 / (end - start) as f64;
        let left = at + MARK_WIDTH > 1.0;
        let begins = if left { at - MARK_WIDTH } else { at };
        let down = if begins < taken { 13 * SCALE as i32 } else { 0 };
        taken = begins + MARK_WIDTH;
        let (side, shift) = if left { (HPos::Right, -3) } else { (HPos::Left, 3) };
        let style = font.pos(Pos::new(side, VPos::Top));
        let text = Text::new(mark.label.clone(), (shift * SCALE as i32, down), style);
        context.draw_series([EmptyElement::at((mark.unix_time, high)) + text])?;
    }
    Ok(())
}

/// The vertical range of all lines, with some air; never empty.
fn range(chart: &Chart, steps: &[Step]) -> (f64, f64) {
    let all = || {
        let of_line = |line: &Line| steps.iter().filter_map(line.value).collect::<Vec<_>>();
        chart.lines.iter().flat_map(of_line)
    };
    let (low, high) = (
        all().fold(f64::INFINITY, f64::min),
        all().fold(f64::NEG_INFINITY, f64::max),
    );
    if !low.is_finite() || !high.is_finite() {
        return (0.0, 1.0);
    }
    if chart.logarithmic {
        return (low * 0.9, high * 1.1);
    }
    let air = ((high - low) * 0.05).max(high.abs() * 1e-3).max(1e-9);
    (if low >= 0.0 { 0.0 } else { low - air }, high + air)
}

/// The line's points, in parts where it has a value at all; of a long run, the lowest and the highest of each bucket, in order of time.
fn parts(steps: &[Step], value: fn(&Step) -> Option<f64>) -> Vec<Vec<(i64, f64)>> {
    let bucket = (2 * steps.len()).div_ceil(MOST_POINTS).max(1);
    let mut parts: Vec<Vec<(i64, f64)>> = Vec::new();
    let mut open = false;
    for chunk in steps.chunks(bucket) {
        let mut points: Vec<(i64, f64)> = chunk
            .iter()
            .filter_map(|step| Some((step.time, value(step)?)))
            .collect();
        points.sort_by(|a, b| a.1.total_cmp(&b.1));
        let (Some(&lowest), Some(&highest)) = (points.first(), points.last()) else {
            open = false;
            continue;
        };
        let mut pair = [lowest, highest];
        pair.sort_by_key(|point| point.0);
        if !open {
            parts.push(Vec::new());
            open = true;
        }
        if let Some(part) = parts.last_mut() {
            part.extend(pair.iter().take(if lowest == highest { 1 } else { 2 }));
        }
    }
    parts
}
