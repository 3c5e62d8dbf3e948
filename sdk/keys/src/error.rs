//! Why a file gives no key. Every message is one line without anything of the contents.

use std::path::PathBuf;

/// Why contents are no key. Completes a sentence that begins with the file's name and "is not a
/// keypair:".
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FormError {
    /// Nothing, or spaces only.
    #[error("it is empty")]
    Empty,
    /// More than any form has.
    #[error("it is larger than any key file (64 kB)")]
    TooLong,
    /// Neither UTF-8 nor UTF-16.
    #[error("it holds {0} bytes that are not text; write them as a JSON array of 64 numbers")]
    NotText(usize),
    /// It begins as JSON does, and is none.
    #[error("it begins as JSON, and breaks off or has a slip at line {line}, column {column}")]
    Json {
        /// From one.
        line: usize,
        /// From one.
        column: usize,
    },
    /// A JSON value that is no array.
    #[error("it holds {0}, and not a JSON array of 64 numbers as solana-keygen writes it")]
    OtherJson(&'static str),
    /// An array of another length.
    #[error("its array holds {0} numbers; a key has 64, or 32 without its public half")]
    Length(usize),
    /// A number that is no byte.
    #[error("number {0} of its array is not a whole number from 0 to 255")]
    Element(usize),
    /// The public half is another key's.
    #[error("its last 32 bytes are not the public key of its first 32: it is damaged, or mixed of two keys")]
    Halves,
    /// Base 58 of a length that no key has.
    #[error("it is base 58 of {0} bytes; a key has 64")]
    Base58(usize),
    /// Hexadecimal of a length that no key has.
    #[error("it is hexadecimal of {0} bytes; a key has 64")]
    Hex(usize),
    /// 32 bytes in base 58.
    #[error(
        "it is base 58 of 32 bytes, which is how an address is written. If it is a secret seed, \
         `./ballast keys new OUT --from FILE --seed` makes a key file of it"
    )]
    BareBase58,
    /// 32 bytes in hexadecimal.
    #[error(
        "it is hexadecimal of 32 bytes, as other chains write their keys. If it is a seed of this one, \
         `./ballast keys new OUT --from FILE --seed` makes a key file of it"
    )]
    BareHex,
    /// Base 64.
    #[error("it looks like base 64, which is not read; write the 64 bytes as a JSON array of numbers, or in base 58")]
    Base64,
    /// PEM.
    #[error("it is a PEM file, as OpenSSL and SSH write them, and not a key of this chain's tools")]
    Pem,
    /// Numbers without brackets.
    #[error("it holds numbers without the brackets of a JSON array; put [ before and ] after them")]
    NoBrackets,
    /// A sound phrase, where one key is needed.
    #[error(
        "it is a seed phrase, and that gives several keys: {wallet} as wallets derive it \
         (m/44'/501'/0'/0'), {keygen} as solana-keygen does without a path. Make a file of the one you \
         mean: `./ballast keys new OUT --from FILE --derivation wallet`, or keygen"
    )]
    Phrase {
        /// Address of wallets' first account.
        wallet: String,
        /// Address of solana-keygen's key.
        keygen: String,
    },
    /// Words, but not as many as a phrase has.
    #[error("it holds {0} words; a seed phrase has 12, 15, 18, 21 or 24, and a key file 64 numbers in brackets")]
    WordCount(usize),
    /// A word that is in no English list.
    #[error("it looks like a seed phrase, but word {0} is not in BIP39's English list, the only one that is read")]
    Word(usize),
    /// Words that do not go together.
    #[error("it looks like a seed phrase, but its checksum does not fit: a word is wrong, or in the wrong place")]
    Checksum,
    /// Nothing of the above.
    #[error("it is in no form that is known; a key file holds a JSON array of 64 numbers, as solana-keygen writes it")]
    Unknown,
}

/// Why a file gave no key, or was not made. One line that names the file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyFileError {
    /// Nothing is there.
    #[error("cannot read {0}: there is no such file; `./ballast keys new {0}` makes a new key")]
    Missing(String),
    /// The name is a key itself.
    #[error("a key was given where the name of its file belongs; put it into a file, and give that one's name")]
    KeyAsName,
    /// A wallet's address where a file belongs.
    #[error("cannot read {0}: keys are read from files alone, not from hardware wallets or prompts")]
    NotAFile(String),
    /// The system does not let us.
    #[error("cannot read {0}: {1}")]
    Unreadable(String, String),
    /// No key.
    #[error("{0} is not a keypair: {1}")]
    Form(String, FormError),
    /// Others can read it.
    #[error(
        "{path} can be read by others on this machine (mode {mode:04o}), and who reads it owns what it owns; \
         mend it: chmod 600 {path}"
    )]
    Exposed {
        /// The file.
        path: String,
        /// Its permissions.
        mode: u32,
    },
    /// Something is there already.
    #[error("{0} is there already, and is left as it is; choose another name")]
    Taken(String),
    /// It cannot be made.
    #[error("{0} cannot be written: {1}")]
    Unwritable(String, String),
}

impl KeyFileError {
    pub(crate) fn form(path: PathBuf, error: FormError) -> Self {
        Self::Form(path.display().to_string(), error)
    }
}
