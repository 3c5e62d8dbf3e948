//! Prices, observations and surfaces of now, for every market of a clearing house.

use super::ClearingHouseFixture;
use crate::surface::grid;
use crate::tokens::put;
use crate::world::{PricedMarket, START};
use anchor_lang::prelude::Pubkey;
use anchor_lang::Discriminator;
use ballast_core_math::estimators::LogReturn;
use ballast_risk::state::{StoredSlice, Surface};
use ballast_sdk::instructions::options::{begin_liquidation, MarketKeys};

impl ClearingHouseFixture {
    /// Publishes every market's price and observes it: now, or a second later if a price of this
    /// second is kept already.
    pub fn publish_prices(&mut self) {
        self.publish_ahead(0);
    }

    /// As [`Self::publish_prices`], with the publishers so far ahead of the chain's clock.
    pub fn publish_ahead(&mut self, ahead_seconds: i64) {
        let markets = self.markets.iter().map(|market| {
            let price: f64 = market.price.parse().expect("a number");
            PricedMarket {
                key: market.keys.risk_market,
                feed: market.feed,
                price: market.price.clone(),
                confidence: format!("{:.8}", price * market.confidence),
                ahead_seconds,
            }
        });
        let markets: Vec<_> = markets.collect();
        self.observe_markets(&markets);
    }

    /// Writes every market's surface, published now.
    pub fn draw_surfaces(&mut self) {
        let now = self.clock().unix_timestamp;
        for market in &self.markets {
            let key = market.keys.surface;
            let mut surface = self.raw(&key).expect("a surface").surface().expect("a surface");
            surface.published_at = now;
            surface.slice_count = 8;
            for (slice, expiry) in surface.slices.iter_mut().zip(grid()) {
                let theta = market.volatility * market.volatility * (expiry - START) as f64 / 31_536_000.0;
                *slice = StoredSlice {
                    expiry,
                    variance: (market.volatility * market.volatility * 2f64.powi(56)) as u64,
                    skew: (-0.2 * 2f64.powi(62)) as i64,
                    curvature: (theta.sqrt().recip() * 2f64.powi(48)) as u64,
                };
            }
            let data = [Surface::DISCRIMINATOR, bytemuck::bytes_of(&surface)].concat();
            put(&mut self.world.svm, key, ballast_risk::ID, data);
        }
    }

    /// Lets time pass, at most some hours at once. At the end there are prices, observations and
    /// surfaces of now.
    pub fn advance(&mut self, seconds: i64) {
        self.pass(seconds, seconds.unsigned_abs() / 2 + 1);
        self.publish_prices();
        self.draw_surfaces();
    }

    /// Writes into every market that it had such a day in this quarter: a log move.
    pub fn remember_day(&mut self, size: &str) {
        let size = LogReturn::saturating(size.parse().expect("a number"));
        let now = self.clock().unix_timestamp;
        for key in self.market_keys().iter().map(|keys| keys.risk_market) {
            let mut market = self.raw(&key).expect("a market").risk_market().expect("a market");
            market.worst_day = market.worst_day.get().after(size, now).into();
            put(&mut self.svm, key, ballast_risk::ID, market.account_data());
        }
    }

    /// Lets time pass with every market observed each half a minute.
    pub fn watch(&mut self, seconds: i64) {
        for _ in 0..seconds / 30 {
            self.advance(30);
        }
        if seconds % 30 > 0 {
            self.advance(seconds % 30);
        }
    }

    /// Observes the markets twice, half a minute apart: what an average of late needs.
    pub fn hold_half_a_minute(&mut self) {
        self.advance(1);
        self.advance(30);
    }

    /// Raises the first market's price by 500 an hour from 50,000 until the liquidation of an
    /// account begins; returns where that is.
    pub fn raise_until_begun(&mut self, account: &Pubkey, markets: &[MarketKeys]) -> u32 {
        let begin = begin_liquidation(&self.keys, account, markets);
        for price in (50_500..70_000).step_by(500) {
            self.move_to(&price.to_string());
            self.hold_half_a_minute();
            if self.crank(begin.clone()).is_ok() {
                return price;
            }
        }
        panic!("it never fails")
    }

    /// Moves the first market's price, an hour on.
    pub fn move_to(&mut self, price: &str) {
        self.markets[0].price = price.to_owned();
        self.advance(3_600);
    }

    /// Lets time pass until a moment, in steps.
    pub fn advance_to(&mut self, moment: i64) {
        loop {
            let left = moment - self.clock().unix_timestamp;
            if left <= 0 {
                return;
            }
            self.advance(left.min(7_200));
        }
    }
}
