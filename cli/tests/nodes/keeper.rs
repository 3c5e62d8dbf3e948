//! A keeper in a process of its own, and a vault for it on a fake node.

use crate::support::{self, is_built};
use crate::{MARK, PATIENCE};
use anchor_lang::{AccountSerialize, Discriminator};
use ballast_fake_node::{Account, FakeNode};
use ballast_keys::write_new;
use ballast_sdk::Pubkey;
use ballast_vault::state::{StoredVault, Vault, VAULT_VERSION};
use serde_json::Value;
use solana_keypair::Keypair;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

const CLOCK: &str = "SysvarC1ock11111111111111111111111111111111";

pub fn vault_key() -> Pubkey {
    Pubkey::new_from_array([11; 32])
}

/// Gives the node a vault and a market whose price account does not exist.
pub fn put_vault(fake: &FakeNode) {
    let key = |byte: u8| [byte; 32];
    let mut stored: StoredVault = bytemuck::Zeroable::zeroed();
    (stored.version, stored.bump, stored.id) = (VAULT_VERSION, 255, 1);
    stored.portfolio.markets[0].risk_market = Pubkey::new_from_array(key(12));
    (stored.portfolio.market_count, stored.portfolio.leg_count) = (1, 1);
    let mut vault = Vec::new();
    Vault { stored }.try_serialize(&mut vault).unwrap();
    let mut market = vec![0; ballast_risk::state::MARKET_BYTES];
    market[..8].copy_from_slice(ballast_risk::state::Market::DISCRIMINATOR);
    market[8] = ballast_risk::state::MARKET_VERSION;
    market[48..56].copy_from_slice(b"BTC-PERP");
    market[72] = 2;
    market[73..105].copy_from_slice(&key(14));
    market[105..137].copy_from_slice(&key(13));
    let mut clock = vec![0; 40];
    clock[..2].copy_from_slice(&1_000u16.to_le_bytes());
    clock[32..40].copy_from_slice(&1_795_766_400i64.to_le_bytes());
    for (key, owner, data) in [
        (vault_key(), ballast_vault::ID, vault),
        (Pubkey::new_from_array(key(12)), ballast_risk::ID, market),
        (CLOCK.parse().unwrap(), Pubkey::default(), clock),
    ] {
        let owner = owner.to_string();
        let lamports = 1_000_000_000;
        fake.put(&key.to_string(), Account { owner, data, lamports });
    }
}

pub fn binary(name: &str) -> Option<PathBuf> {
    let other = Path::new(env!("CARGO_BIN_EXE_ballast")).with_file_name(name);
    Some(other).filter(|other| is_built(other))
}

/// A keeper whose log is read as it comes.
pub struct Keeper {
    child: Child,
    lines: Arc<Mutex<Vec<Value>>>,
    metrics: u16,
    _folder: tempfile::TempDir,
}

impl Keeper {
    pub fn start(binary: &Path, fake: &FakeNode) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let key = folder.path().join("keeper.json");
        write_new(&key, &Keypair::new()).unwrap();
        let metrics = support::port();
        let mut child = Command::new(binary)
            .args(["--vault", &vault_key().to_string(), "--log-format", "json", "--keypair"])
            .arg(key)
            .args([
                "--rpc-url",
                &format!("{}/{MARK}", fake.url()),
                "--metrics-addr",
                &metrics.to_string(),
            ])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = Arc::new(Mutex::new(Vec::new()));
        let (stdout, kept) = (child.stdout.take().unwrap(), Arc::clone(&lines));
        std::thread::spawn(move || {
            for line in BufReader::new(stdout).lines().map_while(Result::ok) {
                assert!(!line.contains("MARKED"), "{line}");
                kept.lock().unwrap().push(serde_json::from_str(&line).unwrap());
            }
        });
        Self {
            child,
            lines,
            metrics,
            _folder: folder,
        }
    }

    pub fn lines(&self, field: &str, value: &str) -> Vec<Value> {
        let lines = self.lines.lock().unwrap();
        lines.iter().filter(|line| line[field] == value).cloned().collect()
    }

    /// Waits for the first line that has this value.
    pub fn line(&self, field: &str, value: &str) -> Value {
        let start = Instant::now();
        loop {
            if let Some(line) = self.lines(field, value).first() {
                return line.clone();
            }
            assert!(
                start.elapsed() < PATIENCE,
                "no {value}: {:?}",
                self.lines.lock().unwrap()
            );
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    pub fn page(&self, path: &str) -> String {
        let mut stream = TcpStream::connect(("127.0.0.1", self.metrics)).unwrap();
        write!(stream, "GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").unwrap();
        let mut page = String::new();
        stream.read_to_string(&mut page).unwrap();
        page
    }

    /// Waits until the page says so.
    pub fn page_says(&self, path: &str, words: &str) {
        let start = Instant::now();
        while !self.page(path).contains(words) {
            assert!(start.elapsed() < PATIENCE, "{path} lacks {words}: {}", self.page(path));
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

impl Drop for Keeper {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
