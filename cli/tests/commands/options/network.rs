//! A clearing house on the chain in this process, and the commands of those who use it.

use crate::local::network;
use ballast_cli::commands::options::{execute, Args};
use ballast_deploy::keys;
use ballast_deploy::price::price_of;
use ballast_deploy::steps::Local;
use ballast_options_client::client::OptionsClient;
use ballast_rpc::{Cluster, Embedded, TestCluster};
use ballast_sdk::Pubkey;
use clap::Parser;
use serde_json::Value;
use solana_signer::Signer;
use std::path::PathBuf;

#[derive(Parser)]
struct Line {
    #[command(flatten)]
    args: Args,
}

pub struct OptionsNetwork {
    pub chain: Embedded,
    local: Local,
    folder: tempfile::TempDir,
    pub price: f64,
}

impl OptionsNetwork {
    /// Returns a local network with a house, and a maker and a taker with 200,000 each in their
    /// accounts. `None`, said aloud, without programs.
    pub fn new() -> Option<Self> {
        let (chain, local) = network()?;
        let folder = tempfile::tempdir().unwrap();
        let mut network = Self {
            chain,
            local,
            folder,
            price: 80_000.0,
        };
        for who in ["maker", "taker"] {
            ballast_keys::write_new(&network.file(&format!("{who}.json")), &keys::wallet(who)).unwrap();
            network.ok(who, "faucet 500000");
            assert!(network.ok(who, "open --deposit 200000").contains("margin account"));
        }
        Some(network)
    }

    pub fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn run(&mut self, who: &str, command: &str) -> Result<String, String> {
        let keypair = self.file(&format!("{who}.json"));
        let (keypair, folder) = (
            keypair.to_str().unwrap(),
            self.folder.path().to_str().unwrap().to_owned(),
        );
        let words = command.split(' ').map(|word| word.replace('@', &format!("{folder}/")));
        let all = ["options".to_owned(), "--keypair".to_owned(), keypair.to_owned()];
        let line = Line::try_parse_from(all.into_iter().chain(words)).map_err(|error| error.to_string())?;
        // The chain's clock moves by slots only when told.
        self.chain.advance_slot().unwrap();
        execute(&line.args, &mut self.chain).map_err(|error| format!("{error:#}"))
    }

    pub fn ok(&mut self, who: &str, command: &str) -> String {
        self.run(who, command)
            .unwrap_or_else(|error| panic!("{command}: {error}"))
    }

    pub fn refused(&mut self, who: &str, command: &str, expected: &str) {
        match self.run(who, command) {
            Ok(printed) => panic!("{command} was not refused: {printed}"),
            Err(error) => assert!(error.contains(expected), "{command}: {error}"),
        }
    }

    pub fn json(&mut self, who: &str, command: &str) -> Value {
        serde_json::from_str(&self.ok(who, command)).unwrap()
    }

    /// Time passes to a moment; then there are a price, an observation and a surface of it.
    pub fn go(&mut self, moment: i64) {
        loop {
            let now = self.chain.clock().unwrap().unix_timestamp;
            if now >= moment {
                return;
            }
            self.chain.advance_to(moment.min(now + 3_000)).unwrap();
            self.publish();
        }
    }

    /// Time passes to a moment; then there is a price of it, which nobody has observed.
    pub fn go_unobserved(&mut self, moment: i64) {
        self.chain.advance_to(moment).unwrap();
        let price = price_of(self.price).unwrap();
        self.local.publish_price(&mut self.chain, price).unwrap();
    }

    /// Time passes, and nobody publishes anything.
    pub fn stand_still_until(&mut self, moment: i64) {
        self.chain.advance_to(moment).unwrap();
    }

    pub fn chain_time(&mut self) -> i64 {
        self.chain.clock().unwrap().unix_timestamp
    }

    /// Returns the house as its members see it.
    pub fn client(&mut self) -> OptionsClient<'_> {
        self.chain.advance_slot().unwrap();
        OptionsClient::open(&mut self.chain, &self.local.house.house, &[]).unwrap()
    }

    pub fn publish(&mut self) {
        let price = price_of(self.price).unwrap();
        self.local.publish_price(&mut self.chain, price).unwrap();
        self.local.publish_surface(&mut self.chain, None).unwrap();
    }

    /// Returns the tokens of a wallet, or of the custody.
    pub fn tokens(&mut self, owner: Option<&str>) -> u64 {
        let key = match owner {
            Some(who) => ballast_rpc::tokens::wallet_of(&keys::wallet(who).pubkey(), &self.local.keys.quote()),
            None => self.local.house.custody,
        };
        self.chain.account(&key).unwrap().token_account().unwrap().amount
    }

    pub fn accounts_of(&mut self, who: &str) -> Pubkey {
        let printed = self.json(who, "margin --json");
        printed["account"].as_str().unwrap().parse().unwrap()
    }
}
