//! Prints as a market keeps them, and what their age adds to them.

use crate::admission::Print;
use crate::signals::Signals;
use ballast_core_math::estimators::{Elapsed, EwmaVariance};
use ballast_core_types::{Price, PriceBounds, Ratio, I80F48};

/// Standard deviations by which a price's age widens it.
const AGE_DEVIATIONS: i128 = 2;

/// A print as a market keeps it: without its sides, which follow from the confidence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kept {
    /// The price.
    pub price: Price,
    /// Confidence interval as a share of it.
    pub confidence: Ratio,
    /// When it was published, unix seconds.
    pub publish_time: i64,
    /// The slot in which it reached the chain.
    pub slot: u64,
}

impl Kept {
    /// Returns the print with its sides, rounded outwards. `None` if one does not fit.
    pub fn print(&self) -> Option<Print> {
        Some(Print {
            bounds: sides(self.price, self.confidence)?,
            confidence: self.confidence,
            publish_time: self.publish_time,
            slot: self.slot,
        })
    }
}

impl From<&Print> for Kept {
    fn from(print: &Print) -> Self {
        Self {
            price: print.bounds.mid,
            confidence: print.confidence,
            publish_time: print.publish_time,
            slot: print.slot,
        }
    }
}

impl From<&Signals> for Kept {
    fn from(signals: &Signals) -> Self {
        Self {
            price: signals.price,
            confidence: signals.confidence,
            publish_time: signals.publish_time,
            slot: signals.slot,
        }
    }
}

/// Returns these bounds with both sides further out by two standard deviations of what the price
/// may have done since it was published `age_seconds` ago: 2·σ·√age, σ the fast volatility. `None`
/// if a side does not fit.
pub fn widened_by_age(bounds: &PriceBounds, variance: EwmaVariance, age_seconds: u32) -> Option<PriceBounds> {
    let Some(age) = Elapsed::capped(i64::from(age_seconds)) else {
        return Some(*bounds);
    };
    let width = variance
        .deviation_ceil(age)
        .fixed()
        .checked_mul_int(AGE_DEVIATIONS)
        .map(Ratio::from_fixed)?;
    Some(PriceBounds {
        low: lower(bounds.low, width)?,
        mid: bounds.mid,
        high: bounds.high.scaled_ceil(width)?,
    })
}

/// Returns a price with sides of this width, which was rounded down to its last bit.
pub(crate) fn sides(mid: Price, width: Ratio) -> Option<PriceBounds> {
    let width = Ratio::from_fixed(width.fixed().checked_add(I80F48::DELTA)?);
    Some(PriceBounds {
        low: lower(mid, width)?,
        mid,
        high: mid.scaled_ceil(width)?,
    })
}

/// Lower by a share of itself; by no more than all but the last bit.
fn lower(price: Price, share: Ratio) -> Option<Price> {
    let down = Ratio::from_fixed(share.fixed().checked_neg()?);
    price.scaled_floor(down).or(Price::from_fixed(I80F48::DELTA))
}
