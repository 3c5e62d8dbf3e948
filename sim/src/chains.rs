//! Option chains from a file: snapshots of all listed options, as Deribit shows them.
//!
//! The file is `.csv` or `.csv.gz` with a header that names at least the columns `unix_time`, `currency`, `expiry`, `strike`,
//! `type` (`C` or `P`), `bid`, `ask` and `forward`, in any order; further columns are not used. Bid and ask are in units of
//! the underlying, and empty where nobody quotes.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufReader, Read};
use std::path::{Path, PathBuf};

use ballast_risk_math::black_scholes::Kind;
use ballast_risk_math::fit::quotes::{Expiry, Quote};
use flate2::read::MultiGzDecoder;
use serde::Deserialize;
use thiserror::Error;

/// Seconds of a year of 365 days.
const YEAR: f64 = ballast_risk_math::SECONDS_PER_YEAR as f64;

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
    let mut snapshots: BTreeMap<(i64, String), BTreeMap<i64, Vec<Quote>>> = BTreeMap::new();
    let mut reader = csv::Reader::from_reader(BufReader::new(input));
    let headers = reader.headers().cloned();
    let csv_error = |source| ChainError::Csv {
        file: path.to_owned(),
        source,
    };
    let headers = headers.map_err(csv_error)?;
    for record in reader.records() {
        let record = record.map_err(csv_error)?;
        let row: Row = record.deserialize(Some(&headers)).map_err(csv_error)?;
        let quote = row.quote().map_err(|rule| ChainError::Value {
            file: path.to_owned(),
            line: record.position().map_or(0, csv::Position::line),
            rule,
        })?;
        let expiries = snapshots.entry((row.unix_time, row.currency)).or_default();
        if row.expiry > row.unix_time {
            expiries.entry(row.expiry).or_default().push(quote);
        }
    }
    let snapshot = |((unix_time, currency), expiries): ((i64, String), BTreeMap<i64, Vec<Quote>>)| Snapshot {
        unix_time,
        currency,
        expiries: expiries
            .into_iter()
            .map(|(expiry, quotes)| Expiry {
                years: (expiry - unix_time) as f64 / YEAR,
                quotes,
            })
            .collect(),
    };
    Ok(snapshots.into_iter().map(snapshot).collect())
}
