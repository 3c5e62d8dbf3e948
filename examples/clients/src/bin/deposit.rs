//! Deposits into a vault: `example-deposit RPC_URL KEYPAIR_FILE VAULT AMOUNT`, the amount in base
//! units of the quote token.
//!
//! A deposit waits in a batch for a price that is published after the batch has closed, which takes
//! about a minute. A keeper prices the batch and sends the shares; the request has paid for both.

use anyhow::{Context, Result};
use ballast_client_examples::snapshot;
use ballast_core_types::UnixTime;
use ballast_rpc::{args, tokens, BlockingRpc, Cluster};
use ballast_sdk::addresses;
use ballast_sdk::instructions::batches::{self, RequestArgs};
use ballast_sdk::instructions::Holder;
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

    let key = depositor.pubkey();
    let holder = Holder {
        key,
        quote: tokens::wallet_of(&key, &vault.keys.quote()),
        shares: tokens::wallet_of(&key, &vault.keys.shares()),
    };
    let now = UnixTime(vault.clock.unix_timestamp);
    let (batch, _) = vault.state.queue.taking(now);
    // The ticket's number is ours to choose: the slot is one that was not used before.
    let args = RequestArgs {
        ticket: vault.clock.slot,
        amount,
        within_one_percent_of: None,
    };
    let open = tokens::open_wallet(&key, &key, &vault.keys.shares());
    let opened = batches::open_batch(&vault.keys, &key, batch);
    let request = batches::request_deposit(&vault.keys, &holder, batch, args);
    rpc.send(&[open, opened, request], &[&depositor])?;
    let ticket = addresses::ticket(&vault.keys.vault, &key, args.ticket);
    println!("{amount} wait in batch {batch}; the ticket is {ticket}");
    Ok(())
}
