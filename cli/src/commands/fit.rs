//! `ballast fit`: surfaces from option chains.

use crate::reading;
use anyhow::{bail, Result};
use ballast_core_math::fit::errors::Errors;
use ballast_core_math::surface::MAX_SLICES;
use ballast_files::moment::TimeUnit;
use ballast_files::name;
use ballast_files::output::{self, Guard, Kind};
use ballast_market_data::chains;
use ballast_sim::fitting::{self, Day};
use ballast_sim::json;
use ballast_sim::plot::PLOT;
use ballast_sim::smiles;
use ballast_terminal::{tell, Progress};
use std::path::{Path, PathBuf};

/// Fits a volatility surface without arbitrage to each snapshot of option chains, and says how far
/// it is from the quotes.
///
/// Distances are in vol points, from the middle of a quote's bid and ask volatilities; `inside` is
/// the share of quotes whose bid and ask hold the model's volatility. A fit that is far from its
/// quotes, quotes whose total variance falls from one expiry to the next, and a forward that calls
/// and puts contradict are warned of, and the exit status is 1.
#[derive(clap::Args)]
pub struct Args {
    /// Option chains: tables with unix_time, currency, expiry, strike, type, bid, ask and forward,
    /// or exports of Deribit or Tardis
    #[arg(long, value_name = "FILE", num_args = 1.., required = true)]
    chains: Vec<PathBuf>,

    /// Only this underlying, such as BTC
    #[arg(long)]
    currency: Option<String>,

    /// Unit of times that are numbers: s, ms, us or ns (default: seconds, or what the layout's
    /// publisher writes)
    #[arg(long, value_name = "UNIT")]
    time_unit: Option<TimeUnit>,

    /// Most expiries to publish
    #[arg(long, default_value_t = MAX_SLICES, value_parser = slices)]
    slices: usize,

    /// Directory for parameters.csv, errors.csv and a plot of each underlying's last smiles; made
    /// if it is not there
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,

    /// Print JSON: an object for each snapshot
    #[arg(long)]
    json: bool,
}

/// An earlier table of parameters.
const PARAMETERS: Kind = Kind {
    what: "a table of parameters",
    is_ours: |content| content.starts_with(fitting::PARAMETERS_HEADER.as_bytes()),
};

/// An earlier table of quotes and what was fitted to them.
const ERRORS: Kind = Kind {
    what: "a table of errors",
    is_ours: |content| content.starts_with(fitting::ERRORS_HEADER.as_bytes()),
};

fn slices(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(count) if (1..=MAX_SLICES).contains(&count) => Ok(count),
        _ => Err(format!("a surface has one to {MAX_SLICES} slices")),
    }
}

