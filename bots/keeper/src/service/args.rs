//! The command line, and what it comes to.

use super::work::Habits;
use ballast_rpc::amount;
use ballast_rpc::args::{address, keypair_for};
use ballast_rpc::service::LogArgs;
use ballast_rpc::url::{HTTP, WEBSOCKET};
use ballast_rpc::{NodeUrl, ServiceError};
use ballast_sdk::crank::Fee;
use ballast_sdk::Pubkey;
use ballast_service::http::ListenAddress;
use clap::Parser;
use solana_keypair::Keypair;
use std::path::PathBuf;
use std::time::Duration;

/// Watch a vault and crank what is due
#[derive(Clone, Parser)]
#[command(name = "ballast-keeper", version)]
pub struct Args {
    /// The vault's address; everything else is read from it
    #[arg(long, env = "BALLAST_VAULT")]
    pub vault: String,
    /// The node's JSON-RPC address; several in order of preference, with commas or one by one
    #[arg(
        long,
        visible_alias = "rpc",
        env = "BALLAST_RPC_URL",
        hide_env_values = true,
        default_value = "http://127.0.0.1:8899"
    )]
    pub rpc_url: Vec<String>,
    /// The node's websocket address, or several [default: each RPC address, its port plus one]
    #[arg(long, visible_alias = "ws", env = "BALLAST_WS_URL", hide_env_values = true)]
    pub ws_url: Vec<String>,
    /// File with the keypair that pays for transactions, as `solana-keygen` writes it
    #[arg(long, env = "BALLAST_KEYPAIR", value_name = "FILE")]
    pub keypair: PathBuf,
    /// Price account to use, instead of the one found for the market's feed
    #[arg(long, value_name = "ADDRESS")]
    pub price_feed: Option<String>,
    /// Token account that gets what the vault pays [default: the keypair's associated account of
    /// the vault's quote token]; nothing is paid while there is none
    #[arg(long, value_name = "ADDRESS")]
    pub pay_to: Option<String>,
    /// One round, then exit: 0 if done or nothing was due
    #[arg(long)]
    pub once: bool,
    /// Plan and simulate, send nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Serve /metrics, /health and /ready here: a port of this machine alone, such as 9464, or an
    /// address and a port
    #[arg(long, env = "BALLAST_METRICS_ADDR", value_name = "[ADDRESS:]PORT")]
    pub metrics_addr: Option<ListenAddress>,
    /// TOML file with settings: keys are these flags' names. Flags and environment win over it
    #[arg(long, env = "BALLAST_KEEPER_CONFIG", value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Check settings, key, every node, websocket and vault; say what was found; exit
    #[arg(long, conflicts_with = "once")]
    pub check: bool,
    #[command(flatten)]
    pub logs: LogArgs,
    /// Read everything again this often, websocket or not
    #[arg(long, default_value_t = 400, value_parser = clap::value_parser!(u64).range(50..=60_000))]
    pub poll_ms: u64,
    /// Look for tickets to pay this often, seconds
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..=3_600))]
    pub ticket_seconds: u64,
    /// Offered for each compute unit, micro-lamports
    #[arg(long, default_value_t = 0, value_parser = amount::whole)]
    pub priority_fee: u64,
}

/// What the service runs with.
#[derive(Debug)]
pub struct Config {
    /// The vault.
    pub vault: Pubkey,
    /// JSON-RPC addresses, in order of preference.
    pub rpc: Vec<NodeUrl>,
    /// Websocket addresses, in order of preference.
    pub websockets: Vec<NodeUrl>,
    /// Pays and signs.
    pub keeper: Keypair,
    /// Price account, if told.
    pub price_feed: Option<Pubkey>,
    /// Where the keeper's pay goes, if told.
    pub pay_to: Option<Pubkey>,
    /// One round only.
    pub once: bool,
    /// Send nothing.
    pub dry_run: bool,
    /// Where to serve metrics.
    pub metrics_addr: Option<ListenAddress>,
    /// Interval of full reads.
    pub poll: Duration,
    /// Interval of looking for tickets.
    pub ticket_interval: Duration,
    /// Priority fee.
    pub fee: Fee,
}

