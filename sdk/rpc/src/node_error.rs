//! Every way a node can disappoint, and what is said of it.

use crate::secrets::clean;
use std::fmt;
use std::time::Duration;

/// Characters of a node's own words in a message.
const WORDS: usize = 200;

/// Why a node could not be asked, or its answer not be used. Each message is one line, and names
/// the node by scheme and host alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NodeError {
    /// Nobody listens.
    Unreachable {
        /// The node.
        url: String,
        /// What the system reports.
        words: String,
    },
    /// No answer within the longest wait.
    TimedOut {
        /// The node.
        url: String,
        /// How long it was waited for.
        after: Duration,
    },
    /// The connection broke while an answer was on its way.
    Interrupted {
        /// The node.
        url: String,
        /// What the connection reports.
        words: String,
    },
    /// An HTTP status other than success.
    Http {
        /// The node.
        url: String,
        /// The status.
        status: u16,
        /// Its standard name.
        reason: &'static str,
        /// How long the node asks to wait.
        wait: Option<Duration>,
        /// The first characters of the body.
        words: String,
    },
    /// The node wants fewer requests.
    RateLimited {
        /// The node.
        url: String,
        /// How long it is left alone from now.
        wait: Duration,
        /// The first characters of the body.
        words: String,
    },
    /// The node has not caught up with the chain, and says so.
    Behind {
        /// The node.
        url: String,
        /// Its words.
        words: String,
    },
    /// It is an answer, but not one that a Solana node gives.
    Foreign {
        /// The node.
        url: String,
        /// What does not fit.
        words: String,
    },
    /// The node declines the question.
    Declined {
        /// The node.
        url: String,
        /// The error's number.
        code: i64,
        /// Its words.
        words: String,
    },
    /// Accounts that are not those asked for, or cannot be decoded.
    Accounts {
        /// The node.
        url: String,
    },
    /// The clock's account is missing, or too short.
    Clock,
}

/// How a node is, as seen from here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum NodeState {
    /// It answers.
    Up,
    /// Nobody listens.
    Unreachable,
    /// It does not answer in time.
    Silent,
    /// Its connections break.
    Dropping,
    /// It answers with a status other than success.
    Refusing,
    /// It wants fewer requests.
    RateLimited,
    /// It has not caught up with the chain.
    Behind,
    /// Its answers make no sense.
    Lying,
}

impl NodeState {
    /// Every state.
    pub const ALL: [Self; 8] = [
        Self::Up,
        Self::Unreachable,
        Self::Silent,
        Self::Dropping,
        Self::Refusing,
        Self::RateLimited,
        Self::Behind,
        Self::Lying,
    ];

    /// Returns its name in logs and metrics.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Up => "up",
            Self::Unreachable => "unreachable",
            Self::Silent => "silent",
            Self::Dropping => "dropping",
            Self::Refusing => "refusing",
            Self::RateLimited => "rate_limited",
            Self::Behind => "behind",
            Self::Lying => "lying",
        }
    }

    /// Returns what a log line says of it.
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::Up => "the node answers again",
            Self::Unreachable => "the node is out of reach",
            Self::Silent => "the node is silent",
            Self::Dropping => "the node drops connections",
            Self::Refusing => "the node does not serve",
            Self::RateLimited => "the node limits the rate of requests",
            Self::Behind => "the node is behind the chain",
            Self::Lying => "the node does not answer as a Solana node does",
        }
    }
}

impl NodeError {
    /// Returns the state of a node that gave this; `Up` where it answered as it should.
    pub const fn state(&self) -> NodeState {
        match self {
            Self::Unreachable { .. } => NodeState::Unreachable,
            Self::TimedOut { .. } => NodeState::Silent,
            Self::Interrupted { .. } => NodeState::Dropping,
            Self::Http { .. } => NodeState::Refusing,
            Self::RateLimited { .. } => NodeState::RateLimited,
            Self::Behind { .. } => NodeState::Behind,
            Self::Foreign { .. } | Self::Accounts { .. } | Self::Clock => NodeState::Lying,
            Self::Declined { .. } => NodeState::Up,
        }
    }

