//! A key's form, told by its contents.

use crate::bytes::{hex, text};
use crate::error::FormError;
use crate::phrase::{Derivation, Phrase};
use serde_json::Value;
use solana_keypair::Keypair;
use solana_signer::Signer;

/// Bytes of a key file that are read; more is no key.
pub(crate) const LIMIT: usize = 64 * 1024;
/// Shortest text that may be a secret: 32 bytes in base 58.
const SHORTEST: usize = 42;

/// The form of a whole key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// A JSON array of 64 numbers, as solana-keygen writes it.
    Array,
    /// A JSON array of 32 numbers: the secret half alone.
    ShortArray,
    /// 64 bytes in base 58, as wallets export it.
    Base58,
    /// 64 bytes in hexadecimal.
    Hex,
}

/// The form of 32 bytes that may be a secret, or something else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Half {
    /// Base 58, as addresses are.
    Base58,
    /// Hexadecimal, as other chains' keys are.
    Hex,
}

/// What a file holds.
pub enum Contents {
    /// A key.
    Key(Keypair, Form),
    /// 32 bytes of which only their owner knows whether they are a secret.
    Bare(Keypair, Half),
    /// A seed phrase, of which several keys can be made.
    Phrase(Phrase),
}

impl Form {
    /// Returns the form in words.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Array => "a JSON array of 64 numbers, as solana-keygen writes it",
            Self::ShortArray => "a JSON array of 32 numbers, the secret half alone",
            Self::Base58 => "64 bytes in base 58, as wallets export it",
            Self::Hex => "64 bytes in hexadecimal",
        }
    }
}

impl Contents {
    /// Returns the key that signs.
    ///
    /// # Errors
    /// If it is not certain which key is meant.
    pub fn signer(self) -> Result<Keypair, FormError> {
        match self {
            Self::Key(keypair, _) => Ok(keypair),
            Self::Bare(_, Half::Base58) => Err(FormError::BareBase58),
            Self::Bare(_, Half::Hex) => Err(FormError::BareHex),
            Self::Phrase(phrase) => {
                let address = |derivation| {
                    let keypair = phrase.keypair(&derivation);
                    keypair.map(|keypair| keypair.pubkey().to_string()).unwrap_or_default()
                };
                Err(FormError::Phrase {
                    wallet: address(Derivation::wallet()),
                    keygen: address(Derivation::Keygen),
                })
            }
        }
    }
}

/// Reads what a key file holds.
///
/// # Errors
/// [`FormError`]: what it holds instead.
pub fn parse(bytes: &[u8]) -> Result<Contents, FormError> {
    if bytes.len() > LIMIT {
        return Err(FormError::TooLong);
    }
    let text = text(bytes)?;
    match text.chars().next() {
        None => Err(FormError::Empty),
        Some('[' | '{' | '"') => of_json(&text),
        Some(_) => of_text(&text),
    }
}

fn of_json(text: &str) -> Result<Contents, FormError> {
    let value = serde_json::from_str(text).map_err(|error| FormError::Json {
        line: error.line(),
        column: error.column(),
    })?;
    match value {
        Value::Array(elements) => of_array(&elements),
        Value::String(inner) if !inner.trim().starts_with('"') => parse(inner.as_bytes()),
        Value::Object(fields) if fields.keys().any(|name| name.eq_ignore_ascii_case("crypto")) => {
            Err(FormError::OtherJson("an encrypted keystore"))
        }
        Value::Object(_) => Err(FormError::OtherJson("a JSON object")),
        _ => Err(FormError::OtherJson("a JSON text")),
    }
}

fn of_array(elements: &[Value]) -> Result<Contents, FormError> {
    // A count is no secret, and says more than the first element that does not fit.
    if ![64, 32].contains(&elements.len()) {
        return Err(FormError::Length(elements.len()));
    }
    let mut bytes = Vec::with_capacity(elements.len());
    for (index, element) in elements.iter().enumerate() {
        let byte = element.as_u64().and_then(|number| u8::try_from(number).ok());
        bytes.push(byte.ok_or(FormError::Element(index.saturating_add(1)))?);
    }
    match <[u8; 32]>::try_from(bytes.as_slice()) {
        Ok(seed) => Ok(Contents::Key(Keypair::new_from_array(seed), Form::ShortArray)),
        Err(_) => whole(&bytes, Form::Array),
    }
}

