//! What long-running processes share: log lines, and the end of the process.

use clap::ValueEnum;
use tracing_subscriber::fmt::MakeWriter;
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

fn init_on(format: LogFormat, writer: impl for<'a> MakeWriter<'a> + Send + Sync + 'static) {
    let quiet = || EnvFilter::new("info,solana_pubsub_client=error,solana_rpc_client=error");
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
