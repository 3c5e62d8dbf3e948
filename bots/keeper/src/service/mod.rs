//! The process around the planner: a memory of the chain, a bell, and a worker.

pub mod args;
mod check;
mod feed;
mod lookup;
mod memory;
mod metrics;
mod poll;
mod tickets;
mod watch;
mod work;

pub use args::{Args, Config};
pub use check::check;

use ballast_risk::state::MarketParams;
use ballast_rpc::node::{Observer, TIMEOUT};
use ballast_rpc::retry::patiently;
use ballast_rpc::service::told_to_stop;
use ballast_rpc::tokens::wallet_of;
use ballast_rpc::told::{Say, Told};
use ballast_rpc::{Node, ServiceError};
use ballast_sdk::accounts::{DecodeError, RawAccount};
use ballast_sdk::addresses::VaultKeys;
use ballast_sdk::feeds::PriceFeeds;
use ballast_sdk::Pubkey;
use ballast_service::http::Readiness;
use ballast_service::nodes::NodeMetrics;
use memory::Memory;
use solana_keypair::Keypair;
use solana_signer::Signer;
use std::collections::HashMap;
use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::Notify;
use tokio::task::JoinSet;
use tokio::time::timeout;
use work::{Habits, Round};

/// Tries of `--once` before it gives up.
const TRIES: u32 = 5;
/// How long a transaction that is on its way is waited for at the end; a blockhash lives a minute.
const LAST_TRANSACTION: Duration = Duration::from_secs(75);
/// A keeper that has read nothing for so long is not ready.
const READ_LATELY: Duration = Duration::from_secs(30);

/// What the tasks share.
pub(crate) struct Shared {
    node: Node,
    memory: Mutex<Memory>,
    signer: Keypair,
    keeper: Pubkey,
    feed_is_given: bool,
    /// What was said of the keeper's balance, of accounts that cannot be read, of refusals.
    told: Mutex<HashMap<&'static str, Told<String>>>,
    status: Arc<Status>,
    /// Nothing new is begun.
    stopping: AtomicBool,
    /// Held while something is planned and sent.
    busy: tokio::sync::Mutex<()>,
    /// Something changed.
    bell: Notify,
    /// Read everything without waiting for the interval.
    read_now: Notify,
    /// Another price account is watched from now on.
    feed_moved: Notify,
}

/// What the outside is told of the keeper.
#[derive(Default)]
pub(crate) struct Status {
    last_read: Mutex<Option<Instant>>,
}

impl Status {
    /// Everything was read.
    fn read(&self) {
        *self.last_read.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
    }

    fn readiness(self: &Arc<Self>, nodes: &Arc<NodeMetrics>) -> Readiness {
        let (status, nodes) = (Arc::clone(self), Arc::clone(nodes));
        Arc::new(move || {
            if !nodes.is_up() {
                return Err("no node answers as it should".to_owned());
            }
            let last = *status.last_read.lock().unwrap_or_else(PoisonError::into_inner);
            match last {
                Some(last) if last.elapsed() < READ_LATELY => Ok(()),
                Some(_) => Err("the vault was not read lately".to_owned()),
                None => Err("the vault was not read yet".to_owned()),
            }
        })
    }
}

impl Shared {
    fn memory(&self) -> MutexGuard<'_, Memory> {
        // A poisoned memory is still a memory: every write leaves it whole.
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Trouble with `what` was met. Returns whether to say so: once for each of `words`, and now
    /// and then while it lasts.
    fn trouble(&self, what: &'static str, words: impl fmt::Display) -> bool {
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        let told = told.entry(what).or_default();
        told.trouble(words.to_string(), Instant::now()) != Say::Nothing
    }

    /// All is well with `what`. Returns whether to say that trouble with it has ended.
    fn well(&self, what: &'static str) -> bool {
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        let told = told.get_mut(what);
        told.is_some_and(|told| told.well(Instant::now()).is_some())
    }
}

/// Runs the keeper: until it is told to stop (SIGTERM, SIGINT), or one round with `once`. A
/// transaction that is on its way is waited for, unless it is told to stop again.
///
/// # Errors
/// [`ServiceError`]; its exit code says what kind.
pub async fn run(config: Config) -> Result<(), ServiceError> {
    let observer = metrics::observer();
    let status = Arc::new(Status::default());
    if let Some(address) = config.metrics_addr {
        metrics::serve(address, status.readiness(&observer))?;
    }
    let observer: Arc<dyn Observer> = observer;
    let prepared = tokio::select! {
        prepared = prepare(&config, &observer, status) => prepared?,
        () = told_to_stop() => {
            tracing::info!("stopped");
            return Ok(());
        }
    };
    let (shared, habits) = (Arc::new(prepared), config.habits());
    let working = Arc::clone(&shared);
    tokio::select! {
        ended = serve(config, observer, working, habits) => return ended,
        () = told_to_stop() => {}
    }
    shared.stopping.store(true, Ordering::Relaxed);
    tokio::select! {
        _ = timeout(LAST_TRANSACTION, shared.busy.lock()) => {}
        () = told_to_stop() => {}
    }
    tracing::info!("stopped");
    Ok(())
}

