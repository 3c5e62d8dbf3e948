//! Little-endian fields of an account's bytes.

use ballast_core_types::{Price, Ratio, I80F48};

/// An account's bytes, read from the front. Every read that goes past the end gives `None`.
#[derive(Clone, Copy, Debug)]
pub struct Bytes<'a>(&'a [u8]);

impl<'a> Bytes<'a> {
    /// Returns the bytes after an account's discriminator; `None` if it has another.
    pub fn account(data: &'a [u8], discriminator: &[u8; 8]) -> Option<Self> {
        data.strip_prefix(discriminator).map(Self)
    }

    /// Returns the bytes from an offset on.
    pub fn at(data: &'a [u8], offset: usize) -> Option<Self> {
        data.get(offset..).map(Self)
    }

    /// Skips `count` bytes.
    pub fn skip(&mut self, count: usize) -> Option<()> {
        self.0 = self.0.get(count..)?;
        Some(())
    }

    /// Takes `N` bytes.
    pub fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (taken, rest) = self.0.split_first_chunk::<N>()?;
        self.0 = rest;
        Some(*taken)
    }

    /// Takes a byte.
    pub fn u8(&mut self) -> Option<u8> {
        self.take().map(u8::from_le_bytes)
    }

    /// Takes an unsigned integer of 32 bits.
    pub fn u32(&mut self) -> Option<u32> {
        self.take().map(u32::from_le_bytes)
    }

    /// Takes an unsigned integer of 64 bits.
    pub fn u64(&mut self) -> Option<u64> {
        self.take().map(u64::from_le_bytes)
    }

    /// Takes a signed integer of 64 bits.
    pub fn i64(&mut self) -> Option<i64> {
        self.take().map(i64::from_le_bytes)
    }

    /// Takes a fixed-point number.
    pub fn fixed(&mut self) -> Option<I80F48> {
        self.take().map(I80F48::from_le_bytes)
    }

    /// Takes a ratio.
    pub fn ratio(&mut self) -> Option<Ratio> {
        self.fixed().map(Ratio::from_fixed)
    }

    /// Takes a price; `None` if it is not positive.
    pub fn price(&mut self) -> Option<Price> {
        self.fixed().and_then(Price::from_fixed)
    }
}
