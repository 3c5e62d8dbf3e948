//! Numbers and sound parameters of the tests' clearing house.

use crate::params::FEED;
use ballast_options::state::{ClearingHouseSettings, ListingSettings};

/// Genesis hash that the house was told.
pub const CLUSTER: [u8; 32] = [77; 32];
/// Friday after [`crate::START`], 08:00 UTC: two days and ten hours later.
pub const NEAR: i64 = 1_700_208_000;
/// The last Friday of that month, 08:00 UTC: nine days and ten hours later.
pub const FAR: i64 = 1_700_812_800;
/// One bitcoin, or one of anything: a million lots.
pub const UNIT: i64 = 1_000_000;
/// One unit of the quote token.
pub const USD: u64 = 1_000_000;
/// A call, as a series' key has it.
pub const CALL: u8 = 1;
/// A put, as a series' key has it.
pub const PUT: u8 = 2;

/// Name, feed, first price, volatility of each market there is.
pub(super) const MARKETS: [(&str, [u8; 32], &str, f64); 4] = [
    ("BTC-USD", FEED, "50000", 0.6),
    ("ETH-USD", [8; 32], "3000", 0.75),
    ("SOL-USD", [9; 32], "150", 0.9),
    ("DOGE-USD", [10; 32], "0.5", 1.1),
];

/// Returns sound parameters of a house, without fees: so that amounts are plain.
pub fn house_settings() -> ClearingHouseSettings {
    ClearingHouseSettings {
        max_surface_age_seconds: 3_600,
        cash_window_seconds: 86_400,
        liquidation_fee: 0,
        padding: 0,
    }
}

/// Returns sound parameters of a listing, without fees.
pub fn listing() -> ListingSettings {
    ListingSettings {
        min_size: 10_000,
        spread_floor: USD,
        free_size: 20 * UNIT,
        min_strike: 2_000,
        max_strike: 50_000,
        min_tenor_seconds: 7_200,
        spread: 10,
        concentration: 500,
        free_share: 1_000,
        daily_days: 4,
        weekly_days: 35,
        longest_days: 400,
        taker_fee: 0,
    }
}
