//! What the examples share: a node, and the vault on it that they are told of.

use anyhow::{Context, Result};
use ballast_rpc::{BlockingRpc, Cluster};
use ballast_sdk::addresses::VaultKeys;
use ballast_sdk::snapshot::Snapshot;
use ballast_sdk::{prices, Pubkey};

/// Reads a vault and everything around it.
///
/// # Errors
/// The account that is missing, foreign or of another layout.
pub fn snapshot(rpc: &mut BlockingRpc, vault: &Pubkey) -> Result<Snapshot> {
    let keys = VaultKeys::of(vault, &rpc.account(vault)?.vault()?);
    let market = rpc.account(&keys.risk_market)?.risk_market()?;
    // On a local network a Pyth feed has one account; elsewhere any update of the feed will do.
    let [first, second] = market.params.sources.map(|source| prices::local_account_of(&source));
    let first = first.context("the market's first source is of an unknown kind")?;
    let feed = rpc.account(&first).context("the market's price account")?;
    let second = second.map(|key| rpc.find(&key)).transpose()?.flatten();
    let clock = rpc.clock()?;
    let accounts = rpc.accounts(&Snapshot::accounts(&keys))?;
    let accounts = accounts.try_into().ok().context("the node left accounts out")?;
    Ok(Snapshot::decode(keys, clock, feed, accounts)?.with_second(second))
}
