//! The process: a snapshot comes, is fitted, submitted, and perhaps published.

use crate::args::Config;
use crate::metrics;
use crate::report::Report;
use crate::source::SourceError;
use anchor_lang::prelude::Clock;
use ballast_market_data::chains::Snapshot;
use ballast_risk::state::{StoredSlice, Submission, Surface, SURFACE_VERSION};
use ballast_rpc::clock::{clock, CLOCK};
use ballast_rpc::node::{Observer, TIMEOUT};
use ballast_rpc::retry::patiently;
use ballast_rpc::send::{submit, Outcome};
use ballast_rpc::service::told_to_stop;
use ballast_rpc::transaction_error::Meaning;
use ballast_rpc::{Node, NodeError, ServiceError, TransactionError};
use ballast_sdk::accounts::{DecodeError, RawAccount};
use ballast_sdk::crank::sign;
use ballast_sdk::instructions::surface as ix;
use ballast_sdk::surface::publication::{self, Publication};
use ballast_sdk::surface::submission::{prepare, Chain, SurfaceSubmission};
use ballast_sdk::{addresses, Instruction, Pubkey};
use solana_keypair::Keypair;
use solana_signer::Signer;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Mutex;
use tokio::time::{sleep, timeout};

/// Compute units granted: what the table in `docs/reference/compute-units.md` holds each to, and
/// half as much again for addresses with unlucky bumps.
const SUBMIT_UNITS: u32 = 45_000;
/// The same for `open_submission`, which creates an account.
const OPEN_UNITS: u32 = 30_000;
/// The same for `publish_surface`; it looks at each submission passed.
const PUBLISH_UNITS: u32 = 60_000;
/// More for each submission.
const PUBLISH_UNITS_EACH: u32 = 8_000;
/// Tries for one snapshot of a file before it gives up; a stream waits for the node.
const TRIES: u32 = 5;
/// How often a snapshot is put on the grid anew when the chain says that the grid or the blockhash
/// has just moved on.
const ROUNDS: u32 = 4;
/// How long a transaction that is on its way is waited for at the end; a blockhash lives a minute.
const LAST_TRANSACTION: Duration = Duration::from_secs(75);

/// Runs the feeder until its source ends or it is told to stop (SIGTERM, SIGINT). A snapshot that
/// is being submitted is finished first, unless it is told to stop again.
///
/// # Errors
/// [`ServiceError`] of the source, or of the last snapshot; where several may come, each is logged
/// too.
pub async fn run(config: Config) -> Result<(), ServiceError> {
    let observer = metrics::observer();
    if let Some(address) = config.metrics_addr {
        metrics::serve(address, &observer)?;
    }
    let observer: Arc<dyn Observer> = observer;
    let busy = Mutex::new(());
    let playing = play(config, observer, &busy);
    tokio::pin!(playing);
    tokio::select! {
        ended = &mut playing => return ended,
        () = told_to_stop() => {}
    }
    // Whoever holds this waits for the chain; the next snapshot does not get it any more.
    let free = async {
        tokio::select! {
            biased;
            _ = busy.lock() => {}
            _ = &mut playing => {}
        }
    };
    tokio::select! {
        _ = timeout(LAST_TRANSACTION, free) => {}
        () = told_to_stop() => {}
    }
    tracing::info!("stopped");
    Ok(())
}

async fn play(config: Config, observer: Arc<dyn Observer>, busy: &Mutex<()>) -> Result<(), ServiceError> {
    let node = Node::new(&config.rpc, TIMEOUT, Some(&observer));
    let source_error = |error: SourceError| match error {
        SourceError::LeftOut { .. } => ServiceError::Refused(error.to_string()),
        error => ServiceError::Config(error.to_string()),
    };
    let goes_on = config.source.goes_on();
    let tries = if goes_on { u32::MAX } else { TRIES };
    let opened = config.source.clone().open(config.currency.clone(), config.time_unit);
    let mut arrivals = opened.map_err(source_error)?;
    if config.source.is_stream() {
        // Before the first snapshot, which may be long in coming: how nodes are, and what cannot
        // work.
        if let Err(error @ ServiceError::Config(_)) = observe(&node, &config).await {
            return Err(error);
        }
    }
    let mut last = Ok(());
    let mut first = true;
    while let Some(arrival) = arrivals.recv().await {
        let snapshot = match arrival {
            Ok(snapshot) => snapshot,
            // What became of the snapshots before it is the graver error.
            Err(error) => return last.and(Err(source_error(error))),
        };
        if !first {
            sleep(config.interval).await;
        }
        first = false;
        metrics::arrived(snapshot.unix_time);
        last = patiently(tries, || async {
            // Released between two tries, so that waiting for a node does not hold up the end.
            let _busy = busy.lock().await;
            feed(&node, &config, &snapshot).await
        })
        .await;
        metrics::ended(last.is_ok());
        // A single snapshot's failure is the process's; of several, each is told when it happens.
        if let (true, Err(error)) = (goes_on, &last) {
            tracing::warn!(%error, chain_unix_time = snapshot.unix_time, "this snapshot ended without success");
        }
    }
    last
}

