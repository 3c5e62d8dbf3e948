//! The command line, and what it comes to.

use crate::http::LISTEN_FLAG;
use crate::pricing::{Pricing, Terms};
use ballast_core_types::Lots;
use ballast_rpc::amount::parse;
use ballast_rpc::args::{address, keypair_for};
use ballast_rpc::service::LogArgs;
use ballast_rpc::url::HTTP;
use ballast_rpc::{NodeUrl, ServiceError};
use ballast_sdk::Pubkey;
use ballast_service::http::ListenAddress;
use clap::Parser;
use solana_keypair::Keypair;
use std::path::PathBuf;
use std::time::Duration;

/// Answer requests for quotes on options, hedge, and cancel when the market breaks
#[derive(Clone, Parser)]
#[command(name = "ballast-maker", version)]
pub struct Args {
    /// The clearing house's address
    #[arg(long, env = "BALLAST_HOUSE")]
    pub house: String,
    /// The margin account that quotes; the keypair is its quote signer
    #[arg(long)]
    pub account: String,
    /// The node's JSON-RPC address; several in order of preference, with commas or one by one
    #[arg(
        long,
        visible_alias = "rpc",
        env = "BALLAST_RPC_URL",
        hide_env_values = true,
        default_value = "http://127.0.0.1:8899"
    )]
    pub rpc_url: Vec<String>,
    /// File with the keypair that signs quotes and pays, as `solana-keygen` writes it
    #[arg(long, env = "BALLAST_KEYPAIR", value_name = "FILE")]
    pub keypair: PathBuf,
    /// Answer requests here: a port of this machine alone, such as 9470, or an address and a port
    #[arg(long, value_name = "[ADDRESS:]PORT", default_value = "9470")]
    pub listen: ListenAddress,
    /// Half the spread, as a share of the volatility: 0 to 0.5
    #[arg(long, default_value_t = 0.04, value_parser = share::<50>)]
    pub half_spread: f64,
    /// How far a full inventory moves both sides, as a share of the volatility: 0 to 0.4
    #[arg(long, default_value_t = 0.04, value_parser = share::<40>)]
    pub skew: f64,
    /// The vega, quote tokens per vol point, that is a full inventory on a market
    #[arg(long, default_value = "10000")]
    pub vega_limit: String,
    /// The most delta of the options on a market, units of the asset, whatever hedges it
    #[arg(long, default_value_t = 10.0, value_parser = positive)]
    pub delta_limit: f64,
    /// The most of a leg that one quote has, units of the asset
    #[arg(long, default_value = "100")]
    pub max_size: String,
    /// For how many slots a quote holds
    #[arg(long, default_value_t = 75, value_parser = clap::value_parser!(u64).range(1..=1_500))]
    pub slots: u64,
    /// How far the market's price may move before a quote does not hold any more: 0.0001 to 0.5. It
    /// is priced at the worse end
    #[arg(long, default_value_t = 0.001, value_parser = share::<50>)]
    pub spot_band: f64,
    /// Hedge the delta of a market's options with its perpetual at the reference venue, to within
    /// so many units, such as BTC=0.1; once for each market
    #[arg(long, value_name = "ASSET=UNITS")]
    pub hedge: Vec<String>,
    /// Collateral that an account at the venue is opened with, quote tokens
    #[arg(long, default_value = "100000")]
    pub hedge_collateral: String,
    /// Go round this often: look whether the market is open, hedge
    #[arg(long, default_value_t = 1_000, value_parser = clap::value_parser!(u64).range(100..=60_000))]
    pub round_ms: u64,
    /// Serve /metrics, /health and /ready here: a port of this machine alone, such as 9466, or an
    /// address and a port
    #[arg(long, env = "BALLAST_METRICS_ADDR", value_name = "[ADDRESS:]PORT")]
    pub metrics_addr: Option<ListenAddress>,
    /// TOML file with settings: keys are these flags' names. Flags and environment win over it
    #[arg(long, env = "BALLAST_MAKER_CONFIG", value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Check the settings, the key, the node and the account; say what was found; exit
    #[arg(long)]
    pub check: bool,
    #[command(flatten)]
    pub logs: LogArgs,
}

/// Amounts that need the quote token's decimals.
#[derive(Clone, Debug)]
pub struct Amounts {
    vega_limit: String,
    max_size: String,
    collateral: String,
}

/// What the maker runs with.
#[derive(Debug)]
pub struct Config {
    /// The clearing house.
    pub house: Pubkey,
    /// The margin account.
    pub account: Pubkey,
    /// JSON-RPC addresses, with commas.
    pub rpc: String,
    /// Signs quotes, and pays.
    pub signer: Keypair,
    /// Where requests are answered.
    pub listen: ListenAddress,
    /// How it quotes, without what needs the decimals.
    pub terms: Terms,
    /// The rest.
    pub amounts: Amounts,
    /// Assets to hedge, with their bands.
    pub hedges: Vec<(String, f64)>,
    /// Between two rounds.
    pub round: Duration,
    /// Where to serve metrics.
    pub metrics_addr: Option<ListenAddress>,
}

/// Reads a share from 0 to so many hundredths.
fn share<const MOST: u32>(text: &str) -> Result<f64, String> {
    let most = f64::from(MOST) / 100.0;
    match text.parse() {
        Ok(share) if (0.0..=most).contains(&share) => Ok(share),
        _ => Err(format!("it is a share from 0 to {most}")),
    }
}

