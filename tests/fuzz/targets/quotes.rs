//! Signed quotes: messages of any bytes, and messages that are nearly right. No panic, and nothing
//! but what the encoder writes is taken.
#![no_main]

use ballast_core_clearing::quote::{Quote, DOMAIN, QUOTE_BYTES, VERSION};

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let mut message = data.to_vec();
    if data.first().is_some_and(|how| how % 2 == 1) {
        message.resize(QUOTE_BYTES, 0);
        message[..DOMAIN.len()].copy_from_slice(&DOMAIN);
        message[DOMAIN.len()] = VERSION;
    }
    if let Ok(quote) = Quote::decode(&message) {
        assert_eq!(quote.encode().as_slice(), message.as_slice());
    }
});
