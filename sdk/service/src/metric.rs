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

/// Returns the names of metrics with this prefix in a text, such as a dashboard or rules of alerts,
/// without a histogram's suffixes.
pub fn named<'a>(text: &'a str, prefix: &str) -> Vec<&'a str> {
    let words = text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
    let ours = words.filter(|word| word.len() > prefix.len() && word.starts_with(prefix));
    let suffixes = ["_bucket", "_sum", "_count"];
    let plain = |word: &'a str| {
        suffixes
            .iter()
            .find_map(|suffix| word.strip_suffix(suffix))
            .unwrap_or(word)
    };
    ours.map(plain).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn metrics_are_found_in_a_text() {
        let text = "rate(x_seconds_bucket{node=\"a\"}[5m]) / x_up - x_ + y_up";
        assert_eq!(named(text, "x_"), ["x_seconds", "x_up"]);
    }

    #[test]
    fn the_dashboard_has_a_query_in_every_panel() {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../bots/ops/dashboard.json");
        let text = std::fs::read_to_string(path).unwrap();
        let dashboard: serde_json::Value = serde_json::from_str(&text).unwrap();
        let panels = dashboard["panels"].as_array().unwrap();
        let has_one = |panel: &&serde_json::Value| panel["targets"].as_array().is_some_and(|all| !all.is_empty());
        assert!(!panels.is_empty());
        assert_eq!(panels.iter().filter(has_one).count(), panels.len());
    }
}
