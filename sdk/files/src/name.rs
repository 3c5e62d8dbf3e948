//! Names and fields that come from data.

/// Longest name, bytes.
const MAX_NAME: usize = 24;

/// Reads the name of a currency or a market: letters and digits, in capitals.
///
/// Whatever passes can be part of a file's name, a field of a table and the key of a section. It is
/// the only spelling inside: `btc`, `Btc` and `BTC` are one currency, and `XBT` is Kraken's and
/// BitMEX' name for it.
///
/// # Errors
/// The rule, for any other text.
pub fn currency(text: &str) -> Result<String, &'static str> {
    let text = text.trim();
    if text.is_empty() || text.len() > MAX_NAME || !text.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return Err("a currency is one to 24 letters and digits, such as BTC");
    }
    let name = text.to_ascii_uppercase();
    Ok(if name == "XBT" { "BTC".to_owned() } else { name })
}

/// Returns whether a text can be a part of a file's name: letters, digits, `-`, `_` and `.`, not
/// first.
#[must_use]
pub fn is_file_part(text: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    !text.is_empty() && text.len() <= 128 && !text.starts_with('.') && text.bytes().all(allowed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_currency_has_one_spelling() {
        for (text, name) in [("btc", "BTC"), (" Eth ", "ETH"), ("XBT", "BTC"), ("1INCH", "1INCH")] {
            assert_eq!(currency(text).unwrap(), name);
        }
        for text in ["", "BTC/USD", "BTC,USD", "../x", "ä", "B TC", "\"BTC\""] {
            assert!(currency(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_part_of_a_files_name_leads_nowhere() {
        assert!(is_file_part("smiles-btc.svg"));
        for text in ["", "..", ".x", "a/b", "a\\b", "a\0", "ä"] {
            assert!(!is_file_part(text), "{text}");
        }
    }
}
