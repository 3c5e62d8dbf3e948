//! `ballast demo --options`: a strangle from its sale to its settlement.

mod closing;
mod hedging;
mod liquidation;
mod market;
mod path;
mod people;
mod recorder;
mod run;
mod sale;
mod settlement;
mod surface;
mod table;

use super::replay::Replay;
use super::verdict;
use super::Args;
use super::PREPARATION;
use crate::places::Places;
use crate::stop::Stop;
use anyhow::bail;
use anyhow::Result;
use ballast_deploy::config::Config;
use ballast_deploy::config::DEFAULT;
use ballast_deploy::steps::compiled;
use ballast_deploy::steps::Local;
use ballast_rpc::Embedded;
use ballast_sim::record::strangle::summarise;
use ballast_sim::record::strangle::Meta;
use ballast_sim::report;
use market::Market;
use run::Run;
use std::path::Path;
use std::path::PathBuf;
use std::time::Instant;

/// What `ballast demo` takes for it.
#[derive(clap::Args)]
pub struct Flags {
    /// A strangle instead of a vault: sold on a maker's quote, hedged with the perpetual, settled
    #[arg(long, conflicts_with_all = ["node", "speed", "seed"])]
    pub options: bool,

    /// With --options: fit the surfaces to the option chains of this file (default: a built-in
    /// smile)
    #[arg(long, value_name = "FILE", requires = "options")]
    pub(super) chains: Option<PathBuf>,

    /// With --options: leave the writer so little margin that a fall liquidates it
    #[arg(long, requires = "options")]
    liquidate: bool,
}

/// Runs the demo; `false` if something did not hold.
///
/// # Errors
/// One line that says what to do.
pub fn run(args: &Args, prices: Option<Replay>, out: &Path, places: &Places) -> Result<bool> {
    let flags = &args.strangle;
    let stop = Stop::new()?;
    compiled(&places.programs())?;
    let whole = prices.as_ref().is_none_or(|replay| replay.whole);
    let (points, source, asset) = match prices {
        Some(replay) => (path::of_history(&replay.candles)?, replay.source, replay.asset),
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
    let began = Instant::now();
    let mut chain = Embedded::new(first.at - PREPARATION);
    let chains = surface::Source::load(flags.chains.as_deref(), &asset, args.shape.time_unit)?;
    let whole = whole && chains.whole;
    let surfaces = chains.describe();
    report::check_dir(out)?;
    local.initialise(&mut chain, &places.programs(), &mut |_| {})?;
    let mut run = Run::new(local, Market::new(points, chains), flags.liquidate, stop);
    let meta = Meta {
        prices: source,
        surfaces,
        ..run.all(&mut chain)?
    };
    let meta = Meta {
        wall_seconds: began.elapsed().as_secs_f64(),
        ..meta
    };
    let summary = summarise(meta, run.steps())?;
    let page = report::write_strangle(out, &summary, run.steps())?;
    let (checks, seconds) = (&summary.meta.checks, summary.meta.wall_seconds);
    if args.json {
        verdict::print_json(checks, summary.steps, seconds, &page, summary.held)?;
        return Ok(summary.held && whole);
    }
    table::print(run.steps());
    verdict::say(checks);
    table::print_people(&summary.meta.people);
    verdict::conclude(summary.steps, seconds, &page, summary.held);
    Ok(summary.held && whole)
}
