//! Which prices an average is made of.

use crate::admission::Now;
use crate::price_clock::{PriceClock, Source, AGREEMENT_SECONDS};
use ballast_core_types::basis_points::BasisPoints;
use ballast_core_types::{Ratio, I80F48};

/// A higher price does not count: price × time of a week and a half hour has to fit its sum. 2⁵⁸.
const GREATEST_PRICE: I80F48 = I80F48::from_bits(1 << (58 + I80F48::FRAC_NBITS));

/// What makes a price good enough to be averaged, and settled at. No distance from another price of
/// the same source, and no breaker: an honest crash counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SettlementGrade {
    /// Greatest confidence interval as a share of the price: (0, 2 %].
    pub max_confidence: Ratio,
    /// Greatest distance of the two sources at their last close pair, over the lower price: 1 …
    /// 2,000 basis points.
    pub max_divergence: BasisPoints,
    /// Whether the two sources have to have agreed in the minute before the print.
    pub requires_second: bool,
}

/// The rule a grade's parameters break.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GradeParamError {
    /// The confidence is outside (0, 2 %].
    Confidence,
    /// The divergence is outside 1 … 2,000 basis points.
    Divergence,
}

impl SettlementGrade {
    /// Refuses what would let nothing count, or anything.
    ///
    /// # Errors
    /// The first [`GradeParamError`] that is broken.
    pub fn validate(self) -> Result<Self, GradeParamError> {
        let confidence = self.max_confidence.fixed();
        if confidence <= I80F48::ZERO || confidence.saturating_mul_int(50) > I80F48::ONE {
            return Err(GradeParamError::Confidence);
        }
        if !(1..=2_000).contains(&self.max_divergence.0) {
            return Err(GradeParamError::Divergence);
        }
        Ok(self)
    }
}

impl PriceClock {
    /// Returns whether the price that is kept is of settlement grade: narrow enough, and in no
    /// disagreement with the second source. Once the second's silence counts, the first goes on
    /// alone, at twice its confidence.
    pub fn is_of_grade(&self, grade: &SettlementGrade, now: Now) -> bool {
        let (mut confidence, first) = (self.first.confidence.fixed(), &self.first);
        if self.is_silent(Source::Second, now) {
            confidence = confidence.saturating_mul_int(2);
        } else {
            let before = |at: i64| first.publish_time.saturating_sub(at) <= i64::from(AGREEMENT_SECONDS);
            let agreed = match self.pair.filter(|pair| before(pair.at)) {
                Some(pair) => pair.divergence <= grade.max_divergence,
                None => !grade.requires_second,
            };
            if !agreed {
                return false;
            }
        }
        confidence <= grade.max_confidence.fixed() && first.price.fixed() <= GREATEST_PRICE
    }
}
