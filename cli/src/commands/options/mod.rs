//! `ballast options`: the clearing house from a terminal.

pub mod account;
pub mod ask;
pub mod auction;
pub mod keep;
pub mod liquidate;
pub mod list;
pub mod margin;
pub mod quote;
pub mod settle;
pub mod take;

pub(crate) use ballast_options_client::{client, name, rules, value};

use crate::commands::options::client::{Found, GivenFeed, OptionsClient};
use crate::faucet;
use crate::node_args::NodeArgs;
use anchor_lang::prelude::Pubkey;
use anyhow::{anyhow, bail, Context, Result};
use ballast_deploy::config::{Config, DEFAULT};
use ballast_deploy::steps::Local;
use ballast_options::state::MarginAccount;
pub(crate) use ballast_rpc::amount;
use ballast_rpc::args::address;
use ballast_rpc::{BlockingRpc, TestCluster};
use ballast_sdk::addresses;
use solana_keypair::Keypair;
use solana_signer::Signer;

/// Trades options at a clearing house: quotes, auctions, margin, settlement.
///
/// A series is written BTC-27NOV26-52000-C: asset, day of expiry (08:00 UTC), strike, C for a call
/// or P for a put. Sizes are in units of the asset; prices are for one unit, in the quote token.
#[derive(clap::Args, Debug)]
pub struct Args {
    #[command(flatten)]
    common: Common,
    #[command(subcommand)]
    command: Command,
}

#[derive(clap::Args, Debug)]
/// What every command of `ballast options` has.
pub struct Common {
    #[command(flatten)]
    node: NodeArgs,

    /// The clearing house (default: the local network's on BTC)
    #[arg(long, env = "BALLAST_HOUSE", value_name = "ADDRESS", global = true)]
    house: Option<String>,

    /// The margin account (default: the only one that the keypair owns at the house)
    #[arg(long, value_name = "ADDRESS", global = true)]
    account: Option<String>,

    /// Price account of a market, such as BTC=ADDRESS (default: that of local networks)
    #[arg(long, value_name = "ASSET=ADDRESS", global = true)]
    price_feed: Vec<String>,
}

#[derive(clap::Subcommand, Debug)]
enum Command {
    List(list::Args),
    Open(account::OpenArgs),
    /// Puts quote tokens from the wallet into the margin account
    Deposit(account::AmountArgs),
    /// Takes cash out of the margin account, as far as margin allows
    Withdraw(account::AmountArgs),
    Close(account::CloseArgs),
    /// Mints test tokens into the wallet, and gives lamports: local networks only
    Faucet(faucet::Args),
    Signer(account::SignerArgs),
    Quote(quote::Args),
    Ask(ask::Args),
    Take(take::Args),
    Cancel(take::CancelArgs),
    Auction(auction::Args),
    Settle(settle::Args),
    Margin(margin::Args),
    Liquidate(liquidate::Args),
    Keep(keep::Args),
    Transfer(liquidate::TransferArgs),
}

/// Runs the command against a node.
///
/// # Errors
/// One line that says what is wrong.
pub fn run(args: &Args) -> Result<()> {
    match &args.command {
        Command::Quote(quote) => drop(quote.target(&args.common)?),
        Command::Ask(ask) => drop(ask.target(&args.common)?),
        _ => {}
    }
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
    let house = match &common.house {
        Some(text) => address(text, "--house")?,
        None => Local::new(Config::parse(DEFAULT)?, "BTC")?.house.house,
    };
    let given: Vec<GivenFeed> = common
        .price_feed
        .iter()
        .map(|text| given_feed(text))
        .collect::<Result<_>>()?;
    let mut client = OptionsClient::open(cluster, &house, &given)?;
    match &args.command {
        Command::List(args) => list::run(args, &mut client),
        Command::Open(args) => account::open(args, common, &mut client),
        Command::Deposit(args) => account::deposit(args, common, &mut client),
        Command::Withdraw(args) => account::withdraw(args, common, &mut client),
        Command::Close(args) => account::close(args, common, &mut client),
        Command::Faucet(args) => account::faucet(args, common, &mut client),
        Command::Signer(args) => account::signer(args, common, &mut client),
        Command::Quote(args) => quote::run(args, common, &mut client),
        Command::Ask(args) => ask::run(args, common, &mut client),
        Command::Take(args) => take::run(args, common, &mut client),
        Command::Cancel(args) => take::cancel(args, common, &mut client),
        Command::Auction(args) => auction::run(args, common, &mut client),
        Command::Settle(args) => settle::run(args, common, &mut client),
        Command::Margin(args) => margin::run(args, common, &mut client),
        Command::Keep(args) => keep::run(args, common, &mut client),
        Command::Liquidate(args) => liquidate::run(args, common, &mut client),
        Command::Transfer(args) => liquidate::transfer(args, common, &mut client),
    }
}

fn given_feed(text: &str) -> Result<GivenFeed> {
    let parts = text.split_once('=');
    let (asset, key) = parts.ok_or_else(|| anyhow!("--price-feed: {text} is not ASSET=ADDRESS"))?;
    Ok(GivenFeed {
        asset: asset.to_owned(),
        key: address(key, "--price-feed")?,
    })
}

impl Common {
    /// Returns who signs.
    ///
    /// # Errors
    /// As [`NodeArgs::signer`].
    fn signer(&self) -> Result<Keypair> {
        self.node.signer()
    }

    /// Returns the account that is meant: the one given, or the only one that the signer owns, or
    /// quotes for.
    ///
    /// # Errors
    /// If there is none, or several.
    fn member(&self, client: &mut OptionsClient, signer: Option<&Keypair>) -> Result<Found<MarginAccount>> {
        if let Some(text) = &self.account {
            let key = address(text, "--account")?;
            return Ok((key, client.account(&key)?));
        }
        let signer = signer
            .ok_or_else(|| anyhow!("give --account, or --keypair of the owner"))?
            .pubkey();
        let all = client.accounts()?.into_iter();
        let mut owned: Vec<_> = all
            .filter(|(_, a)| a.owner == signer || a.quote_signer == signer)
            .collect();
        match owned.len() {
            0 => bail!(
                "{signer} has no margin account at house {}; open one with: options open",
                client.keys.house
            ),
            1 => Ok(owned.remove(0)),
            more => {
                let keys: Vec<String> = owned.iter().map(|(key, _)| key.to_string()).collect();
                bail!(
                    "{signer} has {more} margin accounts; say which with --account: {}",
                    keys.join(", ")
                )
            }
        }
    }
}

/// Returns the auction of an account, or of an address.
pub(crate) fn auction_key(text: &str, account: &Pubkey) -> Result<Pubkey> {
    match text.parse::<u64>() {
        Ok(number) => Ok(addresses::auction(account, number)),
        Err(_) => {
            address(text, "auction").context("an auction is named by its address, or by its number among the account's")
        }
    }
}
