//! The process: a thread that owns the maker, and a listener that hands it requests.

use crate::args::Config;
use crate::desk::{Hedged, Maker};
use crate::http::{serve, Job, QUEUE};
use crate::metrics;
use anyhow::{anyhow, Result};
use ballast_options_client::client::OptionsClient;
use ballast_options_client::perp::Hedge;
use ballast_options_client::quote_file::{QuoteFile, Words};
use ballast_rpc::service::told_to_stop;
use ballast_rpc::{BlockingRpc, ServiceError};
use ballast_service::checks::Checks;
use ballast_service::http::{Readiness, METRICS_FLAG};
use solana_signer::Signer;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{sync_channel, Receiver, RecvTimeoutError};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

/// After a round that failed the next one waits longer.
const AFTER_TROUBLE: Duration = Duration::from_secs(5);

/// Runs the maker until it is told to stop (SIGTERM, SIGINT). Every quote that is out then is
/// cancelled first.
///
/// # Errors
/// [`ServiceError`]: an address that cannot be listened on, a node or an account that is not there
/// at the beginning.
pub fn run(config: Config) -> Result<(), ServiceError> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build();
    let runtime = runtime.map_err(|error| ServiceError::Config(format!("the system gives no threads: {error}")))?;
    let (jobs, waiting) = sync_channel(QUEUE);
    let (stopping, works) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicBool::new(false)));
    {
        let _inside = runtime.enter();
        if let Some(address) = config.metrics_addr {
            let works = Arc::clone(&works);
            let ready: Readiness = Arc::new(move || {
                let works = works.load(Ordering::Relaxed);
                works.then_some(()).ok_or_else(|| "the last round failed".to_owned())
            });
            metrics::serve(address, ready)?;
        }
        serve(config.listen, jobs)?;
    }
    let told = Arc::clone(&stopping);
    runtime.spawn(async move {
        told_to_stop().await;
        told.store(true, Ordering::Relaxed);
    });
    // The blocking client must not be used inside the runtime.
    let working = thread::spawn(move || work(&config, &waiting, &stopping, &works));
    let ended = working.join();
    runtime.shutdown_background();
    ended.unwrap_or_else(|_| Err(ServiceError::Config("the maker's thread died".to_owned())))
}

fn work(
    config: &Config,
    waiting: &Receiver<Job>,
    stopping: &AtomicBool,
    works: &AtomicBool,
) -> Result<(), ServiceError> {
    let trouble = |error: anyhow::Error| ServiceError::Network(format!("{error:#}"));
    let mut rpc = BlockingRpc::new(&config.rpc).map_err(|error| trouble(error.into()))?;
    let mut client = OptionsClient::open(&mut rpc, &config.house, &[]).map_err(trouble)?;
    let mut maker = prepare(config, &mut client)?;
    let listen = config.listen.0;
    tracing::info!(account = %maker.account, %listen, "answering requests for quotes");
    let mut next = Instant::now();
    while !stopping.load(Ordering::Relaxed) {
        if Instant::now() >= next {
            next = Instant::now() + go_round(&mut maker, &mut client, config.round, works);
        }
        let left = next.saturating_duration_since(Instant::now()).min(config.round);
        match waiting.recv_timeout(left) {
            Ok(job) => answer(job, &mut maker, &mut client),
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => break,
        }
    }
    if maker.outstanding.count() > 0 {
        maker.cancel_all(&mut client).map_err(trouble)?;
        tracing::info!("every quote is cancelled");
    }
    tracing::info!("stopped");
    Ok(())
}

