//! Price history from a file, in the layouts that exchanges and libraries write it in; exact, and
//! checked row by row.
//!
//! What the file was taken for is said in [`History::taken`]. Rules:
//! - times are whole seconds from 1970 to 9999, each of them once, from the oldest or from the
//!   newest, and rows inside the range follow each other by one step: the commonest distance;
//! - prices are decimal text, above zero, and `low ≤ open, close ≤ high`;
//! - `volume`, if there is such a column, is a number, zero or more.
//!
//! A row that breaks a rule is left out and reported. If that, or a row that was never there,
//! leaves a gap inside the range that is asked for, the file is refused; a gap elsewhere is a note.

mod asset;
mod error;
mod layout;
mod range;
mod rows;

use std::path::Path;

use ballast_files::fault::RowError;
use ballast_files::moment::TimeUnit;
use chrono::NaiveDate;

pub use self::asset::asset_of;
pub use self::error::HistoryError;
pub use self::layout::Columns;
use crate::format::utc_minute;
use crate::price::PriceE8;

/// Most rows a file may hold: seven years of minutes. Bounds the memory that a wrong file can take.
pub const MAX_ROWS: usize = 4_000_000;

/// Spacing assumed for a file of a single row, seconds.
const DEFAULT_STEP: i64 = 3_600;

/// The prices of one step: `low ≤ open, close ≤ high`, all above zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Candle {
    /// Start of the step, unix seconds (UTC).
    pub unix_time: i64,
    /// First price.
    pub open: PriceE8,
    /// Highest price.
    pub high: PriceE8,
    /// Lowest price.
    pub low: PriceE8,
    /// Last price.
    pub close: PriceE8,
}

/// What is asked of a file.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// The file.
    pub file: &'a Path,
    /// First time, unix seconds; nothing means where the file begins.
    pub from: Option<i64>,
    /// First time left out, unix seconds; nothing means where the file ends.
    pub to: Option<i64>,
    /// Which column is which; nothing means that the layout is recognised.
    pub columns: Option<&'a Columns>,
    /// Unit of times that are numbers; nothing means seconds, or what a layout's publisher writes.
    pub unit: Option<TimeUnit>,
}

impl<'a> Request<'a> {
    /// Asks for the whole of a file.
    #[must_use]
    pub const fn of(file: &'a Path) -> Self {
        Self {
            file,
            from: None,
            to: None,
            columns: None,
            unit: None,
        }
    }

    /// Asks for the candles that begin in `from ≤ t < to`: with [`parse_date`] for both,
    /// `2020-03-08` to `2020-03-16` is eight days.
    #[must_use]
    pub const fn between(self, from: Option<i64>, to: Option<i64>) -> Self {
        Self { from, to, ..self }
    }
}

/// What a file holds of what was asked.
#[derive(Clone, Debug)]
pub struct History {
    /// The candles, by time, one step apart.
    pub candles: Vec<Candle>,
    /// Volumes beside them, in units of the asset; nothing if there is no such column. For
    /// estimates only.
    pub volumes: Option<Vec<f64>>,
    /// Seconds from one candle to the next.
    pub step: i64,
    /// The asset that the file or its name says, in capitals.
    pub asset: Option<String>,
    /// What the file was taken for: layout, columns, unit and zone of times. One line.
    pub taken: String,
    /// What else a person should know.
    pub notes: Vec<String>,
    /// Rows inside the range that were left out.
    pub left_out: Vec<RowError>,
}

impl History {
    /// Returns the line that says what the file was taken for, with `asset` as what its prices are
    /// taken of.
    #[must_use]
    pub fn summary(&self, asset: &str) -> String {
        let span = match (self.candles.first(), self.candles.last()) {
            (Some(first), Some(last)) => {
                format!(
                    "{} to {} UTC",
                    utc_minute(first.unix_time),
                    utc_minute(last.unix_time + self.step)
                )
            }
            _ => "nothing".to_owned(),
        };
        format!("{}; prices of {asset}, {}, {span}", self.taken, spacing(self.step))
    }
}

/// Returns a spacing as people say it: `1 h apart`.
#[must_use]
pub fn spacing(step: i64) -> String {
    match step {
        step if step % 86_400 == 0 => format!("{} d apart", step / 86_400),
        step if step % 3_600 == 0 => format!("{} h apart", step / 3_600),
        step if step % 60 == 0 => format!("{} min apart", step / 60),
        step => format!("{step} s apart"),
    }
}

/// Returns a date `YYYY-MM-DD` as the unix time of its midnight UTC, seconds.
///
/// # Errors
/// [`HistoryError::Date`] for any other text.
pub fn parse_date(text: &str) -> Result<i64, HistoryError> {
    let shape = |(i, b): (usize, u8)| {
        if i == 4 || i == 7 {
            b == b'-'
        } else {
            b.is_ascii_digit()
        }
    };
    let date = (text.len() == 10 && text.bytes().enumerate().all(shape))
        .then(|| NaiveDate::parse_from_str(text, "%Y-%m-%d").ok())
        .flatten()
        .and_then(|date| date.and_hms_opt(0, 0, 0));
    match date {
        Some(midnight) => Ok(midnight.and_utc().timestamp()),
        None => Err(HistoryError::Date { text: text.to_owned() }),
    }
}

/// Seconds between neighbouring candles (one hour if there are fewer than two).
#[must_use]
pub fn step_seconds(candles: &[Candle]) -> i64 {
    match candles {
        [first, second, ..] => second.unix_time - first.unix_time,
        _ => DEFAULT_STEP,
    }
}

/// Reads the candles of a file.
///
/// # Errors
/// [`HistoryError`] when the file cannot be read or its layout is not known, when it does not cover
/// the whole range, or when a row is missing inside it.
pub fn load(request: &Request<'_>) -> Result<History, HistoryError> {
    if let (Some(from), Some(to)) = (request.from, request.to) {
        if from >= to {
            return Err(HistoryError::Backwards { from, to });
        }
    }
    let read = rows::read(request)?;
    range::choose(read, request)
}
