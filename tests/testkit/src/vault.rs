//! A vault in a world: its market, a liquid venue, a guardian and a keeper.

pub mod batches;
pub mod breakers;
mod instructions;
mod keeper;

use crate::params;
use crate::tokens::put_tokens;
use crate::world::{PricedMarket, Sent, User, World};
use anchor_lang::prelude::Pubkey;
use ballast_reference_venue::state::{Faults, MarketParams};
use ballast_risk::CreateMarketArgs;
use ballast_sdk::addresses::VaultKeys;
use ballast_sdk::instructions as ix;
use ballast_sdk::snapshot::{batch_keys, is_past, Snapshot, SnapshotMarket};
use ballast_vault::state::VaultPolicy;
use ballast_vault::CreateVaultArgs;
use solana_keypair::Keypair;
use solana_signer::Signer;

/// Secret of the guardian's key.
const GUARDIAN: [u8; 32] = [255; 32];

/// A vault, the admin's number 1.
pub struct VaultFixture {
    world: World,
    /// Cranks.
    pub keeper: Keypair,
    /// Token account that gets the keeper's pay.
    pub pay_to: Option<Pubkey>,
    /// May trip and resume the vault's breakers.
    pub guardian: Keypair,
    /// Addresses.
    pub keys: VaultKeys,
    /// The markets of the vault behind the world's own, each of one source.
    pub others: Vec<PricedMarket>,
    /// Requests made so far: the number of the last ticket.
    requests: u64,
}

crate::built_on!(VaultFixture: world: World);

impl VaultFixture {
    /// Returns a vault with sound parameters at a price of 50,000.
    pub fn new() -> Self {
        Self::with(params::risk_market(), params::venue(), params::vault())
    }

    /// Returns a vault with these parameters.
    pub fn with(market: CreateMarketArgs, venue: MarketParams, policy: VaultPolicy) -> Self {
        let vault = params::create_vault(1, policy, Some(Self::guardian_key()));
        Self::with_vault(market, venue, vault)
    }

    /// Returns a vault of this policy that wants this share of its value of its market.
    pub fn wanting(base: &str, policy: VaultPolicy) -> Self {
        let vault = CreateVaultArgs {
            markets: vec![params::market_policy(base)],
            ..params::create_vault(1, policy, Some(Self::guardian_key()))
        };
        Self::with_vault(params::risk_market(), params::venue(), vault)
    }

    /// Returns the address of every vault's guardian.
    pub fn guardian_key() -> Pubkey {
        Keypair::new_from_array(GUARDIAN).pubkey()
    }

    /// Returns a vault with these parameters and arguments.
    pub fn with_vault(market: CreateMarketArgs, venue: MarketParams, vault: CreateVaultArgs) -> Self {
        Self::in_world(World::with_market(market), venue, vault)
    }

    /// Returns a vault in a world that has its market.
    pub fn in_world(world: World, venue: MarketParams, vault: CreateVaultArgs) -> Self {
        Self::of_markets(world, venue, &[], vault)
    }

    /// Returns a vault of several markets in a world that has the first: the others have these
    /// names and prices. The venues are alike.
    pub fn of_markets(world: World, venue: MarketParams, others: &[(&str, &str)], vault: CreateVaultArgs) -> Self {
        let mut fixture = Self::without_vault(world, Vec::new()).with_venues(venue, others);
        let (admin, keys) = (fixture.admin.pubkey(), fixture.keys);
        fixture
            .send(&[ix::create_vault(&admin, &keys, vault)], &[])
            .expect("vault");
        fixture
    }

    /// Returns the world of a vault with further markets that it does not have, and venues on them.
    #[must_use]
    pub fn with_markets(self, others: &[(&str, &str)]) -> Self {
        self.with_venues(params::venue(), others)
    }

    fn with_venues(mut self, venue: MarketParams, others: &[(&str, &str)]) -> Self {
        let is_first = self.raw(&self.keys.first().venue_market).is_none();
        let mut markets = if is_first { vec![self.risk_market] } else { Vec::new() };
        for (name, price) in others {
            let market = self.create_priced_market(name, price);
            self.observe_markets(std::slice::from_ref(&market));
            markets.push(market.key);
            self.others.push(market);
        }
        if is_first {
            self.keys = self.keys_of(1);
        }
        let (admin, quote) = (self.admin.pubkey(), self.keys.quote());
        for market in markets {
            let create = ix::venue::create_market(&admin, &market, &quote, venue);
            self.send(&[create], &[]).expect("venue market");
            let fund = self.user(100_000_000_000_000);
            let keys = VaultKeys::derive(&admin, 1, &quote, &[market]);
            let fill = ix::venue::fund_insurance(&fund.holder.key, &fund.holder.quote, &keys, 0, 100_000_000_000_000);
            self.send(&[fill], &[&fund.keypair]).expect("insurance fund");
        }
        self
    }

