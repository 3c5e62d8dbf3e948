//! The websocket: the bell that says an account has changed.

use super::{metrics, Shared};
use ballast_rpc::node;
use ballast_rpc::retry::Backoff;
use ballast_sdk::Pubkey;
use futures_util::stream::{select_all, StreamExt};
use solana_pubsub_client::nonblocking::pubsub_client::{PubsubClient, PubsubClientError};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::time::{sleep, timeout};

/// Longest wait for a connection or a subscription.
const PATIENCE: Duration = Duration::from_secs(5);

/// Keeps a connection for as long as the process lives. While there is none, polling goes on.
pub async fn watch(url: String, shared: Arc<Shared>) {
    let mut backoff = Backoff::default();
    loop {
        let ended = connected(&url, &shared, &mut backoff).await;
        metrics::websocket(false);
        let pause = backoff.pause();
        let error = ended.err().map_or_else(
            || "the node closed the connection".to_owned(),
            |error| error.to_string(),
        );
        let retry_ms = u64::try_from(pause.as_millis()).unwrap_or(u64::MAX);
        tracing::warn!(url, error, retry_ms, "websocket down, polling meanwhile");
        sleep(pause).await;
    }
}

/// One connection, from its first subscription to its end.
async fn connected(url: &str, shared: &Shared, backoff: &mut Backoff) -> Result<(), PubsubClientError> {
    let client = patient(PubsubClient::new(url)).await?;
    let watched = shared.memory().watched();
    let mut streams = Vec::with_capacity(watched.len());
    // Dropped only when the connection ends.
    let mut subscriptions = Vec::with_capacity(watched.len());
    for key in &watched {
        let (stream, unsubscribe) = patient(client.account_subscribe(key, Some(node::account_config()))).await?;
        let key = *key;
        streams.push(stream.map(move |answer| (key, answer.value)));
        subscriptions.push(unsubscribe);
    }
    backoff.reset();
    metrics::websocket(true);
    tracing::info!(url, accounts = watched.len(), "websocket connected");
    // What happened before the subscriptions stood.
    shared.read_now.notify_one();
    let mut news = select_all(streams);
    loop {
        tokio::select! {
            () = shared.feed_moved.notified() => return Ok(()),
            item = news.next() => {
                let Some((key, account)) = item else { return Ok(()) };
                notified(shared, key, node::raw(key, &account), account.lamports, Instant::now());
            }
        }
    }
}

fn notified(
    shared: &Shared,
    key: Pubkey,
    account: Option<ballast_sdk::accounts::RawAccount>,
    lamports: u64,
    at: Instant,
) {
    let Some(account) = account else {
        tracing::warn!(account = %key, "the node sent an account that makes no sense; left out");
        return;
    };
    let account = (lamports > 0).then_some(account);
    if shared.memory().put(key, account, at) {
        shared.bell.notify_one();
    }
}

async fn patient<T>(
    future: impl std::future::Future<Output = Result<T, PubsubClientError>>,
) -> Result<T, PubsubClientError> {
    let late = |_| PubsubClientError::RequestError("no answer in time".to_owned());
    timeout(PATIENCE, future).await.map_err(late)?
}
