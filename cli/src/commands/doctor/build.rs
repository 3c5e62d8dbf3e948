//! Packages, compiler, toolchain of the programs, what is built.

use super::Finding;
use crate::building::programs_are_current;
use crate::places::Places;
use crate::toolchain::{cargo, programs_by, Sbf};
use std::env;
use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};

/// What installs and builds everything.
const SET_UP: &str = "./ballast setup";

/// Looks at what builds, and at what is built.
pub fn look(places: &Places) -> Vec<Finding> {
    vec![
        version(places),
        packages(places),
        compiler(places),
        toolchain(),
        programs(places),
        tools(places),
    ]
}

fn version(places: &Places) -> Finding {
    let git = |arguments: &[&str]| {
        let output = Command::new("git")
            .current_dir(&places.root)
            .args(arguments)
            .output()
            .ok()?;
        let text = String::from_utf8(output.stdout).ok()?;
        output.status.success().then(|| text.trim().to_owned())
    };
    let mut found = format!("ballast {}", env!("CARGO_PKG_VERSION"));
    if let Some(commit) = git(&["rev-parse", "--short", "HEAD"]).filter(|commit| !commit.is_empty()) {
        found += &format!(", commit {commit}");
    }
    if git(&["status", "--porcelain", "--untracked-files=no"]).is_some_and(|changes| !changes.is_empty()) {
        found += ", with changes";
    }
    Finding::ok("version", found)
}

/// Debian's packages of `packages.build`; elsewhere they are the user's own affair.
fn packages(places: &Places) -> Finding {
    let list = fs::read_to_string(places.root.join("tools/toolchain/packages.build")).unwrap_or_default();
    let wanted: Vec<&str> = list
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .collect();
    let asked = Command::new("dpkg-query")
        .args(["-W", "-f", "${db:Status-Status} ${Package}\n"])
        .args(&wanted)
        .stderr(Stdio::null())
        .output();
    let Ok(answer) = asked else {
        return Finding::warning(
            "packages",
            "this is no Debian",
            format!("install what Debian calls: {}", wanted.join(" ")),
        );
    };
    let answer = String::from_utf8_lossy(&answer.stdout).into_owned();
    let installed: Vec<&str> = answer
        .lines()
        .filter_map(|line| line.strip_prefix("installed "))
        .collect();
    let missing: Vec<&str> = wanted
        .iter()
        .copied()
        .filter(|name| !installed.contains(name))
        .collect();
    if missing.is_empty() {
        Finding::ok("packages", format!("all {} are installed", wanted.len()))
    } else {
        Finding::wrong("packages", format!("missing: {}", missing.join(" ")), SET_UP)
    }
}

fn compiler(places: &Places) -> Finding {
    let answer = cargo(&places.root).arg("--version").output();
    let said = answer.ok().filter(|answer| answer.status.success());
    let Some(said) = said.and_then(|answer| String::from_utf8(answer.stdout).ok()) else {
        return Finding::wrong("compiler", "no cargo is found", SET_UP);
    };
    let wanted = minor(env!("CARGO_PKG_RUST_VERSION"));
    if minor(said.split_whitespace().nth(1).unwrap_or_default()) < wanted {
        let found = format!("{}, and {} is needed", said.trim(), env!("CARGO_PKG_RUST_VERSION"));
        return Finding::wrong("compiler", found, SET_UP);
    }
    Finding::ok("compiler", said.trim())
}

/// Returns the middle number of a version: `1.89.0` has 89.
fn minor(version: &str) -> Option<u32> {
    version.split('.').nth(1)?.parse().ok()
}

fn toolchain() -> Finding {
    if programs_by() == Sbf::Anza {
        return Finding::ok("toolchain", "Anza's cargo build-sbf");
    }
    let own = env::var_os("BALLAST_TOOLCHAIN").map(PathBuf::from);
    let home = env::var_os("HOME").map(|home| PathBuf::from(home).join(".cache/ballast/sbf"));
    let Some(folder) = own.or(home) else {
        return Finding::warning("toolchain", "HOME is not set", "set HOME, or BALLAST_TOOLCHAIN");
    };
    if folder.join("stamp").is_file() {
        Finding::ok("toolchain", format!("ready in {}", folder.display()))
    } else {
        Finding::warning("toolchain", "of the programs: not installed", SET_UP)
    }
}

fn programs(places: &Places) -> Finding {
    match programs_are_current(places) {
        Ok(true) => Finding::ok("programs", "built, and newer than their sources"),
        Ok(false) => Finding::warning("programs", "not built, or older than their sources", "./ballast build"),
        Err(error) => Finding::wrong("programs", format!("{error:#}"), SET_UP),
    }
}

fn tools(places: &Places) -> Finding {
    let tools = [
        ("keeper", places.keeper()),
        ("feeder", places.feeder()),
        ("local node", places.localnet()),
    ];
    let missing: Vec<&str> = tools
        .iter()
        .filter(|(_, found)| found.is_err())
        .map(|(name, _)| *name)
        .collect();
    if missing.is_empty() {
        Finding::ok("tools", "keeper, feeder and local node are built")
    } else {
        Finding::warning("tools", format!("not built: {}", missing.join(", ")), "./ballast build")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_compare_by_their_minor_number() {
        assert!(minor("1.96.0") > minor("1.89"));
        assert_eq!(minor("nonsense"), None);
        assert!(minor("nonsense") < minor("1.89"));
    }
}
