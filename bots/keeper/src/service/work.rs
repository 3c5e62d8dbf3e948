//! Plan, sign, send; again until nothing is due.

use super::memory::{published, Change};
use super::{metrics, poll, tickets, Shared};
use ballast_rpc::retry::Backoff;
use ballast_rpc::send::{submit, Outcome};
use ballast_rpc::transaction_error::{Meaning, TransactionError};
use ballast_rpc::ServiceError;
use ballast_sdk::action::CrankAction;
use ballast_sdk::crank::{crank, Crank, Fee, Terms};
use ballast_sdk::snapshot::Snapshot;
use std::sync::atomic::Ordering;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::time::{sleep, timeout};

/// Longest sleep without looking, should every bell be missed.
const LONGEST_REST: Duration = Duration::from_secs(5);
const ACCOUNTS: &str = "accounts";
const SENDING: &str = "sending";
const REFUSAL: &str = "refusal";

/// How the worker is told to behave.
#[derive(Clone, Copy, Debug)]
pub struct Habits {
    /// Priority fee.
    pub fee: Fee,
    /// Send nothing.
    pub dry_run: bool,
    /// Interval of looking for redemption requests.
    pub ticket_interval: Duration,
}

/// What a round came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Round {
    /// A transaction was confirmed.
    Done,
    /// A dry run found that it would be.
    WouldDo,
    /// Somebody was faster.
    Beaten,
    /// Sign again with a fresh blockhash.
    Again,
    /// Refused for a reason the plan did not foresee.
    Refused(TransactionError),
}

/// The actions that were refused, and until when they are left alone unless an account changes.
struct Sulk {
    actions: Vec<CrankAction>,
    version: u64,
    until: Instant,
}

/// Works for as long as the process lives.
pub async fn work(shared: Arc<Shared>, habits: Habits) {
    let mut backoff = Backoff::default();
    let mut sulk: Option<Sulk> = None;
    let mut next_tickets = Instant::now();
    loop {
        let _ = timeout(LONGEST_REST, shared.bell.notified()).await;
        let _busy = shared.busy.lock().await;
        loop {
            if shared.stopping.load(Ordering::Relaxed) {
                break;
            }
            let version = shared.memory().version();
            let Some((due, snapshot)) = prepare(&shared, habits.fee) else {
                break;
            };
            let Some(due) = due else {
                if snapshot.vault.tickets > 0 && !habits.dry_run && Instant::now() >= next_tickets {
                    next_tickets = Instant::now() + habits.ticket_interval;
                    match tickets::pay(&shared, &snapshot, habits.fee).await {
                        Ok(0) => {}
                        Ok(_) => {
                            let _ = poll::read(&shared).await;
                            continue;
                        }
                        // How the node is, it says itself.
                        Err(ServiceError::Node(_)) => {}
                        Err(error) => tracing::warn!(%error, "tickets could not be read"),
                    }
                }
                break;
            };
            let left_alone = sulk.as_ref().is_some_and(|sulk| {
                sulk.actions == due.crank.actions && sulk.version == version && Instant::now() < sulk.until
            });
            if left_alone {
                break;
            }
            let actions = due.crank.actions.clone();
            let round = execute(&shared, due, habits.dry_run).await;
            let pause = match &round {
                Ok(Round::Done) => {
                    shared.well(SENDING);
                    shared.well(REFUSAL);
                    next_tickets = Instant::now();
                    backoff.reset();
                    sulk = None;
                    None
                }
                Ok(Round::WouldDo) => Some(Duration::from_secs(30)),
                Ok(Round::Beaten | Round::Again) => Some(Duration::from_millis(200)),
                Ok(Round::Refused(_)) => Some(backoff.pause()),
                Err(error) => {
                    if shared.trouble(SENDING, error) {
                        tracing::warn!(%error, "not sent; it will be planned again");
                    }
                    sleep(backoff.pause()).await;
                    None
                }
            };
            // What the chain says now decides, not what this process remembers.
            let fresh = poll::read(&shared).await;
            if let Some(pause) = pause {
                sulk = Some(Sulk {
                    actions,
                    version: shared.memory().version(),
                    until: Instant::now() + pause,
                });
                let shared = Arc::clone(&shared);
                tokio::spawn(async move {
                    sleep(pause).await;
                    shared.bell.notify_one();
                });
            }
            if fresh.is_err() {
                break;
            }
        }
    }
}

