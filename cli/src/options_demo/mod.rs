//! `ballast demo --options`: a strangle from its sale to its settlement.

mod liquidation;
mod path;
mod people;
mod perp;
mod record;
mod run;
mod surface;

use crate::embedded::Embedded;
use crate::places::Places;
use crate::stop::Stop;
use anyhow::{bail, Result};
use ballast_migrations::config::{Config, DEFAULT};
use ballast_migrations::steps::{compiled, Local};
use ballast_sim::history::Candle;
use std::path::PathBuf;

/// Chain time kept for the set-up, before the first price.
const PREPARATION: i64 = 3_600;
/// A line of the table every so many hours, besides those on which something happened.
const LINE_EVERY: i64 = 6 * 3_600;

/// What to run.
pub struct Order {
    /// Prices, and the file they are from; the built-in week without.
    pub history: Option<(Vec<Candle>, String)>,
    /// The asset.
    pub asset: String,
    /// Option chains to fit surfaces to.
    pub chains: Option<PathBuf>,
    /// Leave the writer with thin margin.
    pub liquidate: bool,
    /// Where the files go.
    pub out: PathBuf,
}

/// Runs the demo; `false` if something did not hold.
///
/// # Errors
/// One line that says what to do.
pub fn run(order: &Order, places: &Places) -> Result<bool> {
    let stop = Stop::new()?;
    compiled(&places.programs())?;
    let local = Local::new(Config::parse(DEFAULT)?, &order.asset)?;
    let (points, prices) = match &order.history {
        Some((candles, name)) => (path::of_history(candles)?, name.clone()),
        None => (path::built_in(), "the built-in week, made up".to_owned()),
    };
    let Some(first) = points.first() else {
        bail!("there are no prices")
    };
    let mut chain = Embedded::new(first.at - PREPARATION);
    let source = surface::Source::load(order.chains.as_deref(), &order.asset)?;
    let surfaces = source.describe();
    local.initialise(&mut chain, &places.programs(), &mut |_| {})?;
    let mut run = run::Run::new(local, points, source, order.liquidate, stop);
    let mut summary = run.all(&mut chain)?;
    (summary.prices, summary.surfaces) = (prices, surfaces);
    record::write(&order.out, &summary, &run.steps)?;
    println!("{}", record::head());
    for step in run
        .steps
        .iter()
        .filter(|step| step.unix_time.rem_euclid(LINE_EVERY) == 0 || !step.events.is_empty())
    {
        println!("{}", record::line(step));
    }
    println!();
    for check in &summary.checks {
        println!(
            "{} {}: {}",
            if check.held { "  ok  " } else { "FAILED" },
            check.name,
            check.detail
        );
    }
    for person in &summary.people {
        println!(
            "  {:<12} had {:>14.2}, has {:>14.2}: {:>+12.2}",
            person.name,
            person.minted,
            person.left,
            person.left - person.minted
        );
    }
    println!("\n{} steps; {}", run.steps.len(), order.out.display());
    println!(
        "{}",
        if summary.held {
            "Everything held."
        } else {
            "SOMETHING DID NOT HOLD: see the lines marked FAILED above."
        }
    );
    Ok(summary.held)
}
