//! Progress with the time left.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::io::{stderr, IsTerminal};
use std::time::Duration;

/// How far a piece of work is, on standard error: only on a terminal, and not if quiet. It vanishes
/// when it is dropped.
pub struct Progress(ProgressBar);

impl Progress {
    /// Returns the progress of `total` steps, of which `what` says what they are.
    pub fn of(total: u64, what: &str) -> Self {
        Self::shown(
            Some(total),
            what,
            "{msg}  [{bar:30}] {percent:>3} %  {pos} of {len}, about {eta} left",
        )
    }

    /// Returns the progress of work of unknown length: how long it has taken.
    pub fn unknown(what: &str) -> Self {
        let progress = Self::shown(None, what, "{spinner} {msg}, {elapsed}");
        if !progress.0.is_hidden() {
            progress.0.enable_steady_tick(Duration::from_millis(200));
        }
        progress
    }

    fn shown(total: Option<u64>, what: &str, template: &str) -> Self {
        let seen = stderr().is_terminal() && !crate::is_quiet();
        let target = if seen {
            ProgressDrawTarget::stderr()
        } else {
            ProgressDrawTarget::hidden()
        };
        let bar = ProgressBar::with_draw_target(total, target);
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style.progress_chars("█▌░"));
        }
        bar.set_message(what.to_owned());
        Self(bar)
    }

    /// Sets how many steps are done.
    pub fn at(&self, done: u64) {
        self.0.set_position(done);
    }

    /// Counts one more step.
    pub fn step(&self) {
        self.0.inc(1);
    }

    /// Says what is being done now.
    pub fn doing(&self, what: String) {
        self.0.set_message(what);
    }

    /// Runs `print` while the bar is out of the way.
    pub fn above<T>(&self, print: impl FnOnce() -> T) -> T {
        self.0.suspend(print)
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}
