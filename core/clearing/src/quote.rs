//! A maker's signed quote: the bytes, and the rules a taker's program holds them to.
//!
//! The message is 226 bytes, every field at a fixed place, integers little-endian:
//!
//! | Offset | Bytes | |
//! |---:|---:|---|
//! | 0 | 16 | [`DOMAIN`] |
//! | 16 | 1 | [`VERSION`] |
//! | 17 | 32 | the clearing house's program |
//! | 49 | 32 | the cluster: its genesis hash |
//! | 81 | 32 | the house |
//! | 113 | 16 | the series: [`SeriesTerms::to_bytes`] |
//! | 129 | 32 | the maker's margin account |
//! | 161 | 1 | what the maker does: 1 buy, 2 sell |
//! | 162 | 8 | size, lots |
//! | 170 | 8 | price, base units for one unit of the underlying |
//! | 178 | 8 | the last slot in which it holds |
//! | 186 | 8 | nonce |
//! | 194 | 32 | the owner who may take it, or zeros: anyone |
//!
//! The first byte of the domain is 0xff: no transaction begins with it, so a signature of a quote
//! can never be one of a transaction.

use super::nonces::Nonce;
use super::series::{SeriesTerms, SERIES_BYTES};
use super::trade::{Side, UnitPrice};
use ballast_core_types::Lots;

/// What every quote begins with.
pub const DOMAIN: [u8; 16] = *b"\xffballast-quote\0\0";
/// The layout's version.
pub const VERSION: u8 = 1;
/// Bytes of a message.
pub const QUOTE_BYTES: usize = 226;

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
    /// The series.
    pub series: SeriesTerms,
    /// The maker's margin account.
    pub maker: Key,
}

/// A quote.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quote {
    /// Where it holds.
    pub scope: QuoteScope,
    /// What the maker does.
    pub side: Side,
    /// How much, positive; it may be taken in parts.
    pub size: Lots,
    /// The price; zero gives the option away.
    pub price: UnitPrice,
    /// The last slot in which it holds.
    pub expiry_slot: u64,
    /// Its nonce.
    pub nonce: Nonce,
    /// The owner who may take it, or [`ANYONE`].
    pub taker: Key,
}

/// Why a message is not a quote, or not one that may be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum QuoteError {
    /// Not [`QUOTE_BYTES`] long.
    Length(usize),
    /// Does not begin with [`DOMAIN`].
    Domain,
    /// Another version.
    Version(u8),
    /// The series is none: see [`SeriesTerms::from_bytes`].
    SeriesForm,
    /// Neither buy nor sell.
    Side(u8),
    /// The size is not positive.
    Size(i64),
    /// Signed for another program.
    Program,
    /// Signed for another cluster.
    Cluster,
    /// Signed for another house.
    ClearingHouse,
    /// Signed for another series.
    Series,
    /// Signed for another margin account.
    Maker,
    /// It held until this slot.
    Expired(u64),
    /// Signed for another taker.
    Taker,
}

impl Quote {
    /// Returns the message that the maker signs.
    pub fn encode(&self) -> [u8; QUOTE_BYTES] {
        let mut bytes = [0; QUOTE_BYTES];
        let mut rest = bytes.as_mut_slice();
        let side = match self.side {
            Side::Buy => 1,
            Side::Sell => 2,
        };
        put(&mut rest, &DOMAIN);
        put(&mut rest, &[VERSION]);
        put(&mut rest, &self.scope.program);
        put(&mut rest, &self.scope.cluster);
        put(&mut rest, &self.scope.house);
        put(&mut rest, &self.scope.series.to_bytes());
        put(&mut rest, &self.scope.maker);
        put(&mut rest, &[side]);
        put(&mut rest, &self.size.0.to_le_bytes());
        put(&mut rest, &self.price.0.to_le_bytes());
        put(&mut rest, &self.expiry_slot.to_le_bytes());
        put(&mut rest, &self.nonce.0.to_le_bytes());
        put(&mut rest, &self.taker);
        bytes
    }

    /// Returns the quote in a message: exactly what [`Self::encode`] writes, and nothing else.
    ///
    /// # Errors
    /// The first rule of form that the message breaks.
    pub fn decode(message: &[u8]) -> Result<Self, QuoteError> {
        if message.len() != QUOTE_BYTES {
            return Err(QuoteError::Length(message.len()));
        }
        let mut rest = message;
        if get::<16>(&mut rest)? != DOMAIN {
            return Err(QuoteError::Domain);
        }
        let [version] = get(&mut rest)?;
        if version != VERSION {
            return Err(QuoteError::Version(version));
        }
        let (program, cluster, house) = (get(&mut rest)?, get(&mut rest)?, get(&mut rest)?);
        let series = SeriesTerms::from_bytes(&get::<SERIES_BYTES>(&mut rest)?).ok_or(QuoteError::SeriesForm)?;
        let maker = get(&mut rest)?;
        let side = match get(&mut rest)? {
            [1] => Side::Buy,
            [2] => Side::Sell,
            [other] => return Err(QuoteError::Side(other)),
        };
        let size = Lots(i64::from_le_bytes(get(&mut rest)?));
        if size.0 <= 0 {
            return Err(QuoteError::Size(size.0));
        }
        Ok(Self {
            scope: QuoteScope {
                program,
                cluster,
                house,
                series,
                maker,
            },
            side,
            size,
            price: UnitPrice(u64::from_le_bytes(get(&mut rest)?)),
            expiry_slot: u64::from_le_bytes(get(&mut rest)?),
            nonce: Nonce(u64::from_le_bytes(get(&mut rest)?)),
            taker: get(&mut rest)?,
        })
    }

    /// Checks whether the quote may be taken here and now by the owner `taker`. Its nonce is
    /// [`super::nonces::Nonces::fill`]'s to check, its signature the caller's: the message must be
    /// signed by the key that quotes for the maker's account.
    ///
    /// # Errors
    /// The first rule that it breaks, in the order of the message.
    pub fn check(&self, here: &QuoteScope, taker: &Key, now_slot: u64) -> Result<(), QuoteError> {
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
        if scope.series != here.series {
            return Err(QuoteError::Series);
        }
        if scope.maker != here.maker {
            return Err(QuoteError::Maker);
        }
        if now_slot > self.expiry_slot {
            return Err(QuoteError::Expired(self.expiry_slot));
        }
        if self.taker != ANYONE && self.taker != *taker {
            return Err(QuoteError::Taker);
        }
        Ok(())
    }
}

/// Writes a field and moves on; the fields of a message add up to its length.
fn put(rest: &mut &mut [u8], field: &[u8]) {
    if let Some((place, after)) = core::mem::take(rest).split_at_mut_checked(field.len()) {
        place.copy_from_slice(field);
        *rest = after;
    }
}

fn get<const N: usize>(rest: &mut &[u8]) -> Result<[u8; N], QuoteError> {
    let (field, after) = rest.split_first_chunk().ok_or(QuoteError::Length(rest.len()))?;
    *rest = after;
    Ok(*field)
}

#[cfg(test)]
mod tests;
