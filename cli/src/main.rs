//! `ballast`: the front door. The script of that name in the root of the repository builds and
//! calls it.

use anyhow::{Context, Result};
use ballast_cli::building;
use ballast_cli::commands::{
    bench, build, calibrate, completions, demo, doctor, fit, greeks, keys, localnet, man, options, replay, setup, test,
};
use ballast_cli::front::{tree, Args, Command};
use ballast_cli::places::Places;
use ballast_files::pipe;
use ballast_rpc::secrets::clean;
use clap::Parser;
use std::ffi::OsString;
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
        Command::Replay(args) => replay::run(&args, &places),
        Command::Options(args) => options::run(&args).map(|()| true),
        Command::Bench(args) => bench::run(&args, &places),
        Command::Doctor(args) => doctor::run(&args, &places),
        Command::Keeper(passed) => become_other(&mut bot(&places.keeper()?, &passed.arguments)),
        Command::Feeder(passed) => become_other(&mut bot(&places.feeder()?, &passed.arguments)),
        Command::Keys(_) | Command::Completions(_) | Command::Man(_) => Ok(true),
    }
}

fn printed(text: String) -> bool {
    println!("{text}");
    true
}

/// Returns the command that runs a bot. Quiet for it means that it logs warnings and errors alone,
/// unless `RUST_LOG` says otherwise.
fn bot(path: &Path, arguments: &[OsString]) -> Process {
    let is_quiet = |argument: &&OsString| *argument == "--quiet" || *argument == "-q";
    let mut command = Process::new(path);
    command.args(arguments.iter().filter(|argument| !is_quiet(argument)));
    let quiet = ballast_terminal::is_quiet() || arguments.iter().any(|argument| is_quiet(&argument));
    if quiet && std::env::var_os("RUST_LOG").is_none() {
        command.env("RUST_LOG", "warn");
    }
    command
}

fn become_other(command: &mut Process) -> Result<bool> {
    let error = command.exec();
    let name = command.get_program().to_string_lossy().into_owned();
    Err(error).with_context(|| format!("{name} could not be started"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quiet_bot_logs_warnings_alone() {
        // One test alone: the setting is the whole process's.
        let words = |line: &str| line.split(' ').map(OsString::from).collect::<Vec<_>>();
        let level = |command: &Process| command.get_envs().any(|(name, _)| name == "RUST_LOG");
        let loud = bot(Path::new("keeper"), &words("--once --vault x"));
        assert!(!level(&loud) && loud.get_args().count() == 3);
        for line in ["--once -q", "--quiet --once"] {
            let quiet = bot(Path::new("keeper"), &words(line));
            assert_eq!(quiet.get_args().collect::<Vec<_>>(), ["--once"]);
            assert_eq!(level(&quiet), std::env::var_os("RUST_LOG").is_none());
        }
    }
}