/// Fits every snapshot; `false` if one of them gave no surface or a bad one, or rows were left out.
///
/// # Errors
/// One line that says which file is wrong, and where.
pub fn run(args: &Args) -> Result<bool> {
    let guard = Guard::new().inputs("--chains", &args.chains);
    if let Some(out) = &args.out {
        // What is in the way is told before the work.
        for (name, kind) in [("parameters.csv", PARAMETERS), ("errors.csv", ERRORS)] {
            guard.file_in("--out", out, name, kind)?;
        }
    }
    let mut days = Vec::new();
    let mut refused = 0;
    let mut left_out = 0;
    let mut shown = Vec::new();
    let currency = args.currency.as_deref().map(name::currency).transpose();
    let currency = currency.map_err(|rule| anyhow::anyhow!("--currency: {rule}"))?;
    ballast_terminal::set_json(args.json);
    tell_table(args, &fitting::heading());
    for file in &args.chains {
        let read = chains::load(file, args.time_unit)?;
        reading::say(&file.display().to_string(), &read.notes, &read.left_out);
        left_out += read.left_out.len();
        let bar = Progress::of(read.snapshots.len() as u64, "snapshots");
        for snapshot in read.snapshots {
            bar.step();
            if currency.as_ref().is_some_and(|wanted| *wanted != snapshot.currency) {
                continue;
            }
            let time = ballast_market_data::format::utc_minute(snapshot.unix_time);
            match fitting::fit_day(&snapshot, args.slices) {
                Ok(day) => {
                    bar.above(|| tell_table(args, &day.row()));
                    for warning in &day.warnings {
                        let line = format!("{time} {:<4} WARNING: {warning}", day.currency);
                        bar.above(|| tell_table(args, &line));
                    }
                    shown.push(json::day(&day));
                    days.push(day);
                }
                Err(error) => {
                    let line = format!("{time} {:<4} NO SURFACE: {error}", snapshot.currency);
                    bar.above(|| tell_table(args, &line));
                    shown.push(json::no_surface(&snapshot, &error.to_string()));
                    refused += 1;
                }
            }
        }
    }
    if days.is_empty() && refused == 0 {
        let of = currency.as_deref().unwrap_or("any currency");
        if left_out > 0 {
            bail!("the files hold no chain of {of}: {left_out} rows were left out");
        }
        bail!("the files hold no chain of {of}");
    }
    if args.json {
        println!("{}", serde_json::to_string_pretty(&shown)?);
    } else {
        print_totals(&days, refused);
    }
    if let Some(out) = &args.out {
        write(out, &days, &guard)?;
        tell(&format!("written to {}", out.display()));
    }
    let warned = days.iter().filter(|day| !day.warnings.is_empty()).count();
    for (number, what) in [
        (warned, "surfaces are no fit of their quotes; see the warnings"),
        (left_out, "rows were left out"),
    ] {
        if number > 0 {
            eprintln!("ballast: {number} {what}");
        }
    }
    Ok(refused == 0 && warned == 0 && left_out == 0)
}

/// Prints a line of the table, which is a result: also if quiet.
fn tell_table(args: &Args, line: &str) {
    if !args.json {
        println!("{line}");
    }
}

fn currencies(days: &[Day]) -> Vec<&str> {
    let mut names: Vec<_> = days.iter().map(|day| day.currency.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    names
}

fn print_totals(days: &[Day], refused: usize) {
    let names = currencies(days);
    let all = (names.len() > 1).then_some("all");
    for name in names.into_iter().chain(all) {
        let mut sums = [Errors::default(), Errors::default(), Errors::default()];
        for day in days.iter().filter(|day| name == "all" || day.currency == name) {
            for (sum, errors) in sums.iter_mut().zip([&day.errors, &day.alone, &day.on_chain]) {
                sum.extend(errors);
            }
        }
        println!(
            "{}",
            fitting::row("every day", name, "", [&sums[0], &sums[1], &sums[2]])
        );
    }
    let unpriced: usize = days.iter().map(|day| day.unpriced).sum();
    println!(
        "surfaces: {}, all accepted by the no-arbitrage check; without a surface: {refused}; quotes the published surfaces cannot price: {unpriced}",
        days.len()
    );
}

fn write(out: &Path, days: &[Day], guard: &Guard) -> Result<()> {
    let mut files = vec![
        ("parameters.csv".to_owned(), PARAMETERS, fitting::parameters_csv(days)),
        ("errors.csv".to_owned(), ERRORS, fitting::errors_csv(days)),
    ];
    for name in currencies(days) {
        if let Some(day) = days.iter().rfind(|day| day.currency == name) {
            let plot = smiles::draw(day).map_err(|error| anyhow::anyhow!("the plot cannot be drawn: {error}"))?;
            files.push((format!("smiles-{}.svg", name.to_ascii_lowercase()), PLOT, plot));
        }
    }
    let mut targets = Vec::with_capacity(files.len());
    for (name, kind, text) in &files {
        targets.push((guard.file_in("--out", out, name, *kind)?, text.as_bytes()));
    }
    Ok(output::write_all(&targets)?)
}
