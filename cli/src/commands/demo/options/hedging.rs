//! Hedging hour by hour, and the writer's taking out of margin.

use super::people::amount;
use super::people::whole;
use super::people::People;
use crate::commands::options::client::OptionsClient;
use crate::commands::options::margin::report;
use crate::commands::options::margin::Report;
use anyhow::Result;
use ballast_rpc::tokens::UNIT;

/// With thin margin: what is left of the free cash.
const THIN: f64 = 0.03;

/// Returns the delta of an account's options, units of the underlying.
pub fn delta(report: &Report, price: f64) -> f64 {
    report.positions.iter().map(|held| whole(held.worth.delta)).sum::<f64>() / price
}

/// Brings the hedge to minus the options' delta, when it is off by more than `band` units. Returns
/// what it was before.
///
/// # Errors
/// What the venue refused.
pub fn hedge(client: &mut OptionsClient, people: &People, price: f64, band: f64) -> Result<f64> {
    let (key, account) = people.writer.margin(client)?;
    let delta = delta(&report(client, &key, &account)?, price);
    let held = whole(people.hedge.trader(client)?.lots);
    let none = account.positions().is_empty() && held != 0.0;
    if (held + delta).abs() > band || none {
        let lots = (-delta * UNIT as f64).round() as i64;
        people.hedge.trade_to(client, lots, price)?;
    }
    Ok(held)
}

/// Lets the writer take nearly all out that is free.
///
/// # Errors
/// The margin that would not hold.
pub fn take_out(client: &mut OptionsClient, people: &mut People) -> Result<()> {
    let (key, account) = people.writer.margin(client)?;
    let free = report(client, &key, &account)?.free_cash;
    let kept = (amount(1.0) as i64).max((free as f64 * THIN) as i64);
    people
        .writer
        .withdraw(client, u64::try_from(free - kept).unwrap_or_default())
}
