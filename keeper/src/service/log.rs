//! Log lines, on standard output.

use super::LogFormat;
use tracing_subscriber::EnvFilter;

/// Starts logging; `RUST_LOG` chooses other levels than `info`.
pub fn init(format: LogFormat) {
    let quiet = || EnvFilter::new("info,solana_pubsub_client=error,solana_rpc_client=error");
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| quiet());
    let logger = tracing_subscriber::fmt().with_env_filter(filter).with_target(false);
    // Whoever embeds the keeper may have a logger already; that one stays.
    let _ = match format {
        LogFormat::Text => logger.try_init(),
        LogFormat::Json => logger.json().flatten_event(true).try_init(),
    };
}
