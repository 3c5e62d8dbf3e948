//! Which plots there are.

use plotters::style::RGBColor;

use super::chart::{chart, Chart, Line};
use super::raster::{raster, NAMES};
use super::triggers::triggers;
use super::{Failure, AMBER, BLUE, GREEN, RED};
use crate::record::Mark;
use crate::replay::events::Met;
use crate::replay::run::share;
use crate::replay::Step;
use ballast_market_data::format::{decimal, price};

const WIDE: (u32, u32, i64) = (920, 230, 8);
const DAY: i64 = 86_400;

/// A plot with its words.
pub struct Figure {
    /// Heading.
    pub title: String,
    /// What it shows.
    pub text: String,
    /// Label and colour of each line.
    pub legend: Vec<(&'static str, RGBColor)>,
    /// The picture.
    pub svg: String,
}

pub(super) fn line(label: &'static str, colour: RGBColor, value: fn(&Step) -> Option<f64>) -> Line {
    Line { label, colour, value }
}

fn figure(title: &str, text: &str, what: Chart, steps: &[Step], marks: &[Mark]) -> Result<Figure, Failure> {
    Ok(Figure {
        title: title.to_owned(),
        text: text.to_owned(),
        legend: what.lines.iter().map(|line| (line.label, line.colour)).collect(),
        svg: chart(&what, steps, marks)?,
    })
}

pub(super) fn plain(lines: Vec<Line>, format: fn(f64) -> String) -> Chart {
    Chart {
        lines,
        bands: false,
        logarithmic: false,
        range: None,
        format,
        size: WIDE,
        labels: 58,
    }
}

/// Every plot of a run.
///
/// # Errors
/// What drawing returned.
pub fn plots(steps: &[Step], marks: &[Mark]) -> Result<Vec<Figure>, Failure> {
    let percent: fn(f64) -> String = |v| format!("{v:.0} %");
    let mut figures = vec![
        figure(
            "Price and regime",
            "Behind the price: Elevated and Stressed in amber, Crisis in red. Dashed: the six falls.",
            Chart {
                bands: true,
                logarithmic: true,
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
    figures.push(Figure {
        title: "Breakers".to_owned(),
        text: "When each stood. Of those that read a confidence, a second source, a venue or a surface, only what ever stood is shown."
            .to_owned(),
        legend: Vec::new(),
        svg: raster(steps, WIDE.0, WIDE.2)?,
    });
    figures.extend(triggers(steps, marks)?);
    Ok(figures)
}

/// The steps from three days before a fall to four after it.
#[must_use]
pub fn near<'a>(met: &Met, steps: &'a [Step]) -> &'a [Step] {
    let from = steps.partition_point(|step| step.time < met.fall.at - 3 * DAY);
    let to = steps.partition_point(|step| step.time <= met.fall.at + 4 * DAY);
    &steps[from..to]
}

/// A fall from near: price with regimes, and the breakers.
///
/// # Errors
/// What drawing returned.
pub fn around(met: &Met, steps: &[Step]) -> Result<Figure, Failure> {
    let part = near(met, steps);
    let prices = Chart {
        size: (920, 190, 8),
        labels: NAMES,
        ..prices(part)
    };
    Ok(Figure {
        title: met.fall.name.clone(),
        text: String::new(),
        legend: Vec::new(),
        svg: chart(&prices, part, &[met.mark_of_day()])? + &raster(part, 920, 8)?,
    })
}

/// The price with regimes behind it, not from zero: a week's prices are all much the same.
pub(super) fn prices(steps: &[Step]) -> Chart {
    let low = steps.iter().map(|s| s.price).fold(f64::INFINITY, f64::min);
    let high = steps.iter().map(|s| s.price).fold(0.0, f64::max);
    Chart {
        bands: true,
        range: (low.is_finite() && high > low).then_some((low * 0.97, high * 1.03)),
        ..plain(vec![line("price", BLUE, |s| Some(s.price))], price)
    }
}
