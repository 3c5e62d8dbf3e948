//! A chain with a keeper on it.

use anchor_lang::prelude::Pubkey;
use anyhow::{anyhow, Context, Result};
use ballast_core_market::admission::PriceUse;
use ballast_deploy::{keys, publication};
use ballast_risk::state::MarketParams;
use ballast_rpc::{Cluster, ClusterError, Embedded, TestCluster};
use ballast_sdk::addresses::VaultKeys;
use ballast_sdk::crank::crank;
use ballast_sdk::feeds::PriceFeeds;
use ballast_sdk::prices::Publication;
use ballast_sdk::snapshot::{batch_keys, Snapshot};
use ballast_sdk::Instruction;
use solana_keypair::Keypair;
use solana_signer::Signer;
use std::time::Instant;

/// Transactions after which a keeper that still finds something to do is taken for stuck.
const MAX_CRANKS: usize = 24;

/// What the demo runs on: a chain, and a keeper that looks after one vault.
pub trait Chain {
    /// Returns the chain.
    fn cluster(&mut self) -> &mut dyn TestCluster;

    /// Lets the keeper begin.
    ///
    /// # Errors
    /// Why it could not.
    fn start_keeper(&mut self, vault: &Vaulted) -> Result<()>;

    /// Returns who cranks.
    fn keeper(&self) -> Pubkey;

    /// Comes back when the keeper has nothing left to do. Returns its reactions since the last
    /// time, milliseconds.
    ///
    /// # Errors
    /// A crank that was refused, or a keeper that died or never comes to rest.
    fn settle(&mut self, vault: &Vaulted) -> Result<Vec<f64>>;
}

/// A vault and the accounts its price is published at.
#[derive(Clone, Copy)]
pub struct Vaulted {
    /// Addresses.
    pub keys: VaultKeys,
    /// Where its prices are published.
    pub feeds: PriceFeeds,
    /// The market's parameters, which name its sources.
    pub params: MarketParams,
}

impl Vaulted {
    /// Publishes a price at both of the market's sources.
    ///
    /// # Errors
    /// A cluster that cannot be used.
    pub fn publish(&self, cluster: &mut dyn TestCluster, publication: &Publication) -> Result<(), ClusterError> {
        publication::publish(cluster, &self.params, publication)
    }

    /// Reads everything the keeper looks at.
    ///
    /// # Errors
    /// What could not be read.
    pub fn snapshot(&self, cluster: &mut dyn Cluster) -> Result<Snapshot> {
        let [a, b, c, d, e] = Snapshot::accounts(&self.keys);
        let mut keys: Vec<Pubkey> = self.feeds.keys().collect();
        keys.extend([a, b, c, d, e]);
        let mut found = cluster.accounts(&keys)?.into_iter();
        // After the accounts, so that no price is from the future.
        let clock = cluster.clock()?;
        let published = self.feeds.accounts(|_| found.next().flatten());
        let published = published.ok_or_else(|| anyhow!("no price has been published yet"))?;
        let rest = std::array::from_fn(|_| found.next().flatten());
        let snapshot = Snapshot::decode(self.keys, clock, self.feeds, published, rest)?;
        let batches = batch_keys(&self.keys.vault, &snapshot.vault);
        Ok(snapshot.with_batches(cluster.accounts(&batches)?))
    }

    /// Returns an instruction that rests on a price of this use, behind an observation if one has
    /// to come before it.
    ///
    /// # Errors
    /// As [`Self::snapshot`].
    pub fn priced(
        &self,
        cluster: &mut dyn Cluster,
        usage: PriceUse,
        instruction: Instruction,
    ) -> Result<Vec<Instruction>> {
        let observe = self.snapshot(cluster)?.observation_due(usage);
        Ok(observe.into_iter().chain([instruction]).collect())
    }
}

/// The chain and the keeper in this process.
pub struct InProcess {
    cluster: Embedded,
    keeper: Keypair,
}

impl InProcess {
    /// Returns a chain that begins at `unix_time`.
    pub fn new(unix_time: i64) -> Self {
        Self {
            cluster: Embedded::new(unix_time),
            keeper: keys::wallet("keeper"),
        }
    }
}

impl Chain for InProcess {
    fn cluster(&mut self) -> &mut dyn TestCluster {
        &mut self.cluster
    }

    fn start_keeper(&mut self, _: &Vaulted) -> Result<()> {
        Ok(self.cluster.airdrop(&self.keeper.pubkey(), 10_000_000_000)?)
    }

    fn keeper(&self) -> Pubkey {
        self.keeper.pubkey()
    }

    fn settle(&mut self, vault: &Vaulted) -> Result<Vec<f64>> {
        let mut reactions = Vec::new();
        for _ in 0..MAX_CRANKS {
            let blockhash = self.cluster.fresh_blockhash();
            let began = Instant::now();
            let snapshot = vault.snapshot(&mut self.cluster)?;
            let Some(crank) = crank(&snapshot, &self.keeper, blockhash)? else {
                return Ok(reactions);
            };
            if reactions.is_empty() {
                reactions.push(began.elapsed().as_secs_f64() * 1_000.0);
            }
            let names: Vec<_> = crank.actions.iter().map(|action| action.name()).collect();
            let sent = self.cluster.execute(crank.transaction);
            sent.with_context(|| format!("the keeper's transaction ({}) was refused", names.join(", ")))?;
            self.cluster.advance_slot()?;
        }
        Err(anyhow!(
            "the keeper still finds something to do after {MAX_CRANKS} transactions"
        ))
    }
}

/// Returns the words of a program's refusal; nothing for another error.
pub fn refused(error: &ClusterError) -> Option<&str> {
    match error {
        ClusterError::Refused(refusal) => Some(&refusal.words),
        ClusterError::Node(_) | ClusterError::Unusable(_) => None,
    }
}
