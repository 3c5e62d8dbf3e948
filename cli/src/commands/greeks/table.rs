//! The table of options that comes in.

use crate::commands::greeks::decimal::Decimal;
use crate::commands::greeks::RESULTS;
use anyhow::Result;
use ballast_core_math::black_scholes::{DomainError, Inputs, Rate, Spot, Strike, Volatility, Years};
use ballast_core_math::Magnitude;
use ballast_files::fault::RowError;
use ballast_files::number;
use ballast_files::table::{self, TableError};
use ballast_market_data::option;
use std::path::Path;
use std::sync::Arc;

/// The columns that are read, in the order they are written.
pub const COLUMNS: [&str; 7] = ["type", "spot", "strike", "rate", "carry", "sigma", "tau"];

/// One option, as written and as understood.
pub struct Row {
    /// Line of the file it begins on.
    pub line: u64,
    /// The seven fields as they stand in the file.
    pub fields: [String; 7],
    /// The other fields, in the order of the file.
    pub further: Vec<String>,
    /// What they say.
    pub inputs: Inputs,
}

/// A file, with the place of each column.
pub struct Table {
    /// What errors call the file.
    pub file: Arc<str>,
    /// What had to be done to read it.
    pub notes: Vec<String>,
    /// Names of the columns beside the seven.
    pub further: Vec<String>,
    /// The rows of the file, each read or refused, in order.
    pub rows: Vec<std::result::Result<Row, RowError>>,
}

impl Table {
    /// Reads a file.
    ///
    /// # Errors
    /// If it cannot be read, or lacks one of the columns.
    pub fn read(path: &Path) -> Result<Self> {
        Ok(Self::of(table::Table::open(path, &wanted())?)?)
    }

    fn of(mut table: table::Table) -> std::result::Result<Self, TableError> {
        let wanted = wanted();
        let mut places = [0; 7];
        for (place, name) in places.iter_mut().zip(COLUMNS) {
            *place = table.need(&[name], &wanted)?;
        }
        let others: Vec<usize> = (0..table.width()).filter(|at| !places.contains(at)).collect();
        let mut rows = Vec::new();
        while let Some(row) = table.next_row()? {
            rows.push(row.and_then(|row| read(&table, &row, &places, &others)));
        }
        Ok(Self {
            file: Arc::clone(&table.file),
            notes: std::mem::take(&mut table.notes),
            further: others.iter().map(|at| table.header[*at].clone()).collect(),
            rows,
        })
    }

    /// Returns which of the further columns are written again: those that are no results.
    #[must_use]
    pub fn carried(&self) -> Vec<usize> {
        let is_other = |at: &usize| !RESULTS.contains(&self.further[*at].as_str());
        (0..self.further.len()).filter(is_other).collect()
    }

    /// Returns the fault of a row whose inputs are outside the domain.
    #[must_use]
    pub fn outside(&self, row: &Row, error: DomainError) -> RowError {
        let at = match error {
            DomainError::Spot => 1,
            DomainError::Strike => 2,
            DomainError::Rate => 3,
            DomainError::Carry => 4,
            DomainError::Volatility => 5,
            DomainError::Time => 6,
        };
        RowError {
            file: Arc::clone(&self.file),
            line: row.line,
            column: COLUMNS[at].to_owned(),
            value: row.fields[at].clone(),
            rule: error.to_string(),
        }
    }
}

fn wanted() -> String {
    COLUMNS.join(",")
}

