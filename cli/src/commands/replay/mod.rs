//! `ballast replay`: years of history through `observe`.

pub mod svm;

use crate::commands::calibrate::market_name;
use crate::places::Places;
use crate::stop::Stop;
use anyhow::{bail, Context, Result};
use ballast_market_data::history::{self, Candle};
use ballast_market_data::markets::{self, Markets, Typed};
use ballast_sim::json;
use ballast_sim::record::Mark;
use ballast_sim::replay::events::Met;
use ballast_sim::replay::implied::ImpliedSeries;
use ballast_sim::replay::liquidity::CostSeries;
use ballast_sim::replay::observations::{observations, Known, Path};
use ballast_sim::replay::page::{self, Summary};
use ballast_sim::replay::run::{run as observe_all, Step};
use ballast_sim::replay::{alarms, events, figures, Native, PriceObservation};
use ballast_terminal::{tell, Progress};
use clap::ValueEnum;
use std::fs;
use std::io;
use std::path::PathBuf;
use std::time::Instant;

/// The fewest observations that show anything: a day of hours.
const FEWEST: usize = 24;

/// Observes a market through years of history and reports every signal, the regime, the breakers
/// and the triggers.
///
/// The report has plots, how late or early each level was at six known falls, and false alarms a
/// year; each step is in a CSV beside it. The exit status is non-zero if a fall was not met in
/// time.
#[derive(clap::Args)]
pub struct Args {
    /// The market, whose parameters are taken from the checked-in migrations/markets.toml
    #[arg(long, value_name = "NAME", value_parser = market_name)]
    market: String,

    /// Hourly prices: .csv or .csv.gz with unix_time,open,high,low,close
    #[arg(long, value_name = "FILE")]
    history: PathBuf,

    /// Option chains, as for `ballast fit`: their volatility at the money 30 days ahead is what the
    /// surface would have said
    #[arg(long, value_name = "FILE", num_args = 1..)]
    chains: Vec<PathBuf>,

    /// A daily index of implied volatility 30 days ahead: .csv or .csv.gz with
    /// unix_time,dvol_percent
    #[arg(long, value_name = "FILE")]
    implied_index: Option<PathBuf>,

    /// Other parameters than the checked-in ones, in a file of the same form
    #[arg(long, value_name = "FILE")]
    params: Option<PathBuf>,

    /// First day, YYYY-MM-DD, UTC (default: where the file begins)
    #[arg(long, value_name = "DATE")]
    from: Option<String>,

    /// First day left out, YYYY-MM-DD, UTC (default: where the file ends)
    #[arg(long, value_name = "DATE")]
    to: Option<String>,

    /// What observes: the compiled program in the virtual machine, or the same code in this process
    #[arg(long, value_enum, default_value_t = On::Svm)]
    on: On,

    /// Which prices of an hour are observed: `close`, or `ohlc` for four within it
    #[arg(long, default_value = "close")]
    path: Path,

    /// Estimate the cost of trading from hourly range and volume; needs the column volume, and --on
    /// host
    #[arg(long)]
    costs: bool,

    /// Folder for the report
    #[arg(long, value_name = "DIR", default_value = "target/replay")]
    out: PathBuf,

    /// Folder for the plots of the triggers as SVG, over the whole run and around each fall; made
    /// if it is not there
    #[arg(long, value_name = "DIR")]
    plots: Option<PathBuf>,

    /// Print the summary as JSON, and nothing else
    #[arg(long)]
    json: bool,
}

/// What observes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum On {
    /// The compiled program, in the virtual machine.
    Svm,
    /// The same code, in this process.
    Host,
}

/// Replays; `false` if a fall was not met in time.
///
/// # Errors
/// One line that says what to do.
pub fn run(args: &Args, places: &Places) -> Result<bool> {
    let stop = Stop::new()?;
    ballast_terminal::set_json(args.json);
    if args.costs && args.on == On::Svm {
        bail!("--costs needs --on host: the compiled program reads the cost of trading from a venue, and a replay has none");
    }
    let out = places.start.join(&args.out);
    page::check_dir(&out)?;
    let typed = typed(args)?;
    let date = |text: &Option<String>| text.as_deref().map(history::parse_date).transpose();
    let candles = history::load(&args.history, date(&args.from)?, date(&args.to)?)?;
    if candles.len() < FEWEST {
        bail!(
            "{} candles are too few to show anything: choose --from and --to at least {FEWEST} apart",
            candles.len()
        );
    }
    let observations = observations(&candles, args.path, &known(args, &candles)?);
    let began = Instant::now();
    let (steps, observer) = observe(args, places, &observations, &typed, &stop)?;
    let seconds = began.elapsed().as_secs_f64();
    let falls = events::falls(&candles);
    let summary = Summary {
        market: args.market.clone(),
        source: name_of(&args.history),
        observer,
        observations: steps.len(),
        span: (steps[0].time, steps[steps.len() - 1].time),
        seconds,
        met: falls.iter().filter_map(|fall| events::met(fall, &steps)).collect(),
        alarms: alarms::alarms(&candles, &steps),
    };
    if let Some(folder) = &args.plots {
        plots(&places.start.join(folder), &args.market, &steps, &summary.met)?;
    }
    let page = page::write(&out, &summary, &steps)?;
    if args.json {
        println!("{}", serde_json::to_string_pretty(&json::replay(&summary))?);
    } else {
        print_summary(&summary);
        println!("report: {}", page.display());
    }
    Ok(summary.met.iter().all(|met| met.in_time()))
}

