//! Compute units of a piece of work.

use core::hint::black_box;

/// Compute units left to the transaction.
#[cfg(target_os = "solana")]
#[allow(unsafe_code)]
#[inline(always)]
fn remaining() -> u64 {
    // SAFETY: the call takes nothing and only returns a number.
    unsafe { solana_define_syscall::definitions::sol_remaining_compute_units() }
}

/// Hosts have no compute units.
#[cfg(not(target_os = "solana"))]
fn remaining() -> u64 {
    0
}

/// Returns what the work gave, and its compute units.
///
/// The compiler cannot move the work out of the measurement: it sees the input only after the first
/// reading of the meter, and has to have the output in memory before the second.
#[inline(never)]
pub fn metered<I, O>(input: &I, work: impl FnOnce(&I) -> O) -> (O, u32) {
    let (_, empty) = between(&(), |()| ());
    let (output, used) = between(input, work);
    let used = used.saturating_sub(empty);
    (output, u32::try_from(used).unwrap_or(u32::MAX))
}

#[inline(always)]
fn between<I, O>(input: &I, work: impl FnOnce(&I) -> O) -> (O, u64) {
    let before = remaining();
    let output = work(black_box(input));
    black_box(&output);
    let after = remaining();
    (output, before.saturating_sub(after))
}
