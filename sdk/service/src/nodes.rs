//! Metrics of nodes, the same for every service.

use crate::metric::{Kind, Metric};
use ballast_rpc::node::Observer;
use ballast_rpc::NodeState;
use metrics::{counter, gauge, histogram};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// Seconds that a call may take.
pub const CALL_BUCKETS: [f64; 10] = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0];

/// Returns what [`NodeMetrics`] exports for the service of this prefix.
pub fn metrics(prefix: &str) -> Vec<Metric> {
    let named = |name: &str| format!("{prefix}_{name}");
    vec![
        Metric::new(
            named("rpc_up"),
            Kind::Gauge,
            &[],
            "1 while a node answers JSON-RPC as it should",
        ),
        Metric::new(
            named("node_state"),
            Kind::Gauge,
            &["node", "state"],
            "1 for the state that the log was told of last: up, unreachable, silent, dropping, refusing, \
             rate_limited, behind, lying",
        ),
        Metric::new(
            named("node_calls_total"),
            Kind::Counter,
            &["node", "state"],
            "Calls that have ended, by the state they showed",
        ),
        Metric::new(
            named("node_call_seconds"),
            Kind::Histogram,
            &["node"],
            "Time until a call has ended",
        ),
    ]
}

/// Exports how nodes are.
pub struct NodeMetrics {
    prefix: &'static str,
    states: Mutex<HashMap<String, NodeState>>,
}

impl NodeMetrics {
    /// Returns an observer for the service of this prefix.
    pub fn observer(prefix: &'static str) -> Arc<Self> {
        Arc::new(Self {
            prefix,
            states: Mutex::default(),
        })
    }

    /// Returns whether a node answers JSON-RPC.
    pub fn is_up(&self) -> bool {
        let states = self.states.lock().unwrap_or_else(PoisonError::into_inner);
        states
            .iter()
            .any(|(node, state)| node.starts_with("http") && *state == NodeState::Up)
    }

    fn name(&self, name: &str) -> String {
        format!("{}_{name}", self.prefix)
    }
}

impl Observer for NodeMetrics {
    fn called(&self, node: &str, state: NodeState, elapsed: Duration) {
        let labels = [("node", node.to_owned()), ("state", state.name().to_owned())];
        counter!(self.name("node_calls_total"), &labels).increment(1);
        histogram!(self.name("node_call_seconds"), "node" => node.to_owned()).record(elapsed.as_secs_f64());
    }

    fn changed(&self, node: &str, state: NodeState) {
        {
            let mut states = self.states.lock().unwrap_or_else(PoisonError::into_inner);
            states.insert(node.to_owned(), state);
        }
        for each in NodeState::ALL {
            let labels = [("node", node.to_owned()), ("state", each.name().to_owned())];
            gauge!(self.name("node_state"), &labels).set(f64::from(u8::from(each == state)));
        }
        gauge!(self.name("rpc_up")).set(f64::from(u8::from(self.is_up())));
    }
}
