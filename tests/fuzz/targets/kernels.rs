//! Every kernel of both tiers at arbitrary bits: ranges, symmetry, and order of two arguments some
//! power of two apart.
#![no_main]

use ballast_fuzz::kernels::{stepped, TIERS};
use ballast_fuzz::{hold, Bytes};
use fixed::types::{I2F62, I7F57};

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let mut bytes = Bytes(data);
    let (how, shift) = (bytes.byte(), bytes.byte() % 63);
    let step = 1i64 << shift;
    let x = bytes.raw_magnitude();
    let bits = bytes.number();
    // Half of all scores within nine of zero, and most probabilities between zero and one.
    let score = if how & 1 == 0 { bits } else { bits % (10 << 57) };
    let p = if how & 6 == 0 { bits } else { bits & ((1 << 62) - 1) };
    for tier in TIERS {
        if !x.is_zero() {
            hold(tier.check_magnitudes(x, stepped(x, step as u64)));
        }
        let next = |x: i64| x.saturating_add(step);
        hold(tier.check_fixed(I7F57::from_bits(score), I7F57::from_bits(next(score))));
        hold(tier.check_probabilities(I2F62::from_bits(p), I2F62::from_bits(next(p))));
    }
});
