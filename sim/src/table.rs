//! The live table of a run.
//!
//! On a terminal: a block of the latest steps over a progress bar, redrawn in place. Elsewhere (a
//! pipe, a log of CI): a plain aligned line every so many steps, and at the first and the last, so
//! that a log stays readable.

use std::collections::VecDeque;
use std::io::{self, IsTerminal, Write};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::record::Step;
use ballast_market_data::format::{decimal, price, utc_minute};

/// Steps kept in the redrawn block.
const ROWS: usize = 12;

/// Lines about one run, as it happens.
pub struct LiveTable {
    total: u64,
    done: u64,
    out: Out,
    last: Option<String>,
}

enum Out {
    Block {
        bar: ProgressBar,
        rows: VecDeque<String>,
    },
    Lines {
        to: Box<dyn Write + Send>,
        every: u64,
        headed: bool,
    },
}

impl LiveTable {
    /// For standard output: a redrawn block if it is a terminal, else a line each `every` steps (at
    /// least 1). Nothing if standard output is for results alone.
    #[must_use]
    pub fn stdout(total: u64, every: u64) -> Self {
        if ballast_terminal::is_terse() {
            return Self::lines(total, every, Box::new(io::sink()));
        }
        if !io::stdout().is_terminal() {
            return Self::lines(total, every, Box::new(io::stdout()));
        }
        let bar = ProgressBar::with_draw_target(Some(total), ProgressDrawTarget::stdout());
        let style = ProgressStyle::with_template(
            "{msg}\n  [{bar:40}] {percent:>3} %  step {pos} of {len}  {elapsed}, about {eta} left",
        );
        bar.set_style(
            style
                .unwrap_or_else(|_| ProgressStyle::default_bar())
                .progress_chars("█▌░"),
        );
        Self {
            total,
            done: 0,
            out: Out::Block {
                bar,
                rows: VecDeque::with_capacity(ROWS),
            },
            last: None,
        }
    }

    /// Plain lines to `to`, one each `every` steps (at least 1), whatever it is.
    #[must_use]
    pub fn lines(total: u64, every: u64, to: Box<dyn Write + Send>) -> Self {
        Self {
            total,
            done: 0,
            out: Out::Lines {
                to,
                every: every.max(1),
                headed: false,
            },
            last: None,
        }
    }

    /// Shows one step.
    ///
    /// # Errors
    /// What writing returned, such as a closed pipe.
    pub fn step(&mut self, step: &Step) -> io::Result<()> {
        let index = self.done;
        self.done += 1;
        let percent = (self.done * 100).checked_div(self.total).unwrap_or(100).min(100);
        let line = row(step, percent);
        match &mut self.out {
            Out::Block { bar, rows } => {
                if rows.len() == ROWS {
                    rows.pop_front();
                }
                rows.push_back(line);
                let body = rows.iter().map(String::as_str).collect::<Vec<_>>().join("\n");
                bar.set_message(format!("{}\n{body}", header()));
                bar.set_position(self.done);
            }
            Out::Lines { to, every, headed } => {
                if !index.is_multiple_of(*every) && self.done != self.total {
                    self.last = Some(line);
                    return Ok(());
                }
                if !*headed {
                    writeln!(to, "{}", header())?;
                    *headed = true;
                }
                writeln!(to, "{line}")?;
                to.flush()?;
                self.last = None;
            }
        }
        Ok(())
    }

    /// Says something above the block or between the lines, such as that a breaker tripped.
    ///
    /// # Errors
    /// What writing returned.
    pub fn note(&mut self, text: &str) -> io::Result<()> {
        match &mut self.out {
            Out::Block { bar, .. } => {
                bar.println(text);
                Ok(())
            }
            Out::Lines { to, .. } => writeln!(to, "{text}"),
        }
    }

    /// Leaves the table as it stands; a run that ends early still shows its last step.
    ///
    /// # Errors
    /// What writing returned.
    pub fn finish(mut self) -> io::Result<()> {
        match &mut self.out {
            Out::Block { bar, .. } => bar.abandon(),
            Out::Lines { to, .. } => {
                if let Some(line) = self.last.take() {
                    writeln!(to, "{line}")?;
                }
                to.flush()?;
            }
        }
        Ok(())
    }
}

fn header() -> String {
    format!(
        "{:<16} {:>9} {:>8} {:>24} {:>6} {:<8} {:<14} {:>9} {:>5}",
        "time (UTC)", "price", "NAV/sh", "delta (target ± band)", "lever", "breaker", "last crank by", "cost", "done"
    )
}

fn row(step: &Step, percent: u64) -> String {
    let delta = format!(
        "{} ({} ± {})",
        decimal(step.delta, 0),
        decimal(step.delta_target, 0),
        decimal((step.rest_high - step.rest_low) / 2.0, 0)
    );
    let keeper = match (step.last_keeper.as_str(), step.cranks) {
        ("", _) => "-".to_owned(),
        (name, 0) => shorten(name, 14),
        (name, cranks) => format!("{} ×{cranks}", shorten(name, 11)),
    };
    format!(
        "{:<16} {:>9} {:>8} {:>24} {:>5}x {:<8} {:<14} {:>9} {:>3} %",
        utc_minute(step.unix_time),
        price(step.price),
        decimal(step.nav_per_share, 4),
        delta,
        decimal(step.leverage, 2),
        if step.breaker { "TRIPPED" } else { "quiet" },
        keeper,
        decimal(step.cost, 2),
        percent,
    )
}

/// At most `width` characters, the cut marked.
fn shorten(text: &str, width: usize) -> String {
    if text.chars().count() <= width {
        text.to_owned()
    } else {
        text.chars().take(width - 1).chain(['…']).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::{Arc, Mutex};

    #[derive(Clone, Default)]
    struct Shared(Arc<Mutex<Vec<u8>>>);

    impl Write for Shared {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn lines(total: u64, every: u64, steps: u32) -> Vec<String> {
        let shared = Shared::default();
        let mut table = LiveTable::lines(total, every, Box::new(shared.clone()));
        for index in 0..steps {
            let step = Step {
                index,
                unix_time: i64::from(index) * 3_600,
                price: 7_900.0,
                nav_per_share: 1.0,
                delta: -12_345.0,
                delta_target: 12_000.0,
                rest_low: 11_400.0,
                rest_high: 12_600.0,
                last_keeper: "a-very-long-keeper-name".into(),
                cranks: index % 2,
                ..Step::default()
            };
            table.step(&step).unwrap();
        }
        table.finish().unwrap();
        let bytes = shared.0.lock().unwrap().clone();
        String::from_utf8(bytes).unwrap().lines().map(str::to_owned).collect()
    }

    #[test]
    fn plain_lines_are_few_aligned_and_end_with_the_last_step() {
        for (total, every, steps, expected, last) in [
            (10, 4, 10, 1 + 4, "09:00"),
            (10, 0, 10, 1 + 10, "09:00"),
            (10, 4, 7, 1 + 3, "06:00"),
            (0, 1, 1, 1 + 1, "00:00"),
        ] {
            let lines = lines(total, every, steps);
            assert_eq!(lines.len(), expected, "{lines:#?}");
            assert!(lines.last().unwrap().starts_with(&format!("1970-01-01 {last}")));
            let widths: Vec<_> = lines.iter().map(|l| l.chars().count()).collect();
            assert!(widths.iter().all(|w| *w == widths[0] && *w <= 120), "{lines:#?}");
        }
    }
}
