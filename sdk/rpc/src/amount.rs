//! Amounts as people write them: decimals without a float, thousands set apart by `_` if at all.

use crate::error::ArgumentError;

/// Reads `12.5` or `1_000_000.25` with `decimals` places in base units. Exact: no more places than
/// there are, and more than nothing.
///
/// # Errors
/// The text, and why it is no amount.
pub fn parse(text: &str, decimals: u8) -> Result<u64, ArgumentError> {
    let wrong = |why: &str| ArgumentError(format!("{text} is no amount: {why}"));
    let plain = ungrouped(text).map_err(|why| wrong(&why))?;
    let rule = || {
        wrong(&format!(
            "a positive decimal with at most {decimals} places, such as 12.5 or 1_000_000"
        ))
    };
    let (whole, fraction) = plain.split_once('.').unwrap_or((&plain, ""));
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !digits(whole) || !digits(fraction) || fraction.len() > usize::from(decimals) {
        return Err(rule());
    }
    let padded = format!("{whole}{fraction:0<width$}", width = usize::from(decimals));
    padded.parse().ok().filter(|amount| *amount > 0).ok_or_else(rule)
}

/// Reads a whole number, `1_000_000` or `1000000`, zero included. For clap.
///
/// # Errors
/// Why it is none.
pub fn whole(text: &str) -> Result<u64, String> {
    let plain = ungrouped(text)?;
    let wrong = || format!("it is a whole number from 0 to {}, such as 1_000_000", u64::MAX);
    if !plain.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(wrong());
    }
    plain.parse().map_err(|_| wrong())
}

/// Reads a positive decimal, such as a price: `80_000` or `0.25`. For clap.
///
/// # Errors
/// Why it is none.
pub fn positive(text: &str) -> Result<f64, String> {
    let plain = ungrouped(text)?;
    match plain.parse::<f64>() {
        Ok(number) if number.is_finite() && number > 0.0 => Ok(number),
        _ => Err("it is a positive number, such as 80_000 or 0.25".to_owned()),
    }
}

/// Returns a number without its `_`, each of which stands between two digits.
fn ungrouped(text: &str) -> Result<String, String> {
    if text.contains([',', '\'', '\u{a0}', '\u{202f}']) {
        return Err("thousands are set apart by _ and places by a point, as in 1_234.50".to_owned());
    }
    let bytes = text.as_bytes();
    let digit = |at: Option<usize>| at.and_then(|at| bytes.get(at)).is_some_and(u8::is_ascii_digit);
    for (at, _) in text.match_indices('_') {
        if !digit(at.checked_sub(1)) || !digit(at.checked_add(1)) {
            return Err("each _ stands between two digits, as in 1_000_000".to_owned());
        }
    }
    Ok(text.replace('_', ""))
}

/// Base units with `decimals` places as text, without trailing zeros beyond the second place.
pub fn show(amount: i128, decimals: u8) -> String {
    let places = usize::from(decimals);
    let digits = format!("{:0>width$}", amount.unsigned_abs(), width = places.saturating_add(1));
    let (whole, fraction) = digits.split_at(digits.len().saturating_sub(places));
    let kept = fraction.trim_end_matches('0').len().max(2).min(fraction.len());
    let sign = if amount < 0 { "-" } else { "" };
    match fraction.get(..kept) {
        None | Some("") => format!("{sign}{whole}"),
        Some(kept) => format!("{sign}{whole}.{kept}"),
    }
}

/// As [`show`], but with two places at most, cut toward zero: for what is only looked at.
pub fn brief(amount: i128, decimals: u8) -> String {
    let places = u32::from(decimals.saturating_sub(2));
    let unit = 10i128.saturating_pow(places);
    let cut = amount.checked_div(unit).unwrap_or(amount).saturating_mul(unit);
    show(cut, decimals)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_exact() {
        for (text, decimals, expected) in [
            ("1", 6, 1_000_000),
            ("0.000001", 6, 1),
            ("12.5", 6, 12_500_000),
            ("18446744073709.551615", 6, u64::MAX),
            ("7", 0, 7),
            ("1_000_000.25", 6, 1_000_000_250_000),
            ("0.000_001", 6, 1),
        ] {
            assert_eq!(parse(text, decimals).unwrap(), expected, "{text}");
        }
        for text in [
            "",
            "0",
            "0.0",
            "-1",
            "1e3",
            "0.0000001",
            ".5",
            "18446744073709.551616",
            "1 000",
            "1,000",
            "1'000",
            "_1",
            "1_",
            "1__0",
            "1_.5",
        ] {
            assert!(parse(text, 6).unwrap_err().to_string().contains("no amount"), "{text}");
        }
    }

    #[test]
    fn shown_amounts_keep_every_digit() {
        for (amount, expected) in [
            (1_000_000, "1.00"),
            (1, "0.000001"),
            (-12_500_000, "-12.50"),
            (0, "0.00"),
            (i128::from(u64::MAX), "18446744073709.551615"),
        ] {
            assert_eq!(show(amount, 6), expected);
        }
        assert_eq!(show(7, 0), "7");
    }

    #[test]
    fn what_is_looked_at_has_two_places() {
        for (amount, decimals, expected) in [
            (1_239_999, 6, "1.23"),
            (-1_239_999, 6, "-1.23"),
            (9_999, 6, "0.00"),
            (7, 0, "7"),
            (129, 2, "1.29"),
            (i128::from(u64::MAX), 9, "18446744073.70"),
        ] {
            assert_eq!(brief(amount, decimals), expected);
        }
    }

    #[test]
    fn whole_numbers_and_prices_take_the_same_marks() {
        assert_eq!(whole("1_000_000"), Ok(1_000_000));
        assert_eq!(whole("0"), Ok(0));
        assert_eq!(positive("80_000.5"), Ok(80_000.5));
        for text in ["", "-1", "1.5", "1,000", "_1", "1e3", "99999999999999999999"] {
            assert!(whole(text).is_err(), "{text}");
        }
        for text in ["", "0", "-1", "nan", "inf", "1,000.5", "1_"] {
            assert!(positive(text).is_err(), "{text}");
        }
    }
}
