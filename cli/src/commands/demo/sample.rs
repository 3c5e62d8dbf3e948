//! What the report records of the chain.

use anyhow::{anyhow, Result};
use ballast_core_types::{Price, Ratio, Value};
use ballast_core_vault::appraisal::Appraisal;
use ballast_core_vault::prices::Purpose;
use ballast_sdk::snapshot::Snapshot;
use ballast_sim::record::Step;

/// Base units of a token, for people.
const UNIT: f64 = 1e6;

fn quote(value: Value) -> f64 {
    value.0 as f64 / UNIT
}

fn number(ratio: Ratio) -> f64 {
    ratio.fixed().to_num()
}

fn dollars(price: Price) -> f64 {
    price.fixed().to_num()
}

fn unfit<T>(value: Option<T>) -> Result<T> {
    value.ok_or_else(|| anyhow!("a number of the vault does not fit its type"))
}

/// Returns the vault at the price it is shown at: the one to trade at, or failing that the one of
/// an exit; and whether the programs let risk be taken.
fn seen(snapshot: &Snapshot) -> Result<(Appraisal<'_>, bool)> {
    if let Some(appraisal) = snapshot.appraise(Purpose::Trade) {
        return Ok((appraisal, appraisal.permissions.open));
    }
    // Without a live price nothing may be opened, whatever else is active.
    let exit = snapshot.valued();
    Ok((
        exit.ok_or_else(|| anyhow!("there is no price to show the vault at"))?,
        false,
    ))
}

/// Records the vault at the end of a step. Cranks, keeper, cost and reactions are the driver's to
/// add.
///
/// # Errors
/// If there is no price at all, or a number does not fit.
pub fn step(snapshot: &Snapshot, index: u32, unix_time: i64) -> Result<Step> {
    let (appraisal, calm) = seen(snapshot)?;
    // The demo's vault has one market.
    let of = unfit(appraisal.prices.of(0))?;
    let targets = unfit(appraisal.targets())?;
    let held = unfit(appraisal.exposure())?;
    let nav = held.nav;
    let target = unfit(targets.of(0))?;
    let deltas = held.deltas();
    let held_now = unfit(deltas.first().copied())?;
    let [mut low, mut high] = unfit(targets.rest(0, &deltas))?;
    // The hour's slice is traded: the rest waits.
    if unfit(appraisal.slice_left())? < targets.least {
        (low, high) = (low.min(held_now), high.max(held_now).min(targets.hold()));
    }
    let (signals, vault) = (&snapshot.first.stored.signals, &snapshot.vault);
    let delta = quote(held_now);
    let leverage = if nav.0 > 0 { delta.abs() / quote(nav) } else { 0.0 };
    let deposits = snapshot
        .prices(Purpose::Batch)
        .is_ok_and(|prices| prices.are_admitted())
        && calm;
    Ok(Step {
        index,
        unix_time,
        price: dollars(of.bounds.mid),
        slow_price: dollars(unfit(signals.slow_price.price())?),
        nav_per_share: number(unfit(appraisal.pool().worth(nav).nav_per_share())?),
        delta,
        delta_target: quote(target.delta),
        rest_low: quote(low),
        rest_high: quote(high),
        leverage,
        cap: quote(targets.hold()),
        open: quote(target.open),
        trend_strength: f64::from(of.outlook.strength.0) / 1e4,
        floor_per_share: number(vault.high_water.ratio()) * number(vault.policy.floor.ratio()),
        volatility: number(snapshot.first.stored.larger_variance()).max(0.0).sqrt(),
        breaker: !calm,
        deposits_allowed: deposits,
        ..Step::default()
    })
}

/// Computes what is in the vault's custody and at the venue at the published price, quote, whoever
/// it belongs to: before and after trading, at one price, the difference is the cost.
///
/// # Errors
/// As [`step`].
pub fn nav(snapshot: &Snapshot) -> Result<f64> {
    let (appraisal, _) = seen(snapshot)?;
    let vault = appraisal.vault;
    let nav = unfit(appraisal.exposure())?.nav;
    // What leavers owe is none of it.
    let owed = unfit(vault.ledger.advances.checked_add(vault.leaving.unwind_cost))?;
    let held = unfit(vault.ledger.in_custody())?;
    let beside = unfit(Value::from_amount(held - vault.ledger.cash))?;
    let receivables = unfit(Value::from_amount(owed))?;
    Ok(quote(nav) + quote(beside) - quote(receivables))
}
