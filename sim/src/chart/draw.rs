//! Drawing a chart.

use plotters::coord::combinators::LogCoord;
use plotters::coord::ranged1d::{Ranged, ValueFormatter};
use plotters::coord::types::RangedCoordf64;
use plotters::coord::Shift;
use plotters::element::DashedPathElement;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use super::axis::TimeAxis;
use super::labels::{spread, Placed};
use super::layout::{limits, Layout, GAP, LEVELS};
use super::{sized, Chart, Failure, Font, Frame, Points, Vertical, GRID, INK, SCALE};

/// Room under a plot over the size of the words there.
const BELOW: u32 = 2 * SCALE;

type Plot<'a, 'b, Y> = ChartContext<'a, SVGBackend<'b>, Cartesian2d<TimeAxis, Y>>;
type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;

/// Draws a chart as SVG.
///
/// # Errors
/// What drawing returned.
pub(crate) fn draw(chart: &Chart, frame: Frame) -> Result<String, Failure> {
    let (low, high) = limits(chart);
    match chart.vertical {
        Vertical::Logarithmic => draw_on(chart, frame, LogCoord::from((low..high).log_scale()), (low, high)),
        _ => draw_on(chart, frame, RangedCoordf64::from(low..high), (low, high)),
    }
}

fn draw_on<Y>(chart: &Chart, frame: Frame, vertical: Y, limits: (f64, f64)) -> Result<String, Failure>
where
    Y: Ranged<ValueType = f64> + ValueFormatter<f64>,
{
    let layout = Layout::new(chart, frame, &vertical, limits);
    let pixels = (frame.width * SCALE, frame.height * SCALE);
    let mut svg = String::new();
    {
        let area = SVGBackend::with_string(&mut svg, pixels).into_drawing_area();
        let mut plot = ChartBuilder::on(&area)
            .margin_top(layout.top)
            .margin_right(layout.right)
            .x_label_area_size(frame.font * BELOW)
            .y_label_area_size(layout.left)
            .build_cartesian_2d(layout.time.clone(), vertical)?;
        shade(&mut plot, chart, limits)?;
        mesh(&mut plot, chart, frame)?;
        marks(&area, &plot, &layout)?;
        lines(&mut plot, chart, limits)?;
        levels(&area, &plot, chart, &layout)?;
        ends(&area, &plot, &layout)?;
        area.present()?;
    }
    Ok(sized(svg, pixels.0, pixels.1))
}

fn shade<Y>(plot: &mut Plot<Y>, chart: &Chart, (low, high): (f64, f64)) -> Result<(), Failure>
where
    Y: Ranged<ValueType = f64>,
{
    for shade in &chart.shades {
        let style = shade.colour.mix(shade.density).filled();
        let corners = shade.stretches.iter().map(|(from, to)| [(*from, low), (*to, high)]);
        plot.draw_series(corners.map(|corners| Rectangle::new(corners, style)))?;
    }
    Ok(())
}

fn mesh<Y>(plot: &mut Plot<Y>, chart: &Chart, frame: Frame) -> Result<(), Failure>
where
    Y: Ranged<ValueType = f64> + ValueFormatter<f64>,
{
    let label = Font::new(frame.font).style(&INK, Pos::default());
    plot.configure_mesh()
        .disable_x_mesh()
        .light_line_style(TRANSPARENT)
        .bold_line_style(GRID.stroke_width(SCALE))
        .axis_style(GRID.stroke_width(SCALE))
        .set_all_tick_mark_size(GAP)
        .y_labels(LEVELS)
        .x_label_style(label.clone())
        .y_label_style(label)
        .y_label_formatter(&|value| (chart.format)(*value))
        .draw()?;
    Ok(())
}

fn lines<Y>(plot: &mut Plot<Y>, chart: &Chart, (low, high): (f64, f64)) -> Result<(), Failure>
where
    Y: Ranged<ValueType = f64>,
{
    let inside = |points: &Points| -> Points {
        points
            .iter()
            .map(|(time, value)| (*time, value.clamp(low, high)))
            .collect()
    };
    if let Some(band) = &chart.band {
        let (up, down) = (inside(&band.upper), inside(&band.lower));
        let outline: Points = up.into_iter().chain(down.into_iter().rev()).collect();
        plot.draw_series([Polygon::new(outline, band.colour.mix(0.18).filled())])?;
    }
    for line in &chart.lines {
        let style = line.colour.stroke_width(2 * SCALE - 1);
        for part in &line.parts {
            plot.draw_series(LineSeries::new(inside(part), style))?;
        }
    }
    Ok(())
}

