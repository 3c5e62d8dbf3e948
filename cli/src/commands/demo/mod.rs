//! `ballast demo`: a vault through a stretch of price history, or a strangle from its sale to its
//! settlement.

mod accounting;
mod args;
mod cost;
pub mod depositor;
mod drill;
mod exits;
mod options;
mod replay;
mod run;
mod sample;
mod stage;
mod verdict;

pub use args::Args;

use crate::chain::Chain;
use crate::chain::InProcess;
use crate::node::Node;
use crate::places::Places;
use crate::stop::Stop;
use anyhow::Result;
use ballast_deploy::config::Config;
use ballast_deploy::config::DEFAULT;
use ballast_deploy::steps::compiled;
use ballast_deploy::steps::Local;
use ballast_sim::record;
use ballast_sim::record::Meta;
use ballast_sim::record::Mode;
use ballast_sim::report;
use replay::Replay;
use run::Run;
use std::path::Path;
use std::time::Instant;

/// Chain time kept for the set-up, before the first price: a node's clock runs while it is set up.
const PREPARATION: i64 = 3_600;

/// Runs the demo; `false` if something did not hold.
///
/// # Errors
/// One line that says what to do.
pub fn run(args: &Args, places: &Places) -> Result<bool> {
    let out = if args.out.is_absolute() {
        args.out.clone()
    } else {
        places.start.join(&args.out)
    };
    ballast_terminal::set_json(args.json);
    args.guard().check_inside("--out", &out, &report::FILES)?;
    if args.strangle.options {
        let prices = args.history.is_some().then(|| Replay::of(args)).transpose()?;
        return options::run(args, prices, &out, places);
    }
    vault(args, &out, places)
}

/// Runs the vault's demo.
fn vault(args: &Args, out: &Path, places: &Places) -> Result<bool> {
    let stop = Stop::new()?;
    let replay = Replay::of(args)?;
    report::check_dir(out)?;
    compiled(&places.programs())?;
    let local = Local::new(Config::parse(DEFAULT)?, &replay.asset)?;
    let genesis = replay
        .candles
        .first()
        .map_or(0, |candle| candle.unix_time - PREPARATION);
    let mut chain: Box<dyn Chain> = if args.node {
        Box::new(Node::start(places, args.port, genesis, stop.clone())?)
    } else {
        Box::new(InProcess::new(genesis))
    };
    let mode = if args.node { Mode::Node } else { Mode::Embedded };
    let began = Instant::now();
    let mut run = Run::new(local, chain.as_mut(), &replay, args.drill, stop);
    let meta = run.all(args.speed, places, mode)?;
    let meta = Meta {
        wall_seconds: began.elapsed().as_secs_f64(),
        ..meta
    };
    let summary = record::summarise(meta, &run.steps)?;
    let page = report::write(out, &summary, &run.steps)?;
    let (checks, seconds) = (&summary.meta.checks, summary.meta.wall_seconds);
    if args.json {
        verdict::print_json(checks, summary.steps, seconds, &page, summary.held)?;
    } else {
        verdict::say(checks);
        verdict::conclude(summary.steps, seconds, &page, summary.held);
    }
    Ok(summary.held && replay.whole)
}
