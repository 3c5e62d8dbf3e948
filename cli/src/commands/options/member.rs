//! `ballast options open|deposit|withdraw|close|faucet`: a margin account and its money.

use crate::commands::options::amount::{parse, show};
use crate::commands::options::desk::Desk;
use crate::commands::options::Common;
use anyhow::{bail, Context, Result};
use ballast_deploy::keys;
use ballast_rpc::tokens;
use ballast_sdk::instructions::options as ix;
use solana_signer::Signer;

/// What an empty wallet of a local network gets, lamports.
const LAMPORTS: u64 = 10_000_000_000;

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

/// Closes an empty margin account; its rent goes to who paid it
#[derive(clap::Args, Debug)]
pub struct CloseArgs {}

/// `options open`.
///
/// # Errors
/// The rule that refused it.
pub fn open(args: &OpenArgs, common: &Common, desk: &mut Desk) -> Result<String> {
    let signer = common.signer()?;
    let owner = signer.pubkey();
    let amount = args.deposit.as_deref().map(|text| parse(text, desk.decimals()));
    let amount = amount.transpose().context("--deposit")?;
    let number = desk.cluster.clock()?.slot;
    let account = desk.keys.account(&owner, number);
    let mut all = vec![ix::open_account(&desk.keys, &owner, &owner, number)];
    if let Some(amount) = amount {
        let source = tokens::wallet_of(&owner, &desk.keys.quote_mint);
        all.push(ix::deposit(&desk.keys, &owner, &account, &source, amount));
    }
    desk.send(&all, &[&signer])?;
    Ok(format!("margin account {account}"))
}

/// `options deposit`.
///
/// # Errors
/// The rule that refused it.
pub fn deposit(args: &AmountArgs, common: &Common, desk: &mut Desk) -> Result<String> {
    let signer = common.signer()?;
    let (key, _) = common.member(desk, Some(&signer))?;
    let amount = parse(&args.amount, desk.decimals())?;
    let source = tokens::wallet_of(&signer.pubkey(), &desk.keys.quote_mint);
    let deposit = ix::deposit(&desk.keys, &signer.pubkey(), &key, &source, amount);
    desk.send(&[deposit], &[&signer])?;
    cash(desk, &key)
}

/// `options withdraw`.
///
/// # Errors
/// The rule that refused it.
pub fn withdraw(args: &AmountArgs, common: &Common, desk: &mut Desk) -> Result<String> {
    let signer = common.signer()?;
    let (key, account) = common.member(desk, Some(&signer))?;
    let amount = parse(&args.amount, desk.decimals())?;
    let destination = tokens::wallet_of(&signer.pubkey(), &desk.keys.quote_mint);
    let markets = desk.markets_of(&[&account], None);
    let withdraw = ix::withdraw(&desk.keys, &signer.pubkey(), &key, &destination, &markets, amount);
    desk.send(&[withdraw], &[&signer])?;
    cash(desk, &key)
}

/// `options close`.
///
/// # Errors
/// The rule that refused it.
pub fn close(_: &CloseArgs, common: &Common, desk: &mut Desk) -> Result<String> {
    let signer = common.signer()?;
    let (key, account) = common.member(desk, Some(&signer))?;
    let close = ix::close_account(&signer.pubkey(), &key, &account.payer);
    desk.send(&[close], &[&signer])?;
    Ok(format!("margin account {key} is closed"))
}

/// `options faucet`: local networks only, where the mint's authority is known to everybody.
///
/// # Errors
/// On any other network: its mint has another authority.
pub fn faucet(args: &AmountArgs, common: &Common, desk: &mut Desk) -> Result<String> {
    let (signer, authority) = (common.signer()?, keys::wallet("authority"));
    let (owner, mint) = (signer.pubkey(), desk.keys.quote_mint);
    let amount = parse(&args.amount, desk.decimals())?;
    let of_mint = desk.cluster.account(&mint)?.mint()?.mint_authority;
    if of_mint.as_ref().map(|key| key.to_bytes()).unwrap_or_default() != authority.pubkey().to_bytes() {
        bail!("the faucet is for local networks: mint {mint} is not one of theirs");
    }
    desk.cluster.airdrop(&owner, LAMPORTS)?;
    let wallet = tokens::wallet_of(&owner, &mint);
    let all = [
        tokens::open_wallet(&authority.pubkey(), &owner, &mint),
        tokens::mint_to(&mint, &wallet, &authority.pubkey(), amount),
    ];
    desk.send(&all, &[&authority])?;
    Ok(format!(
        "{} test tokens at {wallet}",
        show(i128::from(amount), desk.decimals())
    ))
}

fn cash(desk: &mut Desk, key: &ballast_sdk::Pubkey) -> Result<String> {
    let cash = desk.account(key)?.cash;
    Ok(format!(
        "margin account {key}: cash {}",
        show(i128::from(cash), desk.decimals())
    ))
}
