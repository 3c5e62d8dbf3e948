//! The errors of this crate.
//!
//! A chain gives two kinds of bad news: it refused ([`TransactionError`]), or it could not be asked
//! ([`NodeError`]). [`ClusterError`] is either. [`ArgumentError`] is about what a person typed, and
//! [`ServiceError`] is how a process ends.

pub use crate::node_error::NodeError;
use crate::transaction_error::TransactionError;
use solana_keypair::Keypair;
use solana_signer::Signer;

/// Why a chain did not do something.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ClusterError {
    /// It refused the transaction.
    #[error(transparent)]
    Refused(#[from] TransactionError),
    /// The node could not be asked, or its answer not be used.
    #[error(transparent)]
    Node(#[from] NodeError),
    /// It cannot be used for another reason. One line.
    #[error("{0}")]
    Unusable(String),
}

impl ClusterError {
    /// Says that the first signer cannot pay, where that is the reason.
    #[must_use]
    pub(crate) fn of_payer(self, signers: &[&Keypair]) -> Self {
        match (self, signers.first()) {
            (Self::Refused(refusal), Some(payer)) => Self::Refused(refusal.of_payer(&payer.pubkey())),
            (other, _) => other,
        }
    }
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
    #[error(transparent)]
    Node(#[from] NodeError),
    /// Something did not reach the chain, for another reason. Exit code 1.
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
            Self::Node(_) | Self::Network(_) | Self::Refused(_) => 1,
        }
    }
}

impl From<ArgumentError> for ServiceError {
    fn from(error: ArgumentError) -> Self {
        Self::Config(error.to_string())
    }
}
