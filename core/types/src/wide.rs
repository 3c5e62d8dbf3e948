//! Products of two words. The virtual machine has none of 128 bits: the one that a compiler calls
//! takes fifty units, and a saturating sum seventeen; these take twenty and seven.

/// Returns a × b exactly, its upper and its lower half.
#[inline(always)]
pub const fn product(a: i64, b: i64) -> (i64, u64) {
    const LOW: u64 = u32::MAX as u64;
    let (a_high, a_low) = (a >> 32, a as u64 & LOW);
    let (b_high, b_low) = (b >> 32, b as u64 & LOW);
    // None of these leaves its word: the halves are within ±2³¹ and below 2³².
    let lowest = a_low.wrapping_mul(b_low);
    let middle = a_high.wrapping_mul(b_low as i64).wrapping_add((lowest >> 32) as i64);
    let other = (a_low as i64)
        .wrapping_mul(b_high)
        .wrapping_add((middle as u64 & LOW) as i64);
    let high = a_high
        .wrapping_mul(b_high)
        .wrapping_add(middle >> 32)
        .wrapping_add(other >> 32);
    (high, ((other as u64) << 32) | (lowest & LOW))
}

/// Returns a + b, held at the ends of 64 bits.
#[inline(always)]
pub const fn saturating_sum(a: i64, b: i64) -> i64 {
    let sum = a.wrapping_add(b);
    if (a ^ sum) & (b ^ sum) < 0 {
        end_of(a)
    } else {
        sum
    }
}

/// Returns a − b, held at the ends of 64 bits.
#[inline(always)]
pub const fn saturating_difference(a: i64, b: i64) -> i64 {
    let difference = a.wrapping_sub(b);
    if (a ^ b) & (a ^ difference) < 0 {
        end_of(a)
    } else {
        difference
    }
}

/// The end of 64 bits on a number's side of zero.
#[cold]
#[inline(never)]
const fn end_of(number: i64) -> i64 {
    if number < 0 {
        i64::MIN
    } else {
        i64::MAX
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const EDGES: [i64; 9] = [
        i64::MIN,
        i64::MIN + 1,
        -(1 << 32),
        -1,
        0,
        1,
        (1 << 32) - 1,
        1 << 32,
        i64::MAX,
    ];

    fn holds(a: i64, b: i64) {
        let exact = i128::from(a) * i128::from(b);
        assert_eq!(product(a, b), ((exact >> 64) as i64, exact as u64), "{a} {b}");
        assert_eq!(saturating_sum(a, b), a.saturating_add(b), "{a} {b}");
        assert_eq!(saturating_difference(a, b), a.saturating_sub(b), "{a} {b}");
    }

    #[test]
    fn at_the_edges() {
        for a in EDGES {
            for b in EDGES {
                holds(a, b);
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(20_000))]

        #[test]
        fn anywhere(a: i64, b: i64, by in 0u32..63) {
            holds(a, b);
            holds(a >> by, b);
            holds(a, b >> by);
        }
    }
}
