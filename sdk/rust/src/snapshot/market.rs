//! A market of a vault, as the chain has it.

use crate::accounts::RawAccount;
use crate::feeds::{FeedAccounts, PriceFeeds};
use crate::{instructions, Instruction};
use anchor_lang::prelude::Pubkey;
use ballast_core_market::admission::RawPrice;
use ballast_core_market::MarketView;
use ballast_risk::state::Market as RiskMarket;

/// The venue's accounts, as the chain has them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VenueAccounts {
    /// The market.
    pub market: RawAccount,
    /// The vault's account on it.
    pub trader: RawAccount,
}

/// A market of a vault, and the prices in hand.
#[derive(Clone, Debug)]
pub struct SnapshotMarket {
    /// Its address.
    pub key: Pubkey,
    /// Where its prices are published.
    pub feeds: PriceFeeds,
    /// Those accounts, as the chain has them.
    pub published: FeedAccounts,
    /// The market, as stored.
    pub stored: RiskMarket,
    /// The market, decoded.
    pub view: MarketView,
}

impl SnapshotMarket {
    /// Returns the published price, if the price account can be decoded.
    pub fn raw_price(&self) -> Option<RawPrice> {
        self.published.raw_price(&self.stored.params)
    }

    /// Returns its name.
    pub fn name(&self) -> String {
        let name = String::from_utf8_lossy(&self.stored.name);
        name.trim_end_matches('\0').to_owned()
    }

    /// Returns `observe`.
    pub fn observe(&self) -> Instruction {
        instructions::observe(&self.key, &self.stored.params, &self.feeds)
    }
}
