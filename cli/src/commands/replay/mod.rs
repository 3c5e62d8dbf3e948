//! `ballast replay`: years of history through `observe`.

pub mod svm;

use crate::commands::calibrate::market_name;
use crate::implied::ImpliedFiles;
use crate::places::Places;
use crate::prices::{self, Hourly, Spacing};
use crate::stop::Stop;
use anyhow::{bail, Context, Result};
use ballast_files::decode;
use ballast_files::output::{self, Guard};
use ballast_market_data::history::History;
use ballast_market_data::markets::{self, Markets, Typed};
use ballast_sim::json;
use ballast_sim::plot::PLOT;
use ballast_sim::record::Mark;
use ballast_sim::replay::events::Met;
use ballast_sim::replay::liquidity::CostSeries;
use ballast_sim::replay::observations::{observations, Known, Path};
use ballast_sim::replay::page::{self, Summary};
use ballast_sim::replay::run::{run as observe_all, Step};
use ballast_sim::replay::{alarms, events, figures, Native, PriceObservation};
use ballast_terminal::{tell, Progress};
use clap::ValueEnum;
use std::io;
use std::path::PathBuf;
use std::time::Instant;

/// The fewest observations that show anything: a day of hours.
const FEWEST: usize = 24;

/// What a replay needs of candles.
const NEEDED: Spacing = Spacing {
    command: "replay",
    least: 3_600,
    most: 3_600,
    why: "regimes and breakers are calibrated on them, and a price of two hours ago is stale",
};

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

    #[command(flatten)]
    hourly: Hourly,

    /// Option chains, as for `ballast fit`: their volatility at the money 30 days ahead is what the
    /// surface would have said
    #[arg(long, value_name = "FILE", num_args = 1..)]
    chains: Vec<PathBuf>,

    /// A daily index of implied volatility 30 days ahead: a table with unix_time,dvol_percent
    #[arg(long, value_name = "FILE")]
    implied_index: Option<PathBuf>,

    /// Other parameters than the checked-in ones, in a file of the same form
    #[arg(long, value_name = "FILE")]
    params: Option<PathBuf>,

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
    let guard = guard(args);
    page::check_dir(&out)?;
    guard.check_inside("--out", &out, &page::FILES)?;
    let typed = typed(args)?;
    let history = args.hourly.load()?;
    let candles = &history.candles;
    prices::check_enough(&history, FEWEST)?;
    NEEDED.check(&args.hourly.history, &history)?;
    args.hourly.check_market(&history, &args.market)?;
    let (known, whole) = known(args, &history)?;
    prices::say(&args.hourly.history, &history, &args.market.to_ascii_uppercase());
    let observations = observations(candles, args.path, &known);
    let began = Instant::now();
    let (steps, observer) = observe(args, places, &observations, &typed, &stop)?;
    let seconds = began.elapsed().as_secs_f64();
    let falls = events::falls(candles);
    let summary = Summary {
        market: args.market.clone(),
        source: name_of(&args.hourly.history),
        observer,
        observations: steps.len(),
        span: (steps[0].time, steps[steps.len() - 1].time),
        seconds,
        met: falls.iter().filter_map(|fall| events::met(fall, &steps)).collect(),
        alarms: alarms::alarms(candles, &steps),
    };
    if let Some(folder) = &args.plots {
        plots(&places.start.join(folder), &summary, &steps, &guard)?;
    }
    let page = page::write(&out, &summary, &steps)?;
    if args.json {
        println!("{}", serde_json::to_string_pretty(&json::replay(&summary))?);
    } else {
        print_summary(&summary);
        println!("report: {}", page.display());
    }
    Ok(whole && summary.met.iter().all(|met| met.in_time()))
}

fn name_of(file: &std::path::Path) -> String {
    file.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

fn typed(args: &Args) -> Result<Typed> {
    let markets = match &args.params {
        None => Markets::parse(markets::DEFAULT)?,
        Some(file) => Markets::parse(&decode::whole(file)?).with_context(|| file.display().to_string())?,
    };
    Ok(markets.get(&args.market)?.typed(&args.market)?)
}

/// Returns what else is known of the market, and whether no row of any file was left out.
fn known(args: &Args, history: &History) -> Result<(Known, bool)> {
    let files = ImpliedFiles {
        chains: &args.chains,
        index: args.implied_index.as_deref(),
        unit: args.hourly.shape.time_unit,
    };
    let implied = files.read(&args.market, history)?;
    let mut known = Known {
        implied: implied.series,
        ..Known::default()
    };
    if args.costs {
        known.costs = CostSeries::estimate(history, &args.hourly.history)?;
    }
    Ok((known, implied.whole && history.left_out.is_empty()))
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

/// Returns the guard of everything that is read.
fn guard(args: &Args) -> Guard {
    Guard::new()
        .input("--history", &args.hourly.history)
        .inputs("--chains", &args.chains)
        .inputs("--implied-index", &args.implied_index)
        .inputs("--params", &args.params)
}

/// A file for each trigger over the whole run, and one from near for each fall.
fn plots(folder: &std::path::Path, summary: &Summary, steps: &[Step], guard: &Guard) -> Result<()> {
    let (market, met) = (&summary.market, &summary.met);
    let mut files = Vec::new();
    let mut draw = |what: &str, steps: &[Step], marks: &[Mark]| -> Result<()> {
        let drawn = figures::alone(steps, marks);
        for (name, svg) in drawn.map_err(|error| anyhow::anyhow!("the plots cannot be drawn: {error}"))? {
            files.push((format!("trigger-{name}-{market}{what}.svg"), svg));
        }
        Ok(())
    };
    let marks: Vec<Mark> = met.iter().map(Met::mark).collect();
    draw("", steps, &marks)?;
    for met in met {
        let month = met.fall.when();
        let month = month.get(..7).unwrap_or("fall");
        draw(&format!("-{month}"), figures::near(met, steps), &[met.mark_of_day()])?;
    }
    let mut targets = Vec::with_capacity(files.len());
    for (name, svg) in &files {
        targets.push((guard.file_in("--plots", folder, name, PLOT)?, svg.as_bytes()));
    }
    Ok(output::write_all(&targets)?)
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
