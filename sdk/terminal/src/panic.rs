//! What a process says when it panics: one line and what to do, then exit code 101.
//!
//! A panic is a mistake of ours, never a message to a person about theirs; but for a print that
//! fails, which a full disk does. Nothing of it is caught: after a panic on another thread than the
//! main one, or where panics abort, the process ends at once; on the main thread what is on the
//! stack is still tidied up.

use std::backtrace::Backtrace;
use std::io::{stderr, Write};
use std::panic::PanicHookInfo;
use std::process;
use std::thread;

/// The exit code of a process that panicked.
pub const PANIC_CODE: i32 = 101;
/// Characters of a panic's own words that are repeated.
const LONGEST: usize = 200;
/// How the standard library begins the panic of a print that fails: on a full disk, for example.
const LOST_OUTPUT: &str = "failed printing to ";
/// Names the place of a planted panic, for tests: `main` or `thread`. Debug builds alone look.
const PLANTED: &str = "BALLAST_PLANTED_PANIC";

/// Lets `program` explain panics from now on. `clean` takes secrets out of a panic's words.
pub fn explain_panics(program: &'static str, clean: fn(&str) -> String) {
    std::panic::set_hook(Box::new(move |info| {
        // Standard error may be what cannot be written.
        let say = |line: &str| drop(writeln!(stderr(), "{program}: {line}"));
        let words = words(info);
        if let Some((_, cause)) = words.split_once(LOST_OUTPUT) {
            say(&format!("its output cannot be written to {cause}"));
            process::exit(1);
        }
        say(&line(info, &clean(&words)));
        if std::env::var("RUST_BACKTRACE").is_ok_and(|value| value != "0" && !value.is_empty()) {
            say(&Backtrace::force_capture().to_string());
        }
        if thread::current().name() != Some("main") || cfg!(panic = "abort") {
            process::exit(PANIC_CODE);
        }
    }));
    if cfg!(debug_assertions) {
        planted();
    }
}

/// Returns a panic's words on one line.
fn words(info: &PanicHookInfo<'_>) -> String {
    let payload = info.payload();
    let text = payload.downcast_ref::<String>().map(String::as_str);
    let words = text
        .or_else(|| payload.downcast_ref::<&str>().copied())
        .unwrap_or("no words");
    words.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Returns everything on one line.
fn line(info: &PanicHookInfo<'_>, words: &str) -> String {
    let words: String = words.chars().take(LONGEST).collect();
    let place = info
        .location()
        .map_or_else(String::new, |place| format!(" at {}:{}", place.file(), place.line()));
    format!(
        "this is a mistake in Ballast, not yours{place}: {words}. Please report this line and the command, as \
         .github/ISSUE_TEMPLATE/bug.yml asks; RUST_BACKTRACE=1 adds where it came from"
    )
}

fn planted() {
    match std::env::var(PLANTED).as_deref() {
        Ok("main") => panic!("a planted panic\nof two lines"),
        Ok("thread") => {
            let other = thread::spawn(|| panic!("a planted panic\non another thread"));
            // Never comes back: the hook ends the process.
            drop(other.join());
        }
        _ => {}
    }
}
