//! Inputs that once failed, as people had them: each folder of `cases` is one situation. `command`
//! is run there by bash, with `./ballast` as the tool, and `expect.toml` says what must come of it.

use serde::Deserialize;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What must come of a command.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Expected {
    /// The exit status; nothing where the command is several.
    status: Option<i32>,
    /// What is printed, on standard output or standard error.
    says: Vec<String>,
    /// What is not printed.
    #[serde(default)]
    lacks: Vec<String>,
    /// Files that stay as they were.
    #[serde(default)]
    keeps: Vec<String>,
}

fn folders() -> Vec<PathBuf> {
    let all = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let entries = std::fs::read_dir(all).unwrap().map(|entry| entry.unwrap().path());
    let mut folders: Vec<_> = entries.filter(|path| path.join("expect.toml").is_file()).collect();
    folders.sort();
    folders
}

/// Runs a case in a copy of its folder, and says what is not as expected.
fn fault(folder: &Path) -> Option<String> {
    let expected: Expected = toml::from_str(&std::fs::read_to_string(folder.join("expect.toml")).unwrap()).unwrap();
    let desk = tempfile::tempdir().unwrap();
    for entry in std::fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        std::fs::copy(entry.path(), desk.path().join(entry.file_name())).unwrap();
    }
    std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_ballast"), desk.path().join("ballast")).unwrap();
    let output = Command::new("bash")
        .arg("command")
        .current_dir(&desk)
        .env_remove("BALLAST_ROOT")
        .output()
        .unwrap();
    let printed = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    let status = output
        .status
        .code()
        .or(output.status.signal().map(|signal| 128 + signal));
    let fault = |what: String| Some(format!("{}: {what}\n{printed}", folder.file_name()?.to_string_lossy()));
    if expected.status.is_some() && expected.status != status {
        return fault(format!("the status is {status:?}, not {:?}", expected.status));
    }
    if let Some(text) = expected.says.iter().find(|text| !printed.contains(*text)) {
        return fault(format!("does not say `{text}`"));
    }
    if let Some(text) = expected.lacks.iter().find(|text| printed.contains(*text)) {
        return fault(format!("says `{text}`"));
    }
    let kept =
        |name: &&String| std::fs::read(folder.join(name)).unwrap() == std::fs::read(desk.path().join(name)).unwrap();
    if let Some(name) = expected.keeps.iter().find(|name| !kept(name)) {
        return fault(format!("{name} is not as it was"));
    }
    None
}

#[test]
fn every_case_gives_what_is_expected() {
    let only = std::env::var("BALLAST_CASE").unwrap_or_default();
    let chosen: Vec<_> = folders()
        .into_iter()
        .filter(|folder| folder.to_string_lossy().contains(&only))
        .collect();
    assert!(!chosen.is_empty(), "no case is called {only}");
    let faults: Vec<String> = chosen.iter().filter_map(|folder| fault(folder)).collect();
    assert!(
        faults.is_empty(),
        "{} of {}:\n\n{}",
        faults.len(),
        chosen.len(),
        faults.join("\n\n")
    );
}
