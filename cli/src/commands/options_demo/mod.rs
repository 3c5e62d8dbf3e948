//! `ballast demo --options`: a strangle from its sale to its settlement.

mod liquidation;
mod path;
mod people;
mod perp;
mod record;
mod run;
mod surface;

use crate::places::Places;
use crate::stop::Stop;
use crate::verdict;
use anyhow::{bail, Result};
use ballast_deploy::config::{Config, DEFAULT};
use ballast_deploy::steps::{compiled, Local};
use ballast_market_data::history::Candle;
use ballast_rpc::Embedded;
use std::path::{Path, PathBuf};

/// Chain time kept for the set-up, before the first price.
const PREPARATION: i64 = 3_600;
/// A line of the table every so many hours, besides those on which something happened.
const LINE_EVERY: i64 = 6 * 3_600;

/// What `ballast demo` takes for it.
#[derive(clap::Args)]
pub struct Flags {
    /// A strangle instead of a vault: sold on a maker's quote, hedged with the perpetual, settled
    #[arg(long, conflicts_with_all = ["node", "speed", "seed"])]
    pub options: bool,

    /// With --options: fit the surfaces to the option chains of this file (default: a built-in smile)
    #[arg(long, value_name = "FILE", requires = "options")]
    chains: Option<PathBuf>,

    /// With --options: leave the writer so little margin that a fall liquidates him
    #[arg(long, requires = "options")]
    liquidate: bool,
}

/// Prices, the file they are from, and the asset.
pub type Prices = (Vec<Candle>, String, String);

/// Runs the demo; `false` if something did not hold.
///
/// # Errors
/// One line that says what to do.
pub fn run(flags: &Flags, prices: Option<Prices>, out: &Path, places: &Places) -> Result<bool> {
    let stop = Stop::new()?;
    compiled(&places.programs())?;
    let (points, source, asset) = match &prices {
        Some((candles, name, asset)) => (path::of_history(candles)?, name.clone(), asset.clone()),
        None => (
            path::built_in(),
            "the built-in week, made up".to_owned(),
            "BTC".to_owned(),
        ),
    };
    let local = Local::new(Config::parse(DEFAULT)?, &asset)?;
    let Some(first) = points.first() else {
        bail!("there are no prices")
    };
    let mut chain = Embedded::new(first.at - PREPARATION);
    let chains = surface::Source::load(flags.chains.as_deref(), &asset)?;
    let surfaces = chains.describe();
    local.initialise(&mut chain, &places.programs(), &mut |_| {})?;
    let mut run = run::Run::new(local, points, chains, flags.liquidate, stop);
    let mut summary = run.all(&mut chain)?;
    (summary.prices, summary.surfaces) = (source, surfaces);
    record::write(out, &summary, &run.steps)?;
    println!("{}", record::head());
    for step in run
        .steps
        .iter()
        .filter(|step| step.unix_time.rem_euclid(LINE_EVERY) == 0 || !step.events.is_empty())
    {
        println!("{}", record::line(step));
    }
    println!();
    verdict::say(&summary.checks);
    for person in &summary.people {
        println!(
            "  {:<12} had {:>14.2}, has {:>14.2}: {:>+12.2}",
            person.name,
            person.minted,
            person.left,
            person.left - person.minted
        );
    }
    println!("\n{} steps; {}", run.steps.len(), out.display());
    println!("{}", verdict::sentence(summary.held));
    Ok(summary.held)
}
