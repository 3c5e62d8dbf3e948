//! The table of options that comes in.

use crate::commands::greeks::decimal::Decimal;
use anyhow::{bail, Context, Result};
use ballast_core_math::black_scholes::{DomainError, Inputs, Kind, Rate, Spot, Strike, Volatility, Years};
use csv::ByteRecord;
use std::fmt;
use std::path::Path;

/// The columns that are read, in the order they are written.
pub const COLUMNS: [&str; 7] = ["type", "spot", "strike", "rate", "carry", "sigma", "tau"];

/// One option, as written and as understood.
pub struct Row {
    /// Line of the file it begins on.
    pub line: usize,
    /// The seven fields as they stand in the file.
    pub fields: [Vec<u8>; 7],
    /// What they say.
    pub inputs: Inputs,
}

/// Why a row is left out.
#[derive(Debug, PartialEq, Eq)]
pub struct Fault {
    /// Line of the file.
    pub line: usize,
    /// Name of the column, or its number where it has no name.
    pub column: String,
    /// What stands there; nothing if nothing does.
    pub value: String,
    /// The rule it breaks.
    pub rule: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, column {}: ", self.line, self.column)?;
        if !self.value.is_empty() {
            write!(f, "{}: ", self.value)?;
        }
        f.write_str(&self.rule)
    }
}

/// A file, with the place of each column.
pub struct Table {
    /// The rows of the file, each read or refused, in order.
    pub rows: Vec<std::result::Result<Row, Fault>>,
}

impl Table {
    /// Reads a file.
    ///
    /// # Errors
    /// If it cannot be read, or lacks one of the columns.
    pub fn read(path: &Path) -> Result<Self> {
        let name = path.display();
        let bytes = std::fs::read(path).with_context(|| format!("{name} cannot be read"))?;
        Self::parse(&bytes).with_context(|| name.to_string())
    }

    /// Reads the text of a file.
    ///
    /// # Errors
    /// If it lacks one of the columns.
    pub fn parse(bytes: &[u8]) -> Result<Self> {
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(bytes);
        let header = reader.byte_headers()?.clone();
        let places = places(&header)?;
        let mut lines = Lines::of(bytes);
        let mut rows = Vec::new();
        let mut record = ByteRecord::new();
        while reader.read_byte_record(&mut record)? {
            let begin = record.position().map_or(0, csv::Position::byte);
            let line = lines.at(usize::try_from(begin)?);
            rows.push(row(&record, &header, &places, line));
        }
        Ok(Self { rows })
    }
}

/// Returns where each of the columns stands.
fn places(header: &ByteRecord) -> Result<[usize; 7]> {
    let mut places = [0; 7];
    for (place, name) in places.iter_mut().zip(COLUMNS) {
        let mut found = (0..header.len()).filter(|at| {
            header
                .get(*at)
                .is_some_and(|field| field.trim_ascii() == name.as_bytes())
        });
        *place = found
            .next()
            .with_context(|| format!("there is no column {name}; needed are {}", COLUMNS.join(",")))?;
        if found.next().is_some() {
            bail!("there are two columns {name}");
        }
    }
    Ok(places)
}

fn row(record: &ByteRecord, header: &ByteRecord, places: &[usize; 7], line: usize) -> std::result::Result<Row, Fault> {
    let shown = |at: usize| {
        let field = record.get(at).unwrap_or_default();
        String::from_utf8_lossy(field).trim().escape_debug().to_string()
    };
    let name = |at: usize| match header.get(at) {
        Some(name) if !name.is_empty() => String::from_utf8_lossy(name).trim().to_owned(),
        _ => at.saturating_add(1).to_string(),
    };
    let fault = |at: usize, rule: String| Fault {
        line,
        column: name(at),
        value: shown(at),
        rule,
    };
    if record.len() != header.len() {
        let first = record.len().min(header.len());
        return Err(fault(
            first,
            format!("the row has {} fields, the header {}", record.len(), header.len()),
        ));
    }
    let [kind, spot, strike, rate, carry, sigma, tau] = *places;
    let text = |at: usize| match std::str::from_utf8(record.get(at).unwrap_or_default()).map(str::trim) {
        Ok("") => Err(fault(at, "is missing".to_owned())),
        Ok(text) => Ok(text),
        Err(_) => Err(fault(at, "is not text".to_owned())),
    };
    let decimal = |at: usize| Decimal::parse(text(at)?).ok_or_else(|| fault(at, "is not a decimal number".to_owned()));
    let magnitude = |at: usize, rule: DomainError| decimal(at)?.magnitude().ok_or_else(|| fault(at, rule.to_string()));
    let yearly =
        |at: usize, rule: DomainError| decimal(at)?.rate().map(Rate).ok_or_else(|| fault(at, rule.to_string()));
    let inputs = Inputs {
        kind: match text(kind)? {
            "C" | "c" => Kind::Call,
            "P" | "p" => Kind::Put,
            _ => return Err(fault(kind, "the type must be C or P".to_owned())),
        },
        spot: Spot(magnitude(spot, DomainError::Spot)?),
        strike: Strike(magnitude(strike, DomainError::Strike)?),
        rate: yearly(rate, DomainError::Rate)?,
        carry: yearly(carry, DomainError::Carry)?,
        volatility: Volatility(magnitude(sigma, DomainError::Volatility)?),
        time: Years(magnitude(tau, DomainError::Time)?),
    };
    Ok(Row {
        line,
        fields: places.map(|at| record.get(at).unwrap_or_default().to_vec()),
        inputs,
    })
}

