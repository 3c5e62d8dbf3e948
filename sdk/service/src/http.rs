//! What a service answers over HTTP: `/metrics`, `/health` (the process lives), `/ready` (it does
//! its work).

use ballast_rpc::ServiceError;
use http_body_util::Full;
use hyper::body::Bytes;
use hyper::header::CONTENT_TYPE;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use std::convert::Infallible;
use std::net::SocketAddr;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;

/// Between two rounds of the exporter's own work.
const UPKEEP: Duration = Duration::from_secs(5);
/// A reader that takes longer is let go.
const PATIENCE: Duration = Duration::from_secs(10);

/// Where to listen: `ADDRESS:PORT`, or a port alone, which is this machine's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ListenAddress(pub SocketAddr);

impl ListenAddress {
    /// Returns whether it can be listened on.
    ///
    /// # Errors
    /// [`ServiceError::Config`] that says why not.
    pub fn check(self) -> Result<(), ServiceError> {
        self.bind().map(drop)
    }

    fn bind(self) -> Result<std::net::TcpListener, ServiceError> {
        let Self(address) = self;
        std::net::TcpListener::bind(address).map_err(|error| {
            ServiceError::Config(format!(
                "--metrics-addr: cannot serve on {address} ({error}); choose a free port"
            ))
        })
    }
}

impl FromStr for ListenAddress {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let port = text.trim_start_matches(':').parse::<u16>();
        let address = match port {
            Ok(port) => SocketAddr::from(([127, 0, 0, 1], port)),
            Err(_) => text.parse().map_err(|_| {
                "give a port, such as 9464, or an address and a port, such as 127.0.0.1:9464".to_owned()
            })?,
        };
        Ok(Self(address))
    }
}

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
    let listener = address.bind()?;
    let ListenAddress(address) = address;
    let made = listener
        .set_nonblocking(true)
        .and_then(|()| TcpListener::from_std(listener));
    let listener = made.map_err(|error| ServiceError::Config(format!("--metrics-addr: {error}")))?;
    if !address.ip().is_loopback() {
        tracing::warn!(%address, "metrics can be read by whoever reaches this machine");
    }
    let upkeep = handle.clone();
    tokio::spawn(async move {
        loop {
            tokio::time::sleep(UPKEEP).await;
            upkeep.run_upkeep();
        }
    });
    tokio::spawn(accept(listener, handle, ready));
    Ok(())
}

async fn accept(listener: TcpListener, handle: PrometheusHandle, ready: Readiness) {
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            // Out of files, for example: a moment later there may be some.
            tokio::time::sleep(Duration::from_millis(100)).await;
            continue;
        };
        let (handle, ready) = (handle.clone(), Arc::clone(&ready));
        tokio::spawn(async move {
            let answer = service_fn(move |request: Request<hyper::body::Incoming>| {
                let page = page(request.uri().path(), &handle, &ready);
                async move { Ok::<_, Infallible>(page) }
            });
            let served = http1::Builder::new().serve_connection(TokioIo::new(stream), answer);
            let _ = tokio::time::timeout(PATIENCE, served).await;
        });
    }
}

fn page(path: &str, handle: &PrometheusHandle, ready: &Readiness) -> Response<Full<Bytes>> {
    let (status, text) = match path {
        "/metrics" => (StatusCode::OK, handle.render()),
        "/health" | "/healthz" => (StatusCode::OK, "ok\n".to_owned()),
        "/ready" | "/readyz" => match ready() {
            Ok(()) => (StatusCode::OK, "ready\n".to_owned()),
            Err(why) => (StatusCode::SERVICE_UNAVAILABLE, format!("not ready: {why}\n")),
        },
        _ => (
            StatusCode::NOT_FOUND,
            "there are /metrics, /health and /ready\n".to_owned(),
        ),
    };
    let kind = if path == "/metrics" {
        "text/plain; version=0.0.4; charset=utf-8"
    } else {
        "text/plain; charset=utf-8"
    };
    let mut response = Response::new(Full::new(Bytes::from(text)));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, hyper::header::HeaderValue::from_static(kind));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_alone_is_this_machines_own() {
        for (text, expected) in [
            ("9464", "127.0.0.1:9464"),
            (":9464", "127.0.0.1:9464"),
            ("0.0.0.0:1", "0.0.0.0:1"),
            ("[::1]:2", "[::1]:2"),
        ] {
            assert_eq!(text.parse::<ListenAddress>().unwrap().0.to_string(), expected);
        }
        for wrong in ["", "host:1", "127.0.0.1", "99999"] {
            assert!(wrong.parse::<ListenAddress>().is_err(), "{wrong}");
        }
    }
}
