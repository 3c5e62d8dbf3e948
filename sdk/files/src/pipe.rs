//! The end of a process whose reader has gone.

use std::io;
use std::sync::atomic::AtomicBool;
use std::sync::Arc;

/// Makes a write to a closed pipe end the process without a word, as other tools do: `ballast fit …
/// | head -1` is no fault. Rust ignores the signal, so that printing panics instead.
///
/// Sockets are not touched by it: they are written with `MSG_NOSIGNAL`.
///
/// # Errors
/// If the system takes no handler.
pub fn end_quietly() -> io::Result<()> {
    let always = Arc::new(AtomicBool::new(true));
    signal_hook::flag::register_conditional_default(signal_hook::consts::SIGPIPE, always).map(drop)
}
