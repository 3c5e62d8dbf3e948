//! Which plots there are.

use plotters::style::RGBColor;

use super::chart::{chart, Chart, Line};
use super::limit_multipliers::limit_multipliers;
use super::raster::{raster, NAMES};
use crate::chart::{Failure, Vertical, AMBER, BLUE, GREEN, RED};
use crate::record::Mark;
use crate::replay::events::Met;
use crate::replay::run::share;
use crate::replay::Step;
use crate::report::page::Figure;
use ballast_market_data::format::{decimal, price};

/// Width of every figure, as shown.
pub(super) const WIDTH: u32 = 920;
const DAY: i64 = 86_400;

pub(super) fn line(label: &'static str, colour: RGBColor, value: fn(&Step) -> Option<f64>) -> Line {
    Line { label, colour, value }
}

fn figure(title: &str, text: &str, what: Chart, steps: &[Step], marks: &[Mark]) -> Result<Figure, Failure> {
    let legend: Vec<_> = what.lines.iter().map(Line::key).collect();
    let svg = chart(&what, steps, marks)?;
    Ok(Figure::drawn(title.to_owned(), text.to_owned(), &legend, svg))
}

pub(super) fn plain(lines: Vec<Line>, format: fn(f64) -> String) -> Chart {
    Chart {
        lines,
        bands: false,
        vertical: Vertical::FromZero,
        format,
        size: (WIDTH, 230),
        labels: 58,
    }
}

/// Returns every plot of a run.
///
/// # Errors
/// What drawing returned.
pub(in crate::replay) fn plots(steps: &[Step], marks: &[Mark]) -> Result<Vec<Figure>, Failure> {
    let percent: fn(f64) -> String = |v| format!("{v:.0} %");
    let mut figures = vec![
        figure(
            "Price and regime",
            "Behind the price: Elevated and Stressed in amber, Crisis in red. Dashed: the six falls.",
            Chart {
                bands: true,
                vertical: Vertical::Logarithmic,
                ..plain(
                    vec![
                        line("slow price", AMBER, |s| Some(s.slow_price)),
                        line("price", BLUE, |s| Some(s.price)),
                    ],
                    price,
                )
            },
            steps,
            marks,
        )?,
        figure(
            "Volatility",
            "A year, of log returns; implied at the money 30 days ahead where option chains were given.",
            plain(
                vec![
                    line("fast", BLUE, |s| Some(100.0 * s.fast_volatility)),
                    line("slow", AMBER, |s| Some(100.0 * s.slow_volatility)),
                    line("implied", GREEN, |s| Some(100.0 * s.implied_volatility?)),
                ],
                percent,
            ),
            steps,
            &[],
        )?,
        figure(
            "Drawdown",
            "Fall of the price from its slow high.",
            plain(
                vec![line("drawdown", RED, |s| Some(100.0 * share(s.indicators.drawdown)))],
                percent,
            ),
            steps,
            &[],
        )?,
        figure(
            "Skewness and excess kurtosis",
            "Of returns over the volatility of their time: both zero for the normal distribution.",
            plain(
                vec![
                    line("excess kurtosis", AMBER, |s| Some(s.kurtosis)),
                    line("skewness", BLUE, |s| Some(s.skewness)),
                ],
                |v| decimal(v, 0),
            ),
            steps,
            &[],
        )?,
        figure(
            "Trend and acceleration",
            "In standard deviations of a driftless random walk with the slow volatility.",
            plain(
                vec![
                    line("trend", AMBER, |s| Some(s.trend)),
                    line("acceleration", BLUE, |s| Some(s.acceleration)),
                ],
                |v| format!("{v:.0} σ"),
            ),
            steps,
            &[],
        )?,
    ];
    if steps.iter().any(|step| step.indicators.contraction.is_some()) {
        figures.push(figure(
            "Contraction",
            "Cost of a standard size over its average. Estimated from hourly range and volume: history has no order books.",
            plain(
                vec![line("contraction", BLUE, |s| s.indicators.contraction.map(share))],
                |v| format!("{v:.1}×"),
            ),
            steps,
            &[],
        )?);
    }
    figures.push(Figure::drawn(
        "Breakers".to_owned(),
        "When each was active. Of those that read a confidence, a second source, a venue or a surface, only what ever was is shown."
            .to_owned(),
        &[],
        raster(steps, WIDTH)?,
    ));
    figures.extend(limit_multipliers(steps, marks)?);
    Ok(figures)
}

/// Returns the steps from three days before a fall to four after it.
#[must_use]
pub fn near<'a>(met: &Met, steps: &'a [Step]) -> &'a [Step] {
    let from = steps.partition_point(|step| step.time < met.fall.at - 3 * DAY);
    let to = steps.partition_point(|step| step.time <= met.fall.at + 4 * DAY);
    &steps[from..to]
}

/// Returns a fall from near: price with regimes, and the breakers.
///
/// # Errors
/// What drawing returned.
pub(in crate::replay) fn around(met: &Met, steps: &[Step]) -> Result<Figure, Failure> {
    let part = near(met, steps);
    let prices = Chart {
        size: (WIDTH, 190),
        labels: NAMES,
        ..prices(part)
    };
    let svg = chart(&prices, part, &[met.mark_of_day()])? + &raster(part, WIDTH)?;
    Ok(Figure::drawn(met.fall.name.clone(), String::new(), &[], svg))
}

/// Returns the price with regimes behind it, not from zero: a week's prices are all much the same.
pub(super) fn prices(steps: &[Step]) -> Chart {
    let low = steps.iter().map(|s| s.price).fold(f64::INFINITY, f64::min);
    let high = steps.iter().map(|s| s.price).fold(0.0, f64::max);
    let vertical = if low.is_finite() && high > low {
        Vertical::Fixed(low * 0.97, high * 1.03)
    } else {
        Vertical::FromZero
    };
    Chart {
        bands: true,
        vertical,
        ..plain(vec![line("price", BLUE, |s| Some(s.price))], price)
    }
}
