//! Who may depend on whom, as the manifests say it.

use ballast_house_rules::{assert_none, Manifest, Tree};
use std::collections::BTreeMap;

/// What the core is built with that is not ours.
const OF_THE_CORE: [&str; 1] = ["fixed"];
/// Folders of what ends the chain of dependencies.
const ENDS: [&str; 3] = ["bots", "cli", "migrations"];
/// Folders that decide the programs' bytes; `./ballast build` looks for changes in them, and
/// nowhere else.
const OF_THE_PROGRAMS: [&str; 5] = ["core", "examples", "programs", "tools/cu-bench", "venues"];
/// Folders of what is held to the workspace's lints.
const STRICT: [&str; 4] = ["core", "programs", "tools/cu-bench", "venues"];

fn lies_in(folder: &str, folders: &[&str]) -> bool {
    let inside = |parent: &&str| folder == *parent || folder.starts_with(&format!("{parent}/"));
    folders.iter().any(inside)
}

/// Returns the workspace's packages, and the folder of each by its name.
fn packages() -> (Vec<Manifest>, BTreeMap<String, String>) {
    let manifests = Tree::read().manifests();
    let place = |package: &Manifest| (package.name().to_owned(), package.folder.clone());
    let folders = manifests.iter().map(place).collect();
    (manifests, folders)
}

#[test]
fn the_core_depends_on_the_core() {
    let (packages, folders) = packages();
    let is_core = |name: &str| folders.get(name).is_some_and(|folder| lies_in(folder, &["core"]));
    let mut findings = Vec::new();
    for package in packages.iter().filter(|package| lies_in(&package.folder, &["core"])) {
        for name in package.dependencies() {
            if !is_core(name) && !OF_THE_CORE.contains(&name) {
                findings.push(format!("{} depends on {name}", package.folder));
            }
        }
        for name in package.dev_dependencies() {
            if folders.contains_key(name) && !is_core(name) {
                findings.push(format!("the tests of {} depend on {name}", package.folder));
            }
        }
    }
    assert_none("core/ depends on core/ and `fixed` alone", &findings);
}

#[test]
fn nothing_depends_on_bots_cli_or_migrations() {
    let (packages, folders) = packages();
    let mut findings = Vec::new();
    for package in &packages {
        // The front door starts them all, and the suite has to know a bot to test it.
        let may_know: &[&str] = match package.folder.as_str() {
            "cli" => &["bots", "migrations"],
            "tests" => &["bots"],
            _ => &[],
        };
        for name in package.dependencies().into_iter().chain(package.dev_dependencies()) {
            let Some(folder) = folders.get(name) else { continue };
            if lies_in(folder, &ENDS) && !lies_in(folder, may_know) && *folder != package.folder {
                findings.push(format!("{} depends on {folder}", package.folder));
            }
        }
    }
    assert_none("nothing depends on bots/, cli/ or migrations/", &findings);
}

#[test]
fn programs_depend_on_what_their_build_reads() {
    let (packages, folders) = packages();
    let mut findings = Vec::new();
    for package in packages
        .iter()
        .filter(|package| lies_in(&package.folder, &OF_THE_PROGRAMS))
    {
        for name in package.dependencies() {
            let Some(folder) = folders.get(name) else { continue };
            if package.is_program() && !lies_in(folder, &OF_THE_PROGRAMS) {
                findings.push(format!("{} depends on {folder}", package.folder));
            }
        }
    }
    assert_none("a program's sources lie where its build looks for changes", &findings);
}

#[test]
fn lints_are_the_strict_ones_on_the_chain() {
    let (packages, _) = packages();
    let mut findings = Vec::new();
    // Workspaces of their own cannot inherit lints from this one.
    let ours = packages.iter().filter(|package| !package.is_workspace());
    for package in ours {
        let strict = lies_in(&package.folder, &STRICT) || package.is_program();
        if strict && !package.has_workspace_lints() {
            findings.push(format!("{}: `lints.workspace = true` is missing", package.folder));
        } else if !package.has_workspace_lints() && !package.forbids_unsafe() {
            findings.push(format!(
                "{}: `lints.rust.unsafe_code = \"forbid\"` is missing",
                package.folder
            ));
        }
    }
    assert_none(
        "what runs on the chain has the workspace's lints, and the rest forbids `unsafe`",
        &findings,
    );
}

#[test]
fn every_profile_checks_for_overflow() {
    let tree = Tree::read();
    let mut findings = Vec::new();
    for file in ["Cargo.toml", "tests/fuzz/Cargo.toml"] {
        let manifest: toml::Table = tree.text(file).unwrap().parse().unwrap();
        for (name, profile) in manifest["profile"].as_table().unwrap() {
            if profile.get("overflow-checks").and_then(toml::Value::as_bool) != Some(true) {
                findings.push(format!("{file}: profile {name}"));
            }
        }
    }
    assert_none("a sum that leaves its word is a panic, in every build", &findings);
}
