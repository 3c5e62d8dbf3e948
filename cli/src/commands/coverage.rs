//! `ballast coverage`: how often a day's loss of short options was more than their margin.

use crate::prices::{self, Hourly, Spacing};
use anyhow::{anyhow, Result};
use ballast_sim::coverage::{coverage, table, WARM_UP};
use ballast_sim::json;

const NEEDED: Spacing = Spacing {
    command: "coverage",
    least: 3_600,
    most: 3_600,
    why: "a day is 24 of them",
};

/// Says how often a day's loss of short options was more than the margin that they needed, in every
/// hour of a history.
///
/// Margins are the risk engine's own; implied volatility is a stand-in from realised, since no
/// history of hourly quotes exists. Each position is shown by all rules, and by the grid of
/// scenarios alone: without the worst day of a year and the far moves.
#[derive(clap::Args)]
pub struct Args {
    #[command(flatten)]
    hourly: Hourly,

    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Prints the coverage.
///
/// # Errors
/// One line that names the rule and the value.
pub fn run(args: &Args) -> Result<bool> {
    let history = args.hourly.load()?;
    NEEDED.check(&args.hourly.history, &history)?;
    // The first day that is measured, and the one after it.
    prices::check_enough(&history, WARM_UP + 48)?;
    prices::say(&args.hourly.history, &history, "the market");
    let all = coverage(&history.candles).map_err(|error| anyhow!("a price that no option can be on: {error:?}"))?;
    if args.json {
        println!("{}", serde_json::to_string_pretty(&json::coverage(&all))?);
    } else {
        print!("{}", table(&all));
    }
    Ok(history.left_out.is_empty())
}
