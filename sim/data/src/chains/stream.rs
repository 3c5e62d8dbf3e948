//! Snapshots while their rows arrive.

use std::io::Read;
use std::path::Path;

use ballast_files::fault::RowError;
use ballast_files::moment::TimeUnit;
use ballast_files::name;
use ballast_files::table::{Row, Table};

use super::gather::Quotes;
use super::layout::{Layout, Quoted, WANTED};
use super::{ChainError, Snapshot, TOO_NEAR};

/// Snapshots of one currency while their rows arrive: each is complete when a row of a later time
/// comes, or the input ends.
///
/// A row that breaks a rule, also one whose time goes back, is left out, and told with the snapshot
/// that is complete next.
pub struct Stream {
    table: Table,
    layout: Layout,
    currency: String,
    open: Option<(i64, Quotes)>,
    left_out: Vec<RowError>,
    ended: bool,
}

impl Stream {
    /// Snapshots of `currency` (in any case) from the lines of `input`; `name` is what errors call
    /// it.
    ///
    /// # Errors
    /// [`ChainError`] when the first line cannot be read.
    pub fn new(
        input: impl Read + Send + 'static,
        name: &Path,
        currency: &str,
        unit: Option<TimeUnit>,
    ) -> Result<Self, ChainError> {
        let table = Table::stream(input, name, WANTED)?;
        let layout = Layout::find(&table, unit)?;
        Ok(Self {
            table,
            layout,
            currency: name::currency(currency).unwrap_or_else(|_| currency.to_ascii_uppercase()),
            open: None,
            left_out: Vec::new(),
            ended: false,
        })
    }

    /// Returns the rows that were left out since the last snapshot.
    pub fn rest(&mut self) -> Vec<RowError> {
        std::mem::take(&mut self.left_out)
    }

    /// Returns what was gathered, unless no row of it was of this currency.
    fn complete(&mut self) -> Option<Snapshot> {
        let (unix_time, quotes) = self.open.take()?;
        (!quotes.is_empty()).then(|| Snapshot {
            unix_time,
            currency: self.currency.clone(),
            expiries: quotes.expiries(unix_time, i64::MIN, &mut Vec::new()),
            left_out: self.rest(),
        })
    }

    fn take(&mut self, row: &Row, option: &Quoted) -> Option<Snapshot> {
        let before = self.open.as_ref().map(|(time, _)| *time);
        if before.is_some_and(|before| option.unix_time < before) {
            self.left_out.push(RowError {
                file: std::sync::Arc::clone(&self.table.file),
                line: row.line,
                column: "unix_time".to_owned(),
                value: option.unix_time.to_string(),
                rule: "the time of a row does not go back".to_owned(),
            });
            return None;
        }
        let complete = if before == Some(option.unix_time) {
            None
        } else {
            self.complete()
        };
        let (_, quotes) = self.open.get_or_insert_with(|| (option.unix_time, Quotes::default()));
        if option.expiry - option.unix_time > TOO_NEAR && option.currency == self.currency {
            self.left_out.extend(quotes.add(&self.table, row, option));
        }
        complete
    }
}

impl Iterator for Stream {
    type Item = Result<Snapshot, ChainError>;

    fn next(&mut self) -> Option<Self::Item> {
        while !self.ended {
            match self.table.next_row() {
                Err(error) => {
                    self.ended = true;
                    return Some(Err(error));
                }
                Ok(None) => {
                    self.ended = true;
                    return self.complete().map(Ok);
                }
                Ok(Some(row)) => {
                    let read = row.and_then(|row| self.layout.read(&self.table, &row).map(|option| (row, option)));
                    match read {
                        Err(fault) => self.left_out.push(fault),
                        Ok((row, option)) => {
                            if let Some(snapshot) = self.take(&row, &option) {
                                return Some(Ok(snapshot));
                            }
                        }
                    }
                }
            }
        }
        None
    }
}
