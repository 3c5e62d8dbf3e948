//! `--check`: whether everything is there that the keeper needs.

use super::{locate, Config};
use ballast_rpc::node::{Node, TIMEOUT};
use ballast_rpc::{websocket, ServiceError};
use ballast_sdk::feeds::PriceFeeds;
use ballast_sdk::snapshot::Snapshot;
use ballast_service::checks::Checks;
use ballast_service::http::METRICS_FLAG;
use solana_signer::Signer;

/// Connects to everything once and prints what it finds, a line each. Sends nothing.
///
/// # Errors
/// The last thing that would keep the keeper from its work.
pub async fn check(config: &Config) -> Result<(), ServiceError> {
    let mut checks = Checks::default();
    checks.ok("settings", "are sound");
    let keeper = config.keeper.pubkey();
    let node = Node::new(&config.rpc, TIMEOUT, None);
    checks.nodes(&node).await;
    match node.accounts(&[keeper]).await {
        Err(error) => checks.failed("key", ServiceError::from(error)),
        Ok(found) => match found.first().cloned().flatten().map_or(0, |seen| seen.lamports) {
            0 => checks.failed(
                "key",
                ServiceError::Config(format!("{keeper} has no SOL to pay for transactions; send it some")),
            ),
            lamports => checks.ok("key", &format!("{keeper} holds {lamports} lamports")),
        },
    }
    let mut watched = vec![config.vault];
    match locate(&node, config).await {
        Err(error) => checks.failed("vault", error),
        Ok((keys, feeds)) => {
            watched = Snapshot::accounts(&keys);
            watched.extend(feeds.iter().flat_map(PriceFeeds::keys));
            let first: Vec<String> = feeds.iter().map(|feeds| feeds.first.to_string()).collect();
            checks.ok(
                "vault",
                &format!(
                    "{} is read; the price of each market is at {}",
                    keys.vault,
                    first.join(", ")
                ),
            );
        }
    }
    let mut websockets = Vec::new();
    for url in &config.websockets {
        let answer = websocket::check(url, &watched).await;
        let words = answer.map(|()| format!("takes {} subscriptions", watched.len()));
        websockets.push((url, words.map_err(ServiceError::from)));
    }
    checks.any_of("websocket", websockets);
    if let Some(address) = config.metrics_addr {
        match address.check(METRICS_FLAG) {
            Ok(()) => checks.ok("metrics", &format!("{} is free", address.0)),
            Err(error) => checks.failed("metrics", error),
        }
    }
    checks.end()
}
