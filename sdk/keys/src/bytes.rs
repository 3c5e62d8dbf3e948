//! Text and bytes: what editors and shells put around a key.

use crate::error::FormError;

/// Returns the text of a file: UTF-8 or UTF-16, with or without a byte order mark, without the
/// spaces and line ends around it.
///
/// # Errors
/// [`FormError::NotText`].
pub fn text(bytes: &[u8]) -> Result<String, FormError> {
    let not_text = || FormError::NotText(bytes.len());
    let words = |rest: &[u8], word: fn([u8; 2]) -> u16| {
        let (pairs, odd) = rest.as_chunks::<2>();
        let units: Vec<u16> = pairs.iter().copied().map(word).collect();
        let decoded = odd.is_empty().then(|| String::from_utf16(&units).ok()).flatten();
        decoded.ok_or_else(not_text)
    };
    let text = match bytes {
        [0xef, 0xbb, 0xbf, rest @ ..] => String::from_utf8(rest.to_vec()).map_err(|_| not_text())?,
        [0xff, 0xfe, rest @ ..] => words(rest, u16::from_le_bytes)?,
        [0xfe, 0xff, rest @ ..] => words(rest, u16::from_be_bytes)?,
        _ => String::from_utf8(bytes.to_vec()).map_err(|_| not_text())?,
    };
    if text.contains('\0') {
        return Err(not_text());
    }
    // Some tools write the mark twice, or a space that is not one.
    let around = |c: char| c.is_whitespace() || matches!(c, '\u{feff}' | '\u{200b}');
    Ok(text.trim_matches(around).to_owned())
}

/// Returns the bytes of hexadecimal digits, with or without `0x`. Nothing if it is not that.
pub fn hex(text: &str) -> Option<Vec<u8>> {
    let digits = text
        .strip_prefix("0x")
        .or_else(|| text.strip_prefix("0X"))
        .unwrap_or(text);
    let (pairs, odd) = digits.as_bytes().as_chunks::<2>();
    if digits.is_empty() || !odd.is_empty() {
        return None;
    }
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    pairs
        .iter()
        .map(|[high, low]| Some(digit(*high)? << 4 | digit(*low)?))
        .collect()
}
