//! Option chains from a file: snapshots of all listed options.
//!
//! Our layout names the columns `unix_time`, `currency`, `expiry`, `strike`, `type` (`C` or `call`,
//! `P` or `put`), `bid`, `ask` and `forward`, in any order; further columns are not used. Deribit's
//! book summaries and Tardis' recordings are recognised by their headers: there an option is known
//! by its name, and the forward is the underlying's price. Bid and ask are in units of the
//! underlying, and empty where nobody quotes.
//!
//! A row that breaks a rule is left out and reported. An option is in a snapshot once: of several
//! rows the last counts. Expiries that have passed, or that are no more than a minute ahead, are no
//! part of a chain.

mod gather;
mod layout;
mod stream;

use std::path::Path;

use ballast_core_math::fit::quotes::Expiry;
use ballast_files::fault::RowError;
use ballast_files::moment::TimeUnit;
use ballast_files::table::{Table, TableError};

use self::gather::Gathered;
use self::layout::{Layout, WANTED};
pub use self::stream::Stream;

/// Seconds of a year of 365 days.
const YEAR: f64 = ballast_core_types::SECONDS_PER_YEAR as f64;

/// A surface holds expiries that are more than this ahead, seconds.
pub const TOO_NEAR: i64 = 60;

/// Why a file of option chains was refused.
pub type ChainError = TableError;

/// All options of one currency at one time.
#[derive(Clone, Debug)]
pub struct Snapshot {
    /// When it was taken, unix seconds.
    pub unix_time: i64,
    /// The underlying, such as `BTC`.
    pub currency: String,
    /// The expiries that lie ahead, by time.
    pub expiries: Vec<Expiry>,
    /// Rows of it that were left out, as far as it is known that they are its.
    pub left_out: Vec<RowError>,
}

/// What a file holds.
#[derive(Clone, Debug)]
pub struct Chains {
    /// By time and currency.
    pub snapshots: Vec<Snapshot>,
    /// What the file was taken for, where it is not in our layout.
    pub notes: Vec<String>,
    /// Rows that were left out, in the order of the file.
    pub left_out: Vec<RowError>,
}

/// Reads every snapshot of a file, by time and currency; `unit` is that of times that are numbers,
/// if it is not the layout's own.
///
/// # Errors
/// [`ChainError`] when the file cannot be read or has not the columns of a chain.
pub fn load(path: &Path, unit: Option<TimeUnit>) -> Result<Chains, ChainError> {
    let mut table = Table::open(path, WANTED)?;
    let layout = Layout::find(&table, unit)?;
    let mut gathered = Gathered::new(&layout);
    let mut left_out = Vec::new();
    while let Some(row) = table.next_row()? {
        let read = row.and_then(|row| layout.read(&table, &row).map(|option| (row, option)));
        match read {
            Ok((row, option)) => left_out.extend(gathered.add(&table, &row, option)),
            Err(fault) => left_out.push(fault),
        }
    }
    let mut notes = std::mem::take(&mut table.notes);
    notes.extend(layout.taken());
    let snapshots = gathered.finish(&mut notes);
    Ok(Chains {
        snapshots,
        notes,
        left_out,
    })
}
