//! The parameters of markets as a file holds them, and as the risk engine takes them.
//!
//! | module | holds |
//! | --- | --- |
//! | [`text`] | the tables of the file, field by field |
//! | [`typed`] | the values the risk engine takes, validated by its own rules |
//! | `words` | a broken rule with the value that breaks it |

pub mod text;
pub mod typed;
mod words;

pub use text::{Breakers, Ladder, LimitMultipliers, Market, Ramp, Regime, Settings, Signals, Threshold, Times};
pub use typed::Typed;

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use thiserror::Error;

/// The markets that are checked in.
pub const DEFAULT: &str = include_str!("../../../../migrations/markets.toml");

/// Why a file of markets was refused.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum MarketsError {
    /// It is not what it should be; the message names the line.
    #[error("{0}")]
    Toml(String),
    /// It has no such market.
    #[error("there are no parameters for the market `{name}`; there are {known}")]
    Unknown {
        /// What was asked for.
        name: String,
        /// What there is.
        known: String,
    },
    /// A decimal that is none.
    #[error("{market}: {field} is `{value}`, which is not a decimal number such as \"0.1\"")]
    Decimal {
        /// The market.
        market: String,
        /// The field.
        field: &'static str,
        /// The text.
        value: String,
    },
    /// A value breaks a rule of the risk engine.
    #[error("{market}: {rule}")]
    Rule {
        /// The market.
        market: String,
        /// The rule, in words.
        rule: String,
    },
}

/// A whole file: markets by the lower-case name of their asset.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(transparent)]
pub struct Markets(BTreeMap<String, Market>);

impl Markets {
    /// Reads a file.
    ///
    /// # Errors
    /// [`MarketsError::Toml`] with the line.
    pub fn parse(text: &str) -> Result<Self, MarketsError> {
        toml::from_str(text).map_err(|error| MarketsError::Toml(error.to_string().trim_end().replace('\n', " ")))
    }

    /// Returns the market of an asset, whatever the case.
    ///
    /// # Errors
    /// [`MarketsError::Unknown`], with those there are.
    pub fn get(&self, asset: &str) -> Result<&Market, MarketsError> {
        self.0
            .get(&asset.to_ascii_lowercase())
            .ok_or_else(|| MarketsError::Unknown {
                name: asset.to_owned(),
                known: self.0.keys().cloned().collect::<Vec<_>>().join(", "),
            })
    }

    /// Returns the names there are.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }
}
