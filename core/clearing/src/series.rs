//! What a series is: one European option, cash-settled, on one of a house's markets.

use ballast_core_margin::{Contract, Decimal};
use ballast_core_math::black_scholes::Kind;
use ballast_core_types::{Price, I80F48};
use core::cmp::Ordering;

/// Bytes of [`SeriesTerms::to_bytes`].
pub const SERIES_BYTES: usize = 16;

/// The terms of a series, which are also its name within a house: two series with the same terms
/// are one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SeriesTerms {
    /// Index of its market among those of the house: 0…3.
    pub market: u8,
    /// Call or put.
    pub kind: Kind,
    /// The strike, in canonical form: see [`SeriesTerms::is_canonical`].
    pub strike: Decimal,
    /// The moment of expiry, unix seconds.
    pub expiry: i64,
}

impl SeriesTerms {
    /// Returns whether the strike is positive and written in the one way it can be: at most nine
    /// places, and none of them a trailing zero.
    pub fn is_canonical(&self) -> bool {
        let Decimal { digits, places } = self.strike;
        digits > 0 && places <= 9 && (places == 0 || digits.checked_rem(10) != Some(0))
    }

    /// Returns the terms in sixteen bytes: market, kind (1 call, 2 put), places, zero, digits
    /// (`u32`), expiry (`i64`), little-endian.
    pub fn to_bytes(&self) -> [u8; SERIES_BYTES] {
        let [d0, d1, d2, d3] = self.strike.digits.to_le_bytes();
        let [e0, e1, e2, e3, e4, e5, e6, e7] = self.expiry.to_le_bytes();
        let kind = kind_byte(self.kind);
        [
            self.market,
            kind,
            self.strike.places,
            0,
            d0,
            d1,
            d2,
            d3,
            e0,
            e1,
            e2,
            e3,
            e4,
            e5,
            e6,
            e7,
        ]
    }

    /// Returns the terms that [`Self::to_bytes`] wrote. `None` for anything it does not write: an
    /// unknown kind, a padding byte that is not zero, or a strike that is not canonical.
    pub fn from_bytes(bytes: &[u8; SERIES_BYTES]) -> Option<Self> {
        let [market, kind, places, zero, d0, d1, d2, d3, expiry @ ..] = *bytes;
        let terms = Self {
            market,
            kind: kind_of(kind)?,
            strike: Decimal {
                digits: u32::from_le_bytes([d0, d1, d2, d3]),
                places,
            },
            expiry: i64::from_le_bytes(expiry),
        };
        (zero == 0 && terms.is_canonical()).then_some(terms)
    }

    /// Returns the terms as the risk engine takes them, with the expiry as given.
    pub fn contract(&self, expiry: i64) -> Contract {
        Contract::Option {
            kind: self.kind,
            strike: self.strike,
            expiry,
        }
    }

    /// Returns the strike with 48 fraction bits, rounded down once and for everybody, so that what
    /// the short side owes is what the long side is owed. `None` if it is not a positive decimal of
    /// at most nine places.
    pub fn strike_price(&self) -> Option<Price> {
        let divisor = 10i128.checked_pow(u32::from(self.strike.places))?;
        let bits = (i128::from(self.strike.digits) << 48).checked_div(divisor)?;
        Price::from_fixed(I80F48::from_bits(bits)).filter(|_| self.strike.places <= 9)
    }

    /// Returns what one lot pays when the market settles at `price`: max(0, ±(price − strike)),
    /// exactly. `None` where [`Self::strike_price`] is.
    pub fn intrinsic(&self, price: Price) -> Option<I80F48> {
        let strike = self.strike_price()?.fixed();
        let gain = match self.kind {
            Kind::Call => price.fixed().checked_sub(strike)?,
            Kind::Put => strike.checked_sub(price.fixed())?,
        };
        Some(gain.max(I80F48::ZERO))
    }

    /// Returns whether both belong to one market and moment, and so are settled together.
    pub fn expires_with(&self, other: &Self) -> bool {
        self.market == other.market && self.expiry == other.expiry
    }
}

