//! The report of a replay: `index.html`, `replay.json` and `steps.csv`.

use std::path::{Path, PathBuf};

use ballast_core_market::breaker::MARKET;
use ballast_core_market::regime::Regime;
use serde::Serialize;

use super::alarms::{Alarms, BreakerAlarms};
use super::events::{hours, Met};
use super::figures::{around, plots};
use super::run::share;
use super::Step;
use crate::chart::Failure;
use crate::record::Mark;
use crate::report::directory::{self, Stamped};
use crate::report::page::{row, Cell, Figure, Page, Section, Table, Tile};
use crate::report::ReportError;
use ballast_market_data::format::{decimal, utc, utc_minute};

const FALLS: &str = "Hours from the end of the hour in which the price first traded a tenth under the day's open to when \
                     each level was reached; − is before it, – not within two days. Crisis or a breaker of the price is \
                     due within two hours.";
const ALARMS: &str =
    "A day in Crisis is false if at no hour of it the low lay a tenth or more under the highest price of \
                      the 72 hours before; so is a breaker's trip on such a day.";
const FOOT: &str =
    "A replay of past prices, most of which the parameters were calibrated on: no promise about prices to \
                    come.";

/// The files of a report.
pub const FILES: [&str; 3] = ["index.html", "replay.json", "steps.csv"];

/// What a report is about.
#[derive(Clone, Debug, Serialize)]
pub struct Summary {
    /// The market, such as `btc`.
    pub market: String,
    /// Where prices came from.
    pub source: String,
    /// What observed them: `the compiled program` or `this process`.
    pub observer: String,
    /// Observes the market.
    pub observations: usize,
    /// First and last observation, unix seconds.
    pub span: (i64, i64),
    /// Seconds that observing took.
    pub seconds: f64,
    /// How the falls were met.
    pub met: Vec<Met>,
    /// What the states cost.
    pub alarms: Alarms,
}

/// Fails if a report cannot be put at `dir`: to be asked before a long run.
///
/// # Errors
/// [`ReportError::Foreign`] or [`ReportError::NotADirectory`], or that `dir` cannot be read.
pub fn check_dir(dir: &Path) -> Result<(), ReportError> {
    directory::check(dir, &FILES)
}

/// Writes the report and returns the path of its page.
///
/// # Errors
/// [`ReportError`]; then `dir` is as it was before.
pub fn write(dir: &Path, summary: &Summary, steps: &[Step]) -> Result<PathBuf, ReportError> {
    check_dir(dir)?;
    let contents = [
        page(summary, steps)?.render()?,
        directory::json(&Stamped::new(summary))?,
        csv(steps).into_bytes(),
    ];
    directory::put(dir, &FILES, &contents)
}

/// Returns each step as a row. Volatilities are fractions a year, indicators ratios, scores
/// standard deviations, factors shares of a limit.
#[must_use]
pub fn csv(steps: &[Step]) -> String {
    let mut text = "unix_time,price,slow_price,high,fast_volatility,slow_volatility,implied_volatility,volatility_ratio,implied_ratio,jump,\
                    contraction,drawdown,skewness,excess_kurtosis,trend,acceleration,regime,breakers,delta_long,delta_short,gamma,vega,liquidity\n"
        .to_owned();
    let optional = |value: Option<f64>| value.map_or_else(String::new, |value| format!("{value:.4}"));
    for s in steps {
        let i = &s.indicators;
        let active: Vec<_> = MARKET
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
            active.join(" + "),
            s.delta_long,
            s.delta_short,
            s.gamma,
            optional(s.vega),
            optional(s.liquidity),
        );
    }
    text
}