fn name_of(file: &std::path::Path) -> String {
    file.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

fn typed(args: &Args) -> Result<Typed> {
    let markets = match &args.params {
        None => Markets::parse(markets::DEFAULT)?,
        Some(file) => {
            let text = fs::read_to_string(file).with_context(|| format!("{}: cannot be read", file.display()))?;
            Markets::parse(&text).with_context(|| file.display().to_string())?
        }
    };
    Ok(markets.get(&args.market)?.typed(&args.market)?)
}

fn known(args: &Args, candles: &[Candle]) -> Result<Known> {
    let mut known = Known::default();
    if !args.chains.is_empty() {
        known.implied = ImpliedSeries::load(&args.chains, &args.market)?;
    }
    if let Some(file) = &args.implied_index {
        known.implied = known.implied.with_index(file)?;
    }
    if args.costs {
        known.costs = CostSeries::estimate(candles, &args.history)?;
    }
    Ok(known)
}

/// Returns every observation through the chosen observer, and what to call it.
fn observe(
    args: &Args,
    places: &Places,
    observations: &[PriceObservation],
    typed: &Typed,
    stop: &Stop,
) -> Result<(Vec<Step>, String)> {
    let bar = Progress::of(observations.len() as u64, "observations");
    let every = (observations.len() / 200).max(1);
    let progress = |index: usize, step: &Step| {
        if stop.asked() {
            return Err(io::Error::other("stopped; no report was written"));
        }
        if index.is_multiple_of(every) {
            let day = ballast_market_data::format::utc_minute(step.time);
            bar.doing(format!("{day}  {:?}", step.regime));
            bar.at(index as u64 + 1);
        }
        Ok(())
    };
    match args.on {
        On::Host => {
            let mut native = Native::new(typed.params, typed.initial_variance);
            let steps = observe_all(&mut native, observations, typed, progress)?;
            Ok((steps, "the program's code on the host".to_owned()))
        }
        On::Svm => {
            let mut compiled = svm::Compiled::new(places, typed)?;
            let steps = observe_all(&mut compiled, observations, typed, progress)?;
            let (units, most) = compiled.units();
            tell(&format!(
                "compute units of an observation: {} on average, at most {most}",
                units / steps.len().max(1) as u64
            ));
            Ok((steps, "the compiled program in the virtual machine".to_owned()))
        }
    }
}

/// A file for each trigger over the whole run, and one from near for each fall.
fn plots(folder: &std::path::Path, market: &str, steps: &[Step], met: &[Met]) -> Result<()> {
    fs::create_dir_all(folder).with_context(|| format!("{}: cannot be made", folder.display()))?;
    let write = |what: &str, steps: &[Step], marks: &[Mark]| -> Result<()> {
        let drawn = figures::alone(steps, marks);
        for (name, svg) in drawn.map_err(|error| anyhow::anyhow!("the plots cannot be drawn: {error}"))? {
            let path = folder.join(format!("trigger-{name}-{market}{what}.svg"));
            fs::write(&path, svg).with_context(|| format!("{}: cannot be written", path.display()))?;
        }
        Ok(())
    };
    let marks: Vec<Mark> = met.iter().map(Met::mark).collect();
    write("", steps, &marks)?;
    for met in met {
        let month = met.fall.when();
        let month = month.get(..7).unwrap_or("fall");
        write(&format!("-{month}"), figures::near(met, steps), &[met.mark_of_day()])?;
    }
    Ok(())
}

fn print_summary(summary: &Summary) {
    for met in &summary.met {
        let [elevated, stressed, crisis] = met.regimes.map(events::hours);
        println!(
            "{} {:<32} {} UTC: Crisis or breaker {}, Elevated {elevated}, Stressed {stressed}, Crisis {crisis}",
            if met.in_time() { "  ok  " } else { " LATE " },
            met.fall.name,
            met.fall.when(),
            events::hours(met.guarded),
        );
    }
    let alarms = &summary.alarms;
    println!(
        "Crisis on {} days of {:.1} years; {} of them false, {:.1} a year",
        alarms.crisis_days, alarms.years, alarms.false_crisis_days, alarms.false_crisis_days_a_year
    );
    for breaker in alarms.breakers.iter().filter(|breaker| breaker.trips > 0) {
        println!(
            "breaker {}: {} trips, {:.1} a year, {:.1} of them false; active {:.2} % of the time",
            breaker.breaker,
            breaker.trips,
            breaker.trips_a_year,
            breaker.false_trips_a_year,
            100.0 * breaker.time
        );
    }
    println!(
        "{} observations in {:.2} s: {:.0} a second, by {}",
        summary.observations,
        summary.seconds,
        summary.observations as f64 / summary.seconds.max(1e-9),
        summary.observer
    );
}