/// Returns the byte of a kind: 1 call, 2 put.
pub const fn kind_byte(kind: Kind) -> u8 {
    match kind {
        Kind::Call => 1,
        Kind::Put => 2,
    }
}

/// Returns the kind of a byte, if it is one.
pub const fn kind_of(byte: u8) -> Option<Kind> {
    match byte {
        1 => Some(Kind::Call),
        2 => Some(Kind::Put),
        _ => None,
    }
}

/// By market, expiry, strike and kind: what expires together is together, and within that strikes
/// rise.
impl Ord for SeriesTerms {
    fn cmp(&self, other: &Self) -> Ordering {
        let places = |decimal: Decimal| 10u64.saturating_pow(u32::from(decimal.places.min(9)));
        // Below 2³² · 10⁹ < 2⁶².
        let scaled = |a: Decimal, b: Decimal| u64::from(a.digits).wrapping_mul(places(b));
        self.market
            .cmp(&other.market)
            .then(self.expiry.cmp(&other.expiry))
            .then_with(|| scaled(self.strike, other.strike).cmp(&scaled(other.strike, self.strike)))
            .then(kind_byte(self.kind).cmp(&kind_byte(other.kind)))
            // Only strikes that are not canonical get here unequal.
            .then(self.strike.places.cmp(&other.strike.places))
    }
}

impl PartialOrd for SeriesTerms {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::{call, put, EXPIRY};
    use ballast_core_types::fixtures::price;

    fn at(digits: u32, places: u8) -> SeriesTerms {
        SeriesTerms {
            strike: Decimal { digits, places },
            ..call(1)
        }
    }

    #[test]
    fn a_strike_is_written_in_one_way() {
        for (digits, places, canonical) in [
            (65_000, 0, true),
            (1_425, 1, true),
            (1_420, 1, false),
            (1, 9, true),
            (1, 10, false),
            (0, 0, false),
            (0, 3, false),
            (10, 0, true),
        ] {
            let terms = at(digits, places);
            assert_eq!(terms.is_canonical(), canonical, "{digits}e-{places}");
            assert_eq!(SeriesTerms::from_bytes(&terms.to_bytes()).is_some(), canonical);
        }
    }

    #[test]
    fn bytes_are_read_as_they_are_written_and_in_no_other_way() {
        let terms = SeriesTerms {
            market: 3,
            ..put(65_000)
        };
        let bytes = terms.to_bytes();
        assert_eq!(SeriesTerms::from_bytes(&bytes), Some(terms));
        for (index, value) in [(1, 0), (1, 3), (2, 10), (3, 1)] {
            let mut other = bytes;
            other[index] = value;
            assert_eq!(SeriesTerms::from_bytes(&other), None, "{index}");
        }
    }

    #[test]
    fn series_are_ordered_by_market_expiry_strike_and_kind() {
        let later = SeriesTerms {
            expiry: EXPIRY + 1,
            ..call(1)
        };
        let other = SeriesTerms { market: 1, ..call(1) };
        let rising = [at(95, 1), call(10), put(10), at(105, 1), call(65_000), later, other];
        for (index, a) in rising.iter().enumerate() {
            for (place, b) in rising.iter().enumerate() {
                assert_eq!(a.cmp(b), index.cmp(&place), "{a:?} {b:?}");
            }
        }
    }

    #[test]
    fn an_option_pays_what_it_is_in_the_money() {
        for (terms, settles_at, pays) in [
            (call(100), "90", "0"),
            (call(100), "100", "0"),
            (call(100), "110.5", "10.5"),
            (put(100), "90.25", "9.75"),
            (put(100), "100", "0"),
            (put(100), "110", "0"),
            (at(1_425, 1), "150", "7.5"),
        ] {
            let paid = terms.intrinsic(price(settles_at)).unwrap();
            assert_eq!(paid, pays.parse::<I80F48>().unwrap(), "{terms:?} {settles_at}");
        }
        assert_eq!(at(1, 10).intrinsic(price("1")), None);
        assert_eq!(at(0, 0).intrinsic(price("1")), None);
    }
}