/// Reads a positive number.
fn positive(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(number) if f64::is_finite(number) && number > 0.0 => Ok(number),
        _ => Err("it is a positive number".to_owned()),
    }
}

impl Args {
    /// Checks everything that can be checked without the node.
    ///
    /// # Errors
    /// [`ServiceError::Config`] naming the argument.
    pub fn resolve(self) -> Result<Config, ServiceError> {
        let rpc = NodeUrl::parse_all(&self.rpc_url, &HTTP, "--rpc-url")?;
        let keypair = keypair_for(&self.keypair, &rpc)?;
        let hedges = self.hedge.iter().map(|text| hedge(text)).collect::<Result<_, _>>()?;
        let config = Config {
            house: address(&self.house, "--house")?,
            account: address(&self.account, "--account")?,
            rpc: self.rpc_url.join(","),
            signer: keypair.warned(|warning| tracing::warn!("{warning}")),
            listen: self.listen,
            terms: Terms {
                pricing: Pricing {
                    half_spread: self.half_spread,
                    skew: self.skew,
                    vega_limit: 0.0,
                    delta_limit: self.delta_limit,
                },
                max_size: Lots(0),
                slots: self.slots,
                spot_band: self.spot_band.max(0.0001),
            },
            amounts: Amounts {
                vega_limit: self.vega_limit,
                max_size: self.max_size,
                collateral: self.hedge_collateral,
            },
            hedges,
            round: Duration::from_millis(self.round_ms),
            metrics_addr: self.metrics_addr,
        };
        // Nine decimals are the most: what cannot be read with them cannot be read.
        config.terms(9)?;
        config.collateral(9)?;
        Ok(config)
    }
}

impl Config {
    /// Returns how the maker quotes, with amounts of so many decimals.
    ///
    /// # Errors
    /// [`ServiceError::Config`] naming the argument.
    pub fn terms(&self, decimals: u8) -> Result<Terms, ServiceError> {
        let amount = |text: &str, flag| amount(text, flag, decimals);
        let mut terms = self.terms;
        terms.pricing.vega_limit = amount(&self.amounts.vega_limit, "--vega-limit")? as f64;
        terms.max_size = Lots(i64::try_from(amount(&self.amounts.max_size, "--max-size")?).unwrap_or(i64::MAX));
        Ok(terms)
    }

    /// Returns what an account at the venue is opened with, base units.
    ///
    /// # Errors
    /// [`ServiceError::Config`].
    pub fn collateral(&self, decimals: u8) -> Result<u64, ServiceError> {
        amount(&self.amounts.collateral, "--hedge-collateral", decimals)
    }

    /// Checks whether requests and metrics can be listened for.
    ///
    /// # Errors
    /// [`ServiceError::Config`] that says why not.
    pub fn check_listen(&self) -> Result<(), ServiceError> {
        self.listen.check(LISTEN_FLAG)
    }
}

fn amount(text: &str, flag: &str, decimals: u8) -> Result<u64, ServiceError> {
    parse(text, decimals).map_err(|error| ServiceError::Config(format!("{flag}: {error:#}")))
}

fn hedge(text: &str) -> Result<(String, f64), ServiceError> {
    let refused = || {
        let why = format!("--hedge: {text} is not ASSET=UNITS with a positive number, such as BTC=0.1");
        ServiceError::Config(why)
    };
    let (asset, units) = text.split_once('=').ok_or_else(refused)?;
    let units: f64 = units.parse().map_err(|_| refused())?;
    if !(units.is_finite() && units > 0.0) {
        return Err(refused());
    }
    Ok((asset.to_owned(), units))
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "hn7uyKKmVJ64xB3H85xzmK7K8y8vTrVYjK8CoBGwRAS";

    fn parse(more: &[&str]) -> Result<Config, String> {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("maker.json");
        std::fs::write(
            &file,
            serde_json::to_string(&Keypair::new().to_bytes().to_vec()).unwrap(),
        )
        .unwrap();
        let file = file.to_str().unwrap();
        let args = ["ballast-maker", "--house", KEY, "--account", KEY, "--keypair", file];
        let args = Args::try_parse_from(args.iter().chain(more)).map_err(|error| error.to_string())?;
        args.resolve().map_err(|error| error.to_string())
    }

    #[test]
    fn a_sound_command_line_is_taken() {
        let config = parse(&["--vega-limit", "2_000.5", "--hedge", "BTC=0.25", "--max-size", "3"]).unwrap();
        let terms = config.terms(6).unwrap();
        assert_eq!(
            (terms.pricing.vega_limit, terms.max_size),
            (2_000_500_000.0, Lots(3_000_000))
        );
        assert_eq!(config.hedges, [("BTC".to_owned(), 0.25)]);
        assert_eq!(config.collateral(6).unwrap(), 100_000_000_000);
    }

    #[test]
    fn what_cannot_work_is_named() {
        for (more, expected) in [
            (&["--half-spread", "0.6"][..], "--half-spread"),
            (&["--skew", "0.5"], "--skew"),
            (&["--vega-limit", "many"], "--vega-limit"),
            (&["--max-size", "0"], "--max-size"),
            (&["--hedge", "BTC"], "--hedge"),
            (&["--hedge", "BTC=-1"], "--hedge"),
            (&["--listen", "here"], "--listen"),
            (&["--rpc-url", "node"], "--rpc-url"),
            (&["--house", "0OIl"], "--house"),
        ] {
            let error = parse(more).unwrap_err();
            assert!(error.contains(expected), "{more:?}: {error}");
        }
    }
}
