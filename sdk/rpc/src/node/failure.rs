//! Which of the ways to disappoint it was.

use crate::error::NodeError;
use solana_rpc_client_api::client_error::{Error as ClientError, ErrorKind};
use solana_rpc_client_api::request::RpcError;

impl NodeError {
    /// Classifies the client's error about the node at `url`.
    pub(super) fn of(url: &str, error: &ClientError) -> Self {
        let (url, words) = (url.to_owned(), error.to_string().replace('\n', " "));
        match error.kind() {
            ErrorKind::Reqwest(cause) if cause.is_connect() => Self::Unreachable { url },
            ErrorKind::Reqwest(cause) if cause.is_timeout() => Self::TimedOut { url },
            ErrorKind::Reqwest(cause) if cause.is_decode() => Self::Garbled { url, words },
            ErrorKind::Reqwest(_) | ErrorKind::Io(_) => Self::Interrupted { url, words },
            ErrorKind::SerdeJson(_) | ErrorKind::RpcError(RpcError::ParseError(_) | RpcError::RpcRequestError(_)) => {
                Self::Foreign { url, words }
            }
            _ => Self::Declined { url, words },
        }
    }
}
