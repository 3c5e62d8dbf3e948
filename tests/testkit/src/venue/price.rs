//! The price that a venue trades at: a legacy push account, and the risk market that reads it.

use super::VenueFixture;
use crate::tokens::put;
use crate::world::START;
use crate::{fixed, params};
use anchor_lang::prelude::Pubkey;
use anchor_lang::Discriminator;
use ballast_core_types::I80F48;
use ballast_risk::state::{
    Market as RiskMarket, PriceSource, SourceKind, StoredSignals, UseSettings, MARKET_VERSION, PYTH_PUSH_PROGRAM,
};

/// The program that owns the price account.
const ORACLE: Pubkey = PYTH_PUSH_PROGRAM;

impl VenueFixture {
    /// Moves the clock on, publishes the price again, and observes it, so that it stays fresh.
    pub fn advance(&mut self, seconds: i64, slots: u64) {
        self.pass(seconds, slots);
        let (clock, key) = (self.clock(), self.feeds.first);
        if let Some(mut account) = self.svm.get_account(&key) {
            account.data[96..104].copy_from_slice(&clock.unix_timestamp.to_le_bytes());
            account.data[232..240].copy_from_slice(&clock.slot.to_le_bytes());
            self.svm.set_account(key, account).unwrap();
            self.observe().expect("an observation");
        }
    }

    /// Publishes a price of `text` ± `confidence`, a second later, and observes it.
    pub fn push_price(&mut self, text: &str, confidence: &str) {
        self.pass(1, 1);
        self.publish_push_price(text, confidence);
        self.observe().expect("an observation");
    }

    /// Publishes a price of `text` ± `confidence`, which nobody observes.
    pub fn publish_push_price(&mut self, text: &str, confidence: &str) {
        let scaled = |text: &str| -> i64 { (text.parse::<I80F48>().unwrap() * I80F48::from_num(100_000_000)).to_num() };
        let (clock, key) = (self.clock(), self.feeds.first);
        let mut data = vec![0u8; 240];
        for (offset, word) in [(0, 0xa1b2_c3d4u32), (4, 2), (8, 3), (224, 1)] {
            data[offset..offset + 4].copy_from_slice(&word.to_le_bytes());
        }
        data[20..24].copy_from_slice(&(-8i32).to_le_bytes());
        data[96..104].copy_from_slice(&clock.unix_timestamp.to_le_bytes());
        data[208..216].copy_from_slice(&scaled(text).to_le_bytes());
        data[216..224].copy_from_slice(&scaled(confidence).to_le_bytes());
        data[232..240].copy_from_slice(&clock.slot.to_le_bytes());
        put(&mut self.svm, key, ORACLE, data);
    }

    /// Writes a risk market that reads the price account.
    pub fn put_risk_market(&mut self, key: Pubkey) {
        let usage = |age| UseSettings {
            max_age_seconds: age,
            max_divergence: 100,
            requires_second: 0,
            max_confidence: fixed("0.1"),
            max_deviation: fixed("0.9"),
        };
        let mut market: RiskMarket = bytemuck::Zeroable::zeroed();
        market.version = MARKET_VERSION;
        market.params = params::risk_market().params;
        market.params.sources[0] = PriceSource::new(SourceKind::PythPush, ORACLE, self.feeds.first.to_bytes());
        market.params.uses = [10, 10, 10, 60].map(usage);
        market.signals = StoredSignals {
            price: fixed("100"),
            publish_time: START,
            slot: self.clock().slot,
            observed_at: START,
            slow_price: fixed("100"),
            high: fixed("100"),
            observations: 1,
            ..Default::default()
        };
        let data = [RiskMarket::DISCRIMINATOR, bytemuck::bytes_of(&market)].concat();
        put(&mut self.svm, key, ballast_risk::ID, data);
    }
}