fn page(summary: &Summary, steps: &[Step]) -> Result<Page, ReportError> {
    let draw = |error: Failure| ReportError::draw(&error);
    let marks: Vec<Mark> = summary.met.iter().map(Met::mark).collect();
    let near: Result<Vec<Figure>, Failure> = summary.met.iter().map(|met| around(met, steps)).collect();
    Ok(Page {
        title: format!(
            "{} observed, {} to {}",
            summary.market.to_uppercase(),
            utc(summary.span.0, "%B %Y"),
            // An observation at midnight of the first ends the month before.
            utc(summary.span.1 - 1, "%B %Y")
        ),
        subtitle: vec![format!(
            "{} observations from {} to {} UTC · prices: {} · observed by {} in {} s",
            decimal(summary.observations as f64, 0),
            utc_minute(summary.span.0),
            utc_minute(summary.span.1),
            summary.source,
            summary.observer,
            decimal(summary.seconds, 1)
        )],
        tiles: tiles(summary),
        sections: vec![
            falls(&summary.met),
            alarms(&summary.alarms),
            Section::figures("The years", plots(steps, &marks).map_err(draw)?),
            Section::figures("The falls from near", near.map_err(draw)?),
        ],
        files: [FILES[2], FILES[1]],
        foot: FOOT.to_owned(),
        broad: true,
        ..Page::default()
    })
}

fn falls(met: &[Met]) -> Section {
    let levels = ["Elevated", "Stressed", "Crisis"].into_iter();
    let heads = ["Fall", "At (UTC)", "Crisis or breaker"].into_iter().chain(levels);
    // The two breakers that follow from prices; the others have nothing to read in a history.
    let breakers = MARKET.breakers().into_iter().take(2).map(|breaker| breaker.name());
    let table = Table {
        head: heads.chain(breakers).map(str::to_owned).collect(),
        words: 1,
        rows: met.iter().map(fall_row).collect(),
        ..Table::default()
    };
    Section {
        text: vec![FALLS.to_owned()],
        ..Section::table("The falls", table)
    }
}

fn fall_row(met: &Met) -> Vec<Cell> {
    let guarded = Cell {
        text: hours(met.guarded),
        bad: !met.in_time(),
    };
    let lags = met.regimes.iter().chain(&met.breakers[..2]);
    let mut cells = row([met.fall.name.clone(), met.fall.when()]);
    cells.push(guarded);
    cells.extend(row(lags.map(|lag| hours(*lag))));
    cells
}

fn alarms(alarms: &Alarms) -> Section {
    let heads = ["Breaker", "Trips", "A year", "False a year", "Time active"];
    let one = |b: &BreakerAlarms| {
        row([
            b.breaker.to_owned(),
            b.trips.to_string(),
            decimal(b.trips_a_year, 1),
            decimal(b.false_trips_a_year, 1),
            format!("{}\u{a0}%", decimal(100.0 * b.time, 2)),
        ])
    };
    let table = Table {
        head: heads.map(str::to_owned).to_vec(),
        rows: alarms.breakers.iter().map(one).collect(),
        ..Table::default()
    };
    let years = alarms
        .false_by_year
        .iter()
        .map(|(year, days)| format!("{year}: {days}"));
    let years = years.collect::<Vec<_>>().join(", ");
    let years = if years.is_empty() { "none" } else { &years };
    Section {
        text: vec![ALARMS.to_owned()],
        after: format!("False Crisis days by year: {years}."),
        ..Section::table("Alarms", table)
    }
}

fn tiles(summary: &Summary) -> Vec<Tile> {
    let alarms = &summary.alarms;
    let tile = |label, value, note| Tile { label, value, note };
    let percent = |share: f64, places| format!("{}\u{a0}%", decimal(100.0 * share, places));
    let in_time = summary.met.iter().filter(|met| met.in_time()).count();
    let [calm, elevated, stressed, _] = alarms.time_in.map(|share| percent(share, 0));
    vec![
        tile(
            "Falls met in time",
            format!("{in_time} of {}", summary.met.len()),
            "Crisis or a breaker within two hours".to_owned(),
        ),
        tile(
            "False Crisis days",
            format!("{} a year", decimal(alarms.false_crisis_days_a_year, 1)),
            format!("{} of {} Crisis days", alarms.false_crisis_days, alarms.crisis_days),
        ),
        tile(
            "Time in Crisis",
            percent(alarms.time_in[Regime::Crisis as usize], 1),
            format!("Calm {calm}, Elevated {elevated}, Stressed {stressed}"),
        ),
        tile(
            "Observed",
            format!(
                "{} /s",
                decimal(summary.observations as f64 / summary.seconds.max(1e-9), 0)
            ),
            format!(
                "{} observations by {}",
                decimal(summary.observations as f64, 0),
                summary.observer
            ),
        ),
    ]
}
