//! What a run of the options demo leaves behind: `steps.csv` and `options.json`.

use anyhow::{Context, Result};
use ballast_sim::record::Check;
use serde::Serialize;
use std::path::Path;

/// The writer at one moment. Amounts are whole units of the quote token.
#[derive(Clone, Debug, Serialize)]
pub struct Step {
    /// Unix seconds.
    pub unix_time: i64,
    /// The same in words, UTC.
    pub time: String,
    /// Of the underlying.
    pub price: f64,
    /// What the strangle is worth to its writer, at the published price and the surface's volatility.
    pub options: f64,
    /// Cash in the margin account.
    pub cash: f64,
    /// Equity as the house counts it.
    pub equity: f64,
    /// Initial margin.
    pub initial: f64,
    /// Maintenance margin.
    pub maintenance: f64,
    /// Delta of the options, units of the underlying.
    pub delta: f64,
    /// The hedge, units of the underlying.
    pub hedge: f64,
    /// What the hedge's account would be worth.
    pub hedge_worth: f64,
    /// Options, cash, hedge and wallet, less what was minted: what the writer has made so far.
    pub result: f64,
    /// What happened.
    pub events: String,
}

/// What one person had, and has.
#[derive(Clone, Debug, Serialize)]
pub struct Holding {
    /// Who.
    pub name: String,
    /// Minted for them.
    pub minted: f64,
    /// In the wallet at the end.
    pub left: f64,
}

/// The whole run.
#[derive(Clone, Debug, Serialize)]
pub struct Summary {
    /// Where prices are from.
    pub prices: String,
    /// Where surfaces are from.
    pub surfaces: String,
    /// The series.
    pub series: Vec<String>,
    /// The size of each, units.
    pub size: f64,
    /// Premium that the writer got.
    pub premium: f64,
    /// The price of settlement.
    pub settled_at: f64,
    /// Samples it is the average of.
    pub samples: u32,
    /// Surfaces published whole, in part, and not at all.
    pub surfaces_published: [u32; 3],
    /// Liquidations begun, takes, positions taken over.
    pub liquidation: [u32; 3],
    /// People.
    pub people: Vec<Holding>,
    /// Checks.
    pub checks: Vec<Check>,
    /// Whether all held.
    pub held: bool,
}

/// Writes both files.
///
/// # Errors
/// The file that cannot be written.
pub fn write(folder: &Path, summary: &Summary, steps: &[Step]) -> Result<()> {
    let cannot = |name: &str| format!("{} cannot be written", folder.join(name).display());
    std::fs::create_dir_all(folder).with_context(|| cannot(""))?;
    let text = serde_json::to_string_pretty(summary)?;
    std::fs::write(folder.join("options.json"), text + "\n").with_context(|| cannot("options.json"))?;
    let mut csv = csv::Writer::from_path(folder.join("steps.csv")).with_context(|| cannot("steps.csv"))?;
    for step in steps {
        csv.serialize(step).with_context(|| cannot("steps.csv"))?;
    }
    csv.flush().with_context(|| cannot("steps.csv"))
}

/// A line of the table on the screen.
pub fn line(step: &Step) -> String {
    format!(
        "{}  {:>10.2} {:>12.2} {:>12.2} {:>12.2} {:>12.2} {:>8.3} {:>8.3} {:>12.2}  {}",
        step.time.get(..16).unwrap_or(&step.time),
        step.price,
        step.options,
        step.equity,
        step.initial,
        step.maintenance,
        step.delta,
        step.hedge,
        step.result,
        step.events
    )
}

/// The table's head.
pub fn head() -> String {
    format!(
        "{:<16}  {:>10} {:>12} {:>12} {:>12} {:>12} {:>8} {:>8} {:>12}",
        "UTC", "price", "options", "equity", "initial", "maintenance", "delta", "hedge", "result"
    )
}
