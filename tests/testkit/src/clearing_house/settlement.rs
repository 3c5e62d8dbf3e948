//! Settlement of an expiry: samples, positions, claims.

use super::ClearingHouseFixture;
use crate::world::Sent;
use anchor_lang::prelude::Pubkey;
use ballast_options::state::Expiry;
use ballast_sdk::addresses;
use ballast_sdk::instructions::options as ix;

impl ClearingHouseFixture {
    /// Records a price of now for an expiry of the first market.
    pub fn sample(&mut self, moment: i64) -> Sent {
        let market = self.markets[0].keys;
        self.crank(ix::sample_settlement(&self.keys, 0, moment, &market))
    }

    /// Settles the price of an expiry of the first market by samples at the market's price, every
    /// minute from the window's beginning.
    pub fn settle_price(&mut self, moment: i64) {
        self.advance_to(moment - 1_800);
        while self.clock().unix_timestamp < moment {
            self.advance(60);
            self.sample(moment).expect("a sample");
        }
        self.advance(60);
        let market = self.markets[0].keys.risk_market;
        let finish = ix::finish_settlement(&self.keys, 0, moment, &market);
        self.crank(finish).expect("a settlement");
    }

    /// Settles the positions of these accounts.
    pub fn settle(&mut self, moment: i64, participants: &[Pubkey]) -> Sent {
        self.crank(ix::settle_positions(&self.keys, 0, moment, participants))
    }

    /// Pays the claims of these accounts.
    pub fn pay(&mut self, moment: i64, participants: &[Pubkey]) -> Sent {
        self.crank(ix::pay_claims(&self.keys, 0, moment, participants))
    }

    /// Returns an expiry of the first market.
    pub fn expiry(&self, moment: i64) -> Expiry {
        let key = addresses::expiry(&self.keys.house, 0, moment);
        self.raw(&key).expect("an expiry").expiry().expect("an expiry")
    }
}
