//! The full read: everything at once, every so often, so that a lost notification costs one
//! interval at most.

use super::{feed, metrics, Shared};
use ballast_rpc::clock::CLOCK;
use ballast_rpc::retry::Backoff;
use ballast_rpc::ServiceError;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::time::sleep;

/// How often a better price account is looked for while the present one is stale.
const FEED_SEARCH: Duration = Duration::from_secs(30);
const BALANCE: &str = "balance";

/// Reads all accounts, the clock, the keeper's balance and a blockhash into the memory, and rings
/// the bell.
///
/// # Errors
/// [`ServiceError::Node`].
pub async fn read(shared: &Shared) -> Result<(), ServiceError> {
    let (begun, mut keys) = {
        let memory = shared.memory();
        (memory.version(), memory.watched())
    };
    keys.push(CLOCK);
    keys.push(shared.keeper);
    let (accounts, blockhash) = tokio::try_join!(shared.node.accounts(&keys), shared.node.blockhash())?;
    let mut found: Vec<_> = keys.into_iter().zip(accounts).collect();
    let balance = found.pop().and_then(|(_, seen)| seen).map_or(0, |seen| seen.lamports);
    metrics::balance(balance);
    if balance > 0 {
        if shared.well(BALANCE) {
            tracing::info!(keeper = %shared.keeper, lamports = balance, "the keeper has SOL again");
        }
    } else if shared.trouble(BALANCE, "none") {
        tracing::warn!(keeper = %shared.keeper, "the keeper has no SOL to pay for transactions; send it some");
    }
    shared.memory().read(begun, found, blockhash, Instant::now());
    shared.bell.notify_one();
    Ok(())
}

/// Reads for as long as the process lives. How the node is, it says itself.
pub async fn poll(interval: Duration, shared: Arc<Shared>) {
    let mut backoff = Backoff::default();
    let mut searched = Instant::now();
    loop {
        let pause = match read(&shared).await {
            Ok(()) => {
                backoff.reset();
                metrics::read();
                shared.status.read();
                if searched.elapsed() > FEED_SEARCH {
                    searched = Instant::now();
                    feed::find_fresher(&shared).await;
                }
                interval
            }
            Err(ServiceError::Node(error)) => backoff.pause().max(error.wait().unwrap_or_default()),
            Err(_) => backoff.pause(),
        };
        tokio::select! {
            () = sleep(pause) => (),
            // A connection that has just come up wants to know what it missed.
            () = shared.read_now.notified() => (),
        }
    }
}
