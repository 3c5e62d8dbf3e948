//! The plots, as inline SVG.
//!
//! Colours are those of the light theme; the page's style sheet replaces each in the dark theme by selecting on the
//! very attribute (see `page.css`, which must name the same values). Plotters rounds to whole pixels, so the drawing is
//! made [`SCALE`] times larger than it is shown.

use std::error::Error;

use plotters::coord::types::RangedCoordf64;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use super::axis::TimeAxis;
use crate::record::{Mark, Step};

const SCALE: u32 = 3;
/// Most points of one line; longer runs keep the lowest and highest of each bucket.
const MAX_POINTS: usize = 1_200;

pub(super) const BLUE: RGBColor = RGBColor(0x25, 0x63, 0xeb);
pub(super) const AMBER: RGBColor = RGBColor(0xd9, 0x77, 0x06);
pub(super) const RED: RGBColor = RGBColor(0xdc, 0x26, 0x26);
pub(super) const GREEN: RGBColor = RGBColor(0x05, 0x96, 0x69);
const GRID: RGBColor = RGBColor(0xe2, 0xe8, 0xf0);
const INK: RGBColor = RGBColor(0x64, 0x74, 0x8b);

/// Width and height as shown, and how many time marks fit.
#[derive(Clone, Copy)]
pub(super) struct Size {
    pub width: u32,
    pub height: u32,
    pub marks: i64,
}

/// For pages wide enough to read it, and for telephones.
pub(super) const WIDE: Size = Size {
    width: 760,
    height: 250,
    marks: 9,
};
pub(super) const NARROW: Size = Size {
    width: 380,
    height: 230,
    marks: 4,
};

/// A value of a step, in the unit of its plot.
type Value = fn(&Step) -> f64;

/// One line of a plot.
pub(super) struct Line {
    pub label: &'static str,
    pub colour: RGBColor,
    pub value: Value,
}

