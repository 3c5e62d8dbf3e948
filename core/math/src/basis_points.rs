//! What the estimators give, as [`BasisPoints`]: thresholds and the readings compared with them are
//! of that type.

use crate::estimators::{EwmaVariance, Score};
use crate::Magnitude;
use ballast_core_types::basis_points::{BasisPoints, SCALE};

impl Score {
    /// Returns the size of the z-score in basis points of a standard deviation, rounded up: 0 … 80
    /// 000.
    pub const fn basis_points_ceil(self) -> BasisPoints {
        let bits = self.0.to_bits().unsigned_abs() as u64;
        BasisPoints::saturating(bits.wrapping_mul(SCALE).wrapping_add((1 << 28) - 1) >> 28)
    }
}

impl EwmaVariance {
    /// Returns the volatility a year of this variance a year, rounded up, to within a basis point
    /// and 2⁻²⁰.
    pub const fn volatility_basis_points_ceil(self) -> BasisPoints {
        // 40 fraction bits of variance are 20 of volatility; a root is below 2³², times 10⁴ below
        // 2⁴⁶.
        let root = self.bits().isqrt();
        let whole = root.wrapping_mul(root) == self.bits();
        let root = if whole { root } else { root.wrapping_add(1) };
        BasisPoints::saturating(root.wrapping_mul(SCALE).wrapping_add((1 << 20) - 1) >> 20)
    }
}

impl Magnitude {
    /// Returns the number in basis points, rounded up.
    pub const fn basis_points_ceil(self) -> BasisPoints {
        // The mantissa has 63 fraction bits.
        let bits = 63i32.saturating_sub(self.exponent());
        if bits < 0 {
            return BasisPoints::MAX;
        }
        if bits > 100 {
            return BasisPoints((self.mantissa() > 0) as u32);
        }
        BasisPoints::quotient_ceil(self.mantissa() as u128, 1 << bits)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ballast_core_types::fixtures::ratio;

    fn score(bits: i32) -> Score {
        Score(ballast_core_types::I80F48::from_bits(i128::from(bits) << 20).to_num())
    }

    #[test]
    fn scores_lose_their_sign() {
        for (bits, expected) in [
            (0, 0),
            (1 << 28, 10_000),
            (-5 << 28, 50_000),
            (1, 1),
            (i32::MAX, 80_000),
            (i32::MIN, 80_000),
        ] {
            assert_eq!(score(bits).basis_points_ceil().0, expected, "{bits}");
        }
    }

    #[test]
    fn volatility_is_the_root_of_variance() {
        for (variance, expected) in [("0", 0), ("0.36", 6_000), ("1", 10_000), ("25", 50_000)] {
            let variance = EwmaVariance::from_annual(ratio(variance)).unwrap();
            let got = variance.volatility_basis_points_ceil().0;
            assert!((expected..=expected + 1).contains(&got), "{got} {expected}");
        }
        assert_eq!(
            EwmaVariance::from_bits(u64::MAX).volatility_basis_points_ceil().0,
            40_960_000
        );
    }

    #[test]
    fn magnitudes_round_up() {
        for (digits, places, expected) in [
            (0, 0, 0),
            (625, -3, 6_250),
            // Six tenths are no binary fraction, and the nearest is above them.
            (6, -1, 6_001),
            (1, 0, 10_000),
            (600_001, -6, 6_001),
            (1, -30, 1),
            (1, -38, 1),
            (42_949_673, -2, u32::MAX),
            (1, 12, u32::MAX),
        ] {
            let value = Magnitude::from_decimal(digits, places).unwrap();
            assert_eq!(value.basis_points_ceil().0, expected, "{digits}e{places}");
        }
    }
}
