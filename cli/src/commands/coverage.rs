//! `ballast coverage`: how often a day's loss of short options was more than their margin.

use crate::prices::{self, Days, Shape, Spacing};
use anyhow::{anyhow, bail, Result};
use ballast_sim::coverage::{coverage, table, WARM_UP};
use ballast_sim::json;
use std::path::PathBuf;

/// Says how often a day's loss of short options was more than the margin that they needed, in every
/// hour of a history.
///
/// Margins are the risk engine's own; implied volatility is a stand-in from realised, since no
/// history of hourly quotes exists. Each position is shown by all rules, and by the grid of
/// scenarios alone: without the worst day of a year and the far moves.
#[derive(clap::Args)]
pub struct Args {
    /// Hourly prices: a table with unix_time,open,high,low,close, or as exchanges and libraries
    /// write them
    #[arg(long, value_name = "FILE")]
    history: PathBuf,

    /// First day, YYYY-MM-DD, UTC (default: where the file begins)
    #[arg(long, value_name = "DATE")]
    from: Option<String>,

    /// First day left out, YYYY-MM-DD, UTC (default: where the file ends)
    #[arg(long, value_name = "DATE")]
    to: Option<String>,

    #[command(flatten)]
    shape: Shape,

    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Prints the coverage.
///
/// # Errors
/// One line that names the rule and the value.
pub fn run(args: &Args) -> Result<bool> {
    let days = Days {
        from: args.from.as_deref(),
        to: args.to.as_deref(),
    };
    let history = args.shape.load(&args.history, days)?;
    let hourly = Spacing {
        command: "coverage",
        least: 3_600,
        most: 3_600,
        why: "a day is 24 of them",
    };
    hourly.check(&args.history, &history)?;
    let (found, fewest) = (history.candles.len(), WARM_UP + 48);
    if found < fewest {
        bail!(
            "{}: {found} hours are too few, {fewest} are needed: 45 days go by before anything is measured",
            args.history.display()
        );
    }
    prices::say(&args.history, &history, "the market");
    let all = coverage(&history.candles).map_err(|error| anyhow!("a price that no option can be on: {error:?}"))?;
    if args.json {
        println!("{}", serde_json::to_string_pretty(&json::coverage(&all))?);
    } else {
        print!("{}", table(&all));
    }
    Ok(history.left_out.is_empty())
}
