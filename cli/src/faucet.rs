//! Test tokens of local networks, where the mint's authority is known to everybody.

use anyhow::{bail, Result};
use ballast_deploy::keys;
use ballast_rpc::amount::{parse, show};
use ballast_rpc::{tokens, TestCluster};
use ballast_sdk::addresses::TokenMint;
use ballast_sdk::Pubkey;
use solana_signer::Signer;

/// What an empty wallet of a local network gets, lamports.
const LAMPORTS: u64 = 10_000_000_000;

/// An amount of the quote token
#[derive(clap::Args, Debug)]
pub struct Args {
    /// How much, in the quote token
    amount: String,
}

/// Mints test tokens into an owner's wallet, and gives the owner lamports.
///
/// # Errors
/// On any other network: its mint has another authority.
pub fn run(
    args: &Args,
    owner: &Pubkey,
    token: &TokenMint,
    decimals: u8,
    cluster: &mut dyn TestCluster,
) -> Result<String> {
    let authority = keys::wallet("authority");
    let amount = parse(&args.amount, decimals)?;
    let mint = &token.mint;
    let of_mint = cluster.account(mint)?.mint()?.mint_authority;
    if of_mint.as_ref().map(|key| key.to_bytes()).unwrap_or_default() != authority.pubkey().to_bytes() {
        bail!("the faucet is for local networks: mint {mint} is not one of theirs");
    }
    cluster.airdrop(owner, LAMPORTS)?;
    let wallet = tokens::wallet_of(owner, token);
    let all = [
        tokens::open_wallet(&authority.pubkey(), owner, token),
        tokens::mint_to(token, &wallet, &authority.pubkey(), amount),
    ];
    cluster.send(&all, &[&authority])?;
    Ok(format!(
        "{} test tokens at {wallet}",
        show(i128::from(amount), decimals)
    ))
}
