//! Notices of changed accounts, over a websocket that is opened again whenever it ends.

use crate::error::NodeError;
use crate::node::{account_config, cause, raw, Endpoint, Observer, Response};
use crate::node_error::words;
use crate::retry::Backoff;
use crate::url::NodeUrl;
use ballast_sdk::accounts::RawAccount;
use ballast_sdk::Pubkey;
use futures_util::{SinkExt, StreamExt};
use serde::Deserialize;
use serde_json::{json, Value};
use solana_account_decoder_client_types::UiAccount;
use solana_rpc_client_api::response::Response as RpcResponse;
use std::collections::HashMap;
use std::future::Future;
use std::io::ErrorKind;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::net::TcpStream;
use tokio::time::{interval, sleep, timeout};
use tokio_tungstenite::tungstenite::{Error as WsError, Message};
use tokio_tungstenite::{connect_async, MaybeTlsStream, WebSocketStream};

/// Longest wait for a connection with all its subscriptions.
const PATIENCE: Duration = Duration::from_secs(5);
/// A node that has not answered by now is called silent.
const SILENCE: Duration = Duration::from_millis(1_500);
/// A connection that ends sooner did not live: the next pause is longer.
const LIVED: Duration = Duration::from_secs(30);
/// Longest pause between two connections.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);
/// Between two looks at a connection.
const TICK: Duration = Duration::from_secs(1);
/// Between two pings.
const PING: Duration = Duration::from_secs(10);
/// A connection on which nothing arrived for so long, not even an answer to a ping, is dead.
const DEAD: Duration = Duration::from_secs(30);
const METHOD: &str = "accountSubscribe";

/// Whoever wants to know of changed accounts.
pub trait Watcher {
    /// Returns the accounts to watch from the next connection on.
    fn accounts(&self) -> Vec<Pubkey>;
    /// All subscriptions of a new connection stand; what happened before is not noticed.
    fn subscribed(&self);
    /// The websocket came or went, as the log says it.
    fn connected(&self, connected: bool);
    /// An account has changed; `None` if it is gone.
    fn changed(&self, key: Pubkey, account: Option<RawAccount>);
    /// Comes back when other accounts are to be watched.
    fn moved(&self) -> impl Future<Output = ()> + Send;
}

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

#[derive(Deserialize)]
struct Notification {
    params: Params,
}

#[derive(Deserialize)]
struct Params {
    subscription: u64,
    result: RpcResponse<UiAccount>,
}

/// Watches for as long as the process lives, at the first of these nodes that lets it.
pub async fn watch(urls: &[NodeUrl], observer: Option<&Arc<dyn Observer>>, watcher: &impl Watcher) {
    let endpoint = |url: &NodeUrl| Endpoint::new(url.clone(), observer.cloned());
    let endpoints: Vec<Endpoint> = urls.iter().map(endpoint).collect();
    let mut backoff = Backoff::up_to(LONGEST_PAUSE);
    loop {
        let Some(endpoint) = endpoints.iter().find(|endpoint| endpoint.held().is_none()) else {
            let waits = endpoints.iter().filter_map(|endpoint| Some(endpoint.held()?.0));
            sleep(waits.min().unwrap_or(TICK)).await;
            continue;
        };
        let begun = Instant::now();
        let ended = connection(endpoint, watcher).await;
        if begun.elapsed() > LIVED {
            backoff.reset();
        }
        let Err(error) = ended else { continue };
        watcher.connected(false);
        endpoint.failed(METHOD, error, begun.elapsed(), endpoints.len() > 1);
        sleep(backoff.pause()).await;
    }
}

/// Connects and subscribes once, and closes again: for a check.
///
/// # Errors
/// [`NodeError`].
pub async fn check(url: &NodeUrl, keys: &[Pubkey]) -> Result<(), NodeError> {
    let opened = timeout(PATIENCE, subscribe(url, keys)).await;
    let (mut socket, _) = opened.map_err(|_| late(url, PATIENCE))??;
    let _ = socket.close(None).await;
    Ok(())
}

fn late(url: &NodeUrl, after: Duration) -> NodeError {
    NodeError::TimedOut {
        url: url.shown().to_owned(),
        after,
    }
}

/// One connection, from its first subscription to its end.
async fn connection(endpoint: &Endpoint, watcher: &impl Watcher) -> Result<(), NodeError> {
    let url = &endpoint.url;
    let keys = watcher.accounts();
    let opening = timeout(PATIENCE, subscribe(url, &keys));
    tokio::pin!(opening);
    let opened = tokio::select! {
        opened = &mut opening => opened,
        () = sleep(SILENCE) => {
            endpoint.trouble(METHOD, &late(url, SILENCE));
            opening.await
        }
    };
    let (mut socket, watched) = opened.map_err(|_| late(url, PATIENCE))??;
    let mut announced = false;
    watcher.subscribed();
    let mut ticks = interval(TICK);
    let (mut heard, mut pinged) = (Instant::now(), Instant::now());
    loop {
        tokio::select! {
            () = watcher.moved() => return Ok(()),
            _ = ticks.tick() => {
                if endpoint.well() && !announced {
                    announced = true;
                    watcher.connected(true);
                    tracing::info!(node = url.shown(), accounts = keys.len(), "websocket connected");
                }
                if heard.elapsed() > DEAD {
                    return Err(late(url, DEAD));
                }
                if pinged.elapsed() > PING {
                    pinged = Instant::now();
                    let ping = Message::Ping(Vec::new().into());
                    socket.send(ping).await.map_err(|error| broken(url, error))?;
                }
            }
            message = socket.next() => {
                heard = Instant::now();
                let text = match received(url, message)? {
                    Some(text) => text,
                    None => continue,
                };
                let Ok(Notification { params }) = serde_json::from_str(&text) else {
                    if is_json(&text) {
                        continue;
                    }
                    return Err(foreign(url, &text));
                };
                let Some(key) = watched.get(&params.subscription) else { continue };
                let account = params.result.value;
                let decoded = raw(*key, &account).ok_or_else(|| NodeError::Accounts { url: url.shown().to_owned() })?;
                watcher.changed(*key, (account.lamports > 0).then_some(decoded));
            }
        }
    }
}

