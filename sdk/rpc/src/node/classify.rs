//! What an answer is: a result, an error of the node's, or which way to disappoint.

use crate::node_error::{words, NodeError};
use reqwest::header::{HeaderMap, LOCATION, RETRY_AFTER};
use reqwest::StatusCode;
use serde_json::Value;
use std::error::Error;
use std::time::{Duration, SystemTime};

/// What a node is left alone for at most, whatever it asks.
const LONGEST_WAIT: Duration = Duration::from_secs(300);
/// What it is left alone for where it does not say.
const DEFAULT_WAIT: Duration = Duration::from_secs(1);
/// JSON-RPC's number of a node that has not caught up.
const UNHEALTHY: i64 = -32005;
/// The same of one that has not reached the slot asked for.
const SLOT_NOT_REACHED: i64 = -32016;
/// How providers say that there were too many requests, in lower case.
const LIMITS: [&str; 10] = [
    "rate limit",
    "rate-limit",
    "ratelimit",
    "too many requests",
    "request limit",
    "requests limit",
    "limit reached",
    "limit exceeded",
    "max usage",
    "quota",
];

/// A sound answer.
#[derive(Clone, Debug, PartialEq)]
pub enum Answer {
    /// The result; null where the node has nothing.
    Result(Value),
    /// The node declines.
    Error {
        /// Its number.
        code: i64,
        /// Its words.
        message: String,
        /// What comes with them.
        data: Value,
    },
}

/// An answer as it arrived.
pub struct Response<'a> {
    pub url: &'a str,
    pub status: StatusCode,
    pub headers: &'a HeaderMap,
    pub body: &'a [u8],
}

impl Response<'_> {
    /// Returns the answer.
    ///
    /// # Errors
    /// Any [`NodeError`] but those of connections.
    pub fn read(&self) -> Result<Answer, NodeError> {
        let text = String::from_utf8_lossy(self.body);
        if self.status == StatusCode::TOO_MANY_REQUESTS {
            return Err(self.limited(&text));
        }
        let json: Option<Value> = serde_json::from_slice(self.body).ok();
        if !self.status.is_success() {
            // Some providers refuse with another status, and say why in the body.
            let limit = [402, 403, 503].contains(&self.status.as_u16()) && speaks_of_a_limit(&text);
            return Err(if limit { self.limited(&text) } else { self.status(&text) });
        }
        let foreign = |what: &str| {
            Err(NodeError::Foreign {
                url: self.url.to_owned(),
                words: words(what),
            })
        };
        let Some(Value::Object(mut fields)) = json else {
            return match text.trim() {
                "" => foreign("an empty body"),
                text if speaks_of_a_limit(text) => Err(self.limited(text)),
                text => foreign(text),
            };
        };
        match fields.remove("error") {
            Some(Value::Object(error)) => self.error(&error, &text),
            None | Some(Value::Null) => match fields.remove("result") {
                Some(result) => Ok(Answer::Result(result)),
                None if speaks_of_a_limit(&text) => Err(self.limited(&text)),
                None => foreign(&text),
            },
            Some(_) if speaks_of_a_limit(&text) => Err(self.limited(&text)),
            Some(_) => foreign(&text),
        }
    }

    fn error(&self, error: &serde_json::Map<String, Value>, text: &str) -> Result<Answer, NodeError> {
        let message = error.get("message").and_then(Value::as_str).unwrap_or(text);
        let code = error.get("code").and_then(Value::as_i64).unwrap_or_default();
        if [429, -32429].contains(&code) || speaks_of_a_limit(message) {
            return Err(self.limited(message));
        }
        if [UNHEALTHY, SLOT_NOT_REACHED].contains(&code) {
            let (url, words) = (self.url.to_owned(), words(message));
            return Err(NodeError::Behind { url, words });
        }
        Ok(Answer::Error {
            code,
            message: message.to_owned(),
            data: error.get("data").cloned().unwrap_or_default(),
        })
    }

    fn limited(&self, text: &str) -> NodeError {
        NodeError::RateLimited {
            url: self.url.to_owned(),
            wait: self.wait().unwrap_or(DEFAULT_WAIT),
            words: words(text),
        }
    }

    fn status(&self, text: &str) -> NodeError {
        let moved = self.headers.get(LOCATION).and_then(|to| to.to_str().ok());
        NodeError::Http {
            url: self.url.to_owned(),
            status: self.status.as_u16(),
            reason: self.status.canonical_reason().unwrap_or("(no standard status)"),
            wait: self.wait(),
            words: words(&moved.map_or_else(|| text.to_owned(), |to| format!("it moved to {to}"))),
        }
    }

    /// Returns how long the node asks to wait: seconds, or until a date.
    fn wait(&self) -> Option<Duration> {
        let asked = self.headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
        let wait = match asked.parse::<f64>() {
            Ok(seconds) if seconds >= 0.0 => Duration::try_from_secs_f64(seconds).unwrap_or(LONGEST_WAIT),
            Ok(_) => return None,
            Err(_) => {
                let until = httpdate::parse_http_date(asked).ok()?;
                until.duration_since(SystemTime::now()).unwrap_or_default()
            }
        };
        Some(wait.min(LONGEST_WAIT))
    }
}

fn speaks_of_a_limit(text: &str) -> bool {
    let text = text.to_lowercase();
    LIMITS.iter().any(|limit| text.contains(limit))
}

impl NodeError {
    /// Classifies a failed exchange over HTTP with the node shown as `url`.
    pub(super) fn of(url: &str, error: &reqwest::Error) -> Self {
        let (url, words) = (url.to_owned(), words(&cause(error)));
        if error.is_connect() {
            return Self::Unreachable { url, words };
        }
        Self::Interrupted { url, words }
    }
}

/// Returns the innermost cause: the outer ones name the URL, and say less.
pub(crate) fn cause(error: &dyn Error) -> String {
    let mut inner = error;
    while let Some(next) = inner.source() {
        inner = next;
    }
    inner.to_string()
}
