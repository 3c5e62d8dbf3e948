//! How what builds Ballast is called: cargo, and the scripts of `tools/toolchain`.

use crate::places::Places;
use crate::process::child;
use anyhow::{Context, Result};
use std::env;
use std::ffi::{OsStr, OsString};
use std::io;
use std::path::Path;
use std::process::{Command, Stdio};

/// Where Debian's compiler lies.
const SYSTEM: &str = "/usr/bin";

/// Whose toolchain builds the programs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Sbf {
    /// Anza's `cargo build-sbf`.
    Anza,
    /// The one that `tools/toolchain/setup` installs.
    Ballast,
}

/// Returns who builds the programs: `BALLAST_SBF` decides, else Anza's tool where it is on the
/// `PATH`.
pub fn programs_by() -> Sbf {
    let path = env::var_os("PATH").unwrap_or_default();
    let is_there = env::split_paths(&path).any(|folder| folder.join("cargo-build-sbf").is_file());
    match env::var("BALLAST_SBF") {
        Ok(choice) if choice == "anza" => Sbf::Anza,
        Ok(choice) if !choice.is_empty() => Sbf::Ballast,
        _ if is_there => Sbf::Anza,
        _ => Sbf::Ballast,
    }
}

/// Returns Debian's cargo in a folder, at low priority: programs and tests are made for it, and a
/// cargo of the user's own comes after it on the `PATH`.
pub fn cargo(folder: &Path) -> Command {
    let mut command = child("nice");
    command.arg("cargo").current_dir(folder).env("PATH", path(SYSTEM, true));
    // A command that a test starts builds nothing.
    command.env_remove(Places::MAY_BUILD);
    command
}

/// Returns a script of `tools/toolchain`, at low priority, that talks on standard error.
pub fn tool(places: &Places, name: &str) -> Command {
    let mut command = child("nice");
    command
        .arg(places.root.join("tools/toolchain").join(name))
        .current_dir(&places.root)
        .env("PATH", path(SYSTEM, true))
        .stdout(Stdio::from(io::stderr()));
    command
}

/// Returns the script that builds the programs. Anza's tool needs the cargo that came with it, so
/// the user's own `PATH` comes first; ours names Debian's by its path.
pub fn build_programs(places: &Places) -> Command {
    let mut command = tool(places, "build-programs");
    command.env("PATH", path(SYSTEM, false));
    command
}

/// Runs `tools/toolchain/setup`.
///
/// # Errors
/// If something cannot be installed.
pub fn set_up(places: &Places) -> Result<()> {
    let status = tool(places, "setup").status();
    let status = status.context("tools/toolchain/setup could not be started")?;
    anyhow::ensure!(
        status.success(),
        "what building needs could not be installed: the reason is above"
    );
    Ok(())
}

/// Returns the names of the files that `build-programs` makes.
///
/// # Errors
/// If it cannot be asked.
pub fn program_files(places: &Places) -> Result<Vec<String>> {
    let output = build_programs(places)
        .arg("--list")
        .stdout(Stdio::piped())
        .output()
        .context("tools/toolchain/build-programs could not be started")?;
    anyhow::ensure!(output.status.success(), "tools/toolchain/build-programs --list failed");
    let list = String::from_utf8(output.stdout).context("tools/toolchain/build-programs --list")?;
    Ok(list.lines().map(str::to_owned).collect())
}

/// Returns the `PATH` with a folder put before or after what is there.
fn path(folder: &str, first: bool) -> OsString {
    let own = env::var_os("PATH").unwrap_or_default();
    let (left, right) = if first {
        (OsStr::new(folder), own.as_os_str())
    } else {
        (own.as_os_str(), OsStr::new(folder))
    };
    let mut joined = left.to_owned();
    joined.push(":");
    joined.push(right);
    joined
}
