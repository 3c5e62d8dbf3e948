//! What a market's price clock says to whoever acts.

use super::print::{sides, widened_by_age};
use super::{ClockParams, ClosePair, Declared, Kept, Source};
use crate::admission::{Now, PriceError, Print, UseLimits};
use ballast_core_math::estimators::EwmaVariance;
use ballast_core_types::basis_points::BasisPoints;
use ballast_core_types::{Price, PriceBounds, Ratio};

/// Everything that a market keeps of its price.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PriceClock {
    /// How it reads the chain's time.
    pub params: ClockParams,
    /// The first source's print.
    pub first: Kept,
    /// The second source's, if it has spoken.
    pub second: Option<Kept>,
    /// Their last prints that were close.
    pub pair: Option<ClosePair>,
    /// Declarations of silence, of the first and of the second source.
    pub silence: [Option<Declared>; 2],
    /// The slow price.
    pub slow_price: Price,
    /// Variance a year with the short time constant: what an unseen move is measured by.
    pub fast_variance: EwmaVariance,
}

impl PriceClock {
    /// Returns the price for one use, with every rule of that use applied. Both sides are wider by
    /// what the price may have done in its age.
    ///
    /// # Errors
    /// The rule that failed.
    pub fn price(&self, limits: &UseLimits, now: Now) -> Result<Print, PriceError> {
        let price = self.unwidened_price(limits, now)?;
        self.widened(price, now)
    }

    /// Returns the price for one use as it was published.
    ///
    /// # Errors
    /// The rule that failed.
    pub fn unwidened_price(&self, limits: &UseLimits, now: Now) -> Result<Print, PriceError> {
        self.check_fresh(limits, now)?;
        let slow = self.slow_price.fixed();
        let distance = self.first.price.fixed().checked_sub(slow);
        let distance = distance.and_then(|distance| distance.checked_abs());
        let allowed = slow.checked_mul(limits.max_deviation.fixed());
        match (distance, allowed) {
            (Some(distance), Some(allowed)) if distance <= allowed => self.confirmed(limits, now),
            (Some(_), Some(_)) => Err(PriceError::TooFarFromSlowPrice),
            _ => Err(PriceError::OutOfRange),
        }
    }

    /// Returns the price at any distance from the slow price and the second source, at the worse of
    /// both sources, and wider by its age.
    ///
    /// # Errors
    /// The rule that failed: age or width.
    pub fn price_at_any_distance(&self, limits: &UseLimits, now: Now) -> Result<Print, PriceError> {
        self.check_fresh(limits, now)?;
        let print = self.print()?;
        let worse = match self.close_second() {
            Some((_, second)) => print.widened(&with_sides(&second)?.bounds),
            None => print,
        };
        self.widened(worse, now)
    }

    /// Returns how old the price is at most, seconds.
    pub fn age(&self, now: Now) -> u32 {
        self.params.age(self.first.publish_time, self.first.slot, now)
    }

    /// Returns whether a declaration that a source is silent counts.
    pub fn is_silent(&self, source: Source, now: Now) -> bool {
        source
            .of(self.silence)
            .is_some_and(|declared| declared.counts(&self.params, now))
    }

    /// Refuses a print that is too old or too wide.
    fn check_fresh(&self, limits: &UseLimits, now: Now) -> Result<(), PriceError> {
        if self.age(now) > limits.max_age_seconds {
            return Err(PriceError::TooOld);
        }
        if self.first.confidence > limits.max_confidence {
            return Err(PriceError::TooWide);
        }
        Ok(())
    }

    /// Applies what the second source says: see [`crate::price_clock`].
    fn confirmed(&self, limits: &UseLimits, now: Now) -> Result<Print, PriceError> {
        let print = self.print()?;
        if self.is_silent(Source::Second, now) {
            // Nothing confirms what opens. Whatever protects goes on with the first source, at
            // twice its confidence.
            return if limits.requires_second {
                Err(PriceError::NoSecondSource)
            } else {
                twice_as_wide(print)
            };
        }
        let of_late = self.pair.filter(|pair| pair.is_of_late(now));
        let diverges = |divergence| divergence > limits.max_divergence;
        match (self.close_second(), of_late) {
            (Some((divergence, _)), _) if diverges(divergence) => Err(PriceError::SourcesDiverge),
            (None, Some(pair)) if limits.requires_second && diverges(pair.divergence) => {
                Err(PriceError::SourcesDiverge)
            }
            (_, None) if limits.requires_second => Err(PriceError::NoSecondSource),
            (Some((_, second)), _) => Ok(print.widened(&with_sides(&second)?.bounds)),
            (None, _) => Ok(print),
        }
    }

    /// Returns the second source's print and its distance, if it is close to the first's.
    fn close_second(&self) -> Option<(BasisPoints, Kept)> {
        let second = self.second?;
        let pair = ClosePair::of(&self.first, &second)?;
        Some((pair.divergence, second))
    }

    fn print(&self) -> Result<Print, PriceError> {
        with_sides(&self.first)
    }

    fn widened(&self, price: Print, now: Now) -> Result<Print, PriceError> {
        let bounds = widened_by_age(&price.bounds, self.fast_variance, self.age(now));
        Ok(Print {
            bounds: bounds.ok_or(PriceError::OutOfRange)?,
            ..price
        })
    }
}

impl Print {
    /// With each adverse side at the worse of its own and another's.
    #[must_use]
    pub fn widened(&self, other: &PriceBounds) -> Self {
        Self {
            bounds: PriceBounds {
                low: self.bounds.low.min(other.low),
                mid: self.bounds.mid,
                high: self.bounds.high.max(other.high),
            },
            ..*self
        }
    }
}

fn with_sides(kept: &Kept) -> Result<Print, PriceError> {
    kept.print().ok_or(PriceError::OutOfRange)
}

/// With its sides twice as far out.
fn twice_as_wide(print: Print) -> Result<Print, PriceError> {
    let confidence = print.confidence.fixed().checked_mul_int(2).map(Ratio::from_fixed);
    let confidence = confidence.ok_or(PriceError::OutOfRange)?;
    Ok(Print {
        bounds: sides(print.bounds.mid, confidence).ok_or(PriceError::OutOfRange)?,
        confidence,
        ..print
    })
}
