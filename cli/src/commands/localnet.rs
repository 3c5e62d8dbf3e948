//! `ballast localnet`: a local node, set up.

use crate::building;
use crate::node::{rpc_url, start_node, websocket_url};
use crate::places::Places;
use crate::stop::Stop;
use anyhow::{Context, Result};
use ballast_deploy::config::{Config, DEFAULT};
use ballast_deploy::price::price_of;
use ballast_deploy::steps::{compiled, Local};
use ballast_files::moment::{Moment, TimeUnit, LAST_SECOND};
use ballast_rpc::{amount, BlockingRpc, Cluster};
use ballast_terminal::{tell, Progress};
use serde::Serialize;
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// Between two publications of the price: half of what a deposit allows.
const PRICE_EVERY: Duration = Duration::from_secs(5);
/// Publications of the price for one of the surface.
const SURFACE_EVERY: u32 = 120;

/// Runs an offline local node with the programs deployed and a vault set up, until Ctrl-C.
///
/// Anybody can write any account on this node: it listens on this machine only, and nothing on it
/// is worth anything.
#[derive(clap::Args)]
pub struct Args {
    /// Port of the RPC; the websocket takes the next one
    #[arg(long, default_value_t = 8899, value_parser = clap::value_parser!(u16).range(1..=65534))]
    port: u16,

    /// Asset whose risk the vault takes: BTC, ETH or SOL
    #[arg(long, default_value = "BTC")]
    asset: String,

    /// Configuration (default: migrations/local.toml as it was compiled in)
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,

    /// Unix time in seconds at which the chain begins (default: now)
    #[arg(long, value_name = "UNIX_SECONDS", value_parser = genesis_time)]
    genesis_time: Option<i64>,

    /// Publish this price at both sources every five seconds, observe it, and publish the
    /// configured volatility surface every ten minutes: what trading options needs. Without it the
    /// first price and surface are published once, and whoever uses the network publishes the rest
    #[arg(long, value_name = "PRICE", conflicts_with = "bare", value_parser = amount::positive)]
    price: Option<f64>,

    /// Only the bare node: no programs, no vault
    #[arg(long)]
    bare: bool,

    /// Print where everything is as one line of JSON, once it is there, and nothing else
    #[arg(long)]
    json: bool,
}

/// Where everything is.
#[derive(Serialize)]
struct Addresses {
    rpc: String,
    websocket: String,
    #[serde(flatten)]
    accounts: Option<Accounts>,
}

#[derive(Serialize)]
struct Accounts {
    vault: String,
    share_mint: String,
    quote_mint: String,
    risk_market: String,
    price_account: String,
    second_price_account: Option<String>,
    quote_price_account: Option<String>,
    clearing_house: String,
}

impl Addresses {
    fn of(args: &Args, local: &Local) -> Self {
        Self {
            rpc: rpc_url(args.port),
            websocket: websocket_url(args.port),
            accounts: (!args.bare).then(|| Accounts {
                vault: local.keys.vault.to_string(),
                share_mint: local.keys.share_mint.to_string(),
                quote_mint: local.keys.quote_mint.to_string(),
                risk_market: local.keys.first().risk_market.to_string(),
                price_account: local.feeds.first.to_string(),
                second_price_account: local.feeds.second.map(|key| key.to_string()),
                quote_price_account: local.feeds.quote.map(|key| key.to_string()),
                clearing_house: local.house.house.to_string(),
            }),
        }
    }
}

/// Reads the time at which a chain begins.
fn genesis_time(text: &str) -> Result<i64, String> {
    match Moment::parse(text, TimeUnit::Seconds) {
        Ok((moment, _)) if moment.unix_seconds() > 0 => Ok(moment.unix_seconds()),
        Ok(_) => Err(format!("{text} is not within 1 ... {LAST_SECOND} (seconds)")),
        Err(rule) => Err(format!("{text} is not within 1 ... {LAST_SECOND} (seconds): {rule}")),
    }
}

/// Runs the node.
///
/// # Errors
/// One line that says what to do.
pub fn run(args: &Args, places: &Places) -> Result<()> {
    building::node(places)?;
    if !args.bare {
        building::programs(places)?;
    }
    ballast_terminal::set_json(args.json);
    let stop = Stop::new()?;
    let binary = places.localnet()?;
    let config = args
        .config
        .as_deref()
        .map_or_else(|| Config::parse(DEFAULT), Config::load)?;
    let local = Local::new(config, &args.asset.to_ascii_uppercase())?;
    let price = args.price.map(price_of).transpose().context("--price")?;
    if !args.bare {
        compiled(&places.programs())?;
    }
    let waiting = Progress::unknown("starting the node");
    let mut node = start_node(&binary, args.port, args.genesis_time)?;
    drop(waiting);
    let all = Addresses::of(args, &local);
    tell(&format!("node: {} and {}", all.rpc, all.websocket));
    if !args.bare {
        let mut rpc = BlockingRpc::new(&rpc_url(args.port))?;
        local.initialise(&mut rpc, &places.programs(), &mut |line| tell(&format!("  {line}")))?;
        if price.is_none() {
            local.publish_first(&mut rpc, &mut |line| tell(&format!("  {line}")))?;
        }
    }
    if let Some(accounts) = &all.accounts {
        tell(&format!("vault: {}", accounts.vault));
        tell(&format!("risk market: {}", accounts.risk_market));
        tell(&format!("price account: {}", accounts.price_account));
        tell(&format!("options clearing house: {}", accounts.clearing_house));
    }
    let mut publisher = match price {
        Some(price) => Some(Publisher {
            local: &local,
            rpc: BlockingRpc::new(&rpc_url(args.port))?,
            price,
            last: None,
            rounds: 0,
        }),
        None => None,
    };
    // Whoever waits for the line below finds a price.
    publisher.as_mut().map_or(Ok(()), Publisher::publish_if_due)?;
    if args.json {
        println!("{}", serde_json::to_string(&all)?);
    }
    tell("Ctrl-C stops it");
    while !stop.asked() {
        node.check().context("the local node is gone")?;
        publisher.as_mut().map_or(Ok(()), Publisher::publish_if_due)?;
        std::thread::sleep(Duration::from_millis(100));
    }
    Ok(())
}

/// Keeps one price, and the surface, fresh.
struct Publisher<'a> {
    local: &'a Local,
    rpc: BlockingRpc,
    price: i64,
    last: Option<Instant>,
    rounds: u32,
}

impl Publisher<'_> {
    fn publish_if_due(&mut self) -> Result<()> {
        if self.last.is_some_and(|last| last.elapsed() < PRICE_EVERY) {
            return Ok(());
        }
        self.last = Some(Instant::now());
        self.local.publish_price(&mut self.rpc, self.price)?;
        let surface_due = self.rounds.is_multiple_of(SURFACE_EVERY);
        self.rounds = self.rounds.wrapping_add(1);
        if surface_due {
            return self.local.publish_surface(&mut self.rpc, None);
        }
        let observe = self.local.observe();
        let sent = self.rpc.send(&[observe], &[&self.local.authority]);
        sent.context("the market could not be observed")
    }
}
