//! Every form in which people have keys: read, or refused with the reason and without the key.
// Helpers of tests, as the tests themselves, may fail.
#![allow(clippy::panic, clippy::unwrap_used)]

use ballast_keys::{parse, Contents, Derivation, Form, FormError, Half};
use solana_keypair::Keypair;
use solana_signer::Signer;

/// A public phrase of BIP39's own test vectors.
const PHRASE: &str = "abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon about";

fn key() -> Keypair {
    Keypair::new_from_array(std::array::from_fn(|index| u8::try_from(index).unwrap() + 1))
}

fn array(bytes: &[u8]) -> String {
    serde_json::to_string(bytes).unwrap()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn utf16(text: &str, word: fn(u16) -> [u8; 2]) -> Vec<u8> {
    "\u{feff}"
        .encode_utf16()
        .chain(text.encode_utf16())
        .flat_map(word)
        .collect()
}

fn refused(bytes: &[u8]) -> FormError {
    match parse(bytes).and_then(Contents::signer) {
        Ok(_) => panic!("{:?} was read", String::from_utf8_lossy(bytes)),
        Err(error) => error,
    }
}

#[test]
fn a_key_is_read_whatever_editors_and_shells_put_around_it() {
    let plain = array(&key().to_bytes());
    let spaced = plain.replace(',', ", \n  ");
    let around: Vec<(&str, Vec<u8>)> = vec![
        ("plain", plain.clone().into()),
        ("line end", format!("{plain}\n").into()),
        ("CRLF", format!("\r\n{}\r\n", spaced.replace('\n', "\r\n")).into()),
        ("byte order mark", format!("\u{feff}{plain}").into()),
        ("two of them", format!("\u{feff}\u{feff}{plain}").into()),
        ("UTF-16, little", utf16(&format!("{plain}\r\n"), u16::to_le_bytes)),
        ("UTF-16, big", utf16(&plain, u16::to_be_bytes)),
        ("a space that does not break", format!("\u{a0}{plain}").into()),
        ("base 58", key().to_base58_string().into()),
        (
            "base 58 in quotes",
            format!("\"{}\"\n", key().to_base58_string()).into(),
        ),
        ("hexadecimal", hex(&key().to_bytes()).into()),
        ("hexadecimal with 0x", format!("0x{}\n", hex(&key().to_bytes())).into()),
        ("hexadecimal, capitals", hex(&key().to_bytes()).to_uppercase().into()),
        ("secret half", array(key().secret_bytes()).into()),
    ];
    for (what, bytes) in around {
        let read = parse(&bytes).and_then(Contents::signer);
        assert_eq!(read.map(|key| key.pubkey()).unwrap(), key().pubkey(), "{what}");
    }
}

#[test]
fn the_form_is_told() {
    let form = |text: &str| match parse(text.as_bytes()) {
        Ok(Contents::Key(_, form)) => form,
        _ => panic!("{text} is no key"),
    };
    assert_eq!(form(&array(&key().to_bytes())), Form::Array);
    assert_eq!(form(&array(key().secret_bytes())), Form::ShortArray);
    assert_eq!(form(&key().to_base58_string()), Form::Base58);
    assert_eq!(form(&hex(&key().to_bytes())), Form::Hex);
    let half = |text: &str| match parse(text.as_bytes()) {
        Ok(Contents::Bare(key, half)) => (key.pubkey(), half),
        _ => panic!("{text} is no half"),
    };
    let bare = bs58::encode(key().secret_bytes()).into_string();
    assert_eq!(half(&bare), (key().pubkey(), Half::Base58));
    assert_eq!(half(&hex(key().secret_bytes())), (key().pubkey(), Half::Hex));
}

/// Addresses that two published tools give for published phrases.
#[test]
fn a_phrase_gives_the_keys_that_wallets_and_solana_keygen_give() {
    let address = |text: &str, derivation: &str| match parse(text.as_bytes()) {
        Ok(Contents::Phrase(phrase)) => {
            let derivation: Derivation = derivation.parse().unwrap();
            phrase.keypair(&derivation).unwrap().pubkey().to_string()
        }
        _ => panic!("{text} is no phrase"),
    };
    let (docs, cookbook) = (
        "neither lonely flavor argue grass remind eye tag avocado spot unusual intact",
        "pill tomorrow foster begin walnut borrow virtual kick shift mutual shoe scatter",
    );
    assert_eq!(address(docs, "wallet"), "5vftMkHL72JaJG6ExQfGAsT2uGVHpRR7oTNUPMs68Y2N");
    assert_eq!(address(docs, "m/44'/501'/0'/0'"), address(docs, "wallet"));
    assert_ne!(address(docs, "m/44'/501'/1'/0'"), address(docs, "wallet"));
    assert_eq!(
        address(cookbook, "keygen"),
        "5ZWj7a1f8tWkjBESHKgrLmXshuXxqeY9SYcfbshpAqPG"
    );
    assert_eq!(
        address(PHRASE, "wallet"),
        "HAgk14JpMQLgt6rVgv7cBQFJWFto5Dqxi472uT3DKpqk"
    );
    let spaced = format!("\u{feff}{}\r\n", PHRASE.to_uppercase().replace(' ', "\r\n"));
    assert_eq!(address(&spaced, "keygen"), address(PHRASE, "keygen"));
    // As a signer it is not certain which one is meant.
    let error = refused(PHRASE.as_bytes()).to_string();
    for part in [
        address(PHRASE, "wallet"),
        address(PHRASE, "keygen"),
        "--derivation".into(),
    ] {
        assert!(error.contains(&part), "{error}");
    }
    assert!("m/44'/501'/x".parse::<Derivation>().is_err());
}

#[test]
fn what_is_no_key_is_refused_with_its_reason() {
    let mut mixed = key().to_bytes();
    mixed[63] ^= 1;
    let bytes = key().to_bytes();
    let whole = array(&bytes);
    let cases: Vec<(Vec<u8>, &str)> = vec![
        (vec![], "is empty"),
        (b" \r\n".to_vec(), "is empty"),
        (bytes.to_vec(), "not text"),
        (vec![0; 64], "not text"),
        (b"[1,2,3]".to_vec(), "holds 3 numbers"),
        (array(&bytes[..63]).into(), "holds 63 numbers"),
        (array(&mixed).into(), "not the public key"),
        (hex(&mixed).into(), "not the public key"),
        (whole.replacen("[1,2", "[1,256", 1).into(), "number 2 "),
        (whole.replacen("[1,2", "[1,-2", 1).into(), "number 2 "),
        (whole.replacen("[1,2", "[1,2.5", 1).into(), "number 2 "),
        (whole.replacen("[1,2", "[\"1\",2", 1).into(), "number 1 "),
        (whole[..90].into(), "breaks off"),
        (whole.replace(']', ",]").into(), "slip at line 1"),
        (whole.trim_matches(['[', ']']).into(), "without the brackets"),
        (format!("{{\"secretKey\":{whole}}}").into(), "a JSON object"),
        (
            b"{\"crypto\":{\"cipher\":\"aes-128-ctr\"}}".to_vec(),
            "encrypted keystore",
        ),
        (key().pubkey().to_string().into(), "how an address is written"),
        (hex(key().secret_bytes()).into(), "other chains"),
        (hex(&bytes[..40]).into(), "hexadecimal of 40 bytes"),
        (bs58::encode(&bytes[..48]).into_string().into(), "base 58 of 48 bytes"),
        (
            b"AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyB5tVYuj+ZU+UB4sRLoqYunkB+FOuaVvtfg4+NyDK0ElmQ=".to_vec(),
            "base 64",
        ),
        (b"AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyA=".to_vec(), "base 64"),
        (b"-----BEGIN OPENSSH PRIVATE KEY-----\nabc\n".to_vec(), "PEM"),
        (PHRASE.replacen("abandon ", "", 1).into(), "holds 11 words"),
        (PHRASE.replacen("abandon", "abandom", 1).into(), "word 1 is not"),
        (PHRASE.replace("about", "above").into(), "checksum"),
        (b"not json".to_vec(), "holds 2 words"),
        (b"http://127.0.0.1:8899".to_vec(), "no form"),
        (vec![b'['; 70_000], "larger than"),
        (vec![b'['; 60_000], "breaks off"),
        (vec![b'2'; 60_000], ""),
    ];
    for (bytes, expected) in cases {
        let error = refused(&bytes).to_string();
        assert!(error.contains(expected) && !error.contains('\n'), "{expected}: {error}");
        let text = String::from_utf8_lossy(&bytes);
        let words: Vec<&str> = text.split_whitespace().filter(|word| word.len() > 8).collect();
        assert!(words.iter().all(|word| !error.contains(word)), "{error}");
    }
}
