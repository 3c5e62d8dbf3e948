//! A maker's quote: the bytes that are signed or posted, and the rules a taker's program holds them
//! to. It has one to four legs on one market, taken together or not at all.
//!
//! The message is 226 bytes and 27 for each leg, every field at a fixed place, integers
//! little-endian:
//!
//! | Offset | Bytes | |
//! |---:|---:|---|
//! | 0 | 16 | [`DOMAIN`] |
//! | 16 | 1 | [`VERSION`] |
//! | 17 | 32 | the clearing house's program |
//! | 49 | 32 | the cluster: its genesis hash |
//! | 81 | 32 | the house |
//! | 113 | 32 | the maker's margin account |
//! | 145 | 8 | nonce |
//! | 153 | 32 | the owner who may take it, or zeros: anyone |
//! | 185 | 8 | the last slot in which it holds |
//! | 193 | 8 | the least spot at which it holds, base units for one unit of the underlying |
//! | 201 | 8 | the greatest |
//! | 209 | 8 | the greatest fill, lots of a leg with ratio one |
//! | 217 | 8 | the least fill |
//! | 225 | 1 | how many legs |
//! | 226 | 27 each | the legs, in rising order of their series: see [`QuoteLeg`] |
//!
//! The first byte of the domain is 0xff: no transaction begins with it, so a signature of a quote
//! can never be one of a transaction.

use super::legs::Legs;
use super::nonces::Nonce;
use super::series::SeriesTerms;
use super::trade::{PackageLeg, Side, UnitPrice};
use ballast_core_types::{value_floor, Lots, Price, Value};

mod error;
mod wire;

pub use error::QuoteError;
pub use wire::{LEG_BYTES, QUOTE_BYTES, QUOTE_HEAD_BYTES};

/// What every quote begins with.
pub const DOMAIN: [u8; 16] = *b"\xffballast-quote\0\0";
/// The layout's version.
pub const VERSION: u8 = 2;

/// An address, or a genesis hash.
pub type Key = [u8; 32];

/// Nobody in particular.
pub const ANYONE: Key = [0; 32];

/// Where a quote holds: everything of it that the taker's program knows by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QuoteScope {
    /// The clearing house's program.
    pub program: Key,
    /// Genesis hash of the cluster.
    pub cluster: Key,
    /// The house.
    pub house: Key,
    /// The maker's margin account.
    pub maker: Key,
}

/// A leg of a quote: on the wire the series' 16 bytes, the side (1 buy, 2 sell), the ratio (u16)
/// and the price (u64).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QuoteLeg {
    /// The series.
    pub series: SeriesTerms,
    /// What the maker does.
    pub side: Side,
    /// Lots of it for each lot of the fill, positive.
    pub ratio: u16,
    /// The price; zero gives the option away.
    pub price: UnitPrice,
}

/// The spots at which a quote holds, both included, in base units for one unit of the underlying.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SpotBand {
    /// The least.
    pub least: UnitPrice,
    /// The greatest.
    pub greatest: UnitPrice,
}

impl SpotBand {
    /// Every spot.
    pub const ANY: Self = Self {
        least: UnitPrice(0),
        greatest: UnitPrice(u64::MAX),
    };
}

/// How much of a quote may be taken, at once and once: lots of a leg with ratio one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FillRange {
    /// The least, positive.
    pub least: Lots,
    /// The greatest, no less than the least.
    pub greatest: Lots,
}

/// A quote.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quote {
    /// Where it holds.
    pub scope: QuoteScope,
    /// Its nonce, filled once.
    pub nonce: Nonce,
    /// The owner who may take it, or [`ANYONE`].
    pub taker: Key,
    /// The last slot in which it holds.
    pub expiry_slot: u64,
    /// The spots at which it holds.
    pub spots: SpotBand,
    /// How much of it may be taken.
    pub fill: FillRange,
    /// What is traded, on one market, in rising order of the series.
    pub legs: Legs<QuoteLeg>,
}

