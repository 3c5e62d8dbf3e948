//! Seed phrases: BIP39, and the two ways in which Solana's tools make a key of one.

use crate::error::FormError;
use bip39::{Error, Language, Mnemonic};
use solana_derivation_path::DerivationPath;
use solana_keypair::seed_derivable::keypair_from_seed_and_derivation_path;
use solana_keypair::{keypair_from_seed, Keypair};
use std::str::FromStr;

/// The path of wallets' first account.
const WALLET: &str = "m/44'/501'/0'/0'";

/// A sound seed phrase, without a passphrase.
pub struct Phrase(Mnemonic);

/// How a key comes from a phrase.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Derivation {
    /// The first 32 bytes of the seed, as solana-keygen does without a path.
    Keygen,
    /// A path below the seed, such as `m/44'/501'/0'/0'`.
    Path(DerivationPath),
}

impl Derivation {
    /// Returns what most wallets do for their first account: `m/44'/501'/0'/0'`.
    pub fn wallet() -> Self {
        let path = DerivationPath::from_absolute_path_str(WALLET);
        path.map_or(Self::Keygen, Self::Path)
    }
}

impl FromStr for Derivation {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "keygen" => Ok(Self::Keygen),
            "wallet" => Ok(Self::wallet()),
            path => DerivationPath::from_absolute_path_str(path)
                .map(Self::Path)
                .map_err(|_| {
                    "it is `wallet` (m/44'/501'/0'/0'), `keygen` (no path), or a path such as m/44'/501'/1'/0'"
                        .to_owned()
                }),
        }
    }
}

impl Phrase {
    /// Reads a phrase of the English list, in whatever case and spacing.
    ///
    /// # Errors
    /// [`FormError::WordCount`], [`FormError::Word`], [`FormError::Checksum`].
    pub fn parse(text: &str) -> Result<Self, FormError> {
        let words: Vec<String> = text.split_whitespace().map(str::to_lowercase).collect();
        let phrase = Mnemonic::parse_in_normalized(Language::English, &words.join(" "));
        phrase.map(Self).map_err(|error| match error {
            Error::UnknownWord(index) => FormError::Word(index.saturating_add(1)),
            Error::BadWordCount(_) | Error::BadEntropyBitCount(_) => FormError::WordCount(words.len()),
            Error::InvalidChecksum | Error::AmbiguousLanguages(_) => FormError::Checksum,
        })
    }

    /// Returns the key. Nothing where the path leaves no key, which no path of this chain's does.
    pub fn keypair(&self, derivation: &Derivation) -> Option<Keypair> {
        let seed = self.0.to_seed_normalized("");
        match derivation {
            Derivation::Keygen => keypair_from_seed(&seed),
            Derivation::Path(path) => keypair_from_seed_and_derivation_path(&seed, Some(path.clone())),
        }
        .ok()
    }
}
