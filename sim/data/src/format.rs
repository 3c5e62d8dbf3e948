//! Numbers and dates as people read them. Every float is assumed finite; others print as `?`.

use chrono::DateTime;

/// Returns a unix time as `2020-03-12 11:00`, UTC. Times outside the calendar print as the bare
/// number of seconds.
#[must_use]
pub fn utc_minute(unix_time: i64) -> String {
    utc(unix_time, "%Y-%m-%d %H:%M")
}

/// Returns a unix time as `12 March 2020`, UTC.
#[must_use]
pub fn utc_day(unix_time: i64) -> String {
    utc(unix_time, "%-d %B %Y")
}

/// Returns a unix time in a `strftime` pattern, UTC.
#[must_use]
pub fn utc(unix_time: i64, pattern: &str) -> String {
    match DateTime::from_timestamp(unix_time, 0) {
        Some(time) => time.format(pattern).to_string(),
        None => unix_time.to_string(),
    }
}

/// `1234567.891` with two decimals is `1,234,567.89`; a negative number gets a true minus sign.
#[must_use]
pub fn decimal(value: f64, places: usize) -> String {
    if !value.is_finite() {
        return "?".to_owned();
    }
    let plain = format!("{:.places$}", value.abs());
    let (whole, fraction) = plain
        .split_once('.')
        .map_or((plain.as_str(), None), |(w, f)| (w, Some(f)));
    let is_zero = plain.bytes().all(|b| matches!(b, b'0' | b'.'));
    let mut out = String::new();
    if value < 0.0 && !is_zero {
        out.push('−');
    }
    out.push_str(&grouped(whole));
    if let Some(fraction) = fraction {
        out.push('.');
        out.push_str(fraction);
    }
    out
}

/// Returns a price in quote with as many decimals as its size deserves: `7,189`, `153.40`,
/// `0.0812`.
#[must_use]
pub fn price(value: f64) -> String {
    let places = match value.abs() {
        size if size >= 1_000.0 => 0,
        size if size >= 10.0 => 2,
        _ => 4,
    };
    decimal(value, places)
}

/// Returns a fraction as a percentage with its sign: `−0.0423` is `−4.2 %`.
#[must_use]
pub fn signed_percent(fraction: f64) -> String {
    let text = decimal(fraction * 100.0, 1);
    let sign = if fraction > 0.0 && text != "0.0" { "+" } else { "" };
    format!("{sign}{text} %")
}

/// Base units of a token as whole tokens, exactly: `1234567` with 6 decimals is `1.234567`.
#[must_use]
pub fn token_amount(base_units: u64, decimals: u8) -> String {
    let width = usize::from(decimals) + 1;
    let digits = format!("{base_units:0>width$}");
    let (whole, fraction) = digits.split_at(digits.len() - usize::from(decimals));
    if fraction.is_empty() {
        grouped(whole)
    } else {
        format!("{}.{fraction}", grouped(whole))
    }
}

/// `1 crank`, `2 cranks`.
#[must_use]
pub fn count(number: u64, one: &str, many: &str) -> String {
    format!(
        "{} {}",
        grouped(&number.to_string()),
        if number == 1 { one } else { many }
    )
}

fn grouped(digits: &str) -> String {
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_are_grouped_and_signed() {
        for (value, places, text) in [
            (0.0, 0, "0"),
            (-0.001, 2, "0.00"),
            (999.0, 0, "999"),
            (1_234_567.891, 2, "1,234,567.89"),
            (-1_000.5, 1, "−1,000.5"),
            (f64::NAN, 2, "?"),
            (f64::INFINITY, 2, "?"),
        ] {
            assert_eq!(decimal(value, places), text);
        }
        for (value, text) in [(7_189.43, "7,189"), (153.4, "153.40"), (0.08123, "0.0812")] {
            assert_eq!(price(value), text);
        }
        for (value, text) in [(-0.0423, "−4.2 %"), (0.1, "+10.0 %"), (0.000_01, "0.0 %")] {
            assert_eq!(signed_percent(value), text);
        }
    }

    #[test]
    fn token_amounts_are_exact() {
        for (units, decimals, text) in [
            (0, 6, "0.000000"),
            (1, 6, "0.000001"),
            (1_234_567_890_123, 6, "1,234,567.890123"),
            (42_000, 0, "42,000"),
            (u64::MAX, 9, "18,446,744,073.709551615"),
        ] {
            assert_eq!(token_amount(units, decimals), text);
        }
    }

    #[test]
    fn times_are_utc() {
        assert_eq!(utc_minute(1_584_010_800), "2020-03-12 11:00");
        assert_eq!(utc_day(1_584_010_800), "12 March 2020");
        assert_eq!(utc_minute(i64::MAX), i64::MAX.to_string());
        assert_eq!(count(1, "crank", "cranks"), "1 crank");
        assert_eq!(count(2_000, "crank", "cranks"), "2,000 cranks");
    }
}
