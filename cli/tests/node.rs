//! The local node, the migrations and the keeper, each in a process of its own.
//!
//! Needs the local node and the programs: `./ballast test` builds them. Without them these tests
//! say so and pass.

mod support;

use ballast_cli::commands::demo::depositor::Depositor;
use ballast_cli::node::{keeper_command, rpc_url, start_node};
use ballast_cli::process::Process;
use ballast_deploy::config::{Config, DEFAULT};
use ballast_deploy::keys;
use ballast_deploy::publication;
use ballast_deploy::steps::Local;
use ballast_rpc::tokens::{mint_to, UNIT};
use ballast_rpc::vault::VaultReader;
use ballast_rpc::{BlockingRpc, Cluster, TestCluster};
use ballast_sdk::prices::Publication;
use solana_signer::Signer;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::{Duration, Instant};
use support::{is_built, node_with, port, root};

const GENESIS: i64 = 1_667_692_800;

/// Returns the binaries these tests need, or `None`, said aloud.
fn binaries() -> Option<(PathBuf, PathBuf)> {
    let other = Path::new(env!("CARGO_BIN_EXE_ballast")).with_file_name("ballast-keeper");
    Some((
        node_with("ballast_vault.so")?,
        Some(other).filter(|other| is_built(other))?,
    ))
}

fn only_line(output: &Output) -> String {
    let text = String::from_utf8(output.stderr.clone()).unwrap();
    let lines: Vec<_> = text.lines().filter(|line| !line.trim().is_empty()).collect();
    assert_eq!(lines.len(), 1, "one clear line, not: {text}");
    lines[0].to_owned()
}

struct VaultNetwork {
    rpc: BlockingRpc,
    local: Local,
    vault: VaultReader,
}

impl VaultNetwork {
    fn new(port: u16) -> Self {
        let local = Local::new(Config::parse(DEFAULT).unwrap(), "SOL").unwrap();
        let mut rpc = BlockingRpc::new(&rpc_url(port)).unwrap();
        local
            .initialise(&mut rpc, &root().join("target/deploy"), &mut |_| {})
            .unwrap();
        let vault = VaultReader {
            keys: local.keys,
            feeds: vec![local.feeds],
        };
        Self { rpc, local, vault }
    }

    fn publish(&mut self, dollars: i64) {
        let clock = self.rpc.clock().unwrap();
        let publication = Publication {
            feed_id: self.local.feed_id,
            price: dollars * 100_000_000,
            confidence: 2_000_000,
            exponent: -8,
            publish_time: clock.unix_timestamp,
            slot: clock.slot,
        };
        publication::publish(&mut self.rpc, &self.local.params, &publication).unwrap();
    }

    fn hour(&mut self, dollars: i64) {
        let now = self.rpc.clock().unwrap().unix_timestamp;
        self.rpc.advance_to(now + 3_600).unwrap();
        self.publish(dollars);
    }

