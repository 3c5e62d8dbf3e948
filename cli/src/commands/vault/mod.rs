//! `ballast vault`: a vault from the terminal of a depositor.

mod assign;
mod cancel;
mod claim;
mod client;
mod crank;
mod exit;
mod fees;
mod operator;
mod policy;
mod preview;
mod quarantine;
mod recover;
mod request;
mod show;
mod status;
mod tokens;

use crate::faucet;
use crate::node_args::NodeArgs;
use anyhow::{anyhow, Result};
use ballast_deploy::config::{Config, DEFAULT};
use ballast_deploy::steps::Local;
use ballast_rpc::args::address;
use ballast_rpc::{BlockingRpc, TestCluster};
use ballast_sdk::Pubkey;
use client::VaultClient;
use solana_keypair::Keypair;
use solana_signer::Signer;

/// Puts quote tokens into a vault, and takes them out again.
///
/// Who comes or goes waits for a minute's batch, and is priced with everybody in it by a price that
/// is published after it has closed. Nothing on the way out asks for anybody's permission.
#[derive(clap::Args, Debug)]
pub struct Args {
    #[command(flatten)]
    common: Common,
    #[command(subcommand)]
    command: Command,
}

/// What every command of `ballast vault` has.
#[derive(clap::Args, Debug)]
pub(crate) struct Common {
    #[command(flatten)]
    node: NodeArgs,

    /// The vault (default: the local network's on BTC)
    #[arg(long, env = "BALLAST_VAULT", value_name = "ADDRESS", global = true)]
    vault: Option<String>,

    /// Account of the price that the vault's market takes in (default: that of local networks)
    #[arg(long, value_name = "ADDRESS", global = true)]
    price_feed: Option<String>,
}

#[derive(clap::Subcommand, Debug)]
enum Command {
    Show(show::Args),
    Deposit(request::DepositArgs),
    Redeem(request::RedeemArgs),
    Status(status::Args),
    Claim(claim::Args),
    Cancel(cancel::Args),
    Assign(assign::Args),
    Exit(exit::Args),
    Operator(operator::Args),
    Crank(crank::Args),
    Recover(recover::Args),
    ClaimFees(fees::Args),
    /// Mints test tokens into the wallet, and gives lamports: local networks only
    Faucet(faucet::Args),
}

/// Runs the command against a node.
///
/// # Errors
/// One line that says what is wrong.
pub fn run(args: &Args) -> Result<()> {
    let url = &args.common.node.rpc_url;
    println!("{}", execute(args, &mut BlockingRpc::new(url)?)?);
    Ok(())
}

/// Runs the command on a chain; what it has to say.
///
/// # Errors
/// One line that says what is wrong.
pub fn execute(args: &Args, cluster: &mut dyn TestCluster) -> Result<String> {
    let common = &args.common;
    let vault = match &common.vault {
        Some(text) => address(text, "--vault")?,
        None => Local::new(Config::parse(DEFAULT)?, "BTC")?.keys.vault,
    };
    let feed = common.price_feed.as_deref().map(|text| address(text, "--price-feed"));
    let mut client = VaultClient::open(cluster, &vault, feed.transpose()?)?;
    match &args.command {
        Command::Show(args) => show::run(args, &mut client),
        Command::Deposit(args) => request::deposit(args, common, &mut client),
        Command::Redeem(args) => request::redeem(args, common, &mut client),
        Command::Status(args) => status::run(args, common, &mut client),
        Command::Claim(args) => claim::run(args, common, &mut client),
        Command::Cancel(args) => cancel::run(args, common, &mut client),
        Command::Exit(args) => exit::run(args, common, &mut client),
        Command::Assign(args) => assign::run(args, common, &mut client),
        Command::Recover(args) => recover::run(args, common, &mut client),
        Command::Operator(args) => operator::run(args, common, &mut client),
        Command::ClaimFees(_) => fees::run(common, &mut client),
        Command::Crank(args) => crank::run(args, common, &mut client),
        Command::Faucet(args) => {
            let (signer, quote) = (common.signer()?, client.reader.keys.quote());
            faucet::run(args, &signer.pubkey(), &quote, client.decimals, client.cluster)
        }
    }
}

impl Common {
    /// Returns who signs.
    ///
    /// # Errors
    /// As [`NodeArgs::signer`].
    fn signer(&self) -> Result<Keypair> {
        self.node.signer()
    }

    /// Returns whose tickets are meant: those of `holder`, or of who signs.
    ///
    /// # Errors
    /// If neither is given, or not an address.
    fn holder(&self, holder: Option<&str>) -> Result<Pubkey> {
        match holder {
            Some(text) => Ok(address(text, "--holder")?),
            None if self.node.keypair.is_none() => Err(anyhow!("give --holder ADDRESS, or --keypair of the holder")),
            None => Ok(self.signer()?.pubkey()),
        }
    }
}
