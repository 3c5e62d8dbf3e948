//! A vault on the chain in this process, and the commands of those who use it.

use crate::local::network_of;
use ballast_cli::commands::vault::{execute, Args};
use ballast_deploy::config::DEFAULT;
use ballast_deploy::keys;
use ballast_deploy::price::price_of;
use ballast_deploy::steps::Local;
use ballast_reference_venue::state::Faults;
use ballast_rpc::{Cluster, Embedded, TestCluster};
use ballast_sdk::accounts::RawAccount;
use ballast_sdk::instructions;
use clap::Parser;
use serde_json::Value;
use solana_signer::Signer;
use std::path::PathBuf;

#[derive(Parser)]
struct Line {
    #[command(flatten)]
    args: Args,
}

pub struct VaultNetwork {
    pub chain: Embedded,
    pub local: Local,
    folder: tempfile::TempDir,
    pub price: f64,
}

impl VaultNetwork {
    /// Returns a local network with a vault, and two people with 100,000 each in their wallets.
    /// `None`, said aloud, without programs.
    pub fn new() -> Option<Self> {
        Self::with(|config| config)
    }

    /// Returns [`Self::new`] with another configuration.
    pub fn with(change: impl Fn(String) -> String) -> Option<Self> {
        let (chain, local) = network_of(&change(DEFAULT.to_owned()))?;
        let mut network = Self {
            chain,
            local,
            folder: tempfile::tempdir().unwrap(),
            price: 80_000.0,
        };
        for who in ["ada", "ben"] {
            ballast_keys::write_new(&network.file(&format!("{who}.json")), &keys::wallet(who)).unwrap();
            assert!(network.ok(who, "faucet 100000").contains("100000.00 test tokens"));
        }
        Some(network)
    }

    /// The network's authority, under a name.
    pub fn adopt(&mut self, name: &str) {
        ballast_keys::write_new(&self.file(&format!("{name}.json")), &self.local.authority).unwrap();
    }

    pub fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn run(&mut self, who: &str, command: &str) -> Result<String, String> {
        let keypair = self.file(&format!("{who}.json"));
        let given = ["vault", "--keypair", keypair.to_str().unwrap()].map(str::to_owned);
        let words = command.split(' ').map(str::to_owned);
        let line = Line::try_parse_from(given.into_iter().chain(words)).map_err(|error| error.to_string())?;
        // The chain's clock moves by slots only when told.
        self.chain.advance_slot().unwrap();
        execute(&line.args, &mut self.chain).map_err(|error| format!("{error:#}"))
    }

    pub fn ok(&mut self, who: &str, command: &str) -> String {
        let done = self.run(who, command);
        done.unwrap_or_else(|error| panic!("{command}: {error}"))
    }

    /// What a command says holds each of these.
    pub fn says(&mut self, who: &str, command: &str, expected: &[&str]) {
        let said = self.ok(who, command);
        for part in expected {
            assert!(said.contains(part), "{command} does not say {part:?}: {said}");
        }
    }

    pub fn refused(&mut self, who: &str, command: &str, expected: &str) {
        match self.run(who, command) {
            Ok(printed) => panic!("{command} was not refused: {printed}"),
            Err(error) => assert!(error.contains(expected), "{command}: {error}"),
        }
    }

    pub fn json(&mut self, who: &str, command: &str) -> Value {
        serde_json::from_str(&self.ok(who, &format!("{command} --json"))).unwrap()
    }

    /// Ada has put 50,000 in, and has her shares.
    pub fn with_a_deposit(&mut self) {
        self.pass(5);
        self.ok("ada", "deposit 50000");
        self.pass(75);
        self.ok("ben", "crank");
        self.ok("ada", "claim");
    }

    /// Time passes, and then there is a price of it.
    pub fn pass(&mut self, seconds: i64) {
        self.stand_still(seconds);
        let price = price_of(self.price).unwrap();
        self.local.publish_price(&mut self.chain, price).unwrap();
    }

    /// Time passes, and nobody publishes anything.
    pub fn stand_still(&mut self, seconds: i64) {
        let now = self.chain.clock().unwrap().unix_timestamp;
        self.chain.advance_to(now + seconds).unwrap();
    }

    /// Returns the quote tokens in a wallet, whole.
    pub fn wallet(&mut self, who: &str) -> u64 {
        let key = ballast_rpc::tokens::wallet_of(&keys::wallet(who).pubkey(), &self.local.keys.quote());
        self.chain.account(&key).unwrap().token_account().unwrap().amount / 1_000_000
    }

    /// The venue does nothing until it goes on.
    pub fn pause_venue(&mut self, paused: bool) {
        let faults = Faults {
            paused,
            ..Faults::default()
        };
        let authority = &self.local.authority;
        let pause = instructions::venue::set_faults(&authority.pubkey(), &self.local.keys.first().venue_market, faults);
        self.chain.send(&[pause], &[authority]).unwrap();
    }

    /// The venue's accounts hold something that nobody can read.
    pub fn garble_venue(&mut self) {
        let key = self.local.keys.first().venue_market;
        let account = self.chain.account(&key).unwrap();
        let garbled = RawAccount {
            data: vec![7; account.data.len()],
            ..account
        };
        self.chain.set_account(&garbled).unwrap();
    }
}
