//! Why a price history was refused.

use std::path::PathBuf;

use ballast_files::fault::RowError;
use ballast_files::table::TableError;
use thiserror::Error;

use crate::format::utc_minute;

/// Why a history file, or the range asked of it, was refused. Every message is one line that says
/// where the fault is and which rule it breaks.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum HistoryError {
    /// A date that is not `YYYY-MM-DD`.
    #[error("`{text}` is not a date: write YYYY-MM-DD, such as 2020-03-08 (read as midnight UTC)")]
    Date {
        /// What was given.
        text: String,
    },
    /// `from` is not before `to`.
    #[error("the range is empty: it starts at {} and ends before {}; --from must be before --to", utc_minute(*.from), utc_minute(*.to))]
    Backwards {
        /// First time asked for, unix seconds.
        from: i64,
        /// First time no longer asked for, unix seconds.
        to: i64,
    },
    /// The file is no table of prices that is known.
    #[error(transparent)]
    Table(#[from] TableError),
    /// A row inside the range breaks a rule, and without it there is a gap.
    #[error("{0}")]
    Row(RowError),
    /// Prices of several things.
    #[error("{}: holds prices of {symbols}; keep the rows of one", .file.display())]
    Symbols {
        /// The file.
        file: PathBuf,
        /// Two of them.
        symbols: String,
    },
    /// There is no column of volumes.
    #[error("{}: has no column `volume`, from which the cost of trading is estimated", .file.display())]
    NoVolume {
        /// The file.
        file: PathBuf,
    },
    /// Rows are missing between two times.
    #[error("{}: line {line}: a gap: {} ({before}) is followed by {} ({after}), but rows are {step} s apart; choose --from and --to beside it", .file.display(), utc_minute(*.before), utc_minute(*.after))]
    Gap {
        /// The file.
        file: PathBuf,
        /// Line of the row after the gap, from 1.
        line: u64,
        /// Time before the gap, unix seconds.
        before: i64,
        /// Time after the gap, unix seconds.
        after: i64,
        /// Spacing of the rows above, seconds.
        step: i64,
    },
    /// A header and nothing under it.
    #[error("{}: holds no rows", .file.display())]
    Empty {
        /// The file.
        file: PathBuf,
    },
    /// More rows than [`MAX_ROWS`](super::MAX_ROWS).
    #[error("{}: holds more than {} rows; cut it to the time you need", .file.display(), super::MAX_ROWS)]
    TooLong {
        /// The file.
        file: PathBuf,
    },
    /// The range asked for is not wholly covered by the file.
    #[error("{}: covers {} to {} (UTC, end not included), which does not hold all of {} to {}; choose --from and --to inside it", .file.display(), utc_minute(*.first), utc_minute(*.end), utc_minute(*.from), utc_minute(*.to))]
    Outside {
        /// The file.
        file: PathBuf,
        /// First time in the file, unix seconds.
        first: i64,
        /// End of the last candle in the file, unix seconds.
        end: i64,
        /// First time asked for, unix seconds.
        from: i64,
        /// First time no longer asked for, unix seconds.
        to: i64,
    },
    /// The range lies inside the file but no row begins in it.
    #[error("{}: no row begins between {} and {}; rows are {step} s apart", .file.display(), utc_minute(*.from), utc_minute(*.to))]
    Between {
        /// The file.
        file: PathBuf,
        /// First time asked for, unix seconds.
        from: i64,
        /// First time no longer asked for, unix seconds.
        to: i64,
        /// Spacing of the rows, seconds.
        step: i64,
    },
}
