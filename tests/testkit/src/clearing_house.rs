//! A clearing house in a world: markets with surfaces, a house that lists them, members with margin
//! accounts.

mod market;
mod params;
mod participants;
mod prices;
mod refusals;
mod settlement;
mod soundness;
mod strangle;
mod trading;

pub use market::HouseMarket;
pub use params::{house_settings, listing, CALL, CLUSTER, FAR, NEAR, PUT, UNIT, USD};
pub use participants::{parties, Member};
pub use refusals::{events, refused, refused_by_name};
pub use strangle::{Strangle, PREMIUM};

use crate::params as market_params;
use crate::world::{program_path, Sent, User, World};
use anchor_lang::prelude::Pubkey;
use ballast_options::state::{ClearingHouse, ClearingHouseSettings, ListingSettings, MarginAccount};
use ballast_options::CreateClearingHouseArgs;
use ballast_sdk::instructions::options::{self as ix, ClearingHouseKeys, MarketKeys};
use ballast_sdk::Instruction;
use market::make_market;
use params::MARKETS;
use solana_signer::Signer;

/// A clearing house in a world without a vault and a venue.
pub struct ClearingHouseFixture {
    world: World,
    /// The house.
    pub keys: ClearingHouseKeys,
    /// Its markets.
    pub markets: Vec<HouseMarket>,
    /// Every margin account that was opened, the insurance account first.
    pub accounts: Vec<Pubkey>,
    /// Every expiry that was created.
    pub expiries: Vec<Pubkey>,
    next_nonce: u64,
}

crate::built_on!(ClearingHouseFixture: world: World);

impl ClearingHouseFixture {
    /// Returns a house on the first market.
    pub fn new() -> Self {
        Self::with(1, house_settings(), listing())
    }

    /// Returns a house on the first `count` markets, with these parameters.
    pub fn with(count: usize, settings: ClearingHouseSettings, listing: ListingSettings) -> Self {
        let mut world = World::bare(&market_params::risk_market().name);
        world
            .svm
            .add_program_from_file(ballast_options::ID, program_path("options"))
            .expect("compiled programs: run ./ballast build first");
        let markets = MARKETS[..count].iter().map(|market| make_market(&mut world, market));
        let markets: Vec<_> = markets.collect();
        let (admin, mint) = (world.admin.pubkey(), world.quote_mint);
        let keys = ClearingHouseKeys::derive(&admin, 1, &mint);
        let mut house = Self {
            world,
            keys,
            markets,
            accounts: vec![keys.insurance],
            expiries: Vec::new(),
            next_nonce: 0,
        };
        house.publish_prices();
        house.draw_surfaces();
        let args = CreateClearingHouseArgs {
            number: 1,
            cluster: CLUSTER,
            settings,
            listings: vec![listing; count],
        };
        let create = ix::create_clearing_house(&admin, &mint, &house.market_keys(), args);
        house.send(&[create], &[]).expect("a house");
        house
    }

    /// Returns the same house once more, to try something in.
    pub fn copy(&self) -> Self {
        Self {
            world: self.world.copy(),
            markets: self.markets.clone(),
            accounts: self.accounts.clone(),
            expiries: self.expiries.clone(),
            ..*self
        }
    }

    /// Returns the accounts of every market.
    pub fn market_keys(&self) -> Vec<MarketKeys> {
        self.markets.iter().map(|market| market.keys).collect()
    }

    /// Sends an instruction that a person signs, with compute units to spare.
    pub fn submit(&mut self, instruction: Instruction, signer: &User) -> Sent {
        self.send_large(instruction, &[&signer.keypair])
    }

    /// Sends a permissionless instruction, with compute units to spare.
    pub fn crank(&mut self, instruction: Instruction) -> Sent {
        self.send_large(instruction, &[])
    }

    /// Returns the house's account.
    pub fn house(&self) -> ClearingHouse {
        self.raw(&self.keys.house).expect("a house").house().expect("a house")
    }

    /// Returns a margin account.
    pub fn account(&self, key: &Pubkey) -> MarginAccount {
        let raw = self.raw(key).expect("a margin account");
        raw.margin_account().expect("a margin account")
    }
}

impl Default for ClearingHouseFixture {
    fn default() -> Self {
        Self::new()
    }
}
