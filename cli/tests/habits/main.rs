//! What every command does alike, held against the compiled tools: keys, panics, colours, quiet,
//! manuals, JSON alone on standard output.

mod doctor;
mod json;
mod keys;
mod manners;
mod panics;
mod reference;
// What needs a node is not used here.
#[allow(dead_code)]
#[path = "../support/mod.rs"]
mod support;

use std::path::PathBuf;
use std::process::{Command, Output};

/// What a run of a tool came to.
pub struct Ran {
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
}

impl From<Output> for Ran {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code(),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

/// Returns a tool with nothing of the caller's own settings.
pub fn tool(path: PathBuf) -> Command {
    let mut command = Command::new(path);
    for (name, _) in std::env::vars_os() {
        let name = name.to_string_lossy().into_owned();
        let ours = name.starts_with("BALLAST_") || name.starts_with("CLICOLOR");
        if ours || ["NO_COLOR", "RUST_BACKTRACE", "RUST_LOG"].contains(&name.as_str()) {
            command.env_remove(name);
        }
    }
    command
}

/// Runs the front door.
pub fn ballast(arguments: &[&str]) -> Ran {
    let mut command = tool(env!("CARGO_BIN_EXE_ballast").into());
    command.args(arguments).output().unwrap().into()
}

/// Returns a bot's path, if it is built.
pub fn bot(name: &str) -> Option<PathBuf> {
    let path = support::root().join("target/debug").join(name);
    support::is_built(&path).then_some(path)
}
