//! A series: terms that were once found to lie on the listing grid, and how much of it is open.

use crate::errors::{refused, OptionsError};
use anchor_lang::prelude::*;
use ballast_core_clearing::series::{kind_byte, SeriesTerms, SERIES_BYTES};
use ballast_core_clearing::trade::OpenInterest;
use ballast_core_margin::Decimal;
use bytemuck::{Pod, Zeroable};

/// First seed of a series' address: `["series", house, key]`.
pub const SERIES_SEED: &[u8] = b"series";

/// A series' name within its house, sixteen bytes: [`SeriesTerms::to_bytes`].
#[derive(AnchorSerialize, AnchorDeserialize, InitSpace, Clone, Copy, Debug, Default, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub struct SeriesKey {
    /// Index of the market among the house's listings.
    pub market: u8,
    /// 1 call, 2 put.
    pub kind: u8,
    /// How many of the strike's digits are behind the point: 0…9, the last of them not zero.
    pub places: u8,
    /// Zero.
    pub padding: u8,
    /// The strike's digits.
    pub digits: u32,
    /// Unix seconds.
    pub expiry: i64,
}

impl SeriesKey {
    /// Returns the key's bytes, which are also a seed of the series' address.
    pub fn bytes(&self) -> [u8; SERIES_BYTES] {
        let mut bytes = [0; SERIES_BYTES];
        bytes.copy_from_slice(bytemuck::bytes_of(self));
        bytes
    }

    /// Returns the terms.
    ///
    /// # Errors
    /// [`OptionsError::SeriesForm`] for an unknown kind, padding, or a strike that is not
    /// canonical.
    pub fn terms(&self) -> Result<SeriesTerms> {
        let terms = SeriesTerms::from_bytes(&self.bytes());
        terms.ok_or_else(|| refused(self, OptionsError::SeriesForm))
    }
}

impl From<&SeriesTerms> for SeriesKey {
    fn from(terms: &SeriesTerms) -> Self {
        let Decimal { digits, places } = terms.strike;
        Self {
            market: terms.market,
            kind: kind_byte(terms.kind),
            places,
            padding: 0,
            digits,
            expiry: terms.expiry,
        }
    }
}

/// A series that may be traded.
#[account]
#[derive(InitSpace, Debug)]
pub struct Series {
    /// Layout version.
    pub version: u8,
    /// Bump of the address.
    pub bump: u8,
    /// The house.
    pub house: Pubkey,
    /// Its terms.
    pub key: SeriesKey,
    /// What is held long, which is what is held short, lots. After expiry it stays as it was.
    pub open_interest: u64,
    /// Who paid for the account, and gets the rent back.
    pub payer: Pubkey,
    /// Room for what later versions hold.
    pub reserved: [u8; 32],
}

impl Series {
    /// Books a change of open interest.
    ///
    /// # Errors
    /// [`OptionsError::TooLarge`].
    pub fn change_open_interest(&mut self, change: i64) -> Result<()> {
        let after = OpenInterest(self.open_interest).changed(change);
        self.open_interest = after.ok_or(OptionsError::TooLarge)?.0;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ballast_core_math::black_scholes::Kind;

    #[test]
    fn a_key_has_the_bytes_of_its_terms_in_memory_and_on_the_wire() {
        let terms = SeriesTerms {
            market: 3,
            kind: Kind::Put,
            strike: Decimal {
                digits: 1_425,
                places: 1,
            },
            expiry: 1_774_598_400,
        };
        let key = SeriesKey::from(&terms);
        assert_eq!(key.bytes(), terms.to_bytes());
        let mut wire = Vec::new();
        key.serialize(&mut wire).unwrap();
        assert_eq!(wire, terms.to_bytes());
        assert_eq!(key.terms().unwrap(), terms);
    }

    #[test]
    fn keys_that_are_no_terms_are_refused() {
        let good = SeriesKey {
            market: 0,
            kind: 1,
            places: 0,
            padding: 0,
            digits: 50_000,
            expiry: 8,
        };
        assert!(good.terms().is_ok());
        for bad in [
            SeriesKey { kind: 0, ..good },
            SeriesKey { kind: 3, ..good },
            SeriesKey { padding: 1, ..good },
            SeriesKey { digits: 0, ..good },
            SeriesKey { places: 1, ..good },
            SeriesKey { places: 10, ..good },
        ] {
            assert!(bad.terms().is_err(), "{bad:?}");
        }
    }
}