impl Quote {
    /// Checks the form of the quote, as who decodes it does.
    ///
    /// # Errors
    /// [`QuoteError::Fill`], [`QuoteError::Ratio`], [`QuoteError::LegMarket`],
    /// [`QuoteError::LegOrder`].
    pub fn check_form(&self) -> Result<(), QuoteError> {
        if self.fill.least <= Lots::ZERO || self.fill.least > self.fill.greatest {
            return Err(QuoteError::Fill(self.fill));
        }
        check_legs(&self.legs)
    }

    /// Checks whether the quote may be taken here and now by the owner `taker`. Its nonce is
    /// [`super::nonces::Nonces::fill`]'s to check, the spot [`Self::check_spot`]'s, its signature
    /// the caller's: the message must be signed by the key that quotes for the maker's account.
    ///
    /// # Errors
    /// The first rule that it breaks, in the order of the message.
    pub fn check(&self, here: &QuoteScope, taker: &Key, now_slot: u64) -> Result<(), QuoteError> {
        self.check_scope(here)?;
        if self.taker != ANYONE && self.taker != *taker {
            return Err(QuoteError::Taker);
        }
        if now_slot > self.expiry_slot {
            return Err(QuoteError::Expired(self.expiry_slot));
        }
        Ok(())
    }

    /// Checks whether the quote is of this place.
    ///
    /// # Errors
    /// The first rule that it breaks, in the order of the message.
    pub fn check_scope(&self, here: &QuoteScope) -> Result<(), QuoteError> {
        let scope = &self.scope;
        if scope.program != here.program {
            return Err(QuoteError::Program);
        }
        if scope.cluster != here.cluster {
            return Err(QuoteError::Cluster);
        }
        if scope.house != here.house {
            return Err(QuoteError::ClearingHouse);
        }
        if scope.maker != here.maker {
            return Err(QuoteError::Maker);
        }
        Ok(())
    }

    /// Checks whether the quote holds at the market's price, rounded down to base units:
    /// 10^decimals of them are one unit of the quote token, `lots_per_unit`.
    ///
    /// # Errors
    /// [`QuoteError::Spot`].
    pub fn check_spot(&self, spot: Price, lots_per_unit: u64) -> Result<(), QuoteError> {
        let unit = i64::try_from(lots_per_unit).map(Lots).unwrap_or(Lots::ZERO);
        // A price too great for 63 bits is above every band but the one without an end.
        let spot = value_floor(unit, spot).and_then(Value::to_amount);
        let spot = UnitPrice(spot.unwrap_or(u64::MAX));
        if (self.spots.least..=self.spots.greatest).contains(&spot) {
            return Ok(());
        }
        Err(QuoteError::Spot(spot))
    }

    /// Returns the index of the market that its legs are on.
    pub const fn market(&self) -> u8 {
        self.legs.first().series.market
    }

    /// Returns what a fill of `quantity` trades, leg by leg.
    ///
    /// # Errors
    /// [`QuoteError::Quantity`] outside the range of fills, or where a leg does not fit.
    pub fn package(&self, quantity: Lots) -> Result<Legs<PackageLeg>, QuoteError> {
        let refused = QuoteError::Quantity(quantity.0);
        if !(self.fill.least..=self.fill.greatest).contains(&quantity) {
            return Err(refused);
        }
        self.legs.try_map(|leg| {
            Ok(PackageLeg {
                series: leg.series,
                quantity: Lots(quantity.0.checked_mul(i64::from(leg.ratio)).ok_or(refused)?),
                price: leg.price,
                taker: leg.side.opposite(),
            })
        })
    }
}

/// Checks the form of the legs: ratios are positive, all are on one market, and each series is
/// there once, after those that are less.
fn check_legs(legs: &[QuoteLeg]) -> Result<(), QuoteError> {
    if legs.iter().any(|leg| leg.ratio == 0) {
        return Err(QuoteError::Ratio);
    }
    for (leg, next) in legs.iter().zip(legs.iter().skip(1)) {
        if leg.series.market != next.series.market {
            return Err(QuoteError::LegMarket);
        }
        if leg.series >= next.series {
            return Err(QuoteError::LegOrder);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
