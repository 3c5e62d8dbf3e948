//! A market's price clock, as stored, beside the price itself, which is among the signals. Plain
//! data without padding.

use crate::errors::RiskError;
use crate::state::signals::{less_one, plus_one};
use crate::state::Fixed;
use anchor_lang::prelude::*;
use ballast_core_market::observation::QuoteToken;
use ballast_core_market::price_clock::{ClockParams, ClosePair, Declared, Kept};
use ballast_core_types::basis_points::BasisPoints;
use bytemuck::{Pod, Zeroable};

/// See [`ClockParams`].
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub struct ClockSettings {
    /// How far ahead of the chain's clock a print may be, seconds.
    pub ahead_seconds: u32,
    /// What a slot lasts at least, milliseconds.
    pub least_slot_milliseconds: u32,
}

/// The second source's last print. See [`Kept`].
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Copy, Debug, Default, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub struct StoredPrint {
    /// The price; zero before the first.
    pub price: Fixed,
    /// Confidence as a share of it.
    pub confidence: Fixed,
    /// Publication time, unix seconds.
    pub publish_time: i64,
    /// The slot in which it reached the chain.
    pub slot: u64,
}

/// A reading with the time it is of: the last close pair of both sources ([`ClosePair`]), or what
/// the quote token was last worth ([`QuoteToken`]).
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Copy, Debug, Default, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub struct StoredReading {
    /// When what was read was published, unix seconds.
    pub at: i64,
    /// One more than the reading, basis points; zero before the first.
    pub reading: u32,
    /// Zero.
    pub padding: u32,
}

/// A declaration that a source is silent. See [`Declared`]; all zeros is none.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Copy, Debug, Default, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub struct StoredDeclaration {
    /// When, unix seconds.
    pub at: i64,
    /// In which slot.
    pub slot: u64,
}

impl ClockSettings {
    /// As the core wants it.
    pub const fn params(&self) -> ClockParams {
        ClockParams {
            ahead_seconds: self.ahead_seconds,
            least_slot_milliseconds: self.least_slot_milliseconds,
        }
    }

    /// # Errors
    /// [`RiskError::ClockAhead`], [`RiskError::ClockSlot`].
    pub fn validate(&self) -> Result<()> {
        self.params().validate().map_err(RiskError::from)?;
        Ok(())
    }
}

impl From<ClockParams> for ClockSettings {
    fn from(params: ClockParams) -> Self {
        Self {
            ahead_seconds: params.ahead_seconds,
            least_slot_milliseconds: params.least_slot_milliseconds,
        }
    }
}

impl StoredPrint {
    /// Returns the print, or `None` before the first.
    pub fn get(&self) -> Option<Kept> {
        Some(Kept {
            price: self.price.price()?,
            confidence: self.confidence.ratio(),
            publish_time: self.publish_time,
            slot: self.slot,
        })
    }
}

impl From<Kept> for StoredPrint {
    fn from(kept: Kept) -> Self {
        Self {
            price: kept.price.into(),
            confidence: kept.confidence.into(),
            publish_time: kept.publish_time,
            slot: kept.slot,
        }
    }
}

impl StoredReading {
    fn new(at: i64, reading: BasisPoints) -> Self {
        Self {
            at,
            reading: plus_one(Some(reading.0)),
            padding: 0,
        }
    }

    /// Returns it as a close pair, or `None` before the first.
    pub fn pair(&self) -> Option<ClosePair> {
        Some(ClosePair {
            at: self.at,
            divergence: BasisPoints(less_one(self.reading)?),
        })
    }

    /// Returns it as what the quote token was worth, or `None` before its first price.
    pub fn quote_token(&self) -> Option<QuoteToken> {
        Some(QuoteToken {
            off_par: BasisPoints(less_one(self.reading)?),
            publish_time: self.at,
        })
    }
}

impl From<ClosePair> for StoredReading {
    fn from(pair: ClosePair) -> Self {
        Self::new(pair.at, pair.divergence)
    }
}

impl From<QuoteToken> for StoredReading {
    fn from(quote: QuoteToken) -> Self {
        Self::new(quote.publish_time, quote.off_par)
    }
}

impl StoredDeclaration {
    /// Returns the declaration, if there is one.
    pub fn get(&self) -> Option<Declared> {
        (*self != Self::default()).then_some(Declared {
            at: self.at,
            slot: self.slot,
        })
    }
}

impl From<Option<Declared>> for StoredDeclaration {
    fn from(declared: Option<Declared>) -> Self {
        declared.map_or(Self::default(), |declared| Self {
            at: declared.at,
            slot: declared.slot,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_survives_storage_and_what_was_never_written_is_nothing() {
        assert_eq!(StoredPrint::default().get(), None);
        assert_eq!(StoredReading::default().pair(), None);
        assert_eq!(StoredReading::default().quote_token(), None);
        assert_eq!(StoredDeclaration::from(None).get(), None);
        let pair = ClosePair {
            at: 7,
            divergence: BasisPoints(0),
        };
        assert_eq!(StoredReading::from(pair).pair(), Some(pair));
        let quote = QuoteToken {
            off_par: BasisPoints(0),
            publish_time: 0,
        };
        assert_eq!(StoredReading::from(quote).quote_token(), Some(quote));
        let declared = Declared { at: 0, slot: 3 };
        assert_eq!(StoredDeclaration::from(Some(declared)).get(), Some(declared));
    }
}
