//! The markets there are to ask about.

use crate::params;
use crate::world::START;
use ballast_core_margin::Decimal;
use ballast_sdk::assess::{self, BookMarket};

/// Name, feed, price, confidence, volatility at the money of each market there is.
pub const MARKETS: [(&str, [u8; 32], &str, &str, f64); 4] = [
    ("BTC-USD", params::FEED, "50000", "10", 0.6),
    ("ETH-USD", [8; 32], "3000", "1.5", 0.75),
    ("SOL-USD", [9; 32], "150", "0.125", 0.9),
    ("DOGE-USD", [10; 32], "0.5", "0.00390625", 1.1),
];
/// Days to the expiries of every surface.
pub const EXPIRIES: [i64; 3] = [7, 30, 90];

/// A market that is asked about.
#[derive(Clone, Debug)]
pub struct MarginMarket {
    /// Its accounts.
    pub accounts: BookMarket,
    /// Its feed.
    pub feed: [u8; 32],
    /// Its price.
    pub price: String,
    /// Half the width of its confidence.
    pub confidence: String,
    /// Its volatility at the money.
    pub volatility: f64,
}

/// Returns the moment so many days after the beginning, unix seconds.
pub fn in_days(days: i64) -> u32 {
    u32::try_from(START + days * 86_400).unwrap()
}

/// Parses a decimal number. Panics if `text` is none.
pub fn decimal(text: &str) -> Decimal {
    assess::decimal(text).unwrap()
}
