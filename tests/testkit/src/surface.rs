//! A vault's market with a volatility surface: feeders, and what they submit.

mod smiles;

pub use smiles::{grid, settings, smile, tight_smile, volatility, wild_smile, DAYS};

use crate::vault::VaultFixture;
use crate::world::{Sent, User};
use anchor_lang::prelude::Pubkey;
use ballast_risk::state::{StoredSlice, Submission, Surface, SurfaceSettings, FEEDER_DELAY};
use ballast_risk::CreateSurfaceArgs;
use ballast_sdk::instructions::surface as ix;
use ballast_sdk::{addresses, Instruction};
use solana_signer::Signer;

/// A market that has a surface.
pub struct SurfaceFixture {
    vault: VaultFixture,
    /// The surface.
    pub key: Pubkey,
    /// Its feeders.
    pub feeders: Vec<User>,
}

crate::built_on!(SurfaceFixture: vault: VaultFixture);

impl SurfaceFixture {
    /// Returns one with `count` feeders who have opened their accounts, `required` of whom a
    /// publication takes.
    pub fn new(count: usize, required: u8) -> Self {
        Self::with(count, required, settings())
    }

    /// Returns one as [`Self::new`] does, with these parameters.
    pub fn with(count: usize, required: u8, settings: SurfaceSettings) -> Self {
        let mut vault = VaultFixture::new();
        let feeders: Vec<User> = (0..count).map(|_| vault.user(0)).collect();
        let args = CreateSurfaceArgs {
            settings,
            grid: grid(),
            feeders: feeders.iter().map(|user| user.holder.key).collect(),
            required,
        };
        let market = vault.risk_market;
        let create = ix::create(&vault.admin.pubkey(), &market, args);
        vault.send(&[create], &[]).expect("a surface");
        let key = addresses::surface(&market);
        for feeder in &feeders {
            let open = ix::open_submission(&feeder.holder.key, &key);
            vault.send(&[open], &[&feeder.keypair]).expect("a submission account");
        }
        Self { vault, key, feeders }
    }

    /// Returns the feeders' addresses.
    pub fn feeder_keys(&self) -> Vec<Pubkey> {
        self.feeders.iter().map(|user| user.holder.key).collect()
    }

    /// Submits `slices` for a feeder.
    pub fn submit(&mut self, feeder: usize, slices: Vec<StoredSlice>) -> Sent {
        let instruction = ix::submit(&self.feeders[feeder].holder.key, &self.key, slices);
        self.send_as(feeder, &[instruction])
    }

    /// Sends instructions that a feeder signs.
    pub fn send_as(&mut self, feeder: usize, instructions: &[Instruction]) -> Sent {
        self.vault.send(instructions, &[&self.feeders[feeder].keypair])
    }

    /// Submits something for every feeder, in turn.
    pub fn submit_all(&mut self, submitted: &[Vec<StoredSlice>]) {
        for (feeder, slices) in submitted.iter().enumerate() {
            self.submit(feeder, slices.clone()).expect("a submission");
        }
    }

    /// Publishes from these feeders' submissions, which have to be all.
    pub fn publish_from(&mut self, feeders: &[Pubkey]) -> Sent {
        let instruction = ix::publish(&self.risk_market, feeders);
        self.send(&[instruction], &[])
    }

    /// Publishes from all submissions.
    pub fn publish(&mut self) -> Sent {
        let keys = self.feeder_keys();
        self.publish_from(&keys)
    }

    /// Returns the surface account.
    pub fn surface(&self) -> Surface {
        self.raw(&self.key).expect("a surface").surface().expect("a surface")
    }

    /// Changes the feeders, by a proposal and the two days that it waits.
    pub fn change_feeders(&mut self, keys: &[Pubkey], required: u8) {
        let propose = ix::propose_feeders(&self.admin.pubkey(), &self.key, keys.to_vec(), required);
        self.send(&[propose], &[]).expect("a proposal");
        self.pass(FEEDER_DELAY, 400_000);
        let apply = ix::apply_feeders(&self.key);
        self.send(&[apply], &[]).expect("feeders in force");
    }

    /// Returns a feeder's submission.
    pub fn submission(&self, feeder: usize) -> Submission {
        let key = addresses::submission(&self.key, &self.feeders[feeder].holder.key);
        self.raw(&key)
            .expect("a submission")
            .submission()
            .expect("a submission")
    }
}
