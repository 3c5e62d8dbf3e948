//! `ballast localnet`: a local node, set up.

use crate::node::{rpc_url, start_node, websocket_url};
use crate::places::Places;
use crate::stop::Stop;
use anyhow::{Context, Result};
use ballast_migrations::config::{Config, DEFAULT};
use ballast_migrations::rpc::Rpc;
use ballast_migrations::steps::{compiled, Local};
use std::path::PathBuf;
use std::time::Duration;

/// Runs an offline local node with the programs deployed and a vault set up, until Ctrl-C.
///
/// Anybody can write any account on this node: it listens on this machine only, and nothing on it is worth anything.
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
    #[arg(long, value_name = "UNIX_SECONDS")]
    genesis_time: Option<i64>,

    /// Only the bare node: no programs, no vault
    #[arg(long)]
    bare: bool,
}

/// Runs the node.
///
/// # Errors
/// One line that says what to do.
pub fn run(args: &Args, places: &Places) -> Result<()> {
    let stop = Stop::new()?;
    let binary = places.localnet()?;
    let config = args
        .config
        .as_deref()
        .map_or_else(|| Config::parse(DEFAULT), Config::load)?;
    let local = Local::new(config, &args.asset.to_ascii_uppercase())?;
    if !args.bare {
        compiled(&places.programs())?;
    }
    let mut node = start_node(&binary, args.port, args.genesis_time)?;
    println!("node: {} and {}", rpc_url(args.port), websocket_url(args.port));
    if !args.bare {
        let mut rpc = Rpc::new(&rpc_url(args.port));
        local.initialise(&mut rpc, &places.programs(), &mut |line| println!("  {line}"))?;
        println!("vault: {}\nprice account: {}", local.keys.vault, local.price_feed);
    }
    println!("Ctrl-C stops it");
    while !stop.asked() {
        node.check().context("the local node is gone")?;
        std::thread::sleep(Duration::from_millis(100));
    }
    Ok(())
}
