//! A daily index of implied volatility, such as Deribit's DVOL.

use std::collections::BTreeMap;
use std::path::Path;

use ballast_core_types::basis_points::BasisPoints;
use ballast_files::fault::RowError;
use ballast_files::moment::{Moment, TimeUnit};
use ballast_files::number;
use ballast_files::table::{Row, Table, TableError};

/// What is needed, for messages.
const WANTED: &str = "unix_time,dvol_percent";

/// What a file holds.
#[derive(Clone, Debug)]
pub struct Index {
    /// Volatility a year by the moment of its publication, unix seconds.
    pub points: BTreeMap<i64, BasisPoints>,
    /// What a person should know of how it was read.
    pub notes: Vec<String>,
    /// Rows that were left out.
    pub left_out: Vec<RowError>,
}

/// Reads an index: the columns `unix_time` and `dvol_percent`, or `close` where the file has its
/// whole day.
///
/// # Errors
/// [`TableError`] if the file is no such table. A row that breaks a rule is left out.
pub fn load(path: &Path, unit: Option<TimeUnit>) -> Result<Index, TableError> {
    let mut table = Table::open(path, WANTED)?;
    let time = table.need(&["unix_time", "timestamp", "time", "date"], WANTED)?;
    let value = table.need(&["dvol_percent", "dvol", "close"], WANTED)?;
    let mut index = Index {
        points: BTreeMap::new(),
        notes: std::mem::take(&mut table.notes),
        left_out: Vec::new(),
    };
    while let Some(row) = table.next_row()? {
        let read = row.and_then(|row| {
            let (at, volatility) = point(&table, &row, [time, value], unit.unwrap_or_default())?;
            match index.points.get(&at) {
                Some(_) => Err(table.fault(&row, time, "this time was there before; the first counts")),
                None => Ok((at, volatility)),
            }
        });
        match read {
            Ok((at, volatility)) => drop(index.points.insert(at, volatility)),
            Err(fault) => index.left_out.push(fault),
        }
    }
    Ok(index)
}

fn point(table: &Table, row: &Row, columns: [usize; 2], unit: TimeUnit) -> Result<(i64, BasisPoints), RowError> {
    let [time, value] = columns;
    let read = Moment::parse(row.get(time), unit);
    let (moment, _) = read.map_err(|rule| table.fault(row, time, rule.to_string()))?;
    let percent = number::finite(row.get(value)).map_err(|rule| table.fault(row, value, rule.to_string()))?;
    if !(1.0..=500.0).contains(&percent) {
        return Err(table.fault(row, value, "a volatility is within 1 … 500 %"));
    }
    Ok((moment.unix_seconds(), BasisPoints((percent * 100.0).ceil() as u32)))
}
