//! A vault read from any chain.

use crate::cluster::Cluster;
use crate::error::ClusterError;
use anchor_lang::prelude::Pubkey;
use ballast_sdk::accounts::{DecodeError, RawAccount};
use ballast_sdk::addresses::VaultKeys;
use ballast_sdk::feeds::PriceFeeds;
use ballast_sdk::snapshot::{batch_keys, is_past, Snapshot, BATCHES_AT_ONCE};
use std::collections::{HashMap, HashSet};

/// Why a vault could not be read.
#[derive(Debug, thiserror::Error)]
pub enum VaultReadError {
    /// The chain could not be asked.
    #[error(transparent)]
    Cluster(#[from] ClusterError),
    /// An account is missing, foreign or of another layout.
    #[error(transparent)]
    Decode(#[from] DecodeError),
    /// The market's first source is of a kind this version does not know.
    #[error("the first price source of risk market {0} is of an unknown kind")]
    Source(Pubkey),
}

/// Where a vault is, and where its markets' prices are published.
#[derive(Clone, Debug)]
pub struct VaultReader {
    /// Addresses.
    pub keys: VaultKeys,
    /// Price accounts of each market, in its place.
    pub feeds: Vec<PriceFeeds>,
}

impl VaultReader {
    /// Finds a vault by its address. The prices of its first market are read from `price_account`
    /// if one is given, and otherwise from where local networks publish them.
    ///
    /// # Errors
    /// [`VaultReadError`].
    pub fn find(
        cluster: &mut dyn Cluster,
        vault: &Pubkey,
        price_account: Option<Pubkey>,
    ) -> Result<Self, VaultReadError> {
        let found = |account: Option<_>, key| account.ok_or(DecodeError::Missing(key));
        let account = found(cluster.find(vault)?, *vault)?;
        let keys = VaultKeys::of(vault, &account.vault()?);
        let mut feeds = Vec::new();
        for key in keys.markets.iter().flatten() {
            let market = found(cluster.find(key)?, *key)?.risk_market()?;
            feeds.push(PriceFeeds::local(&market.params).ok_or(VaultReadError::Source(*key))?);
        }
        if let (Some(feeds), Some(account)) = (feeds.first_mut(), price_account) {
            feeds.first = account;
        }
        Ok(Self { keys, feeds })
    }

    /// Reads everything a keeper looks at.
    ///
    /// # Errors
    /// [`VaultReadError`].
    pub fn snapshot(&self, cluster: &mut dyn Cluster) -> Result<Snapshot, VaultReadError> {
        let mut keys: Vec<Pubkey> = self.feeds.iter().flat_map(PriceFeeds::keys).collect();
        keys.extend(Snapshot::accounts(&self.keys));
        let found = cluster.accounts(&keys)?;
        let found: HashMap<Pubkey, RawAccount> = found.into_iter().flatten().map(|found| (found.key, found)).collect();
        // After the accounts, so that no price is from the future.
        let clock = cluster.clock()?;
        let snapshot = Snapshot::decode(self.keys, clock, &self.feeds, |key| found.get(key).cloned())?;
        let mut past = HashSet::new();
        loop {
            let keys = batch_keys(&self.keys.vault, &snapshot.vault, |key| past.contains(key));
            let found = cluster.accounts(&keys)?;
            let seen = keys.iter().zip(&found).filter(|(_, account)| is_past(account.as_ref()));
            let before = past.len();
            past.extend(seen.map(|(key, _)| *key));
            // Fewer: somebody waits among these, or there are no more.
            if past.len().saturating_sub(before) < BATCHES_AT_ONCE {
                return Ok(snapshot.with_batches(found));
            }
        }
    }
}
