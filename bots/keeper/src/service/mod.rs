//! The process around the planner: a memory of the chain, a bell, and a worker.

pub mod args;
mod feed;
mod lookup;
mod memory;
mod metrics;
mod poll;
mod tickets;
mod watch;
mod work;

pub use args::{Args, Config};

use ballast_rpc::retry::patiently;
use ballast_rpc::service::told_to_stop;
use ballast_rpc::{Node, ServiceError};
use ballast_sdk::accounts::{DecodeError, RawAccount};
use ballast_sdk::addresses::VaultKeys;
use ballast_sdk::Pubkey;
use memory::Memory;
use solana_keypair::Keypair;
use solana_signer::Signer;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::Notify;
use work::{Habits, Round};

/// Tries of `--once` before it gives up.
const TRIES: u32 = 5;

/// What the tasks share.
pub(crate) struct Shared {
    node: Node,
    memory: Mutex<Memory>,
    signer: Keypair,
    keeper: Pubkey,
    feed_is_given: bool,
    warned_of_no_balance: AtomicBool,
    /// Something changed.
    bell: Notify,
    /// Read everything without waiting for the interval.
    read_now: Notify,
    /// Another price account is watched from now on.
    feed_moved: Notify,
}

impl Shared {
    fn memory(&self) -> MutexGuard<'_, Memory> {
        // A poisoned memory is still a memory: every write leaves it whole.
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Runs the keeper: until it is told to stop (SIGTERM, SIGINT), or one round with `once`.
///
/// # Errors
/// [`ServiceError`]; its exit code says what kind.
pub async fn run(config: Config) -> Result<(), ServiceError> {
    if let Some(address) = config.metrics_addr {
        metrics::serve(address)?;
    }
    tokio::select! {
        ended = serve(config) => ended,
        () = told_to_stop() => {
            tracing::info!("stopped");
            Ok(())
        }
    }
}

async fn serve(config: Config) -> Result<(), ServiceError> {
    let node = Node::new(&config.rpc_url);
    let tries = if config.once { TRIES } else { u32::MAX };
    let (keys, feed, second) = patiently(tries, || locate(&node, &config)).await?;
    let keeper = config.keeper.pubkey();
    tracing::info!(vault = %keys.vault, price_feed = %feed, keeper = %keeper, "watching");
    let shared = Arc::new(Shared {
        node,
        memory: Mutex::new(Memory::new(keys, feed, second)),
        signer: config.keeper,
        keeper,
        feed_is_given: config.price_feed.is_some(),
        warned_of_no_balance: AtomicBool::new(false),
        bell: Notify::new(),
        read_now: Notify::new(),
        feed_moved: Notify::new(),
    });
    let habits = Habits {
        fee: config.fee,
        dry_run: config.dry_run,
        ticket_interval: config.ticket_interval,
    };
    if config.once {
        return patiently(TRIES, || once(&shared, habits)).await;
    }
    let tasks = [
        tokio::spawn(watch::watch(config.ws_url, Arc::clone(&shared))),
        tokio::spawn(poll::poll(config.poll, Arc::clone(&shared))),
        tokio::spawn(work::work(shared, habits)),
    ];
    // None of them ends on its own; if one does, the process must not look alive.
    let ended = futures_util::future::select_all(tasks).await.0;
    let why = ended
        .err()
        .map_or_else(|| "a task ended".to_owned(), |error| error.to_string());
    Err(ServiceError::Network(format!(
        "the keeper stopped by itself ({why}); start it again"
    )))
}

/// Reads the vault and finds its price accounts.
async fn locate(node: &Node, config: &Config) -> Result<(VaultKeys, Pubkey, Option<Pubkey>), ServiceError> {
    let one = |key: Pubkey| async move {
        let found = node.accounts(&[key]).await?.into_iter().next().flatten();
        Ok::<_, ServiceError>(found.map(|seen| seen.account))
    };
    let what = |error: DecodeError, hint: &str| ServiceError::Config(format!("{error}; {hint}"));
    let present = |account: Option<RawAccount>, key: Pubkey| account.ok_or(DecodeError::Missing(key));
    let hint = "check --vault, and that --rpc-url is of the right network";
    let vault = present(one(config.vault).await?, config.vault).and_then(|account| account.vault());
    let keys = VaultKeys::of(&config.vault, &vault.map_err(|error| what(error, hint))?);
    let market = present(one(keys.risk_market).await?, keys.risk_market).and_then(|account| account.risk_market());
    let market = market.map_err(|error| what(error, "the vault's risk market cannot be read"))?;
    let [first, _] = &market.params.sources;
    let feed = match config.price_feed {
        Some(feed) => feed,
        None => feed::find(node, first).await?,
    };
    let second = match market.params.second_source() {
        Some(source) => Some(feed::find(node, source).await?),
        None => None,
    };
    Ok((keys, feed, second))
}

/// One round. In a dry run it says what it would do.
async fn once(shared: &Shared, habits: Habits) -> Result<(), ServiceError> {
    poll::read(shared).await?;
    let unreadable = || ServiceError::Network("the vault's accounts cannot be read; see the log".to_owned());
    let (due, snapshot) = work::prepare(shared, habits.fee).ok_or_else(unreadable)?;
    let Some(due) = due else {
        if snapshot.vault.pending_redemption_shares > 0 && !habits.dry_run {
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
