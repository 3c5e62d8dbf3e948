//! The websocket: the bell that says an account has changed.

use super::{metrics, Shared};
use ballast_rpc::node::Observer;
use ballast_rpc::websocket::{self, Watcher};
use ballast_rpc::NodeUrl;
use ballast_sdk::accounts::RawAccount;
use ballast_sdk::Pubkey;
use std::future::Future;
use std::sync::Arc;
use std::time::Instant;

/// Keeps a connection for as long as the process lives. While there is none, polling goes on.
pub async fn watch(urls: Vec<NodeUrl>, observer: Arc<dyn Observer>, shared: Arc<Shared>) {
    websocket::watch(&urls, Some(&observer), &*shared).await;
}

impl Watcher for Shared {
    fn accounts(&self) -> Vec<Pubkey> {
        self.memory().watched()
    }

    fn subscribed(&self) {
        self.read_now.notify_one();
    }

    fn connected(&self, connected: bool) {
        metrics::websocket(connected);
    }

    fn changed(&self, key: Pubkey, account: Option<RawAccount>) {
        if self.memory().put(key, account, Instant::now()) {
            self.bell.notify_one();
        }
    }

    fn moved(&self) -> impl Future<Output = ()> + Send {
        self.feed_moved.notified()
    }
}
