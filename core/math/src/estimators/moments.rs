//! Exponentially weighted skewness and kurtosis of standardised returns.

use fixed::types::I16F48;

use super::decay::{Decay, TimeConstant};
use super::sampler::Step;
use super::variance::EwmaVariance;
use crate::arithmetic::{clamp, ratio_32, root, signed_blend, signed_mul_shift};
use crate::cornish_fisher::{ExcessKurtosis, Skewness};

/// Fraction bits in which central moments are formed: terms up to 3·8⁴ have to fit.
const CENTRAL_BITS: u32 = 44;
/// Fraction bits of the stored raw moments.
const RAW_BITS: u32 = 48;
/// Below this variance of the scores, 2⁻¹², shape says nothing.
const MIN_VARIANCE: u64 = 1 << (CENTRAL_BITS - 12);

/// The first four raw moments of standardised returns.
///
/// Each step's return is divided by what was expected of it before it came, z = r/√(v·Δt + c₀² +
/// c₁²), so steps of any length and any regime are comparable, and taken as ±8 beyond that. Then mₙ
/// ← mₙ·e^(−Δt'/τ) + (1 − e^(−Δt'/τ))·zⁿ with Δt' = min(Δt, τ), as for [`EwmaVariance`]. Skewness
/// and kurtosis are those of the distribution that has these moments: centred, and over the
/// variance of z itself, so a biased v cancels.
///
/// These are the moments of returns *given* the volatility of their time, which is what a quantile
/// times today's volatility needs (filtered historical simulation: Barone-Adesi, Giannopoulos &
/// Vosper 1999). Over a long sample the unconditional kurtosis is higher, because volatility itself
/// moves.
///
/// The limit of 8 bounds what one observation can do: with weight g it lifts the fourth moment by
/// at most 4096·g.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EwmaMoments {
    raw: [i64; 4],
}

impl EwmaMoments {
    /// Those of the normal distribution, which are forgotten as e^(−t/τ).
    pub const NORMAL: Self = Self {
        raw: [0, 1 << RAW_BITS, 0, 3 << RAW_BITS],
    };

    /// Returns what was stored: mean, second, third and fourth raw moment, each × 2⁴⁸. What no
    /// scores within ±8 can have is brought to the nearest limit: 8, 64, 512 and 4096.
    pub const fn from_bits(raw: [i64; 4]) -> Self {
        let [first, second, third, fourth] = raw;
        Self {
            raw: [
                clamp(first, -(8 << RAW_BITS), 8 << RAW_BITS),
                clamp(second, 0, 64 << RAW_BITS),
                clamp(third, -(512 << RAW_BITS), 512 << RAW_BITS),
                clamp(fourth, 0, 4096 << RAW_BITS),
            ],
        }
    }

    /// Returns what to store, each × 2⁴⁸.
    pub const fn bits(self) -> [i64; 4] {
        self.raw
    }

    /// After one more step, standardised with the variance from *before* it.
    pub fn update(self, step: &Step, variance_before: EwmaVariance, time_constant: TimeConstant) -> Self {
        let decay = Decay::over(step.elapsed.at_most(time_constant.seconds()), time_constant);
        let gained = decay.gained();
        // |z| < 2³¹ with 28 fraction bits, so every product below fits: z² < 2⁶², and each factor is cut to 32 bits.
        let z = variance_before.score(step).0.to_bits() as i64;
        let square = z.wrapping_mul(z);
        let cube = (square >> 30).wrapping_mul(z);
        let half = square >> 31;
        let fourth = half.wrapping_mul(half);
        let [m1, m2, m3, m4] = self.raw;
        Self {
            raw: [
                signed_blend(m1, z << 20, gained),
                signed_blend(m2, square >> 8, gained),
                signed_blend(m3, cube >> 6, gained),
                signed_blend(m4, fourth >> 2, gained),
            ],
        }
    }

