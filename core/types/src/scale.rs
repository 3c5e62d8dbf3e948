//! `a × b / c` on token amounts with a 128-bit intermediate and a named rounding.

/// ⌊a·b/c⌋. `None` if c is zero or the result does not fit.
pub fn mul_div_floor(a: u64, b: u64, c: u64) -> Option<u64> {
    let product = u128::from(a).checked_mul(u128::from(b))?;
    // A 64-bit division where the product allows it: the 128-bit routine costs about ten times more
    // on-chain.
    match u64::try_from(product) {
        Ok(small) => small.checked_div(c),
        Err(_) => u64::try_from(product.checked_div(u128::from(c))?).ok(),
    }
}

/// ⌈a·b/c⌉. `None` if c is zero or the result does not fit.
pub fn mul_div_ceil(a: u64, b: u64, c: u64) -> Option<u64> {
    let product = u128::from(a).checked_mul(u128::from(b))?;
    let divisor = u128::from(c);
    let quotient = product.checked_div(divisor)?;
    let remainder = product.checked_rem(divisor)?;
    let quotient = if remainder == 0 {
        quotient
    } else {
        quotient.checked_add(1)?
    };
    u64::try_from(quotient).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rounds_as_named_and_refuses_what_does_not_fit() {
        for (a, b, c, floor, ceil) in [
            (7, 3, 2, Some(10), Some(11)),
            (6, 3, 2, Some(9), Some(9)),
            (0, 3, 2, Some(0), Some(0)),
            (1, 1, 0, None, None),
            (u64::MAX, u64::MAX, u64::MAX, Some(u64::MAX), Some(u64::MAX)),
            (u64::MAX, 2, 1, None, None),
            (
                u64::MAX,
                3,
                4,
                Some(13_835_058_055_282_163_711),
                Some(13_835_058_055_282_163_712),
            ),
        ] {
            assert_eq!(mul_div_floor(a, b, c), floor);
            assert_eq!(mul_div_ceil(a, b, c), ceil);
        }
    }
}