impl Config {
    /// Returns how the worker is told to behave.
    pub(super) const fn habits(&self) -> Habits {
        Habits {
            fee: self.fee,
            dry_run: self.dry_run,
            ticket_interval: self.ticket_interval,
        }
    }
}

impl Args {
    /// Checks everything that can be checked without the node.
    ///
    /// # Errors
    /// [`ServiceError::Config`] naming the argument.
    pub fn resolve(self) -> Result<Config, ServiceError> {
        let rpc = NodeUrl::parse_all(&self.rpc_url, &HTTP, "--rpc-url")?;
        let websockets = if self.ws_url.is_empty() {
            rpc.iter().map(NodeUrl::websocket).collect::<Result<_, _>>()?
        } else {
            NodeUrl::parse_all(&self.ws_url, &WEBSOCKET, "--ws-url")?
        };
        let keeper = keypair_for(&self.keypair, &rpc)?;
        Ok(Config {
            vault: address(&self.vault, "--vault")?,
            keeper: keeper.warned(|warning| tracing::warn!("{warning}")),
            rpc,
            websockets,
            price_feed: self.price_feed.map(|text| address(&text, "--price-feed")).transpose()?,
            pay_to: self.pay_to.map(|text| address(&text, "--pay-to")).transpose()?,
            once: self.once,
            dry_run: self.dry_run,
            metrics_addr: self.metrics_addr,
            poll: Duration::from_millis(self.poll_ms),
            ticket_interval: Duration::from_secs(self.ticket_seconds),
            fee: Fee {
                micro_lamports: self.priority_fee,
            },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    const VAULT: &str = "hn7uyKKmVJ64xB3H85xzmK7K8y8vTrVYjK8CoBGwRAS";

    fn file(name: &str, contents: &str) -> PathBuf {
        let path = std::env::temp_dir().join(format!("ballast-keeper-{}-{name}", std::process::id()));
        std::fs::write(&path, contents).unwrap();
        path
    }

    fn parse(more: &[&str], keypair: &Path) -> Result<Config, ServiceError> {
        let keypair = keypair.to_str().unwrap();
        let base = ["ballast-keeper", "--vault", VAULT, "--keypair", keypair];
        Args::try_parse_from(base.iter().chain(more)).unwrap().resolve()
    }

    #[test]
    fn a_sound_command_line_is_taken() {
        let path = file(
            "good",
            &serde_json::to_string(&Keypair::new().to_bytes().to_vec()).unwrap(),
        );
        let config = parse(&["--priority-fee", "7", "--once"], &path).unwrap();
        assert_eq!(config.fee.micro_lamports, 7);
        assert_eq!(config.websockets[0].shown(), "ws://127.0.0.1:8900");
        assert!(config.once && !config.dry_run);
    }

    #[test]
    fn what_cannot_work_is_named_with_exit_code_two() {
        let good = file(
            "good2",
            &serde_json::to_string(&Keypair::new().to_bytes().to_vec()).unwrap(),
        );
        let bad = file("bad", "[1, 2, 3]");
        let text = file("text", "not json");
        let missing = PathBuf::from("no-such-keypair.json");
        let cases: [(&[&str], &Path, &str); 7] = [
            (&[], &missing, "cannot read"),
            (&[], &bad, "not a keypair"),
            (&[], &text, "not a keypair"),
            (&["--rpc-url", "localhost:8899"], &good, "--rpc-url"),
            (&["--ws-url", "http://x"], &good, "--ws-url"),
            (&["--price-feed", "0OIl"], &good, "--price-feed"),
            (&["--pay-to", "0OIl"], &good, "--pay-to"),
        ];
        for (more, path, expected) in cases {
            let error = parse(more, path).unwrap_err();
            assert!(error.to_string().contains(expected), "{error}");
            assert!(!error.to_string().contains('\n'));
            assert_eq!(error.exit_code(), 2);
        }
    }
}
