//! Whether contents may be a secret: nothing is then written over them.

use crate::error::FormError;
use crate::form::parse;

/// Returns whether this may be a secret key in any form, also a damaged one, a seed phrase with a
/// slip, another chain's, or the raw bytes. An address or a hash may be one, too: only their owner
/// knows.
pub fn may_be_key(contents: &[u8]) -> bool {
    let is_raw = matches!(contents.len(), 32 | 64) && !contents.is_ascii();
    is_raw
        || match parse(contents) {
            Ok(_) => true,
            Err(error) => matches!(
                error,
                FormError::Halves
                    | FormError::Element(_)
                    | FormError::OtherJson("an encrypted keystore")
                    | FormError::Base64
                    | FormError::Pem
                    | FormError::Word(_)
                    | FormError::Checksum
            ),
        }
}

#[cfg(test)]
mod tests {
    use super::*;
    use solana_keypair::Keypair;

    #[test]
    fn keys_in_every_form_are_known_and_tables_are_not() {
        let array = |count: usize| format!("{:?}\n", vec![7u8; count]);
        let words = |count: usize| vec!["abandon"; count].join(" ");
        for text in [
            array(64),
            array(32),
            format!("\u{feff}{}", array(64)),
            bs58::encode(Keypair::new_from_array([7; 32]).to_bytes()).into_string(),
            bs58::encode([7; 64]).into_string(),
            bs58::encode([7; 32]).into_string(),
            "ab".repeat(32),
            words(12),
            words(24).to_uppercase(),
            words(12).replacen("abandon", "abandom", 1),
            "-----BEGIN OPENSSH PRIVATE KEY-----\n".to_owned(),
            "{\"crypto\": {\"cipher\": \"aes-128-ctr\"}}".to_owned(),
        ] {
            assert!(
                may_be_key(text.as_bytes()),
                "{text}: {:?}",
                parse(text.as_bytes()).err()
            );
        }
        let wide: Vec<u8> = array(64).encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert!(may_be_key(&[&[0xff, 0xfe], wide.as_slice()].concat()));
        assert!(may_be_key(&[0xe7; 64]));
        for text in [
            array(63),
            String::new(),
            "a,b\n1,2\n".to_owned(),
            "1,2\n3,4\n".to_owned(),
            words(13),
            "{}".to_owned(),
            "[1.5, 2.5]".to_owned(),
        ] {
            assert!(!may_be_key(text.as_bytes()), "{text}");
        }
    }
}
