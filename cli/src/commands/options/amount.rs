//! Amounts as people write them.

use anyhow::{anyhow, Result};

/// `12.5` with `decimals` places in base units. Exact: no float, and no more places than there are.
///
/// # Errors
/// The text, and why it is no amount.
pub fn parse(text: &str, decimals: u8) -> Result<u64> {
    let wrong = || anyhow!("{text} is no amount: a positive decimal with at most {decimals} places, such as 12.5");
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !digits(whole) || !digits(fraction) || fraction.len() > usize::from(decimals) {
        return Err(wrong());
    }
    let padded = format!("{whole}{fraction:0<width$}", width = usize::from(decimals));
    padded.parse().ok().filter(|amount| *amount > 0).ok_or_else(wrong)
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
}
