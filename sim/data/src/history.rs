//! Price history from a file: exact, checked row by row, or refused with the line that is wrong.
//!
//! The file is `.csv` or `.csv.gz` with the header `unix_time,open,high,low,close` and optionally
//! `volume` (checked, then not used). Rules, on every row of the file, inside the range asked for
//! or not:
//! - `unix_time` is a whole number of seconds from 1970 to 9999, and each row follows the last by
//!   one constant step;
//! - prices are decimal text with at most 8 places, above zero, and `low ≤ open, close ≤ high`;
//! - `volume`, if there is such a column, is a number, zero or more.

mod error;

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

use chrono::NaiveDate;
use flate2::read::MultiGzDecoder;

pub use self::error::HistoryError;
use crate::price::PriceE8;

/// Most rows a file may hold: a century of hours. Bounds the memory that a wrong file can take.
pub const MAX_ROWS: usize = 1_000_000;

/// Spacing assumed for a file of a single row, seconds.
const DEFAULT_STEP: i64 = 3_600;

/// Last second of the year 9999, which is as far as dates print.
const LAST_TIME: i64 = 253_402_300_799;

const COLUMNS: [&str; 6] = ["unix_time", "open", "high", "low", "close", "volume"];

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

/// Reads the candles that begin in `from ≤ t < to` (unix seconds; an absent bound means that end of
/// the file).
///
/// With [`parse_date`] for both bounds, `2020-03-08` to `2020-03-16` is eight days: the end is not
/// included.
///
/// # Errors
/// [`HistoryError`] when the file cannot be read, when any of its rows breaks a rule of this
/// module, or when it does not cover the whole range.
pub fn load(path: &Path, from: Option<i64>, to: Option<i64>) -> Result<Vec<Candle>, HistoryError> {
    if let (Some(from), Some(to)) = (from, to) {
        if from >= to {
            return Err(HistoryError::Backwards { from, to });
        }
    }
    let candles = read(path, open(path)?)?;
    let (Some(head), Some(last)) = (candles.first(), candles.last()) else {
        return Err(HistoryError::Empty { file: path.to_owned() });
    };
    let (first, step) = (head.unix_time, step_seconds(&candles));
    let end = last.unix_time + step;
    let (from, to) = (from.unwrap_or(first), to.unwrap_or(end));
    if from < first || to > end || from >= to {
        return Err(HistoryError::Outside {
            file: path.to_owned(),
            first,
            end,
            from,
            to,
        });
    }
    let chosen: Vec<_> = candles
        .into_iter()
        .filter(|c| (from..to).contains(&c.unix_time))
        .collect();
    if chosen.is_empty() {
        return Err(HistoryError::Between {
            file: path.to_owned(),
            from,
            to,
            step,
        });
    }
    Ok(chosen)
}

/// Returns the volumes of a file that [`load`] accepts, in units of the asset, by the start of
/// their candle. Floats, for estimates only.
///
/// # Errors
/// [`HistoryError::Read`], or [`HistoryError::NoVolume`] if there is no such column.
pub fn volumes(path: &Path) -> Result<BTreeMap<i64, f64>, HistoryError> {
    let text = text(path).map_err(|source| HistoryError::Read {
        file: path.to_owned(),
        source,
    })?;
    let mut lines = text.lines();
    let header = lines.next().unwrap_or_default();
    if fields(header.trim_start_matches('\u{feff}')) != COLUMNS {
        return Err(HistoryError::NoVolume { file: path.to_owned() });
    }
    let pair = |line: &str| {
        let fields = fields(line);
        Some((fields.first()?.parse().ok()?, fields.get(5)?.parse().ok()?))
    };
    Ok(lines.filter_map(pair).collect())
}

/// Returns the text of a plain or gzipped file.
pub fn text(path: &Path) -> io::Result<String> {
    let file = BufReader::new(File::open(path)?);
    let mut text = String::new();
    if path.extension().is_some_and(|end| end.eq_ignore_ascii_case("gz")) {
        MultiGzDecoder::new(file).read_to_string(&mut text)?;
    } else {
        { file }.read_to_string(&mut text)?;
    }
    Ok(text)
}

fn open(path: &Path) -> Result<Box<dyn Read>, HistoryError> {
    let name = path
        .file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .to_ascii_lowercase();
    if !name.ends_with(".csv") && !name.ends_with(".csv.gz") {
        return Err(HistoryError::Extension { file: path.to_owned() });
    }
    let read_error = |source| HistoryError::Read {
        file: path.to_owned(),
        source,
    };
    let file = File::open(path).map_err(read_error)?;
    if file.metadata().map_err(read_error)?.is_dir() {
        return Err(read_error(io::Error::from(io::ErrorKind::IsADirectory)));
    }
    Ok(if name.ends_with(".gz") {
        Box::new(MultiGzDecoder::new(BufReader::new(file)))
    } else {
        Box::new(BufReader::new(file))
    })
}

