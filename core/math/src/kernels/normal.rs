//! The normal distribution by table, where a grid of scenarios asks for it hundreds of times: a
//! cubic for each sixteenth of a deviation, and no density.

use super::arith::{add, mul};
use super::coefficients::NORMAL;

/// The place of x = 0 in the table, Q32: where the table begins, −6.5, is 0.
pub(crate) const MIDDLE: i64 = 13 << 31;
/// One, as [`below`] gives it.
pub(crate) const WHOLE: i64 = 1 << 31;
/// Bits of a place that say how far across its cell it is.
const ACROSS: u32 = 28;

/// Computes Φ(x), Q31 and within 0 and 1, at the place x + 6.5, Q32. Absolute error below
/// 3.3·10⁻⁹: 2.7·10⁻⁹ of the cubics, 4·10⁻¹¹ beyond their ends, and the floors.
#[inline(always)]
pub(crate) fn below(place: i64) -> i64 {
    match NORMAL.get((place as u64 >> ACROSS) as usize) {
        Some([c0, c1, c2, c3, _]) => {
            let across = place & ((1 << ACROSS) - 1);
            let slope = add(mul(*c3, across) >> ACROSS, *c2);
            let slope = add(mul(slope, across) >> ACROSS, *c1);
            // Q34 × Q28, and the first of them Q62.
            add(mul(slope, across), *c0) >> 31
        }
        None if place < 0 => 0,
        None => WHOLE,
    }
}

#[cfg(test)]
mod tests {
    use super::super::precise::norm_cdf;
    use super::*;
    use fixed::types::I7F57;
    use proptest::prelude::*;

    /// How far the table is from the precise tier at a place of it.
    fn error(place: i64) -> f64 {
        let x = I7F57::from_bits((place - MIDDLE) << 25);
        below(place) as f64 / WHOLE as f64 - norm_cdf(x).to_num::<f64>()
    }

    #[test]
    fn the_ends_of_all_cells_and_beyond_them() {
        for cell in 0i64..=208 {
            for aside in (-1..=1).chain((0..4096).map(|step| step << 16)) {
                let place = (cell << ACROSS) + aside;
                assert!(error(place).abs() < 3.3e-9, "{place}: {}", error(place));
                assert!((0..=WHOLE).contains(&below(place)), "{place}");
            }
        }
        for (place, expected) in [(i64::MIN, 0), (-1, 0), (13 << 32, WHOLE), (i64::MAX, WHOLE)] {
            assert_eq!(below(place), expected);
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(200_000))]

        #[test]
        fn it_is_the_distribution(place in 0i64..13 << 32) {
            prop_assert!(error(place).abs() < 3.3e-9, "{}: {}", place, error(place));
            // Where least is left to either side.
            for end in [place >> 6, (13 << 32) - (place >> 6)] {
                prop_assert!((0..=WHOLE).contains(&below(end)), "{}", end);
            }
        }
    }
}
