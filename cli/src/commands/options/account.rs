//! `ballast options open|deposit|withdraw|close|faucet`: a margin account and its money.

use crate::commands::options::amount::{parse, show};
use crate::commands::options::client::OptionsClient;
use crate::commands::options::Common;
use crate::faucet;
use anyhow::{Context, Result};
use ballast_core_market::admission::PriceUse;
use ballast_rpc::args::address;
use ballast_sdk::addresses::TokenMint;
use ballast_sdk::instructions::options as ix;
use solana_signer::Signer;

/// Opens a margin account
#[derive(clap::Args, Debug)]
pub struct OpenArgs {
    /// Put so much of the quote token into it
    #[arg(long, value_name = "AMOUNT")]
    deposit: Option<String>,
}

/// An amount of the quote token
#[derive(clap::Args, Debug)]
pub struct AmountArgs {
    /// How much, in the quote token
    amount: String,
}

/// Names the key that signs or posts the account's quotes, and bounds what it can lose in a minute
#[derive(clap::Args, Debug)]
pub struct SignerArgs {
    /// The key; the owner's own to dismiss another one
    signer: String,
    /// By how much of all legs together its quotes are filled in a minute, units of the asset
    /// (default: any number)
    #[arg(long, value_name = "SIZE")]
    a_minute: Option<String>,
}

/// Closes an empty margin account; its rent goes to who paid it
#[derive(clap::Args, Debug)]
pub struct CloseArgs {}

/// `options open`.
///
/// # Errors
/// The rule that refused it.
pub fn open(args: &OpenArgs, common: &Common, client: &mut OptionsClient) -> Result<String> {
    let signer = common.signer()?;
    let owner = signer.pubkey();
    let amount = args.deposit.as_deref().map(|text| parse(text, client.decimals()));
    let amount = amount.transpose().context("--deposit")?;
    let number = client.cluster.clock()?.slot;
    let account = client.keys.account(&owner, number);
    let mut all = vec![ix::open_account(&client.keys, &owner, &owner, number)];
    if let Some(amount) = amount {
        let source = client.wallet(&owner)?;
        all.push(ix::deposit(&client.keys, &owner, &account, &source, amount));
    }
    client.send(&all, &[&signer])?;
    Ok(format!("margin account {account}"))
}

/// `options deposit`.
///
/// # Errors
/// The rule that refused it.
pub fn deposit(args: &AmountArgs, common: &Common, client: &mut OptionsClient) -> Result<String> {
    let signer = common.signer()?;
    let (key, _) = common.member(client, Some(&signer))?;
    let amount = parse(&args.amount, client.decimals())?;
    let source = client.wallet(&signer.pubkey())?;
    let deposit = ix::deposit(&client.keys, &signer.pubkey(), &key, &source, amount);
    client.send(&[deposit], &[&signer])?;
    cash(client, &key)
}

/// `options withdraw`.
///
/// # Errors
/// The rule that refused it.
pub fn withdraw(args: &AmountArgs, common: &Common, client: &mut OptionsClient) -> Result<String> {
    let signer = common.signer()?;
    let (key, account) = common.member(client, Some(&signer))?;
    let amount = parse(&args.amount, client.decimals())?;
    let destination = client.wallet(&signer.pubkey())?;
    let markets = client.markets_of(&[&account], None);
    let withdraw = ix::withdraw(&client.keys, &signer.pubkey(), &key, &destination, &markets, amount);
    client.refresh_prices(&markets, PriceUse::Margin, &signer)?;
    client.send(&[withdraw], &[&signer])?;
    cash(client, &key)
}

/// `options signer`.
///
/// # Errors
/// The rule that refused it.
pub fn signer(args: &SignerArgs, common: &Common, client: &mut OptionsClient) -> Result<String> {
    let owner = common.signer()?;
    let (key, _) = common.member(client, Some(&owner))?;
    let signer = address(&args.signer, "the signer")?;
    let lots = args.a_minute.as_deref().map(|text| parse(text, client.decimals()));
    let lots = lots.transpose().context("--a-minute")?;
    let name = ix::set_quote_signer(&owner.pubkey(), &key, signer, lots.unwrap_or(u64::MAX));
    client.send(&[name], &[&owner])?;
    let most = match lots {
        Some(lots) => format!("for {} a minute", show(i128::from(lots), client.decimals())),
        None => "for any number".to_owned(),
    };
    Ok(format!("{signer} quotes for {key}, {most}"))
}

/// `options close`.
///
/// # Errors
/// The rule that refused it.
pub fn close(_: &CloseArgs, common: &Common, client: &mut OptionsClient) -> Result<String> {
    let signer = common.signer()?;
    let (key, account) = common.member(client, Some(&signer))?;
    let close = ix::close_account(&signer.pubkey(), &key, &account.payer);
    client.send(&[close], &[&signer])?;
    Ok(format!("margin account {key} is closed"))
}

/// `options faucet`.
///
/// # Errors
/// As [`faucet::run`].
pub fn faucet(args: &faucet::Args, common: &Common, client: &mut OptionsClient) -> Result<String> {
    let (owner, mint) = (common.signer()?.pubkey(), TokenMint::spl(client.keys.quote_mint));
    faucet::run(args, &owner, &mint, client.decimals(), client.cluster)
}

fn cash(client: &mut OptionsClient, key: &ballast_sdk::Pubkey) -> Result<String> {
    let cash = client.account(key)?.cash;
    Ok(format!(
        "margin account {key}: cash {}",
        show(i128::from(cash), client.decimals())
    ))
}
