//! Deposits into a vault: `example-deposit RPC_URL KEYPAIR_FILE VAULT AMOUNT`, the amount in base
//! units of the quote token.
//!
//! The net asset value that a deposit pays is worked out here by the same function that the program
//! calls, so the least number of shares can be asked for to the unit.

use anyhow::{ensure, Context, Result};
use ballast_client_examples::snapshot;
use ballast_core_types::Shares;
use ballast_rpc::{args, tokens, BlockingRpc, Cluster};
use ballast_sdk::instructions::{self, DepositTerms, Holder};
use ballast_sdk::snapshot::Purpose;
use solana_signer::Signer;
use std::path::Path;

fn main() -> Result<()> {
    let given: Vec<String> = std::env::args().skip(1).collect();
    let [url, keypair, vault, amount] = given.as_slice() else {
        anyhow::bail!("usage: example-deposit RPC_URL KEYPAIR_FILE VAULT AMOUNT");
    };
    let mut rpc = BlockingRpc::new(url)?;
    let depositor = args::keypair(Path::new(keypair), url)?.keypair;
    let amount: u64 = amount.parse().context("AMOUNT is a whole number of base units")?;
    let vault = snapshot(&mut rpc, &args::address(vault, "VAULT")?)?;

    let appraisal = vault
        .appraise(Purpose::Deposit)
        .context("no price is admitted for deposits")?;
    ensure!(
        appraisal.permissions.deposit,
        "a circuit breaker is active that forbids deposits"
    );
    let nav = appraisal.nav_high().context("the vault's value does not fit")?;
    let Shares(shares) = appraisal
        .shares_for_deposit(nav, amount)
        .context("too little to be worth a share")?;
    // Prices move until it lands: a thousandth less is good enough.
    let min_shares = shares - shares / 1_000;

    let key = depositor.pubkey();
    let holder = Holder {
        key,
        quote: tokens::wallet_of(&key, &vault.keys.quote_mint),
        shares: tokens::wallet_of(&key, &vault.keys.share_mint),
    };
    let open = tokens::open_wallet(&key, &key, &vault.keys.share_mint);
    let deposit = instructions::deposit(
        &vault.keys,
        &vault.price_feed.key,
        &holder,
        DepositTerms { amount, min_shares },
    );
    rpc.send(&[open, deposit], &[&depositor])?;
    println!("deposited {amount} for about {shares} shares of {}", vault.keys.vault);
    Ok(())
}
