//! One transaction from simulation to confirmation.

use crate::error::NodeError;
use crate::node::Node;
use crate::transaction_error::TransactionError;
use solana_commitment_config::CommitmentConfig;
use solana_signature::Signature;
use solana_transaction::versioned::VersionedTransaction;
use std::time::{Duration, Instant};
use tokio::time::sleep;

const LOOK_AGAIN: Duration = Duration::from_millis(50);
/// A blockhash lives 150 slots, about a minute.
const GIVE_UP: Duration = Duration::from_secs(75);

/// How a transaction ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// On the chain.
    Confirmed(Signature),
    /// Refused in simulation; nothing was sent.
    Refused(TransactionError),
    /// Refused on the chain: the state changed between simulation and execution.
    Failed(TransactionError),
    /// Not seen on the chain before its blockhash died.
    Expired,
    /// It would have been accepted; a dry run sends nothing.
    WouldPass,
}

/// Simulates, sends, and waits. Safe to be killed anywhere: what was sent either lands or expires,
/// and both show on the chain.
///
/// # Errors
/// [`NodeError`].
pub async fn submit(node: &Node, transaction: &VersionedTransaction, dry_run: bool) -> Result<Outcome, NodeError> {
    if let Err(refusal) = node.simulate(transaction).await? {
        return Ok(Outcome::Refused(refusal));
    }
    if dry_run {
        return Ok(Outcome::WouldPass);
    }
    let signature = node.send(transaction).await?;
    let sent = Instant::now();
    while sent.elapsed() < GIVE_UP {
        match node.outcome(&signature, CommitmentConfig::confirmed()).await? {
            Some(Ok(())) => return Ok(Outcome::Confirmed(signature)),
            Some(Err(refusal)) => return Ok(Outcome::Failed(refusal)),
            None => sleep(LOOK_AGAIN).await,
        }
    }
    Ok(Outcome::Expired)
}
