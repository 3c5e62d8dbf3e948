//! The report directory: `index.html` (one self-contained file), `report.json` and `steps.csv`, all
//! or nothing.
//!
//! Pages of all kinds have one skeleton, `page`: what they say is data.

pub(crate) mod directory;
pub(crate) mod page;
mod strangle;
mod vault;

use std::io;
use std::path::{Path, PathBuf};

use thiserror::Error;

use crate::record::{self, Step, Summary};

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
    #[error("the report cannot be drawn ({message}); this is a fault of this program, please report it")]
    Draw {
        /// What went wrong.
        message: String,
    },
}

impl ReportError {
    /// Returns what went wrong while drawing.
    pub(crate) fn draw(error: &dyn std::fmt::Display) -> Self {
        Self::Draw {
            message: error.to_string(),
        }
    }
}

/// Fails if a report cannot be put at `dir`: to be asked before a long run, so that it does not end
/// in vain.
///
/// # Errors
/// [`ReportError::Foreign`] or [`ReportError::NotADirectory`], or that `dir` cannot be read.
pub fn check_dir(dir: &Path) -> Result<(), ReportError> {
    directory::check(dir, &FILES)
}

/// Writes the report of a vault's run to `dir` and returns the path of its `index.html`. Parents
/// are made as needed.
///
/// # Errors
/// [`ReportError`]; then `dir` is as it was before.
pub fn write(dir: &Path, summary: &Summary, steps: &[Step]) -> Result<PathBuf, ReportError> {
    check_dir(dir)?;
    let page = vault::page(summary, steps)?.render()?;
    let rows = directory::csv(steps.iter().map(vault::Row::of))?;
    directory::put(dir, &FILES, &[page, directory::json(summary)?, rows])
}

/// Writes the report of a strangle's run to `dir` and returns the path of its `index.html`. Parents
/// are made as needed.
///
/// # Errors
/// [`ReportError`]; then `dir` is as it was before.
pub fn write_strangle(
    dir: &Path,
    summary: &record::strangle::Summary,
    steps: &[record::strangle::Step],
) -> Result<PathBuf, ReportError> {
    check_dir(dir)?;
    let page = strangle::page(summary, steps)?.render()?;
    directory::put(dir, &FILES, &[page, directory::json(summary)?, directory::csv(steps)?])
}
