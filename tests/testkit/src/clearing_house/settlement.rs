//! Settlement of an expiry: its price, positions, claims.

use super::ClearingHouseFixture;
use crate::world::Sent;
use anchor_lang::prelude::Pubkey;
use ballast_options::state::Expiry;
use ballast_sdk::addresses;
use ballast_sdk::instructions::options as ix;

impl ClearingHouseFixture {
    /// Calls `settle_expiry` for an expiry of the first market.
    pub fn settle_expiry(&mut self, moment: i64) -> Sent {
        let market = self.markets[0].keys.risk_market;
        self.crank(ix::settle_expiry(&self.keys, 0, moment, &market))
    }

    /// Lets time pass until a moment, the markets being observed each minute.
    pub fn observe_until(&mut self, moment: i64) {
        while self.clock().unix_timestamp < moment {
            let left = moment - self.clock().unix_timestamp;
            self.advance(left.min(60));
        }
    }

    /// Settles the price of an expiry of the first market: the markets are observed each minute of
    /// the window, at the price that they have.
    pub fn settle_price(&mut self, moment: i64) {
        self.advance_to(moment - 1_800);
        self.observe_until(moment);
        self.settle_expiry(moment).expect("a settlement");
    }

    /// Settles the positions of these accounts.
    pub fn settle(&mut self, moment: i64, participants: &[Pubkey]) -> Sent {
        self.crank(ix::settle_positions(&self.keys, 0, moment, participants))
    }

    /// Has the fund put in its part of a moment.
    pub fn cover(&mut self, moment: i64) -> Sent {
        let markets = u8::try_from(self.markets.len()).expect("a few");
        self.crank(ix::cover_expiries(&self.keys, markets, moment))
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
