//! What `ballast demo` takes.

use super::drill::Drill;
use super::options::Flags;
use crate::prices::Shape;
use ballast_files::output::Guard;
use ballast_sim::scenario;
use std::path::PathBuf;

/// Runs a vault through a stretch of price history and writes a report.
///
/// Deploys the compiled programs, creates test USDC, a risk market, a venue and a vault, lets two
/// depositors in, publishes each price at both of its sources, lets the keeper crank, and pays
/// everybody out at the end. The books must then balance to the last base unit. The exit status is
/// non-zero if anything did not hold.
#[derive(clap::Args)]
pub struct Args {
    /// Prices: a table with unix_time,open,high,low,close, or as Binance, Bitstamp, Coinbase,
    /// CryptoDataDownload, Kraken, ccxt and yfinance write them; 1 min to 1 h apart (default: a
    /// built-in scenario of three crashes)
    #[arg(long, value_name = "FILE")]
    pub(super) history: Option<PathBuf>,

    /// First day, YYYY-MM-DD, UTC (default: where the file begins)
    #[arg(long, value_name = "DATE", requires = "history")]
    pub(super) from: Option<String>,

    /// First day left out, YYYY-MM-DD, UTC (default: where the file ends)
    #[arg(long, value_name = "DATE", requires = "history")]
    pub(super) to: Option<String>,

    #[command(flatten)]
    pub(super) shape: Shape,

    /// Seconds of history per second of real time; 0 is as fast as possible
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(super) speed: u64,

    /// Use a local node over RPC and a keeper in a process of its own, instead of the chain inside
    /// this process
    #[arg(long)]
    pub(super) node: bool,

    /// Port of the local node's RPC, the next one is its websocket's (default: any that are free)
    #[arg(long, value_name = "PORT", requires = "node", value_parser = clap::value_parser!(u16).range(1..=65534))]
    pub(super) port: Option<u16>,

    /// Let something fail while everybody leaves in the end
    #[arg(long, value_name = "WHAT", value_enum, conflicts_with_all = ["node", "options"])]
    pub(super) drill: Option<Drill>,

    #[command(flatten)]
    pub(super) strangle: Flags,

    /// Folder for the report
    #[arg(long, value_name = "DIR", default_value = "target/demo")]
    pub(super) out: PathBuf,

    /// Print what held as JSON, and nothing else
    #[arg(long)]
    pub(super) json: bool,

    /// Seed of the built-in scenario
    #[arg(long, value_name = "N", default_value_t = scenario::DEFAULT_SEED, conflicts_with = "history")]
    pub(super) seed: u64,
}

impl Args {
    /// Returns the guard of everything that is read.
    pub(super) fn guard(&self) -> Guard {
        Guard::new()
            .inputs("--history", &self.history)
            .inputs("--chains", &self.strangle.chains)
    }
}
