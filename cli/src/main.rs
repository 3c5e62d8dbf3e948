//! `ballast`: the front door. The script of that name in the root of the repository builds and calls it.

use anyhow::{Context, Result};
use ballast_cli::commands::{bench, calibrate, demo, fit, greeks, localnet, options, replay};
use ballast_cli::places::Places;
use clap::{Parser, Subcommand};
use std::ffi::OsString;
use std::os::unix::process::CommandExt;
use std::process::{Command, ExitCode};

/// A risk vault on Solana: see it run, test it, work on it.
#[derive(Parser)]
#[command(name = "ballast", version)]
struct Args {
    #[command(subcommand)]
    command: Order,
}

#[derive(Subcommand)]
enum Order {
    Demo(demo::Args),
    Localnet(localnet::Args),
    Greeks(greeks::Args),
    Fit(fit::Args),
    Calibrate(calibrate::Args),
    Replay(replay::Args),
    Bench(bench::Args),
    Options(options::Args),
    /// Runs the keeper: watches a vault and cranks it. `ballast keeper --help` lists its options
    #[command(disable_help_flag = true)]
    Keeper(Passed),
    /// Runs the feeder: fits a surface to an option chain and submits it. `ballast feeder --help` lists its options
    #[command(disable_help_flag = true)]
    Feeder(Passed),
    /// Installs what building needs (Debian packages, the programs' toolchain), then builds
    #[command(disable_help_flag = true)]
    Setup(Passed),
    /// Builds the programs, this tool and the keeper; with --node also the local node
    #[command(disable_help_flag = true)]
    Build(Passed),
    /// Builds everything and runs every test
    #[command(disable_help_flag = true)]
    Test(Passed),
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
        Order::Demo(args) => demo::run(&args, &places),
        Order::Localnet(args) => localnet::run(&args, &places).map(|()| true),
        Order::Greeks(args) => greeks::run(&args, &places),
        Order::Fit(args) => fit::run(&args),
        Order::Calibrate(args) => calibrate::run(&args),
        Order::Replay(args) => replay::run(&args, &places),
        Order::Options(args) => options::run(&args).map(|()| true),
        Order::Bench(args) => bench::run(&args, &places),
        Order::Keeper(passed) => become_other(Command::new(places.keeper()?).args(passed.arguments)),
        Order::Feeder(passed) => become_other(Command::new(places.feeder()?).args(passed.arguments)),
        Order::Setup(passed) => script(&places, "setup", passed),
        Order::Build(passed) => script(&places, "build", passed),
        Order::Test(passed) => script(&places, "test", passed),
    }
}

/// What installs and builds is the script's, since it has to work before this program exists.
fn script(places: &Places, order: &str, passed: Passed) -> Result<bool> {
    become_other(
        Command::new(places.root.join("ballast"))
            .arg(order)
            .args(passed.arguments),
    )
}

fn become_other(command: &mut Command) -> Result<bool> {
    let error = command.exec();
    let name = command.get_program().to_string_lossy().into_owned();
    Err(error).with_context(|| format!("{name} could not be started"))
}
