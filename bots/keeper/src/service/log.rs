//! Log lines, on standard output or, where that carries something else, on standard error.

use super::LogFormat;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::EnvFilter;

/// Starts logging on standard output; `RUST_LOG` chooses other levels than `info`.
pub fn init(format: LogFormat) {
    init_on(format, std::io::stdout);
}

/// The same on standard error.
pub fn init_on_stderr(format: LogFormat) {
    init_on(format, std::io::stderr);
}

fn init_on(format: LogFormat, writer: impl for<'a> MakeWriter<'a> + Send + Sync + 'static) {
    let quiet = || EnvFilter::new("info,solana_pubsub_client=error,solana_rpc_client=error");
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| quiet());
    let logger = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_target(false)
        .with_writer(writer);
    // Whoever embeds the keeper may have a logger already; that one stays.
    let _ = match format {
        LogFormat::Text => logger.try_init(),
        LogFormat::Json => logger.json().flatten_event(true).try_init(),
    };
}
