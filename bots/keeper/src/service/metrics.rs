//! Prometheus metrics. Without a recorder all of these do nothing.

use ballast_core_market::breaker::{Breaker, BreakerSet, VAULT};
use ballast_core_vault::prices::Purpose;
use ballast_rpc::ServiceError;
use ballast_sdk::action::CrankAction;
use ballast_sdk::snapshot::Snapshot;
use ballast_service::http::{self, Buckets, ListenAddress, Readiness};
use ballast_service::metric::{Kind, Metric};
use ballast_service::nodes::{self, NodeMetrics};
use metrics::{counter, gauge, histogram};
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

const PREFIX: &str = "ballast_keeper";
const CRANKS: &str = "ballast_keeper_cranks_total";
const REACTION: &str = "ballast_keeper_reaction_seconds";
const WEBSOCKET: &str = "ballast_keeper_websocket_connected";
const LAST_READ: &str = "ballast_keeper_last_read_timestamp_seconds";
const BALANCE: &str = "ballast_keeper_balance_lamports";
const PRICE: &str = "ballast_keeper_market_price";
const PRICE_AGE: &str = "ballast_keeper_market_price_age_seconds";
const REGIME: &str = "ballast_keeper_market_regime";
const BREAKER: &str = "ballast_keeper_market_breaker_tripped";
const NAV: &str = "ballast_keeper_vault_nav";
const DELTA: &str = "ballast_keeper_vault_delta";
const TARGET: &str = "ballast_keeper_vault_target_delta";
const BAND: &str = "ballast_keeper_vault_band";
const LEAVING: &str = "ballast_keeper_vault_leaving_shares";
const VAULT_BREAKER: &str = "ballast_keeper_vault_breaker_tripped";
const VENUE_FAILURES: &str = "ballast_keeper_vault_venue_failures";

/// Seconds; the goal is 20 ms.
const BUCKETS: [f64; 11] = [0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 1.0, 5.0];

/// Returns every metric of the keeper.
pub fn all() -> Vec<Metric> {
    let gauge = |name, help| Metric::new(name, Kind::Gauge, &[], help);
    let by_market = |name, help| Metric::new(name, Kind::Gauge, &["market"], help);
    let mut all = nodes::metrics(PREFIX);
    all.extend([
        gauge(WEBSOCKET, "1 while the websocket is open and steady"),
        gauge(LAST_READ, "Unix time of the last full read"),
        Metric::new(
            CRANKS,
            Kind::Counter,
            &["action", "outcome"],
            "Actions by outcome: confirmed, beaten, refused (in simulation), failed (on the chain), expired, dry_run",
        ),
        Metric::new(
            REACTION,
            Kind::Histogram,
            &[],
            "From the notice of a price to the signed transaction",
        ),
        gauge(BALANCE, "The keeper's SOL, in lamports"),
        by_market(PRICE, "Exit price as the programs hold it, quote base units a lot"),
        by_market(PRICE_AGE, "Chain time since the price was published"),
        by_market(REGIME, "The market's regime: 0 calm, 1 elevated, 2 stressed, 3 crisis"),
        by_market(BREAKER, "1 while a breaker of the market is active"),
        gauge(NAV, "Net asset value, quote base units"),
        by_market(DELTA, "Dollar delta in the market, quote base units"),
        by_market(TARGET, "Target of the dollar delta, quote base units"),
        by_market(BAND, "Half-width of the band around the target, quote base units"),
        gauge(LEAVING, "Shares whose redemption is final and not filled"),
        Metric::new(
            VAULT_BREAKER,
            Kind::Gauge,
            &["breaker"],
            "1 while this breaker of the vault is active, or a mark would trip it",
        ),
        Metric::new(
            VENUE_FAILURES,
            Kind::Gauge,
            &["leg"],
            "Failed observations of the venue of a leg, in a row",
        ),
    ]);
    all
}

/// Returns who hears how nodes are.
pub fn observer() -> Arc<NodeMetrics> {
    NodeMetrics::observer(PREFIX)
}

