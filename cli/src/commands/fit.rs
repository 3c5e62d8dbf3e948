//! `ballast fit`: surfaces from option chains.

use anyhow::{bail, Context, Result};
use ballast_core_math::fit::errors::Errors;
use ballast_core_math::surface::MAX_SLICES;
use ballast_market_data::chains;
use ballast_sim::fitting::{self, Day};
use ballast_sim::json;
use ballast_sim::smiles;
use ballast_terminal::tell;
use std::fs;
use std::path::{Path, PathBuf};

/// Fits a volatility surface without arbitrage to each snapshot of option chains, and says how far
/// it is from the quotes.
///
/// Distances are in vol points, from the middle of a quote's bid and ask volatilities; `inside` is
/// the share of quotes whose bid and ask hold the model's volatility.
#[derive(clap::Args)]
pub struct Args {
    /// Option chains: .csv or .csv.gz with unix_time, currency, expiry, strike, type, bid, ask and
    /// forward
    #[arg(long, value_name = "FILE", num_args = 1.., required = true)]
    chains: Vec<PathBuf>,

    /// Only this underlying, such as BTC
    #[arg(long)]
    currency: Option<String>,

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

fn slices(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(count) if (1..=MAX_SLICES).contains(&count) => Ok(count),
        _ => Err(format!("a surface has one to {MAX_SLICES} slices")),
    }
}

/// Fits every snapshot; `false` if one of them gave no surface.
///
/// # Errors
/// One line that says which file is wrong, and where.
pub fn run(args: &Args) -> Result<bool> {
    let mut days = Vec::new();
    let mut refused = 0;
    let mut shown = Vec::new();
    ballast_terminal::set_json(args.json);
    tell_table(args, &fitting::heading());
    for file in &args.chains {
        for snapshot in chains::load(file)? {
            let wanted = |currency: &String| currency.eq_ignore_ascii_case(&snapshot.currency);
            if !args.currency.as_ref().is_none_or(wanted) {
                continue;
            }
            match fitting::fit_day(&snapshot, args.slices) {
                Ok(day) => {
                    tell_table(args, &day.row());
                    shown.push(json::day(&day));
                    days.push(day);
                }
                Err(error) => {
                    let time = ballast_market_data::format::utc_minute(snapshot.unix_time);
                    tell_table(args, &format!("{time} {:<4} NO SURFACE: {error}", snapshot.currency));
                    shown.push(json::no_surface(&snapshot, &error.to_string()));
                    refused += 1;
                }
            }
        }
    }
    if days.is_empty() && refused == 0 {
        bail!(
            "the files hold no chain of {}",
            args.currency.as_deref().unwrap_or("any currency")
        );
    }
    if args.json {
        println!("{}", serde_json::to_string_pretty(&shown)?);
    } else {
        print_totals(&days, refused);
    }
    if let Some(out) = &args.out {
        write(out, &days)?;
        tell(&format!("written to {}", out.display()));
    }
    Ok(refused == 0)
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

fn write(out: &Path, days: &[Day]) -> Result<()> {
    let save = |name: &str, text: String| {
        let path = out.join(name);
        fs::write(&path, text).with_context(|| format!("{}: cannot be written", path.display()))
    };
    fs::create_dir_all(out).with_context(|| format!("{}: cannot be made", out.display()))?;
    save("parameters.csv", fitting::parameters_csv(days))?;
    save("errors.csv", fitting::errors_csv(days))?;
    for name in currencies(days) {
        if let Some(day) = days.iter().rfind(|day| day.currency == name) {
            let plot = smiles::draw(day).map_err(|error| anyhow::anyhow!("the plot cannot be drawn: {error}"))?;
            save(&format!("smiles-{}.svg", name.to_ascii_lowercase()), plot)?;
        }
    }
    Ok(())
}
