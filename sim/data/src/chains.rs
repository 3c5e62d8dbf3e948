//! Option chains from a file: snapshots of all listed options, as Deribit shows them.
//!
//! The file is `.csv` or `.csv.gz` with a header that names at least the columns `unix_time`,
//! `currency`, `expiry`, `strike`, `type` (`C` or `P`), `bid`, `ask` and `forward`, in any order;
//! further columns are not used. Bid and ask are in units of the underlying, and empty where nobody
//! quotes.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufReader, Read};
use std::path::{Path, PathBuf};

use ballast_core_math::black_scholes::Kind;
use ballast_core_math::fit::quotes::{Expiry, Quote};
use flate2::read::MultiGzDecoder;
use serde::Deserialize;
use thiserror::Error;

/// Seconds of a year of 365 days.
const YEAR: f64 = ballast_core_types::SECONDS_PER_YEAR as f64;

/// Why a file of option chains was refused; one line that says where the fault is.
#[derive(Debug, Error)]
pub enum ChainError {
    /// The file cannot be opened.
    #[error("{}: cannot be read ({source}); check the path", .file.display())]
    Open {
        /// The file.
        file: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A line is not what the header promises.
    #[error("{}: {source}", .file.display())]
    Csv {
        /// The file.
        file: PathBuf,
        /// The line and the column.
        source: csv::Error,
    },
    /// A value is out of range.
    #[error("{}: line {line}: {rule}", .file.display())]
    Value {
        /// The file.
        file: PathBuf,
        /// Line in the file, from 1.
        line: u64,
        /// The rule it breaks.
        rule: &'static str,
    },
}

/// All options of one currency at one time.
#[derive(Clone, Debug)]
pub struct Snapshot {
    /// When it was taken, unix seconds.
    pub unix_time: i64,
    /// The underlying, such as `BTC`.
    pub currency: String,
    /// The expiries that lie ahead, by time.
    pub expiries: Vec<Expiry>,
}

#[derive(Deserialize)]
struct Row {
    unix_time: i64,
    currency: String,
    expiry: i64,
    strike: f64,
    #[serde(rename = "type")]
    kind: String,
    bid: Option<f64>,
    ask: Option<f64>,
    forward: f64,
}

impl Row {
    fn quote(&self) -> Result<Quote, &'static str> {
        let positive = |value: f64| value.is_finite() && value > 0.0;
        let kind = match self.kind.as_str() {
            "C" => Kind::Call,
            "P" => Kind::Put,
            _ => return Err("a type is C or P"),
        };
        if !positive(self.strike) || !positive(self.forward) {
            return Err("strike and forward are numbers above zero");
        }
        if ![self.bid, self.ask]
            .into_iter()
            .flatten()
            .all(|price| price.is_finite() && price >= 0.0)
        {
            return Err("bid and ask are numbers, zero or more, or empty");
        }
        Ok(Quote {
            kind,
            strike: self.strike,
            forward: self.forward,
            bid: self.bid,
            ask: self.ask,
        })
    }
}

/// The quotes of each expiry, unix seconds.
type Quotes = BTreeMap<i64, Vec<Quote>>;

fn snapshot(unix_time: i64, currency: String, expiries: Quotes) -> Snapshot {
    Snapshot {
        unix_time,
        currency,
        expiries: expiries
            .into_iter()
            .map(|(expiry, quotes)| Expiry {
                years: (expiry - unix_time) as f64 / YEAR,
                quotes,
            })
            .collect(),
    }
}

/// The rows of an input, each with its quote.
struct Rows<R> {
    file: PathBuf,
    headers: csv::StringRecord,
    records: csv::StringRecordsIntoIter<R>,
}

impl<R: Read> Rows<R> {
    fn new(input: R, file: &Path) -> Result<Self, ChainError> {
        let file = file.to_owned();
        let mut reader = csv::Reader::from_reader(input);
        match reader.headers().cloned() {
            Ok(headers) => Ok(Self {
                file,
                headers,
                records: reader.into_records(),
            }),
            Err(source) => Err(ChainError::Csv { file, source }),
        }
    }

    fn value(&self, line: u64, rule: &'static str) -> ChainError {
        let file = self.file.clone();
        ChainError::Value { file, line, rule }
    }

