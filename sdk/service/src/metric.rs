//! Metrics by name.

use metrics::{describe_counter, describe_gauge, describe_histogram};

/// What a metric is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Grows.
    Counter,
    /// Goes up and down.
    Gauge,
    /// Is counted in buckets.
    Histogram,
}

impl Kind {
    /// Returns Prometheus' word for it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Counter => "counter",
            Self::Gauge => "gauge",
            Self::Histogram => "histogram",
        }
    }
}

/// A metric that a service exports.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Metric {
    /// Its whole name.
    pub name: String,
    /// What it is.
    pub kind: Kind,
    /// Its labels.
    pub labels: &'static [&'static str],
    /// What it means, with its unit.
    pub help: &'static str,
}

impl Metric {
    /// Returns a metric.
    pub fn new(name: impl Into<String>, kind: Kind, labels: &'static [&'static str], help: &'static str) -> Self {
        Self {
            name: name.into(),
            kind,
            labels,
            help,
        }
    }

    /// Tells the exporter what it means.
    pub fn describe(&self) {
        let name = self.name.clone();
        match self.kind {
            Kind::Counter => describe_counter!(name, self.help),
            Kind::Gauge => describe_gauge!(name, self.help),
            Kind::Histogram => describe_histogram!(name, self.help),
        }
    }
}

/// Returns the table of the metrics for a page.
pub fn table(metrics: &[Metric]) -> String {
    let mut page = String::from("| Name | Kind | Meaning |\n|---|---|---|\n");
    for metric in metrics {
        let labels = metric.labels.join(",");
        let labels = if labels.is_empty() {
            labels
        } else {
            format!("{{{labels}}}")
        };
        page += &format!(
            "| `{}{labels}` | {} | {} |\n",
            metric.name,
            metric.kind.name(),
            metric.help
        );
    }
    page
}
