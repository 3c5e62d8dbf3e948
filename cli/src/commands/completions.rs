//! `ballast completions`: a shell's completions.

use anyhow::{Context, Result};
use clap::Command;
use clap_complete::{generate, Shell};
use std::io::{self, Write};

/// Writes completions for a shell, as in `source <(./ballast completions bash)`.
#[derive(clap::Args)]
pub struct Args {
    /// The shell that reads them
    shell: Shell,
}

/// Writes the completions of `tool` to standard output.
///
/// # Errors
/// If nobody takes them.
pub fn run(args: &Args, tool: &mut Command) -> Result<()> {
    let mut script = Vec::new();
    generate(args.shell, tool, "ballast", &mut script);
    io::stdout()
        .write_all(&script)
        .context("the completions could not be written")
}
