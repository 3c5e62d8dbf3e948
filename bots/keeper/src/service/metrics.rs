//! Prometheus metrics. Without a recorder all of these do nothing.

use super::memory::published;
use ballast_core_market::breaker::{BreakerSet, VAULT};
use ballast_core_vault::prices::Purpose;
use ballast_rpc::ServiceError;
use ballast_sdk::action::CrankAction;
use ballast_sdk::snapshot::Snapshot;
use metrics::{counter, describe_counter, describe_gauge, describe_histogram, gauge, histogram, Unit};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder};
use std::net::SocketAddr;
use std::time::Duration;

const CRANKS: &str = "ballast_keeper_cranks_total";
const REACTION: &str = "ballast_keeper_reaction_seconds";
const WEBSOCKET: &str = "ballast_keeper_websocket_connected";
const RPC: &str = "ballast_keeper_rpc_up";
const BALANCE: &str = "ballast_keeper_balance_lamports";
const PRICE: &str = "ballast_price";
const PRICE_AGE: &str = "ballast_last_price_age_seconds";
const NAV: &str = "ballast_vault_nav";
const DELTA: &str = "ballast_vault_delta";
const TARGET: &str = "ballast_vault_target_delta";
const BAND: &str = "ballast_vault_band";
const LEAVING: &str = "ballast_vault_leaving_shares";
const BREAKER: &str = "ballast_breaker_tripped";
const VAULT_BREAKER: &str = "ballast_vault_breaker_tripped";
const VENUE_FAILURES: &str = "ballast_vault_venue_failures";
const REGIME: &str = "ballast_regime";

/// Seconds; the goal is 20 ms.
const BUCKETS: [f64; 11] = [0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 1.0, 5.0];

/// Serves metrics at `address`. Must be called inside the runtime.
///
/// # Errors
/// [`ServiceError::Config`] if the address cannot be listened on.
pub fn serve(address: SocketAddr) -> Result<(), ServiceError> {
    let busy = |error: String| {
        ServiceError::Config(format!(
            "--metrics-addr: cannot serve on {address} ({error}); choose a free port"
        ))
    };
    // The exporter binds inside its own task; asked for first, a busy port is an error here.
    std::net::TcpListener::bind(address).map_err(|error| busy(error.to_string()))?;
    PrometheusBuilder::new()
        .set_buckets_for_metric(Matcher::Full(REACTION.to_owned()), &BUCKETS)
        .map(|builder| builder.with_http_listener(address))
        .and_then(PrometheusBuilder::install)
        .map_err(|error| busy(error.to_string()))?;
    describe_counter!(
        CRANKS,
        "Actions by outcome: confirmed, beaten, refused, failed, expired, dry_run"
    );
    describe_histogram!(
        REACTION,
        Unit::Seconds,
        "From the notice of a price to the signed transaction"
    );
    describe_gauge!(WEBSOCKET, "1 while the websocket is open");
    describe_gauge!(RPC, "1 while the node answers");
    describe_gauge!(BALANCE, "The keeper's SOL, in lamports");
    describe_gauge!(PRICE, "Price in quote base units a lot");
    describe_gauge!(PRICE_AGE, Unit::Seconds, "Chain time since the price was published");
    describe_gauge!(NAV, "Net asset value, quote base units");
    describe_gauge!(DELTA, "Dollar delta, quote base units");
    describe_gauge!(TARGET, "Target of the dollar delta, quote base units");
    describe_gauge!(BAND, "Half-width of the band around the target, quote base units");
    describe_gauge!(LEAVING, "Shares that wait to be redeemed");
    describe_gauge!(BREAKER, "1 while a breaker of the market is active");
    describe_gauge!(VAULT_BREAKER, "1 while this breaker of the vault is active");
    describe_gauge!(VENUE_FAILURES, "Failed observations of the venue, in a row");
    describe_gauge!(REGIME, "The market's regime: 0 calm, 1 elevated, 2 stressed, 3 crisis");
    websocket(false);
    rpc(false);
    Ok(())
}

fn flag(value: bool) -> f64 {
    f64::from(u8::from(value))
}

/// The websocket came or went.
pub fn websocket(connected: bool) {
    gauge!(WEBSOCKET).set(flag(connected));
}

/// The node answered or did not.
pub fn rpc(up: bool) {
    gauge!(RPC).set(flag(up));
}

/// The keeper's balance.
pub fn balance(lamports: u64) {
    gauge!(BALANCE).set(lamports as f64);
}

/// The outcome of one action.
pub fn crank(action: &'static str, outcome: &'static str) {
    counter!(CRANKS, "action" => action, "outcome" => outcome).increment(1);
}

/// The outcome of one transaction.
pub fn cranks(actions: &[CrankAction], outcome: &'static str) {
    for action in actions {
        crank(action.name(), outcome);
    }
}

/// From the notice of a price to signed bytes.
pub fn reaction(elapsed: Duration) {
    histogram!(REACTION).record(elapsed.as_secs_f64());
}

/// What the vault looks like.
pub fn vault(snapshot: &Snapshot) {
    gauge!(LEAVING).set(snapshot.vault.pending_redemption_shares as f64);
    if let Some((time, _)) = published(snapshot) {
        gauge!(PRICE_AGE).set(snapshot.clock.unix_timestamp.saturating_sub(time) as f64);
    }
    let monitored = snapshot.appraise(Purpose::Monitor);
    if let Ok(prices) = snapshot.prices(Purpose::Monitor) {
        gauge!(BREAKER).set(flag(prices.active != BreakerSet::NONE));
    }
    let monitor = monitored
        .as_ref()
        .map_or(&snapshot.state.monitor, |appraisal| &appraisal.monitor);
    for breaker in VAULT.breakers() {
        gauge!(VAULT_BREAKER, "breaker" => breaker.name()).set(flag(monitor.breakers.tripped.has(breaker)));
    }
    gauge!(VENUE_FAILURES).set(f64::from(monitor.venue_failures));
    gauge!(REGIME).set(f64::from(snapshot.risk_market.regime.level));
    let Some(appraisal) = snapshot.appraise(Purpose::Redeem) else {
        return;
    };
    gauge!(PRICE).set(appraisal.prices.bounds.mid.fixed().to_num::<f64>());
    if let Some(held) = appraisal.exposure() {
        gauge!(NAV).set(held.nav.0 as f64);
        gauge!(DELTA).set(held.delta.0 as f64);
    }
    if let Some(targets) = appraisal.targets() {
        gauge!(TARGET).set(targets.delta.0 as f64);
        gauge!(BAND).set(targets.band.0 as f64);
    }
}
