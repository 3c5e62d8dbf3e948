//! The errors of this crate.
//!
//! A chain gives two kinds of bad news: it refused ([`TransactionError`]), or it could not be asked
//! ([`NodeError`]). [`ClusterError`] is either. [`ArgumentError`] is about what a person typed, and
//! [`ServiceError`] is how a process ends.

use crate::transaction_error::TransactionError;

/// Why a node could not be asked, or its answer not be used. Each message is one line.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NodeError {
    /// Nobody listens.
    #[error("cannot reach the node at {url}; is it running, and is --rpc-url right?")]
    Unreachable {
        /// The node.
        url: String,
    },
    /// No answer within the longest wait.
    #[error("the node at {url} did not answer in time")]
    TimedOut {
        /// The node.
        url: String,
    },
    /// The connection broke while an answer was on its way.
    #[error("the node at {url} says: {words}")]
    Interrupted {
        /// The node.
        url: String,
        /// What the connection reports.
        words: String,
    },
    /// The body of the answer cannot be decoded.
    #[error("{url} does not answer as a Solana node does ({words}); check --rpc-url")]
    Garbled {
        /// The node.
        url: String,
        /// What the decoder reports.
        words: String,
    },
    /// It is an answer, but not one that a Solana node gives.
    #[error("{url} does not answer as a Solana node does ({words}); check --rpc-url")]
    Foreign {
        /// The node.
        url: String,
        /// What does not fit.
        words: String,
    },
    /// The node declines the question.
    #[error("the node at {url} says: {words}")]
    Declined {
        /// The node.
        url: String,
        /// Its words.
        words: String,
    },
    /// Accounts that are not those asked for, or cannot be decoded.
    #[error("{url} sent accounts that make no sense; check --rpc-url")]
    Accounts {
        /// The node.
        url: String,
    },
    /// The clock's account is missing, or too short.
    #[error("the node has no sound clock")]
    Clock,
}

/// Why a chain did not do something.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ClusterError {
    /// It refused the transaction.
    #[error(transparent)]
    Refused(#[from] TransactionError),
    /// It could not be asked, or its answer not be used. One line.
    #[error("{0}")]
    Unusable(String),
}

/// What is wrong with an argument. One line that names it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct ArgumentError(pub String);

/// Why a service stopped. Each message is one line that says what to do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ServiceError {
    /// It was told something that cannot work; trying again will not help. Exit code 2.
    #[error("{0}")]
    Config(String),
    /// The node could not be reached, or answered nonsense. Exit code 1.
    #[error("{0}")]
    Network(String),
    /// The chain refused the transaction. Exit code 1.
    #[error("{0}")]
    Refused(String),
}

impl ServiceError {
    /// Returns the process's exit code.
    pub const fn exit_code(&self) -> u8 {
        match self {
            Self::Config(_) => 2,
            Self::Network(_) | Self::Refused(_) => 1,
        }
    }
}

impl From<NodeError> for ServiceError {
    fn from(error: NodeError) -> Self {
        Self::Network(error.to_string())
    }
}

impl From<ArgumentError> for ServiceError {
    fn from(error: ArgumentError) -> Self {
        Self::Config(error.to_string())
    }
}
