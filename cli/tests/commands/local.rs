//! A local network on the chain in this process.

use ballast_deploy::config::{Config, DEFAULT};
use ballast_deploy::steps::Local;
use ballast_rpc::Embedded;
use std::path::{Path, PathBuf};

/// 2026-02-01 12:00 UTC, a Sunday.
const START: i64 = 1_769_947_200;

fn programs() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/deploy")
}

/// Returns a local network on BTC with a first price. `None`, said aloud, without programs.
pub fn network() -> Option<(Embedded, Local)> {
    network_of(DEFAULT)
}

/// Returns [`network`] with this configuration.
pub fn network_of(config: &str) -> Option<(Embedded, Local)> {
    for name in ["risk", "reference_venue", "vault", "options"] {
        let file = programs().join(format!("ballast_{name}.so"));
        if !file.is_file() {
            eprintln!("SKIPPED: {} is not built; ./ballast build builds it", file.display());
            return None;
        }
    }
    let mut chain = Embedded::new(START);
    let local = Local::new(Config::parse(config).unwrap(), "BTC").unwrap();
    local.initialise(&mut chain, &programs(), &mut |_| {}).unwrap();
    local.publish_first(&mut chain, &mut |_| {}).unwrap();
    Some((chain, local))
}
