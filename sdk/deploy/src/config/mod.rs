//! The configuration file.
//!
//! | module | holds |
//! | --- | --- |
//! | `risk`, `venue`, `vault` | each table, and what a program is given of it |
//! | `surface`, `house` | the volatility surface, and the options clearing house |
//! | `numbers` | numbers as the file writes them |

mod clearing_house;
mod numbers;
mod risk;
mod surface;
#[cfg(test)]
mod tests;
mod vault;
mod venue;

pub use clearing_house::ClearingHouse;
pub use surface::Surface;

use crate::price::price_of;
use anyhow::{anyhow, Context, Result};
use ballast_files::decode;
use risk::Risk;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::Path;
use vault::Vault;
use venue::Venue;

/// The configuration that is checked in.
pub const DEFAULT: &str = include_str!("../../../../migrations/local.toml");

/// The whole file.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    quote_feed: String,
    feeds: BTreeMap<String, String>,
    first_prices: BTreeMap<String, f64>,
    risk: Risk,
    venue: Venue,
    vault: Vault,
    surface: Surface,
    house: ClearingHouse,
}

impl Config {
    /// Reads a configuration.
    ///
    /// # Errors
    /// The line and the rule it breaks.
    pub fn parse(text: &str) -> Result<Self> {
        toml::from_str(text).map_err(|error| anyhow!("{}", error.to_string().trim_end().replace('\n', " ")))
    }

    /// Reads a configuration file.
    ///
    /// # Errors
    /// The file, and why it cannot be used.
    pub fn load(path: &Path) -> Result<Self> {
        Self::parse(&decode::whole(path)?).with_context(|| path.display().to_string())
    }

    /// Returns the feed id of an asset.
    ///
    /// # Errors
    /// If the file names no such feed, or not 64 hexadecimal digits.
    pub fn feed(&self, asset: &str) -> Result<[u8; 32]> {
        let known = || self.feeds.keys().cloned().collect::<Vec<_>>().join(", ");
        let text = self
            .feeds
            .get(asset)
            .ok_or_else(|| anyhow!("no feed is configured for {asset}; there is {}", known()))?;
        feed_id(text).with_context(|| format!("the feed id of {asset}"))
    }

    /// Returns the feed id of the quote token.
    ///
    /// # Errors
    /// If the file has not 64 hexadecimal digits.
    pub fn quote_feed(&self) -> Result<[u8; 32]> {
        feed_id(&self.quote_feed).context("quote_feed")
    }

    /// Returns the price that a fresh local network begins with, units of
    /// 10^[`EXPONENT`](crate::price::EXPONENT).
    ///
    /// # Errors
    /// If the file has none for the asset, or not a price.
    pub fn first_price(&self, asset: &str) -> Result<i64> {
        let price = self.first_prices.get(asset);
        let price = price.ok_or_else(|| anyhow!("[first_prices] has none for {asset}"))?;
        price_of(*price).with_context(|| format!("[first_prices] {asset}"))
    }

    /// Returns the volatility surface of the asset's market.
    pub fn surface(&self) -> &Surface {
        &self.surface
    }

    /// Returns the options clearing house.
    pub fn house(&self) -> &ClearingHouse {
        &self.house
    }

    /// Returns the assets that a market can be made for.
    pub fn assets(&self) -> impl Iterator<Item = &str> {
        self.feeds.keys().map(String::as_str)
    }
}

fn feed_id(text: &str) -> Result<[u8; 32]> {
    let digits = |i: usize| {
        text.get(2 * i..2 * i + 2)
            .and_then(|pair| u8::from_str_radix(pair, 16).ok())
    };
    let bytes: Option<Vec<u8>> = (0..32).map(digits).collect();
    let bytes = bytes
        .filter(|_| text.len() == 64)
        .and_then(|bytes| bytes.try_into().ok());
    bytes.ok_or_else(|| anyhow!("it has to be 64 hexadecimal digits"))
}
