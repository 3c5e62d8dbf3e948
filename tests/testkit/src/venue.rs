//! The reference venue alone: one market, whose risk market and price account the test writes.

mod instructions;
mod price;

use crate::tokens::put_tokens;
use crate::world::{Sent, World};
use crate::{fixed, params as market_params};
use anchor_lang::prelude::Pubkey;
use ballast_reference_venue::state::{Market, MarketParams, Trader};
use ballast_reference_venue::{accounts, instruction, PerpError};
use ballast_sdk::addresses;
use solana_keypair::Keypair;
use solana_signer::Signer;

/// A market of the reference venue.
pub struct VenueFixture {
    world: World,
    /// Creates the market and switches its faults.
    pub authority: Keypair,
    /// The market.
    pub venue_market: Pubkey,
    /// Its tokens.
    pub venue_vault: Pubkey,
}

crate::built_on!(VenueFixture: world: World);

/// Somebody who trades, or may.
pub struct VenueUser {
    /// Signs.
    pub owner: Keypair,
    /// Quote token account.
    pub tokens: Pubkey,
    /// The account at the venue, whether it was opened or not.
    pub trader: Pubkey,
}

/// Returns sound parameters.
pub fn params() -> MarketParams {
    MarketParams {
        half_spread: fixed("0.0005"),
        depth_one_percent: 1_000_000_000_000,
        taker_fee: fixed("0.0005"),
        initial_margin: fixed("0.1"),
        maintenance_margin: fixed("0.05"),
        liquidation_fee: fixed("0.01"),
        funding_scale_per_day: fixed("0.1"),
        funding_cap_per_day: fixed("0.05"),
        max_open_interest_lots: 1_000_000_000,
    }
}

impl VenueFixture {
    /// Returns a market at a price of 100 with a million in the insurance fund.
    pub fn new() -> Self {
        let mut venue = Self::without_market();
        venue.create_market(params()).unwrap();
        let funder = venue.wallet(1_000_000_000_000);
        let metas = accounts::FundInsurance {
            funder: funder.owner.pubkey(),
            market: venue.venue_market,
            source: funder.tokens,
            vault: venue.venue_vault,
            token_program: anchor_spl::token::ID,
        };
        let data = instruction::FundInsurance {
            amount: 1_000_000_000_000,
        };
        venue.call(metas, data, &[&funder.owner]).unwrap();
        venue
    }

    /// Returns everything but the market.
    pub fn without_market() -> Self {
        let world = World::bare(&market_params::risk_market().name);
        let venue_market = addresses::venue_market(&world.risk_market, &world.quote_mint);
        let mut venue = Self {
            world,
            authority: Keypair::new_from_array([254; 32]),
            venue_market,
            venue_vault: addresses::venue_vault(&venue_market),
        };
        venue.put_risk_market(venue.risk_market);
        venue.push_price("100", "0");
        venue
    }

    /// Returns a wallet with tokens and no trader account.
    pub fn wallet(&mut self, amount: u64) -> VenueUser {
        let (owner, tokens) = (self.next_key(), self.next_key().pubkey());
        let mint = self.quote_mint;
        put_tokens(&mut self.svm, tokens, mint, owner.pubkey(), amount);
        let trader = addresses::venue_trader(&self.venue_market, &owner.pubkey());
        VenueUser { owner, tokens, trader }
    }

    /// Returns a trader whose whole wallet is deposited.
    pub fn trader(&mut self, amount: u64) -> VenueUser {
        let user = self.wallet(amount);
        self.open(&user).unwrap();
        if amount > 0 {
            self.deposit(&user, amount).unwrap();
        }
        user
    }

    /// Returns the market.
    pub fn state(&self) -> Market {
        self.raw(&self.venue_market).unwrap().venue_market().unwrap()
    }

    /// Returns a trader's account.
    pub fn account(&self, user: &VenueUser) -> Trader {
        self.raw(&user.trader).unwrap().venue_trader().unwrap()
    }
}

impl Default for VenueFixture {
    fn default() -> Self {
        Self::new()
    }
}

/// Panics unless the transaction failed with exactly this rule.
#[track_caller]
pub fn refused(sent: Sent, rule: PerpError) {
    refused_with(sent, rule.into());
}

/// Panics unless the transaction failed with exactly this code.
#[track_caller]
pub fn refused_with(sent: Sent, code: u32) {
    let failure = sent.expect_err("it should have been refused");
    let text = format!("{:?}", failure.err);
    assert!(
        text.contains(&format!("Custom({code})")),
        "wanted {code}, got {text}: {:#?}",
        failure.meta.logs
    );
}