/// Draws a dashed line from one point of the picture to another.
fn dashed(area: &Area, ends: [(i32, i32); 2], colour: RGBColor) -> Result<(), Failure> {
    area.draw(&DashedPathElement::new(ends, GAP, GAP, colour.stroke_width(SCALE)))?;
    Ok(())
}

/// Draws a dashed line at each mark, from its words down; one for those that are nearly at the same
/// moment.
fn marks<Y>(area: &Area, plot: &Plot<Y>, layout: &Layout) -> Result<(), Failure>
where
    Y: Ranged<ValueType = f64>,
{
    let (_, down) = plot.plotting_area().get_pixel_range();
    let mut drawn: Vec<(i32, i32)> = Vec::new();
    let (told, rest): (Vec<_>, Vec<_>) = layout.words.iter().partition(|(_, place)| place.is_some());
    for (mark, place) in told.into_iter().chain(rest) {
        let (x, _) = plot.plotting_area().map_coordinate(&(mark.unix_time, layout.limits.0));
        let top = place.map_or(down.start, |place| layout.row(place.row));
        if let Some(place) = place {
            words(area, &mark.label, (x, top), place, layout.font)?;
        }
        let is_there = |line: &(i32, i32)| line.0.abs_diff(x) <= GAP && line.1 <= top;
        if !drawn.iter().any(is_there) {
            dashed(area, [(x, top), (x, down.end)], INK)?;
            drawn.push((x, top));
        }
    }
    Ok(())
}

/// Draws the words of a mark, on the side of its line where their place is.
fn words(area: &Area, text: &str, (x, top): (i32, i32), place: &Placed, font: Font) -> Result<(), Failure> {
    let (side, from) = if place.left < f64::from(x) {
        (HPos::Right, place.right)
    } else {
        (HPos::Left, place.left)
    };
    let style = font.style(&INK, Pos::new(side, VPos::Top));
    area.draw_text(text, &style, (from as i32, top))?;
    Ok(())
}

/// Draws a dashed line at each level.
fn levels<Y>(area: &Area, plot: &Plot<Y>, chart: &Chart, layout: &Layout) -> Result<(), Failure>
where
    Y: Ranged<ValueType = f64>,
{
    let (across, _) = plot.plotting_area().get_pixel_range();
    for level in &chart.levels {
        let y = height(plot, layout, level.value);
        dashed(area, [(across.start, y), (across.end, y)], level.colour)?;
    }
    Ok(())
}

/// Draws the names of lines and levels at their right ends.
fn ends<Y>(area: &Area, plot: &Plot<Y>, layout: &Layout) -> Result<(), Failure>
where
    Y: Ranged<ValueType = f64>,
{
    let (across, down) = plot.plotting_area().get_pixel_range();
    let heights = layout.names.iter().map(|name| f64::from(height(plot, layout, name.2)));
    let room = (f64::from(down.start), f64::from(down.end));
    let places = spread(&heights.collect::<Vec<_>>(), layout.font.height(), room);
    for ((name, colour, _), middle) in layout.names.iter().zip(places) {
        if let Some(middle) = middle {
            let style = layout.font.style(colour, Pos::new(HPos::Left, VPos::Center));
            area.draw_text(name, &style, (across.end + GAP as i32, middle.round() as i32))?;
        }
    }
    Ok(())
}

/// Returns how far down in the picture a value is; at the edge of the plot if it is outside.
fn height<Y>(plot: &Plot<Y>, layout: &Layout, value: f64) -> i32
where
    Y: Ranged<ValueType = f64>,
{
    let (low, high) = layout.limits;
    plot.plotting_area()
        .map_coordinate(&(layout.start, value.clamp(low, high)))
        .1
}

#[cfg(test)]
mod tests {
    use super::super::{Level, Line, BLUE, RED};
    use super::*;
    use crate::record::Mark;

    const FRAME: Frame = Frame {
        width: 760,
        height: 250,
        font: 14,
        side: 62,
        times: 9,
        words: true,
        ends: Some(80),
    };