/// A signed crank, and how long it took.
pub struct Due {
    crank: Crank,
    reaction: Option<Duration>,
    publish_time: Option<i64>,
}

/// Plans on what is known. `None` before the first full read, or while an account cannot be
/// decoded.
pub fn prepare(shared: &Shared, fee: Fee) -> Option<(Option<Due>, Snapshot)> {
    let (change, pay_to, known): (Option<Change>, _, _) = {
        let mut memory = shared.memory();
        (memory.take_change(), memory.payee(), memory.snapshot()?)
    };
    let (snapshot, blockhash) = match known {
        Ok(known) => known,
        Err(error) => {
            if shared.trouble(ACCOUNTS, &error) {
                tracing::warn!(%error, "the vault's accounts cannot be read now; waiting for the node to give them");
            }
            return None;
        }
    };
    if shared.well(ACCOUNTS) {
        tracing::info!("the vault's accounts can be read again");
    }
    let crank = match crank(&snapshot, &shared.signer, blockhash, Terms { fee, pay_to }) {
        Ok(crank) => crank,
        Err(error) => {
            tracing::error!(%error, "could not sign");
            return None;
        }
    };
    let reaction = change.filter(|change| change.price).map(|change| change.at.elapsed());
    metrics::vault(&snapshot);
    let publish_time = published(&snapshot).map(|(time, _)| time);
    let due = crank.map(|crank| Due {
        crank,
        reaction,
        publish_time,
    });
    Some((due, snapshot))
}

/// Sends what is due and says how it went.
///
/// # Errors
/// [`ServiceError::Node`].
pub async fn execute(shared: &Shared, due: Due, dry_run: bool) -> Result<Round, ServiceError> {
    let Due {
        crank: Crank { actions, transaction },
        reaction,
        publish_time,
    } = due;
    if let Some(reaction) = reaction {
        metrics::reaction(reaction);
    }
    let reaction_ms = reaction.map(|reaction| reaction.as_secs_f64() * 1_000.0);
    let names: Vec<&str> = actions.iter().map(CrankAction::name).collect();
    let names = names.join(",");
    let orders = format!("{actions:?}");
    let outcome = submit(&shared.node, &transaction, dry_run).await?;
    Ok(match outcome {
        Outcome::Confirmed(signature) => {
            metrics::cranks(&actions, "confirmed");
            tracing::info!(
                reaction_ms,
                actions = names,
                signature = %signature,
                price_publish_time = publish_time,
                orders,
                "cranked"
            );
            Round::Done
        }
        Outcome::WouldPass => {
            metrics::cranks(&actions, "dry_run");
            tracing::info!(
                reaction_ms,
                actions = names,
                price_publish_time = publish_time,
                orders,
                "would crank"
            );
            Round::WouldDo
        }
        Outcome::Expired => {
            metrics::cranks(&actions, "expired");
            tracing::warn!(
                actions = names,
                "not seen on the chain before its blockhash died; planning again"
            );
            Round::Again
        }
        Outcome::Refused(refusal) => refused(shared, &actions, refusal, "refused"),
        Outcome::Failed(refusal) => refused(shared, &actions, refusal, "failed"),
    })
}

fn refused(shared: &Shared, actions: &[CrankAction], refusal: TransactionError, outcome: &'static str) -> Round {
    let names: Vec<&str> = actions.iter().map(CrankAction::name).collect();
    let names = names.join(",");
    let (rule, says) = (refusal.name.as_str(), refusal.message.as_str());
    match refusal.meaning() {
        Meaning::Beaten | Meaning::NotYet => {
            metrics::cranks(actions, "beaten");
            tracing::info!(actions = names, rule, "somebody was faster, or it is too soon");
            Round::Beaten
        }
        Meaning::Stale => {
            tracing::debug!(actions = names, rule, "signing again with a fresh blockhash");
            Round::Again
        }
        Meaning::Refused => {
            metrics::cranks(actions, outcome);
            if shared.trouble(REFUSAL, format_args!("{names} {rule}")) {
                tracing::warn!(actions = names, rule, says, outcome, "the chain refuses");
            }
            Round::Refused(refusal)
        }
    }
}
