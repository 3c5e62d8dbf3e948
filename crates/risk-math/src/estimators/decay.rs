//! The weights of an exponential average over an irregular step.

use super::arithmetic::{fraction_of, wide_mul};
use super::Elapsed;

/// Fraction bits of the exponent x = Δt/τ.
const BITS: u32 = 58;
/// ln 2 × 2⁵⁸, rounded to nearest.
const LN_2: u64 = 199_786_072_581_291_495;

/// The time constant τ of an exponential average: 60 s…90 d, in seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct TimeConstant(u32);

impl TimeConstant {
    /// The shortest.
    pub const MIN: Self = Self(60);
    /// The longest.
    pub const MAX: Self = Self(90 * 86_400);

    /// A time constant, or `None` outside 60 s…90 d.
    pub const fn new(seconds: u32) -> Option<Self> {
        if seconds < Self::MIN.0 || seconds > Self::MAX.0 {
            return None;
        }
        Some(Self(seconds))
    }

    /// In seconds.
    pub const fn seconds(self) -> u32 {
        self.0
    }
}

/// What an exponential average does over one step of x = Δt/τ. Both weights are fractions of 2⁶⁴.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decay {
    gained: u64,
    spread: u64,
}

impl Decay {
    /// The weights after `elapsed`. Absolute error below 2⁻⁴⁶; relative error of `gained` below 2⁻³⁶.
    pub const fn over(elapsed: Elapsed, time_constant: TimeConstant) -> Self {
        let (elapsed, constant) = (elapsed.seconds() as u64, time_constant.0 as u64);
        let (Some(whole), Some(fits)) = (elapsed.checked_div(constant), constant.checked_mul(44)) else {
            return Self {
                gained: 0,
                spread: u64::MAX,
            };
        };
        if elapsed >= fits {
            // e^(−44) is below 2⁻⁶³.
            return Self {
                gained: u64::MAX,
                spread: ratio(u64::MAX, constant, elapsed),
            };
        }
        // x with 58 fraction bits by two divisions: elapsed < 2²² leaves 36 bits in the first, a remainder < 2²³ the rest.
        let rest = elapsed.wrapping_sub(whole.wrapping_mul(constant));
        let (Some(high), Some(left)) = ((rest << 36).checked_div(constant), (rest << 36).checked_rem(constant)) else {
            return Self {
                gained: 0,
                spread: u64::MAX,
            };
        };
        let Some(low) = (left << 22).checked_div(constant) else {
            return Self {
                gained: 0,
                spread: u64::MAX,
            };
        };
        let x = (whole << BITS).wrapping_add(high << 22).wrapping_add(low);
        // x = n·ln 2 + y, so e^(−x) = 2^(−n)·e^(−y).
        let halvings = x / LN_2;
        let y = x.wrapping_sub(halvings.wrapping_mul(LN_2)) << (64u32.wrapping_sub(BITS));
        let spread = spread_of(y);
        let lost = fraction_of(y, spread);
        if halvings == 0 {
            return Self { gained: lost, spread };
        }
        let gained = !(!lost >> (halvings & 63));
        Self {
            gained,
            spread: ratio(gained, constant, elapsed),
        }
    }

    /// 1 − e^(−x): the weight that the step gets.
    pub const fn gained(self) -> u64 {
        self.gained
    }

    /// e^(−x): the weight that everything before keeps.
    pub const fn kept(self) -> u64 {
        !self.gained
    }

    /// (1 − e^(−x))/x: what is left at its end of a change that came evenly over the step.
    pub const fn spread(self) -> u64 {
        self.spread
    }
}

