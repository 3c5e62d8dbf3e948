//! The one reader of times.

use chrono::{DateTime, NaiveDate, NaiveDateTime};
use std::fmt;
use std::str::FromStr;

/// Last second of the year 9999, which is as far as dates print.
pub const LAST_SECOND: i64 = 253_402_300_799;

/// A moment read from a file or a command line: whole seconds from 1970 to 9999, UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Moment(i64);

/// The unit of times that are plain numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TimeUnit {
    /// Seconds since 1970.
    #[default]
    Seconds,
    /// Thousandths of a second since 1970.
    Milliseconds,
    /// Millionths.
    Microseconds,
    /// Thousand-millionths.
    Nanoseconds,
    /// Each number is in the unit by which it lies within 2001 … 2286: for layouts whose publishers
    /// changed it.
    BySize,
}

/// How a time was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Form {
    /// A number, of this unit in the singular.
    Number(&'static str),
    /// A date, or a date with a time, with its zone.
    Zoned,
    /// The same without a zone: taken as UTC.
    Unzoned,
}

impl fmt::Display for Form {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(unit) => write!(f, "unix {unit}"),
            Self::Zoned => f.write_str("ISO 8601 with a zone"),
            Self::Unzoned => f.write_str("ISO 8601 without a zone, taken as UTC"),
        }
    }
}

/// Why a text is no moment. Each reads as the rule that was broken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MomentError {
    /// Nothing there, or a word for it: `NaT`, `NaN`, `null`.
    #[error("a time is missing; a time is whole unix seconds, from 1970 to 9999, or ISO 8601")]
    Missing,
    /// A number out of range.
    #[error("a time is whole unix seconds, from 1970 to 9999{}", hint(.0))]
    Range(Option<&'static str>),
    /// A number with a fraction.
    #[error("a time is whole unix seconds, from 1970 to 9999, without a point")]
    Fraction,
    /// Anything else.
    #[error("a time is whole unix seconds, from 1970 to 9999, or ISO 8601 such as 2020-03-08T11:00:00Z")]
    Form,
}

fn hint(unit: &Option<&'static str>) -> String {
    unit.map_or_else(String::new, |unit| {
        let flag = match unit {
            "milliseconds" => "ms",
            "microseconds" => "us",
            _ => "ns",
        };
        format!("; it looks like {unit} (--time-unit {flag} takes them)")
    })
}

impl TimeUnit {
    const fn per_second(self) -> i64 {
        match self {
            Self::Seconds | Self::BySize => 1,
            Self::Milliseconds => 1_000,
            Self::Microseconds => 1_000_000,
            Self::Nanoseconds => 1_000_000_000,
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Seconds | Self::BySize => "seconds",
            Self::Milliseconds => "milliseconds",
            Self::Microseconds => "microseconds",
            Self::Nanoseconds => "nanoseconds",
        }
    }

    /// Returns the unit by which a number lies within 2001 … 2286.
    const fn by_size(number: i64) -> Self {
        match number {
            ..100_000_000_000 => Self::Seconds,
            100_000_000_000..100_000_000_000_000 => Self::Milliseconds,
            100_000_000_000_000..100_000_000_000_000_000 => Self::Microseconds,
            _ => Self::Nanoseconds,
        }
    }
}

impl FromStr for TimeUnit {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "s" => Ok(Self::Seconds),
            "ms" => Ok(Self::Milliseconds),
            "us" => Ok(Self::Microseconds),
            "ns" => Ok(Self::Nanoseconds),
            _ => Err(format!("the unit is `{text}`; it must be s, ms, us or ns")),
        }
    }
}

impl Moment {
    /// Returns a moment of whole unix seconds; `None` outside 1970 … 9999.
    #[must_use]
    pub fn new(unix_seconds: i64) -> Option<Self> {
        (0..=LAST_SECOND).contains(&unix_seconds).then_some(Self(unix_seconds))
    }

    /// Returns the unix time, seconds.
    #[must_use]
    pub const fn unix_seconds(self) -> i64 {
        self.0
    }

    /// Reads a number of `unit`, or ISO 8601, and says which it was. What is finer than a second is
    /// cut off, where the unit is finer or the text is ISO 8601.
    ///
    /// # Errors
    /// The rule that is broken. A number that would lie in our times if it were milliseconds,
    /// microseconds or nanoseconds is said to look like them.
    pub fn parse(text: &str, unit: TimeUnit) -> Result<(Self, Form), MomentError> {
        let text = text.trim();
        if ["", "nat", "nan", "none", "null", "na", "n/a"].contains(&text.to_ascii_lowercase().as_str()) {
            return Err(MomentError::Missing);
        }
        let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
        if !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()) {
            // More digits than fit are no moment of any unit.
            let number = text.parse().map_err(|_| MomentError::Range(None))?;
            return Self::number(number, unit);
        }
        let has_point = digits
            .bytes()
            .all(|byte| byte.is_ascii_digit() || b".eE+-".contains(&byte));
        if has_point && digits.contains('.') && text.parse::<f64>().is_ok() {
            return Err(MomentError::Fraction);
        }
        iso(text).ok_or(MomentError::Form)?
    }

    fn number(number: i64, unit: TimeUnit) -> Result<(Self, Form), MomentError> {
        let unit = match unit {
            TimeUnit::BySize => TimeUnit::by_size(number),
            given => given,
        };
        let guess = TimeUnit::by_size(number);
        let hint = (guess.per_second() > unit.per_second()).then(|| guess.name());
        if number < 0 || hint.is_some() && number / unit.per_second() > LAST_SECOND {
            return Err(MomentError::Range(hint));
        }
        let seconds = Self::new(number / unit.per_second()).ok_or(MomentError::Range(hint))?;
        Ok((seconds, Form::Number(unit.name())))
    }
}