/// One plot: lines, and perhaps a shaded band between two values.
pub(super) struct Plot {
    pub lines: Vec<Line>,
    pub band: Option<(&'static str, RGBColor, Value, Value)>,
    /// Whether the vertical axis must reach down to zero.
    pub from_zero: bool,
    pub format: fn(f64) -> String,
}

type Failure = Box<dyn Error + Send + Sync>;

/// Draws `plot` over all `steps` (at least one) from the start of the first to `end`, unix seconds.
pub(super) fn draw(plot: &Plot, steps: &[Step], end: i64, marks: &[Mark], size: Size) -> Result<String, Failure> {
    let start = steps.first().map_or(0, |s| s.unix_time);
    let (low, high) = limits(plot, steps);
    let mut svg = String::new();
    {
        let pixels = (size.width * SCALE, size.height * SCALE);
        let area = SVGBackend::with_string(&mut svg, pixels).into_drawing_area();
        let mut chart = ChartBuilder::on(&area)
            .margin_top(8 * SCALE)
            .margin_right(14 * SCALE)
            .x_label_area_size(26 * SCALE)
            .y_label_area_size(62 * SCALE)
            .build_cartesian_2d(TimeAxis::new(start, end, size.marks), RangedCoordf64::from(low..high))?;
        shade_breakers(&mut chart, steps, end, (low, high))?;
        let label = ("sans-serif", 14 * SCALE).into_font().color(&INK);
        chart
            .configure_mesh()
            .disable_x_mesh()
            .light_line_style(TRANSPARENT)
            .bold_line_style(GRID.stroke_width(SCALE))
            .axis_style(GRID.stroke_width(SCALE))
            .set_all_tick_mark_size(4 * SCALE)
            .y_labels(5)
            .x_label_style(label.clone())
            .y_label_style(label.clone())
            .y_label_formatter(&|value| (plot.format)(*value))
            .draw()?;
        let note = ("sans-serif", 13 * SCALE)
            .into_font()
            .color(&INK)
            .pos(Pos::new(HPos::Left, VPos::Top));
        for mark in marks.iter().filter(|m| (start..end).contains(&m.unix_time)) {
            let line = [(mark.unix_time, low), (mark.unix_time, high)];
            chart.draw_series(DashedLineSeries::new(
                line,
                4 * SCALE,
                4 * SCALE,
                INK.stroke_width(SCALE),
            ))?;
            if size.width > NARROW.width {
                let text = Text::new(mark.label.clone(), (4 * SCALE as i32, 0), note.clone());
                chart.draw_series([EmptyElement::at((mark.unix_time, high)) + text])?;
            }
        }
        if let Some((_, colour, lower, upper)) = plot.band {
            let up = thin(steps, upper);
            let down = thin(steps, lower);
            let outline: Vec<_> = up.into_iter().chain(down.into_iter().rev()).collect();
            chart.draw_series([Polygon::new(outline, colour.mix(0.18).filled())])?;
        }
        for line in &plot.lines {
            let style = line.colour.stroke_width(2 * SCALE - 1);
            chart.draw_series(LineSeries::new(thin(steps, line.value), style))?;
        }
        area.present()?;
    }
    Ok(svg)
}

fn shade_breakers<DB: DrawingBackend>(
    chart: &mut ChartContext<'_, DB, Cartesian2d<TimeAxis, RangedCoordf64>>,
    steps: &[Step],
    end: i64,
    (low, high): (f64, f64),
) -> Result<(), Failure>
where
    DB::ErrorType: 'static,
{
    let mut begun = None;
    for step in steps {
        match (step.breaker, begun) {
            (true, None) => begun = Some(step.unix_time),
            (false, Some(since)) => {
                chart.draw_series([Rectangle::new(
                    [(since, low), (step.unix_time, high)],
                    RED.mix(0.12).filled(),
                )])?;
                begun = None;
            }
            _ => {}
        }
    }
    if let Some(since) = begun {
        chart.draw_series([Rectangle::new([(since, low), (end, high)], RED.mix(0.12).filled())])?;
    }
    Ok(())
}

/// The vertical range, with air above and below; never empty.
fn limits(plot: &Plot, steps: &[Step]) -> (f64, f64) {
    let band = plot.band.iter().flat_map(|(_, _, lower, upper)| [*lower, *upper]);
    let values: Vec<Value> = plot.lines.iter().map(|l| l.value).chain(band).collect();
    let all = || steps.iter().flat_map(|s| values.iter().map(move |value| value(s)));
    let (low, high) = (
        all().fold(f64::INFINITY, f64::min),
        all().fold(f64::NEG_INFINITY, f64::max),
    );
    let low = if plot.from_zero { low.min(0.0) } else { low };
    let air = ((high - low) * 0.08).max(high.abs() * 1e-3).max(1e-9);
    (if plot.from_zero && low >= 0.0 { 0.0 } else { low - air }, high + air)
}

/// The line's points; of a long run, the lowest and the highest of each bucket, in order of time.
fn thin(steps: &[Step], value: Value) -> Vec<(i64, f64)> {
    let point = |s: &Step| (s.unix_time, value(s));
    if steps.len() <= MAX_POINTS {
        return steps.iter().map(point).collect();
    }
    let bucket = steps.len().div_ceil(MAX_POINTS / 2);
    let extremes = |bucket: &[Step]| {
        let mut points: Vec<_> = bucket.iter().map(point).collect();
        points.sort_by(|a, b| a.1.total_cmp(&b.1));
        let (low, high) = (points[0], points[points.len() - 1]);
        if low.0 <= high.0 {
            [low, high]
        } else {
            [high, low]
        }
    };
    steps.chunks(bucket).flat_map(extremes).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_runs_are_thinned_without_losing_their_extremes() {
        let step = |i: u32| Step {
            unix_time: i64::from(i),
            price: if i == 7_777 { 999.0 } else { f64::from(i % 10) },
            ..Step::default()
        };
        let steps: Vec<_> = (0..50_000).map(step).collect();
        let points = thin(&steps, |s| s.price);
        assert!(points.len() <= MAX_POINTS + 2);
        assert!(points.contains(&(7_777, 999.0)));
        assert!(points.windows(2).all(|p| p[0].0 <= p[1].0));
    }

    #[test]
    fn a_flat_line_and_a_single_step_can_be_drawn() {
        let plot = Plot {
            lines: vec![Line {
                label: "x",
                colour: BLUE,
                value: |s| s.price,
            }],
            band: None,
            from_zero: false,
            format: |v| v.to_string(),
        };
        for price in [0.0, 5.0, -5.0] {
            let svg = draw(
                &plot,
                &[Step {
                    price,
                    breaker: true,
                    ..Step::default()
                }],
                3_600,
                &[],
                WIDE,
            )
            .unwrap();
            assert!(svg.contains("<svg") && !svg.contains("NaN"));
        }
    }
}
