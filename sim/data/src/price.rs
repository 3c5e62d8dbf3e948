//! [`PriceE8`]: a price that was never a float.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

/// One whole unit of quote currency, in units of 10⁻⁸.
pub const ONE_E8: i64 = 100_000_000;

/// Decimal places that a [`PriceE8`] keeps.
const PLACES: usize = 8;

/// A positive price in quote currency, as an integer scaled by 10⁸ (the exponent −8 of a Pyth
/// feed).
///
/// It is read from decimal text without passing through a float, and it prints back exactly.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PriceE8(i64);

/// Why a text is not a price. Each variant reads as the rule that was broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum PriceParseError {
    /// Empty, signed, with an exponent, or with anything but digits and one point.
    #[error("a price is plain decimal digits with at most one point, such as 7189.43")]
    NotDecimal,
    /// Digits other than zero after the eighth decimal place.
    #[error("a price has at most 8 decimal places")]
    TooPrecise,
    /// Above `i64::MAX` · 10⁻⁸, about 92 billion.
    #[error("a price is below 92,233,720,368")]
    TooLarge,
    /// Zero or less.
    #[error("a price is above zero")]
    NotPositive,
}

impl PriceE8 {
    /// One whole unit of quote.
    pub const ONE: Self = Self(ONE_E8);

    /// Reads decimal text, perhaps with a power of ten, and rounds it to the nearest 10⁻⁸: for
    /// files that hold binary floats written out. Says whether it was exact.
    ///
    /// # Errors
    /// [`PriceParseError`], but never for being too precise.
    pub fn nearest(text: &str) -> Result<(Self, bool), PriceParseError> {
        let (digits, power) = match text.split_once(['e', 'E']) {
            Some((digits, power)) => (digits, power.parse::<i32>().map_err(|_| PriceParseError::NotDecimal)?),
            None => (text, 0),
        };
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let all_digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
        if whole.is_empty() || !all_digits(whole) || !all_digits(fraction) || !(-30..=30).contains(&power) {
            return Err(PriceParseError::NotDecimal);
        }
        let digits: Vec<u8> = whole.bytes().chain(fraction.bytes()).collect();
        // Digits before the point once the number is in units of 10⁻⁸.
        let kept = i64::try_from(whole.len()).unwrap_or(0) + i64::from(power) + PLACES as i64;
        let digit = |at: i64| {
            usize::try_from(at)
                .ok()
                .and_then(|at| digits.get(at))
                .map_or(0, |byte| byte - b'0')
        };
        let raw = (0..kept.max(0)).try_fold(0_i64, |sum, at| sum.checked_mul(10)?.checked_add(i64::from(digit(at))));
        let rest = (kept.max(0)..digits.len() as i64).any(|at| digit(at) != 0);
        let up = i64::from(kept >= 0 && digit(kept) >= 5);
        let raw = raw
            .and_then(|raw| raw.checked_add(up))
            .ok_or(PriceParseError::TooLarge)?;
        Ok((Self::from_raw(raw)?, !rest))
    }

    /// From an integer in units of 10⁻⁸ quote.
    ///
    /// # Errors
    /// [`PriceParseError::NotPositive`] for zero or less.
    pub const fn from_raw(raw: i64) -> Result<Self, PriceParseError> {
        if raw > 0 {
            Ok(Self(raw))
        } else {
            Err(PriceParseError::NotPositive)
        }
    }

    /// Returns the integer, in units of 10⁻⁸ quote.
    #[must_use]
    pub const fn raw(self) -> i64 {
        self.0
    }

    /// Returns the nearest float, in quote. For plots and tables only: never for anything that is
    /// sent to the chain.
    #[must_use]
    pub fn to_f64(self) -> f64 {
        self.0 as f64 / ONE_E8 as f64
    }
}

impl FromStr for PriceE8 {
    type Err = PriceParseError;

