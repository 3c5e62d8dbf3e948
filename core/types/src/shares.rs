//! Vault shares and moments, as types, so that neither is taken for an amount of tokens.

/// Vault shares, base units of the share mint.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Shares(pub u64);

impl Shares {
    /// No share.
    pub const ZERO: Self = Self(0);

    /// Returns the sum, or `None` if it does not fit.
    pub const fn checked_add(self, other: Self) -> Option<Self> {
        match self.0.checked_add(other.0) {
            Some(sum) => Some(Self(sum)),
            None => None,
        }
    }

    /// Returns the difference, or `None` if `other` is the larger.
    pub const fn checked_sub(self, other: Self) -> Option<Self> {
        match self.0.checked_sub(other.0) {
            Some(difference) => Some(Self(difference)),
            None => None,
        }
    }
}

/// A moment of the chain's clock, unix seconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct UnixTime(pub i64);

impl UnixTime {
    /// Returns the seconds from `earlier` to this moment, zero if it is not earlier.
    pub const fn seconds_since(self, earlier: Self) -> i64 {
        let elapsed = self.0.saturating_sub(earlier.0);
        if elapsed > 0 {
            elapsed
        } else {
            0
        }
    }
}
