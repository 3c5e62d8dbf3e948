//! Which modules of a crate use which.

use crate::{production_code, Tree};
use std::collections::{BTreeMap, BTreeSet};

/// The modules at the top of a crate, each with those it names as `crate::…`.
pub struct Modules {
    uses: BTreeMap<String, BTreeSet<String>>,
}

impl Modules {
    /// Reads the crate whose `lib.rs` lies in a folder.
    pub fn read(tree: &Tree, folder: &str) -> Self {
        let mut uses: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for file in tree.rust(folder) {
            let inside = &file[folder.len() + 1..];
            let module = inside.split('/').next().unwrap_or(inside).trim_end_matches(".rs");
            let code = tree.text(file).map(|text| production_code(file, &text));
            let used = uses.entry(module.to_owned()).or_default();
            used.extend(named(&code.unwrap_or_default()));
        }
        // The root shows what lies below it; nothing lies above it.
        uses.retain(|module, _| !["lib", "main", "bin", "tests"].contains(&module.as_str()));
        let modules: BTreeSet<String> = uses.keys().cloned().collect();
        for (module, used) in &mut uses {
            used.retain(|other| other != module && modules.contains(other));
        }
        Self { uses }
    }

    /// Returns one circle of modules, if there is any, from a module back to itself.
    pub fn circle(&self) -> Option<Vec<&str>> {
        self.uses.keys().find_map(|start| {
            let mut path = vec![start.as_str()];
            self.returns_to(start, &mut path, &mut BTreeSet::new()).then_some(path)
        })
    }

    fn returns_to<'a>(&'a self, start: &str, path: &mut Vec<&'a str>, seen: &mut BTreeSet<&'a str>) -> bool {
        let at = path[path.len() - 1];
        for next in self.uses[at].iter().map(String::as_str) {
            path.push(next);
            if next == start || (seen.insert(next) && self.returns_to(start, path, seen)) {
                return true;
            }
            path.pop();
        }
        false
    }
}

/// Returns the first names of all paths that begin at the crate's root, those in braces too.
fn named(code: &str) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for after in code.split("crate::").skip(1) {
        match after.strip_prefix('{') {
            Some(list) => names.extend(firsts(list)),
            None => names.extend(first(after)),
        }
    }
    names
}

/// Returns the first name of each entry of a list in braces, the opening one taken off.
fn firsts(list: &str) -> Vec<String> {
    let mut depth = 0;
    let mut entry = String::new();
    let mut entries = Vec::new();
    for character in list.chars() {
        match character {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => entries.push(std::mem::take(&mut entry)),
            _ if depth == 0 => entry.push(character),
            _ => {}
        }
    }
    entries.push(entry);
    entries.iter().filter_map(|entry| first(entry.trim())).collect()
}

fn first(path: &str) -> Option<String> {
    let name: String = path
        .chars()
        .take_while(|character| character.is_alphanumeric() || *character == '_')
        .collect();
    (!name.is_empty()).then_some(name)
}
