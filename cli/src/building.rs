//! What the commands need built: the programs and the local node.

use crate::places::Places;
use crate::toolchain::{build_programs, cargo, program_files, programs_by, set_up, Sbf};
use anyhow::{Context, Result};
use std::fs;
use std::io;
use std::path::Path;
use std::process::Command;
use std::time::{Instant, SystemTime};

/// What decides the programs' bytes, from the root of the repository: their sources, and how they
/// are built.
const SOURCES: [&str; 8] = [
    "Cargo.lock",
    "Cargo.toml",
    "core",
    "examples",
    "programs",
    "tools/cu-bench",
    "tools/toolchain",
    "venues",
];

/// Says a line about the work, where it does not disturb a command's own output, unless quiet.
pub fn say(line: &str) {
    ballast_terminal::note("ballast", line);
}

/// Runs one part of the work, and says how long it took.
///
/// # Errors
/// If the command cannot be started, or ends with a failure; it has said why itself.
pub fn timed(what: &str, command: &mut Command) -> Result<()> {
    let start = Instant::now();
    say(what);
    let status = command
        .status()
        .with_context(|| format!("{what}: {} could not be started", command.get_program().display()))?;
    anyhow::ensure!(status.success(), "{what} FAILED: the reason is above");
    say(&format!("{what}: done in {} s", start.elapsed().as_secs()));
    Ok(())
}

/// Builds the programs where one is missing or older than its sources. Does nothing unless the
/// script asked for the command: what tests start has to take what is there.
///
/// # Errors
/// If they do not build.
pub fn programs(places: &Places) -> Result<()> {
    if !places.may_build || programs_are_current(places)? {
        return Ok(());
    }
    // Set-up looks whether the toolchain is that of this clone; when it is, that takes no time.
    if programs_by() == Sbf::Ballast {
        set_up(places)?;
    }
    // Stamped with the time from before the build: what changes meanwhile is built the next time.
    let folder = places.programs();
    fs::create_dir_all(&folder).with_context(|| format!("{}: cannot be made", folder.display()))?;
    let begun = folder.join(".building");
    fs::write(&begun, "").with_context(|| format!("{}: cannot be written", begun.display()))?;
    timed("building the programs", &mut build_programs(places))?;
    fs::rename(&begun, folder.join(".built")).context("the programs are built, but their stamp cannot be written")
}

/// Builds the local node, under the same condition as [`programs`]. It is a part of the workspace
/// that only some commands need: the script has built the rest.
///
/// # Errors
/// If it does not build.
pub fn node(places: &Places) -> Result<()> {
    if !places.may_build {
        return Ok(());
    }
    if places.localnet().is_err() {
        say("building the local node (the first time takes minutes)");
    }
    // The whole workspace, so that cargo chooses the same features as for everything else.
    let status = cargo(&places.root)
        .args(["build", "--locked", "-q", "--workspace", "--bin", "ballast-localnet"])
        .status()
        .context("cargo could not be started")?;
    anyhow::ensure!(status.success(), "the local node does not build: the reason is above");
    Ok(())
}

/// Returns whether the compiled programs are there, and newer than their sources.
///
/// # Errors
/// What cannot be read.
pub fn programs_are_current(places: &Places) -> Result<bool> {
    let folder = places.programs();
    let is_there = |file: &String| fs::metadata(folder.join(file)).is_ok_and(|file| file.len() > 0);
    let Ok(built) = fs::metadata(folder.join(".built")).and_then(|stamp| stamp.modified()) else {
        return Ok(false);
    };
    if !program_files(places)?.iter().all(is_there) {
        return Ok(false);
    }
    let newest = |source: &&str| newest(&places.root.join(source)).with_context(|| format!("{source}: cannot be read"));
    let times = SOURCES.iter().map(newest).collect::<Result<Vec<_>>>()?;
    Ok(times.into_iter().all(|time| time <= built))
}

/// Returns when a file, or the newest in a folder, was changed. Folders count too: a file that was
/// taken away leaves no other trace.
fn newest(path: &Path) -> io::Result<SystemTime> {
    let found = fs::symlink_metadata(path)?;
    let mut time = found.modified()?;
    if found.is_dir() {
        for entry in fs::read_dir(path)? {
            let entry = entry?;
            if entry.file_name() != "target" {
                time = time.max(newest(&entry.path())?);
            }
        }
    }
    Ok(time)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_anywhere_below_is_seen() {
        let folder = tempfile::tempdir().unwrap();
        let deep = folder.path().join("a/b");
        fs::create_dir_all(&deep).unwrap();
        fs::create_dir(folder.path().join("target")).unwrap();
        let old = SystemTime::UNIX_EPOCH;
        let set = |path: &Path, time| fs::File::open(path).unwrap().set_modified(time).unwrap();
        let later = |seconds| old + std::time::Duration::from_secs(seconds);
        fs::write(deep.join("file"), "").unwrap();
        fs::write(folder.path().join("target/built"), "").unwrap();
        set(&deep.join("file"), later(5));
        for path in [&deep, &folder.path().join("a"), &folder.path().to_owned()] {
            set(path, later(3));
        }
        assert_eq!(newest(folder.path()).unwrap(), later(5));
        // What is taken away changes the folder it lay in.
        set(&deep, later(8));
        assert_eq!(newest(folder.path()).unwrap(), later(8));
    }
}
