//! What a run leaves behind: one [`Step`] per candle, and the [`Summary`] that is `report.json`.
//!
//! [`strangle`] holds the same for the demo of options.
//!
//! Floats are for reading and plotting. What must balance to the base unit is in [`LedgerLine`], as
//! integers.

mod ledger;
pub mod strangle;

pub use ledger::{Book, Ledger, LedgerLine, Side, Token};

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// The state of the vault at the end of one step, after the keepers had their turn.
///
/// Quote means whole quote tokens (such as dollars of USDC), not base units. Every float must be
/// finite.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Step {
    /// Position in the run, from 0.
    pub index: u32,
    /// Start of the step, unix seconds.
    pub unix_time: i64,
    /// Market price, quote.
    pub price: f64,
    /// The market's rate-limited slow price, quote.
    pub slow_price: f64,
    /// Net asset value of one share, quote.
    pub nav_per_share: f64,
    /// Dollar delta of the book, quote.
    pub delta: f64,
    /// The delta aimed at, quote.
    pub delta_target: f64,
    /// The least delta at which no trade is due and permitted, quote.
    pub rest_low: f64,
    /// The greatest, quote.
    pub rest_high: f64,
    /// Exposure divided by net asset value.
    pub leverage: f64,
    /// Largest exposure that may be held now, quote.
    pub cap: f64,
    /// Largest exposure that may be reached by adding to it now, quote.
    pub open: f64,
    /// How strong the trend of weeks is: 0 … 1.
    pub trend_strength: f64,
    /// The floor under one share, quote.
    pub floor_per_share: f64,
    /// Volatility, annualised, as a fraction (0.8 is 80 %).
    pub volatility: f64,
    /// Whether a breaker is tripped.
    pub breaker: bool,
    /// Whether deposits are accepted.
    pub deposits_allowed: bool,
    /// Rebalances that landed in this step.
    pub cranks: u32,
    /// Name of the keeper that landed the latest rebalance, empty before the first.
    pub last_keeper: String,
    /// Trading cost since the start, quote.
    pub cost: f64,
    /// For each reaction in this step: price account change to signed transaction bytes,
    /// milliseconds.
    pub keeper_reaction_ms: Vec<f64>,
}

/// One property that was checked, and whether it held.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Check {
    /// The property, as a sentence that is true when it held.
    pub name: String,
    /// Whether it held.
    pub held: bool,
    /// What was measured, for a person.
    pub detail: String,
}

/// What one depositor put in and got back.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Depositor {
    /// Name for the report.
    pub name: String,
    /// Quote put in.
    pub deposited: f64,
    /// Quote received back.
    pub received: f64,
}

/// What the chain ran in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// The SVM in the demo's own process.
    Embedded,
    /// A local node over RPC and websocket.
    Node,
}

/// A moment worth marking on the plots.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    /// When, unix seconds.
    pub unix_time: i64,
    /// What, in a few words.
    pub label: String,
}

/// What the driver of a run knows besides its steps.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Meta {
    /// Title of the report.
    pub title: String,
    /// Name of the market's asset, such as `BTC`.
    pub asset: String,
    /// What the chain ran in.
    pub mode: Mode,
    /// Where the prices came from, for a person.
    pub source: String,
    /// Seconds from one step to the next.
    pub step_seconds: i64,
    /// The properties checked by the driver; see [`crate::checks`] for those that follow from the
    /// steps.
    pub checks: Vec<Check>,
    /// The depositors.
    pub depositors: Vec<Depositor>,
    /// The tokens' books.
    pub ledger: Ledger,
    /// Moments worth marking on the plots.
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
    /// Rebalances that landed.
    pub cranks: u64,
    /// Times that a breaker went from quiet to tripped.
    pub breaker_trips: u64,
    /// Largest |delta − target| ÷ band over the steps' ends: at most 1 is inside. See
    /// [`OFF_BAND_WITHOUT_BAND`].
    pub max_abs_delta_over_band: f64,
    /// Net asset value of one share after the first step, quote.
    pub nav_per_share_start: f64,
    /// Net asset value of one share after the last step, quote.
    pub nav_per_share_end: f64,
    /// Least distance of the share value above its floor, quote per share; negative if it fell
    /// below.
    pub floor_per_share_min_distance: f64,
    /// Median of all keeper reactions, milliseconds; null if none was measured.
    pub keeper_reaction_ms_median: Option<f64>,
    /// Start of the first step, unix seconds.
    pub from: i64,
    /// End of the last step, unix seconds.
    pub to: i64,
    /// Steps during which a breaker was tripped at their end.
    pub steps_with_breaker: u64,
    /// Trading cost of the run, quote.
    pub cost: f64,
    /// What the driver knew.
    #[serde(flatten)]
    pub meta: Meta,
}

/// The name by which a report says what wrote it.
pub const GENERATOR: &str = "ballast-sim";

/// Reported as [`Summary::max_abs_delta_over_band`] when a step was off its target while its band
/// was zero: JSON has no infinity.
pub const OFF_BAND_WITHOUT_BAND: f64 = 1e9;

