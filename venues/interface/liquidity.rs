//! How dear it is to trade, in one unit for all venues.

use ballast_core_types::Ratio;

/// A share in billionths: 1 000 000 000 is the whole. 64 bits, because the chain averages and
/// divides these.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Billionths(pub u64);

impl Billionths {
    /// The whole.
    pub const ONE: Self = Self(1_000_000_000);
}

/// What an account says of a venue's liquidity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Liquidity {
    /// What trading the standard size once, in one direction, costs as a share of its value: half
    /// the spread and the impact of the size, rounded up. Above zero to below one. Fees are left
    /// out: they are agreed, and say nothing of how liquid the venue is.
    pub cost: Billionths,
    /// What a long pays for a year of 365 days as a share of its notional, at the present rate;
    /// negative if it is paid.
    pub funding_per_year: Ratio,
}

/// `bits / 2⁴⁸` (a non-negative fixed-point share) in billionths, rounded up. `None` at one and
/// above.
pub fn share_ceil(bits: u64) -> Option<Billionths> {
    // 10⁹/2⁴⁸ = 5⁹/2³⁹. The product has up to 69 bits, so the lower 20 bits go through on their
    // own; a ceiling inside a ceiling changes nothing.
    const FIVE_TO_THE_NINTH: u64 = 1_953_125;
    if bits >> 48 != 0 {
        return None;
    }
    let high = (bits >> 20).wrapping_mul(FIVE_TO_THE_NINTH);
    let low = (bits & 0xf_ffff).wrapping_mul(FIVE_TO_THE_NINTH).div_ceil(1 << 20);
    Some(Billionths(high.wrapping_add(low).div_ceil(1 << 19)))
}

/// `size / (100 · depth_one_percent)`, the impact of a size where impact is linear, rounded up:
/// exact below 2⁴⁰ (1.09 million of a token with six decimals), at most one billionth more above.
/// `None` if it is one or above, or the depth is zero.
pub fn impact_ceil(size: u64, depth_one_percent: u64) -> Option<Billionths> {
    // size·10⁹ / (100·depth) = size·10⁷ / depth, and 10⁷ is below 2²⁴.
    const BILLIONTHS_PER_PERCENT: u64 = 10_000_000;
    const FACTOR_BITS: u32 = 24;
    let shift = FACTOR_BITS.saturating_sub(size.leading_zeros());
    let size = size.div_ceil(1u64.checked_shl(shift)?);
    let depth = depth_one_percent.checked_shr(shift)?;
    if depth == 0 {
        return None;
    }
    let impact = Billionths(size.wrapping_mul(BILLIONTHS_PER_PERCENT).div_ceil(depth));
    (impact < Billionths::ONE).then_some(impact)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_rounded_up() {
        let one = 1u64 << 48;
        for (bits, expected) in [
            (0, Some(0)),
            (1, Some(1)),
            (one / 2, Some(500_000_000)),
            (one / 2 + 1, Some(500_000_001)),
            (one - 1, Some(1_000_000_000)),
            (one, None),
            (u64::MAX, None),
        ] {
            assert_eq!(share_ceil(bits), expected.map(Billionths), "{bits}");
        }
        // Against wide arithmetic, over the whole range.
        let mut bits = 1u64;
        while bits < one {
            let exact = (u128::from(bits) * 1_000_000_000).div_ceil(1 << 48);
            assert_eq!(u128::from(share_ceil(bits).unwrap().0), exact, "{bits}");
            bits = bits * 9 / 8 + 1;
        }
    }

    #[test]
    fn impact_is_linear_rounded_up_and_ends_below_the_whole() {
        for (size, depth, expected) in [
            // A percent of the depth moves the price by a basis point.
            (10_000, 1_000_000, Some(100_000)),
            (1_000_000, 1_000_000, Some(10_000_000)),
            (1, u64::MAX >> 1, Some(1)),
            (99, 1, Some(990_000_000)),
            (100, 1, None),
            (1, 0, None),
            (u64::MAX, 0, None),
            (u64::MAX, 1, None),
            // So large that the sum is done with fewer bits: one billionth more.
            (u64::MAX >> 1, u64::MAX >> 1, Some(10_000_001)),
        ] {
            let got = impact_ceil(size, depth);
            assert_eq!(got, expected.map(Billionths), "{size} {depth}");
        }
    }

    #[test]
    fn impact_is_exact_for_ordinary_sizes_and_never_less_than_exact() {
        let mut size = 1u64;
        while size < 1 << 62 {
            for percent in [1u64, 3, 97, 250, 99_991, 123_456_789] {
                let depth = (u128::from(size) * u128::from(percent) / 10_000 + 1).min(1 << 63) as u64;
                let exact = (u128::from(size) * 10_000_000).div_ceil(u128::from(depth));
                match impact_ceil(size, depth) {
                    Some(got) if size < 1 << 40 => assert_eq!(u128::from(got.0), exact, "{size} {depth}"),
                    Some(got) => assert!((0..=1).contains(&(i128::from(got.0) - exact as i128)), "{size} {depth}"),
                    None => assert!(exact >= 999_999_999, "{size} {depth}"),
                }
            }
            size = size + size / 4 * 3 + 1;
        }
    }
}
