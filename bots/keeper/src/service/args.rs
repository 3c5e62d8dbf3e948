//! The command line, and what it comes to.

use ballast_rpc::amount;
use ballast_rpc::args::{address, keypair, scheme};
use ballast_rpc::service::LogFormat;
use ballast_rpc::ServiceError;
use ballast_sdk::crank::Fee;
use ballast_sdk::Pubkey;
use clap::Parser;
use solana_keypair::Keypair;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

/// Watch a vault and crank what is due
#[derive(Clone, Debug, Parser)]
#[command(name = "ballast-keeper", version)]
pub struct Args {
    /// The vault's address; everything else is read from it
    #[arg(long, env = "BALLAST_VAULT")]
    pub vault: String,
    /// The node's JSON-RPC address
    #[arg(long, env = "BALLAST_RPC_URL", default_value = "http://127.0.0.1:8899")]
    pub rpc_url: String,
    /// The node's websocket address [default: the RPC address, its port plus one]
    #[arg(long, env = "BALLAST_WS_URL")]
    pub ws_url: Option<String>,
    /// File with the keypair that pays for transactions, as `solana-keygen` writes it
    #[arg(long, env = "BALLAST_KEYPAIR", value_name = "FILE")]
    pub keypair: PathBuf,
    /// Price account to use, instead of the one found for the market's feed
    #[arg(long, value_name = "ADDRESS")]
    pub price_feed: Option<String>,
    /// One round, then exit: 0 if done or nothing was due
    #[arg(long)]
    pub once: bool,
    /// Plan and simulate, send nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Serve Prometheus metrics here, for example 127.0.0.1:9464
    #[arg(long, value_name = "ADDRESS:PORT")]
    pub metrics_addr: Option<SocketAddr>,
    /// How log lines look
    #[arg(long, value_enum, default_value = "text")]
    pub log_format: LogFormat,
    /// Read everything again this often, websocket or not
    #[arg(long, default_value_t = 400, value_parser = clap::value_parser!(u64).range(50..=60_000))]
    pub poll_ms: u64,
    /// Look for redemption requests to pay this often, seconds
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
    /// JSON-RPC address.
    pub rpc_url: String,
    /// Websocket address.
    pub ws_url: String,
    /// Pays and signs.
    pub keeper: Keypair,
    /// Price account, if told.
    pub price_feed: Option<Pubkey>,
    /// One round only.
    pub once: bool,
    /// Send nothing.
    pub dry_run: bool,
    /// Where to serve metrics.
    pub metrics_addr: Option<SocketAddr>,
    /// Interval of full reads.
    pub poll: Duration,
    /// Interval of looking for redemption requests.
    pub ticket_interval: Duration,
    /// Priority fee.
    pub fee: Fee,
}

impl Args {
    /// Checks everything that can be checked without the node.
    ///
    /// # Errors
    /// [`ServiceError::Config`] naming the argument.
    pub fn resolve(self) -> Result<Config, ServiceError> {
        let ws_url = match self.ws_url {
            Some(url) => scheme(url, &["ws://", "wss://"], "--ws-url")?,
            None => websocket_of(&self.rpc_url)?,
        };
        let keeper = keypair(&self.keypair, &self.rpc_url)?;
        Ok(Config {
            vault: address(&self.vault, "--vault")?,
            rpc_url: scheme(self.rpc_url, &["http://", "https://"], "--rpc-url")?,
            ws_url,
            keeper: keeper.warned(|warning| tracing::warn!("{warning}")),
            price_feed: self.price_feed.map(|text| address(&text, "--price-feed")).transpose()?,
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

/// `http://host:8899` has its websocket at `ws://host:8900`; an address without a port keeps having
/// none.
fn websocket_of(rpc_url: &str) -> Result<String, ServiceError> {
    let (scheme, rest) = match (rpc_url.strip_prefix("http://"), rpc_url.strip_prefix("https://")) {
        (Some(rest), _) => ("ws", rest),
        (_, Some(rest)) => ("wss", rest),
        _ => {
            return Err(ServiceError::Config(format!(
                "--rpc-url: {rpc_url:?} does not begin with http:// or https://"
            )))
        }
    };
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let digits = |port: &str| !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit());
    let Some((host, port)) = authority.rsplit_once(':').filter(|(_, port)| digits(port)) else {
        return Ok(format!("{scheme}://{rest}"));
    };
    let next = port.parse::<u16>().ok().and_then(|port| port.checked_add(1));
    let next = next.ok_or_else(|| ServiceError::Config(format!("--rpc-url: no port follows {port}; give --ws-url")))?;
    Ok(format!("{scheme}://{host}:{next}{path}"))
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
    fn the_websocket_is_one_port_up_and_without_a_port_on_the_same_host() {
        for (rpc, ws) in [
            ("http://127.0.0.1:8899", "ws://127.0.0.1:8900"),
            ("https://node.example/key?a=b", "wss://node.example/key?a=b"),
            ("http://[::1]:1/", "ws://[::1]:2/"),
            ("http://[::1]", "ws://[::1]"),
        ] {
            assert_eq!(websocket_of(rpc).unwrap(), ws);
        }
        assert!(websocket_of("http://host:65535").is_err());
        assert!(websocket_of("ftp://host").is_err());
    }

    #[test]
    fn a_sound_command_line_is_taken() {
        let path = file(
            "good",
            &serde_json::to_string(&Keypair::new().to_bytes().to_vec()).unwrap(),
        );
        let config = parse(&["--priority-fee", "7", "--once"], &path).unwrap();
        assert_eq!(config.fee.micro_lamports, 7);
        assert_eq!(config.ws_url, "ws://127.0.0.1:8900");
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
        let cases: [(&[&str], &Path, &str); 6] = [
            (&[], &missing, "cannot read"),
            (&[], &bad, "not a keypair"),
            (&[], &text, "not a keypair"),
            (&["--rpc-url", "localhost:8899"], &good, "--rpc-url"),
            (&["--ws-url", "http://x"], &good, "--ws-url"),
            (&["--price-feed", "0OIl"], &good, "--price-feed"),
        ];
        for (more, path, expected) in cases {
            let error = parse(more, path).unwrap_err();
            assert!(error.to_string().contains(expected), "{error}");
            assert!(!error.to_string().contains('\n'));
            assert_eq!(error.exit_code(), 2);
        }
    }
}
