//! JSON-RPC to the first node of a list that answers.

use super::classify::{Answer, Response};
use super::health::{Endpoint, Observer};
use crate::node_error::{words, NodeError};
use crate::url::NodeUrl;
use serde_json::{json, Value};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::time::{sleep, timeout};

/// A node that has not answered by now is called silent; another one is asked, if there is one.
const SILENCE: Duration = Duration::from_millis(1_500);
/// Methods that may take their time.
const LONG: [&str; 2] = ["getProgramAccounts", "requestAirdrop"];
/// Bytes of the largest answer; more is no answer of a Solana node.
const LARGEST: usize = 256 << 20;

/// A question.
pub(super) struct Call {
    pub method: &'static str,
    pub params: Value,
}

impl Call {
    fn is_long(&self) -> bool {
        LONG.contains(&self.method) || self.method.starts_with("surfnet_")
    }
}

/// Nodes in order of preference.
pub(super) struct Transport {
    client: reqwest::Client,
    endpoints: Vec<Endpoint>,
    longest: Duration,
    next_id: AtomicU64,
}

impl Transport {
    pub fn new(urls: &[NodeUrl], longest: Duration, observer: Option<&Arc<dyn Observer>>) -> Self {
        // A redirection would take the key elsewhere; who follows it by hand sees where.
        let client = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .unwrap_or_default();
        let endpoint = |url: &NodeUrl| Endpoint::new(url.clone(), observer.cloned());
        Self {
            client,
            endpoints: urls.iter().map(endpoint).collect(),
            longest,
            next_id: AtomicU64::new(1),
        }
    }

    pub fn first(&self) -> Option<&NodeUrl> {
        self.endpoints.first().map(|endpoint| &endpoint.url)
    }

    /// Asks the first node that is not left alone, then the others, for as long as a call may take.
    /// `read` says what the answer means; an answer that means nothing is a failure of its node.
    ///
    /// # Errors
    /// The last node's failure, or why all are left alone.
    pub async fn ask<T>(
        &self,
        call: &Call,
        read: impl Fn(&str, Answer) -> Result<T, NodeError>,
    ) -> Result<T, NodeError> {
        let begun = Instant::now();
        let mut last = None;
        let mut shortest: Option<(Duration, NodeError)> = None;
        for (index, endpoint) in self.endpoints.iter().enumerate() {
            if let Some(held) = endpoint.held() {
                if shortest.as_ref().is_none_or(|other| held.0 < other.0) {
                    shortest = Some(held);
                }
                continue;
            }
            let left = self.longest.saturating_sub(begun.elapsed());
            let others = self.endpoints.iter().skip(index + 1);
            let is_last = others.filter(|other| other.held().is_none()).count() == 0;
            let limit = if is_last || call.is_long() {
                left
            } else {
                SILENCE.min(left)
            };
            let start = Instant::now();
            let answer = self.exchange(endpoint, call, limit).await;
            match answer.and_then(|answer| read(endpoint.url.shown(), answer)) {
                Ok(value) => {
                    endpoint.answered(start.elapsed());
                    return Ok(value);
                }
                Err(error @ NodeError::Declined { .. }) => {
                    endpoint.answered(start.elapsed());
                    return Err(error);
                }
                Err(error) => {
                    let has_others = self.endpoints.len() > 1;
                    last = Some(endpoint.failed(call.method, error, start.elapsed(), has_others));
                }
            }
        }
        Err(last.or(shortest.map(|held| held.1)).unwrap_or(NodeError::Clock))
    }

    /// Asks every node once, whatever is known of it: for a check.
    pub async fn ask_each<T>(
        &self,
        call: &Call,
        read: impl Fn(&str, Answer) -> Result<T, NodeError>,
    ) -> Vec<(NodeUrl, Result<T, NodeError>)> {
        let mut all = Vec::new();
        for endpoint in &self.endpoints {
            let answer = self.exchange(endpoint, call, self.longest).await;
            let read = answer.and_then(|answer| read(endpoint.url.shown(), answer));
            all.push((endpoint.url.clone(), read));
        }
        all
    }

    /// Waits for one answer, and says so when it takes long.
    async fn exchange(&self, endpoint: &Endpoint, call: &Call, limit: Duration) -> Result<Answer, NodeError> {
        let late = |after| NodeError::TimedOut {
            url: endpoint.url.shown().to_owned(),
            after,
        };
        let exchange = timeout(limit, self.post(endpoint, call));
        tokio::pin!(exchange);
        if !call.is_long() && limit > SILENCE {
            tokio::select! {
                answer = &mut exchange => return answer.unwrap_or_else(|_| Err(late(limit))),
                () = sleep(SILENCE) => endpoint.trouble(call.method, &late(SILENCE)),
            }
        }
        exchange.await.unwrap_or_else(|_| Err(late(limit)))
    }

    async fn post(&self, endpoint: &Endpoint, call: &Call) -> Result<Answer, NodeError> {
        let url = endpoint.url.shown();
        let id = self.next_id.fetch_add(1, Ordering::Relaxed);
        let request = json!({ "jsonrpc": "2.0", "id": id, "method": call.method, "params": call.params });
        let broken = |error: reqwest::Error| NodeError::of(url, &error);
        let sent = self
            .client
            .post(endpoint.url.secret().clone())
            .header(reqwest::header::CONTENT_TYPE, "application/json")
            .body(request.to_string())
            .send();
        let mut response = sent.await.map_err(broken)?;
        let (status, headers) = (response.status(), response.headers().clone());
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(broken)? {
            if body.len().saturating_add(chunk.len()) > LARGEST {
                return Err(NodeError::Foreign {
                    url: url.to_owned(),
                    words: words(&format!("more than {} MiB in one answer", LARGEST >> 20)),
                });
            }
            body.extend_from_slice(&chunk);
        }
        let response = Response {
            url,
            status,
            headers: &headers,
            body: &body,
        };
        response.read()
    }
}