/// Connects for the first time, and finds out what to watch.
async fn prepare(config: &Config, observer: &Arc<dyn Observer>, status: Arc<Status>) -> Result<Shared, ServiceError> {
    let node = Node::new(&config.rpc, TIMEOUT, Some(observer));
    let tries = if config.once { TRIES } else { u32::MAX };
    let (keys, feeds) = patiently(tries, || locate(&node, config)).await?;
    let keeper = config.keeper.pubkey();
    let pay_to = config.pay_to.unwrap_or_else(|| wallet_of(&keeper, &keys.quote()));
    let first: Vec<String> = feeds.iter().map(|feeds| feeds.first.to_string()).collect();
    tracing::info!(vault = %keys.vault, price_feed = first.join(", "), keeper = %keeper, pay_to = %pay_to, "watching");
    Ok(Shared {
        node,
        memory: Mutex::new(Memory::new(keys, feeds, pay_to)),
        signer: config.keeper.insecure_clone(),
        keeper,
        feed_is_given: config.price_feed.is_some(),
        told: Mutex::default(),
        status,
        stopping: AtomicBool::new(false),
        busy: tokio::sync::Mutex::new(()),
        bell: Notify::new(),
        read_now: Notify::new(),
        feed_moved: Notify::new(),
    })
}

async fn serve(
    config: Config,
    observer: Arc<dyn Observer>,
    shared: Arc<Shared>,
    habits: Habits,
) -> Result<(), ServiceError> {
    if config.once {
        return patiently(TRIES, || once(&shared, habits)).await;
    }
    let mut tasks = JoinSet::new();
    tasks.spawn(watch::watch(config.websockets, observer, Arc::clone(&shared)));
    tasks.spawn(poll::poll(config.poll, Arc::clone(&shared)));
    tasks.spawn(work::work(shared, habits));
    // None of them ends on its own; if one does, the process must not look alive.
    let ended = tasks.join_next().await;
    let why = match ended {
        Some(Err(error)) => error.to_string(),
        _ => "a task ended".to_owned(),
    };
    Err(ServiceError::Network(format!(
        "the keeper stopped by itself ({why}); start it again"
    )))
}

/// Reads the vault and finds the price accounts of its markets.
async fn locate(node: &Node, config: &Config) -> Result<(VaultKeys, Vec<PriceFeeds>), ServiceError> {
    let one = |key: Pubkey| async move {
        let found = node.accounts(&[key]).await?.into_iter().next().flatten();
        Ok::<_, ServiceError>(found.map(|seen| seen.account))
    };
    let what = |error: DecodeError, hint: &str| ServiceError::Config(format!("{error}; {hint}"));
    let present = |account: Option<RawAccount>, key: Pubkey| account.ok_or(DecodeError::Missing(key));
    let hint = "check --vault, and that --rpc-url is of the right network";
    let vault = present(one(config.vault).await?, config.vault).and_then(|account| account.vault());
    let keys = VaultKeys::of(&config.vault, &vault.map_err(|error| what(error, hint))?);
    let mut all = Vec::new();
    for (place, key) in keys.markets.iter().flatten().enumerate() {
        let market = present(one(*key).await?, *key).and_then(|account| account.risk_market());
        let market = market.map_err(|error| what(error, "a risk market of the vault cannot be read"))?;
        let given = config.price_feed.filter(|_| place == 0);
        all.push(feeds_of(node, &market.params, given).await?);
    }
    Ok((keys, all))
}

/// Finds the price accounts of a market; `given` is its first source's, if that was told.
async fn feeds_of(node: &Node, params: &MarketParams, given: Option<Pubkey>) -> Result<PriceFeeds, ServiceError> {
    let [source, _, _] = &params.sources;
    let first = match given {
        Some(feed) => feed,
        None => feed::find(node, source).await?,
    };
    let other = |source| async move {
        match source {
            Some(source) => feed::find(node, source).await.map(Some),
            None => Ok(None),
        }
    };
    Ok(PriceFeeds {
        first,
        second: other(params.second_source()).await?,
        quote: other(params.quote_source()).await?,
    })
}

/// One round. In a dry run it says what it would do.
async fn once(shared: &Shared, habits: Habits) -> Result<(), ServiceError> {
    poll::read(shared).await?;
    let unreadable = || ServiceError::Network("the vault's accounts cannot be read; see the log".to_owned());
    let _busy = shared.busy.lock().await;
    let (due, snapshot) = work::prepare(shared, habits.fee).ok_or_else(unreadable)?;
    let Some(due) = due else {
        if snapshot.vault.tickets > 0 && !habits.dry_run {
            tickets::pay(shared, &snapshot, habits.fee).await?;
        }
        tracing::info!("nothing is due");
        return Ok(());
    };
    match work::execute(shared, due, habits.dry_run).await? {
        Round::Done | Round::WouldDo | Round::Beaten => Ok(()),
        Round::Again => Err(ServiceError::Network(
            "the transaction did not reach the chain".to_owned(),
        )),
        Round::Refused(refusal) => Err(ServiceError::Refused(format!(
            "the chain refuses: {} ({})",
            refusal.name, refusal.message
        ))),
    }
}
