//! Prometheus metrics. Without an exporter all of these do nothing.

use ballast_rpc::ServiceError;
use ballast_service::http::{self, Buckets, ListenAddress, Readiness};
use ballast_service::metric::{Kind, Metric};
use ballast_service::nodes::{self, NodeMetrics};
use metrics::{counter, gauge};
use std::sync::Arc;

const PREFIX: &str = "ballast_feeder";
const SNAPSHOTS: &str = "ballast_feeder_snapshots_total";
const CHAIN_TIME: &str = "ballast_feeder_chain_timestamp_seconds";
const SUBMITTED: &str = "ballast_feeder_last_submission_timestamp_seconds";
const PUBLISHED: &str = "ballast_feeder_publications_total";
const DISTANCE: &str = "ballast_feeder_fit_distance_median_vol_points";

/// Returns every metric of the feeder.
pub fn all() -> Vec<Metric> {
    let mut all = nodes::metrics(PREFIX);
    all.extend([
        Metric::new(
            SNAPSHOTS,
            Kind::Counter,
            &["outcome"],
            "Snapshots of the chain by outcome: done, failed",
        ),
        Metric::new(
            CHAIN_TIME,
            Kind::Gauge,
            &[],
            "Unix time at which the newest snapshot was taken",
        ),
        Metric::new(
            SUBMITTED,
            Kind::Gauge,
            &[],
            "Unix time of the network at the last submission that landed; 0 before the first",
        ),
        Metric::new(PUBLISHED, Kind::Counter, &[], "Publications that landed"),
        Metric::new(
            DISTANCE,
            Kind::Gauge,
            &[],
            "Distance of the median quote from the last fit, hundredths of volatility a year",
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
pub fn serve(address: ListenAddress, nodes: &Arc<NodeMetrics>) -> Result<(), ServiceError> {
    let calls = format!("{PREFIX}_node_call_seconds");
    let handle = http::install(&[Buckets {
        name: &calls,
        bounds: &nodes::CALL_BUCKETS,
    }])?;
    all().iter().for_each(Metric::describe);
    for outcome in ["done", "failed"] {
        counter!(SNAPSHOTS, "outcome" => outcome).absolute(0);
    }
    counter!(PUBLISHED).absolute(0);
    gauge!(SUBMITTED).set(0.0);
    let nodes = Arc::clone(nodes);
    let ready: Readiness = Arc::new(move || {
        let up = nodes.is_up();
        up.then_some(())
            .ok_or_else(|| "no node answers as it should".to_owned())
    });
    http::serve(address, handle, ready)
}

/// A snapshot of the chain arrived.
pub fn arrived(chain_unix_time: i64) {
    gauge!(CHAIN_TIME).set(chain_unix_time as f64);
}

/// A snapshot was dealt with.
pub fn ended(done: bool) {
    counter!(SNAPSHOTS, "outcome" => if done { "done" } else { "failed" }).increment(1);
}

/// A submission landed.
pub fn submitted(unix_time: i64, distance: Option<f64>) {
    gauge!(SUBMITTED).set(unix_time as f64);
    if let Some(distance) = distance {
        gauge!(DISTANCE).set(distance);
    }
}

/// A publication landed.
pub fn published() {
    counter!(PUBLISHED).increment(1);
}

#[cfg(test)]
mod tests {
    use super::*;
    use ballast_service::metric::{named, table};

    #[test]
    fn what_dashboard_and_alerts_name_is_exported() {
        for text in [
            include_str!("../../../bots/ops/dashboard.json"),
            include_str!("../../../bots/ops/alerts.yml"),
        ] {
            let mut named = named(text, PREFIX);
            assert!(named.len() > 2, "{text}");
            named.retain(|name| all().iter().all(|known| known.name != *name));
            assert!(named.is_empty(), "{named:?}");
        }
    }

    #[test]
    fn the_page_has_the_table_of_metrics() {
        let (page, table) = (include_str!("../../../docs/reference/feeder.md"), table(&all()));
        assert!(
            page.contains(&table),
            "the feeder's page has another table than this:\n{table}"
        );
    }
}
