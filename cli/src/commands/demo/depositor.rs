//! A person with money.

use ballast_core_types::UnixTime;
use ballast_deploy::keys;
use ballast_rpc::tokens;
use ballast_rpc::vault::VaultReader;
use ballast_sdk::addresses::{self, VaultKeys};
use ballast_sdk::instructions::{batches, Holder};
use ballast_sdk::snapshot::Snapshot;
use ballast_sdk::{Instruction, Pubkey};
use ballast_vault::RequestArgs;
use solana_keypair::Keypair;
use solana_signer::Signer;

/// A depositor.
pub struct Depositor {
    /// For the report.
    pub name: &'static str,
    /// Signs.
    pub keypair: Keypair,
    /// Token accounts.
    pub holder: Holder,
    /// What will be put in, base units.
    pub budget: u64,
    /// What was minted for it, base units.
    pub minted: u64,
    /// What has been put in, base units.
    pub deposited: u64,
    /// Number of the last ticket.
    pub requests: u64,
}

impl Depositor {
    /// Returns a person who will deposit `budget`.
    pub fn new(name: &'static str, budget: u64, vault: &VaultKeys) -> Self {
        let keypair = keys::wallet(name);
        let key = keypair.pubkey();
        let holder = Holder {
            key,
            quote: tokens::wallet_of(&key, &vault.quote()),
            shares: tokens::wallet_of(&key, &vault.shares()),
        };
        Self {
            name,
            keypair,
            holder,
            budget,
            minted: 0,
            deposited: 0,
            requests: 0,
        }
    }

    /// Opens the token accounts.
    pub fn open(&self, payer: &Pubkey, vault: &VaultKeys) -> [Instruction; 2] {
        [vault.quote(), vault.shares()].map(|token| tokens::open_wallet(payer, &self.holder.key, &token))
    }

    /// Asks to come in with the budget, at any price.
    pub fn request_deposit(&mut self, seen: &Snapshot) -> [Instruction; 2] {
        let (number, args) = self.args(seen, self.budget);
        let request = batches::request_deposit(&seen.keys, &self.holder, number, args);
        [batches::open_batch(&seen.keys, &self.holder.key, number), request]
    }

    /// Asks to leave with `shares`, at any price.
    pub fn request_redeem(&mut self, seen: &Snapshot, shares: u64) -> [Instruction; 2] {
        let (number, args) = self.args(seen, shares);
        let request = batches::request_redeem(&seen.keys, &self.holder, number, args);
        [batches::open_batch(&seen.keys, &self.holder.key, number), request]
    }

    fn args(&mut self, seen: &Snapshot, amount: u64) -> (u64, RequestArgs) {
        self.requests += 1;
        let now = UnixTime(seen.clock.unix_timestamp);
        let args = RequestArgs {
            ticket: self.requests,
            amount,
            within_one_percent_of: None,
        };
        (seen.state.queue.taking(now).0, args)
    }

    /// Returns where the last ticket is kept.
    pub fn ticket(&self, vault: &VaultReader) -> Pubkey {
        addresses::ticket(&vault.keys.vault, &self.holder.key, self.requests)
    }
}