    fn line(label: &str, values: &[f64]) -> Line {
        Line {
            label: label.to_owned(),
            colour: BLUE,
            parts: vec![(0..).map(|hour| hour * 3_600).zip(values.iter().copied()).collect()],
        }
    }

    #[test]
    fn a_flat_line_and_a_single_step_can_be_drawn() {
        for price in [0.0, 5.0, -5.0] {
            for vertical in [Vertical::Fitted, Vertical::FromZero, Vertical::Fixed(0.0, 1.0)] {
                let mut chart = Chart::new((0, 3_600), vec![line("x", &[price])], |v| v.to_string());
                chart.vertical = vertical;
                let svg = draw(&chart, FRAME).unwrap();
                assert!(svg.contains("<svg") && !svg.contains("NaN"));
            }
        }
        let empty = Chart::new((0, 0), Vec::new(), |v| v.to_string());
        assert!(draw(&empty, FRAME).unwrap().contains("<svg"));
    }

    /// Left, top, right and bottom of the words in a drawing, from their anchors.
    fn boxes(svg: &str, font: impl Fn(f64) -> Font) -> Vec<(String, [f64; 4])> {
        let of = |text: &str| {
            let attribute = |name: &str| text.split(&format!(" {name}=\"")).nth(1)?.split('"').next();
            let number = |name: &str| attribute(name)?.parse::<f64>().ok();
            let words = text.split('>').nth(1)?.split('<').next()?.trim().to_owned();
            let (x, y, size) = (number("x")?, number("y")?, number("font-size")?);
            let dy = attribute("dy")
                .and_then(|dy| dy.strip_suffix("em")?.parse().ok())
                .unwrap_or(0.0)
                * size;
            let width = font(size).width(&words);
            let left = match attribute("text-anchor") {
                Some("middle") => x - width / 2.0,
                Some("end") => x - width,
                _ => x,
            };
            // Letters go from a bit under their line to most of their size above it.
            Some((words, [left, y + dy - 0.76 * size, left + width, y + dy + 0.2 * size]))
        };
        svg.split("<text ")
            .skip(1)
            .filter_map(|text| of(&format!(" {text}")))
            .collect()
    }

    #[test]
    fn no_two_labels_overlap_when_values_and_moments_are_nearly_equal() {
        let values = |level: f64| {
            (0..190)
                .map(|hour| level + 1e-4 * f64::from(hour % 7))
                .collect::<Vec<_>>()
        };
        let mut chart = Chart::new(
            (0, 190 * 3_600),
            vec![
                line("share", &values(0.98)),
                line("price", &values(0.9801)),
                line("slow price", &values(0.9802)),
            ],
            |v| format!("{v:.4}"),
        );
        chart.levels = [("floor", 0.98), ("cap", 0.9801), ("strike of the put", 0.9799)]
            .map(|(label, value)| Level {
                label: label.to_owned(),
                colour: RED,
                value,
            })
            .to_vec();
        chart.marks = [
            (20, "the first fall"),
            (21, "a breaker trips"),
            (22, "a deposit"),
            (22, "a payout"),
            (188, "everybody leaves"),
        ]
        .map(|(hour, label)| Mark {
            unix_time: hour * 3_600,
            label: label.to_owned(),
        })
        .to_vec();
        for (width, times) in [(760, 9), (760, 200), (380, 40)] {
            let frame = Frame { width, times, ..FRAME };
            let svg = draw(&chart, frame).unwrap();
            let font = |size: f64| {
                [13, 14]
                    .map(Font::new)
                    .into_iter()
                    .find(|f| f.em() > size - 1.0)
                    .unwrap()
            };
            let boxes = boxes(&svg, font);
            assert!(boxes.len() > 12, "{boxes:?}");
            for (index, (words, one)) in boxes.iter().enumerate() {
                assert!(
                    one[0] >= 0.0 && one[2] <= f64::from(width * SCALE),
                    "{words} leaves the picture"
                );
                for (others, other) in &boxes[index + 1..] {
                    let apart = one[2] <= other[0] || other[2] <= one[0] || one[3] <= other[1] || other[3] <= one[1];
                    assert!(apart, "{words} {one:?} and {others} {other:?}");
                }
            }
        }
    }
}