    /// Skewness and excess kurtosis, within 2·10⁻⁷·(1 + |excess|). `None` if the scores hardly vary
    /// (variance below 2⁻¹²): a price that stands still has no shape.
    pub fn shape(self) -> Option<(Skewness, ExcessKurtosis)> {
        let [m1, m2, m3, m4] = self.raw.map(|raw| raw >> (RAW_BITS - CENTRAL_BITS));
        let mean_square = times(m1, m1);
        let variance = u64::try_from(m2.wrapping_sub(mean_square)).ok()?;
        if variance < MIN_VARIANCE {
            return None;
        }
        // E(z − m)³ = m₃ − 3m·m₂ + 2m³ and E(z − m)⁴ = m₄ − 4m·m₃ + 6m²·m₂ − 3m⁴.
        let mean_cube = times(m1, mean_square);
        let third = m3
            .wrapping_sub(times(m1, m2).wrapping_mul(3))
            .wrapping_add(mean_cube.wrapping_mul(2));
        let fourth = m4
            .wrapping_sub(times(m1, m3).wrapping_mul(4))
            .wrapping_add(times(mean_square, m2).wrapping_mul(6))
            .wrapping_sub(times(m1, mean_cube).wrapping_mul(3));
        // √variance with 28 fraction bits from 56; then each quotient has 32.
        let deviation = root(variance << (56 - CENTRAL_BITS)) << (CENTRAL_BITS - 28);
        let skewness = over(over(third.unsigned_abs(), variance), deviation);
        let kurtosis = over(over(u64::try_from(fourth).unwrap_or(0), variance), variance);
        let skewness = I16F48::from_bits(saturated(skewness));
        let excess = I16F48::from_bits(saturated(kurtosis)).saturating_sub(I16F48::lit("3"));
        let signed = if third < 0 { skewness.saturating_neg() } else { skewness };
        Some((Skewness(signed), ExcessKurtosis(excess)))
    }
}

/// Returns the product of two central moments.
const fn times(a: i64, b: i64) -> i64 {
    signed_mul_shift(a, b, CENTRAL_BITS)
}

/// Returns the quotient of two central moments, as one; saturates at 2¹⁹.
const fn over(a: u64, b: u64) -> u64 {
    const LIMIT: u64 = 1 << (19 + 32);
    let ratio = ratio_32(a, b);
    (if ratio > LIMIT { LIMIT } else { ratio }) << (CENTRAL_BITS - 32)
}

/// Returns a number with the fraction bits of central moments as one with 48, saturating.
const fn saturated(value: u64) -> i64 {
    if value >> (63 - (RAW_BITS - CENTRAL_BITS)) != 0 {
        i64::MAX
    } else {
        (value << (RAW_BITS - CENTRAL_BITS)) as i64
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn moments(raw: [f64; 4]) -> EwmaMoments {
        EwmaMoments::from_bits(raw.map(|m| (m * (1u64 << 48) as f64) as i64))
    }

    #[test]
    fn shapes_of_known_distributions() {
        for (name, raw, skewness, excess) in [
            ("normal", [0.0, 1.0, 0.0, 3.0], 0.0, 0.0),
            ("two points", [0.0, 1.0, 0.0, 1.0], 0.0, -2.0),
            ("exponential", [1.0, 2.0, 6.0, 24.0], 2.0, 6.0),
            ("its mirror", [-1.0, 2.0, -6.0, 24.0], -2.0, 6.0),
            ("uniform on 0…8", [4.0, 64.0 / 3.0, 128.0, 819.2], 0.0, -1.2),
            (
                "one in a hundred at 8",
                [0.08, 0.64, 5.12, 40.96],
                9.849_371,
                95.010_101,
            ),
        ] {
            let (s, k) = moments(raw).shape().unwrap();
            let (s, k): (f64, f64) = (s.0.to_num(), k.0.to_num());
            assert!(
                (s - skewness).abs() < 1e-6 && (k - excess).abs() < 1e-5,
                "{name}: {s} {k}"
            );
        }
    }

    #[test]
    fn a_price_that_stands_still_has_no_shape() {
        assert_eq!(moments([0.0; 4]).shape(), None);
        assert_eq!(moments([3.0, 9.0, 27.0, 81.0]).shape(), None);
    }

    proptest! {
        #[test]
        fn no_stored_bits_can_panic(raw: [i64; 4]) {
            let moments = EwmaMoments::from_bits(raw);
            let _ = moments.shape();
            prop_assert_eq!(EwmaMoments::from_bits(moments.bits()), moments);
        }
    }
}
