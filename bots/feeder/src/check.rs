//! `--check`: whether everything is there that the feeder needs.

use crate::args::Config;
use crate::service::{observe, registered};
use ballast_rpc::node::{Node, TIMEOUT};
use ballast_rpc::ServiceError;
use ballast_service::checks::Checks;
use ballast_service::http::METRICS_FLAG;
use solana_signer::Signer;

/// Connects to everything once and prints what it finds, a line each. Sends nothing.
///
/// # Errors
/// The last thing that would keep the feeder from its work.
pub async fn check(config: &Config) -> Result<(), ServiceError> {
    let mut checks = Checks::default();
    checks.ok("settings", "are sound");
    let node = Node::new(&config.rpc, TIMEOUT, None);
    checks.nodes(&node).await;
    let surface = config.surface;
    match observe(&node, config).await {
        Err(error) => checks.failed("surface", error),
        Ok(seen) => {
            let feeders = seen.surface.feeders.count;
            checks.ok("surface", &format!("{surface} is read; it has {feeders} feeders"));
            if let Some(key) = &config.feeder {
                let key = key.pubkey();
                match registered(&seen.surface, config, &key) {
                    Ok(()) => checks.ok("key", &format!("{key} is one of its feeders")),
                    Err(error) => checks.failed("key", error),
                }
            }
        }
    }
    if let Some(address) = config.metrics_addr {
        match address.check(METRICS_FLAG) {
            Ok(()) => checks.ok("metrics", &format!("{} is free", address.0)),
            Err(error) => checks.failed("metrics", error),
        }
    }
    checks.end()
}
