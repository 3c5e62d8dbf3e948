//! How many markets and legs a vault has room for.
//!
//! A vault takes the risk of up to [`MAX_MARKETS`] markets, with up to [`MAX_LEGS_OF_MARKET`] legs
//! on each: positions at venues. Both are named by their place in the vault.

use ballast_core_types::Value;

/// Markets whose risk a vault may take.
pub const MAX_MARKETS: usize = 4;
/// Positions at venues that a vault may have on one of them.
pub const MAX_LEGS_OF_MARKET: usize = 2;
/// Positions at venues that a vault may have.
pub const MAX_LEGS: usize = MAX_MARKETS * MAX_LEGS_OF_MARKET;

/// A dollar amount of each market, by its place in the vault; zero where there is none.
pub type PerMarket = [Value; MAX_MARKETS];

/// Returns what there is at a place.
pub fn at<T: Copy>(each: &[Option<T>], place: usize) -> Option<T> {
    each.get(place).copied().flatten()
}
