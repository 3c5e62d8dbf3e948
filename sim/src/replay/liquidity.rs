//! What trading would have cost, estimated from candles, because the history has no order books.
//!
//! The square-root law of market impact (Torre 1997; Tóth et al. 2011): an order of size Q moves
//! the price by about σ√(Q/V), with σ and V the volatility and the volume of the time it is worked
//! in. Of a standard size, Q is constant, and only σ/√V matters here: contraction is a ratio to its
//! own average.
//!
//! σ is taken as Parkinson's range, ln(high/low)/(2√ln 2), and V as the volume in quote. It is an
//! estimate of an order of magnitude, and no replacement for a venue's book: when makers withdraw,
//! books thin out by more than range and volume tell.

use std::collections::BTreeMap;
use std::path::Path;

use ballast_market_data::history::{History, HistoryError};

/// Unit of a cost, so that what is kept as an integer has enough digits.
const UNIT: f64 = 1e12;

/// Hours over which the estimate is averaged, so that one hour's accident is no contraction.
const HOURS: usize = 6;

/// Estimated cost of a standard size by the start of a candle.
#[derive(Clone, Debug, Default)]
pub struct CostSeries(BTreeMap<i64, u64>);

impl CostSeries {
    /// Returns the estimate for every candle, from the volumes beside them in the file.
    ///
    /// # Errors
    /// If the file has no volumes.
    pub fn estimate(history: &History, file: &Path) -> Result<Self, HistoryError> {
        let volumes = history
            .volumes
            .as_ref()
            .ok_or_else(|| HistoryError::NoVolume { file: file.to_owned() })?;
        let mut raw: Vec<(i64, f64)> = Vec::with_capacity(history.candles.len());
        for (candle, volume) in history.candles.iter().zip(volumes) {
            let volume = volume * candle.close.to_f64();
            let range = (candle.high.to_f64() / candle.low.to_f64()).ln() / (2.0 * std::f64::consts::LN_2.sqrt());
            // An hour without trade or without range says nothing; the last estimate stays.
            let cost = if volume > 0.0 && range > 0.0 {
                range / volume.sqrt()
            } else {
                raw.last().map_or(0.0, |last| last.1)
            };
            raw.push((candle.unix_time, cost));
        }
        let mut costs = BTreeMap::new();
        for (at, (time, _)) in raw.iter().enumerate() {
            let window = &raw[(at + 1).saturating_sub(HOURS)..=at];
            let mean = window.iter().map(|point| point.1).sum::<f64>() / window.len() as f64;
            costs.insert(*time, ((mean * UNIT) as u64).max(1));
        }
        Ok(Self(costs))
    }

    /// Returns the cost in the candle that begins at `unix_time`; `None` if it was not estimated.
    #[must_use]
    pub fn at(&self, unix_time: i64) -> Option<u64> {
        self.0.get(&unix_time).copied()
    }

    /// Returns whether there is no estimate at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
