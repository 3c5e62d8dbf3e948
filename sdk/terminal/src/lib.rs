//! How programs talk to a person.
//!
//! Results go to standard output and nothing else does. Notes and progress go to standard error,
//! and with [`set_quiet`] nowhere. Warnings and errors are always said.

mod colour;
mod panic;
mod progress;

pub use colour::{Colour, Painted};
pub use panic::{explain_panics, PANIC_CODE};
pub use progress::Progress;

use std::sync::atomic::{AtomicBool, Ordering};

static QUIET: AtomicBool = AtomicBool::new(false);
static JSON: AtomicBool = AtomicBool::new(false);

/// Switches notes and progress off, for the whole process.
pub fn set_quiet(quiet: bool) {
    QUIET.store(quiet, Ordering::Relaxed);
}

/// Returns whether notes and progress are switched off.
pub fn is_quiet() -> bool {
    QUIET.load(Ordering::Relaxed)
}

/// Keeps standard output for JSON alone: what [`tell`] says is left out. For the whole process.
pub fn set_json(json: bool) {
    JSON.store(json, Ordering::Relaxed);
}

/// Returns whether standard output is for results alone.
pub fn is_terse() -> bool {
    is_quiet() || JSON.load(Ordering::Relaxed)
}

/// Says a line about the work on standard output, unless it is for results alone.
pub fn tell(line: &str) {
    if !is_terse() {
        println!("{line}");
    }
}

/// Says a line about the work on standard error, unless quiet.
pub fn note(program: &str, line: &str) {
    if !is_quiet() {
        eprintln!("{program}: {line}");
    }
}

/// Says a warning on standard error, quiet or not.
pub fn warn(program: &str, line: &str) {
    eprintln!("{program}: warning: {line}");
}
