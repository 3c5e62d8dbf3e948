//! Decimal numbers in text, read without a floating-point number in between.

use ballast_core_math::Magnitude;
use fixed::types::I2F62;

/// Significant digits that are kept; a magnitude holds 20.
const DIGITS: usize = 38;

/// `±digits × 10^exponent`, at most 38 digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decimal {
    negative: bool,
    digits: u128,
    exponent: i32,
}

impl Decimal {
    /// Reads `[+-]digits[.digits][e[+-]digits]`. `None` if it is not a number written like that.
    /// What comes after 38 significant digits is cut off.
    pub fn parse(text: &str) -> Option<Self> {
        let (negative, text) = match text.as_bytes().first()? {
            b'-' => (true, text.get(1..)?),
            b'+' => (false, text.get(1..)?),
            _ => (false, text),
        };
        let (number, power) = match text.find(['e', 'E']) {
            Some(at) => (text.get(..at)?, power(text.get(at.saturating_add(1)..)?)?),
            None => (text, 0),
        };
        let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
        let all_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        if whole.len().saturating_add(fraction.len()) == 0 || !all_digits(whole) || !all_digits(fraction) {
            return None;
        }
        // A number needs only its significant digits; the places that the others stood in move the
        // exponent.
        let written: String = [whole, fraction].concat();
        let significant = written.trim_start_matches('0').trim_end_matches('0');
        if significant.is_empty() {
            return Some(Self {
                negative: false,
                digits: 0,
                exponent: 0,
            });
        }
        let zeros_behind = written.len().saturating_sub(written.trim_end_matches('0').len());
        let kept = significant.get(..significant.len().min(DIGITS))?;
        let moved = i64::try_from(zeros_behind)
            .ok()?
            .checked_sub(i64::try_from(fraction.len()).ok()?)?
            .checked_add(i64::try_from(significant.len().saturating_sub(kept.len())).ok()?)?;
        // Far beyond every domain it makes no difference how far.
        let exponent = moved.saturating_add(power).clamp(-100_000, 100_000);
        Some(Self {
            negative,
            digits: kept.parse().ok()?,
            exponent: i32::try_from(exponent).ok()?,
        })
    }

    /// As a magnitude, to within 2⁻⁶⁴ of itself. `None` if it is negative or above every domain.
    pub fn magnitude(self) -> Option<Magnitude> {
        if self.digits == 0 {
            return Some(Magnitude::ZERO);
        }
        if self.negative {
            return None;
        }
        if self.exponent >= -38 {
            return Magnitude::from_decimal(self.digits, self.exponent);
        }
        // More places than 38 are only reached by digits that do not matter, or by a number below
        // every domain; that one must not become zero, which as a time would mean something.
        let dropped = self.exponent.saturating_add(38).unsigned_abs();
        let digits = 10u128.checked_pow(dropped).map_or(0, |power| self.digits / power);
        Magnitude::from_decimal(digits.max(1), -38)
    }

    /// As a number with 62 bits behind the point, rounded to the nearest. `None` outside ±2.
    pub fn rate(self) -> Option<I2F62> {
        if self.digits == 0 {
            return Some(I2F62::ZERO);
        }
        let bits = if self.exponent >= 0 {
            let power = 10u128.checked_pow(self.exponent.unsigned_abs())?;
            i64::try_from(self.digits.checked_mul(power)?.checked_mul(1 << 62)?).ok()?
        } else if let Some(power) = 10u128.checked_pow(self.exponent.unsigned_abs()) {
            quotient(self.digits, power)?
        } else {
            // At least 39 places and at most 38 digits: below 0.1. Cut to 38 places.
            let dropped = self.exponent.saturating_add(38).unsigned_abs();
            let digits = 10u128.checked_pow(dropped).map_or(0, |power| self.digits / power);
            quotient(digits, 10u128.checked_pow(38)?)?
        };
        Some(I2F62::from_bits(if self.negative { bits.checked_neg()? } else { bits }))
    }
}

/// Returns the power of ten behind an `e`.
fn power(text: &str) -> Option<i64> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let size = digits.parse().unwrap_or(i64::MAX >> 1);
    Some(if text.starts_with('-') { -size } else { size })
}

