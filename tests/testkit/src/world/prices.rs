//! The price of a world's market: published by the test, observed by the risk program.

use super::{Sent, World};
use crate::params::FEED;
use crate::tokens::put;
use anchor_lang::prelude::Pubkey;
use ballast_sdk::instructions as ix;
use ballast_sdk::prices::{self, Publication};

impl World {
    /// Returns a publication of `price` ± `confidence`, now.
    pub fn publication(&self, price: &str, confidence: &str) -> Publication {
        let clock = self.clock();
        let scaled = |text: &str| {
            let value = text.parse::<ballast_core_types::I80F48>().expect("a decimal number");
            (value * ballast_core_types::I80F48::from_num(100_000_000)).to_num::<i64>()
        };
        Publication {
            feed_id: FEED,
            price: scaled(price),
            confidence: scaled(confidence).unsigned_abs(),
            exponent: -8,
            publish_time: clock.unix_timestamp,
            slot: clock.slot,
        }
    }

    /// Publishes `price` ± `confidence`, now.
    pub fn set_price(&mut self, price: &str, confidence: &str) {
        let publication = self.publication(price, confidence);
        self.publish_price(&publication);
    }

    /// Publishes `price` ± `confidence` of the second source, now.
    ///
    /// # Panics
    /// Panics if the world's market has no second source.
    pub fn set_second_price(&mut self, price: &str, confidence: &str) {
        let publication = Publication {
            feed_id: self.risk_market().params.sources[1].feed,
            ..self.publication(price, confidence)
        };
        self.publish_price_at(self.second_feed.expect("a second source"), &publication);
    }

    /// Publishes anything.
    pub fn publish_price(&mut self, publication: &Publication) {
        self.publish_price_at(self.price_feed, publication);
    }

    /// Publishes anything in another price account.
    pub fn publish_price_at(&mut self, price_feed: Pubkey, publication: &Publication) {
        let account = prices::pull_account(price_feed, publication);
        put(&mut self.svm, account.key, account.owner, account.data);
    }

    /// Sends `observe`.
    pub fn observe(&mut self) -> Sent {
        let params = self.risk_market().params;
        let (market, second) = (self.risk_market, self.second_feed);
        self.send(&[ix::observe(&market, &params, &self.price_feed, second.as_ref())], &[])
    }

    /// Lets an hour pass, and observes this price.
    pub fn hour_at(&mut self, price: &str) -> Sent {
        self.pass(3_600, 100);
        let confidence = price.parse::<ballast_core_types::I80F48>().expect("a decimal number") / 5_000;
        self.set_price(price, &confidence.to_string());
        self.observe()
    }

    /// Returns the risk market.
    pub fn risk_market(&self) -> ballast_risk::state::Market {
        let account = self.raw(&self.risk_market).expect("a risk market");
        account.risk_market().expect("a risk market of this layout")
    }
}
