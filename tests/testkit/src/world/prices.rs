//! The price of a world's market: published by the test, observed by the risk program.

use super::{Sent, World};
use crate::params::{self, FEED};
use crate::tokens::put;
use anchor_lang::prelude::Pubkey;
use ballast_core_market::accumulators::HeldPrice;
use ballast_core_market::price_clock::Source;
use ballast_risk::read;
use ballast_sdk::addresses;
use ballast_sdk::feeds::PriceFeeds;
use ballast_sdk::instructions as ix;
use ballast_sdk::prices::{self, Publication};
use ballast_sdk::Instruction;
use solana_signer::Signer;

/// The price of a market that has one source.
#[derive(Clone, Debug)]
pub struct PricedMarket {
    /// The market.
    pub key: Pubkey,
    /// Its Pyth feed.
    pub feed: [u8; 32],
    /// Its price.
    pub price: String,
    /// Half the width of its confidence.
    pub confidence: String,
    /// How far its publishers are ahead of the chain's clock, seconds.
    pub ahead_seconds: i64,
}

impl PricedMarket {
    /// Returns where its price is published.
    pub fn feeds(&self) -> PriceFeeds {
        PriceFeeds {
            first: prices::local_price_account(&self.feed),
            second: None,
            quote: None,
        }
    }
}

impl World {
    /// Creates a market of one source, which nobody has observed: its feed is made of its name.
    pub fn create_priced_market(&mut self, name: &str, price: &str) -> PricedMarket {
        let mut padded = [0; 16];
        padded[..name.len()].copy_from_slice(name.as_bytes());
        let feed = std::array::from_fn(|index| padded[index % 16] ^ 0x55);
        let mut args = params::risk_market();
        args.name = padded;
        args.params.sources[0].feed = feed;
        let key = addresses::risk_market(&self.admin.pubkey(), &padded);
        let create = ix::create_risk_market(&self.admin.pubkey(), args);
        self.send(&[create], &[]).expect("risk market");
        PricedMarket {
            key,
            feed,
            price: price.to_owned(),
            confidence: "0.01".to_owned(),
            ahead_seconds: 0,
        }
    }

    /// Publishes the price of a market that has one source, now: a second later if a price of this
    /// second is kept already.
    pub fn publish_price_of(&mut self, market: &PricedMarket) {
        self.pass_what_is_kept(&[market.key]);
        let publication = self.publication(&market.price, &market.confidence);
        let publication = Publication {
            feed_id: market.feed,
            publish_time: publication.publish_time + market.ahead_seconds,
            ..publication
        };
        self.publish_price_at(market.feeds().first, &publication);
    }

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

    /// Publishes `price` ± `confidence`, now: where a price of this second is kept already, a
    /// second later, since only what is newer counts.
    pub fn set_price(&mut self, price: &str, confidence: &str) {
        self.pass_what_is_kept(&[self.risk_market]);
        let publication = self.publication(price, confidence);
        self.publish_price(&publication);
    }

    /// Publishes the price of markets that have one source, a Pyth feed each, and observes them:
    /// now, or a second later if a price of this second is kept already.
    pub fn observe_markets(&mut self, markets: &[PricedMarket]) {
        let keys: Vec<_> = markets.iter().map(|market| market.key).collect();
        self.pass_what_is_kept(&keys);
        for market in markets {
            let publication = self.publication(&market.price, &market.confidence);
            let publication = Publication {
                feed_id: market.feed,
                publish_time: publication.publish_time + market.ahead_seconds,
                ..publication
            };
            let feeds = market.feeds();
            self.publish_price_at(feeds.first, &publication);
            let observe = ix::observe(
                &market.key,
                &self
                    .raw(&market.key)
                    .expect("a market")
                    .risk_market()
                    .expect("a market")
                    .params,
                &feeds,
            );
            self.send(&[observe], &[]).expect("an observation");
        }
    }

    /// Goes on to a second, and a slot, after every price that these markets keep.
    fn pass_what_is_kept(&mut self, markets: &[Pubkey]) {
        let markets = markets.iter().filter_map(|key| self.raw(key)?.risk_market().ok());
        let kept = markets.map(|market| market.signals.publish_time).max().unwrap_or(0);
        if kept >= self.clock().unix_timestamp {
            self.set_clock(kept + 1, self.clock().slot + 1);
        }
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
        self.publish_price_at(self.feeds.second.expect("a second source"), &publication);
    }

    /// Publishes `price` ± `confidence` of the quote token, now.
    ///
    /// # Panics
    /// Panics if the world's market has no source for it.
    pub fn set_quote_price(&mut self, price: &str, confidence: &str) {
        let publication = Publication {
            feed_id: self.risk_market().params.sources[2].feed,
            ..self.publication(price, confidence)
        };
        self.publish_price_at(self.feeds.quote.expect("a quote source"), &publication);
    }

    /// Publishes anything.
    pub fn publish_price(&mut self, publication: &Publication) {
        self.publish_price_at(self.feeds.first, publication);
    }

    /// Publishes anything in another price account.
    pub fn publish_price_at(&mut self, price_feed: Pubkey, publication: &Publication) {
        let sources = [Some(self.feeds.first), self.feeds.second, self.feeds.quote];
        for (source, published) in sources.into_iter().zip(&mut self.published) {
            if source == Some(price_feed) {
                *published = Some((price_feed, *publication));
            }
        }
        let account = prices::pull_account(price_feed, publication);
        put(&mut self.svm, account.key, account.owner, account.data);
    }

    /// Publishes what every source that goes on said last, once more and now: one that has said
    /// nothing for two minutes is silent.
    pub fn republish(&mut self) {
        self.pass_what_is_kept(&[self.risk_market]);
        let (clock, published) = (self.clock(), self.published);
        for (key, last) in published.into_iter().flatten() {
            let is_silent = key != self.feeds.first && clock.unix_timestamp - last.publish_time > 120;
            if !is_silent {
                let again = Publication {
                    publish_time: clock.unix_timestamp,
                    slot: clock.slot,
                    ..last
                };
                self.publish_price_at(key, &again);
            }
        }
    }

    /// Returns `observe`.
    pub fn observation(&self) -> Instruction {
        ix::observe(&self.risk_market, &self.risk_market().params, &self.feeds)
    }

    /// Sends `observe`.
    pub fn observe(&mut self) -> Sent {
        let observe = self.observation();
        self.send(&[observe], &[])
    }

    /// Sends `declare_silence`, as anyone may.
    pub fn declare_silence(&mut self, source: Source) -> Sent {
        let declare = ix::declare_silence(&self.risk_market, source);
        self.send(&[declare], &[])
    }

    /// Lets the first source be silent for long enough that it is declared so, and that counts.
    pub fn fall_silent(&mut self) {
        self.pass(60, 300);
        self.declare_silence(Source::First).expect("a declaration");
        self.pass(180, 900);
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

    /// Returns whether the price that the market keeps counts in its averages.
    pub fn is_of_grade(&self) -> bool {
        self.held_price().price.is_some()
    }

    /// Returns the price that the market keeps, with the sums up to it.
    pub fn held_price(&self) -> HeldPrice {
        let (market, now) = (self.risk_market(), read::now(&self.clock()));
        let view = market.view().expect("a market of this layout");
        view.held_price(market.averages.sums.get(), now)
            .expect("an observed market")
    }
}
