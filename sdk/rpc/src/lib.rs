//! One way to any chain.
//!
//! | module | holds |
//! | --- | --- |
//! | [`cluster`] | [`Cluster`], what a client needs of a chain; [`TestCluster`], of a local network |
//! | `embedded` | `Embedded`, the chain inside this process (LiteSVM; feature `litesvm`) |
//! | [`node`] | [`Node`], a node over asynchronous RPC: what bots talk to |
//! | [`blocking`] | [`BlockingRpc`], the same node for a thread that waits |
//! | [`send`] | one transaction from simulation to confirmation |
//! | [`retry`] | pauses that grow, and trying again |
//! | [`error`], [`transaction_error`] | what a chain, a node, an argument and a service fail with |
//! | [`clock`] | the clock's account |
//! | [`amount`] | amounts as people write them |
//! | [`args`] | addresses, key files and URLs on command lines |
//! | [`tokens`] | instructions about tokens |
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
pub mod retry;
pub mod send;
pub mod service;
pub mod tokens;
pub mod transaction_error;

pub use blocking::BlockingRpc;
pub use cluster::{Cluster, TestCluster};
#[cfg(feature = "litesvm")]
pub use embedded::Embedded;
pub use error::{ArgumentError, ClusterError, NodeError, ServiceError};
pub use node::Node;
pub use transaction_error::TransactionError;
