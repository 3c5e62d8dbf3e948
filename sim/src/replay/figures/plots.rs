//! Which plots there are.

use plotters::style::RGBColor;

use super::chart::{chart, Chart, Line};
use super::raster::raster;
use super::{Failure, AMBER, BLUE, GREEN, RED};
use crate::format::{decimal, price};
use crate::record::Mark;
use crate::replay::events::Met;
use crate::replay::run::share;
use crate::replay::Step;

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

fn line(label: &'static str, colour: RGBColor, value: fn(&Step) -> Option<f64>) -> Line {
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

fn plain(lines: Vec<Line>, format: fn(f64) -> String) -> Chart {
    Chart {
        lines,
        bands: false,
        logarithmic: false,
        range: None,
        format,
        size: WIDE,
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
        text: "When each stood. Those that read a confidence, a second source, a venue or a surface have nothing to read in a history of prices."
            .to_owned(),
        legend: Vec::new(),
        svg: raster(steps, WIDE.0, WIDE.2)?,
    });
    figures.extend(triggers(steps)?);
    Ok(figures)
}

/// The three triggers and the liquidity factor, each with the signal it answers to.
///
/// # Errors
/// What drawing returned.
pub fn triggers(steps: &[Step]) -> Result<Vec<Figure>, Failure> {
    let factor = |lines: Vec<Line>| Chart {
        range: Some((0.0, 1.05)),
        size: (920, 170, 8),
        ..plain(lines, |v| format!("{v:.1}"))
    };
    let mut figures = vec![
        figure(
            "Delta ← acceleration",
            "What is left of the delta limits: of the long one when the trend turns down, of the short one when it turns up.",
            factor(vec![
                line("long", BLUE, |s| Some(s.delta_long)),
                line("short", AMBER, |s| Some(s.delta_short)),
            ]),
            steps,
            &[],
        )?,
        figure(
            "Gamma ← volatility ratio",
            "What is left of the gamma limit as fast volatility runs ahead of slow volatility.",
            factor(vec![line("gamma", BLUE, |s| Some(s.gamma))]),
            steps,
            &[],
        )?,
    ];
    if steps.iter().any(|step| step.vega.is_some()) {
        figures.push(figure(
            "Vega ← contraction, and every limit ← liquidity",
            "What is left of the vega limit, and by liquidity of every limit, as trading gets dearer than usual.",
            factor(vec![
                line("liquidity", AMBER, |s| s.liquidity),
                line("vega", BLUE, |s| s.vega),
            ]),
            steps,
            &[],
        )?);
    }
    Ok(figures)
}

/// Three days before and four after one of the falls: price with regimes, and the breakers.
///
/// # Errors
/// What drawing returned.
pub fn around(met: &Met, steps: &[Step]) -> Result<Figure, Failure> {
    let from = steps.partition_point(|step| step.time < met.fall.at - 3 * DAY);
    let to = steps.partition_point(|step| step.time <= met.fall.at + 4 * DAY);
    let part = &steps[from..to];
    let marks = [Mark {
        unix_time: met.fall.at,
        label: "−10 %".to_owned(),
    }];
    // Not from zero: a week's prices are all much the same.
    let low = part.iter().map(|s| s.price).fold(f64::INFINITY, f64::min);
    let high = part.iter().map(|s| s.price).fold(0.0, f64::max);
    let prices = Chart {
        bands: true,
        size: (920, 190, 8),
        range: (low.is_finite() && high > low).then_some((low * 0.97, high * 1.03)),
        ..plain(vec![line("price", BLUE, |s| Some(s.price))], price)
    };
    let svg = chart(&prices, part, &marks)?;
    Ok(Figure {
        title: met.fall.name.clone(),
        text: String::new(),
        legend: Vec::new(),
        svg: svg + &raster(part, 920, 8)?,
    })
}
