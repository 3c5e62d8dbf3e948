//! Quotes: messages of any bytes, and messages that are nearly right, of one to four legs. No
//! panic, and nothing but what the encoder writes is taken.
#![no_main]

use ballast_core_clearing::quote::{Quote, DOMAIN, LEG_BYTES, QUOTE_BYTES, QUOTE_HEAD_BYTES, VERSION};

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let mut message = data.to_vec();
    if let Some(how) = data.first().filter(|how| **how % 2 == 1) {
        let legs = 1 + usize::from(how / 2 % 4);
        message.resize(QUOTE_HEAD_BYTES + legs * LEG_BYTES, 0);
        message[..DOMAIN.len()].copy_from_slice(&DOMAIN);
        message[DOMAIN.len()] = VERSION;
        message[QUOTE_HEAD_BYTES - 1] = legs as u8;
    }
    if let Ok(quote) = Quote::decode(&message) {
        assert_eq!(quote.encode(&mut [0; QUOTE_BYTES]), message.as_slice());
    }
});
