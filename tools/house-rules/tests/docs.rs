//! The documents name what exists, and the comments keep to their width.

use ballast_house_rules::{assert_none, Tree};
use std::collections::HashSet;

/// Columns of a comment; code may be wider.
const WIDTH: usize = 100;

/// Returns the pages that have to be true of the tree as it stands.
fn pages(tree: &Tree) -> impl Iterator<Item = (&str, String)> {
    let is_page = |file: &&str| file.ends_with(".md") && *file != "CHANGELOG.md";
    tree.files()
        .filter(is_page)
        .map(|file| (file, tree.text(file).unwrap()))
}

/// Returns what stands between backticks on one line, outside of fenced code.
fn quoted(text: &str) -> Vec<&str> {
    let mut fenced = false;
    let mut found = Vec::new();
    for line in text.lines() {
        if line.trim_start().starts_with("```") {
            fenced = !fenced;
        } else if !fenced {
            found.extend(line.split('`').skip(1).step_by(2));
        }
    }
    found
}

/// Returns whether a word is a name in code.
fn is_name(word: &str) -> bool {
    let letters = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    word.len() > 1 && word.chars().all(letters)
}

/// Returns whether a word is a path through modules, such as a test's.
fn is_module_path(word: &str) -> bool {
    word.contains("::") && word.split("::").all(is_name)
}

/// Returns whether a word is as long as the name of a test is.
fn is_sentence(word: &str) -> bool {
    is_name(word) && word.matches('_').count() >= 4
}

#[test]
fn pages_name_files_that_exist() {
    let tree = Tree::read();
    let mut known: HashSet<&str> = HashSet::new();
    for file in tree.files() {
        let ends = file.match_indices('/').map(|(at, _)| &file[..at]);
        known.extend(ends.chain([file]));
    }
    let tops: HashSet<&str> = known.iter().filter_map(|path| path.split('/').next()).collect();
    let mut findings = Vec::new();
    for (page, text) in pages(&tree) {
        for word in quoted(&text) {
            let is_path = word.split('/').count() > 1 && tops.contains(word.split('/').next().unwrap_or_default());
            let is_plain = !word.contains(|c: char| c.is_whitespace() || "*<>{}$:".contains(c));
            if is_path && is_plain && !known.contains(word.trim_end_matches('/')) {
                findings.push(format!("{page}: {word}"));
            }
        }
    }
    assert_none("a page names no file that is not there", &findings);
}

#[test]
fn pages_name_tests_and_functions_that_exist() {
    let tree = Tree::read();
    let mut names: HashSet<String> = HashSet::new();
    for (_, text) in tree.sources() {
        let words = text.split(|c: char| !(c.is_alphanumeric() || c == '_'));
        names.extend(words.map(str::to_owned));
    }
    let mut findings = Vec::new();
    for (page, text) in pages(&tree) {
        // What a decision rested on may have other names by now.
        let is_record = page.starts_with("docs/adr/");
        let is_code = |word: &&str| is_module_path(word) || !is_record && is_sentence(word);
        for word in quoted(&text).into_iter().filter(is_code) {
            if !word.rsplit("::").next().is_some_and(|last| names.contains(last)) {
                findings.push(format!("{page}: {word}"));
            }
        }
    }
    assert_none("a page names no test or function that is not there", &findings);
}

#[test]
fn comments_keep_to_their_width() {
    let tree = Tree::read();
    let mut findings = Vec::new();
    for (file, source) in tree.sources() {
        let mut fenced = false;
        for (index, line) in source.lines().enumerate() {
            let text = line.trim_start();
            if text.starts_with("//") && text.contains("```") {
                fenced = !fenced;
            }
            // A table or a link cannot be broken.
            let prose = text.starts_with("//") && !text.contains('|') && text.split_whitespace().count() > 3;
            if !fenced && prose && line.chars().count() > WIDTH {
                findings.push(format!("{file}:{}: {} columns", index + 1, line.chars().count()));
            }
        }
    }
    assert_none("a comment is at most 100 columns wide", &findings);
}

#[test]
fn failures_have_one_suffix() {
    let tree = Tree::read();
    let mut findings = Vec::new();
    for (file, source) in tree.sources() {
        for line in source.lines() {
            let Some(name) = line
                .split("enum ")
                .nth(1)
                .and_then(|rest| rest.split([' ', '<', '{']).next())
            else {
                continue;
            };
            if ["Refusal", "Failure", "Fault", "Rule"]
                .iter()
                .any(|suffix| name.ends_with(suffix))
            {
                findings.push(format!("{file}: {name}"));
            }
        }
    }
    assert_none("a reason to refuse is called an error", &findings);
}
