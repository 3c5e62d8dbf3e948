//! The report of a replay: `index.html`, `replay.json` and `steps.csv`.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use ballast_core_market::breaker::MARKET;
use ballast_core_market::regime::Regime;
use minijinja::{AutoEscape, Environment};
use serde::Serialize;
use thiserror::Error;

use super::alarms::Alarms;
use super::events::{hours, Met};
use super::figures::{around, plots, Failure, Figure};
use super::run::share;
use super::Step;
use crate::record::Mark;
use ballast_market_data::format::{decimal, utc, utc_minute};

const TEMPLATE: &str = include_str!("page.html");
const STYLE: &str = include_str!("../report/page.css");

/// The files of a report.
pub const FILES: [&str; 3] = ["index.html", "replay.json", "steps.csv"];

/// Why no report was written.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum PageError {
    /// The directory holds something that is not such a report.
    #[error("{}: holds `{entry}`, which is no part of an earlier replay; choose an empty or new directory with --out", .dir.display())]
    Foreign {
        /// The directory asked for.
        dir: PathBuf,
        /// The first entry that is not ours.
        entry: String,
    },
    /// Writing failed.
    #[error("{}: cannot be written ({source})", .path.display())]
    Write {
        /// The file or directory.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A plot or the page could not be made: a fault of this crate.
    #[error("the report cannot be drawn ({0}); this is a fault of the replay, please report it")]
    Draw(String),
}

/// What a report is about.
#[derive(Clone, Debug, Serialize)]
pub struct Summary {
    /// The market, such as `btc`.
    pub market: String,
    /// Where prices came from.
    pub source: String,
    /// What observed them: `the compiled program` or `this process`.
    pub observer: String,
    /// Looks at the market.
    pub looks: usize,
    /// First and last look, unix seconds.
    pub span: (i64, i64),
    /// Seconds that observing took.
    pub seconds: f64,
    /// How the falls were met.
    pub met: Vec<Met>,
    /// What the states cost.
    pub alarms: Alarms,
}

/// Whether a report could be put at `dir`: to be asked before a long run.
///
/// # Errors
/// [`PageError::Foreign`], or that `dir` cannot be read.
pub fn check_dir(dir: &Path) -> Result<(), PageError> {
    let entries = match fs::read_dir(dir) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(source) => return Err(failed(dir)(source)),
    };
    let mut names = Vec::new();
    for entry in entries {
        names.push(entry.map_err(failed(dir))?.file_name().to_string_lossy().into_owned());
    }
    let ours = |name: &String| FILES.contains(&name.as_str());
    // A page alone may be anybody's; the summary is what shows that it is of a replay.
    let foreign = names
        .iter()
        .find(|name| !ours(name))
        .or_else(|| names.first().filter(|_| !names.iter().any(|name| name == FILES[1])));
    match foreign {
        Some(entry) => Err(PageError::Foreign {
            dir: dir.to_owned(),
            entry: entry.clone(),
        }),
        None => Ok(()),
    }
}

fn failed(path: &Path) -> impl FnOnce(io::Error) -> PageError + '_ {
    |source| PageError::Write {
        path: path.to_owned(),
        source,
    }
}

/// Writes the report and returns the path of its page.
///
/// # Errors
/// [`PageError`].
pub fn write(dir: &Path, summary: &Summary, steps: &[Step]) -> Result<PathBuf, PageError> {
    check_dir(dir)?;
    let json = serde_json::to_string_pretty(summary).map_err(|error| PageError::Draw(error.to_string()))?;
    let page = render(summary, steps)?;
    fs::create_dir_all(dir).map_err(failed(dir))?;
    for (name, text) in FILES.iter().zip([page, json + "\n", csv(steps)]) {
        let path = dir.join(name);
        fs::write(&path, text).map_err(failed(&path))?;
    }
    Ok(dir.join(FILES[0]))
}

/// Each step as a row. Volatilities are fractions a year, indicators ratios, scores standard deviations, factors shares of a limit.
#[must_use]
pub fn csv(steps: &[Step]) -> String {
    let mut text = "unix_time,price,slow_price,high,fast_volatility,slow_volatility,implied_volatility,volatility_ratio,implied_ratio,jump,\
                    contraction,drawdown,skewness,excess_kurtosis,trend,acceleration,regime,breakers,delta_long,delta_short,gamma,vega,liquidity\n"
        .to_owned();
    let optional = |value: Option<f64>| value.map_or_else(String::new, |value| format!("{value:.4}"));
    for s in steps {
        let i = &s.indicators;
        let standing: Vec<_> = MARKET
            .breakers()
            .into_iter()
            .filter(|breaker| s.breakers.has(*breaker))
            .map(|breaker| breaker.name())
            .collect();
        text += &format!(
            "{},{},{:.8},{:.8},{:.6},{:.6},{},{:.4},{},{:.4},{},{:.4},{:.4},{:.4},{:.4},{:.4},{:?},{},{:.4},{:.4},{:.4},{},{}\n",
            s.time,
            s.price,
            s.slow_price,
            s.high,
            s.fast_volatility,
            s.slow_volatility,
            optional(s.implied_volatility),
            share(i.volatility_ratio),
            optional(i.implied_ratio.map(share)),
            share(i.jump),
            optional(i.contraction.map(share)),
            share(i.drawdown),
            s.skewness,
            s.kurtosis,
            s.trend,
            s.acceleration,
            s.regime,
            standing.join(" + "),
            s.delta_long,
            s.delta_short,
            s.gamma,
            optional(s.vega),
            optional(s.liquidity),
        );
    }
    text
}

