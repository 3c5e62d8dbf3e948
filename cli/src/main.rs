//! `ballast`: the front door. The script of that name in the root of the repository builds and
//! calls it.

use anyhow::{Context, Result};
use ballast_cli::building;
use ballast_cli::commands::{
    bench, build, calibrate, completions, demo, fit, greeks, localnet, options, replay, setup, test,
};
use ballast_cli::places::Places;
use clap::{CommandFactory, Parser, Subcommand};
use std::ffi::OsString;
use std::os::unix::process::CommandExt;
use std::process::{Command as Process, ExitCode};

/// A risk vault on Solana: see it run, test it, work on it.
///
/// Each command takes --help. Begin with `./ballast demo`: on a new machine it sets everything up
/// first (about 20 minutes on two cores, less than 4 GB of disk for the cache; once). Everything
/// can be run again safely.
#[derive(Parser)]
#[command(name = "ballast", version)]
struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
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
    Options(options::Args),
    Greeks(greeks::Args),
    Fit(fit::Args),
    Calibrate(calibrate::Args),
    Replay(replay::Args),
    Bench(bench::Args),
    Build(build::Args),
    Completions(completions::Args),
}

#[derive(clap::Args)]
struct Passed {
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    arguments: Vec<OsString>,
}

fn main() -> ExitCode {
    match run(Args::parse()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            // Some messages quote their cause already.
            let mut line = error.to_string();
            for cause in error.chain().skip(1).map(ToString::to_string) {
                if !line.contains(&cause) {
                    line += &format!(": {cause}");
                }
            }
            eprintln!("ballast: {line}");
            ExitCode::FAILURE
        }
    }
}

fn run(args: Args) -> Result<bool> {
    let places = Places::find()?;
    match args.command {
        // The script builds this tool first, and keeps settings of the user's own away from what is
        // built.
        Command::Setup(_) | Command::Build(_) | Command::Test(_) if !places.may_build => {
            become_other(Process::new(places.root.join("ballast")).args(std::env::args_os().skip(1)))
        }
        Command::Setup(_) => setup::run(&places).map(|()| true),
        Command::Build(_) => build::run(&places).map(|()| true),
        Command::Test(args) => test::run(&args, &places).map(|()| true),
        Command::Demo(args) => {
            building::programs(&places)?;
            demo::run(&args, &places)
        }
        Command::Localnet(args) => localnet::run(&args, &places).map(|()| true),
        Command::Greeks(args) => greeks::run(&args, &places),
        Command::Fit(args) => fit::run(&args),
        Command::Calibrate(args) => calibrate::run(&args),
        Command::Replay(args) => replay::run(&args, &places),
        Command::Options(args) => options::run(&args).map(|()| true),
        Command::Bench(args) => bench::run(&args, &places),
        Command::Keeper(passed) => become_other(Process::new(places.keeper()?).args(passed.arguments)),
        Command::Feeder(passed) => become_other(Process::new(places.feeder()?).args(passed.arguments)),
        Command::Completions(args) => completions::run(&args, &mut Args::command()).map(|()| true),
    }
}

fn become_other(command: &mut Process) -> Result<bool> {
    let error = command.exec();
    let name = command.get_program().to_string_lossy().into_owned();
    Err(error).with_context(|| format!("{name} could not be started"))
}
