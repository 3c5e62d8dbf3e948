//! What the demo of options leaves behind: a strangle from its sale to its settlement.
//!
//! Amounts are whole quote tokens, sizes whole units of the underlying. Every float must be finite.

use serde::{Deserialize, Serialize};

use super::{all_finite, Check, Ledger, Mark, RecordError, GENERATOR};

/// The writer, and what everybody has, at one moment.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Step {
    /// Unix seconds.
    pub unix_time: i64,
    /// The same in words, UTC.
    pub time: String,
    /// Price of the underlying.
    pub price: f64,
    /// What the strangle is worth to its writer, at the published price and the surface's
    /// volatility.
    pub options: f64,
    /// Cash in the writer's margin account.
    pub cash: f64,
    /// The writer's equity as the clearing house counts it.
    pub equity: f64,
    /// Initial margin.
    pub initial: f64,
    /// Maintenance margin.
    pub maintenance: f64,
    /// Delta of the options, units of the underlying.
    pub delta: f64,
    /// The hedge, units of the underlying.
    pub hedge: f64,
    /// What the hedge's account is worth.
    pub hedge_worth: f64,
    /// Options, cash, hedge and wallet, less what was minted: what the writer has made so far.
    pub result: f64,
    /// What happened.
    pub events: String,
    /// What the put is worth to its writer; counted in `options`.
    pub put: f64,
    /// What the call is worth to its writer; counted in `options`.
    pub call: f64,
    /// The hedge before it was adjusted in this step, units of the underlying.
    pub hedge_before: f64,
    /// What the maker has in all: wallet and margin account, options at the mark of `options`.
    pub maker: f64,
    /// What the writer has in all, the hedge included.
    pub writer: f64,
    /// What the liquidator has in all.
    pub liquidator: f64,
}

impl Step {
    /// Delta of options and hedge before the hedge was adjusted, units of the underlying.
    #[must_use]
    pub fn net_before(&self) -> f64 {
        self.delta + self.hedge_before
    }

    /// Delta of options and hedge at the end of the step, units of the underlying.
    #[must_use]
    pub fn net_after(&self) -> f64 {
        self.delta + self.hedge
    }
}

/// One price of the half hour that settles the options.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Averaged {
    /// Unix seconds.
    pub unix_time: i64,
    /// The price observed.
    pub price: f64,
    /// Average over time of those before it.
    pub mean: f64,
}

/// What one person had, and has.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Participant {
    /// Who.
    pub name: String,
    /// Minted for them.
    pub minted: f64,
    /// In the wallet at the end.
    pub left: f64,
}

/// What the driver of a run knows besides its steps.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Meta {
    /// Title of the report.
    pub title: String,
    /// Name of the market's asset.
    pub asset: String,
    /// Where prices are from.
    pub prices: String,
    /// Where surfaces are from.
    pub surfaces: String,
    /// The series: the put, the call.
    pub series: Vec<String>,
    /// Their strikes.
    pub strikes: Vec<f64>,
    /// The size of each, units.
    pub size: f64,
    /// What the hedge may be off before it is traded, units.
    pub band: f64,
    /// Premium that the writer got.
    pub premium: f64,
    /// The expiry, unix seconds.
    pub expiry: i64,
    /// The price of settlement.
    pub settled_at: f64,
    /// Seconds that it is the average of.
    pub averaged_seconds: u64,
    /// The prices of the half hour before the expiry, as they were published.
    pub settlement: Vec<Averaged>,
    /// Surfaces published whole, in part, and not at all.
    pub surfaces_published: [u32; 3],
    /// Liquidations begun, takes.
    pub liquidation: [u32; 2],
    /// Who took part.
    pub people: Vec<Participant>,
    /// The properties that were checked.
    pub checks: Vec<Check>,
    /// The tokens' books.
    pub ledger: Ledger,
    /// What happened, and when.
    pub marks: Vec<Mark>,
    /// Real time that the run took, seconds.
    pub wall_seconds: f64,
}

/// `report.json`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Summary {
    /// Always [`GENERATOR`]: by this an earlier report is recognised.
    pub generator: String,
    /// Whether every token's books balance to the last base unit (false if there are none).
    pub balanced: bool,
    /// Whether the books balance and every check held: the exit status of the demo.
    pub held: bool,
    /// Number of steps.
    pub steps: u64,
    /// The first step, unix seconds.
    pub from: i64,
    /// The last step, unix seconds.
    pub to: i64,
    /// Most that options and hedge were off after the hedge was adjusted, units of the underlying.
    /// The last step is left out: the hedge is worked off there as the average takes shape.
    pub max_abs_net_delta: f64,
    /// Least equity over maintenance margin at the end of a step; null if there never was a margin.
    pub min_margin_ratio: Option<f64>,
    /// What the driver knew.
    #[serde(flatten)]
    pub meta: Meta,
}

/// Computes the summary of a run.
///
/// # Errors
/// [`RecordError`] when there are no steps or when a number in them is not finite.
pub fn summarise(meta: Meta, steps: &[Step]) -> Result<Summary, RecordError> {
    let (Some(first), Some(last)) = (steps.first(), steps.last()) else {
        return Err(RecordError::NoSteps);
    };
    require_finite(&meta, steps)?;
    let hedged = steps.iter().take(steps.len() - 1);
    let margins = steps.iter().filter(|step| step.maintenance > 0.0);
    let balanced = meta.ledger.balances();
    Ok(Summary {
        generator: GENERATOR.to_owned(),
        balanced,
        held: balanced && meta.checks.iter().all(|check| check.held),
        steps: steps.len() as u64,
        from: first.unix_time,
        to: last.unix_time,
        max_abs_net_delta: hedged.map(|step| step.net_after().abs()).fold(0.0, f64::max),
        min_margin_ratio: margins.map(|step| step.equity / step.maintenance).reduce(f64::min),
        meta,
    })
}

fn require_finite(meta: &Meta, steps: &[Step]) -> Result<(), RecordError> {
    let run = [
        ("size", meta.size),
        ("premium", meta.premium),
        ("settled_at", meta.settled_at),
        ("wall_seconds", meta.wall_seconds),
    ];
    all_finite(|| "the run".to_owned(), &run)?;
    for strike in &meta.strikes {
        all_finite(|| "the run".to_owned(), &[("strikes", *strike)])?;
    }
    for averaged in &meta.settlement {
        let fields = [("price", averaged.price), ("mean", averaged.mean)];
        all_finite(|| format!("the price at {}", averaged.unix_time), &fields)?;
    }
    for person in &meta.people {
        let fields = [("minted", person.minted), ("left", person.left)];
        all_finite(|| format!("the {}", person.name), &fields)?;
    }
    for step in steps {
        all_finite(|| format!("the step at {}", step.unix_time), &numbers(step))?;
    }
    Ok(())
}

fn numbers(step: &Step) -> [(&'static str, f64); 16] {
    [
        ("price", step.price),
        ("options", step.options),
        ("cash", step.cash),
        ("equity", step.equity),
        ("initial", step.initial),
        ("maintenance", step.maintenance),
        ("delta", step.delta),
        ("hedge", step.hedge),
        ("hedge_worth", step.hedge_worth),
        ("result", step.result),
        ("put", step.put),
        ("call", step.call),
        ("hedge_before", step.hedge_before),
        ("maker", step.maker),
        ("writer", step.writer),
        ("liquidator", step.liquidator),
    ]
}
