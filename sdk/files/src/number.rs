//! The one reader of numbers.

use std::borrow::Cow;

/// Why a text is not one number. Each reads as the rule that was broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NumberError {
    /// Nothing there, or a word for it.
    #[error("a number is missing")]
    Missing,
    /// `1,234`: a thousand and more, or one and a bit.
    #[error("this can be read in two ways: write numbers with a point and without thousands separators")]
    Ambiguous,
    /// Anything else.
    #[error("it is not a number")]
    Form,
}

/// Returns a number with a decimal point and without thousands separators: `1,234.50` and
/// `1.234,50` as `1234.50`, `8885,12` as `8885.12`. What has neither comma nor blank is returned
/// as it stands, and is for the caller to judge.
///
/// # Errors
/// [`NumberError`]: nothing there, commas that are no thousands separators, or that could be read
/// in two ways.
pub fn plain(text: &str) -> Result<Cow<'_, str>, NumberError> {
    let text = text.trim();
    if ["", "nan", "none", "null", "na", "n/a", "-"].contains(&text.to_ascii_lowercase().as_str()) {
        return Err(NumberError::Missing);
    }
    if !text.contains(',') {
        return Ok(Cow::Borrowed(text));
    }
    let sign = if text.starts_with('-') { "-" } else { "" };
    let body = &text[sign.len()..];
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let grouped = |whole: &str, mark: char| {
        let mut groups = whole.split(mark);
        let first = groups.next().unwrap_or_default();
        digits(first) && first.len() <= 3 && groups.all(|group| digits(group) && group.len() == 3)
    };
    let (commas, points) = (body.matches(',').count(), body.matches('.').count());
    let written = |whole: &str, fraction: &str| {
        let whole: String = whole.chars().filter(char::is_ascii_digit).collect();
        Ok(Cow::Owned(format!("{sign}{whole}.{fraction}")))
    };
    match (body.rsplit_once('.'), body.rsplit_once(',')) {
        (Some((whole, fraction)), _) if points == 1 && grouped(whole, ',') && digits(fraction) => {
            written(whole, fraction)
        }
        (_, Some((whole, fraction))) if commas == 1 && points > 0 && grouped(whole, '.') && digits(fraction) => {
            written(whole, fraction)
        }
        (None, _) if commas > 1 && grouped(body, ',') => written(body, "0"),
        (None, Some((whole, fraction))) if commas == 1 && digits(whole) && digits(fraction) => {
            let thousands = fraction.len() == 3 && whole.len() <= 3 && !whole.starts_with('0');
            if thousands {
                Err(NumberError::Ambiguous)
            } else {
                written(whole, fraction)
            }
        }
        _ => Err(NumberError::Form),
    }
}

/// Reads a finite number; for estimates and quotes, never for an exact price.
///
/// # Errors
/// [`NumberError`].
pub fn finite(text: &str) -> Result<f64, NumberError> {
    let number: f64 = plain(text)?.parse().map_err(|_| NumberError::Form)?;
    if number.is_finite() {
        Ok(number)
    } else {
        Err(NumberError::Form)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn separators_are_taken_off_where_they_mean_one_thing() {
        for (text, expected) in [
            ("7189.43", "7189.43"),
            ("1,234.50", "1234.50"),
            ("1,234,567", "1234567.0"),
            ("1.234,50", "1234.50"),
            ("1.234.567,5", "1234567.5"),
            ("8885,12", "8885.12"),
            ("8885,125", "8885.125"),
            ("0,125", "0.125"),
            ("-1,234.5", "-1234.5"),
            ("1e5", "1e5"),
            ("minus", "minus"),
        ] {
            assert_eq!(plain(text).unwrap(), expected, "{text}");
        }
        for (text, error) in [
            ("8,885", NumberError::Ambiguous),
            ("1,23,456.7", NumberError::Form),
            (",5", NumberError::Form),
            ("a,b", NumberError::Form),
            ("NaN", NumberError::Missing),
            ("", NumberError::Missing),
        ] {
            assert_eq!(plain(text), Err(error), "{text}");
        }
        assert_eq!(finite("inf"), Err(NumberError::Form));
        assert_eq!(finite("8.5"), Ok(8.5));
    }
}
