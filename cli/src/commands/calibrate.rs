//! `ballast calibrate`: a market's parameters from its history.

use crate::implied::ImpliedFiles;
use crate::prices::{self, Hourly};
use anyhow::{Context, Result};
use ballast_sim::json;
use ballast_sim::replay::calibrate;
use ballast_sim::replay::observations::Known;
use ballast_terminal::Progress;
use std::path::PathBuf;

/// Reads a market's parameters off its history, and says why each is what it is.
///
/// Thresholds are quantiles of what the signals were; of the choices tried, the one is taken that
/// meets the falls of the history in time and, within the false alarms that are allowed, asks for
/// Crisis most readily. What no history of prices tells is a choice, and is called one.
#[derive(clap::Args)]
pub struct Args {
    /// The market's name, such as btc: of the section, and of the currency in option chains
    #[arg(long, value_name = "NAME", value_parser = market_name)]
    market: String,

    #[command(flatten)]
    hourly: Hourly,

    /// Option chains, as for `ballast fit`: thresholds of implied over realised volatility come
    /// from them
    #[arg(long, value_name = "FILE", num_args = 1..)]
    chains: Vec<PathBuf>,

    /// A daily index of implied volatility 30 days ahead: a table with unix_time,dvol_percent
    #[arg(long, value_name = "FILE")]
    implied_index: Option<PathBuf>,

    /// Only the commented section for migrations/markets.toml
    #[arg(long)]
    toml: bool,

    /// Print JSON
    #[arg(long, conflicts_with = "toml")]
    json: bool,
}

/// Returns a name that can be the key of a section.
pub(crate) fn market_name(text: &str) -> Result<String, String> {
    let fits = (1..=12).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if fits {
        Ok(text.to_ascii_lowercase())
    } else {
        Err("a market's name is one to twelve letters and digits, such as btc".to_owned())
    }
}

/// Calibrates; `false` if no choice of parameters meets what is asked of one.
///
/// # Errors
/// One line that names the rule and the value.
pub fn run(args: &Args) -> Result<bool> {
    let history = args.hourly.load()?;
    args.hourly.check_market(&history, &args.market)?;
    calibrate::check(&history.candles)?;
    let files = ImpliedFiles {
        chains: &args.chains,
        index: args.implied_index.as_deref(),
        unit: args.hourly.shape.time_unit,
    };
    let implied = files.read(&args.market, &history)?;
    let known = Known {
        implied: implied.series,
        ..Known::default()
    };
    prices::say(&args.hourly.history, &history, &args.market.to_ascii_uppercase());
    let candles = &history.candles;
    let mut progress = None;
    let calibration = calibrate::calibrate(&args.market, candles, &known, |done, of| {
        let progress = progress.get_or_insert_with(|| Progress::of(of as u64, "candidates"));
        progress.at(done as u64);
        Ok(())
    })?;
    drop(progress);
    if args.json {
        println!("{}", serde_json::to_string_pretty(&json::calibration(&calibration))?);
    } else if args.toml {
        print!("{}", calibration.toml());
    } else {
        print!("{}", calibration.text());
    }
    let market = calibration.market.typed(&calibration.name);
    market.context("the calibrated parameters are refused, which is a fault of the calibration")?;
    Ok(calibration.holds() && implied.whole && history.left_out.is_empty())
}
