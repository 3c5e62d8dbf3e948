//! The one reader of key files: any bytes, and keys in every form, whole or damaged. No panic; the
//! same answer whatever an editor puts around it; and no message that repeats what it has read.
#![no_main]

use ballast_keys::{parse, Contents};
use bip39::Language;
use solana_keypair::Keypair;
use solana_signer::Signer;

/// Shortest piece of the contents that a message must not repeat; words of the messages themselves
/// are shorter, or do not look like a key.
const PIECE: usize = 16;

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let Some((how, rest)) = data.split_first() else { return };
    let text = written(*how, rest);
    ballast_fuzz::show(&String::from_utf8_lossy(&text));
    let plain = check(&text);
    // What stands around it makes no difference to text that has no mark of its own.
    let Ok(inner) = std::str::from_utf8(&text) else { return };
    if inner.contains(['\0', '\u{feff}', '\u{200b}']) || text.len() > 20_000 {
        return;
    }
    let marked = format!("\u{feff}\r\n{inner}\r\n");
    assert_eq!(check(marked.as_bytes()), plain, "with a mark and line ends");
    let wide: Vec<u8> = marked.encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_eq!(check(&wide), plain, "in UTF-16");
});

/// Returns the address that signs, or nothing; checks the message.
fn check(contents: &[u8]) -> Option<String> {
    match parse(contents).and_then(Contents::signer) {
        Ok(key) => {
            let again = serde_json_array(&key.to_bytes());
            let back = parse(again.as_bytes()).and_then(Contents::signer);
            assert_eq!(back.map(|key| key.pubkey()), Ok(key.pubkey()), "written again");
            Some(key.pubkey().to_string())
        }
        Err(error) => {
            let message = error.to_string();
            assert!(!message.contains('\n'), "{message}");
            for piece in String::from_utf8_lossy(contents).split_whitespace() {
                let long = piece.chars().count() >= PIECE;
                assert!(!long || !message.contains(piece), "{message}");
            }
            None
        }
    }
}

/// Returns a file: raw bytes, or a key in one of its forms with one byte of it changed.
fn written(how: u8, rest: &[u8]) -> Vec<u8> {
    let mut seed = [0; 32];
    for (to, from) in seed.iter_mut().zip(rest) {
        *to = *from;
    }
    let key = Keypair::new_from_array(seed).to_bytes();
    let tail = rest.get(32..).unwrap_or_default();
    let some = &key[..key.len().min(usize::from(tail.first().copied().unwrap_or(255)))];
    let mut text = match how % 8 {
        0 => return rest.to_vec(),
        1 => serde_json_array(some).into_bytes(),
        2 => bs58::encode(some).into_vec(),
        3 => some
            .iter()
            .flat_map(|byte| format!("{byte:02x}").into_bytes())
            .collect(),
        4 => phrase(&seed[..[16, 20, 24, 28, 32][usize::from(how / 8) % 5]]).into_bytes(),
        5 => rest.iter().flat_map(|byte| format!("{byte},").into_bytes()).collect(),
        6 => format!("{{\"key\":{}}}", serde_json_array(some)).into_bytes(),
        _ => serde_json_array(&seed).into_bytes(),
    };
    if let [_, at, to, ..] = tail {
        let at = usize::from(*at);
        if let Some(byte) = text.get_mut(at) {
            *byte = *to;
        }
    }
    text
}

fn serde_json_array(bytes: &[u8]) -> String {
    format!("{bytes:?}")
}

fn phrase(entropy: &[u8]) -> String {
    bip39::Mnemonic::from_entropy_in(Language::English, entropy)
        .map_or_else(|_| String::new(), |phrase| phrase.words().collect::<Vec<_>>().join(" "))
}