/// Keeps metrics from now on, and serves them. Must be called inside the runtime.
///
/// # Errors
/// [`ServiceError::Config`] if the address cannot be listened on.
pub fn serve(address: ListenAddress, ready: Readiness) -> Result<(), ServiceError> {
    let calls = format!("{PREFIX}_node_call_seconds");
    let buckets = [
        Buckets {
            name: REACTION,
            bounds: &BUCKETS,
        },
        Buckets {
            name: &calls,
            bounds: &nodes::CALL_BUCKETS,
        },
    ];
    let handle = http::install(&buckets)?;
    all().iter().for_each(Metric::describe);
    // A counter that is there from the start has a rate when it first counts.
    for action in [CrankAction::Observe(0), CrankAction::Mark].map(|action| action.name()) {
        for outcome in ["confirmed", "beaten", "refused", "failed", "expired", "dry_run"] {
            counter!(CRANKS, "action" => action, "outcome" => outcome).absolute(0);
        }
    }
    websocket(false);
    http::serve(address, handle, ready)
}

/// Everything was read.
pub fn read() {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    gauge!(LAST_READ).set(now.as_secs_f64());
}

fn flag(value: bool) -> f64 {
    f64::from(u8::from(value))
}

/// The websocket came or went.
pub fn websocket(connected: bool) {
    gauge!(WEBSOCKET).set(flag(connected));
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
    gauge!(LEAVING).set(snapshot.vault.leaving.shares as f64);
    let now = snapshot.now();
    for market in snapshot.markets() {
        let name = market.name();
        if let Some(raw) = market.raw_price() {
            let age = now.unix_time.saturating_sub(raw.publish_time);
            gauge!(PRICE_AGE, "market" => name.clone()).set(age as f64);
        }
        let active = market.view.active_breakers(now).unwrap_or(BreakerSet::ALL);
        // A vault holds nothing that a surface values.
        let active = active.without(Breaker::StaleSurface);
        gauge!(BREAKER, "market" => name.clone()).set(flag(active != BreakerSet::NONE));
        gauge!(REGIME, "market" => name).set(f64::from(market.stored.regime.level));
    }
    let monitored = snapshot.appraise(Purpose::Monitor);
    let monitor = monitored
        .as_ref()
        .map_or(&snapshot.state.monitor, |appraisal| &appraisal.monitor);
    for breaker in VAULT.breakers() {
        gauge!(VAULT_BREAKER, "breaker" => breaker.name()).set(flag(monitor.breakers.tripped.has(breaker)));
    }
    for (leg, _) in snapshot.state.legs() {
        gauge!(VENUE_FAILURES, "leg" => leg.to_string()).set(f64::from(monitor.failures(leg)));
    }
    let Some(appraisal) = snapshot.appraise(Purpose::Batch) else {
        return;
    };
    let (held, targets) = (appraisal.exposure(), appraisal.targets());
    if let Some(held) = &held {
        gauge!(NAV).set(held.nav.0 as f64);
    }
    let deltas = held.map(|held| held.deltas());
    for (place, market) in snapshot.markets().enumerate() {
        let name = market.name();
        if let Some(mid) = appraisal.prices.mid(place) {
            gauge!(PRICE, "market" => name.clone()).set(mid.fixed().to_num::<f64>());
        }
        if let Some(delta) = deltas.as_ref().and_then(|deltas| deltas.get(place)) {
            gauge!(DELTA, "market" => name.clone()).set(delta.0 as f64);
        }
        if let Some(target) = targets.as_ref().and_then(|targets| targets.of(place)) {
            gauge!(TARGET, "market" => name.clone()).set(target.delta.0 as f64);
            gauge!(BAND, "market" => name).set(target.band.0 as f64);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ballast_service::metric::{named, table};

    #[test]
    fn what_dashboard_and_alerts_name_is_exported() {
        for text in [
            include_str!("../../../../bots/ops/dashboard.json"),
            include_str!("../../../../bots/ops/alerts.yml"),
        ] {
            let mut named = named(text, PREFIX);
            assert!(named.len() > 2, "{text}");
            named.retain(|name| all().iter().all(|known| known.name != *name));
            assert!(named.is_empty(), "{named:?}");
        }
    }

    #[test]
    fn the_page_has_the_table_of_metrics() {
        let (page, table) = (include_str!("../../../../docs/reference/keeper.md"), table(&all()));
        assert!(
            page.contains(&table),
            "the keeper's page has another table than this:\n{table}"
        );
    }
}