/// Returns the maker that the settings describe.
fn prepare(config: &Config, client: &mut OptionsClient) -> Result<Maker, ServiceError> {
    let decimals = client.decimals();
    let terms = config.terms(decimals)?;
    let mut hedged = Vec::new();
    for (asset, band) in &config.hedges {
        let market = client.names.iter().position(|name| name.eq_ignore_ascii_case(asset));
        let market = market.ok_or_else(|| {
            let names = client.names.join(", ");
            ServiceError::Config(format!("--hedge: {asset} is none of the house's markets ({names})"))
        })?;
        let keys = client.markets.get(market).copied();
        let keys = keys.ok_or_else(|| ServiceError::Config(format!("--hedge: no market {asset}")))?;
        let collateral = config.collateral(decimals)?;
        let owner = config.signer.insecure_clone();
        let perp = Hedge::open(client, &keys.risk_market, owner, collateral);
        hedged.push(Hedged {
            market: u8::try_from(market).unwrap_or(u8::MAX),
            perp: perp.map_err(|error| ServiceError::Refused(format!("--hedge: {error:#}")))?,
            band: *band,
        });
    }
    Ok(Maker::new(
        config.signer.insecure_clone(),
        config.account,
        terms,
        hedged,
    ))
}

/// Goes round once. Returns how long to wait until the next time.
fn go_round(maker: &mut Maker, client: &mut OptionsClient, interval: Duration, works: &AtomicBool) -> Duration {
    match maker.round(client) {
        Ok(round) => {
            works.store(true, Ordering::Relaxed);
            metrics::went_round(&round, maker.outstanding.count());
            if round.cancelled {
                let why = round.closed.as_deref().unwrap_or("a new beginning");
                tracing::info!(why, "every quote is cancelled");
            }
            for order in &round.orders {
                tracing::info!(market = order.market, lots = order.lots, "hedged");
            }
            interval
        }
        Err(error) => {
            works.store(false, Ordering::Relaxed);
            tracing::warn!("a round failed: {error:#}");
            AFTER_TROUBLE.max(interval)
        }
    }
}

fn answer(job: Job, maker: &mut Maker, client: &mut OptionsClient) {
    let Job { request, reply } = job;
    if reply.is_closed() {
        // Who asked has gone: a quote for nobody would use up what others may have.
        return;
    }
    let answer = maker.answer(client, &request).and_then(|signed| {
        QuoteFile::of(&signed, &Words::of(client)).map_err(|error| {
            ballast_options_client::rfq::Refusal::new(
                ballast_options_client::rfq::RfqError::Unavailable,
                format!("{error:#}"),
            )
        })
    });
    match &answer {
        Ok(quote) => tracing::info!(nonce = quote.nonce, "{} of {}", quote.size, quote.legs_in_words()),
        Err(refusal) => tracing::info!(rule = refusal.refused.name(), "refused: {}", refusal.why),
    }
    // Who asked may have gone.
    let _ = reply.send(answer);
}

/// `--check`: connects to everything once and prints what it finds, a line each. Sends nothing.
///
/// # Errors
/// The last thing that would keep the maker from its work.
pub fn check(config: &Config) -> Result<(), ServiceError> {
    let mut checks = Checks::default();
    checks.ok("settings", "are sound");
    match look(config) {
        Ok(words) => checks.ok("account", &words),
        Err(error) => checks.failed("account", ServiceError::Network(format!("{error:#}"))),
    }
    match config.check_listen() {
        Ok(()) => checks.ok("listen", &format!("{} is free", config.listen.0)),
        Err(error) => checks.failed("listen", error),
    }
    if let Some(address) = config.metrics_addr {
        match address.check(METRICS_FLAG) {
            Ok(()) => checks.ok("metrics", &format!("{} is free", address.0)),
            Err(error) => checks.failed("metrics", error),
        }
    }
    checks.end()
}

fn look(config: &Config) -> Result<String> {
    let mut rpc = BlockingRpc::new(&config.rpc)?;
    let mut client = OptionsClient::open(&mut rpc, &config.house, &[])?;
    let account = client.account(&config.account)?;
    let signer = config.signer.pubkey();
    if account.quote_signer != signer {
        return Err(anyhow!(
            "{signer} does not quote for {}: its quote signer is {}",
            config.account,
            account.quote_signer
        ));
    }
    Ok(format!(
        "{} is read; {signer} quotes for it on {}",
        config.account,
        client.names.join(", ")
    ))
}
