//! Whether a file holds a secret key.

/// Bytes of a key file at most; nothing longer is looked at.
pub const MAX_KEY_FILE: usize = 4_096;

/// Returns whether this content may be a secret key: a JSON array of 32 or 64 bytes as
/// `solana-keygen` writes it, those bytes in base 58 or raw, or a phrase of 12 to 24 words.
#[must_use]
pub fn looks_like_key(content: &[u8]) -> bool {
    if content.len() > MAX_KEY_FILE {
        return false;
    }
    if matches!(content.len(), 32 | 64) && !content.is_ascii() {
        return true;
    }
    let Ok(text) = std::str::from_utf8(content) else {
        return false;
    };
    let text = text.trim_start_matches('\u{feff}').trim();
    if let Ok(numbers) = serde_json::from_str::<Vec<u8>>(text) {
        return matches!(numbers.len(), 32 | 64);
    }
    let is_base58 = |byte: u8| byte.is_ascii_alphanumeric() && !b"0OIl".contains(&byte);
    let text = text.trim_matches('"');
    if (43..=44).contains(&text.len()) || (86..=88).contains(&text.len()) {
        return text.bytes().all(is_base58);
    }
    let words: Vec<&str> = text.split_whitespace().collect();
    let is_word = |word: &&str| (3..=8).contains(&word.len()) && word.bytes().all(|byte| byte.is_ascii_lowercase());
    [12, 15, 18, 21, 24].contains(&words.len()) && words.iter().all(is_word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_in_every_form_are_known_and_tables_are_not() {
        let array = |count: usize| format!("{:?}\n", vec![7u8; count]);
        let words = |count: usize| vec!["abandon"; count].join(" ");
        for text in [
            array(64),
            array(32),
            "3".repeat(88),
            "3".repeat(44),
            words(12),
            words(24),
        ] {
            assert!(looks_like_key(text.as_bytes()), "{text}");
        }
        assert!(looks_like_key(&[0xe7; 64]));
        for text in [
            array(63),
            String::new(),
            "a,b\n1,2\n".to_owned(),
            words(13),
            "{}".to_owned(),
        ] {
            assert!(!looks_like_key(text.as_bytes()), "{text}");
        }
    }
}