    /// Returns how long the node asked to be left alone.
    pub const fn wait(&self) -> Option<Duration> {
        match self {
            Self::RateLimited { wait, .. } => Some(*wait),
            Self::Http { wait, .. } => *wait,
            _ => None,
        }
    }

    /// Returns whether the same question may be answered a moment later.
    pub const fn is_transient(&self) -> bool {
        match self {
            Self::Http { status, .. } => *status >= 500 || *status == 408 || *status == 425,
            Self::Interrupted { .. } | Self::RateLimited { .. } | Self::Behind { .. } => true,
            _ => false,
        }
    }
}

/// What to do about an HTTP status.
const fn advice(status: u16) -> &'static str {
    match status {
        401..=403 => "check the key in --rpc-url",
        408 | 425 | 500.. => "try again",
        _ => "check --rpc-url",
    }
}

impl fmt::Display for NodeError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreachable { url, words } if url.starts_with("ws") => write!(
                out,
                "cannot reach the websocket at {url} ({words}); is it open, and is --ws-url right?"
            ),
            Self::Unreachable { url, words } => write!(
                out,
                "cannot reach the node at {url} ({words}); is it running, and is --rpc-url right?"
            ),
            Self::TimedOut { url, after } => {
                let seconds = (after.as_secs_f64() * 10.0).round() / 10.0;
                write!(out, "the node at {url} did not answer within {seconds} s")
            }
            Self::Interrupted { url, words } => {
                write!(out, "the connection to the node at {url} broke ({words}); try again")
            }
            Self::Http {
                url,
                status,
                reason,
                words,
                ..
            } => {
                write!(
                    out,
                    "the node at {url} says: HTTP {status} {reason}; {}",
                    advice(*status)
                )?;
                if words.is_empty() {
                    return Ok(());
                }
                write!(out, " (its words: {words})")
            }
            Self::RateLimited { url, wait, words } => {
                let seconds = wait.as_secs_f64().ceil();
                write!(
                    out,
                    "the node at {url} limits the rate of requests; it is asked again in {seconds} s"
                )?;
                if words.is_empty() {
                    return Ok(());
                }
                write!(out, " (its words: {words})")
            }
            Self::Behind { url, words } => {
                write!(
                    out,
                    "the node at {url} is behind the chain: {words}; try again, or another node"
                )
            }
            Self::Foreign { url, words } => {
                write!(
                    out,
                    "{url} does not answer as a Solana node does ({words}); check --rpc-url"
                )
            }
            Self::Declined { url, code, words } => write!(out, "the node at {url} says: {words} (code {code})"),
            Self::Accounts { url } => write!(out, "{url} sent accounts that make no sense; check --rpc-url"),
            Self::Clock => out.write_str("the node has no sound clock"),
        }
    }
}

impl std::error::Error for NodeError {}

/// Returns the beginning of a text from outside, on one line, without secrets and without what a
/// terminal would obey.
pub fn words(text: &str) -> String {
    let mut line = String::new();
    // Cut after cleaning: a secret that is cut in two is not found.
    for word in clean(text).split_whitespace() {
        if !line.is_empty() {
            line.push(' ');
        }
        line.extend(word.chars().filter(|c| !c.is_control()));
        if line.chars().count() > WORDS {
            return line.chars().take(WORDS).chain(['…']).collect();
        }
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_one_short_line() {
        assert_eq!(words(" a\r\n\tb\u{1b}[31mc\0 "), "a b[31mc");
        let long = words(&"x".repeat(10_000));
        assert_eq!((long.chars().count(), long.ends_with('…')), (201, true));
        assert_eq!(words(&"x".repeat(200)).chars().count(), 200);
    }

    #[test]
    fn a_name_is_one_states() {
        let mut names: Vec<&str> = NodeState::ALL.iter().map(|state| state.name()).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), NodeState::ALL.len());
    }
}
