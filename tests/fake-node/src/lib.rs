//! A node that misbehaves as told, for tests: JSON-RPC over HTTP, and a websocket one port up.
//!
//! Both can be told to behave otherwise while somebody is connected. They listen on this machine
//! alone, and end with the [`FakeNode`].

mod http;
mod websocket;

pub use http::Http;
pub use websocket::Websocket;

use serde_json::{json, Value};
use std::collections::HashMap;
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Instant;

/// An account that the node has.
#[derive(Clone, Debug)]
pub struct Account {
    /// The program that owns it, base 58.
    pub owner: String,
    /// Its bytes.
    pub data: Vec<u8>,
    /// Its balance.
    pub lamports: u64,
}

/// What was asked, and when.
#[derive(Clone, Debug)]
pub struct Asked {
    /// When.
    pub at: Instant,
    /// The JSON-RPC method; `connect` for a websocket.
    pub method: String,
}

pub(crate) struct State {
    http: Mutex<Http>,
    websocket: Mutex<Websocket>,
    accounts: Mutex<HashMap<String, Account>>,
    asked: Mutex<Vec<Asked>>,
    ended: AtomicBool,
}

pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Serves connections, each in a thread of its own, until the node ends.
fn serve(listener: TcpListener, state: &Arc<State>, connection: fn(TcpStream, &State)) {
    let state = Arc::clone(state);
    thread::spawn(move || {
        for stream in listener.incoming() {
            if state.ended.load(Ordering::Relaxed) {
                return;
            }
            let (Ok(stream), state) = (stream, Arc::clone(&state)) else {
                continue;
            };
            thread::spawn(move || connection(stream, &state));
        }
    });
}

impl State {
    pub(crate) fn note(&self, method: &str) {
        lock(&self.asked).push(Asked {
            at: Instant::now(),
            method: method.to_owned(),
        });
    }

    /// Answers as a sound node does.
    pub(crate) fn result(&self, method: &str, params: &Value) -> Value {
        let context = json!({ "apiVersion": "2.3.0", "slot": 1_000 });
        match method {
            "getMultipleAccounts" => {
                let keys = params[0].as_array().cloned().unwrap_or_default();
                let accounts = lock(&self.accounts);
                let found = keys.iter().map(|key| {
                    let account = accounts.get(key.as_str().unwrap_or_default());
                    account.map_or(Value::Null, encoded)
                });
                json!({ "context": context, "value": found.collect::<Vec<_>>() })
            }
            "getLatestBlockhash" => {
                json!({ "context": context, "value": { "blockhash": "7".repeat(44), "lastValidBlockHeight": 2_000 } })
            }
            "getGenesisHash" => json!("9".repeat(43)),
            "getProgramAccounts" => json!([]),
            _ => Value::Null,
        }
    }
}

fn encoded(account: &Account) -> Value {
    use base64::prelude::{Engine, BASE64_STANDARD};
    json!({
        "data": [BASE64_STANDARD.encode(&account.data), "base64"],
        "executable": false,
        "lamports": account.lamports,
        "owner": account.owner,
        "rentEpoch": 0,
        "space": account.data.len(),
    })
}

/// A node on two ports of this machine.
pub struct FakeNode {
    port: u16,
    state: Arc<State>,
}

impl FakeNode {
    /// Starts a node that behaves so.
    pub fn start(http: Http, websocket: Websocket) -> Self {
        let state = Arc::new(State {
            http: Mutex::new(http),
            websocket: Mutex::new(websocket),
            accounts: Mutex::default(),
            asked: Mutex::default(),
            ended: AtomicBool::new(false),
        });
        let (first, second, port) = two_ports();
        serve(first, &state, http::connection);
        serve(second, &state, websocket::connection);
        Self { port, state }
    }

    /// Returns its JSON-RPC address.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Returns its port; the websocket's is the next.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Behaves so over HTTP from now on.
    pub fn set_http(&self, http: Http) {
        *lock(&self.state.http) = http;
    }

    /// Behaves so at the next websocket from now on.
    pub fn set_websocket(&self, websocket: Websocket) {
        *lock(&self.state.websocket) = websocket;
    }

    /// Has this account from now on.
    pub fn put(&self, key: &str, account: Account) {
        lock(&self.state.accounts).insert(key.to_owned(), account);
    }

    /// Returns what it was asked until now.
    pub fn asked(&self) -> Vec<Asked> {
        lock(&self.state.asked).clone()
    }

    /// Returns how often it was asked this.
    pub fn count(&self, method: &str) -> usize {
        self.asked().iter().filter(|asked| asked.method == method).count()
    }
}

impl Drop for FakeNode {
    fn drop(&mut self) {
        self.state.ended.store(true, Ordering::Relaxed);
        // Whoever accepts has to look.
        for port in [self.port, self.port + 1] {
            let _ = std::net::TcpStream::connect(("127.0.0.1", port));
        }
    }
}

/// Returns two free ports in a row.
fn two_ports() -> (TcpListener, TcpListener, u16) {
    loop {
        let first = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
        let port = first.local_addr().expect("its number").port();
        if let Some(Ok(second)) = port.checked_add(1).map(|next| TcpListener::bind(("127.0.0.1", next))) {
            return (first, second, port);
        }
    }
}