#[derive(Serialize)]
struct Page {
    title: String,
    style: &'static str,
    subtitle: String,
    tiles: Vec<[String; 3]>,
    heads: Vec<String>,
    falls: Vec<FallRow>,
    breakers: Vec<Vec<String>>,
    by_year: String,
    parts: Vec<Part>,
}

#[derive(Serialize)]
struct FallRow {
    name: String,
    at: String,
    guarded: String,
    in_time: bool,
    cells: Vec<String>,
}

#[derive(Serialize)]
struct Part {
    title: &'static str,
    figures: Vec<Drawn>,
}

#[derive(Serialize)]
struct Drawn {
    title: String,
    text: String,
    legend: Vec<(String, String)>,
    svg: String,
}

impl From<Figure> for Drawn {
    fn from(figure: Figure) -> Self {
        let css = |c: plotters::style::RGBColor| format!("#{:02X}{:02X}{:02X}", c.0, c.1, c.2);
        Self {
            title: figure.title,
            text: figure.text,
            legend: figure
                .legend
                .into_iter()
                .map(|(label, colour)| (label.to_owned(), css(colour)))
                .collect(),
            svg: figure.svg,
        }
    }
}

/// The page as text.
///
/// # Errors
/// [`PageError::Draw`].
pub fn render(summary: &Summary, steps: &[Step]) -> Result<String, PageError> {
    let draw = |error: Failure| PageError::Draw(error.to_string());
    let marks: Vec<Mark> = summary.met.iter().map(Met::mark).collect();
    let whole = plots(steps, &marks).map_err(draw)?;
    let near: Result<Vec<Figure>, Failure> = summary.met.iter().map(|met| around(met, steps)).collect();
    let mut parts = vec![Part {
        title: "The years",
        figures: whole.into_iter().map(Drawn::from).collect(),
    }];
    if !summary.met.is_empty() {
        parts.push(Part {
            title: "The falls from near",
            figures: near.map_err(draw)?.into_iter().map(Drawn::from).collect(),
        });
    }
    let page = Page {
        title: format!(
            "{} observed, {} to {}",
            summary.market.to_uppercase(),
            utc(summary.span.0, "%B %Y"),
            // A look at midnight of the first ends the month before.
            utc(summary.span.1 - 1, "%B %Y")
        ),
        style: STYLE,
        subtitle: format!(
            "{} looks from {} to {} UTC · prices: {} · observed by {} in {} s",
            decimal(summary.looks as f64, 0),
            utc_minute(summary.span.0),
            utc_minute(summary.span.1),
            summary.source,
            summary.observer,
            decimal(summary.seconds, 1)
        ),
        tiles: tiles(summary),
        heads: ["Elevated", "Stressed", "Crisis"]
            .into_iter()
            .chain(MARKET.breakers().map(|breaker| breaker.name()))
            .take(5)
            .map(str::to_owned)
            .collect(),
        falls: summary.met.iter().map(fall_row).collect(),
        breakers: summary
            .alarms
            .breakers
            .iter()
            .map(|b| {
                vec![
                    b.breaker.to_owned(),
                    b.trips.to_string(),
                    decimal(b.trips_a_year, 1),
                    decimal(b.false_trips_a_year, 1),
                    format!("{}\u{a0}%", decimal(100.0 * b.time, 2)),
                ]
            })
            .collect(),
        by_year: match summary.alarms.false_by_year.is_empty() {
            true => "none".to_owned(),
            false => {
                let each = summary.alarms.false_by_year.iter();
                each.map(|(year, days)| format!("{year}: {days}"))
                    .collect::<Vec<_>>()
                    .join(", ")
            }
        },
        parts,
    };
    let mut environment = Environment::new();
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    environment
        .render_named_str("page.html", TEMPLATE, page)
        .map_err(|error| PageError::Draw(error.to_string()))
}

fn fall_row(met: &Met) -> FallRow {
    FallRow {
        name: met.fall.name.clone(),
        at: met.fall.when(),
        guarded: hours(met.guarded),
        in_time: met.in_time(),
        // The two breakers that follow from prices; the others have nothing to read in a history.
        cells: met
            .regimes
            .iter()
            .chain(&met.breakers[..2])
            .map(|lag| hours(*lag))
            .collect(),
    }
}

fn tiles(summary: &Summary) -> Vec<[String; 3]> {
    let alarms = &summary.alarms;
    let in_time = summary.met.iter().filter(|met| met.in_time()).count();
    let crisis = alarms.time_in[Regime::Crisis as usize];
    vec![
        [
            "Falls met in time".to_owned(),
            format!("{in_time} of {}", summary.met.len()),
            "Crisis or a breaker within two hours".to_owned(),
        ],
        [
            "False Crisis days".to_owned(),
            format!("{} a year", decimal(alarms.false_crisis_days_a_year, 1)),
            format!("{} of {} Crisis days", alarms.false_crisis_days, alarms.crisis_days),
        ],
        [
            "Time in Crisis".to_owned(),
            format!("{}\u{a0}%", decimal(100.0 * crisis, 1)),
            format!(
                "Calm {}\u{a0}%, Elevated {}\u{a0}%, Stressed {}\u{a0}%",
                decimal(100.0 * alarms.time_in[0], 0),
                decimal(100.0 * alarms.time_in[1], 0),
                decimal(100.0 * alarms.time_in[2], 0)
            ),
        ],
        [
            "Observed".to_owned(),
            format!("{} /s", decimal(summary.looks as f64 / summary.seconds.max(1e-9), 0)),
            format!("{} looks by {}", decimal(summary.looks as f64, 0), summary.observer),
        ],
    ]
}
