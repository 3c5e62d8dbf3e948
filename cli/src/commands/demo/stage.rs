//! The chain with a vault on it.

use crate::chain::Chain;
use anyhow::Result;
use ballast_deploy::steps::Local;
use ballast_rpc::vault::VaultReader;
use ballast_sdk::snapshot::Snapshot;
use ballast_sdk::Pubkey;

/// What a run plays on: a chain, what was created on it, and its vault.
pub struct Stage<'a> {
    /// What was created, and by whom.
    pub local: Local,
    /// The vault.
    pub vault: VaultReader,
    /// The chain, with a keeper.
    pub chain: &'a mut dyn Chain,
}

impl<'a> Stage<'a> {
    /// Returns the stage of what is created on `chain`.
    pub fn new(local: Local, chain: &'a mut dyn Chain) -> Self {
        let vault = VaultReader {
            keys: local.keys,
            feeds: vec![local.feeds],
        };
        Self { local, vault, chain }
    }

    /// Reads everything the keeper looks at.
    ///
    /// # Errors
    /// What could not be read.
    pub fn snapshot(&mut self) -> Result<Snapshot> {
        Ok(self.vault.snapshot(self.chain.cluster())?)
    }

    /// Returns how many shares there are, base units.
    ///
    /// # Errors
    /// If the mint cannot be read.
    pub fn shares(&mut self) -> Result<u64> {
        let mint = self.chain.cluster().account(&self.vault.keys.share_mint)?.mint()?;
        Ok(mint.supply)
    }

    /// Returns what is in a token account, base units; none if there is no such account.
    ///
    /// # Errors
    /// If it cannot be read.
    pub fn tokens(&mut self, key: &Pubkey) -> Result<u64> {
        let found = self.chain.cluster().find(key)?;
        Ok(found.map_or(Ok(0), |account| account.token_account().map(|account| account.amount))?)
    }
}
