//! Who may name whom, and how long a file may be, as the sources say it.

use ballast_house_rules::{assert_none, production_code, Modules, Tree};

/// Lines of a file; more is two ideas.
const MAX_LINES: usize = 400;
/// Written by `tools/numerics`, never by hand.
const GENERATED: [&str; 1] = ["core/math/src/kernels/coefficients.rs"];
/// Fits surfaces off the chain, behind a feature: it may use the standard library.
const WITH_STD: [&str; 1] = ["core/math/src/fit"];

/// Returns every Rust file under a folder with what is compiled of it outside of tests.
fn sources<'a>(tree: &'a Tree, folder: &str) -> impl Iterator<Item = (&'a str, String)> {
    let files: Vec<&str> = tree.rust(folder).collect();
    files
        .into_iter()
        .map(|file| (file, production_code(file, &tree.text(file).unwrap())))
}

/// Returns one finding for each line that holds any of `words`.
fn lines_with(file: &str, code: &str, words: &[&str]) -> Vec<String> {
    let holds = |line: &&str| words.iter().any(|word| line.contains(word));
    let found = code.lines().filter(holds);
    found.map(|line| format!("{file}: {}", line.trim())).collect()
}

#[test]
fn the_core_knows_no_chain_and_no_standard_library() {
    let tree = Tree::read();
    let mut findings = Vec::new();
    for (file, code) in sources(&tree, "core") {
        findings.extend(lines_with(file, &code, &["anchor_", "solana_"]));
        if !WITH_STD.iter().any(|folder| file.starts_with(folder)) {
            findings.extend(lines_with(file, &code, &["std::"]));
        }
        if file.ends_with("/src/lib.rs") && !code.contains("#![no_std]") {
            findings.push(format!("{file}: `#![no_std]` is missing"));
        }
    }
    assert_none("core/ names no Anchor, no Solana and no `std`", &findings);
}

#[test]
fn a_reader_of_a_venue_knows_quantities_and_the_interface() {
    let tree = Tree::read();
    let names: Vec<&str> = tree.rust("venues").filter_map(|file| file.split('/').nth(1)).collect();
    let others = names
        .iter()
        .filter(|name| !name.ends_with(".rs") && **name != "interface");
    let foreign: Vec<String> = others.map(|name| format!("crate::{name}")).collect();
    let mut findings = Vec::new();
    for (file, code) in sources(&tree, "venues").filter(|(file, _)| file.ends_with("/reader.rs")) {
        let code = code.replace("ballast_core_types", "");
        let mut words = vec!["ballast_", "anchor_", "solana_", "std::"];
        words.extend(foreign.iter().map(String::as_str));
        findings.extend(lines_with(file, &code, &words));
    }
    assert_none(
        "a venue's reader depends on core/types and the interface alone",
        &findings,
    );
}

#[test]
fn handlers_stand_above_everything_else() {
    let tree = Tree::read();
    let mut findings = Vec::new();
    for (file, code) in sources(&tree, "programs") {
        if file.ends_with("/src/lib.rs") {
            continue;
        }
        if !file.contains("/instructions/") {
            findings.extend(lines_with(file, &code, &["crate::instructions"]));
        }
        findings.extend(lines_with(file, &code, &["use crate::*", "super::super"]));
    }
    assert_none("handlers stand above everything else of their program", &findings);
}

#[test]
fn modules_form_no_circles() {
    let tree = Tree::read();
    let mut findings = Vec::new();
    for file in tree.files().filter(|file| file.ends_with("/lib.rs")) {
        let folder = &file[..file.len() - "/lib.rs".len()];
        if let Some(circle) = Modules::read(&tree, folder).circle() {
            findings.push(format!("{folder}: {}", circle.join(" → ")));
        }
    }
    assert_none("no two modules at the top of a crate need each other", &findings);
}

#[test]
fn no_file_is_two_ideas() {
    let tree = Tree::read();
    let mut findings = Vec::new();
    for file in tree.files().filter(|file| !GENERATED.contains(file)) {
        let Some(text) = tree.text(file) else { continue };
        let by_name = [".rs", ".py", ".sh", ".js", ".mjs", ".ts"]
            .iter()
            .any(|end| file.ends_with(end));
        let lines = text.lines().count();
        if (by_name || text.starts_with("#!")) && lines > MAX_LINES {
            findings.push(format!("{file}: {lines} lines"));
        }
    }
    assert_none(&format!("no file has more than {MAX_LINES} lines"), &findings);
}
