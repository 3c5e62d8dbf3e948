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
use ballast_sdk::snapshot::{PriceUse, Purpose};
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
    // A price that is too old to act on is observed first, in the same transaction.
    let (vault, observe) = vault.at_a_fresh_price(PriceUse::Nav);

    let refused = vault.prices(Purpose::Deposit).err();
    ensure!(refused.is_none(), "the price is refused for deposits: {refused:?}");
    let appraisal = vault.appraise(Purpose::Deposit).context("the venue cannot be read")?;
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
    let deposit = instructions::deposit(&vault.keys, &holder, DepositTerms { amount, min_shares });
    let all: Vec<_> = [open].into_iter().chain(observe).chain([deposit]).collect();
    rpc.send(&all, &[&depositor])?;
    println!("deposited {amount} for about {shares} shares of {}", vault.keys.vault);
    Ok(())
}
