//! The files of the repository.

use crate::Manifest;
use std::fs;
use std::path::{Path, PathBuf};

/// Folders that hold nothing of ours: what is built, what is found, what git keeps.
const LEFT_OUT: [&str; 6] = [".git", "artifacts", "corpus", "node_modules", "out", "target"];

/// The repository's files, by their paths from its root.
pub struct Tree {
    root: PathBuf,
    files: Vec<String>,
}

impl Tree {
    /// Reads the names of all files.
    ///
    /// # Panics
    /// If a folder cannot be read.
    pub fn read() -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let mut tree = Self {
            root,
            files: Vec::new(),
        };
        tree.enter("");
        tree.files.sort();
        tree
    }

    fn enter(&mut self, folder: &str) {
        for entry in fs::read_dir(self.root.join(folder)).unwrap() {
            let entry = entry.unwrap();
            let name = entry.file_name().into_string().unwrap();
            let path = if folder.is_empty() {
                name.clone()
            } else {
                format!("{folder}/{name}")
            };
            let kind = entry.file_type().unwrap();
            if kind.is_dir() && !LEFT_OUT.contains(&name.as_str()) {
                self.enter(&path);
            } else if kind.is_file() {
                self.files.push(path);
            }
        }
    }

    /// Returns every file, sorted.
    pub fn files(&self) -> impl Iterator<Item = &str> {
        self.files.iter().map(String::as_str)
    }

    /// Returns every Rust file with its text.
    ///
    /// # Panics
    /// If one cannot be read.
    pub fn sources(&self) -> impl Iterator<Item = (&str, String)> {
        let files = self.files().filter(|file| file.ends_with(".rs"));
        files.map(|file| (file, self.text(file).unwrap()))
    }

    /// Returns the Rust files under a folder.
    pub fn rust(&self, folder: &str) -> impl Iterator<Item = &str> {
        let under = format!("{folder}/");
        self.files()
            .filter(move |file| file.starts_with(&under) && file.ends_with(".rs"))
    }

    /// Returns the text of a file; nothing if it is not text.
    pub fn text(&self, file: &str) -> Option<String> {
        fs::read_to_string(self.root.join(file)).ok()
    }

    /// Returns the manifest of every package, workspaces of their own included.
    ///
    /// # Panics
    /// If one cannot be read.
    pub fn manifests(&self) -> Vec<Manifest> {
        let of_packages = self.files().filter_map(|file| file.strip_suffix("/Cargo.toml"));
        of_packages
            .map(|folder| Manifest::parse(folder, &self.text(&format!("{folder}/Cargo.toml")).unwrap()))
            .collect()
    }
}
