//! The beginning and the end of a service's process.

use crate::settings;
use ballast_rpc::secrets::clean;
use ballast_rpc::ServiceError;
use clap::{CommandFactory, FromArgMatches};
use std::process::ExitCode;

/// Parses the settings of the program `name` and does its work. Whatever ends it is said in one
/// line on standard error, without what may be secret, and is the exit code.
pub fn main<A: CommandFactory + FromArgMatches>(
    name: &'static str,
    work: impl FnOnce(A) -> Result<(), ServiceError>,
) -> ExitCode {
    ballast_terminal::explain_panics(name, clean);
    let args = match settings::parse() {
        Ok(args) => args,
        Err(code) => return code,
    };
    match work(args) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{name}: {}", clean(&error.to_string()));
            ExitCode::from(error.exit_code())
        }
    }
}
