//! What can be typed: the commands, as one tree.

use crate::commands::{
    bench, build, calibrate, completions, coverage, demo, doctor, fit, greeks, keys, localnet, man, options, replay,
    setup, test, vault,
};
use clap::{CommandFactory, Parser, Subcommand};
use std::ffi::OsString;

/// A risk vault on Solana: see it run, test it, work on it.
///
/// Each command takes --help. Begin with `./ballast demo`: on a new machine it sets everything up
/// first (about 20 minutes on two cores, less than 4 GB of disk for the cache; once). Everything
/// can be run again safely.
#[derive(Parser)]
#[command(name = "ballast", version)]
pub struct Args {
    /// Say nothing but results, warnings and errors
    #[arg(long, short, global = true)]
    pub quiet: bool,

    /// Also say what programs logged in a transaction that the chain refused
    #[arg(long, short, global = true)]
    pub verbose: bool,

    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The commands.
#[derive(Subcommand)]
#[allow(missing_docs)]
pub enum Command {
    Setup(setup::Args),
    Demo(demo::Args),
    Test(test::Args),
    Localnet(localnet::Args),
    /// Runs the keeper: watches a vault and cranks it. `ballast keeper --help` lists its options
    #[command(disable_help_flag = true)]
    Keeper(Passed),
    /// Runs the feeder: fits a surface to an option chain and submits it. `ballast feeder --help`
    /// lists its options
    #[command(disable_help_flag = true)]
    Feeder(Passed),
    /// Runs the maker: answers requests for quotes on options. `ballast maker --help` lists its
    /// options
    #[command(disable_help_flag = true)]
    Maker(Passed),
    Vault(vault::Args),
    Options(options::Args),
    Keys(keys::Args),
    Greeks(greeks::Args),
    Fit(fit::Args),
    Calibrate(calibrate::Args),
    Coverage(coverage::Args),
    Replay(replay::Args),
    Bench(bench::Args),
    Build(build::Args),
    Doctor(doctor::Args),
    Completions(completions::Args),
    Man(man::Args),
}

/// Arguments of another program.
#[derive(clap::Args)]
pub struct Passed {
    /// All of them.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    pub arguments: Vec<OsString>,
}

/// Returns the whole tree for completions and manuals: what the bots take stands in it as well.
pub fn tree() -> clap::Command {
    let bot = |of: clap::Command, name: &'static str| of.name(name).bin_name(format!("ballast {name}"));
    Args::command()
        .mut_subcommand("keeper", |_| bot(ballast_keeper::service::Args::command(), "keeper"))
        .mut_subcommand("feeder", |_| bot(ballast_feeder::args::Args::command(), "feeder"))
        .mut_subcommand("maker", |_| bot(ballast_maker::args::Args::command(), "maker"))
}
