//! A quote's bytes.

use super::{FillRange, Quote, QuoteError, QuoteLeg, QuoteScope, SpotBand, DOMAIN, VERSION};
use crate::legs::{Legs, MAX_LEGS};
use crate::nonces::Nonce;
use crate::series::{SeriesTerms, SERIES_BYTES};
use crate::trade::{Side, UnitPrice};
use ballast_core_types::Lots;

/// Bytes of a message before its legs.
pub const QUOTE_HEAD_BYTES: usize = 226;
/// Bytes of a leg.
pub const LEG_BYTES: usize = SERIES_BYTES + 1 + 2 + 8;
/// Bytes of the longest message.
pub const QUOTE_BYTES: usize = QUOTE_HEAD_BYTES + MAX_LEGS * LEG_BYTES;

impl Quote {
    /// Writes the message that the maker signs into `bytes` and returns it.
    pub fn encode<'a>(&self, bytes: &'a mut [u8; QUOTE_BYTES]) -> &'a [u8] {
        let mut rest = bytes.as_mut_slice();
        put(&mut rest, &DOMAIN);
        put(&mut rest, &[VERSION]);
        put(&mut rest, &self.scope.program);
        put(&mut rest, &self.scope.cluster);
        put(&mut rest, &self.scope.house);
        put(&mut rest, &self.scope.maker);
        put(&mut rest, &self.nonce.0.to_le_bytes());
        put(&mut rest, &self.taker);
        put(&mut rest, &self.expiry_slot.to_le_bytes());
        put(&mut rest, &self.spots.least.0.to_le_bytes());
        put(&mut rest, &self.spots.greatest.0.to_le_bytes());
        put(&mut rest, &self.fill.greatest.0.to_le_bytes());
        put(&mut rest, &self.fill.least.0.to_le_bytes());
        // At most four.
        put(&mut rest, &[self.legs.len() as u8]);
        for leg in self.legs.iter() {
            put(&mut rest, &leg.series.to_bytes());
            put(&mut rest, &[leg.side.byte()]);
            put(&mut rest, &leg.ratio.to_le_bytes());
            put(&mut rest, &leg.price.0.to_le_bytes());
        }
        let left = rest.len();
        bytes.get(..QUOTE_BYTES.saturating_sub(left)).unwrap_or_default()
    }

    /// Returns the quote in a message: exactly what [`Self::encode`] writes, and nothing else.
    ///
    /// # Errors
    /// The first rule of form that the message breaks.
    pub fn decode(message: &[u8]) -> Result<Self, QuoteError> {
        let mut rest = message;
        if get::<16>(&mut rest, message)? != DOMAIN {
            return Err(QuoteError::Domain);
        }
        let [version] = get(&mut rest, message)?;
        if version != VERSION {
            return Err(QuoteError::Version(version));
        }
        let mut key = || get::<32>(&mut rest, message);
        let scope = QuoteScope {
            program: key()?,
            cluster: key()?,
            house: key()?,
            maker: key()?,
        };
        let nonce = Nonce(u64::from_le_bytes(get(&mut rest, message)?));
        let taker = get(&mut rest, message)?;
        let mut number = || get(&mut rest, message).map(u64::from_le_bytes);
        let expiry_slot = number()?;
        let spots = SpotBand {
            least: UnitPrice(number()?),
            greatest: UnitPrice(number()?),
        };
        let (greatest, least) = (number()?, number()?);
        let fill = FillRange {
            least: Lots(least.cast_signed()),
            greatest: Lots(greatest.cast_signed()),
        };
        let quote = Self {
            scope,
            nonce,
            taker,
            expiry_slot,
            spots,
            fill,
            legs: legs(rest, message)?,
        };
        quote.check_form()?;
        Ok(quote)
    }
}

/// Returns the legs: a count, and so many of them.
fn legs(mut rest: &[u8], message: &[u8]) -> Result<Legs<QuoteLeg>, QuoteError> {
    let [count] = get(&mut rest, message)?;
    let all = Legs::new([(); MAX_LEGS].get(..usize::from(count)).unwrap_or_default());
    let all = all.ok_or(QuoteError::Legs(usize::from(count)))?;
    if rest.len() != all.len().saturating_mul(LEG_BYTES) {
        return Err(QuoteError::Length(message.len()));
    }
    all.try_map(|()| leg(&mut rest, message))
}

fn leg(rest: &mut &[u8], message: &[u8]) -> Result<QuoteLeg, QuoteError> {
    let series = SeriesTerms::from_bytes(&get::<SERIES_BYTES>(rest, message)?).ok_or(QuoteError::SeriesForm)?;
    let [side] = get(rest, message)?;
    Ok(QuoteLeg {
        series,
        side: Side::from_byte(side).ok_or(QuoteError::Side(side))?,
        ratio: u16::from_le_bytes(get(rest, message)?),
        price: UnitPrice(u64::from_le_bytes(get(rest, message)?)),
    })
}

/// Writes a field and moves on; the fields of a message add up to no more than its length.
fn put(rest: &mut &mut [u8], field: &[u8]) {
    if let Some((place, after)) = core::mem::take(rest).split_at_mut_checked(field.len()) {
        place.copy_from_slice(field);
        *rest = after;
    }
}

fn get<const N: usize>(rest: &mut &[u8], message: &[u8]) -> Result<[u8; N], QuoteError> {
    let (field, after) = rest.split_first_chunk().ok_or(QuoteError::Length(message.len()))?;
    *rest = after;
    Ok(*field)
}
