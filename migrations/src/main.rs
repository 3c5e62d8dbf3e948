//! `ballast-migrate`: sets a local node up.

use anyhow::Result;
use ballast_deploy::config::{Config, DEFAULT};
use ballast_deploy::steps::Local;
use ballast_files::pipe;
use ballast_rpc::secrets::clean;
use ballast_rpc::BlockingRpc;
use clap::Parser;
use std::path::PathBuf;
use std::process::ExitCode;

/// Deploys Ballast's programs to a local node and creates test USDC, a risk market with its
/// volatility surface, a venue, a vault and an options clearing house; publishes a first price and
/// surface. Safe to run twice: what is there already is left as it is.
#[derive(Parser)]
#[command(name = "ballast-migrate", version)]
struct Args {
    /// RPC address of the local node
    #[arg(long, default_value = "http://127.0.0.1:8899")]
    url: String,

    /// Asset whose risk the vault takes: BTC, ETH or SOL
    #[arg(long, default_value = "BTC")]
    asset: String,

    /// Configuration file (default: the one that is compiled in, migrations/local.toml)
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,

    /// Folder of the compiled programs
    #[arg(long, value_name = "DIR", default_value = "target/deploy")]
    programs: PathBuf,
}

fn main() -> ExitCode {
    ballast_terminal::explain_panics("ballast-migrate", clean);
    if let Err(error) = pipe::end_quietly() {
        eprintln!("ballast-migrate: no handler for closed pipes: {error}");
    }
    match run(&Args::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("ballast-migrate: {}", clean(&format!("{error:#}")));
            ExitCode::FAILURE
        }
    }
}

fn run(args: &Args) -> Result<()> {
    let config = match &args.config {
        Some(path) => Config::load(path)?,
        None => Config::parse(DEFAULT)?,
    };
    let local = Local::new(config, &args.asset.to_ascii_uppercase())?;
    let mut say = |line: &str| println!("{line}");
    let mut node = BlockingRpc::new(&args.url)?;
    local.initialise(&mut node, &args.programs, &mut say)?;
    local.publish_first(&mut node, &mut say)
}
