//! What has to be true of every page.

use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

/// Returns where reports are kept for people, or a folder that goes away.
pub fn kept_or(temp: &TempDir) -> PathBuf {
    std::env::var_os("BALLAST_REPORT_DIR").map_or_else(|| temp.path().to_owned(), Into::into)
}

/// Returns the names in a directory, sorted.
pub fn entries(dir: &Path) -> Vec<String> {
    let mut names: Vec<_> = fs::read_dir(dir)
        .unwrap()
        .map(|e| e.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

/// Returns what a self-contained page must not have: scripts, files from elsewhere, addresses.
pub fn foreign_parts(html: &str) -> Vec<&'static str> {
    let bad = ["<script", "src=", "url(", "@import", "NaN", "<link"];
    let mut found: Vec<_> = bad.into_iter().filter(|part| html.contains(part)).collect();
    // The only addresses are the namespace of SVG and the two files beside.
    if html.matches("http").count() != html.matches("http://www.w3.org/2000/svg").count() {
        found.push("http");
    }
    found
}

/// Colours of plots that the style sheet has no other one for in the dark theme.
pub fn colours_without_a_dark_one(html: &str) -> Vec<String> {
    let (head, body) = html.split_once("</style>").unwrap();
    let mut missing = Vec::new();
    for attribute in ["fill", "stroke"] {
        for colour in body.split(&format!(" {attribute}=\"#")).skip(1).map(|rest| &rest[..6]) {
            if !head.contains(&format!("[{attribute}=\"#{colour}\"]")) {
                missing.push(format!("{attribute} {colour}"));
            }
        }
    }
    missing
}
