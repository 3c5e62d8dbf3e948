//! What a WebAssembly host sees: a row's words at [`input`], the results' at [`output`], and a call between the two.

use core::sync::atomic::{AtomicU64, Ordering::Relaxed};

use crate::{evaluate, Results, Row};

// Atomics are what safe code may change in a static; the target has one thread and compiles them to plain words.
static INPUT: [AtomicU64; Row::WORDS] = [const { AtomicU64::new(0) }; Row::WORDS];
static OUTPUT: [AtomicU64; Results::CAPACITY] = [const { AtomicU64::new(0) }; Results::CAPACITY];

/// Where a row is written before [`run`]: its address in linear memory.
#[allow(
    unsafe_code,
    reason = "exporting a name counts as unsafe; there is one of each in this module"
)]
#[no_mangle]
pub extern "C" fn input() -> *const AtomicU64 {
    INPUT.as_ptr()
}

/// Where the results are after [`run`]: their address in linear memory.
#[allow(unsafe_code, reason = "as above")]
#[no_mangle]
pub extern "C" fn output() -> *const AtomicU64 {
    OUTPUT.as_ptr()
}

/// Evaluates the row, and tells how many words it gave. Traps where the host would panic.
#[allow(unsafe_code, reason = "as above")]
#[no_mangle]
pub extern "C" fn run() -> u32 {
    let mut row = Row::default();
    for (word, place) in row.0.iter_mut().zip(&INPUT) {
        *word = place.load(Relaxed);
    }
    let results = evaluate(&row);
    for (place, word) in OUTPUT.iter().zip(results.words()) {
        place.store(*word, Relaxed);
    }
    results.words().len() as u32
}

#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    core::arch::wasm32::unreachable()
}