/// Reads ISO 8601, and what pandas and spreadsheets make of it. `None` for any other text.
fn iso(text: &str) -> Option<Result<(Moment, Form), MomentError>> {
    const ZONED: [&str; 4] = [
        "%Y-%m-%dT%H:%M:%S%.f%#z",
        "%Y-%m-%d %H:%M:%S%.f%#z",
        "%Y-%m-%d %H:%M%#z",
        "%Y-%m-%dT%H:%M%#z",
    ];
    const UNZONED: [&str; 5] = [
        "%Y-%m-%dT%H:%M:%S%.f",
        "%Y-%m-%d %H:%M:%S%.f",
        "%Y-%m-%d %H:%M",
        "%Y-%m-%dT%H:%M",
        "%Y-%m-%d %I-%p",
    ];
    if !text
        .as_bytes()
        .get(..4)
        .is_some_and(|year| year.iter().all(u8::is_ascii_digit))
    {
        return None;
    }
    let zone = text.strip_suffix(" UTC").or_else(|| text.strip_suffix(['Z', 'z']));
    let with_zone = zone.map_or_else(|| text.to_owned(), |bare| bare.trim_end().to_owned() + "+00:00");
    let zoned = ZONED
        .iter()
        .find_map(|form| DateTime::parse_from_str(&with_zone, form).ok());
    let (time, form) = match zoned {
        Some(time) => (time.to_utc(), Form::Zoned),
        None => {
            let hour = |form: &&str| {
                // Chrono reads an hour of twelve only beside a minute.
                let (text, form) = match *form {
                    "%Y-%m-%d %I-%p" => (
                        text.replace("-AM", ":00-AM").replace("-PM", ":00-PM"),
                        "%Y-%m-%d %I:%M-%p",
                    ),
                    other => (text.to_owned(), other),
                };
                NaiveDateTime::parse_from_str(&text, form).ok()
            };
            let day = || NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?.and_hms_opt(0, 0, 0);
            (UNZONED.iter().find_map(hour).or_else(day)?.and_utc(), Form::Unzoned)
        }
    };
    Some(match Moment::new(time.timestamp()) {
        Some(moment) => Ok((moment, form)),
        None => Err(MomentError::Range(None)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2020-03-08 00:00 UTC.
    const START: i64 = 1_583_625_600;

    fn read(text: &str, unit: TimeUnit) -> Result<i64, String> {
        Moment::parse(text, unit)
            .map(|(moment, _)| moment.0)
            .map_err(|error| error.to_string())
    }

    #[test]
    fn seconds_and_iso_are_read() {
        for (text, expected) in [
            ("1583625600", START),
            ("0", 0),
            ("253402300799", LAST_SECOND),
            ("2020-03-08", START),
            ("2020-03-08 00:00", START),
            ("2020-03-08 00:00:00", START),
            ("2020-03-08T00:00:00Z", START),
            ("2020-03-08T01:00:00.000+01:00", START),
            ("2020-03-08 00:00:00+00:00", START),
            ("2020-03-08 00:00:00 UTC", START),
            ("2020-03-08 00:00:00.000000 UTC", START),
            ("2020-03-08T00:00:00.75Z", START),
            ("2020-03-08 12-AM", START),
            ("2020-03-08 01-PM", START + 13 * 3_600),
        ] {
            assert_eq!(read(text, TimeUnit::Seconds), Ok(expected), "{text}");
        }
        assert_eq!(Moment::parse("2020-03-08", TimeUnit::Seconds).unwrap().1, Form::Unzoned);
    }

    #[test]
    fn other_units_are_recognised_and_taken_when_asked_for() {
        for (text, unit, words) in [
            ("1583625600000", TimeUnit::Milliseconds, "looks like milliseconds"),
            ("1583625600000000", TimeUnit::Microseconds, "looks like microseconds"),
            ("1583625600000000000", TimeUnit::Nanoseconds, "looks like nanoseconds"),
        ] {
            let error = read(text, TimeUnit::Seconds).unwrap_err();
            assert!(error.contains(words), "{error}");
            assert_eq!(read(text, unit), Ok(START));
            assert_eq!(read(text, TimeUnit::BySize), Ok(START));
        }
        // Finer than the unit that was asked for.
        let error = read("1583625600000000", TimeUnit::Milliseconds).unwrap_err();
        assert!(error.contains("looks like microseconds"), "{error}");
        assert_eq!("ms".parse(), Ok(TimeUnit::Milliseconds));
        assert!("hours".parse::<TimeUnit>().is_err());
    }

    #[test]
    fn what_is_no_moment_is_refused_by_its_rule() {
        for (text, part) in [
            ("", "missing"),
            ("NaT", "missing"),
            ("nan", "missing"),
            ("-9223372036854775808", "from 1970 to 9999"),
            ("-1", "from 1970 to 9999"),
            ("99999999999999999999", "from 1970 to 9999"),
            ("1767115875.0", "a time is whole unix seconds"),
            ("1.767115875e9", "a time is whole unix seconds"),
            ("1583625600123", "looks like milliseconds"),
            ("08/03/2020", "or ISO 8601"),
            ("2020-02-30", "or ISO 8601"),
            ("yesterday", "or ISO 8601"),
        ] {
            let error = read(text, TimeUnit::Seconds).unwrap_err();
            assert!(error.contains(part), "{text}: {error}");
        }
    }
}
