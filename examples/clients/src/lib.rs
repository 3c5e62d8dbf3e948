//! What the examples share: a node, and the vault on it that they are told of.

use anyhow::{Context, Result};
use ballast_rpc::{BlockingRpc, Cluster};
use ballast_sdk::addresses::VaultKeys;
use ballast_sdk::feeds::{FeedAccounts, PriceFeeds};
use ballast_sdk::snapshot::{batch_keys, Snapshot};
use ballast_sdk::Pubkey;

/// Reads a vault and everything around it.
///
/// # Errors
/// The account that is missing, foreign or of another layout.
pub fn snapshot(rpc: &mut BlockingRpc, vault: &Pubkey) -> Result<Snapshot> {
    let keys = VaultKeys::of(vault, &rpc.account(vault)?.vault()?);
    let market = rpc.account(&keys.risk_market)?.risk_market()?;
    // On a local network a Pyth feed has one account; elsewhere any update of the feed will do.
    let feeds = PriceFeeds::local(&market.params).context("the market's first source is of an unknown kind")?;
    let mut other = |key: Option<Pubkey>| key.map(|key| rpc.find(&key)).transpose();
    let (second, quote) = (other(feeds.second)?.flatten(), other(feeds.quote)?.flatten());
    let first = rpc.account(&feeds.first).context("the market's price account")?;
    let published = FeedAccounts { first, second, quote };
    let clock = rpc.clock()?;
    let accounts = rpc.accounts(&Snapshot::accounts(&keys))?;
    let accounts = accounts.try_into().ok().context("the node left accounts out")?;
    let snapshot = Snapshot::decode(keys, clock, feeds, published, accounts)?;
    let batches = rpc.accounts(&batch_keys(vault, &snapshot.vault))?;
    Ok(snapshot.with_batches(batches))
}