fn read(
    table: &table::Table,
    row: &table::Row,
    places: &[usize; 7],
    others: &[usize],
) -> std::result::Result<Row, RowError> {
    let fault = |at: usize, rule: &dyn std::fmt::Display| table.fault(row, at, rule.to_string());
    let decimal = |at: usize| {
        let text = number::plain(row.get(at)).map_err(|rule| fault(at, &rule))?;
        Decimal::parse(&text).ok_or_else(|| fault(at, &"it is not a decimal number"))
    };
    let magnitude = |at: usize, rule: DomainError| decimal(at)?.magnitude().ok_or_else(|| fault(at, &rule));
    let yearly = |at: usize, rule: DomainError| decimal(at)?.rate().map(Rate).ok_or_else(|| fault(at, &rule));
    let [kind, spot, strike, rate, carry, sigma, tau] = *places;
    let time = Years(magnitude(tau, DomainError::Time)?);
    // At expiry the payoff does not depend on it, and vendors write nothing or zero.
    let volatility = if time.0.is_zero() {
        Magnitude::ONE
    } else {
        magnitude(sigma, DomainError::Volatility)?
    };
    let inputs = Inputs {
        kind: option::kind(row.get(kind)).map_err(|rule| fault(kind, &rule))?,
        spot: Spot(magnitude(spot, DomainError::Spot)?),
        strike: Strike(magnitude(strike, DomainError::Strike)?),
        rate: yearly(rate, DomainError::Rate)?,
        carry: yearly(carry, DomainError::Carry)?,
        volatility: Volatility(volatility),
        time,
    };
    Ok(Row {
        line: row.line,
        fields: places.map(|at| row.get(at).to_owned()),
        further: others.iter().map(|at| row.get(*at).to_owned()).collect(),
        inputs,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use ballast_core_math::black_scholes::Kind;

    fn parse(text: &str) -> Result<Table> {
        let input = std::io::Cursor::new(text.as_bytes().to_vec());
        Ok(Table::of(table::Table::stream(input, Path::new("f"), &wanted())?)?)
    }

    fn faults(text: &str) -> Vec<String> {
        let rows = parse(text).unwrap().rows.into_iter();
        rows.filter_map(std::result::Result::err)
            .map(|fault| fault.to_string())
            .collect()
    }

    const HEADER: &str = "type,spot,strike,rate,carry,sigma,tau";

    #[test]
    fn columns_are_found_by_name() {
        let table = parse("\u{feff}note,tau, sigma ,carry,rate,strike,spot,type\r\nx,1,2,-0.5,0.25,4,8,P\r\n").unwrap();
        assert_eq!(
            (table.carried(), table.further.as_slice()),
            (vec![0], &["note".to_owned()][..])
        );
        let row = table.rows.into_iter().next().unwrap().ok().unwrap();
        assert_eq!((row.line, row.further.as_slice()), (2, &["x".to_owned()][..]));
        assert_eq!(row.fields, ["P", "8", "4", "0.25", "-0.5", "2", "1"]);
        assert_eq!(row.inputs.kind, Kind::Put);
        assert_eq!(row.inputs.spot.0.exponent(), 3);
        assert_eq!(row.inputs.carry.0.to_bits(), -(1 << 61));
    }

    #[test]
    fn a_header_without_a_column_or_with_one_twice_is_an_error() {
        for (text, expected) in [
            ("", "the file holds no text"),
            ("type,spot,strike,rate,carry,sigma\n", "there is no column tau"),
            (
                "type,spot,strike,rate,carry,sigma,tau,spot\n",
                "there are two columns spot",
            ),
        ] {
            let error = parse(text).err().unwrap().to_string();
            assert!(error.contains(expected), "{text}: {error}");
        }
    }

    #[test]
    fn faults_say_line_and_column() {
        for (rows, expected) in [
            (
                "X,1,1,0,0,1,1\n",
                "line 2, column type is `X`: the type must be C or call, or P or put",
            ),
            ("C,,1,0,0,1,1\n", "line 2, column spot is empty: a number is missing"),
            (
                "C,1,one,0,0,1,1\n",
                "line 2, column strike is `one`: it is not a decimal number",
            ),
            ("C,1,1,nan,0,1,1\n", "line 2, column rate is `nan`: a number is missing"),
            (
                "C,1,1,0,2.5,1,1\n",
                "line 2, column carry is `2.5`: the carry must be within -1 and 1",
            ),
            (
                "C,-1,1,0,0,1,1\n",
                "line 2, column spot is `-1`: the spot must be within 0.000001 and 10000000",
            ),
            (
                "C,1,1,0,0,1\n",
                "line 2, column tau is empty: the row has 6 fields, the header 7",
            ),
            (
                "C,1,1,0,0,1,1,9\n",
                "line 2, column 8 is `9`: the row has 8 fields, the header 7",
            ),
            (
                "C,1,1,0,0,1,1\n\n\nC,1,1,0,0,1,x\n",
                "line 5, column tau is `x`: it is not a decimal number",
            ),
            (
                "C,1,1,0,0,1,1\r\n\r\nC,1,1,0,0,1,x\r\n",
                "line 4, column tau is `x`: it is not a decimal number",
            ),
            (
                "\"C\",\"1\",\"1\",0,0,1,\"a\nb\"\nC,1,1,0,0,1,y",
                "line 4, column tau is `y`: it is not a decimal number",
            ),
            (
                "C,\"8,885\",1,0,0,1,1\n",
                "line 2, column spot is `8,885`: this can be read in two ways",
            ),
        ] {
            let found = faults(&format!("{HEADER}\n{rows}"));
            let last = found.last().unwrap();
            assert!(last.starts_with(&format!("f: {expected}")), "{last}");
        }
        assert_eq!(
            faults("\n\ntype,spot,strike,rate,carry,sigma,tau\nC,1,1,0,0,1,x"),
            ["f: line 4, column tau is `x`: it is not a decimal number"]
        );
    }

    #[test]
    fn at_expiry_the_volatility_is_not_judged() {
        for sigma in ["", "0", "nan", "9", "0.2"] {
            let table = parse(&format!("{HEADER}\nC,101,100,0,0,{sigma},0\n")).unwrap();
            assert!(table.rows[0].is_ok(), "{sigma}");
        }
        assert_eq!(faults(&format!("{HEADER}\nC,101,100,0,0,,1\n")).len(), 1);
    }
}
