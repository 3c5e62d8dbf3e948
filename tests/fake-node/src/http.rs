//! JSON-RPC over HTTP.

use crate::{lock, State};
use serde_json::{json, Value};
use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use std::sync::atomic::Ordering;
use std::thread;
use std::time::Duration;

/// How the node behaves over HTTP.
#[derive(Clone, Debug)]
pub enum Http {
    /// As a node should.
    Sound,
    /// With this status, these headers and this body.
    Says {
        /// Status.
        status: u16,
        /// Headers, each with its line end.
        headers: String,
        /// Body; `@PATH@` is the path it was asked at.
        body: String,
    },
    /// With a JSON-RPC error.
    Error {
        /// Number.
        code: i64,
        /// Words.
        message: String,
    },
    /// Not at all: it takes the question and says nothing.
    Silent,
    /// It closes the connection in the midst of an answer.
    Drops,
    /// It closes the connection at once.
    Closes,
}

impl Http {
    /// Returns an answer with a status and a body.
    pub fn says(status: u16, body: &str) -> Self {
        Self::Says {
            status,
            headers: String::new(),
            body: body.to_owned(),
        }
    }

    /// Returns an answer with a status, one header and a body.
    pub fn with_header(status: u16, header: &str, body: &str) -> Self {
        Self::Says {
            status,
            headers: format!("{header}\r\n"),
            body: body.to_owned(),
        }
    }
}

/// A question.
struct Request {
    path: String,
    method: String,
    params: Value,
    id: Value,
}

pub(crate) fn connection(stream: TcpStream, state: &State) {
    let Ok(mut writer) = stream.try_clone() else { return };
    let mut reader = BufReader::new(stream);
    while let Some(request) = read(&mut reader) {
        state.note(&request.method);
        let http = lock(&state.http).clone();
        let Some(answer) = answer(&http, &request, state) else {
            return;
        };
        if writer.write_all(answer.as_bytes()).is_err() || matches!(http, Http::Drops) {
            return;
        }
    }
}

fn read(reader: &mut impl BufRead) -> Option<Request> {
    let mut line = String::new();
    reader.read_line(&mut line).ok()?;
    let path = line.split_whitespace().nth(1)?.to_owned();
    let mut length = 0;
    loop {
        let mut header = String::new();
        reader.read_line(&mut header).ok()?;
        let header = header.trim().to_ascii_lowercase();
        if header.is_empty() {
            break;
        }
        if let Some(value) = header.strip_prefix("content-length:") {
            length = value.trim().parse().ok()?;
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    let question: Value = serde_json::from_slice(&body).unwrap_or_default();
    Some(Request {
        path,
        method: question["method"].as_str().unwrap_or_default().to_owned(),
        params: question["params"].clone(),
        id: question["id"].clone(),
    })
}

/// Returns the answer; `None` closes the connection.
fn answer(http: &Http, request: &Request, state: &State) -> Option<String> {
    let rpc = |field: &str, value: Value| {
        let body = json!({ "jsonrpc": "2.0", field: value, "id": request.id });
        page(200, "content-type: application/json\r\n", &body.to_string())
    };
    match http {
        Http::Sound => Some(rpc("result", state.result(&request.method, &request.params))),
        Http::Error { code, message } => Some(rpc("error", json!({ "code": code, "message": message }))),
        Http::Says { status, headers, body } => Some(page(*status, headers, &body.replace("@PATH@", &request.path))),
        Http::Silent => {
            while !state.ended.load(Ordering::Relaxed) && matches!(*lock(&state.http), Http::Silent) {
                thread::sleep(Duration::from_millis(20));
            }
            None
        }
        Http::Drops => {
            let whole = rpc("result", state.result(&request.method, &request.params));
            Some(whole[..whole.len() - 5].to_owned())
        }
        Http::Closes => None,
    }
}

fn page(status: u16, headers: &str, body: &str) -> String {
    format!(
        "HTTP/1.1 {status} Whatever\r\n{headers}content-length: {}\r\n\r\n{body}",
        body.len()
    )
}
