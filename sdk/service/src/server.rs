//! A listener for small requests over HTTP: a whole body in, a whole answer out.

use ballast_rpc::ServiceError;
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::header::{HeaderValue, CONTENT_TYPE};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use std::convert::Infallible;
use std::future::Future;
use std::net::SocketAddr;
use std::pin::Pin;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;

/// A reader that takes longer is let go.
const PATIENCE: Duration = Duration::from_secs(10);
/// Connections at once: a flood takes these and no others of the process.
const CONNECTIONS: usize = 128;
/// Bytes of the largest request.
const LARGEST: usize = 64 << 10;

/// Where to listen: `ADDRESS:PORT`, or a port alone, which is this machine's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ListenAddress(pub SocketAddr);

impl ListenAddress {
    /// Returns whether it can be listened on; `flag` is the setting that names it.
    ///
    /// # Errors
    /// [`ServiceError::Config`] that says why not.
    pub fn check(self, flag: &str) -> Result<(), ServiceError> {
        self.bind(flag).map(drop)
    }

    fn bind(self, flag: &str) -> Result<std::net::TcpListener, ServiceError> {
        let Self(address) = self;
        std::net::TcpListener::bind(address).map_err(|error| {
            ServiceError::Config(format!(
                "{flag}: cannot serve on {address} ({error}); choose a free port"
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

/// What somebody asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// The method.
    pub method: Method,
    /// The path.
    pub path: String,
    /// The whole body.
    pub body: Bytes,
}

/// What they are told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The status.
    pub status: StatusCode,
    /// The type of the text.
    pub kind: &'static str,
    /// The text.
    pub text: String,
}

impl Answer {
    /// Returns a text for people.
    pub fn plain(status: StatusCode, text: impl Into<String>) -> Self {
        Self {
            status,
            kind: "text/plain; charset=utf-8",
            text: text.into(),
        }
    }

    /// Returns a JSON text.
    pub fn json(status: StatusCode, text: String) -> Self {
        Self {
            status,
            kind: "application/json",
            text,
        }
    }
}

/// An answer to come.
pub type Answering = Pin<Box<dyn Future<Output = Answer> + Send>>;
/// What answers.
pub type Pages = Arc<dyn Fn(Asked) -> Answering + Send + Sync>;

/// Serves pages at an address, which the setting `flag` names, from now on. Must be called inside
/// the runtime.
///
/// # Errors
/// [`ServiceError::Config`] if the address cannot be listened on.
pub fn serve_pages(address: ListenAddress, flag: &str, pages: Pages) -> Result<(), ServiceError> {
    let listener = address.bind(flag)?;
    let made = listener
        .set_nonblocking(true)
        .and_then(|()| TcpListener::from_std(listener));
    let listener = made.map_err(|error| ServiceError::Config(format!("{flag}: {error}")))?;
    let ListenAddress(address) = address;
    if !address.ip().is_loopback() {
        tracing::warn!(%address, "{flag}: whoever reaches this machine reaches this");
    }
    tokio::spawn(accept(listener, pages));
    Ok(())
}

async fn accept(listener: TcpListener, pages: Pages) {
    let places = Arc::new(Semaphore::new(CONNECTIONS));
    loop {
        let place = Arc::clone(&places).acquire_owned().await;
        let Ok((stream, _)) = listener.accept().await else {
            // Out of files, for example: a moment later there may be some.
            tokio::time::sleep(Duration::from_millis(100)).await;
            continue;
        };
        let pages = Arc::clone(&pages);
        tokio::spawn(async move {
            let answer = service_fn(move |request| {
                let pages = Arc::clone(&pages);
                async move { Ok::<_, Infallible>(respond(request, &pages).await) }
            });
            let served = http1::Builder::new().serve_connection(TokioIo::new(stream), answer);
            let _ = tokio::time::timeout(PATIENCE, served).await;
            drop(place);
        });
    }
}

async fn respond(request: Request<Incoming>, pages: &Pages) -> Response<Full<Bytes>> {
    let (head, body) = request.into_parts();
    let Answer { status, kind, text } = match Limited::new(body, LARGEST).collect().await {
        Ok(body) => {
            let asked = Asked {
                method: head.method,
                path: head.uri.path().to_owned(),
                body: body.to_bytes(),
            };
            pages(asked).await
        }
        Err(_) => Answer::plain(
            StatusCode::PAYLOAD_TOO_LARGE,
            format!("a request has {LARGEST} bytes at most\n"),
        ),
    };
    let mut response = Response::new(Full::new(Bytes::from(text)));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
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