fn is_json(text: &str) -> bool {
    serde_json::from_str::<Value>(text).is_ok_and(|value| value.is_object())
}

fn foreign(url: &NodeUrl, text: &str) -> NodeError {
    NodeError::Foreign {
        url: url.shown().to_owned(),
        words: words(text),
    }
}

/// Connects, and subscribes to every account. Returns which subscription is whose.
async fn subscribe(url: &NodeUrl, keys: &[Pubkey]) -> Result<(Socket, HashMap<u64, Pubkey>), NodeError> {
    let connected = connect_async(url.secret().as_str()).await;
    let (mut socket, _) = connected.map_err(|error| broken(url, error))?;
    for (id, key) in keys.iter().enumerate() {
        let config = serde_json::to_value(account_config()).unwrap_or_default();
        let request = json!({ "jsonrpc": "2.0", "id": id, "method": METHOD, "params": [key.to_string(), config] });
        let sent = socket.send(Message::text(request.to_string())).await;
        sent.map_err(|error| broken(url, error))?;
    }
    let mut watched = HashMap::with_capacity(keys.len());
    while watched.len() < keys.len() {
        let message = socket.next().await;
        let Some(text) = received(url, message)? else { continue };
        let answer: Value = serde_json::from_str(&text).map_err(|_| foreign(url, &text))?;
        let field = |name: &str| answer.get(name).and_then(Value::as_u64);
        if let Some(error) = answer.get("error").filter(|error| !error.is_null()) {
            return Err(refused(url, error, &text));
        }
        let key = field("id").and_then(|id| keys.get(usize::try_from(id).ok()?));
        match (key, field("result")) {
            (Some(key), Some(subscription)) => {
                watched.insert(subscription, *key);
            }
            // A notice of an earlier one; what it says is read again when all stand.
            _ if answer.get("method").is_some() => {}
            _ => return Err(foreign(url, &text)),
        }
    }
    Ok((socket, watched))
}

/// A subscription that is declined leaves the connection useless.
fn refused(url: &NodeUrl, error: &Value, text: &str) -> NodeError {
    let answer = Response {
        url: url.shown(),
        status: reqwest::StatusCode::OK,
        headers: &reqwest::header::HeaderMap::new(),
        body: text.as_bytes(),
    };
    answer.read().err().unwrap_or_else(|| NodeError::Interrupted {
        url: url.shown().to_owned(),
        words: words(error.get("message").and_then(Value::as_str).unwrap_or(text)),
    })
}

/// Returns the text of a message; `None` of one that has no meaning here.
fn received(url: &NodeUrl, message: Option<Result<Message, WsError>>) -> Result<Option<String>, NodeError> {
    let closed = |why: &str| NodeError::Interrupted {
        url: url.shown().to_owned(),
        words: words(why),
    };
    match message {
        None => Err(closed("the node closed it")),
        Some(Err(error)) => Err(broken(url, error)),
        Some(Ok(Message::Close(frame))) => Err(closed(&frame.map_or_else(
            || "the node closed it".to_owned(),
            |frame| format!("the node closed it: {} {}", frame.code, frame.reason),
        ))),
        Some(Ok(Message::Text(text))) => Ok(Some(text.as_str().to_owned())),
        Some(Ok(_)) => Ok(None),
    }
}

/// Classifies what the library reports. Its own words may hold the URL.
fn broken(url: &NodeUrl, error: WsError) -> NodeError {
    let shown = url.shown().to_owned();
    match error {
        WsError::Http(response) => {
            let body = response.body().as_deref().unwrap_or_default();
            let answer = Response {
                url: url.shown(),
                status: response.status(),
                headers: response.headers(),
                body,
            };
            let no_upgrade = || foreign(url, &String::from_utf8_lossy(body));
            answer.read().err().unwrap_or_else(no_upgrade)
        }
        WsError::Io(error) if is_of_connecting(error.kind()) => NodeError::Unreachable {
            url: shown,
            words: words(&cause(&error)),
        },
        WsError::Tls(error) => NodeError::Unreachable {
            url: shown,
            words: words(&cause(&error)),
        },
        WsError::Url(_) => NodeError::Unreachable {
            url: shown,
            words: "the name is not known, or the address is no websocket's".to_owned(),
        },
        WsError::Capacity(_) | WsError::Utf8(_) | WsError::HttpFormat(_) => foreign(url, &error.to_string()),
        error => NodeError::Interrupted {
            url: shown,
            words: words(&cause(&error)),
        },
    }
}

fn is_of_connecting(kind: ErrorKind) -> bool {
    use ErrorKind::{ConnectionRefused, HostUnreachable, NetworkUnreachable, NotFound, TimedOut};
    [
        ConnectionRefused,
        HostUnreachable,
        NetworkUnreachable,
        NotFound,
        TimedOut,
    ]
    .contains(&kind)
}