    /// Waits until the keeper has nothing left to do.
    fn rest(&mut self) -> u64 {
        let start = Instant::now();
        loop {
            let snapshot = self.vault.snapshot(&mut self.rpc).unwrap();
            let due = snapshot.plan();
            if due.is_empty() && snapshot.first.stored.signals.observations > 0 {
                return snapshot.vault.rebalances;
            }
            assert!(
                start.elapsed() < Duration::from_secs(30),
                "the keeper left this undone: {due:?}"
            );
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    fn deposit(&mut self, amount: u64) {
        let mut person = Depositor::new("Ada", amount, &self.local.keys);
        let authority = &self.local.authority;
        self.rpc.airdrop(&person.keypair.pubkey(), 10_000_000_000).unwrap();
        let mut instructions = person.open(&authority.pubkey(), &self.local.keys).to_vec();
        instructions.push(mint_to(
            &self.local.keys.quote(),
            &person.holder.quote,
            &authority.pubkey(),
            amount,
        ));
        self.rpc.send(&instructions, &[authority]).unwrap();
        let seen = self.vault.snapshot(&mut self.rpc).unwrap();
        let request = person.request_deposit(&seen);
        self.rpc.send(&request, &[&person.keypair]).unwrap();
        // The batch closes, and a price is published after that.
        let now = self.rpc.clock().unwrap().unix_timestamp;
        self.rpc.advance_to(now + 75).unwrap();
        self.publish(36);
    }
}

#[test]
fn a_killed_keeper_is_replaced_and_the_vault_goes_on() {
    let Some((node, keeper)) = binaries() else { return };
    let (port, folder) = (port(), tempfile::tempdir().unwrap());
    let mut node = start_node(&node, port, Some(GENESIS)).unwrap();
    let mut world = VaultNetwork::new(port);
    // Twice is as good as once.
    let mut printed = Vec::new();
    world
        .local
        .initialise(&mut world.rpc, &root().join("target/deploy"), &mut |line| {
            printed.push(line.to_owned())
        })
        .unwrap();
    assert!(
        !printed.is_empty() && printed.iter().all(|line| line.contains("already")),
        "{printed:?}"
    );

    let wallet = keys::wallet("keeper");
    world.rpc.airdrop(&wallet.pubkey(), 10_000_000_000).unwrap();
    let file = folder.path().join("keeper.json");
    ballast_keys::write_new(&file, &wallet).unwrap();
    let vault = world.local.keys.vault;
    let start = || Process::start("the keeper", &mut keeper_command(&keeper, port, &vault, &file)).unwrap();
    let mut first = start();
    world.publish(36);
    world.rest();
    world.deposit(500_000 * UNIT);
    let opened = world.rest();
    assert!(opened >= 1, "exposure was taken");

    first.kill();
    world.hour(33);
    std::thread::sleep(Duration::from_secs(1));
    let snapshot = world.vault.snapshot(&mut world.rpc).unwrap();
    assert!(
        !snapshot.plan().is_empty() && snapshot.vault.rebalances == opened,
        "nobody cranked while it was dead"
    );
    let _second = start();
    world.rest();
    world.hour(25);
    assert!(world.rest() > opened, "the second life rebalanced");

    // A node that dies is one clear line, too.
    node.kill();
    let error = world.rpc.clock().unwrap_err().to_string();
    assert!(
        error.contains("cannot reach the node") && !error.contains('\n'),
        "{error}"
    );
}

#[test]
fn a_busy_port_is_one_clear_line_and_no_report() {
    if binaries().is_none() {
        return;
    }
    // Held from the start: a port that is found free and then taken could be lost to another test
    // in between.
    let busy = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let number = busy.local_addr().unwrap().port();
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("report");
    let output = Command::new(env!("CARGO_BIN_EXE_ballast"))
        .args(["demo", "--node", "--port", &number.to_string(), "--out"])
        .arg(&out)
        .output()
        .unwrap();
    assert!(!output.status.success());
    let line = only_line(&output);
    assert!(
        line.contains(&number.to_string()) && line.contains("is held by"),
        "{line}"
    );
    assert!(!out.exists());
}

#[test]
fn a_keeper_with_a_wrong_vault_says_so_in_one_line() {
    let Some((node, keeper)) = binaries() else { return };
    let (port, folder) = (port(), tempfile::tempdir().unwrap());
    let _node = start_node(&node, port, None).unwrap();
    let file = folder.path().join("keeper.json");
    ballast_keys::write_new(&file, &keys::wallet("keeper")).unwrap();
    let wrong = keys::wallet("nobody").pubkey();
    let mut command = keeper_command(&keeper, port, &wrong, &file);
    let output = command.arg("--once").output().unwrap();
    assert!(!output.status.success());
    let printed = String::from_utf8_lossy(&output.stderr).into_owned() + &String::from_utf8_lossy(&output.stdout);
    let last = printed.lines().last().unwrap_or_default();
    assert!(last.contains(&wrong.to_string()), "{printed}");
}
