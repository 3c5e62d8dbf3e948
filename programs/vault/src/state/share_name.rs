//! What a vault's shares are called, in wallets and explorers.

use crate::errors::{ensure, VaultError};
use anchor_lang::prelude::*;

/// Most bytes of a name.
pub const NAME_LEN: usize = 32;
/// Most bytes of a symbol.
pub const SYMBOL_LEN: usize = 10;
/// Most bytes of an address.
pub const URI_LEN: usize = 96;

/// Name, symbol and address of a vault's shares; they lie in the mint, and nobody changes them.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Debug, PartialEq, Eq)]
pub struct ShareName {
    /// Name, 1 to [`NAME_LEN`] characters.
    pub name: String,
    /// Symbol, 1 to [`SYMBOL_LEN`] characters.
    pub symbol: String,
    /// Address of a document with a picture, 0 to [`URI_LEN`] characters.
    pub uri: String,
}

impl ShareName {
    /// Refuses what is too long, and what a reader would not see: only printable ASCII, and no
    /// space at either end.
    ///
    /// # Errors
    /// [`VaultError::ShareName`].
    pub fn validate(&self) -> Result<()> {
        let fits = |text: &str, lengths: core::ops::RangeInclusive<usize>| {
            let is_visible = text.bytes().all(|byte| byte == b' ' || byte.is_ascii_graphic());
            let ends = [text.bytes().next(), text.bytes().next_back()];
            lengths.contains(&text.len()) && is_visible && !ends.contains(&Some(b' '))
        };
        let is_valid =
            fits(&self.name, 1..=NAME_LEN) && fits(&self.symbol, 1..=SYMBOL_LEN) && fits(&self.uri, 0..=URI_LEN);
        ensure!(is_valid, VaultError::ShareName);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_can_be_read_is_a_name() {
        let named = |name: &str, symbol: &str, uri: &str| {
            let share = ShareName {
                name: name.to_owned(),
                symbol: symbol.to_owned(),
                uri: uri.to_owned(),
            };
            share.validate().is_ok()
        };
        let long = "x".repeat(URI_LEN);
        assert!(named("Ballast SOL", "bSOL", ""));
        assert!(named(&long[..NAME_LEN], &long[..SYMBOL_LEN], &long));
        for (name, symbol, uri) in [
            ("", "bSOL", ""),
            ("Ballast", "", ""),
            (&long[..=NAME_LEN], "bSOL", ""),
            ("Ballast", &long[..=SYMBOL_LEN], ""),
            ("Ballast", "bSOL", &format!("{long}x")),
            (" Ballast", "bSOL", ""),
            ("Ballast", "bSOL ", ""),
            ("Ball\u{202e}ast", "bSOL", ""),
            ("Ball\nast", "bSOL", ""),
        ] {
            assert!(!named(name, symbol, uri), "{name:?} {symbol:?} {uri:?}");
        }
    }
}
