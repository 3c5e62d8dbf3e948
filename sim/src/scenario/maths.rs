//! The few functions the bridges need, identical on every platform.
//!
//! `ln`, `exp` and the like of a system's library may differ in the last bit between platforms.
//! Here everything is made of `+ − × ÷`, which IEEE 754 defines to the bit and the compiler neither
//! reorders nor fuses.

use rand_chacha::rand_core::{RngCore, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// Terms of both series: far more than a double can tell apart for the arguments allowed.
const TERMS: u32 = 40;

/// Natural logarithm for `0.2 ≤ x ≤ 5`, by `2·artanh((x−1)/(x+1))`.
pub(super) fn ln(x: f64) -> f64 {
    debug_assert!((0.2..=5.0).contains(&x));
    let y = (x - 1.0) / (x + 1.0);
    let (mut sum, mut power) = (0.0, y);
    for k in 0..TERMS {
        sum += power / f64::from(2 * k + 1);
        power *= y * y;
    }
    2.0 * sum
}

/// `e^x` for `−2 ≤ x ≤ 2`, by its power series.
pub(super) fn exp(x: f64) -> f64 {
    debug_assert!((-2.0..=2.0).contains(&x));
    let (mut sum, mut term) = (1.0, 1.0);
    for k in 1..TERMS {
        term *= x / f64::from(k);
        sum += term;
    }
    sum
}

/// Standard normal numbers, nearly: the sum of twelve uniforms less six (mean 0, variance 1, never
/// beyond ±6).
pub(super) struct Normals(ChaCha8Rng);

impl Normals {
    pub(super) fn new(seed: u64) -> Self {
        Self(ChaCha8Rng::seed_from_u64(seed))
    }

    pub(super) fn next(&mut self) -> f64 {
        // Twelve 32-bit integers add up exactly, so the one rounding is that of the division.
        let sum: u64 = (0..12).map(|_| u64::from(self.0.next_u32())).sum();
        sum as f64 / 4_294_967_296.0 - 6.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn series_agree_with_the_library() {
        for x in [0.2_f64, 0.5, 0.83, 1.0, 1.000_1, 1.7, 4.9] {
            assert!((ln(x) - x.ln()).abs() < 1e-12, "{x}");
        }
        for x in [-2.0_f64, -0.5, 0.0, 1e-9, 0.3, 2.0] {
            assert!((exp(x) - x.exp()).abs() < 1e-12, "{x}");
        }
    }

    #[test]
    fn normals_have_mean_zero_and_variance_one() {
        let mut normals = Normals::new(1);
        let sample: Vec<_> = (0..20_000).map(|_| normals.next()).collect();
        let mean = sample.iter().sum::<f64>() / 20_000.0;
        let variance = sample.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / 20_000.0;
        assert!(mean.abs() < 0.03, "{mean}");
        assert!((variance - 1.0).abs() < 0.03, "{variance}");
    }
}
