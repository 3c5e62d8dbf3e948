//! Range, symmetry and monotonicity at random arguments: neighbours, and pairs any power of two of
//! a step apart.

use ballast_core_math::Magnitude;
use fixed::types::{I2F62, I7F57};

use super::tier::{stepped, HALF, TIERS};

const CASES: u32 = 200_000;

/// A sequence of 64-bit numbers by splitmix (Steele, Lea & Flood 2014): the same on every run.
pub struct Sequence(pub u64);

impl Sequence {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let x = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        x ^ (x >> 31)
    }

    pub fn below(&mut self, limit: u64) -> u64 {
        self.next() % limit
    }
}

#[test]
fn magnitudes_keep_their_order() {
    let mut random = Sequence(1);
    for _ in 0..CASES {
        let exponent = random.below(200) as i32 - 100 - 63;
        let low = Magnitude::from_parts(random.next() | 1 << 63, exponent).unwrap();
        for high in [stepped(low, 1), stepped(low, 1 << random.below(63))] {
            for tier in TIERS {
                tier.check_magnitudes(low, high).unwrap();
            }
        }
    }
}

#[test]
fn scores_and_exponents_keep_their_order() {
    let mut random = Sequence(2);
    for _ in 0..CASES {
        // Half of all scores within the nine on each side that matter to a distribution.
        let bits = random.next() as i64;
        let low = if bits & 1 == 0 { bits } else { bits % (10 << 57) };
        for step in [1, 1 << random.below(60)] {
            for tier in TIERS {
                let high = low.saturating_add(step);
                tier.check_fixed(I7F57::from_bits(low), I7F57::from_bits(high)).unwrap();
            }
        }
    }
}

#[test]
fn quantiles_are_inverses() {
    let mut random = Sequence(3);
    for case in 0..CASES / 20 {
        // A third of them in each tail, by powers of two, and a third anywhere.
        let tail = (1 << 32 | random.next() >> random.below(32)) as i64 & (HALF - 1);
        let low = match case % 3 {
            0 => tail,
            1 => 2 * HALF - tail,
            _ => random.below(1 << 62) as i64,
        };
        for step in [1, 1 << random.below(61)] {
            for tier in TIERS {
                tier.check_probabilities(I2F62::from_bits(low), I2F62::from_bits(low + step))
                    .unwrap();
            }
        }
    }
}

#[test]
fn quantiles_keep_their_order_from_one_point_of_the_distribution_to_the_next() {
    let mut random = Sequence(4);
    for tier in TIERS {
        for _ in 0..2_000 {
            let x = I7F57::from_bits((random.next() as i64) % (6 << 57));
            let p = (tier.norm_cdf)(x).to_bits();
            tier.check_probabilities(I2F62::from_bits(p - 1), I2F62::from_bits(p))
                .unwrap();
            tier.check_probabilities(I2F62::from_bits(p), I2F62::from_bits(p + 1))
                .unwrap();
        }
    }
}

#[test]
fn values_that_are_exact() {
    let one = Magnitude::ONE;
    for tier in TIERS {
        assert_eq!((tier.ln)(one), Some(I7F57::ZERO), "{}", tier.name);
        assert_eq!((tier.ln)(Magnitude::ZERO), None);
        assert_eq!((tier.exp)(I7F57::ZERO), one);
        assert_eq!((tier.sqrt)(one), one);
        assert_eq!((tier.sqrt)(Magnitude::ZERO), Magnitude::ZERO);
        assert_eq!(
            (tier.sqrt)(Magnitude::from_parts(4, 0).unwrap()),
            Magnitude::from_parts(2, 0).unwrap()
        );
        assert_eq!((tier.norm_cdf)(I7F57::ZERO).to_bits(), HALF);
        assert_eq!((tier.norm_cdf)(I7F57::MAX).to_bits(), 2 * HALF);
        assert_eq!((tier.norm_cdf)(I7F57::MIN).to_bits(), 0);
        assert_eq!((tier.norm_pdf)(I7F57::MIN).to_bits(), 0);
        for outside in [
            i64::MIN,
            -1,
            0,
            (1 << 32) - 1,
            2 * HALF - (1 << 32) + 1,
            2 * HALF,
            i64::MAX,
        ] {
            assert_eq!(
                (tier.norm_inv)(I2F62::from_bits(outside)),
                None,
                "{} {outside}",
                tier.name
            );
        }
        for edge in [1 << 32, 2 * HALF - (1 << 32)] {
            assert!(
                (tier.norm_inv)(I2F62::from_bits(edge)).is_some(),
                "{} {edge}",
                tier.name
            );
        }
    }
}
