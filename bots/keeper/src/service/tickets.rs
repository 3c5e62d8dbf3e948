//! Redemption requests: paid for their holders as soon as the vault can.

use super::{lookup, metrics, Shared};
use ballast_core_market::admission::PriceUse;
use ballast_rpc::send::{submit, Outcome};
use ballast_rpc::transaction_error::Meaning;
use ballast_rpc::ServiceError;
use ballast_sdk::crank::{budget, sign, Fee};
use ballast_sdk::instructions::complete_redemption;
use ballast_sdk::snapshot::Snapshot;

const ACTION: &str = "complete_redemption";
const WAITING: &str = "redemptions that wait";
const REFUSED: &str = "redemptions that are refused";

/// Pays every request that would be paid now. How many were.
///
/// # Errors
/// [`ServiceError::Node`].
pub async fn pay(shared: &Shared, snapshot: &Snapshot, fee: Fee) -> Result<usize, ServiceError> {
    let keys = &snapshot.keys;
    let mut paid = 0usize;
    for ticket in lookup::tickets(&shared.node, &keys.vault).await? {
        let holder = ticket.holder;
        let Some(quote) = shared.node.token_account(&holder, &keys.quote_mint).await? else {
            if shared.trouble(WAITING, holder) {
                tracing::info!(holder = %holder, "a redemption waits for its holder to open a token account");
            }
            continue;
        };
        let blockhash = shared.node.blockhash().await?;
        let observe = snapshot.observation_due(PriceUse::Exit);
        let complete = complete_redemption(keys, &holder, &quote);
        let instructions: Vec<_> = observe.into_iter().chain([complete]).collect();
        let signed = sign(
            &instructions,
            budget::COMPLETE_REDEMPTION.saturating_add(budget::OBSERVE),
            &shared.signer,
            blockhash,
            fee,
        );
        let transaction = match signed {
            Ok(transaction) => transaction,
            Err(error) => {
                tracing::error!(%error, "could not sign");
                continue;
            }
        };
        match submit(&shared.node, &transaction, false).await? {
            Outcome::Confirmed(signature) => {
                metrics::crank(ACTION, "confirmed");
                tracing::info!(actions = ACTION, signature = %signature, holder = %holder, "paid a redemption");
                paid = paid.saturating_add(1);
            }
            Outcome::Refused(refusal) | Outcome::Failed(refusal) => match refusal.meaning() {
                Meaning::Refused => {
                    metrics::crank(ACTION, "refused");
                    if shared.trouble(REFUSED, format_args!("{holder} {}", refusal.name)) {
                        tracing::warn!(holder = %holder, rule = refusal.name, says = refusal.message, "a redemption is refused");
                    }
                }
                Meaning::Beaten | Meaning::NotYet | Meaning::Stale => {
                    tracing::debug!(holder = %holder, rule = refusal.name, "a redemption has to wait");
                }
            },
            Outcome::Expired | Outcome::WouldPass => {}
        }
    }
    Ok(paid)
}
