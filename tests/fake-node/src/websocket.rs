//! Subscriptions over a websocket.

use crate::{lock, State};
use serde_json::{json, Value};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::thread;
use std::time::Duration;
use tungstenite::Message;

/// How the node behaves at a websocket.
#[derive(Clone, Debug)]
pub enum Websocket {
    /// As a node should.
    Sound,
    /// It takes this many subscriptions, then closes the connection at once.
    ClosesAfter(usize),
    /// It answers the handshake with this instead.
    Says {
        /// Status.
        status: u16,
        /// Headers, each with its line end.
        headers: String,
        /// Body; `@PATH@` is the path it was asked at.
        body: String,
    },
    /// It takes the connection and the subscriptions, and says nothing.
    Silent,
    /// It answers subscriptions with this text.
    Garbage(String),
    /// It declines subscriptions with these words.
    Declines(String),
}

pub(crate) fn connection(mut stream: TcpStream, state: &State) {
    state.note("connect");
    let behaviour = lock(&state.websocket).clone();
    if let Websocket::Says { status, headers, body } = &behaviour {
        let mut request = [0; 4096];
        let length = stream.read(&mut request).unwrap_or(0);
        let request = String::from_utf8_lossy(&request[..length]).into_owned();
        let path = request.split_whitespace().nth(1).unwrap_or_default();
        let body = body.replace("@PATH@", path);
        let length = body.len();
        let answer = format!("HTTP/1.1 {status} Whatever\r\n{headers}content-length: {length}\r\n\r\n{body}");
        let _ = stream.write_all(answer.as_bytes());
        return;
    }
    let Ok(mut socket) = tungstenite::accept(stream) else {
        return;
    };
    let mut subscriptions = 0usize;
    while let Ok(message) = socket.read() {
        let Message::Text(text) = message else { continue };
        let question: Value = serde_json::from_str(&text).unwrap_or_default();
        state.note(question["method"].as_str().unwrap_or_default());
        let answer = match &behaviour {
            Websocket::Silent => continue,
            Websocket::Garbage(text) => text.clone(),
            Websocket::Declines(words) => {
                json!({ "jsonrpc": "2.0", "error": { "code": -32_006, "message": words }, "id": question["id"] })
                    .to_string()
            }
            _ => {
                subscriptions += 1;
                json!({ "jsonrpc": "2.0", "result": subscriptions, "id": question["id"] }).to_string()
            }
        };
        if socket.send(Message::text(answer)).is_err() {
            return;
        }
        if matches!(behaviour, Websocket::ClosesAfter(most) if subscriptions >= most) {
            // Long enough to be read, short enough to be at once.
            thread::sleep(Duration::from_millis(20));
            return;
        }
    }
}
