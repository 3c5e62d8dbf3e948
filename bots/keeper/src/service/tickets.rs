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
    let mut paid = 0usize;
    for ticket in &tickets {
        let claim = batches.get(&ticket.batch).and_then(|(batch, leaves)| {
            let is_last = ticket.request().claim(&batch.totals.get()).ends;
            let claim = is_last.then(|| batches::claim(&snapshot.keys, ticket, batch, &shared.keeper))??;
            Some((claim, *leaves))
        });
        let Some((claim, leaves)) = claim else { continue };
        let is_paid = send(shared, ticket, claim, "paid a ticket", fee).await?;
        paid = paid.saturating_add(usize::from(is_paid));
        // Whoever cannot be paid keeps no case of quarantine from being done with.
        if !is_paid && leaves {
            let collect = batches::collect(&snapshot.keys, ticket.batch);
            send(shared, ticket, collect, "collected for a batch", fee).await?;
        }
    }
    Ok(paid)
}

/// Returns the batches of these tickets as a claim would find them, by their numbers, and whether
/// each leaves a case of quarantine by it.
async fn read(
    shared: &Shared,
    snapshot: &Snapshot,
    tickets: &[Ticket],
) -> Result<HashMap<u64, (RequestBatch, bool)>, ServiceError> {
    let mut numbers: Vec<u64> = tickets.iter().map(|ticket| ticket.batch).collect();
    numbers.sort_unstable();
    numbers.dedup();
    let address = |number: &u64| addresses::batch(&snapshot.keys.vault, *number);
    let keys: Vec<Pubkey> = numbers.iter().map(address).collect();
    let found = shared.node.accounts(&keys).await?;
    let decoded = found.into_iter().flatten().filter_map(|seen| seen.account.batch().ok());
    let collected = decoded.map(|batch| {
        let had = batch.totals.has_rights();
        let batch = batch.collected(&snapshot.vault);
        (batch.number, (batch.clone(), had && !batch.totals.has_rights()))
    });
    Ok(collected.collect())
}

/// Sends what is due to a ticket; whether it was done, which is logged so.
async fn send(
    shared: &Shared,
    ticket: &Ticket,
    claim: Instruction,
    done: &str,
    fee: Fee,
) -> Result<bool, ServiceError> {
    let holder = ticket.holder;
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
