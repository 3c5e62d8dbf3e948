//! The command line, and what it comes to.

use crate::source::Source;
use ballast_files::moment::TimeUnit;
use ballast_files::name::currency;
use ballast_rpc::amount;
use ballast_rpc::args::{address, keypair_for};
use ballast_rpc::service::LogArgs;
use ballast_rpc::url::HTTP;
use ballast_rpc::{NodeUrl, ServiceError};
use ballast_sdk::crank::Fee;
use ballast_sdk::surface::submission::Terms;
use ballast_sdk::{addresses, Pubkey};
use ballast_service::http::ListenAddress;
use clap::Parser;
use solana_keypair::Keypair;
use std::path::PathBuf;
use std::time::Duration;

/// Fit a volatility surface to an option chain and submit it to a market
#[derive(Clone, Parser)]
#[command(name = "ballast-feeder", version)]
pub struct Args {
    /// The risk market's address; its surface account is derived from it
    #[arg(long, env = "BALLAST_MARKET")]
    pub market: String,
    /// Option chain: a table with unix_time, currency, expiry, strike, type, bid, ask and forward,
    /// or an export of Deribit or Tardis, or - for the same lines on standard input, where a
    /// snapshot is complete when unix_time changes or the input ends
    #[arg(long, value_name = "FILE")]
    pub chain: PathBuf,
    /// Underlying of the chain
    #[arg(long, default_value = "BTC")]
    pub currency: String,
    /// Unit of times that are numbers: s, ms, us or ns (default: seconds, or what the layout's
    /// publisher writes)
    #[arg(long, value_name = "UNIT")]
    pub time_unit: Option<TimeUnit>,
    /// Submit also a fit that is far from its quotes, or whose quotes contradict each other
    #[arg(long)]
    pub force: bool,
    /// Play every snapshot of the file in turn, not only the newest
    #[arg(long)]
    pub all: bool,
    /// Pause between two snapshots of a file, seconds
    #[arg(long, default_value_t = 0, requires = "all", value_parser = clap::value_parser!(u64).range(0..=86_400))]
    pub interval: u64,
    /// Take each snapshot as if it were taken now: its times to expiry are kept, and count from the
    /// network's clock. For chains of the past on a network of today
    #[arg(long)]
    pub as_of_now: bool,
    /// Oldest snapshot to submit, seconds; not used with --as-of-now
    #[arg(long, value_name = "SECONDS", default_value_t = 600, value_parser = clap::value_parser!(u32).range(1..=86_400))]
    pub max_chain_age: u32,
    /// How many times the time to the chain's last fitted expiry the grid may reach: 1 to 4
    #[arg(long, value_name = "RATIO", default_value_t = 2.0, value_parser = ratio)]
    pub max_extrapolation: f64,
    /// Then crank publish_surface with every fresh submission of a registered feeder
    #[arg(long)]
    pub publish: bool,
    /// Print what would be submitted as JSON on standard output, one object a snapshot; send
    /// nothing
    #[arg(long)]
    pub dry_run: bool,
    /// The node's JSON-RPC address; several in order of preference, with commas or one by one
    #[arg(
        long,
        visible_alias = "rpc",
        env = "BALLAST_RPC_URL",
        hide_env_values = true,
        default_value = "http://127.0.0.1:8899"
    )]
    pub rpc_url: Vec<String>,
    /// File with the feeder's keypair, as `solana-keygen` writes it; it signs and pays
    #[arg(
        long,
        env = "BALLAST_KEYPAIR",
        value_name = "FILE",
        required_unless_present_any = ["dry_run", "check"]
    )]
    pub keypair: Option<PathBuf>,
    /// Offered for each compute unit, micro-lamports
    #[arg(long, default_value_t = 0, value_parser = amount::whole)]
    pub priority_fee: u64,
    #[command(flatten)]
    pub logs: LogArgs,
    /// Serve /metrics, /health and /ready here: a port of this machine alone, such as 9465, or an
    /// address and a port
    #[arg(long, env = "BALLAST_METRICS_ADDR", value_name = "[ADDRESS:]PORT")]
    pub metrics_addr: Option<ListenAddress>,
    /// TOML file with settings: keys are these flags' names. Flags and environment win over it
    #[arg(long, env = "BALLAST_FEEDER_CONFIG", value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Check the settings, the key, every node and the surface; say what was found; exit
    #[arg(long)]
    pub check: bool,
}

