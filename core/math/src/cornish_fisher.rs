//! The Cornish-Fisher quantile: a normal score corrected for skewness and kurtosis, where the
//! correction is still a quantile.

use core::fmt;

use fixed::types::I16F48;

use crate::arithmetic::{clamp, root, signed_mul_shift};

/// Fraction bits of coefficients and of the evaluation: |result| < 2⁹.
const BITS: u32 = 54;
/// Fraction bits of arguments and results.
const OUTER: u32 = 48;
/// One in the working format.
const ONE: i64 = 1 << BITS;
/// ⌊6(√2 − 1)·2⁴⁸⌋, the largest skewness for which any kurtosis is valid.
const SKEWNESS_LIMIT: i64 = 699_544_516_933_228;
/// How far inside the limit [`CornishFisher::nearest`] stays, 2⁻²⁰: at the limit itself a single
/// kurtosis is valid.
const SKEWNESS_MARGIN: i64 = 1 << (OUTER - 20);
/// The largest score, eight standard deviations.
const SCORE_LIMIT: i64 = 8 << OUTER;

/// The third standardised moment; zero for the normal distribution.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Skewness(pub I16F48);

/// The fourth standardised moment less three; zero for the normal distribution.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct ExcessKurtosis(pub I16F48);

/// What lies outside the domain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CornishFisherError {
    /// |skewness| is above 6(√2 − 1) = 2.4853: no kurtosis makes the expansion monotone.
    Skewness,
    /// The kurtosis is too low for this skewness.
    KurtosisTooLow,
    /// The kurtosis is too high for this skewness (above 8 without any).
    KurtosisTooHigh,
    /// The score is not within ±8.
    Score,
}

impl fmt::Display for CornishFisherError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Skewness => "the skewness must be within -2.4852 and 2.4852",
            Self::KurtosisTooLow => "the excess kurtosis is too low for the skewness",
            Self::KurtosisTooHigh => "the excess kurtosis is too high for the skewness",
            Self::Score => "the score must be within -8 and 8",
        })
    }
}

impl core::error::Error for CornishFisherError {}

/// The expansion for one skewness s and excess kurtosis k:
///
/// q(z) = z + (z² − 1)s/6 + (z³ − 3z)k/24 − (2z³ − 5z)s²/36   (Cornish & Fisher 1937)
///
/// **Domain.** It is a quantile function only where it never falls. Its derivative is Az² + Bz + C
/// with A = k/8 − s²/6, B = s/3 and C = 1 − A − u, u = s²/36. That is nowhere negative exactly if
/// B² ≤ 4AC and A ≥ 0, which is
///
/// A² − (1 − u)A + u ≤ 0 and |s| ≤ 6(√2 − 1)   (Maillard 2012; Chernozhukov, Fernández-Val &
/// Galichon 2010)
///
/// and so 8A₋ + 4s²/3 ≤ k ≤ 8A₊ + 4s²/3 with A± = ((1 − u) ± √((1 − u)² − 4u))/2. Without skew, 0 ≤
/// k ≤ 8.
///
/// s and k are the parameters of the expansion. They are the skewness and kurtosis of the resulting
/// distribution to first order only: its actual kurtosis grows faster (k = 8 without skew has an
/// actual excess kurtosis of 43), so estimated moments err toward fatter tails far out (Maillard
/// 2012).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CornishFisher {
    /// c₀ + c₁z + c₂z² + c₃z³, in the working format; c₀ = −c₂.
    linear: i64,
    square: i64,
    cube: i64,
}

impl CornishFisher {
    /// Returns the expansion, if it is monotone (to within rounding, 2⁻⁴⁴).
    ///
    /// # Errors
    /// The parameter that is outside the domain.
    pub const fn new(skewness: Skewness, kurtosis: ExcessKurtosis) -> Result<Self, CornishFisherError> {
        let (s, k) = (skewness.0.to_bits(), kurtosis.0.to_bits());
        if s.unsigned_abs() > SKEWNESS_LIMIT as u64 {
            return Err(CornishFisherError::Skewness);
        }
        // Beyond these no skewness has a valid kurtosis, and below them nothing overflows.
        if k < 0 {
            return Err(CornishFisherError::KurtosisTooLow);
        }
        if k > 16 << OUTER {
            return Err(CornishFisherError::KurtosisTooHigh);
        }
        let (a, u) = reduced(s, k);
        let slope = ONE.wrapping_sub(u);
        let excess = signed_mul_shift(a, a, BITS)
            .wrapping_sub(signed_mul_shift(slope, a, BITS))
            .wrapping_add(u);
        // A negative A is refused as well: 1 − u > 0.8 here, so its product with A is what then
        // makes the sum positive.
        if excess > 0 {
            // The parabola's vertex divides the two sides.
            return Err(if a < slope >> 1 {
                CornishFisherError::KurtosisTooLow
            } else {
                CornishFisherError::KurtosisTooHigh
            });
        }
        Ok(Self::expanded(s, a, u))
    }

