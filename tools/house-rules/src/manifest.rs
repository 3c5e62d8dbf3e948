//! What a package says of itself.

use toml::{Table, Value};

/// A package's `Cargo.toml`.
pub struct Manifest {
    /// Its folder, from the root of the repository.
    pub folder: String,
    table: Table,
}

impl Manifest {
    /// Reads a manifest.
    ///
    /// # Panics
    /// If it is not one.
    pub fn parse(folder: &str, text: &str) -> Self {
        Self {
            folder: folder.to_owned(),
            table: text.parse().unwrap(),
        }
    }

    /// Returns the package's name.
    ///
    /// # Panics
    /// If it has none.
    pub fn name(&self) -> &str {
        self.table["package"]["name"].as_str().unwrap()
    }

    /// Returns the names of what the package itself is built with, on any target.
    pub fn dependencies(&self) -> Vec<&str> {
        self.all(&["dependencies", "build-dependencies"])
    }

    /// Returns the names of what only its tests, benches and examples are built with.
    pub fn dev_dependencies(&self) -> Vec<&str> {
        self.all(&["dev-dependencies"])
    }

    /// Returns whether the package is loaded by the chain's virtual machine: a dynamic library.
    pub fn is_program(&self) -> bool {
        let kinds = self.table.get("lib").and_then(|lib| lib.get("crate-type"));
        let kinds = kinds.and_then(Value::as_array).into_iter().flatten();
        kinds.filter_map(Value::as_str).any(|kind| kind == "cdylib")
    }

    /// Returns whether the package is a workspace of its own.
    pub fn is_workspace(&self) -> bool {
        self.table.contains_key("workspace")
    }

    /// Returns `lints.workspace`.
    pub fn has_workspace_lints(&self) -> bool {
        self.lints("workspace").and_then(Value::as_bool) == Some(true)
    }

    /// Returns whether the package's own lints forbid `unsafe`.
    pub fn forbids_unsafe(&self) -> bool {
        let level = self.lints("rust").and_then(|lints| lints.get("unsafe_code"));
        level.and_then(Value::as_str) == Some("forbid")
    }

    fn lints(&self, key: &str) -> Option<&Value> {
        self.table.get("lints")?.get(key)
    }

    fn all(&self, keys: &[&str]) -> Vec<&str> {
        let targets = self.table.get("target").and_then(Value::as_table);
        let of_targets = targets.into_iter().flat_map(Table::values).filter_map(Value::as_table);
        let tables: Vec<&Table> = std::iter::once(&self.table).chain(of_targets).collect();
        let named = |key: &&str| {
            tables
                .iter()
                .filter_map(|table| table.get(*key)?.as_table())
                .collect::<Vec<_>>()
        };
        keys.iter()
            .flat_map(named)
            .flat_map(Table::keys)
            .map(String::as_str)
            .collect()
    }
}
