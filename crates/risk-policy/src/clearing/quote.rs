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
//! The first byte of the domain is 0xff: no transaction begins with it, so a signature of a quote can never be one of a transaction.

use super::nonces::Nonce;
use super::series::{SeriesTerms, SERIES_BYTES};
use super::trade::{Side, UnitPrice};
use ballast_risk_math::Lots;

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
pub enum QuoteRefusal {
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
    House,
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
    /// The message that the maker signs.
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

    /// The quote in a message: exactly what [`Self::encode`] writes, and nothing else.
    ///
    /// # Errors
    /// The first rule of form that the message breaks.
    pub fn decode(message: &[u8]) -> Result<Self, QuoteRefusal> {
        if message.len() != QUOTE_BYTES {
            return Err(QuoteRefusal::Length(message.len()));
        }
        let mut rest = message;
        if get::<16>(&mut rest)? != DOMAIN {
            return Err(QuoteRefusal::Domain);
        }
        let [version] = get(&mut rest)?;
        if version != VERSION {
            return Err(QuoteRefusal::Version(version));
        }
        let (program, cluster, house) = (get(&mut rest)?, get(&mut rest)?, get(&mut rest)?);
        let series = SeriesTerms::from_bytes(&get::<SERIES_BYTES>(&mut rest)?).ok_or(QuoteRefusal::SeriesForm)?;
        let maker = get(&mut rest)?;
        let side = match get(&mut rest)? {
            [1] => Side::Buy,
            [2] => Side::Sell,
            [other] => return Err(QuoteRefusal::Side(other)),
        };
        let size = Lots(i64::from_le_bytes(get(&mut rest)?));
        if size.0 <= 0 {
            return Err(QuoteRefusal::Size(size.0));
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

    /// Whether the quote may be taken here and now by the owner `taker`. Its nonce is [`super::nonces::Nonces::fill`]'s to check, its signature the
    /// caller's: the message must be signed by the key that quotes for the maker's account.
    ///
    /// # Errors
    /// The first rule that it breaks, in the order of the message.
    pub fn check(&self, here: &QuoteScope, taker: &Key, now_slot: u64) -> Result<(), QuoteRefusal> {
        let scope = &self.scope;
        if scope.program != here.program {
            return Err(QuoteRefusal::Program);
        }
        if scope.cluster != here.cluster {
            return Err(QuoteRefusal::Cluster);
        }
        if scope.house != here.house {
            return Err(QuoteRefusal::House);
        }
        if scope.series != here.series {
            return Err(QuoteRefusal::Series);
        }
        if scope.maker != here.maker {
            return Err(QuoteRefusal::Maker);
        }
        if now_slot > self.expiry_slot {
            return Err(QuoteRefusal::Expired(self.expiry_slot));
        }
        if self.taker != ANYONE && self.taker != *taker {
            return Err(QuoteRefusal::Taker);
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

fn get<const N: usize>(rest: &mut &[u8]) -> Result<[u8; N], QuoteRefusal> {
    let (field, after) = rest.split_first_chunk().ok_or(QuoteRefusal::Length(rest.len()))?;
    *rest = after;
    Ok(*field)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clearing::fixtures::{call, put};
    use proptest::prelude::*;

    const HERE: QuoteScope = QuoteScope {
        program: [1; 32],
        cluster: [2; 32],
        house: [3; 32],
        series: call(65_000),
        maker: [4; 32],
    };
    const QUOTE: Quote = Quote {
        scope: HERE,
        side: Side::Sell,
        size: Lots(1_000_000),
        price: UnitPrice(2_500_000_000),
        expiry_slot: 500,
        nonce: Nonce(77),
        taker: ANYONE,
    };

    #[test]
    fn fields_are_where_the_table_says() {
        let bytes = QUOTE.encode();
        assert_eq!(&bytes[..16], b"\xffballast-quote\0\0");
        assert_eq!(bytes[16], 1);
        for (offset, value) in [(17, 1), (49, 2), (81, 3), (129, 4)] {
            assert_eq!(bytes[offset..offset + 32], [value; 32]);
        }
        assert_eq!(bytes[113..129], call(65_000).to_bytes());
        assert_eq!(bytes[161], 2);
        assert_eq!(bytes[162..170], 1_000_000i64.to_le_bytes());
        assert_eq!(bytes[170..178], 2_500_000_000u64.to_le_bytes());
        assert_eq!(bytes[178..186], 500u64.to_le_bytes());
        assert_eq!(bytes[186..194], 77u64.to_le_bytes());
        assert_eq!(bytes[194..], [0; 32]);
    }

    #[test]
    fn a_message_is_refused_for_any_byte_that_no_quote_has() {
        let good = QUOTE.encode();
        for (index, value, refusal) in [
            (0, 0, QuoteRefusal::Domain),
            (15, 1, QuoteRefusal::Domain),
            (16, 2, QuoteRefusal::Version(2)),
            (114, 3, QuoteRefusal::SeriesForm),
            (116, 1, QuoteRefusal::SeriesForm),
            (161, 0, QuoteRefusal::Side(0)),
            (161, 3, QuoteRefusal::Side(3)),
        ] {
            let mut bytes = good;
            bytes[index] = value;
            assert_eq!(Quote::decode(&bytes), Err(refusal), "{index}");
        }
        for size in [0, -1, i64::MIN] {
            let quote = Quote {
                size: Lots(size),
                ..QUOTE
            };
            assert_eq!(Quote::decode(&quote.encode()), Err(QuoteRefusal::Size(size)));
        }
        for length in [0, 1, 225] {
            assert_eq!(Quote::decode(&good[..length]), Err(QuoteRefusal::Length(length)));
        }
        let mut longer = [0; 227];
        longer[..226].copy_from_slice(&good);
        assert_eq!(Quote::decode(&longer), Err(QuoteRefusal::Length(227)));
    }

    #[test]
    fn a_quote_holds_where_when_and_for_whom_it_was_signed() {
        let taker = [9; 32];
        let for_taker = Quote { taker, ..QUOTE };
        let scoped = |change: fn(&mut QuoteScope)| {
            let mut here = HERE;
            change(&mut here);
            here
        };
        for (quote, here, who, slot, expected) in [
            (QUOTE, HERE, taker, 500, Ok(())),
            (for_taker, HERE, taker, 0, Ok(())),
            (QUOTE, HERE, taker, 501, Err(QuoteRefusal::Expired(500))),
            (for_taker, HERE, [8; 32], 0, Err(QuoteRefusal::Taker)),
            (for_taker, HERE, ANYONE, 0, Err(QuoteRefusal::Taker)),
            (
                QUOTE,
                scoped(|here| here.program[31] = 0),
                taker,
                0,
                Err(QuoteRefusal::Program),
            ),
            (
                QUOTE,
                scoped(|here| here.cluster[0] = 0),
                taker,
                0,
                Err(QuoteRefusal::Cluster),
            ),
            (
                QUOTE,
                scoped(|here| here.house[7] = 0),
                taker,
                0,
                Err(QuoteRefusal::House),
            ),
            (
                QUOTE,
                scoped(|here| here.series = put(65_000)),
                taker,
                0,
                Err(QuoteRefusal::Series),
            ),
            (
                QUOTE,
                scoped(|here| here.maker[7] = 0),
                taker,
                0,
                Err(QuoteRefusal::Maker),
            ),
        ] {
            assert_eq!(quote.check(&here, &who, slot), expected);
        }
    }

    proptest! {
        #[test]
        fn every_quote_survives_the_wire(
            keys in any::<[[u8; 32]; 5]>(), buy: bool, size in 1i64.., price: u64, slot: u64, nonce: u64, digits in 1u32..=u32::MAX, expiry: i64,
        ) {
            let [program, cluster, house, maker, taker] = keys;
            let mut series = call(digits);
            (series.expiry, series.market) = (expiry, keys[0][0]);
            let quote = Quote {
                scope: QuoteScope { program, cluster, house, series, maker },
                side: if buy { Side::Buy } else { Side::Sell },
                size: Lots(size),
                price: UnitPrice(price),
                expiry_slot: slot,
                nonce: Nonce(nonce),
                taker,
            };
            prop_assert_eq!(Quote::decode(&quote.encode()), Ok(quote));
        }

        #[test]
        fn whatever_is_a_quote_is_written_back_to_the_same_bytes(index in 0usize..226, value: u8) {
            let mut bytes = QUOTE.encode();
            bytes[index] = value;
            if let Ok(quote) = Quote::decode(&bytes) {
                prop_assert_eq!(quote.encode(), bytes);
            }
        }
    }
}
