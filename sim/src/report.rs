//! The report directory: `index.html` (one self-contained file), `report.json` and `steps.csv`, all or nothing.
//!
//! The files are written into a new directory beside the wanted one, which is then renamed: whoever looks finds the
//! whole report or none. An earlier report of ours is replaced; anything else in the way is left alone, with an error.

pub(crate) mod axis;
mod charts;
mod page;

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use serde::Serialize;
use thiserror::Error;

use crate::record::{Step, Summary, GENERATOR};

/// The files of a report.
pub const FILES: [&str; 3] = ["index.html", "report.json", "steps.csv"];

/// Why no report was written. The directory is then as it was.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ReportError {
    /// The directory holds something that is not our report.
    #[error("{}: holds `{entry}`, which is no part of an earlier report; choose an empty or new directory with --out", .dir.display())]
    Foreign {
        /// The directory asked for.
        dir: PathBuf,
        /// The first entry that is not ours.
        entry: String,
    },
    /// There is something in the way that is no directory, or the path names none (`/`, `..`).
    #[error("{}: is not a directory that a report can be put in; choose another with --out", .dir.display())]
    NotADirectory {
        /// The directory asked for.
        dir: PathBuf,
    },
    /// Writing failed.
    #[error("{}: cannot be written ({source}); no report was left there", .path.display())]
    Write {
        /// The file or directory.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A plot or the page could not be made: a fault of this crate.
    #[error("the report cannot be drawn ({message}); this is a fault of the demo, please report it")]
    Draw {
        /// What went wrong.
        message: String,
    },
}

/// Whether a report could be put at `dir`: to be asked before a long run, so that it does not end in vain.
///
/// # Errors
/// [`ReportError::Foreign`] or [`ReportError::NotADirectory`], or that `dir` cannot be read.
pub fn check_dir(dir: &Path) -> Result<(), ReportError> {
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
        if !FILES.contains(&name.as_str()) || !entry.file_type().map_err(failed)?.is_file() {
            return Err(foreign(name));
        }
        empty = false;
    }
    if empty || is_ours(&dir.join(FILES[1])) {
        Ok(())
    } else {
        Err(foreign(
            FILES[1].to_owned() + "` missing or not written by us; files such as `" + FILES[0],
        ))
    }
}

fn is_ours(report_json: &Path) -> bool {
    let value = fs::read(report_json)
        .ok()
        .and_then(|bytes| serde_json::from_slice::<serde_json::Value>(&bytes).ok());
    value.is_some_and(|v| v.get("generator").and_then(|g| g.as_str()) == Some(GENERATOR))
}

/// Writes the report of a run to `dir` and returns the path of its `index.html`. Parents are made as needed.
///
/// # Errors
/// [`ReportError`]; then `dir` is as it was before.
pub fn write(dir: &Path, summary: &Summary, steps: &[Step]) -> Result<PathBuf, ReportError> {
    check_dir(dir)?;
    let contents = [page::render(summary, steps)?.into_bytes(), json(summary)?, csv(steps)?];
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
    let result = fill(&fresh, &contents).and_then(|()| swap(dir, &fresh, &old));
    if result.is_err() {
        // The error to tell is the first one; what cannot be removed is a hidden directory with our own name on it.
        let _ = fs::remove_dir_all(&fresh);
    }
    result.map(|()| dir.join(FILES[0]))
}

fn fill(fresh: &Path, contents: &[Vec<u8>; 3]) -> Result<(), ReportError> {
    let failed = |path: &Path| {
        let path = path.to_owned();
        move |source| ReportError::Write { path, source }
    };
    fs::create_dir(fresh).map_err(failed(fresh))?;
    for (name, bytes) in FILES.iter().zip(contents) {
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

fn json(summary: &Summary) -> Result<Vec<u8>, ReportError> {
    let text = serde_json::to_string_pretty(summary).map_err(|e| ReportError::Draw { message: e.to_string() })?;
    Ok((text + "\n").into_bytes())
}

/// A step as a row: the reactions as their number and the slowest.
#[derive(Serialize)]
struct Row<'a> {
    index: u32,
    unix_time: i64,
    price: f64,
    slow_price: f64,
    nav_per_share: f64,
    floor_per_share: f64,
    delta: f64,
    delta_target: f64,
    band: f64,
    leverage: f64,
    cap: f64,
    volatility: f64,
    breaker: bool,
    deposits_allowed: bool,
    cranks: u32,
    last_keeper: &'a str,
    cost: f64,
    keeper_reactions: usize,
    keeper_reaction_ms_max: Option<f64>,
}

fn csv(steps: &[Step]) -> Result<Vec<u8>, ReportError> {
    let failed = |message: String| ReportError::Draw { message };
    let mut writer = csv::Writer::from_writer(Vec::new());
    for s in steps {
        let row = Row {
            index: s.index,
            unix_time: s.unix_time,
            price: s.price,
            slow_price: s.slow_price,
            nav_per_share: s.nav_per_share,
            floor_per_share: s.floor_per_share,
            delta: s.delta,
            delta_target: s.delta_target,
            band: s.band,
            leverage: s.leverage,
            cap: s.cap,
            volatility: s.volatility,
            breaker: s.breaker,
            deposits_allowed: s.deposits_allowed,
            cranks: s.cranks,
            last_keeper: &s.last_keeper,
            cost: s.cost,
            keeper_reactions: s.keeper_reaction_ms.len(),
            keeper_reaction_ms_max: s.keeper_reaction_ms.iter().copied().reduce(f64::max),
        };
        writer.serialize(row).map_err(|e| failed(e.to_string()))?;
    }
    writer.into_inner().map_err(|e| failed(e.to_string()))
}
