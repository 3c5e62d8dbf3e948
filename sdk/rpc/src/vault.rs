//! A vault read from any chain.

use crate::cluster::Cluster;
use crate::error::ClusterError;
use anchor_lang::prelude::Pubkey;
use ballast_sdk::accounts::DecodeError;
use ballast_sdk::addresses::VaultKeys;
use ballast_sdk::feeds::PriceFeeds;
use ballast_sdk::snapshot::{batch_keys, is_past, Snapshot, BATCHES_AT_ONCE};
use std::collections::HashSet;

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

/// Where a vault is, and where its market's prices are published.
#[derive(Clone, Copy, Debug)]
pub struct VaultReader {
    /// Addresses.
    pub keys: VaultKeys,
    /// Price accounts.
    pub feeds: PriceFeeds,
}

impl VaultReader {
    /// Finds a vault by its address. Its market's prices are read from `price_account` if one is
    /// given, else from where local networks publish them.
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
        let market = found(cluster.find(&keys.risk_market)?, keys.risk_market)?.risk_market()?;
        let local = PriceFeeds::local(&market.params).ok_or(VaultReadError::Source(keys.risk_market))?;
        let feeds = PriceFeeds {
            first: price_account.unwrap_or(local.first),
            ..local
        };
        Ok(Self { keys, feeds })
    }

    /// Reads everything a keeper looks at.
    ///
    /// # Errors
    /// [`VaultReadError`].
    pub fn snapshot(&self, cluster: &mut dyn Cluster) -> Result<Snapshot, VaultReadError> {
        let accounts = Snapshot::accounts(&self.keys);
        let mut keys: Vec<Pubkey> = self.feeds.keys().collect();
        keys.extend(accounts);
        let mut found = cluster.accounts(&keys)?.into_iter();
        // After the accounts, so that no price is from the future.
        let clock = cluster.clock()?;
        let published = self.feeds.accounts(|_| found.next().flatten());
        let rest = accounts.map(|_| found.next().flatten());
        let snapshot = Snapshot::decode(self.keys, clock, self.feeds, published, rest)?;
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
