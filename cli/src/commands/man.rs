//! `ballast man`: manual pages.

use anyhow::{Context, Result};
use clap::Command;
use clap_mangen::Man;
use std::fs;
use std::path::{Path, PathBuf};

/// Writes a manual page for each command, for `man -l DIR/ballast.1`.
///
/// The pages of an earlier run are replaced; a file that is none of them is left as it is.
#[derive(clap::Args)]
pub struct Args {
    /// Folder for the pages; made if it is not there
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
}

/// Writes the pages of `tool` and of everything below it.
///
/// # Errors
/// What cannot be written.
pub fn run(args: &Args, mut tool: Command) -> Result<()> {
    fs::create_dir_all(&args.out).with_context(|| format!("--out: {} cannot be made", args.out.display()))?;
    tool.build();
    let mut pages = Vec::new();
    pages_of(&tool, "ballast", &mut pages)?;
    for (name, page) in &pages {
        check(&args.out.join(name))?;
        debug_assert!(is_page(page));
    }
    for (name, page) in pages {
        let path = args.out.join(name);
        fs::write(&path, page).with_context(|| format!("{}: cannot be written", path.display()))?;
    }
    ballast_terminal::note("ballast", &format!("written to {}", args.out.display()));
    Ok(())
}

/// Collects the pages of a command: `ballast-options-list.1`.
fn pages_of(command: &Command, name: &str, pages: &mut Vec<(String, Vec<u8>)>) -> Result<()> {
    let mut page = Vec::new();
    let titled = command.clone().disable_help_subcommand(true);
    Man::new(titled).render(&mut page)?;
    pages.push((format!("{name}.1"), page));
    for below in command.get_subcommands().filter(|below| below.get_name() != "help") {
        pages_of(below, &format!("{name}-{}", below.get_name()), pages)?;
    }
    Ok(())
}

fn is_page(bytes: &[u8]) -> bool {
    bytes.windows(4).take(500).any(|begin| begin == b".TH ")
}

/// Fails if something else than a page of ours has the name.
fn check(path: &Path) -> Result<()> {
    match fs::read(path) {
        Ok(bytes) => anyhow::ensure!(
            bytes.is_empty() || is_page(&bytes),
            "--out: {} exists and is no manual page; choose another folder",
            path.display()
        ),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
        Err(error) => return Err(error).with_context(|| path.display().to_string()),
    }
    Ok(())
}
