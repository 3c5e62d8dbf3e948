//! How far a surface is from the quotes.

use std::vec::Vec;

use super::quotes::Point;

/// Distances of a model from the quotes, gathered point by point.
#[derive(Clone, Debug, Default)]
pub struct Errors {
    distances: Vec<f64>,
    half_widths: Vec<f64>,
    inside: usize,
}

/// Figures of [`Errors`], in vol points (hundredths) where not said otherwise.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Summary {
    /// Quotes.
    pub quotes: usize,
    /// Median of |model − mid|.
    pub median: f64,
    /// 95th percentile of |model − mid|.
    pub p95: f64,
    /// The share of quotes with bid ≤ model ≤ ask.
    pub inside: f64,
    /// Median of half the distance between bid and ask.
    pub half_width: f64,
}

impl Errors {
    /// Adds a quote and the model's volatility there.
    pub fn add(&mut self, point: &Point, model: f64) {
        self.distances.push((model - point.mid()).abs());
        self.half_widths.push(point.half_width());
        self.inside += usize::from(point.bid <= model && model <= point.ask);
    }

    /// Adds those of another.
    pub fn extend(&mut self, other: &Self) {
        self.distances.extend_from_slice(&other.distances);
        self.half_widths.extend_from_slice(&other.half_widths);
        self.inside += other.inside;
    }

    /// Returns the figures; `None` if there are no quotes.
    pub fn summary(&self) -> Option<Summary> {
        let quotes = self.distances.len();
        Some(Summary {
            quotes,
            median: 100.0 * quantile(&self.distances, 0.5)?,
            p95: 100.0 * quantile(&self.distances, 0.95)?,
            inside: self.inside as f64 / quotes as f64,
            half_width: 100.0 * quantile(&self.half_widths, 0.5)?,
        })
    }
}

/// Returns the value with at least this share at or below it.
fn quantile(values: &[f64], share: f64) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let rank = (share * sorted.len() as f64).ceil() as usize;
    sorted.get(rank.max(1) - 1).copied()
}
