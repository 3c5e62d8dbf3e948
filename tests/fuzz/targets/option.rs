//! Black-Scholes-Merton of both tiers, price, Greeks and higher Greeks: the right error outside the
//! domain, and inside it no-arbitrage bounds, parity and agreement of the tiers.
#![no_main]

use ballast_fuzz::{hold, option, show, Bytes};

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let inputs = Bytes(data).option();
    show(&inputs);
    hold(option::check(&inputs));
});
