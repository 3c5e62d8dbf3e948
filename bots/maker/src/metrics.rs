//! Prometheus metrics. Without an exporter all of these do nothing.

use crate::desk::Round;
use ballast_options_client::rfq::RfqError;
use ballast_rpc::ServiceError;
use ballast_service::http::{self, ListenAddress, Readiness};
use ballast_service::metric::{Kind, Metric};
use metrics::{counter, gauge};

const REQUESTS: &str = "ballast_maker_requests_total";
const OUTSTANDING: &str = "ballast_maker_outstanding_quotes";
const CANCELS: &str = "ballast_maker_cancellations_total";
const DELTA: &str = "ballast_maker_net_delta_units";
const HEDGES: &str = "ballast_maker_hedge_orders_total";
const OPEN: &str = "ballast_maker_open";

/// The outcome of a request that was answered with a quote.
const QUOTED: &str = "quoted";

/// Returns every metric of the maker.
pub fn all() -> Vec<Metric> {
    vec![
        Metric::new(
            REQUESTS,
            Kind::Counter,
            &["outcome"],
            "Requests by outcome: quoted, or the rule of the refusal",
        ),
        Metric::new(OUTSTANDING, Kind::Gauge, &[], "Quotes that may still be taken"),
        Metric::new(
            CANCELS,
            Kind::Counter,
            &[],
            "Times that every quote was cancelled: at the beginning, and where the market closed",
        ),
        Metric::new(
            DELTA,
            Kind::Gauge,
            &["market"],
            "Delta of options and hedge together, units of the underlying, before the hedge was traded",
        ),
        Metric::new(HEDGES, Kind::Counter, &[], "Orders of the hedge"),
        Metric::new(OPEN, Kind::Gauge, &[], "Whether quotes are given: 1, or 0"),
    ]
}

/// Keeps metrics from now on, and serves them. Must be called inside the runtime.
///
/// # Errors
/// [`ServiceError::Config`] if the address cannot be listened on.
pub fn serve(address: ListenAddress, ready: Readiness) -> Result<(), ServiceError> {
    let handle = http::install(&[])?;
    all().iter().for_each(Metric::describe);
    counter!(CANCELS).absolute(0);
    counter!(HEDGES).absolute(0);
    http::serve(address, handle, ready)
}

/// A request was answered.
pub fn answered(answer: Result<(), RfqError>) {
    let outcome = answer.map_or_else(RfqError::name, |()| QUOTED);
    counter!(REQUESTS, "outcome" => outcome).increment(1);
}

/// A round is over.
pub fn went_round(round: &Round, outstanding: usize) {
    gauge!(OUTSTANDING).set(outstanding as f64);
    gauge!(OPEN).set(if round.closed.is_none() { 1.0 } else { 0.0 });
    if round.cancelled {
        counter!(CANCELS).increment(1);
    }
    for (market, delta) in &round.deltas {
        gauge!(DELTA, "market" => market.to_string()).set(*delta);
    }
    counter!(HEDGES).increment(round.orders.len() as u64);
}

#[cfg(test)]
mod tests {
    use super::*;
    use ballast_service::metric::table;

    #[test]
    fn the_page_has_the_table_of_metrics() {
        let (page, table) = (include_str!("../../../docs/reference/rfq.md"), table(&all()));
        assert!(
            page.contains(&table),
            "the maker's page has another table than this:\n{table}"
        );
    }
}
