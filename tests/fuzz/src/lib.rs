//! Bytes of the fuzzer as inputs of the mathematics: half the time drawn from the domain, else raw
//! bits.

mod bytes;

pub use bytes::{magnitude, Bytes};

/// The kernels' tiers and what holds of them, shared with the tests of core/math.
#[path = "../../../core/math/tests/kernels/tier.rs"]
pub mod kernels;

/// What holds of every option, shared with the tests of core/math.
#[path = "../../../core/math/tests/black_scholes/invariants.rs"]
pub mod option;

/// Prints what is about to be evaluated, when a kept input is run again: a wrap inside says only
/// where it happened.
pub fn show(what: &impl std::fmt::Debug) {
    static AGAIN: std::sync::LazyLock<bool> = std::sync::LazyLock::new(|| std::env::var_os("FUZZ_AGAIN").is_some());
    if *AGAIN {
        eprintln!("{what:?}");
    }
}

/// Stops the run, so that libFuzzer keeps the input.
pub fn hold<T>(outcome: Result<T, String>) -> T {
    match outcome {
        Ok(value) => value,
        Err(what) => panic!("{what}"),
    }
}