/// What the feeder runs with.
#[derive(Debug)]
pub struct Config {
    /// The risk market.
    pub market: Pubkey,
    /// Its surface.
    pub surface: Pubkey,
    /// Where chains come from.
    pub source: Source,
    /// Underlying.
    pub currency: String,
    /// Pause between two snapshots of a file.
    pub interval: Duration,
    /// What is taken for granted.
    pub terms: Terms,
    /// Crank publications.
    pub publish: bool,
    /// Send nothing.
    pub dry_run: bool,
    /// Submit what is no fit.
    pub force: bool,
    /// Unit of times that are numbers.
    pub time_unit: Option<TimeUnit>,
    /// JSON-RPC addresses, in order of preference.
    pub rpc: Vec<NodeUrl>,
    /// Signs and pays; a dry run may do without.
    pub feeder: Option<Keypair>,
    /// Priority fee.
    pub fee: Fee,
    /// Where to serve metrics.
    pub metrics_addr: Option<ListenAddress>,
}

fn ratio(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(ratio) if (1.0..=4.0).contains(&ratio) => Ok(ratio),
        _ => Err("it is a number from 1 to 4".to_owned()),
    }
}

impl Args {
    /// Checks everything that can be checked without the node.
    ///
    /// # Errors
    /// [`ServiceError::Config`] naming the argument.
    pub fn resolve(self) -> Result<Config, ServiceError> {
        let market = address(&self.market, "--market")?;
        let rpc = NodeUrl::parse_all(&self.rpc_url, &HTTP, "--rpc-url")?;
        let source = Source::of(&self.chain, self.all);
        if source.is_stream() && self.all {
            let error = "--all: standard input and pipes are played whole in any case; leave it out";
            return Err(ServiceError::Config(error.to_owned()));
        }
        let feeder = self.keypair.as_deref();
        let feeder = feeder.map(|path| keypair_for(path, &rpc)).transpose()?;
        Ok(Config {
            market,
            surface: addresses::surface(&market),
            source,
            currency: currency(&self.currency).map_err(|rule| ServiceError::Config(format!("--currency: {rule}")))?,
            interval: Duration::from_secs(self.interval),
            terms: Terms {
                max_chain_age: self.max_chain_age,
                as_of_now: self.as_of_now,
                max_extrapolation: self.max_extrapolation,
            },
            publish: self.publish,
            dry_run: self.dry_run,
            force: self.force,
            time_unit: self.time_unit,
            feeder: feeder.map(|key| key.warned(|warning| tracing::warn!("{warning}"))),
            rpc,
            metrics_addr: self.metrics_addr,
            fee: Fee {
                micro_lamports: self.priority_fee,
            },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MARKET: &str = "hn7uyKKmVJ64xB3H85xzmK7K8y8vTrVYjK8CoBGwRAS";

    fn parse(more: &[&str]) -> Result<Config, String> {
        let args = ["ballast-feeder", "--market", MARKET];
        let args = Args::try_parse_from(args.iter().chain(more)).map_err(|error| error.to_string())?;
        args.resolve().map_err(|error| error.to_string())
    }

    #[test]
    fn a_sound_command_line_is_taken() {
        let config = parse(&[
            "--chain",
            "-",
            "--dry-run",
            "--currency",
            "eth",
            "--max-extrapolation",
            "1.5",
        ])
        .unwrap();
        assert_eq!((config.source, config.currency.as_str()), (Source::Stdin, "ETH"));
        assert_eq!(config.surface, addresses::surface(&config.market));
        assert_eq!(config.terms.max_extrapolation, 1.5);
        assert!(config.feeder.is_none() && !config.publish);
    }

    #[test]
    fn what_cannot_work_is_named() {
        let cases: [(&[&str], &str); 8] = [
            (&["--chain", "a.csv"], "--keypair"),
            (&["--dry-run"], "--chain"),
            (&["--chain", "-", "--dry-run", "--all"], "--all"),
            (&["--chain", "a.csv", "--dry-run", "--interval", "5"], "--all"),
            (
                &["--chain", "a.csv", "--dry-run", "--max-extrapolation", "9"],
                "from 1 to 4",
            ),
            (
                &["--chain", "a.csv", "--dry-run", "--max-chain-age", "0"],
                "--max-chain-age",
            ),
            (&["--chain", "a.csv", "--dry-run", "--rpc-url", "node"], "--rpc-url"),
            (&["--chain", "a.csv", "--keypair", "no-such-file"], "no-such-file"),
        ];
        for (more, expected) in cases {
            let error = parse(more).unwrap_err();
            assert!(error.contains(expected), "{more:?}: {error}");
        }
        let wrong = Args::try_parse_from(["f", "--market", "0OIl", "--chain", "-", "--dry-run"]).unwrap();
        let error = wrong.resolve().unwrap_err();
        assert!(
            error.to_string().contains("--market") && error.exit_code() == 2,
            "{error}"
        );
    }
}