fn whole(bytes: &[u8], form: Form) -> Result<Contents, FormError> {
    let keypair = Keypair::try_from(bytes).map_err(|_| FormError::Halves)?;
    Ok(Contents::Key(keypair, form))
}

fn of_text(text: &str) -> Result<Contents, FormError> {
    if text.starts_with("-----BEGIN") {
        return Err(FormError::Pem);
    }
    let is_number = |word: &str| word.bytes().all(|byte| byte.is_ascii_digit());
    let parts = || text.split([',', ' ', '\t', '\r', '\n']).filter(|part| !part.is_empty());
    if parts().count() > 1 {
        return match parts().all(is_number) {
            true => Err(FormError::NoBrackets),
            false
                if text
                    .split_whitespace()
                    .all(|word| word.chars().all(char::is_alphabetic)) =>
            {
                Phrase::parse(text).map(Contents::Phrase)
            }
            false => Err(FormError::Unknown),
        };
    }
    // Hexadecimal first: 64 or 128 digits are too long for the same bytes in base 58.
    if let Some(bytes) = hex(text).filter(|_| text.len() >= SHORTEST) {
        return of_bytes(&bytes, Form::Hex, Half::Hex).unwrap_or(Err(FormError::Hex(bytes.len())));
    }
    // Decoding takes the square of the length, and nothing longer than this is a key.
    let base58 = (text.len() <= 256)
        .then(|| bs58::decode(text).into_vec().ok())
        .flatten();
    match base58 {
        Some(bytes) => of_bytes(&bytes, Form::Base58, Half::Base58).unwrap_or(match (is_base64(text), bytes.len()) {
            (true, _) => Err(FormError::Base64),
            (false, length) if text.len() >= SHORTEST => Err(FormError::Base58(length)),
            _ => Err(FormError::Unknown),
        }),
        None if is_base64(text) => Err(FormError::Base64),
        None => Err(FormError::Unknown),
    }
}

/// Returns the key of 64 bytes, or 32; nothing of any other number.
fn of_bytes(bytes: &[u8], form: Form, half: Half) -> Option<Result<Contents, FormError>> {
    match <[u8; 32]>::try_from(bytes) {
        Ok(seed) => Some(Ok(Contents::Bare(Keypair::new_from_array(seed), half))),
        Err(_) => (bytes.len() == 64).then(|| whole(bytes, form)),
    }
}

/// Returns whether a word is base 64 for certain: long enough for a secret, and with a letter that
/// base 58 does not have, or of the length of 32 or 64 bytes.
fn is_base64(word: &str) -> bool {
    let digits = word.trim_end_matches('=');
    let letter = |byte: u8| byte.is_ascii_alphanumeric() || b"+/-_".contains(&byte);
    let marked = word.len() > digits.len() || digits.contains(['+', '/']);
    let fits = [43, 86].contains(&digits.len()) || (marked && digits.len() >= SHORTEST);
    fits && digits.bytes().all(letter)
}

/// Returns whether a file's name looks like a key: it is then repeated in no message.
pub(crate) fn looks_like_a_key(name: &str) -> bool {
    let letters = |byte: u8| byte.is_ascii_alphanumeric() || b"+-_=".contains(&byte);
    let begins = name.trim_start().starts_with(['[', '{', '"']) || name.starts_with("-----BEGIN");
    let words = name.split([' ', ',']).filter(|word| !word.is_empty()).count();
    let word = name.len() >= SHORTEST && name.bytes().all(letters);
    begins || word || (words >= 12 && !name.contains('/')) || (!name.contains('/') && is_base64(name))
}
