//! What is known of one node: how it is, what was said of it, and how long it is left alone.

use crate::node_error::{NodeError, NodeState};
use crate::retry::Backoff;
use crate::told::{Say, Told};
use crate::url::NodeUrl;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Hears how nodes are, for metrics. A node is named by scheme and host.
pub trait Observer: Send + Sync {
    /// A call has ended.
    fn called(&self, node: &str, state: NodeState, elapsed: Duration);
    /// The state that the log was told of last.
    fn changed(&self, node: &str, state: NodeState);
}

/// A node of a list.
pub(crate) struct Endpoint {
    pub url: NodeUrl,
    health: Mutex<Health>,
    observer: Option<Arc<dyn Observer>>,
}

#[derive(Default)]
struct Health {
    told: Told<NodeState>,
    held: Option<Held>,
    backoff: Backoff,
}

struct Held {
    until: Instant,
    error: NodeError,
}

impl Endpoint {
    pub fn new(url: NodeUrl, observer: Option<Arc<dyn Observer>>) -> Self {
        if let Some(observer) = &observer {
            observer.changed(url.shown(), NodeState::Up);
        }
        Self {
            url,
            health: Mutex::default(),
            observer,
        }
    }

    fn health(&self) -> MutexGuard<'_, Health> {
        self.health.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns how long the node is left alone from now, and why.
    pub fn held(&self) -> Option<(Duration, NodeError)> {
        let health = self.health();
        let Held { until, error } = health.held.as_ref()?;
        let left = until.checked_duration_since(Instant::now())?;
        let mut error = error.clone();
        if let NodeError::RateLimited { wait, .. } = &mut error {
            *wait = left;
        }
        Some((left, error))
    }

    /// A call that took so long had an answer.
    pub fn answered(&self, elapsed: Duration) {
        self.observe(NodeState::Up, elapsed);
        self.well();
    }

    /// All is well at this moment. Says so, if there was trouble that has ended. Returns whether
    /// there is none.
    pub fn well(&self) -> bool {
        let mut health = self.health();
        health.held = None;
        let lasted = health.told.well(Instant::now());
        let well = !health.told.in_trouble();
        if well {
            health.backoff.reset();
        }
        drop(health);
        let Some(lasted) = lasted else { return well };
        tracing::info!(
            node = self.url.shown(),
            lasted_s = lasted.as_secs(),
            "{}",
            NodeState::Up.sentence()
        );
        self.changed(NodeState::Up);
        well
    }

    /// A call that took so long failed; with other nodes to ask, this one is left alone for a
    /// while. A rate limit is kept to in any case. Returns the error with the wait decided on.
    pub fn failed(&self, method: &str, mut error: NodeError, elapsed: Duration, has_others: bool) -> NodeError {
        let state = error.state();
        self.observe(state, elapsed);
        {
            let mut health = self.health();
            let pause = health.backoff.pause();
            let asked = error.wait();
            if let NodeError::RateLimited { wait, .. } = &mut error {
                // Without a word about the time, it grows with each refusal.
                *wait = (*wait).max(pause.min(Duration::from_secs(10)));
            }
            let limited = state == NodeState::RateLimited || asked.is_some();
            if limited || has_others {
                let wait = error.wait().unwrap_or(pause);
                health.held = Some(Held {
                    until: Instant::now() + wait,
                    error: error.clone(),
                });
            }
        }
        self.trouble(method, &error);
        error
    }

    /// Says what is wrong, unless it was said.
    pub fn trouble(&self, method: &str, error: &NodeError) {
        let state = error.state();
        let say = self.health().told.trouble(state, Instant::now());
        let (node, name) = (self.url.shown(), state.name());
        let wait_s = error.wait().map(|wait| wait.as_secs_f64());
        match say {
            Say::Nothing => return,
            Say::Begun => {
                tracing::warn!(node, state = name, method, wait_s, %error, "{}", state.sentence());
            }
            Say::Lasts(lasted) => {
                let lasted_s = lasted.as_secs();
                tracing::warn!(node, state = name, method, wait_s, lasted_s, %error, "{}, still", state.sentence());
            }
        }
        self.changed(state);
    }

    fn observe(&self, state: NodeState, elapsed: Duration) {
        if let Some(observer) = &self.observer {
            observer.called(self.url.shown(), state, elapsed);
        }
    }

    fn changed(&self, state: NodeState) {
        if let Some(observer) = &self.observer {
            observer.changed(self.url.shown(), state);
        }
    }
}
