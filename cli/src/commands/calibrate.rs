//! `ballast calibrate`: a market's parameters from its history.

use crate::implied::ImpliedFiles;
use crate::prices::{self, Days, Shape};
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

    /// Hourly prices: a table with unix_time,open,high,low,close, or as exchanges and libraries
    /// write them
    #[arg(long, value_name = "FILE")]
    history: PathBuf,

    /// Option chains, as for `ballast fit`: thresholds of implied over realised volatility come
    /// from them
    #[arg(long, value_name = "FILE", num_args = 1..)]
    chains: Vec<PathBuf>,

    /// A daily index of implied volatility 30 days ahead: a table with unix_time,dvol_percent
    #[arg(long, value_name = "FILE")]
    implied_index: Option<PathBuf>,

    /// First day, YYYY-MM-DD, UTC (default: where the file begins)
    #[arg(long, value_name = "DATE")]
    from: Option<String>,

    /// First day left out, YYYY-MM-DD, UTC (default: where the file ends)
    #[arg(long, value_name = "DATE")]
    to: Option<String>,

    #[command(flatten)]
    shape: Shape,

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
    let days = Days {
        from: args.from.as_deref(),
        to: args.to.as_deref(),
    };
    let history = args.shape.load(&args.history, days)?;
    args.shape.check_market(&args.history, &history, &args.market)?;
    calibrate::check(&history.candles)?;
    let files = ImpliedFiles {
        chains: &args.chains,
        index: args.implied_index.as_deref(),
        unit: args.shape.time_unit,
    };
    let implied = files.read(&args.market, &history)?;
    let known = Known {
        implied: implied.series,
        ..Known::default()
    };
    prices::say(&args.history, &history, &args.market.to_ascii_uppercase());
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
