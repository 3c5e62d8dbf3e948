//! A person with money.

use crate::chain::Vaulted;
use ballast_deploy::keys;
use ballast_rpc::tokens;
use ballast_sdk::addresses::{self, VaultKeys};
use ballast_sdk::instructions::{self, DepositTerms, Holder};
use ballast_sdk::{Instruction, Pubkey};
use ballast_vault::RedeemRequest;
use solana_keypair::Keypair;
use solana_signer::Signer;

/// Least shares a depositor accepts, of what the published price promises.
const SLIPPAGE: f64 = 0.97;

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
    /// What has been put in, base units.
    pub deposited: u64,
}

impl Depositor {
    /// Returns a person who will deposit `budget`.
    pub fn new(name: &'static str, budget: u64, vault: &VaultKeys) -> Self {
        let keypair = keys::wallet(name);
        let key = keypair.pubkey();
        let wallet = |mint| tokens::wallet_of(&key, mint);
        let holder = Holder {
            key,
            quote: wallet(&vault.quote_mint),
            shares: wallet(&vault.share_mint),
        };
        Self {
            name,
            keypair,
            holder,
            budget,
            deposited: 0,
        }
    }

    /// Opens the token accounts.
    pub fn open(&self, payer: &Pubkey, quote: &Pubkey, shares: &Pubkey) -> [Instruction; 2] {
        [quote, shares].map(|mint| tokens::open_wallet(payer, &self.holder.key, mint))
    }

    /// Deposits the budget, at a share price of about `per_share`.
    pub fn deposit(&self, vault: &Vaulted, per_share: f64) -> Instruction {
        let least = (self.budget as f64 / per_share.max(1e-6) * SLIPPAGE) as u64;
        let terms = DepositTerms {
            amount: self.budget,
            min_shares: least,
        };
        instructions::deposit(&vault.keys, &self.holder, terms)
    }

    /// Redeems exactly `amount`, whatever shares that takes.
    pub fn redeem(&self, vault: &Vaulted, amount: u64) -> Instruction {
        let request = RedeemRequest::Amount {
            amount,
            max_shares: u64::MAX,
        };
        instructions::redeem(&vault.keys, &self.holder, request)
    }

    /// Asks to leave with `shares`.
    pub fn request(&self, vault: &Vaulted, shares: u64) -> Instruction {
        instructions::request_redemption(&vault.keys, &self.holder, shares)
    }

    /// Returns where that request is kept.
    pub fn ticket(&self, vault: &Vaulted) -> Pubkey {
        addresses::ticket(&vault.keys.vault, &self.holder.key)
    }

    /// Pays it.
    pub fn complete(&self, vault: &Vaulted) -> Instruction {
        instructions::complete_redemption(&vault.keys, &self.holder.key, &self.holder.quote)
    }
}