/// ⌊weight × constant / elapsed⌋, saturating: `spread` from `gained`, for a quotient of at most one.
const fn ratio(weight: u64, constant: u64, elapsed: u64) -> u64 {
    let (high, low) = wide_mul(weight, constant);
    // 2⁶⁴ ÷ elapsed in two steps; what is left over is smaller than elapsed < 2²².
    let (Some(top), Some(rest)) = (high.checked_div(elapsed), high.checked_rem(elapsed)) else {
        return u64::MAX;
    };
    if top != 0 {
        return u64::MAX;
    }
    let first = (rest << 32) | (low >> 32);
    let (Some(upper), Some(rest)) = (first.checked_div(elapsed), first.checked_rem(elapsed)) else {
        return u64::MAX;
    };
    match ((rest << 32) | (low & 0xffff_ffff)).checked_div(elapsed) {
        Some(lower) => (upper << 32) | lower,
        None => u64::MAX,
    }
}

/// (1 − e^(−y))/y for y < 0.694 as a fraction of 2⁶⁴: Σ (−y)ⁿ/(n+1)!, as many terms as leave less than 2⁻⁴⁷.
#[inline]
const fn spread_of(y: u64) -> u64 {
    if y >> 54 == 0 {
        series(y, 6)
    } else if y >> 60 == 0 {
        series(y, 9)
    } else {
        series(y, 16)
    }
}

/// The first `terms` terms of 1 − y/2·(1 − y/3·(1 − …)): every bracket is within 0…1.
#[inline]
const fn series(y: u64, terms: u64) -> u64 {
    let mut sum = u64::MAX;
    let mut n = terms;
    while n >= 2 {
        // n is at least two: dividing by it cannot fail.
        if let Some(part) = fraction_of(y, sum).checked_div(n) {
            sum = !part;
        }
        n = n.wrapping_sub(1);
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const TWO_64: f64 = 18_446_744_073_709_551_616.0;

    fn over(elapsed: i64, constant: u32) -> Decay {
        Decay::over(Elapsed::capped(elapsed).unwrap(), TimeConstant::new(constant).unwrap())
    }

    #[test]
    fn the_domain_of_time_constants() {
        for (seconds, fits) in [
            (0, false),
            (59, false),
            (60, true),
            (7_776_000, true),
            (7_776_001, false),
        ] {
            assert_eq!(TimeConstant::new(seconds).is_some(), fits, "{seconds}");
        }
    }

    #[test]
    fn edges() {
        let long = over(2_592_000, 60);
        assert_eq!(long.gained(), u64::MAX);
        assert!((long.spread() as f64 / TWO_64 - 60.0 / 2_592_000.0).abs() < 1e-15);
        let short = over(1, 7_776_000);
        assert!((short.gained() as f64 / TWO_64 * 7_776_000.0 - 1.0).abs() < 1e-7);
    }

    #[test]
    fn neighbouring_branches_meet() {
        // Either side of x = 2⁻¹⁰, 2⁻⁴, ln 2 and 44.
        for (constant, at) in [
            (1_048_576, 1_024),
            (1_048_576, 65_536),
            (1_000_000, 693_147),
            (10_000, 440_000),
        ] {
            let mut last = over(at - 3, constant);
            for elapsed in at - 2..at + 3 {
                let next = over(elapsed, constant);
                assert!(
                    next.gained() >= last.gained() && next.spread() <= last.spread(),
                    "{constant} {elapsed}"
                );
                last = next;
            }
        }
    }

    proptest! {
        #[test]
        fn weights_are_within_their_bounds(elapsed in 1i64..2_592_001, constant in 60u32..7_776_001) {
            let (decay, x) = (over(elapsed, constant), elapsed as f64 / f64::from(constant));
            let gained = -(-x).exp_m1();
            let error = (decay.gained() as f64 / TWO_64 - gained).abs();
            prop_assert!(error < 1.5e-14 && error < gained * 1.5e-11, "{} {}", gained, error);
            prop_assert!((decay.spread() as f64 / TWO_64 - gained / x).abs() < 1e-11);
            prop_assert_eq!(decay.gained().wrapping_add(decay.kept()), u64::MAX);
        }
    }
}