    fn read(&self, record: csv::Result<csv::StringRecord>) -> Result<(Row, Quote, u64), ChainError> {
        let csv_error = |source| ChainError::Csv {
            file: self.file.clone(),
            source,
        };
        let record = record.map_err(csv_error)?;
        let line = record.position().map_or(0, csv::Position::line);
        let row: Row = record.deserialize(Some(&self.headers)).map_err(csv_error)?;
        let quote = row.quote().map_err(|rule| self.value(line, rule))?;
        Ok((row, quote, line))
    }
}

impl<R: Read> Iterator for Rows<R> {
    type Item = Result<(Row, Quote, u64), ChainError>;

    fn next(&mut self) -> Option<Self::Item> {
        let record = self.records.next()?;
        Some(self.read(record))
    }
}

/// Reads every snapshot of a file, by time and currency.
///
/// # Errors
/// [`ChainError`] when the file cannot be read or a row breaks a rule.
pub fn load(path: &Path) -> Result<Vec<Snapshot>, ChainError> {
    let file = path.to_owned();
    let opened = File::open(path).map_err(|source| ChainError::Open { file, source })?;
    let input: Box<dyn Read> = if path.extension().is_some_and(|e| e.eq_ignore_ascii_case("gz")) {
        Box::new(MultiGzDecoder::new(BufReader::new(opened)))
    } else {
        Box::new(opened)
    };
    let mut snapshots: BTreeMap<(i64, String), Quotes> = BTreeMap::new();
    for row in Rows::new(BufReader::new(input), path)? {
        let (row, quote, _) = row?;
        let expiries = snapshots.entry((row.unix_time, row.currency)).or_default();
        if row.expiry > row.unix_time {
            expiries.entry(row.expiry).or_default().push(quote);
        }
    }
    let made = |((unix_time, currency), expiries)| snapshot(unix_time, currency, expiries);
    Ok(snapshots.into_iter().map(made).collect())
}

/// Snapshots of one currency while their rows arrive: each is complete when a row of a later time
/// comes, or the input ends.
///
/// It ends after the first error: what follows a broken row may be the rest of another one.
pub struct Stream<R> {
    rows: Rows<R>,
    currency: String,
    open: Option<(i64, Quotes)>,
    ended: bool,
}

impl<R: Read> Stream<R> {
    /// Snapshots of `currency` (in any case) from the lines of `input`; `name` is what errors call
    /// it.
    ///
    /// # Errors
    /// [`ChainError`] when the first line cannot be read.
    pub fn new(input: R, name: &Path, currency: &str) -> Result<Self, ChainError> {
        Ok(Self {
            rows: Rows::new(input, name)?,
            currency: currency.to_ascii_uppercase(),
            open: None,
            ended: false,
        })
    }

    /// Returns what was gathered, unless no row of it was of this currency.
    fn complete(&mut self) -> Option<Snapshot> {
        let (unix_time, quotes) = self.open.take()?;
        (!quotes.is_empty()).then(|| snapshot(unix_time, self.currency.clone(), quotes))
    }

    fn take(&mut self, row: Row, quote: Quote, line: u64) -> Result<Option<Snapshot>, ChainError> {
        let before = self.open.as_ref().map(|(time, _)| *time);
        if before.is_some_and(|before| row.unix_time < before) {
            return Err(self.rows.value(line, "unix_time does not go back"));
        }
        let complete = if before == Some(row.unix_time) {
            None
        } else {
            self.complete()
        };
        let (_, quotes) = self.open.get_or_insert_with(|| (row.unix_time, Quotes::new()));
        if row.expiry > row.unix_time && row.currency.eq_ignore_ascii_case(&self.currency) {
            quotes.entry(row.expiry).or_default().push(quote);
        }
        Ok(complete)
    }
}

impl<R: Read> Iterator for Stream<R> {
    type Item = Result<Snapshot, ChainError>;

    fn next(&mut self) -> Option<Self::Item> {
        while !self.ended {
            let Some(row) = self.rows.next() else {
                self.ended = true;
                return self.complete().map(Ok);
            };
            match row.and_then(|(row, quote, line)| self.take(row, quote, line)) {
                Ok(None) => {}
                Ok(Some(snapshot)) => return Some(Ok(snapshot)),
                Err(error) => {
                    self.ended = true;
                    return Some(Err(error));
                }
            }
        }
        None
    }
}