    /// Returns the expansion of the nearest valid kurtosis, after the skewness was brought within
    /// ±2.48528.
    ///
    /// A kurtosis that is too low is raised, which widens the tails: conservative beyond √3
    /// standard deviations. One that is too high is lowered to the highest valid one, which still
    /// has the fattest tail that the expansion can give for this skewness, but a thinner one than
    /// was asked for: [`Self::new`] says so with [`CornishFisherError::KurtosisTooHigh`].
    pub const fn nearest(skewness: Skewness, kurtosis: ExcessKurtosis) -> Self {
        let bound = SKEWNESS_LIMIT.wrapping_sub(SKEWNESS_MARGIN);
        let s = clamp(skewness.0.to_bits(), bound.wrapping_neg(), bound);
        let k = clamp(kurtosis.0.to_bits(), 0, 16 << OUTER);
        let (a, u) = reduced(s, k);
        let slope = ONE.wrapping_sub(u);
        // (1 − u)² − 4u is at most one; with 62 bits its root has 31. Both ends are moved inward by
        // what the root lost.
        let inside = signed_mul_shift(slope, slope, BITS).wrapping_sub(u << 2);
        let half_width = if inside <= 0 {
            0
        } else {
            (root((inside as u64) << (62 - BITS)) << (BITS - 32)) as i64
        };
        let centre = slope >> 1;
        let a = clamp(a, centre.wrapping_sub(half_width), centre.wrapping_add(half_width));
        Self::expanded(s, a, u)
    }

    /// Returns the coefficients from s and the reduced parameters: c₁ = C, c₂ = s/6, c₃ = A/3.
    const fn expanded(s: i64, a: i64, u: i64) -> Self {
        Self {
            linear: ONE.wrapping_sub(a).wrapping_sub(u),
            square: (s << (BITS - OUTER)) / 6,
            cube: a / 3,
        }
    }

    /// q(z), the corrected number of standard deviations. Absolute error below 2⁻⁴⁴; never falling
    /// in z by more than that.
    ///
    /// # Errors
    /// [`CornishFisherError::Score`] outside ±8.
    pub const fn quantile(self, z: I16F48) -> Result<I16F48, CornishFisherError> {
        let z = z.to_bits();
        if z.unsigned_abs() > SCORE_LIMIT as u64 {
            return Err(CornishFisherError::Score);
        }
        let sum = signed_mul_shift(self.cube, z, OUTER).wrapping_add(self.square);
        let sum = signed_mul_shift(sum, z, OUTER).wrapping_add(self.linear);
        let sum = signed_mul_shift(sum, z, OUTER).wrapping_sub(self.square);
        const DROPPED: u32 = BITS - OUTER;
        let rounded = sum.wrapping_add(1 << (DROPPED - 1)) >> DROPPED;
        Ok(I16F48::from_bits(rounded))
    }
}

