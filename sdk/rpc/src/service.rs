//! What long-running processes share: log lines, and the end of the process.

use crate::secrets::clean;
use crate::transaction_error::program_logs;
use clap::ValueEnum;
use std::io::{self, Write};
use tracing_subscriber::EnvFilter;

/// How log lines look.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

/// What a service logs, and how. The last of `--quiet` and `--verbose` counts; `RUST_LOG` wins over
/// both.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::Args)]
pub struct LogArgs {
    /// How log lines look
    #[arg(long, value_enum, default_value = "text")]
    pub log_format: LogFormat,
    /// Log warnings and errors alone
    #[arg(long, short, overrides_with_all = ["quiet", "verbose"])]
    pub quiet: bool,
    /// When the chain refuses a transaction, log what its programs logged
    #[arg(long, short, overrides_with_all = ["quiet", "verbose"])]
    pub verbose: bool,
}

impl LogArgs {
    fn filter(self) -> &'static str {
        match (self.quiet, self.verbose) {
            (true, _) => "warn",
            (false, false) => "info",
            (false, true) => concat!("info,", program_logs!(), "=debug"),
        }
    }
}

/// Starts logging on standard output.
pub fn init_logs(args: LogArgs) {
    init_on(args.log_format, args.filter(), std::io::stdout);
}

/// Starts logging on standard error, where standard output carries something else.
pub fn init_logs_on_stderr(args: LogArgs) {
    init_on(args.log_format, args.filter(), std::io::stderr);
}

/// Shows on standard error what programs logged in a transaction that the chain refused, and
/// nothing else: for commands that say everything themselves.
pub fn show_program_logs() {
    init_on(LogFormat::Text, concat!(program_logs!(), "=debug"), std::io::stderr);
}

/// Takes known secrets out of log lines, whoever wrote them: `RUST_LOG` may let libraries speak.
/// Lines arrive whole.
struct Cleaned<W>(W);

impl<W: Write> Write for Cleaned<W> {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        self.0.write_all(clean(&String::from_utf8_lossy(line)).as_bytes())?;
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

fn init_on<W: Write + 'static>(format: LogFormat, filter: &str, writer: impl Fn() -> W + Send + Sync + 'static) {
    let writer = move || Cleaned(writer());
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(filter));
    let logger = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_target(false)
        .with_writer(writer);
    // Whoever embeds a service may have a logger already; that one stays.
    let _ = match format {
        LogFormat::Text => logger.try_init(),
        LogFormat::Json => logger.json().flatten_event(true).try_init(),
    };
}

/// Comes back when the process is told to stop: SIGTERM, SIGINT.
pub async fn told_to_stop() {
    let interrupt = tokio::signal::ctrl_c();
    let Ok(mut terminate) = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) else {
        let _ = interrupt.await;
        return;
    };
    tokio::select! {
        _ = interrupt => (),
        _ = terminate.recv() => (),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;

    #[derive(Parser)]
    struct Args {
        #[command(flatten)]
        logs: LogArgs,
    }

    #[test]
    fn the_last_word_about_how_much_is_logged_counts() {
        let more = "info,ballast_rpc::program_logs=debug";
        for (line, expected) in [
            ("", "info"),
            ("-q", "warn"),
            ("--verbose", more),
            ("--quiet -v", more),
            ("-v -q --quiet", "warn"),
        ] {
            let words = std::iter::once("bot").chain(line.split_whitespace());
            assert_eq!(Args::parse_from(words).logs.filter(), expected, "{line}");
        }
    }
}
