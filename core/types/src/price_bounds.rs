//! A price with its adverse sides.

use crate::Price;

/// A price with its adverse sides: assets are worth `low`, liabilities cost `high`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PriceBounds {
    /// Price less confidence.
    pub low: Price,
    /// The published price.
    pub mid: Price,
    /// Price plus confidence.
    pub high: Price,
}
