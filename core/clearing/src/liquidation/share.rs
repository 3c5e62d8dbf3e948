//! A share of everything, and how it is rounded.

use ballast_core_types::Lots;

/// A share of a book, in billionths.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Share(pub u64);

/// The least that may be taken at once: 1 %, unless less suffices. So every position of a hundred
/// lots is a part of every take.
pub const LEAST_SHARE: Share = Share(10_000_000);
impl Share {
    /// Everything.
    pub const WHOLE: Self = Self(1_000_000_000);

    pub(super) fn of_floor(self, value: i128) -> i128 {
        value
            .saturating_mul(i128::from(self.0))
            .div_euclid(i128::from(Self::WHOLE.0))
    }

    pub(super) fn of_ceil(self, value: i128) -> i128 {
        self.of_floor(value.saturating_neg()).saturating_neg()
    }

    /// Returns how much of a position goes to the liquidator, rounded against them: of what is long
    /// a lot less, of what is short a lot more.
    pub fn of_position(self, quantity: Lots) -> Lots {
        let part = self.of_floor(i128::from(quantity.0));
        Lots(i64::try_from(part).unwrap_or(quantity.0))
    }

    /// Returns the least share that is `part`/`whole` or more, at most everything.
    pub(super) fn ratio_ceil(part: i128, whole: i128) -> Self {
        if part <= 0 {
            return Self(0);
        }
        if whole <= part {
            return Self::WHOLE;
        }
        let parts = part.saturating_mul(i128::from(Self::WHOLE.0));
        let up = parts.saturating_add(whole.saturating_sub(1)).div_euclid(whole);
        u64::try_from(up).map_or(Self::WHOLE, |share| Self(share).min(Self::WHOLE))
    }

    /// Returns the greatest share that is `part`/`whole` or less, at most everything.
    pub(super) fn ratio_floor(part: i128, whole: i128) -> Self {
        if whole <= part {
            return Self::WHOLE;
        }
        let parts = part.max(0).saturating_mul(i128::from(Self::WHOLE.0));
        u64::try_from(parts.div_euclid(whole)).map_or(Self::WHOLE, Self)
    }
}
