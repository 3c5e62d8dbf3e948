//! A local node and a keeper, each in a process of its own.

use crate::building;
use crate::chain::{equip, Chain};
use crate::places::Places;
use crate::port;
use crate::process::{child, Process};
use crate::stop::Stop;
use anchor_lang::prelude::Pubkey;
use anyhow::{anyhow, Context, Result};
use ballast_deploy::keys;
use ballast_rpc::vault::VaultReader;
use ballast_rpc::{BlockingRpc, TestCluster};
use serde_json::Value;
use solana_keypair::Keypair;
use solana_signer::Signer;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// How long the node may take to begin.
const START: Duration = Duration::from_secs(60);
/// How long the keeper may take to bring the vault where it belongs.
const REST: Duration = Duration::from_secs(30);
/// Between two observations of the vault.
const PAUSE: Duration = Duration::from_millis(30);

/// A local node with a keeper.
pub struct Node {
    // Dropped in this order: the keeper first.
    keeper: Option<Process>,
    process: Process,
    rpc: BlockingRpc,
    port: u16,
    wallet: Keypair,
    folder: TempDir,
    keeper_binary: PathBuf,
    stop: Stop,
}

impl Node {
    /// Starts a node whose time begins at `genesis`, on `port` or on any two free ones.
    ///
    /// # Errors
    /// What is missing or in the way.
    pub fn start(places: &Places, port: Option<u16>, genesis: i64, stop: Stop) -> Result<Self> {
        building::node(places)?;
        let (binary, keeper_binary) = (places.localnet()?, places.keeper()?);
        let port = port.map_or_else(port::free_pair, Ok)?;
        let rpc = BlockingRpc::new(&rpc_url(port))?;
        let process = start_node(&binary, port, Some(genesis))?;
        let folder = tempfile::tempdir().context("no folder could be made for the keeper's key")?;
        Ok(Self {
            keeper: None,
            process,
            rpc,
            port,
            wallet: keys::wallet("keeper"),
            folder,
            keeper_binary,
            stop,
        })
    }

    fn check(&mut self) -> Result<()> {
        self.stop.check()?;
        self.process.check().context("the run cannot go on; start it again")?;
        if let Some(keeper) = &mut self.keeper {
            keeper.check().context("the run cannot go on; start it again")?;
        }
        Ok(())
    }

    /// Returns what the keeper's log says about its reactions, milliseconds.
    fn reactions(&mut self) -> Vec<f64> {
        let news = self.keeper.as_mut().map(Process::news).unwrap_or_default();
        news.iter().filter_map(|line| reaction(line)).collect()
    }
}

/// Returns the RPC address of a node on this machine.
pub fn rpc_url(port: u16) -> String {
    format!("http://127.0.0.1:{port}")
}

/// Returns the websocket address of a node on this machine.
pub fn websocket_url(port: u16) -> String {
    format!("ws://127.0.0.1:{}", u32::from(port) + 1)
}

/// Starts a node and waits until it serves.
///
/// # Errors
/// The node's own words if it does not.
pub fn start_node(binary: &Path, port: u16, genesis: Option<i64>) -> Result<Process> {
    for port in [port, port.saturating_add(1)] {
        port::free(port)?;
    }
    let mut command = child(binary);
    command.args(["--port", &port.to_string()]);
    if let Some(genesis) = genesis {
        command.args(["--genesis-time", &genesis.to_string()]);
    }
    let mut process = Process::start("the local node", &mut command)?;
    process.line(START, |line| line.starts_with("ready "))?;
    Ok(process)
}

/// Returns the command that runs a keeper which knows one vault and one key.
pub fn keeper_command(binary: &Path, port: u16, vault: &Pubkey, keypair: &Path) -> Command {
    let mut command = child(binary);
    command.args(["--vault", &vault.to_string()]);
    command.arg("--keypair").arg(keypair);
    command.args([
        "--rpc-url",
        &rpc_url(port),
        "--ws-url",
        &websocket_url(port),
        "--log-format",
        "json",
    ]);
    command
}

/// Returns the reaction that a line of the keeper's log reports.
fn reaction(line: &str) -> Option<f64> {
    let line: Value = serde_json::from_str(line).ok()?;
    let fields = line.get("fields").unwrap_or(&line);
    (fields.get("message")?.as_str()? == "cranked").then(|| fields.get("reaction_ms")?.as_f64())?
}

impl Chain for Node {
    fn cluster(&mut self) -> &mut dyn TestCluster {
        &mut self.rpc
    }

    fn start_keeper(&mut self, vault: &VaultReader) -> Result<()> {
        equip(&mut self.rpc, &self.wallet, vault)?;
        let file = self.folder.path().join("keeper.json");
        ballast_keys::write_new(&file, &self.wallet)?;
        let mut command = keeper_command(&self.keeper_binary, self.port, &vault.keys.vault, &file);
        self.keeper = Some(Process::start("the keeper", &mut command)?);
        Ok(())
    }

    fn keeper(&self) -> Pubkey {
        self.wallet.pubkey()
    }

    fn settle(&mut self, vault: &VaultReader) -> Result<Vec<f64>> {
        let start = Instant::now();
        loop {
            self.check()?;
            let snapshot = match vault.snapshot(&mut self.rpc) {
                Ok(snapshot) => snapshot,
                // A dead node explains a failed question better than the question does.
                Err(error) => {
                    std::thread::sleep(Duration::from_millis(100));
                    self.check()?;
                    return Err(error.into());
                }
            };
            let due = snapshot.plan();
            if due.is_empty() {
                return Ok(self.reactions());
            }
            if start.elapsed() > REST {
                let names: Vec<_> = due.iter().map(|action| action.name()).collect();
                return Err(anyhow!(
                    "the keeper left this undone for {} s: {}",
                    REST.as_secs(),
                    names.join(", ")
                ));
            }
            std::thread::sleep(PAUSE);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reactions_are_read_from_the_keepers_log() {
        let nested = r#"{"level":"INFO","fields":{"message":"cranked","reaction_ms":3.5}}"#;
        assert_eq!(reaction(nested), Some(3.5));
        assert_eq!(reaction(r#"{"message":"cranked","reaction_ms":4}"#), Some(4.0));
        assert_eq!(reaction(r#"{"message":"watching"}"#), None);
        assert_eq!(reaction("plain words"), None);
    }
}
