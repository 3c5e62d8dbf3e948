//! A fixed-point number as an account holds it.

use anchor_lang::prelude::*;
use ballast_core_types::{Price, Ratio, I80F48};
use bytemuck::{Pod, Zeroable};

/// A signed fixed-point number with 48 fraction bits (`I80F48`), stored as 16 little-endian bytes
/// so that an account has one layout on every target.
#[derive(AnchorSerialize, AnchorDeserialize, InitSpace, Clone, Copy, Debug, Default, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub struct Fixed {
    /// Two's complement, little-endian; divide by 2⁴⁸ for the value.
    pub bits: [u8; 16],
}

impl Fixed {
    /// Returns the number.
    pub const fn get(self) -> I80F48 {
        I80F48::from_bits(i128::from_le_bytes(self.bits))
    }

    /// Returns the number as a ratio.
    pub const fn ratio(self) -> Ratio {
        Ratio::from_fixed(self.get())
    }

    /// Returns the number as a price; `None` if it is not positive.
    pub fn price(self) -> Option<Price> {
        Price::from_fixed(self.get())
    }
}

impl From<I80F48> for Fixed {
    fn from(value: I80F48) -> Self {
        Self {
            bits: value.to_bits().to_le_bytes(),
        }
    }
}

impl From<Ratio> for Fixed {
    fn from(value: Ratio) -> Self {
        value.fixed().into()
    }
}

impl From<Price> for Fixed {
    fn from(value: Price) -> Self {
        value.fixed().into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn survives_storage_bit_for_bit() {
        for value in [I80F48::ZERO, I80F48::MIN, I80F48::MAX, I80F48::DELTA, -I80F48::ONE] {
            assert_eq!(Fixed::from(value).get(), value);
        }
    }

    #[test]
    fn the_layout_is_little_endian() {
        let mut expected = [0u8; 16];
        expected[6] = 1;
        assert_eq!(Fixed::from(I80F48::ONE).bits, expected);
    }
}