    /// Returns the addresses of the admin's vault of this number on all markets there are.
    pub fn keys_of(&self, id: u64) -> VaultKeys {
        let mut markets = vec![self.risk_market];
        markets.extend(self.others.iter().map(|market| market.key));
        VaultKeys::derive(&self.admin.pubkey(), id, &self.quote(), &markets)
    }

    /// Returns the addresses of a vault in this world, and who looks after it.
    fn without_vault(mut world: World, others: Vec<PricedMarket>) -> Self {
        let keeper = Keypair::new_from_array([2; 32]);
        world
            .svm
            .airdrop(&keeper.pubkey(), 1_000_000_000_000)
            .expect("lamports");
        let keys = VaultKeys::derive(&world.admin.pubkey(), 1, &world.quote(), &[world.risk_market]);
        let pay_to = Pubkey::new_from_array([3; 32]);
        put_tokens(&mut world.svm, pay_to, keys.quote_mint, keeper.pubkey(), 0);
        Self {
            world,
            keeper,
            pay_to: Some(pay_to),
            guardian: Keypair::new_from_array(GUARDIAN),
            keys,
            others,
            requests: 0,
        }
    }

    /// Returns the same vault once more, to try something in.
    pub fn copy(&self) -> Self {
        Self {
            world: self.world.copy(),
            keeper: self.keeper.insecure_clone(),
            pay_to: self.pay_to,
            guardian: self.guardian.insecure_clone(),
            keys: self.keys,
            others: self.others.clone(),
            requests: self.requests,
        }
    }

    /// Returns a new person with this many quote tokens and an empty share account.
    pub fn user(&mut self, amount: u64) -> User {
        let user = self.world.wallet(amount);
        let (shares, mint) = (user.holder.shares, self.keys.share_mint);
        put_tokens(&mut self.world.svm, shares, mint, user.holder.key, 0);
        user
    }

    /// Switches the venue's faults.
    pub fn faults(&mut self, faults: Faults) {
        let (admin, market) = (self.admin.pubkey(), self.keys.first().venue_market);
        self.send(&[ix::venue::set_faults(&admin, &market, faults)], &[])
            .expect("faults");
    }

    /// Returns what a keeper would see.
    pub fn snapshot(&self) -> Snapshot {
        let mut feeds = vec![self.feeds];
        feeds.extend(self.others.iter().map(PricedMarket::feeds));
        let snapshot = Snapshot::decode(self.keys, self.clock(), &feeds, |key| self.raw(key));
        let snapshot = snapshot.expect("the world's own accounts");
        let known_past = |key: &Pubkey| is_past(self.raw(key).as_ref());
        let batches = batch_keys(&self.keys.vault, &snapshot.vault, known_past);
        snapshot.with_batches(batches.iter().map(|key| self.raw(key)))
    }

    /// Publishes the price of a market behind the world's own, now.
    pub fn set_price_of(&mut self, other: usize, price: &str) {
        self.others[other].price = price.to_owned();
        let market = self.others[other].clone();
        self.publish_price_of(&market);
    }

    /// Publishes what every source that goes on said last, of all markets, once more and now.
    pub fn republish(&mut self) {
        self.world.republish();
        for market in self.others.clone() {
            self.publish_price_of(&market);
        }
    }

    /// Observes all markets of the vault, in one transaction.
    pub fn observe_all(&mut self) -> Sent {
        let observe: Vec<_> = self.snapshot().markets().map(SnapshotMarket::observe).collect();
        self.send(&observe, &[])
    }

    /// Switches the faults of the venue of a leg.
    pub fn faults_of(&mut self, leg: usize, faults: Faults) {
        let (admin, market) = (self.admin.pubkey(), self.keys.leg(leg).venue_market);
        self.send(&[ix::venue::set_faults(&admin, &market, faults)], &[])
            .expect("faults");
    }

    /// Returns the supply of shares, those included that are earned as fees.
    pub fn supply(&self) -> u64 {
        self.snapshot().supply()
    }
}

impl Default for VaultFixture {
    fn default() -> Self {
        Self::new()
    }
}
