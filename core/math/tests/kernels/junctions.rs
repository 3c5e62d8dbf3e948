//! Monotonicity where a kernel changes its method: the places where two approximations meet are
//! where a function falls, if it falls anywhere. Around each of them a walk over neighbours, over
//! the steps to which the tiers round their arguments, and over what lies beside those steps.

use ballast_core_math::Magnitude;
use fixed::types::{I2F62, I7F57};

use super::tier::{stepped, TIERS};

/// √(2 ln 2), of which scores are multiples inside the kernels.
const SCORE: f64 = 1.177_410_022_515_474_7;

fn to_bits(x: f64) -> i64 {
    (x * 2f64.powi(57)).clamp(-(2f64.powi(63)), 2f64.powi(63)) as i64
}

/// Points around `middle`: eight steps of every size that some tier rounds to, each with its
/// neighbours and its halves.
fn around(middle: i64, steps: &[i64]) -> Vec<i64> {
    let mut points: Vec<i64> = (-80..=80).map(|k| middle.saturating_add(k)).collect();
    for &step in steps {
        let grid = middle.div_euclid(step).saturating_mul(step);
        for k in -8..=8 {
            let at = grid.saturating_add(step.saturating_mul(k));
            for offset in [0, step / 2] {
                points.extend([-1, 0, 1].map(|beside: i64| at.saturating_add(offset).saturating_add(beside)));
            }
        }
    }
    points.sort_unstable();
    points.dedup();
    points
}

fn walk_fixed(middle: i64, steps: &[i64]) {
    for sign in [1, -1] {
        let points = around(middle.saturating_mul(sign), steps);
        for pair in points.windows(2) {
            for tier in TIERS {
                tier.check_fixed(I7F57::from_bits(pair[0]), I7F57::from_bits(pair[1]))
                    .unwrap();
            }
        }
    }
}

#[test]
fn exponentials_across_cells_and_powers_of_two() {
    // Every 64th of an octave: ends and middles of the precise tier's cells, and among them the
    // fast tier's halves. The fast tier rounds the power to 2⁻³⁰, which is 0.69·2²⁷ of the
    // argument.
    let octave = std::f64::consts::LN_2;
    for k in -93 * 64..=93 * 64 {
        walk_fixed(to_bits(f64::from(k) / 64.0 * octave), &[93_032_639]);
    }
}

#[test]
fn exponentials_and_distributions_at_the_ends() {
    for end in [i64::MIN, i64::MAX, 0, 9 << 57, 8 << 57] {
        walk_fixed(end, &[1 << 13, 1 << 31, 93_032_639]);
    }
}

#[test]
fn distributions_across_the_cells_of_the_mills_ratio() {
    // s = 2/(score + 2) = j/16. The tiers round the argument to 2⁻²⁶ and 2⁻⁴⁴.
    for j in 1..=16 {
        walk_fixed(
            to_bits((32.0 / f64::from(j) - 2.0) * SCORE),
            &[1 << 13, 1 << 31, 1 << 29, 1 << 12],
        );
    }
}

#[test]
fn distributions_across_the_powers_of_two_of_the_density() {
    // The density is 2^−(score² + log₂√(2π)); cells of the exponential are 32nds, their middles
    // 64ths.
    let offset = (2.0 * std::f64::consts::PI).log2() / 2.0;
    for j in 85..=60 * 64 {
        let square = f64::from(j) / 64.0 - offset;
        walk_fixed(to_bits(square.sqrt() * SCORE), &[1 << 13, 1 << 31]);
    }
}

#[test]
fn logarithms_and_roots_across_reductions_and_powers_of_two() {
    // The logarithm halves a mantissa above 23/16. Its argument is rounded down to 2⁸ and 2³¹ units
    // of the mantissa.
    let one = 1u64 << 63;
    for exponent in -88..=88 {
        for middle in [one, one / 16 * 23, u64::MAX, one / 2 * 3] {
            let mut points = Vec::new();
            for step in [1u64, 1 << 4, 1 << 8, 1 << 31, 1 << 32] {
                for k in 0..24 {
                    let (up, down) = (middle.checked_add(k * step), middle.checked_sub(k * step));
                    for mantissa in [up, down].into_iter().flatten().flat_map(|m| [m.saturating_sub(1), m]) {
                        // Below the octave a mantissa belongs to the one beneath.
                        points.push(Magnitude::from_parts(mantissa, exponent - 63).unwrap());
                    }
                }
            }
            points.push(stepped(points[0], 1));
            points.sort_by_key(|x| (x.exponent(), x.mantissa()));
            for pair in points.windows(2) {
                for tier in TIERS {
                    tier.check_magnitudes(pair[0], pair[1]).unwrap();
                }
            }
        }
    }
}

#[test]
fn roots_beside_squares() {
    // √ changes its last bit exactly at squares; the two tiers keep 32 and 60 bits.
    for root in (0..4_000u64).map(|k| (1 << 31) + k * 536_871 + k % 3) {
        for exponent in [0, 1] {
            for square in [root * root - 1, root * root, root * root + 1] {
                let low = Magnitude::from_parts(square, exponent).unwrap();
                for tier in TIERS {
                    tier.check_magnitudes(low, stepped(low, 1)).unwrap();
                }
            }
        }
    }
}

#[test]
fn quantiles_where_the_guess_changes_side() {
    for middle in [1i64 << 61, 1 << 32, (1 << 62) - (1 << 32), 1 << 57, 1 << 40] {
        for pair in around(middle, &[1 << 10, 1 << 36]).windows(2) {
            for tier in TIERS {
                tier.check_probabilities(I2F62::from_bits(pair[0]), I2F62::from_bits(pair[1]))
                    .unwrap();
            }
        }
    }
}
