//! How the service ends when it has to.

/// Why the service stopped. Each message is one line that says what to do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeeperError {
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

impl KeeperError {
    /// The process's exit code.
    pub const fn exit_code(&self) -> u8 {
        match self {
            Self::Config(_) => 2,
            Self::Network(_) | Self::Refused(_) => 1,
        }
    }
}
