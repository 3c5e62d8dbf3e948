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
    let all: Vec<_> = sources(&tree, "programs").collect();
    let is_handler = |code: &str| code.contains("fn handler");
    let handlers: Vec<String> = all
        .iter()
        .filter(|(_, code)| is_handler(code))
        .filter_map(|(file, _)| {
            Some(format!(
                "instructions::{}::",
                file.rsplit('/').next()?.strip_suffix(".rs")?
            ))
        })
        .collect();
    let of_handlers: Vec<&str> = handlers.iter().map(String::as_str).collect();
    let mut findings = Vec::new();
    for (file, code) in &all {
        if file.ends_with("/src/lib.rs") {
            continue;
        }
        let inside = file.contains("/instructions/");
        let forbidden = if inside {
            &of_handlers[..]
        } else {
            &["crate::instructions"]
        };
        findings.extend(lines_with(file, code, forbidden));
        findings.extend(lines_with(file, code, &["use crate::*", "super::super"]));
    }
    assert_none("a handler is named by no other module of its program", &findings);
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
fn every_file_is_named_by_a_module() {
    let tree = Tree::read();
    let all: Vec<(&str, String)> = tree.sources().collect();
    let mut findings = Vec::new();
    for (file, _) in all.iter().filter(|(file, _)| !is_root(file)) {
        let (folder, name) = module_of(file);
        let by_name = [format!("mod {name};"), format!("mod {name} {{")];
        // `#[path]` and `include!` name the folder too.
        let tail: Vec<&str> = file.rsplitn(3, '/').take(2).collect();
        let by_path = format!("{}\"", tail.iter().rev().copied().collect::<Vec<_>>().join("/"));
        let named = all.iter().any(|(other, text)| {
            let near = other.rsplit_once('/').is_some_and(|(of, _)| of == folder) || *other == format!("{folder}.rs");
            (near && by_name.iter().any(|words| text.contains(words))) || text.contains(&by_path)
        });
        if !named {
            findings.push(format!("{file}: nothing compiles it"));
        }
    }
    assert_none("every file is a module of something", &findings);
}

/// Returns whether cargo finds the file by itself: the root of a library, a binary, a test, a bench
/// or an example.
fn is_root(file: &str) -> bool {
    let mut parts = file.rsplit('/');
    let (name, folder) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    // Folders of unit tests lie in `src`, and cargo finds nothing there but binaries.
    let found: &[&str] = if file.contains("/src/") {
        &["bin"]
    } else {
        &["tests", "benches", "examples", "targets"]
    };
    ["lib.rs", "main.rs"].contains(&name) || found.contains(&folder)
}

/// Returns the folder whose files may name this one as a module, and the name they would use.
fn module_of(file: &str) -> (&str, &str) {
    let path = file.strip_suffix(".rs").unwrap_or(file);
    let path = path.strip_suffix("/mod").unwrap_or(path);
    path.rsplit_once('/').unwrap_or_default()
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