impl Row {
    /// Returns the fault of a row whose inputs are outside the domain.
    pub fn outside(&self, error: DomainError) -> Fault {
        let at = match error {
            DomainError::Spot => 1,
            DomainError::Strike => 2,
            DomainError::Rate => 3,
            DomainError::Carry => 4,
            DomainError::Volatility => 5,
            DomainError::Time => 6,
        };
        Fault {
            line: self.line,
            column: COLUMNS[at].to_owned(),
            value: String::from_utf8_lossy(&self.fields[at]).trim().to_owned(),
            rule: error.to_string(),
        }
    }
}

/// Finds lines by their place in the file. The reader's own count is off after empty lines.
struct Lines<'a> {
    bytes: &'a [u8],
    passed: usize,
    line: usize,
}

impl<'a> Lines<'a> {
    const fn of(bytes: &'a [u8]) -> Self {
        Self {
            bytes,
            passed: 0,
            line: 1,
        }
    }

    /// Returns the line of the first byte from `begin` on that ends no line. Places must not fall.
    fn at(&mut self, begin: usize) -> usize {
        let ends = |byte: &u8| matches!(byte, b'\n' | b'\r');
        let rest = self.bytes.get(begin..).unwrap_or_default();
        let begin = begin.saturating_add(rest.iter().take_while(|byte| ends(byte)).count());
        let between = self.bytes.get(self.passed..begin).unwrap_or_default();
        self.line = self
            .line
            .saturating_add(between.iter().filter(|byte| **byte == b'\n').count());
        self.passed = begin;
        self.line
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(text: &str) -> Vec<String> {
        let table = Table::parse(text.as_bytes()).unwrap();
        table
            .rows
            .into_iter()
            .filter_map(Result::err)
            .map(|fault| fault.to_string())
            .collect()
    }

    const HEADER: &str = "type,spot,strike,rate,carry,sigma,tau";

    #[test]
    fn columns_are_found_by_name() {
        let table =
            Table::parse(b"\xef\xbb\xbfnote,tau, sigma ,carry,rate,strike,spot,type\r\nx,1,2,-0.5,0.25,4,8,P\r\n")
                .unwrap();
        let row = table.rows.into_iter().next().unwrap().ok().unwrap();
        assert_eq!(row.line, 2);
        assert_eq!(
            row.fields.map(|field| String::from_utf8(field).unwrap()),
            ["P", "8", "4", "0.25", "-0.5", "2", "1"]
        );
        assert_eq!(row.inputs.kind, Kind::Put);
        assert_eq!(row.inputs.spot.0.exponent(), 3);
        assert_eq!(row.inputs.carry.0.to_bits(), -(1 << 61));
    }

    #[test]
    fn a_header_without_a_column_or_with_one_twice_is_an_error() {
        for (text, expected) in [
            ("", "there is no column type"),
            ("type,spot,strike,rate,carry,sigma\n", "there is no column tau"),
            (
                "type,spot,strike,rate,carry,sigma,tau,spot\n",
                "there are two columns spot",
            ),
        ] {
            let error = Table::parse(text.as_bytes()).err().unwrap().to_string();
            assert!(error.contains(expected), "{text}: {error}");
        }
    }

    #[test]
    fn faults_say_line_and_column() {
        for (rows, expected) in [
            ("X,1,1,0,0,1,1\n", "line 2, column type: X: the type must be C or P"),
            ("C,,1,0,0,1,1\n", "line 2, column spot: is missing"),
            (
                "C,1,one,0,0,1,1\n",
                "line 2, column strike: one: is not a decimal number",
            ),
            ("C,1,1,nan,0,1,1\n", "line 2, column rate: nan: is not a decimal number"),
            (
                "C,1,1,0,2.5,1,1\n",
                "line 2, column carry: 2.5: the carry must be within -1 and 1",
            ),
            (
                "C,-1,1,0,0,1,1\n",
                "line 2, column spot: -1: the spot must be within 0.000001 and 10000000",
            ),
            (
                "C,1,1,0,0,1\n",
                "line 2, column tau: the row has 6 fields, the header 7",
            ),
            (
                "C,1,1,0,0,1,1,9\n",
                "line 2, column 8: 9: the row has 8 fields, the header 7",
            ),
            (
                "C,1,1,0,0,1,1\n\n\nC,1,1,0,0,1,x\n",
                "line 5, column tau: x: is not a decimal number",
            ),
            (
                "C,1,1,0,0,1,1\r\n\r\nC,1,1,0,0,1,x\r\n",
                "line 4, column tau: x: is not a decimal number",
            ),
            (
                "\"C\",\"1\",\"1\",0,0,1,\"a\nb\"\nC,1,1,0,0,1,y",
                "line 4, column tau: y: is not a decimal number",
            ),
        ] {
            let found = faults(&format!("{HEADER}\n{rows}"));
            assert_eq!(found.last().map(String::as_str), Some(expected));
        }
        assert_eq!(
            faults("\n\ntype,spot,strike,rate,carry,sigma,tau\nC,1,1,0,0,1,x"),
            ["line 4, column tau: x: is not a decimal number"]
        );
    }
}
