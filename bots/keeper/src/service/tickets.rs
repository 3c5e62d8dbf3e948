//! Tickets: paid for their holders as soon as their batch was given something.

use super::{lookup, metrics, Shared};
use ballast_rpc::send::{submit, Outcome};
use ballast_rpc::transaction_error::Meaning;
use ballast_rpc::ServiceError;
use ballast_sdk::addresses;
use ballast_sdk::crank::{budget, sign, Fee};
use ballast_sdk::instructions::batches;
use ballast_sdk::snapshot::Snapshot;
use ballast_sdk::{Instruction, Pubkey};
use ballast_vault::state::{RequestBatch, Ticket};
use std::collections::HashMap;

const ACTION: &str = "claim";
const REFUSED: &str = "claims that are refused";

/// Claims for every ticket that would end by it, and so pays for being claimed. How many were.
///
/// # Errors
/// [`ServiceError::Node`].
pub async fn pay(shared: &Shared, snapshot: &Snapshot, fee: Fee) -> Result<usize, ServiceError> {
    let tickets = lookup::tickets(&shared.node, &snapshot.keys.vault).await?;
    let batches = read(shared, snapshot, &tickets).await?;
    let mut paid = Vec::new();
    for ticket in &tickets {
        let claim = batches.get(&ticket.batch).and_then(|batch| {
            let batch = batch.clone().collected(&snapshot.vault);
            let is_last = ticket.request().claim(&batch.totals.get()).ends;
            is_last.then(|| batches::claim(&snapshot.keys, ticket, &batch, &shared.keeper))?
        });
        if let Some(claim) = claim {
            if send(shared, ticket.holder, claim, "paid a ticket", fee).await? {
                paid.push(ticket.batch);
            }
        }
    }
    // Whoever cannot be paid, or waits on, keeps no case of quarantine from being done with.
    for (number, batch) in &batches {
        if !paid.contains(number) && batch.leaves_a_case(&snapshot.vault) {
            let collect = batches::collect(&snapshot.keys, *number);
            send(
                shared,
                addresses::batch(&snapshot.keys.vault, *number),
                collect,
                "collected for a batch",
                fee,
            )
            .await?;
        }
    }
    Ok(paid.len())
}

/// Returns the batches of these tickets, by their numbers.
async fn read(
    shared: &Shared,
    snapshot: &Snapshot,
    tickets: &[Ticket],
) -> Result<HashMap<u64, RequestBatch>, ServiceError> {
    let mut numbers: Vec<u64> = tickets.iter().map(|ticket| ticket.batch).collect();
    numbers.sort_unstable();
    numbers.dedup();
    let address = |number: &u64| addresses::batch(&snapshot.keys.vault, *number);
    let keys: Vec<Pubkey> = numbers.iter().map(address).collect();
    let found = shared.node.accounts(&keys).await?;
    let decoded = found.into_iter().flatten().filter_map(|seen| seen.account.batch().ok());
    Ok(decoded.map(|batch| (batch.number, batch)).collect())
}

/// Sends what is due to a holder or a batch; whether it was done, which is logged so.
async fn send(shared: &Shared, holder: Pubkey, claim: Instruction, done: &str, fee: Fee) -> Result<bool, ServiceError> {
    let blockhash = shared.node.blockhash().await?;
    let transaction = match sign(&[claim], budget::CLAIM, &shared.signer, blockhash, fee) {
        Ok(transaction) => transaction,
        Err(error) => {
            tracing::error!(%error, "could not sign");
            return Ok(false);
        }
    };
    match submit(&shared.node, &transaction, false).await? {
        Outcome::Confirmed(signature) => {
            metrics::crank(ACTION, "confirmed");
            tracing::info!(actions = ACTION, signature = %signature, holder = %holder, "{done}");
            return Ok(true);
        }
        Outcome::Refused(refusal) | Outcome::Failed(refusal) => match refusal.meaning() {
            Meaning::Refused => {
                metrics::crank(ACTION, "refused");
                if shared.trouble(REFUSED, format_args!("{holder} {}", refusal.name)) {
                    tracing::warn!(holder = %holder, rule = refusal.name, says = refusal.message, "a claim is refused");
                }
            }
            Meaning::Beaten | Meaning::NotYet | Meaning::Stale => {
                tracing::debug!(holder = %holder, rule = refusal.name, "a claim has to wait");
            }
        },
        Outcome::Expired | Outcome::WouldPass => {}
    }
    Ok(false)
}
