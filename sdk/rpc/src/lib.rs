//! One way to any chain.
//!
//! | module | holds |
//! | --- | --- |
//! | [`cluster`] | [`Cluster`], what a client needs of a chain; [`TestCluster`], of a local network |
//! | `embedded` | `Embedded`, the chain inside this process (LiteSVM; feature `litesvm`) |
//! | [`node`] | [`Node`], one or several nodes over asynchronous RPC: what bots talk to |
//! | [`websocket`] | notices of changed accounts |
//! | [`node_error`] | every way a node can disappoint, in one classification |
//! | [`url`], [`secrets`] | addresses of nodes; what of them is never printed |
//! | [`words`] | a program's rule and numbers in words |
//! | [`told`] | what lasts is said once |
//! | [`blocking`] | [`BlockingRpc`], the same node for a thread that waits |
//! | [`send`] | one transaction from simulation to confirmation |
//! | [`retry`] | pauses that grow, and trying again |
//! | [`error`], [`transaction_error`] | what a chain, a node, an argument and a service fail with |
//! | [`clock`] | the clock's account |
//! | [`amount`] | amounts as people write them |
//! | [`args`] | addresses, key files and URLs on command lines |
//! | [`tokens`] | instructions about tokens |
//! | [`vault`] | a vault and all around it, read at once |
//! | [`service`] | log lines, and the end of a process |
#![forbid(unsafe_code)]

pub mod amount;
pub mod args;
pub mod blocking;
pub mod clock;
pub mod cluster;
#[cfg(feature = "litesvm")]
pub mod embedded;
pub mod error;
pub mod node;
pub mod node_error;
pub mod retry;
pub mod secrets;
pub mod send;
pub mod service;
pub mod tokens;
pub mod told;
pub mod transaction_error;
pub mod url;
pub mod vault;
pub mod websocket;
pub mod words;

pub use blocking::BlockingRpc;
pub use cluster::{Cluster, TestCluster};
#[cfg(feature = "litesvm")]
pub use embedded::Embedded;
pub use error::{ArgumentError, ClusterError, NodeError, ServiceError};
pub use node::Node;
pub use node_error::NodeState;
pub use transaction_error::TransactionError;
pub use url::NodeUrl;
