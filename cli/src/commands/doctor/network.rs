//! Ports, node, key.

use super::Finding;
use ballast_rpc::{BlockingRpc, Cluster};
use std::net::TcpListener;
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

/// The local node's RPC; its websocket is the next one.
const PORT: u16 = 8899;
/// Seconds by which a node's clock may differ from this machine's.
const SKEW: i64 = 30;

/// Looks at the network, from here.
pub fn look(rpc_url: Option<&str>, keypair: Option<&Path>) -> Vec<Finding> {
    let local = format!("http://127.0.0.1:{PORT}");
    let node = node(rpc_url.unwrap_or(&local), rpc_url.is_some());
    let answers = rpc_url.is_none() && node.status == super::Status::Ok;
    vec![ports(answers), node, key(keypair)]
}

fn ports(node_answers: bool) -> Finding {
    let taken: Vec<String> = [PORT, PORT + 1]
        .into_iter()
        .filter(|port| TcpListener::bind(("127.0.0.1", *port)).is_err())
        .map(|port| port.to_string())
        .collect();
    match taken.is_empty() {
        true => Finding::ok("ports", format!("{PORT} and {} are free", PORT + 1)),
        false if node_answers => Finding::ok("ports", format!("{} taken by a node", taken.join(" and "))),
        false => Finding::warning(
            "ports",
            format!("{} taken by another program", taken.join(" and ")),
            "./ballast localnet --port 18899",
        ),
    }
}

/// A node that was named has to answer; the local one need not run.
fn node(url: &str, named: bool) -> Finding {
    match BlockingRpc::new(url).and_then(|mut rpc| rpc.clock()) {
        Ok(clock) => of_clock(clock.unix_timestamp, clock.slot),
        Err(error) if named => Finding::wrong("node", error.to_string(), "check --rpc-url and BALLAST_RPC_URL"),
        Err(_) => Finding::ok("node", "none runs on this machine; `./ballast localnet` starts one"),
    }
}

fn of_clock(unix_time: i64, slot: u64) -> Finding {
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default()
        .as_secs();
    let behind = i64::try_from(now).unwrap_or_default().saturating_sub(unix_time);
    let found = format!("answers, at slot {slot}");
    if behind.abs() <= SKEW {
        return Finding::ok("node", format!("{found}, its clock within {SKEW} s of this machine's"));
    }
    let way = if behind > 0 { "behind" } else { "ahead of" };
    Finding::warning(
        "node",
        format!("{found}, its clock {} s {way} this machine's", behind.unsigned_abs()),
        "on a replayed network that is meant; else set this machine's clock: sudo timedatectl set-ntp true",
    )
}

fn key(file: Option<&Path>) -> Finding {
    let Some(file) = file else {
        return Finding::ok(
            "key",
            "none is named; --keypair or BALLAST_KEYPAIR names one to look at",
        );
    };
    let read = ballast_keys::read(file).and_then(|key| {
        key.check_mode()?;
        key.signer()
    });
    match read {
        Ok(key) => Finding::ok("key", format!("{}", solana_signer::Signer::pubkey(&key))),
        Err(error @ ballast_keys::KeyFileError::Exposed { .. }) => {
            Finding::wrong("key", error.to_string(), format!("chmod 600 {}", file.display()))
        }
        Err(error) => Finding::wrong("key", error.to_string(), "./ballast keys new FILE"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::doctor::Status;

    #[test]
    fn a_clock_that_differs_is_told_with_its_direction() {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs() as i64;
        assert_eq!(of_clock(now, 7).status, Status::Ok);
        for (time, way) in [(now - 500, "behind"), (now + 500, "ahead")] {
            let finding = of_clock(time, 7);
            assert!(
                finding.status == Status::Warning && finding.found.contains(way),
                "{finding:?}"
            );
        }
    }
}