/// `digits / power` with 62 bits behind the point, to the nearest, halves up. `None` from 2 on.
/// Power is at most 10³⁸.
fn quotient(digits: u128, power: u128) -> Option<i64> {
    let mut bits = i64::try_from(digits.checked_div(power)?)
        .ok()
        .filter(|whole| *whole < 2)?;
    let mut rest = digits.checked_rem(power)?;
    for _ in 0..62 {
        // The rest is below 10³⁸ < 2¹²⁷, so twice the rest fits.
        rest <<= 1;
        bits <<= 1;
        if rest >= power {
            rest -= power;
            bits |= 1;
        }
    }
    if rest << 1 >= power {
        bits = bits.checked_add(1)?;
    }
    Some(bits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_they_are_written() {
        for (text, negative, digits, exponent) in [
            ("0", false, 0, 0),
            ("-0.000", false, 0, 0),
            ("0e999999999999999999999", false, 0, 0),
            ("71084.834334", false, 71_084_834_334, -6),
            ("71157.658080", false, 7_115_765_808, -5),
            ("0.000021460136", false, 21_460_136, -12),
            ("-0.246973", true, 246_973, -6),
            ("1e-6", false, 1, -6),
            ("+12.50E+3", false, 125, 2),
            (".5", false, 5, -1),
            ("5.", false, 5, 0),
            ("1200", false, 12, 2),
            ("1e99999999999999999999", false, 1, 100_000),
            (
                "0.123456789012345678901234567890123456789999",
                false,
                12_345_678_901_234_567_890_123_456_789_012_345_678,
                -38,
            ),
        ] {
            let expected = Decimal {
                negative,
                digits,
                exponent,
            };
            assert_eq!(Decimal::parse(text), Some(expected), "{text}");
        }
    }

    #[test]
    fn what_is_not_a_number_is_refused() {
        for text in [
            "", "-", ".", "e5", "1e", "1e+", "1.2.3", "1,5", "0x10", "inf", "NaN", "1_000", "--1", "1e5.5", "٣", "1 2",
        ] {
            assert_eq!(Decimal::parse(text), None, "{text}");
        }
    }

    #[test]
    fn magnitudes_keep_64_bits_and_never_become_zero() {
        let magnitude = |text: &str| Decimal::parse(text).unwrap().magnitude();
        assert_eq!(magnitude("1"), Some(Magnitude::ONE));
        assert_eq!(magnitude("1e0"), magnitude("1.000"));
        assert_eq!(magnitude("0.5"), Magnitude::from_parts(1, -1));
        assert_eq!(magnitude("1e-6"), Magnitude::from_decimal(1, -6));
        assert_eq!(magnitude("-1"), None);
        assert_eq!(magnitude("1e40"), None);
        for tiny in [
            "1e-39",
            "1e-500",
            "0.00000000000000000000000000000000000000000000000001",
        ] {
            let value = magnitude(tiny).unwrap();
            assert!(
                !value.is_zero() && value.is_below(Magnitude::from_decimal(1, -20).unwrap()),
                "{tiny}"
            );
        }
        // More places than are kept, of a number that is not small.
        let long = magnitude("0.0100000000000000000000000000000000000000000000000000000001").unwrap();
        assert_eq!(Some(long), magnitude("0.01"));
    }

    #[test]
    fn rates_are_rounded_to_the_nearest() {
        let rate = |text: &str| Decimal::parse(text).unwrap().rate().map(I2F62::to_bits);
        for (text, bits) in [
            ("0", Some(0)),
            ("1", Some(1 << 62)),
            ("-1", Some(-(1 << 62))),
            ("0.5", Some(1 << 61)),
            ("0.000000000000000000216840434497100886801490560173988342", Some(1)),
            ("0.00000000000000000010842021724855044", Some(0)),
            ("0.00000000000000000010842021724855045", Some(1)),
            ("-0.00000000000000000021684043449710089", Some(-1)),
            ("1e-300", Some(0)),
            ("1e-39", Some(0)),
            ("1.9999999999999999999999", None),
            ("2", None),
            ("-20", None),
            ("1e30", None),
        ] {
            assert_eq!(rate(text), bits, "{text}");
        }
        // 0.1 × 2^62 = 461168601842738790.4
        assert_eq!(rate("0.1"), Some(461_168_601_842_738_790));
        let nearest = ((51_253u128 << 62) + 500_000) / 1_000_000;
        assert_eq!(rate("0.051253"), i64::try_from(nearest).ok());
    }

    /// Against the standard library's reading of the same text, in both ways of writing it.
    #[test]
    fn random_numbers_are_what_the_standard_library_reads() {
        let mut state = 1u64;
        for _ in 0..20_000 {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            // A mantissa of 52 random bits, between 2^-24 and 2^24.
            let value = f64::from_bits((state >> 12) | ((999 + (state >> 7) % 48) << 52));
            for text in [format!("{value}"), format!("{value:e}"), format!("{value:.30}")] {
                let decimal = Decimal::parse(&text).unwrap();
                let read = ballast_core_math::Scaled::from(decimal.magnitude().unwrap()).to_f64();
                assert!((read / value - 1.0).abs() <= f64::EPSILON, "{text} {read}");
                if value < 1.99 {
                    let negative = Decimal::parse(&format!("-{text}")).unwrap();
                    let (rate, opposite) = (decimal.rate().unwrap(), negative.rate().unwrap());
                    assert!(
                        (rate.to_num::<f64>() - value).abs() <= 2.0f64.powi(-53),
                        "{text} {rate}"
                    );
                    assert_eq!(opposite, -rate);
                    assert_eq!(negative.magnitude(), None);
                }
            }
        }
    }
}