/// Distances in quote smaller than this are rounding of the floats, not distance.
const NEGLIGIBLE_QUOTE: f64 = 1e-6;

/// Why a run has no summary.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum RecordError {
    /// No step was recorded.
    #[error("the run recorded no step, so there is nothing to report")]
    NoSteps,
    /// A recorded number is not finite, so it cannot be written.
    #[error("{place}: {field} is not a finite number; this is a fault of the demo, please report it")]
    NotFinite {
        /// The step, or `the run`, or a person.
        place: String,
        /// The field.
        field: &'static str,
    },
}

/// Computes the summary of a run.
///
/// # Errors
/// [`RecordError`] when there are no steps or when a number in them is not finite.
pub fn summarise(meta: Meta, steps: &[Step]) -> Result<Summary, RecordError> {
    let (first, last) = match steps {
        [] => return Err(RecordError::NoSteps),
        [first, .., last] => (first, last),
        [only] => (only, only),
    };
    require_finite(&meta, steps)?;
    let balanced = meta.ledger.balances();
    Ok(Summary {
        generator: GENERATOR.to_owned(),
        balanced,
        held: balanced && meta.checks.iter().all(|check| check.held),
        steps: steps.len() as u64,
        cranks: steps.iter().map(|s| u64::from(s.cranks)).sum(),
        breaker_trips: trips(steps),
        max_abs_delta_over_band: steps.iter().map(delta_over_band).fold(0.0, f64::max),
        nav_per_share_start: first.nav_per_share,
        nav_per_share_end: last.nav_per_share,
        floor_per_share_min_distance: steps.iter().map(floor_distance).fold(f64::INFINITY, f64::min),
        keeper_reaction_ms_median: median(
            steps
                .iter()
                .flat_map(|s| s.keeper_reaction_ms.iter().copied())
                .collect(),
        ),
        from: first.unix_time,
        to: last.unix_time.saturating_add(meta.step_seconds),
        steps_with_breaker: steps.iter().filter(|s| s.breaker).count() as u64,
        cost: last.cost,
        meta,
    })
}

/// Computes how far delta was from its target at the end of a step, as a share of what no trade is
/// due for on that side. Zero on target, [`OFF_BAND_WITHOUT_BAND`] off target without a band.
#[must_use]
pub fn delta_over_band(step: &Step) -> f64 {
    let distance = (step.delta - step.delta_target).abs();
    let band = if step.delta > step.delta_target {
        step.rest_high - step.delta_target
    } else {
        step.delta_target - step.rest_low
    };
    if distance <= NEGLIGIBLE_QUOTE {
        0.0
    } else if band > 0.0 {
        (distance / band).min(OFF_BAND_WITHOUT_BAND)
    } else {
        OFF_BAND_WITHOUT_BAND
    }
}

/// Returns how far a share stood above its floor at the end of a step, quote.
#[must_use]
pub fn floor_distance(step: &Step) -> f64 {
    step.nav_per_share - step.floor_per_share
}

fn trips(steps: &[Step]) -> u64 {
    let before = std::iter::once(false).chain(steps.iter().map(|s| s.breaker));
    steps
        .iter()
        .zip(before)
        .filter(|(step, before)| step.breaker && !before)
        .count() as u64
}

fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    match values.len() {
        0 => None,
        n if n % 2 == 1 => Some(values[middle]),
        _ => Some(f64::midpoint(values[middle - 1], values[middle])),
    }
}

fn require_finite(meta: &Meta, steps: &[Step]) -> Result<(), RecordError> {
    all_finite(|| "the run".to_owned(), &[("wall_seconds", meta.wall_seconds)])?;
    for d in &meta.depositors {
        let fields = [("deposited", d.deposited), ("received", d.received)];
        all_finite(|| format!("depositor {}", d.name), &fields)?;
    }
    for s in steps {
        let place = || format!("step {}", s.index);
        all_finite(
            place,
            &[
                ("price", s.price),
                ("slow_price", s.slow_price),
                ("nav_per_share", s.nav_per_share),
                ("delta", s.delta),
                ("delta_target", s.delta_target),
                ("rest_low", s.rest_low),
                ("rest_high", s.rest_high),
                ("open", s.open),
                ("trend_strength", s.trend_strength),
                ("leverage", s.leverage),
                ("cap", s.cap),
                ("floor_per_share", s.floor_per_share),
                ("volatility", s.volatility),
                ("cost", s.cost),
            ],
        )?;
        for reaction in &s.keeper_reaction_ms {
            all_finite(place, &[("keeper_reaction_ms", *reaction)])?;
        }
    }
    Ok(())
}

/// Fails if one of the fields is not finite.
fn all_finite(place: impl Fn() -> String, fields: &[(&'static str, f64)]) -> Result<(), RecordError> {
    match fields.iter().find(|(_, value)| !value.is_finite()) {
        Some((field, _)) => Err(RecordError::NotFinite { place: place(), field }),
        None => Ok(()),
    }
}
