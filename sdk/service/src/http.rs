//! What a service answers over HTTP: `/metrics`, `/health` (the process lives), `/ready` (it does
//! its work).

pub use crate::server::ListenAddress;
use crate::server::{serve_pages, Answer, Pages};
use ballast_rpc::ServiceError;
use hyper::StatusCode;
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use std::sync::Arc;
use std::time::Duration;

/// Between two rounds of the exporter's own work.
const UPKEEP: Duration = Duration::from_secs(5);
/// Returns why a service is not ready, if it is not.
pub type Readiness = Arc<dyn Fn() -> Result<(), String> + Send + Sync>;

/// Buckets of a histogram.
pub struct Buckets<'a> {
    /// The histogram.
    pub name: &'a str,
    /// Upper bounds, seconds.
    pub bounds: &'a [f64],
}

/// Installs the exporter: from now on metrics are kept.
///
/// # Errors
/// [`ServiceError::Config`] if there is one already.
pub fn install(buckets: &[Buckets<'_>]) -> Result<PrometheusHandle, ServiceError> {
    let cannot = |error: &dyn std::fmt::Display| ServiceError::Config(format!("no metrics can be kept: {error}"));
    let mut builder = PrometheusBuilder::new();
    for Buckets { name, bounds } in buckets {
        let matcher = Matcher::Full((*name).to_owned());
        builder = builder
            .set_buckets_for_metric(matcher, bounds)
            .map_err(|error| cannot(&error))?;
    }
    builder.install_recorder().map_err(|error| cannot(&error))
}

/// Serves at `address`. Must be called inside the runtime.
///
/// # Errors
/// [`ServiceError::Config`] if the address cannot be listened on.
pub fn serve(address: ListenAddress, handle: PrometheusHandle, ready: Readiness) -> Result<(), ServiceError> {
    let upkeep = handle.clone();
    let pages: Pages = Arc::new(move |asked| {
        let answer = page(&asked.path, &handle, &ready);
        Box::pin(async move { answer })
    });
    serve_pages(address, METRICS_FLAG, pages)?;
    tokio::spawn(async move {
        loop {
            tokio::time::sleep(UPKEEP).await;
            upkeep.run_upkeep();
        }
    });
    Ok(())
}

/// The setting that names the address.
pub const METRICS_FLAG: &str = "--metrics-addr";

fn page(path: &str, handle: &PrometheusHandle, ready: &Readiness) -> Answer {
    match path {
        "/metrics" => Answer {
            status: StatusCode::OK,
            kind: "text/plain; version=0.0.4; charset=utf-8",
            text: handle.render(),
        },
        "/health" | "/healthz" => Answer::plain(StatusCode::OK, "ok\n"),
        "/ready" | "/readyz" => match ready() {
            Ok(()) => Answer::plain(StatusCode::OK, "ready\n"),
            Err(why) => Answer::plain(StatusCode::SERVICE_UNAVAILABLE, format!("not ready: {why}\n")),
        },
        _ => Answer::plain(StatusCode::NOT_FOUND, "there are /metrics, /health and /ready\n"),
    }
}
