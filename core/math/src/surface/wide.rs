//! Exact products of up to four 64-bit numbers.

/// A number below 2²⁵⁶ as four 64-bit digits, most significant first, so that the derived order is
/// the numbers'.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Wide([u64; 4]);

impl Wide {
    /// Returns a 64-bit number.
    pub(super) const fn new(value: u64) -> Self {
        Self([0, 0, 0, value])
    }

    /// 2^`power`, for powers below 256.
    pub(super) const fn power_of_two(power: u32) -> Self {
        let bit = 1u64 << (power % 64);
        match power / 64 {
            0 => Self([0, 0, 0, bit]),
            1 => Self([0, 0, bit, 0]),
            2 => Self([0, bit, 0, 0]),
            _ => Self([bit, 0, 0, 0]),
        }
    }

    /// Returns the product. Digits beyond the fourth are lost, which a product of four factors does
    /// not have.
    pub(super) fn times(self, factor: u64) -> Self {
        let mut digits = self.0;
        let mut carry = 0u64;
        for digit in digits.iter_mut().rev() {
            // Zero digits are half of them here, and a wide product costs fifty units on the chain.
            if *digit == 0 {
                *digit = carry;
                carry = 0;
                continue;
            }
            let sum = u128::from(*digit)
                .wrapping_mul(u128::from(factor))
                .wrapping_add(u128::from(carry));
            *digit = sum as u64;
            carry = (sum >> 64) as u64;
        }
        Self(digits)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn products_and_order() {
        for (factors, power, below, above) in [
            (&[1u64 << 63, 2][..], 64, false, false),
            (&[(1 << 32) - 1, (1 << 32) + 1], 64, true, false),
            (&[(1 << 32) + 1, (1 << 32) + 1], 64, false, true),
            (&[1 << 63, 1 << 63, 1 << 63, 1 << 63], 252, false, false),
            (&[u64::MAX, u64::MAX, u64::MAX, u64::MAX], 255, false, true),
        ] {
            let product = factors
                .iter()
                .fold(Wide::new(1), |product, factor| product.times(*factor));
            let limit = Wide::power_of_two(power);
            assert_eq!(
                (product < limit, product > limit),
                (below, above),
                "{factors:?} {power}"
            );
        }
    }

    proptest! {
        #[test]
        fn agrees_with_128_bits(a: u64, b: u64, c: u64, d: u64) {
            let (ours, theirs) = (Wide::new(a).times(b), Wide::new(c).times(d));
            let (exact_ours, exact_theirs) = (u128::from(a) * u128::from(b), u128::from(c) * u128::from(d));
            prop_assert_eq!(ours.cmp(&theirs), exact_ours.cmp(&exact_theirs));
            // A further pair of factors keeps the order, and (ab)·e = a·(be).
            prop_assert_eq!(Wide::new(a).times(b).times(c).times(d), Wide::new(d).times(a).times(c).times(b));
        }
    }
}
