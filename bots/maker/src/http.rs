//! Requests for quotes over HTTP: `POST /quote`. Each is handed to the thread that owns the maker.

use crate::metrics;
use ballast_options_client::quote_file::QuoteFile;
use ballast_options_client::rfq::{Refusal, Request, RfqError};
use ballast_rpc::ServiceError;
use ballast_service::server::{serve_pages, Answer, Asked, ListenAddress, Pages};
use std::sync::mpsc::{SyncSender, TrySendError};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::oneshot;

/// The setting that names the address.
pub const LISTEN_FLAG: &str = "--listen";
/// Requests that wait at most; the next one is told to come back.
pub const QUEUE: usize = 32;
/// A request that has waited so long is given up.
const PATIENCE: Duration = Duration::from_secs(5);
/// The status of a quote.
const OK: u16 = 200;

/// A request, and whom to tell.
pub struct Job {
    /// The request.
    pub request: Request,
    /// Waits for the answer.
    pub reply: oneshot::Sender<Result<QuoteFile, Refusal>>,
}

/// Serves requests from now on, handing them to `jobs`. Must be called inside the runtime.
///
/// # Errors
/// [`ServiceError::Config`] if the address cannot be listened on.
pub fn serve(address: ListenAddress, jobs: SyncSender<Job>) -> Result<(), ServiceError> {
    let pages: Pages = Arc::new(move |asked| {
        let jobs = jobs.clone();
        Box::pin(async move {
            let answer = page(&asked, &jobs).await;
            metrics::answered(answer.as_ref().map(|_| ()).map_err(|refusal| refusal.refused));
            told(answer)
        })
    });
    serve_pages(address, LISTEN_FLAG, pages)
}

async fn page(asked: &Asked, jobs: &SyncSender<Job>) -> Result<QuoteFile, Refusal> {
    if asked.path != "/quote" || asked.method.as_str() != "POST" {
        let why = format!("{} {} is nothing here; POST /quote is", asked.method, asked.path);
        return Err(Refusal::new(RfqError::Malformed, why));
    }
    let request = serde_json::from_slice(&asked.body);
    let request =
        request.map_err(|error| Refusal::new(RfqError::Malformed, format!("the body is no request: {error}")))?;
    let (reply, answer) = oneshot::channel();
    jobs.try_send(Job { request, reply }).map_err(|error| match error {
        TrySendError::Full(_) => Refusal::new(RfqError::Busy, format!("{QUEUE} requests are waiting")),
        TrySendError::Disconnected(_) => Refusal::new(RfqError::Unavailable, "the maker is stopping"),
    })?;
    match tokio::time::timeout(PATIENCE, answer).await {
        Ok(Ok(answer)) => answer,
        Ok(Err(_)) => Err(Refusal::new(RfqError::Unavailable, "the maker is stopping")),
        Err(_) => Err(Refusal::new(
            RfqError::Unavailable,
            "the chain has not answered in time",
        )),
    }
}

fn told(answer: Result<QuoteFile, Refusal>) -> Answer {
    let (status, text) = match &answer {
        Ok(quote) => (OK, serde_json::to_string_pretty(quote)),
        Err(refusal) => (refusal.refused.status(), serde_json::to_string(refusal)),
    };
    let status = status.try_into().unwrap_or_default();
    Answer::json(status, text.unwrap_or_default() + "\n")
}