    fn from_str(text: &str) -> Result<Self, PriceParseError> {
        let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
        let all_digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
        if whole.is_empty() || !all_digits(whole) || !all_digits(fraction) {
            return Err(PriceParseError::NotDecimal);
        }
        if text.ends_with('.') {
            return Err(PriceParseError::NotDecimal);
        }
        let fraction = fraction.trim_end_matches('0');
        if fraction.len() > PLACES {
            return Err(PriceParseError::TooPrecise);
        }
        let digits = whole.bytes().chain(fraction.bytes());
        let padding = std::iter::repeat_n(b'0', PLACES - fraction.len());
        let raw = digits.chain(padding).try_fold(0_i64, |acc, byte| {
            acc.checked_mul(10)?.checked_add(i64::from(byte - b'0'))
        });
        Self::from_raw(raw.ok_or(PriceParseError::TooLarge)?)
    }
}

impl fmt::Display for PriceE8 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, fraction) = (self.0 / ONE_E8, self.0 % ONE_E8);
        let fraction = format!("{fraction:08}");
        match fraction.trim_end_matches('0') {
            "" => write!(f, "{whole}"),
            digits => write!(f, "{whole}.{digits}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimal_text_is_read_exactly_and_printed_back() {
        for (text, raw, printed) in [
            ("7189.43", 718_943_000_000, "7189.43"),
            ("0.1", 10_000_000, "0.1"),
            ("0.00000001", 1, "0.00000001"),
            ("20", 2_000_000_000, "20"),
            ("0003.2002", 320_020_000, "3.2002"),
            ("1.000000000000", 100_000_000, "1"),
            ("92233720368.54775807", i64::MAX, "92233720368.54775807"),
        ] {
            let price: PriceE8 = text.parse().unwrap();
            assert_eq!(price.raw(), raw, "{text}");
            assert_eq!(price.to_string(), printed, "{text}");
        }
    }

    #[test]
    fn floats_are_rounded_to_the_nearest() {
        for (text, raw, exact) in [
            ("7189.43", 718_943_000_000, true),
            ("8908.2060546875", 890_820_605_469, false),
            ("8885.120000000001", 888_512_000_000, false),
            ("8.12e-05", 8_120, true),
            ("1e5", 10_000_000_000_000, true),
            ("0.000000005", 1, false),
        ] {
            let (price, was_exact) = PriceE8::nearest(text).unwrap();
            assert_eq!((price.raw(), was_exact), (raw, exact), "{text}");
        }
        for (text, rule) in [
            ("0.000000004", PriceParseError::NotPositive),
            ("1e20", PriceParseError::TooLarge),
            ("-1", PriceParseError::NotDecimal),
            ("1e99", PriceParseError::NotDecimal),
            ("nan", PriceParseError::NotDecimal),
        ] {
            assert_eq!(PriceE8::nearest(text), Err(rule), "{text}");
        }
    }

    #[test]
    fn anything_else_is_refused_by_its_rule() {
        for (text, rule) in [
            ("", PriceParseError::NotDecimal),
            (".", PriceParseError::NotDecimal),
            (".5", PriceParseError::NotDecimal),
            ("5.", PriceParseError::NotDecimal),
            ("-1", PriceParseError::NotDecimal),
            ("+1", PriceParseError::NotDecimal),
            ("1e5", PriceParseError::NotDecimal),
            ("NaN", PriceParseError::NotDecimal),
            ("1.2.3", PriceParseError::NotDecimal),
            ("1,000", PriceParseError::NotDecimal),
            (" 1", PriceParseError::NotDecimal),
            ("١", PriceParseError::NotDecimal),
            ("1.000000001", PriceParseError::TooPrecise),
            ("92233720368.54775808", PriceParseError::TooLarge),
            ("99999999999999999999999", PriceParseError::TooLarge),
            ("0", PriceParseError::NotPositive),
            ("0.00", PriceParseError::NotPositive),
        ] {
            assert_eq!(text.parse::<PriceE8>(), Err(rule), "{text:?}");
        }
    }
}