fn read(path: &Path, input: Box<dyn Read>) -> Result<Vec<Candle>, HistoryError> {
    let read_error = |source| HistoryError::Read {
        file: path.to_owned(),
        source,
    };
    // Read by lines, not by a CSV reader: that skips empty lines without counting them, and no
    // field needs its quoting.
    let mut lines = (1..).zip(BufReader::new(input).lines());
    let header = lines
        .next()
        .map_or(Ok(String::new()), |(_, line)| line)
        .map_err(read_error)?;
    let names = fields(header.trim_start_matches('\u{feff}'));
    let expected = names.len();
    if !(5..=6).contains(&expected) || names[..] != COLUMNS[..expected] {
        let found = header.chars().take(120).collect::<String>().escape_debug().to_string();
        return Err(HistoryError::Header {
            file: path.to_owned(),
            found,
        });
    }
    let mut candles: Vec<Candle> = Vec::new();
    let mut step = None;
    for (line, text) in lines {
        let text = text.map_err(read_error)?;
        if text.trim().is_empty() {
            continue;
        }
        let row = Row {
            path,
            line,
            fields: fields(&text),
        };
        if row.fields.len() != expected {
            return Err(HistoryError::Width {
                file: path.to_owned(),
                line,
                found: row.fields.len(),
                expected,
            });
        }
        let candle = row.candle()?;
        if let Some(previous) = candles.last() {
            step = Some(row.check_step(previous.unix_time, candle.unix_time, step)?);
        }
        if candles.len() == MAX_ROWS {
            return Err(HistoryError::TooLong { file: path.to_owned() });
        }
        candles.push(candle);
    }
    Ok(candles)
}

/// Returns the fields of a line; quotes around a whole field are taken off.
fn fields(line: &str) -> Vec<&str> {
    line.split(',')
        .map(|field| {
            field
                .strip_prefix('"')
                .and_then(|rest| rest.strip_suffix('"'))
                .unwrap_or(field)
        })
        .collect()
}

/// One record and where it stands, so that each fault can be named.
struct Row<'a> {
    path: &'a Path,
    line: u64,
    fields: Vec<&'a str>,
}

impl Row<'_> {
    fn candle(&self) -> Result<Candle, HistoryError> {
        let unix_time = match self.text(0).parse::<i64>() {
            Ok(time) if (0..=LAST_TIME).contains(&time) => time,
            _ => return Err(self.fault(0, "a time is a whole number of unix seconds, from 1970 to 9999")),
        };
        let (open, high, low, close) = (self.price(1)?, self.price(2)?, self.price(3)?, self.price(4)?);
        for (column, price) in [(1, open), (4, close)] {
            if price > high {
                return Err(self.fault(column, format!("it is above the row's high, {high}")));
            }
            if price < low {
                return Err(self.fault(column, format!("it is below the row's low, {low}")));
            }
        }
        if self.fields.len() > 5 && !self.text(5).parse::<f64>().is_ok_and(|v| v.is_finite() && v >= 0.0) {
            return Err(self.fault(5, "a volume is a number, zero or more"));
        }
        Ok(Candle {
            unix_time,
            open,
            high,
            low,
            close,
        })
    }

    /// Checks that `after` follows `before` by the step of the rows above, and returns that step.
    fn check_step(&self, before: i64, after: i64, step: Option<i64>) -> Result<i64, HistoryError> {
        let found = after - before;
        let step = step.unwrap_or(found);
        if found <= 0 {
            return Err(self.fault(0, format!("times must increase, and the row above is at {before}")));
        }
        if found > step {
            return Err(HistoryError::Gap {
                file: self.path.to_owned(),
                line: self.line,
                before,
                after,
                step,
            });
        }
        if found < step {
            return Err(self.fault(
                0,
                format!("it is {found} s after the row above, at {before}, but rows are {step} s apart"),
            ));
        }
        Ok(step)
    }

    fn price(&self, column: usize) -> Result<PriceE8, HistoryError> {
        self.text(column)
            .parse()
            .map_err(|rule: crate::price::PriceParseError| self.fault(column, rule.to_string()))
    }

    fn text(&self, column: usize) -> &str {
        self.fields.get(column).copied().unwrap_or_default()
    }

    fn fault(&self, column: usize, rule: impl Into<String>) -> HistoryError {
        HistoryError::Field {
            file: self.path.to_owned(),
            line: self.line,
            column: COLUMNS[column],
            value: self
                .text(column)
                .chars()
                .take(40)
                .collect::<String>()
                .escape_debug()
                .to_string(),
            rule: rule.into(),
        }
    }
}
