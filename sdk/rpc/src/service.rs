//! What long-running processes share: log lines, and the end of the process.

use crate::secrets::clean;
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

/// Starts logging on standard output; `RUST_LOG` chooses other levels than `info`.
pub fn init_logs(format: LogFormat) {
    init_on(format, std::io::stdout);
}

/// Starts logging on standard error, where standard output carries something else.
pub fn init_logs_on_stderr(format: LogFormat) {
    init_on(format, std::io::stderr);
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

fn init_on<W: Write + 'static>(format: LogFormat, writer: impl Fn() -> W + Send + Sync + 'static) {
    let quiet = || EnvFilter::new("info");
    let writer = move || Cleaned(writer());
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| quiet());
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
