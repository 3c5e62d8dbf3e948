//! `ballast`: the front door. The script of that name in the root of the repository builds and
//! calls it.

use anyhow::{Context, Result};
use ballast_cli::building;
use ballast_cli::commands::{
    bench, build, calibrate, completions, coverage, demo, doctor, fit, greeks, keys, localnet, man, options, replay,
    setup, test, vault,
};
use ballast_cli::front::{tree, Args, Command, Passed};
use ballast_cli::places::Places;
use ballast_files::pipe;
use ballast_rpc::secrets::clean;
use ballast_rpc::service::show_program_logs;
use clap::Parser;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command as Process, ExitCode};

fn main() -> ExitCode {
    ballast_terminal::explain_panics("ballast", clean);
    if let Err(error) = pipe::end_quietly() {
        eprintln!("ballast: no handler for closed pipes: {error}");
    }
    let args = match Args::try_parse() {
        Ok(args) => args,
        // A URL may hold a provider's key, and clap quotes what it does not expect.
        Err(error) if error.to_string().contains("://") => {
            eprint!("{}", clean(&error.to_string()));
            return ExitCode::from(2);
        }
        Err(error) => error.exit(),
    };
    match run(args) {
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
            eprintln!("ballast: {}", clean(&line));
            ExitCode::FAILURE
        }
    }
}

fn run(args: Args) -> Result<bool> {
    ballast_terminal::set_quiet(args.quiet);
    if args.verbose {
        show_program_logs();
    }
    // What needs no repository.
    match &args.command {
        Command::Keys(args) => return keys::run(args, &mut building::say).map(printed),
        Command::Completions(args) => return completions::run(args, &mut tree()).map(|()| true),
        Command::Man(args) => return man::run(args, tree()).map(|()| true),
        _ => {}
    }
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
        Command::Coverage(args) => coverage::run(&args),
        Command::Replay(args) => replay::run(&args, &places),
        Command::Vault(args) => vault::run(&args).map(|()| true),
        Command::Options(args) => options::run(&args).map(|()| true),
        Command::Bench(args) => bench::run(&args, &places),
        Command::Doctor(args) => doctor::run(&args, &places),
        Command::Keeper(passed) => become_other(&mut bot(&places.keeper()?, &passed, args.verbose)),
        Command::Maker(passed) => become_other(&mut bot(&places.maker()?, &passed, args.verbose)),
        Command::Feeder(passed) => become_other(&mut bot(&places.feeder()?, &passed, args.verbose)),
        Command::Keys(_) | Command::Completions(_) | Command::Man(_) => Ok(true),
    }
}

fn printed(text: String) -> bool {
    println!("{text}");
    true
}

/// Returns the command that runs a bot. What was asked of this tool is asked of it.
fn bot(path: &Path, passed: &Passed, verbose: bool) -> Process {
    let mut command = Process::new(path);
    if ballast_terminal::is_quiet() {
        command.arg("--quiet");
    }
    if verbose {
        command.arg("--verbose");
    }
    command.args(&passed.arguments);
    command
}

fn become_other(command: &mut Process) -> Result<bool> {
    let error = command.exec();
    let name = command.get_program().to_string_lossy().into_owned();
    Err(error).with_context(|| format!("{name} could not be started"))
}
