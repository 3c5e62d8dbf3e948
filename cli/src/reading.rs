//! What is said of a file that was read.

use ballast_files::fault::{self, RowError};

/// Says on standard error what was done to read `file`, unless quiet, and which of its rows were
/// left out.
pub fn say(file: &str, notes: &[String], left_out: &[RowError]) {
    for note in notes {
        ballast_terminal::note(file, note);
    }
    say_left_out(left_out);
}

/// Says on standard error which rows were left out, quiet or not: the exit status is 1 for them.
pub fn say_left_out(left_out: &[RowError]) {
    for line in fault::lines(left_out) {
        eprintln!("{line}");
    }
}