/// What the chain knows of a surface and one of its feeders.
pub(crate) struct Seen {
    now: i64,
    pub(crate) surface: Surface,
    opened: bool,
}

pub(crate) async fn observe(node: &Node, config: &Config) -> Result<Seen, ServiceError> {
    let feeder = config.feeder.as_ref().map(Keypair::pubkey);
    let submission = addresses::submission(&config.surface, &feeder.unwrap_or_default());
    let mut found = node.accounts(&[config.surface, CLOCK, submission]).await?.into_iter();
    let mut next = || found.next().flatten().map(|seen| seen.account);
    let account = next().ok_or(DecodeError::Missing(config.surface));
    let surface = account.and_then(|account: RawAccount| account.surface()).map_err(|error| {
        let market = config.market;
        ServiceError::Config(format!(
            "the surface of market {market}: {error}; check --market and --rpc-url, and that its creator called create_surface"
        ))
    })?;
    let version = surface.version;
    if version != SURFACE_VERSION {
        return Err(ServiceError::Config(format!(
            "the surface has layout version {version}, and this feeder knows {SURFACE_VERSION}"
        )));
    }
    let clock: Option<Clock> = next().and_then(|account| clock(&account.data));
    let now = clock.ok_or(NodeError::Clock)?;
    Ok(Seen {
        now: now.unix_timestamp,
        surface,
        opened: next().is_some(),
    })
}

async fn feed(node: &Node, config: &Config, snapshot: &Snapshot) -> Result<(), ServiceError> {
    for _ in 0..ROUNDS {
        let seen = observe(node, config).await?;
        let chain = Chain {
            unix_time: snapshot.unix_time,
            expiries: &snapshot.expiries,
        };
        let submitted = prepare(chain, seen.surface.active(seen.now), seen.now, &config.terms)
            .map_err(|error| ServiceError::Config(error.to_string()))?;
        if config.dry_run {
            print(config, snapshot, &submitted, seen.now)?;
            return judged(config, &submitted);
        }
        judged(config, &submitted)?;
        let no_key = || ServiceError::Config("--keypair: it is needed to submit".to_owned());
        let feeder = config.feeder.as_ref().ok_or_else(no_key)?;
        registered(&seen.surface, config, &feeder.pubkey())?;
        if submit_surface(node, config, feeder, &seen, &submitted).await? {
            if config.publish {
                publish(node, config, feeder).await?;
            }
            return Ok(());
        }
    }
    Err(ServiceError::Refused(format!(
        "the submission was not taken in {ROUNDS} rounds: the grid or the blockhash moved on every time"
    )))
}

/// Fails if the fit is none, unless it is to be sent all the same.
fn judged(config: &Config, submitted: &SurfaceSubmission) -> Result<(), ServiceError> {
    for warning in &submitted.warnings {
        tracing::warn!("{warning}");
    }
    match submitted.warnings.first() {
        Some(warning) if !config.force => Err(ServiceError::Refused(format!(
            "not submitted: {warning}; --force submits it all the same"
        ))),
        _ => Ok(()),
    }
}

fn print(config: &Config, snapshot: &Snapshot, submitted: &SurfaceSubmission, now: i64) -> Result<(), ServiceError> {
    let feeder = config.feeder.as_ref().map(Keypair::pubkey);
    let report = Report::new(&config.surface, feeder.as_ref(), snapshot, submitted, now);
    let text = serde_json::to_string(&report)
        .map_err(|error| ServiceError::Config(format!("the submission cannot be printed: {error}")))?;
    println!("{text}");
    Ok(())
}

pub(crate) fn registered(surface: &Surface, config: &Config, feeder: &Pubkey) -> Result<(), ServiceError> {
    if surface.feeders.has(feeder) || surface.proposed.has(feeder) {
        return Ok(());
    }
    Err(ServiceError::Config(format!(
        "{feeder} is none of the {} feeders of surface {}; its authority {} has to propose it (propose_feeders)",
        surface.feeders.count, config.surface, surface.authority
    )))
}

