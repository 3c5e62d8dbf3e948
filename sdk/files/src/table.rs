//! The one reader of tables.
//!
//! Lines before the header are skipped (a web address, `sep=;`, comments, empty ones); fields are
//! separated by commas, semicolons, tabs or bars, whichever the header uses most; columns are found
//! by their names, in any case, with blanks and underscores alike. A table may have no header: then
//! it begins with a number.

mod head;
mod lines;

use std::collections::VecDeque;
use std::io::{self, Cursor, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use csv::{ByteRecord, StringRecord};

use self::head::{begins_a_row, delimiter, head, no_table, shown_header, split};
use self::lines::Lines;
use crate::decode::{self, DecodeError};
use crate::fault::{shown, RowError};

/// Why a file is no table that can be used. One line that names it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TableError {
    /// It gives no text.
    #[error(transparent)]
    Decode(#[from] DecodeError),
    /// A column is not there.
    #[error("{file}: there is no column {missing}; line {line} is `{found}`, wanted are {wanted}")]
    Column {
        /// The file.
        file: Arc<str>,
        /// Line of the header, from 1.
        line: u64,
        /// The header found.
        found: String,
        /// What is missing.
        missing: String,
        /// What is needed.
        wanted: String,
    },
    /// A column is there twice.
    #[error("{file}: there are two columns {column}; line {line} is `{found}`")]
    Twice {
        /// The file.
        file: Arc<str>,
        /// Line of the header, from 1.
        line: u64,
        /// The header found.
        found: String,
        /// The name.
        column: String,
    },
    /// It has no text at all, or is of another kind.
    #[error("{file}: line {line} is `{found}`: {why}; wanted is a table with the columns {wanted}")]
    Header {
        /// The file.
        file: Arc<str>,
        /// Line, from 1.
        line: u64,
        /// What stands there.
        found: String,
        /// What is wrong with it.
        why: &'static str,
        /// What is needed.
        wanted: String,
    },
}

/// A row with as many fields as the header.
#[derive(Clone, Debug)]
pub struct Row {
    /// Line in the file, from 1.
    pub line: u64,
    /// Its fields.
    pub fields: StringRecord,
}

impl Row {
    /// Returns a field without the blanks around it; nothing if there is none.
    #[must_use]
    pub fn get(&self, column: usize) -> &str {
        self.fields.get(column).unwrap_or_default().trim()
    }
}

/// A table, read row by row as its input arrives.
pub struct Table {
    /// What errors call it.
    pub file: Arc<str>,
    /// What had to be done to read it, for a person.
    pub notes: Vec<String>,
    /// The names of the columns as they stand in the file; empty if there is no header.
    pub header: Vec<String>,
    /// Lines before the header, such as the address of who made the file.
    pub preamble: Vec<String>,
    header_line: u64,
    header_text: String,
    width: usize,
    delimiter: u8,
    records: csv::Reader<Lines>,
    ahead: VecDeque<ByteRecord>,
}

/// Returns a name as columns are compared: small letters, blanks as underscores.
#[must_use]
pub fn normal(name: &str) -> String {
    name.trim().to_ascii_lowercase().replace([' ', '-'], "_")
}

impl Table {
    /// Opens a file; `wanted` is what a message says is needed.
    ///
    /// # Errors
    /// [`TableError`].
    pub fn open(path: &Path, wanted: &str) -> Result<Self, TableError> {
        Self::of(decode::open(path)?, path, wanted)
    }

    /// Reads the table that arrives at an input; `name` is what errors call it.
    ///
    /// # Errors
    /// [`TableError`].
    pub fn stream(input: impl Read + Send + 'static, name: &Path, wanted: &str) -> Result<Self, TableError> {
        Self::of(decode::text(input, name)?, name, wanted)
    }

    fn of(text: decode::Text, path: &Path, wanted: &str) -> Result<Self, TableError> {
        let file: Arc<str> = path.display().to_string().into();
        let decode::Text { mut reader, mut notes } = text;
        let (preamble, line, first) = head(&mut reader).map_err(|cause| failed(path, cause))?;
        let header_text = first.trim_end_matches(['\n', '\r']).to_owned();
        if let Some(why) = no_table(&header_text) {
            return Err(TableError::Header {
                file,
                line,
                found: shown(&header_text),
                why,
                wanted: wanted.to_owned(),
            });
        }
        let (delimiter, name) = delimiter(&header_text);
        if delimiter != b',' {
            notes.push(format!("fields are separated by {name}: `{}`", shown(&header_text)));
        }
        let names: Vec<String> = split(&header_text, delimiter);
        let has_header = !names.first().is_some_and(|first| begins_a_row(first));
        // A header that is none is the first row.
        let again = if has_header { String::new() } else { first };
        let lines = Lines::new(Box::new(Cursor::new(again).chain(reader)), line + u64::from(has_header));
        let records = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .delimiter(delimiter)
            .from_reader(lines);
        Ok(Self {
            file,
            notes,
            width: names.len(),
            header: if has_header { names } else { Vec::new() },
            preamble,
            header_line: line,
            header_text,
            delimiter,
            records,
            ahead: VecDeque::new(),
        })
    }

    /// Returns the number of columns.
    #[must_use]
    pub const fn width(&self) -> usize {
        self.width
    }

    /// Returns what separates fields.
    #[must_use]
    pub const fn delimiter(&self) -> u8 {
        self.delimiter
    }

    /// Returns the header as it stands in the file, or the first row where there is none.
    #[must_use]
    pub fn found(&self) -> String {
        shown_header(&self.header_text)
    }

    /// Returns where the first of these names stands that there is.
    ///
    /// # Errors
    /// [`TableError::Twice`].
    pub fn find(&self, names: &[&str]) -> Result<Option<usize>, TableError> {
        for name in names {
            let wanted = normal(name);
            let mut found = (0..self.header.len()).filter(|at| normal(&self.header[*at]) == wanted);
            if let Some(at) = found.next() {
                if found.next().is_some() {
                    return Err(TableError::Twice {
                        file: Arc::clone(&self.file),
                        line: self.header_line,
                        found: self.found(),
                        column: (*name).to_owned(),
                    });
                }
                return Ok(Some(at));
            }
        }
        Ok(None)
    }

    /// Returns where the first of these names stands that there is.
    ///
    /// # Errors
    /// [`TableError::Column`] that shows the header found beside the one wanted.
    pub fn need(&self, names: &[&str], wanted: &str) -> Result<usize, TableError> {
        self.find(names)?.ok_or_else(|| self.missing(names, wanted))
    }

    /// Returns the error of a column that is not there.
    #[must_use]
    pub fn missing(&self, names: &[&str], wanted: &str) -> TableError {
        TableError::Column {
            file: Arc::clone(&self.file),
            line: self.header_line,
            found: self.found(),
            missing: names.join(" or "),
            wanted: wanted.to_owned(),
        }
    }

    /// Returns the fault of a field.
    #[must_use]
    pub fn fault(&self, row: &Row, column: usize, rule: impl Into<String>) -> RowError {
        RowError {
            file: Arc::clone(&self.file),
            line: row.line,
            column: self.name(column),
            value: row.get(column).to_owned(),
            rule: rule.into(),
        }
    }

    fn name(&self, column: usize) -> String {
        match self.header.get(column) {
            Some(name) if !name.trim().is_empty() => shown(name.trim()),
            _ => (column + 1).to_string(),
        }
    }

    /// Looks at the first field of each of the next rows, without taking them.
    ///
    /// # Errors
    /// [`TableError::Decode`].
    pub fn peek(&mut self, rows: usize) -> Result<Vec<Vec<String>>, TableError> {
        while self.ahead.len() < rows {
            let mut record = ByteRecord::new();
            if !self.read(&mut record)? {
                break;
            }
            self.ahead.push_back(record);
        }
        let text = |field: &[u8]| String::from_utf8_lossy(field).trim().to_owned();
        let fields = |record: &ByteRecord| record.iter().map(text).collect();
        Ok(self.ahead.iter().take(rows).map(fields).collect())
    }

    /// Takes the names of the columns from a later line, for headers of several lines.
    pub fn rename(&mut self, names: Vec<String>, lines_below: usize) {
        self.header = names;
        self.ahead.drain(..lines_below.min(self.ahead.len()));
    }

    fn read(&mut self, record: &mut ByteRecord) -> Result<bool, TableError> {
        let file = Arc::clone(&self.file);
        self.records
            .read_byte_record(record)
            .map_err(|error| failed(Path::new(&*file), io::Error::other(error.to_string())))
    }

    /// Returns the next row, or its fault; nothing at the end.
    ///
    /// # Errors
    /// [`TableError::Decode`]: the rest cannot be read.
    pub fn next_row(&mut self) -> Result<Option<Result<Row, RowError>>, TableError> {
        let record = match self.ahead.pop_front() {
            Some(record) => record,
            None => {
                let mut record = ByteRecord::new();
                if !self.read(&mut record)? {
                    return Ok(None);
                }
                record
            }
        };
        let begin = record.position().map_or(0, csv::Position::byte);
        let line = self.records.get_ref().line_of(begin);
        Ok(Some(self.row(record, line)))
    }

    fn row(&self, record: ByteRecord, line: u64) -> Result<Row, RowError> {
        let fault = |column: usize, value: String, rule: String| RowError {
            file: Arc::clone(&self.file),
            line,
            column: self.name(column),
            value,
            rule,
        };
        let text = |at: usize| String::from_utf8_lossy(record.get(at).unwrap_or_default()).into_owned();
        if record.len() != self.width {
            let first = record.len().min(self.width);
            let of = if self.header.is_empty() { "first row" } else { "header" };
            let rule = format!("the row has {} fields, the {of} {}", record.len(), self.width);
            return Err(fault(first, text(first), rule));
        }
        match StringRecord::from_byte_record(record.clone()) {
            Ok(fields) => Ok(Row { line, fields }),
            Err(error) => {
                let at = error.utf8_error().field();
                Err(fault(
                    at,
                    text(at),
                    "it is not UTF-8; save the file as UTF-8".to_owned(),
                ))
            }
        }
    }
}

fn failed(path: &Path, cause: io::Error) -> TableError {
    let file = PathBuf::from(path);
    TableError::Decode(DecodeError::Read { file, cause })
}
