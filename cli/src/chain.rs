//! A chain with a keeper on it.

use anchor_lang::prelude::Pubkey;
use anyhow::{anyhow, Context, Result};
use ballast_deploy::keys;
use ballast_rpc::tokens::{open_wallet, wallet_of};
use ballast_rpc::vault::VaultReader;
use ballast_rpc::{ClusterError, Embedded, TestCluster};
use ballast_sdk::action::CrankAction;
use ballast_sdk::crank::{crank, step, Terms};
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
    fn start_keeper(&mut self, vault: &VaultReader) -> Result<()>;

    /// Returns who cranks.
    fn keeper(&self) -> Pubkey;

    /// Comes back when the keeper has nothing left to do. Returns its reactions since the last
    /// time, milliseconds.
    ///
    /// # Errors
    /// A crank that was refused, or a keeper that died or never comes to rest.
    fn settle(&mut self, vault: &VaultReader) -> Result<Vec<f64>>;
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

    fn terms(&self, vault: &VaultReader) -> Terms {
        Terms {
            pay_to: Some(wallet_of(&self.keeper.pubkey(), &vault.keys.quote())),
            ..Terms::default()
        }
    }
}

impl Chain for InProcess {
    fn cluster(&mut self) -> &mut dyn TestCluster {
        &mut self.cluster
    }

    fn start_keeper(&mut self, vault: &VaultReader) -> Result<()> {
        equip(&mut self.cluster, &self.keeper, vault)
    }

    fn keeper(&self) -> Pubkey {
        self.keeper.pubkey()
    }

    fn settle(&mut self, vault: &VaultReader) -> Result<Vec<f64>> {
        let mut reactions = Vec::new();
        for _ in 0..MAX_CRANKS {
            let blockhash = self.cluster.fresh_blockhash();
            let began = Instant::now();
            let snapshot = vault.snapshot(&mut self.cluster)?;
            let Some(crank) = crank(&snapshot, &self.keeper, blockhash, self.terms(vault))? else {
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

/// Gives a keeper lamports, and the account that its pay goes to.
///
/// # Errors
/// A cluster that cannot be used.
pub fn equip(cluster: &mut dyn TestCluster, keeper: &Keypair, vault: &VaultReader) -> Result<()> {
    let key = keeper.pubkey();
    cluster.airdrop(&key, 10_000_000_000)?;
    let open = open_wallet(&key, &key, &vault.keys.quote());
    Ok(cluster.send(&[open], &[keeper])?)
}

/// Does what a keeper would do, transaction by transaction, until nothing is due. Returns the names
/// of each one's actions.
///
/// # Errors
/// What was refused, or a keeper's work that never ends.
pub fn crank_by(
    cluster: &mut dyn TestCluster,
    vault: &VaultReader,
    signer: &Keypair,
    terms: Terms,
) -> Result<Vec<String>> {
    let mut done = Vec::new();
    for _ in 0..MAX_CRANKS {
        let snapshot = vault.snapshot(cluster)?;
        let Some(step) = step(&snapshot, &signer.pubkey(), terms)? else {
            return Ok(done);
        };
        let names: Vec<&str> = step.actions.iter().map(CrankAction::name).collect();
        let names = names.join(", ");
        let sent = cluster.send(&step.instructions, &[signer]);
        sent.with_context(|| format!("{names} was refused"))?;
        done.push(names);
        cluster.advance_slot()?;
    }
    Err(anyhow!("something is still due after {MAX_CRANKS} transactions"))
}

/// Moves chain time forward by so many seconds.
///
/// # Errors
/// A cluster that cannot be used.
pub fn advance_by(cluster: &mut dyn TestCluster, seconds: i64) -> Result<(), ClusterError> {
    let now = cluster.clock()?.unix_timestamp;
    cluster.advance_to(now.saturating_add(seconds))
}

/// Returns the words of a program's refusal; nothing for another error.
pub fn refused(error: &ClusterError) -> Option<&str> {
    match error {
        ClusterError::Refused(refusal) => Some(&refusal.words),
        ClusterError::Node(_) | ClusterError::Unusable(_) => None,
    }
}