/// Returns whether it was taken; `false` asks for another round.
async fn submit_surface(
    node: &Node,
    config: &Config,
    feeder: &Keypair,
    seen: &Seen,
    submitted: &SurfaceSubmission,
) -> Result<bool, ServiceError> {
    let key = feeder.pubkey();
    let mut instructions = Vec::new();
    let mut units = SUBMIT_UNITS;
    if !seen.opened {
        instructions.push(ix::open_submission(&key, &config.surface));
        units += OPEN_UNITS;
    }
    let slices: Vec<StoredSlice> = submitted.slices.iter().map(|slice| (*slice).into()).collect();
    instructions.push(ix::submit(&key, &config.surface, slices));
    let outcome = send(node, config, feeder, &instructions, units).await?;
    Ok(match outcome {
        Outcome::Confirmed(signature) => {
            tracing::info!(
                signature = %signature,
                as_of = submitted.as_of,
                slices = submitted.slices.len(),
                expiries_fitted = submitted.fitted,
                distance_median = submitted.distance.map(|distance| distance.median),
                opened = !seen.opened,
                "submitted"
            );
            metrics::submitted(seen.now, submitted.distance.map(|distance| distance.median));
            true
        }
        Outcome::Expired | Outcome::WouldPass => false,
        Outcome::Refused(refusal) | Outcome::Failed(refusal) => {
            if refusal.meaning() != Meaning::Stale && refusal.name != "OffGrid" {
                return Err(refused("the submission", &refusal));
            }
            tracing::info!(rule = refusal.name, "the chain has moved on; once more");
            false
        }
    })
}

/// Cranks a publication, if time and number permit it.
async fn publish(node: &Node, config: &Config, feeder: &Keypair) -> Result<(), ServiceError> {
    let seen = observe(node, config).await?;
    let feeders = seen.surface.feeders.feeders();
    let keys: Vec<Pubkey> = feeders.iter().map(|feeder| feeder.submission).collect();
    let found = node.accounts(&keys).await?;
    let submissions: Vec<Option<Submission>> = found
        .into_iter()
        .map(|seen| seen.and_then(|seen| seen.account.submission().ok()))
        .collect();
    let fresh = match publication::due(&seen.surface, &submissions, seen.now) {
        Publication::Due { fresh } => fresh,
        Publication::TooFew { fresh, required } => {
            tracing::info!(fresh, required, "not published: too few fresh submissions yet");
            return Ok(());
        }
        Publication::TooSoon { seconds } => {
            tracing::info!(seconds, "not published: too soon after the last publication");
            return Ok(());
        }
    };
    let units = PUBLISH_UNITS.saturating_add(PUBLISH_UNITS_EACH.saturating_mul(seen.surface.feeders.count));
    let instruction = ix::publish(&config.market, &seen.surface.feeders.keys());
    match send(node, config, feeder, &[instruction], units).await? {
        Outcome::Confirmed(signature) => {
            tracing::info!(signature = %signature, submissions = fresh, "published");
            metrics::published();
            Ok(())
        }
        Outcome::Expired | Outcome::WouldPass => Err(ServiceError::Network(
            "the publication was not seen on the chain before its blockhash died".to_owned(),
        )),
        // Another feeder was faster, or one's submission went stale meanwhile.
        Outcome::Refused(refusal) | Outcome::Failed(refusal)
            if ["PublishedTooSoon", "TooFewSubmissions", "SubmissionAccounts"].contains(&refusal.name.as_str())
                || refusal.meaning() == Meaning::Stale =>
        {
            tracing::info!(
                rule = refusal.name,
                "not published: somebody was faster, it is too soon, or the feeders have changed"
            );
            Ok(())
        }
        Outcome::Refused(refusal) | Outcome::Failed(refusal) => Err(refused("the publication", &refusal)),
    }
}

async fn send(
    node: &Node,
    config: &Config,
    feeder: &Keypair,
    instructions: &[Instruction],
    units: u32,
) -> Result<Outcome, ServiceError> {
    let blockhash = node.blockhash().await?;
    let transaction = sign(instructions, units, feeder, blockhash, config.fee)
        .map_err(|error| ServiceError::Config(error.to_string()))?;
    Ok(submit(node, &transaction, false).await?)
}

fn refused(what: &str, refusal: &TransactionError) -> ServiceError {
    ServiceError::Refused(format!(
        "the chain refuses {what}: {} ({})",
        refusal.name, refusal.message
    ))
}