/// Returns a = k/8 − s²/6 and u = s²/36 in the working format, for |s| < 2.5 and k within 0…16.
const fn reduced(s: i64, k: i64) -> (i64, i64) {
    let square = signed_mul_shift(s, s, OUTER * 2 - BITS);
    let a = (k << (BITS - OUTER - 3)).wrapping_sub(square / 6);
    (a, square / 36)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn number(value: f64) -> I16F48 {
        I16F48::from_num(value)
    }

    fn expansion(s: f64, k: f64) -> Result<CornishFisher, CornishFisherError> {
        CornishFisher::new(Skewness(number(s)), ExcessKurtosis(number(k)))
    }

    fn reference(s: f64, k: f64, z: f64) -> f64 {
        z + (z * z - 1.0) * s / 6.0 + (z.powi(3) - 3.0 * z) * k / 24.0 - (2.0 * z.powi(3) - 5.0 * z) * s * s / 36.0
    }

    /// Returns the valid kurtoses for a skewness.
    fn edges(s: f64) -> (f64, f64) {
        let u = s * s / 36.0;
        let width = ((1.0 - u).powi(2) - 4.0 * u).max(0.0).sqrt();
        let kurtosis = |a: f64| 8.0 * a + 4.0 / 3.0 * s * s;
        (kurtosis((1.0 - u - width) / 2.0), kurtosis((1.0 - u + width) / 2.0))
    }

    #[test]
    fn quantiles_by_exact_fractions() {
        for (s, k, z, expected) in [
            (0.0, 0.0, -2.326_347_874_040_841, -2.326_347_874_040_841),
            (-0.5, 3.0, -2.326_347_874_040_841, -3.3012844921805535),
            (0.0, 8.0, -2.326_347_874_040_841, -4.196649701405577),
            (1.0, 3.0, 0.0, -1.0 / 6.0),
            (0.0, 8.0, 8.0, 170.666_666_7),
        ] {
            let got: f64 = expansion(s, k).unwrap().quantile(number(z)).unwrap().to_num();
            assert!((got - expected).abs() < 1e-7, "{s} {k} {z}: {got}");
        }
    }

    #[test]
    fn the_edge_of_the_domain() {
        use CornishFisherError::{KurtosisTooHigh, KurtosisTooLow, Skewness};
        for (s, k, expected) in [
            (0.0, 0.0, None),
            (0.0, 8.0, None),
            (0.0, -1e-9, Some(KurtosisTooLow)),
            (0.0, 8.000_000_001, Some(KurtosisTooHigh)),
            // A skew needs some kurtosis.
            (0.1, 0.0, Some(KurtosisTooLow)),
            (0.1, 0.1, None),
            (-1.0, 1.0, Some(KurtosisTooLow)),
            (-1.0, 2.0, None),
            (-1.0, 8.86, None),
            (-1.0, 8.90, Some(KurtosisTooHigh)),
            // The tip: A = (1 − u)/2, so k = 11.549.
            (2.485_281, 11.548, None),
            (2.485_281, 11.4, Some(KurtosisTooLow)),
            (2.485_281, 11.7, Some(KurtosisTooHigh)),
            (-2.485_282, 11.549, Some(Skewness)),
            (0.0, 30_000.0, Some(KurtosisTooHigh)),
            (0.0, -30_000.0, Some(KurtosisTooLow)),
            (30_000.0, 0.0, Some(Skewness)),
        ] {
            assert_eq!(expansion(s, k).err(), expected, "{s} {k}");
        }
    }

    #[test]
    fn scores_beyond_eight_are_refused() {
        let normal = expansion(0.0, 0.0).unwrap();
        assert_eq!(normal.quantile(number(8.0)), Ok(number(8.0)));
        assert_eq!(normal.quantile(number(-8.0)), Ok(number(-8.0)));
        assert_eq!(normal.quantile(number(8.000_001)), Err(CornishFisherError::Score));
        assert_eq!(normal.quantile(I16F48::MIN), Err(CornishFisherError::Score));
    }

    proptest! {
        #[test]
        fn the_domain_is_where_the_formula_says(s in -3.0f64..3.0, k in -2.0f64..14.0) {
            let (low, high) = edges(s);
            let limit = 6.0 * (2f64.sqrt() - 1.0);
            let distance = (s.abs() - limit).abs().min((k - low).abs()).min((k - high).abs());
            prop_assume!(distance > 1e-9);
            prop_assert_eq!(expansion(s, k).is_ok(), s.abs() < limit && k > low && k < high);
        }

        #[test]
        fn quantiles_are_exact_and_never_fall(s in -2.485f64..2.485, share in 0.0f64..1.0, z in -8.0f64..8.0, up in 0.0f64..1.0) {
            let (low, high) = edges(s);
            let k = low + (high - low) * (0.000_001 + share * 0.999_998);
            let expansion = expansion(s, k).unwrap();
            let bound = 2f64.powi(-44);
            let at = |z: f64| expansion.quantile(number(z)).unwrap().to_num::<f64>();
            let (s, k, z) = (number(s).to_num(), number(k).to_num(), number(z).to_num::<f64>());
            // The reference itself has some 10⁻¹³ of its size in rounding.
            prop_assert!((at(z) - reference(s, k, z)).abs() < bound + 4e-13, "{} {}", at(z), reference(s, k, z));
            let above = z + up.powi(8) * (8.0 - z);
            prop_assert!(at(above) >= at(z) - bound);
        }

        #[test]
        fn the_nearest_is_monotone_and_leaves_valid_ones_alone(s: i64, k: i64, s_shift in 0u32..32, k_shift in 0u32..32, z in -8.0f64..8.0, up in 0.0f64..1.0) {
            let (s, k) = (Skewness(I16F48::from_bits(s >> s_shift)), ExcessKurtosis(I16F48::from_bits(k >> k_shift)));
            let near = CornishFisher::nearest(s, k);
            let at = |z: f64| near.quantile(number(z)).unwrap();
            prop_assert!(at(z + up.powi(8) * (8.0 - z)) >= at(z) - I16F48::from_bits(16));
            if let Ok(valid) = CornishFisher::new(s, k) {
                // Within 2⁻³⁰ of the edge the projection may still move it inward.
                let difference = (valid.quantile(number(z)).unwrap() - at(z)).abs();
                prop_assert!(difference < number(2e-4));
            }
        }
    }
}
