//! A directory with one report: three files, all or nothing.
//!
//! The files are written into a new directory beside the wanted one, which is then renamed: whoever
//! looks finds the whole report or none. An earlier report of ours is replaced; anything else in
//! the way is left alone, with an error.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use serde::Serialize;

use super::ReportError;
use crate::record::GENERATOR;

/// The names of a report's files: the page, the summary as JSON, the steps as CSV.
pub(crate) type Names = [&'static str; 3];

/// A summary with the name of what wrote it, by which an earlier report is recognised.
#[derive(Serialize)]
pub(crate) struct Stamped<'a, T> {
    generator: &'static str,
    #[serde(flatten)]
    summary: &'a T,
}

impl<'a, T> Stamped<'a, T> {
    /// Returns a summary that says what wrote it.
    pub(crate) const fn new(summary: &'a T) -> Self {
        Self {
            generator: GENERATOR,
            summary,
        }
    }
}

/// Fails if a report with files of these names cannot be put at `dir`.
///
/// # Errors
/// [`ReportError::Foreign`] or [`ReportError::NotADirectory`], or that `dir` cannot be read.
pub(crate) fn check(dir: &Path, names: &Names) -> Result<(), ReportError> {
    if dir.file_name().is_none() {
        return Err(ReportError::NotADirectory { dir: dir.to_owned() });
    }
    let failed = |source| ReportError::Write {
        path: dir.to_owned(),
        source,
    };
    match fs::symlink_metadata(dir) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(failed(error)),
        Ok(metadata) if !metadata.is_dir() => return Err(ReportError::NotADirectory { dir: dir.to_owned() }),
        Ok(_) => {}
    }
    let foreign = |entry: String| ReportError::Foreign {
        dir: dir.to_owned(),
        entry,
    };
    let mut empty = true;
    for entry in fs::read_dir(dir).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if !names.contains(&name.as_str()) || !entry.file_type().map_err(failed)?.is_file() {
            return Err(foreign(name));
        }
        empty = false;
    }
    if empty || is_ours(&dir.join(names[1])) {
        Ok(())
    } else {
        Err(foreign(
            names[1].to_owned() + "` missing or not written by us; files such as `" + names[0],
        ))
    }
}

fn is_ours(report_json: &Path) -> bool {
    let value = fs::read(report_json)
        .ok()
        .and_then(|bytes| serde_json::from_slice::<serde_json::Value>(&bytes).ok());
    value.is_some_and(|v| v.get("generator").and_then(|g| g.as_str()) == Some(GENERATOR))
}

/// Puts a report at `dir` and returns the path of its page. Parents are made as needed.
///
/// # Errors
/// [`ReportError`]; then `dir` is as it was before.
pub(crate) fn put(dir: &Path, names: &Names, contents: &[Vec<u8>; 3]) -> Result<PathBuf, ReportError> {
    check(dir, names)?;
    let parent = match dir.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    fs::create_dir_all(parent).map_err(|source| ReportError::Write {
        path: parent.to_owned(),
        source,
    })?;
    let name = dir.file_name().unwrap_or_default().to_string_lossy();
    let beside = |what: &str| parent.join(format!(".{name}.{what}-{}", std::process::id()));
    let (fresh, old) = (beside("new"), beside("old"));
    let result = fill(&fresh, names, contents).and_then(|()| swap(dir, &fresh, &old));
    if result.is_err() {
        // The error to tell is the first one; what cannot be removed is a hidden directory with our
        // own name on it.
        let _ = fs::remove_dir_all(&fresh);
    }
    result.map(|()| dir.join(names[0]))
}

fn fill(fresh: &Path, names: &Names, contents: &[Vec<u8>; 3]) -> Result<(), ReportError> {
    let failed = |path: &Path| {
        let path = path.to_owned();
        move |source| ReportError::Write { path, source }
    };
    fs::create_dir(fresh).map_err(failed(fresh))?;
    for (name, bytes) in names.iter().zip(contents) {
        let path = fresh.join(name);
        let mut file = File::create_new(&path).map_err(failed(&path))?;
        file.write_all(bytes)
            .and_then(|()| file.sync_all())
            .map_err(failed(&path))?;
    }
    Ok(())
}

/// Puts `fresh` in the place of `dir`; if that fails, what was there is put back.
fn swap(dir: &Path, fresh: &Path, old: &Path) -> Result<(), ReportError> {
    let failed = |source| ReportError::Write {
        path: dir.to_owned(),
        source,
    };
    let replaces = dir.exists();
    if replaces {
        fs::rename(dir, old).map_err(failed)?;
    }
    if let Err(error) = fs::rename(fresh, dir) {
        if replaces {
            let _ = fs::rename(old, dir);
        }
        return Err(failed(error));
    }
    if replaces {
        fs::remove_dir_all(old).map_err(|source| ReportError::Write {
            path: old.to_owned(),
            source,
        })?;
    }
    Ok(())
}

/// Returns a summary as JSON.
///
/// # Errors
/// [`ReportError::Draw`] for a number that JSON does not have.
pub(crate) fn json<T: Serialize>(summary: &T) -> Result<Vec<u8>, ReportError> {
    let text = serde_json::to_string_pretty(summary).map_err(|error| ReportError::draw(&error))?;
    Ok((text + "\n").into_bytes())
}

/// Returns rows as CSV under the names of their fields.
///
/// # Errors
/// [`ReportError::Draw`].
pub(crate) fn csv<T: Serialize>(rows: impl IntoIterator<Item = T>) -> Result<Vec<u8>, ReportError> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    for row in rows {
        writer.serialize(row).map_err(|error| ReportError::draw(&error))?;
    }
    writer.into_inner().map_err(|error| ReportError::draw(&error))
}
