//! What stands above the rows, and what separates their fields.

use crate::fault::beginning;
use std::io::{self, BufRead, Read};

/// Longest line before the rows, bytes.
const MAX_HEADER: u64 = 1 << 16;
/// Most lines before the header.
const MAX_PREAMBLE: u64 = 32;

/// What separates fields, and its name in the plural.
const DELIMITERS: [(u8, &str); 4] = [(b',', "commas"), (b';', "semicolons"), (b'\t', "tabs"), (b'|', "bars")];

/// Returns the lines before the header, the header's line from 1, and its text with its end.
pub(super) fn head(reader: &mut dyn BufRead) -> io::Result<(Vec<String>, u64, String)> {
    let mut preamble = Vec::new();
    for line in 1..=MAX_PREAMBLE {
        let mut bytes = Vec::new();
        reader.take(MAX_HEADER).read_until(b'\n', &mut bytes)?;
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let bare = text.trim().trim_matches('"');
        let skipped =
            bare.is_empty() || bare.starts_with('#') || bare.starts_with("http://") || bare.starts_with("https://");
        if bytes.is_empty() || !skipped && !bare.to_ascii_lowercase().starts_with("sep=") {
            return Ok((preamble, line, text));
        }
        preamble.push(bare.to_owned());
    }
    Ok((preamble, MAX_PREAMBLE, String::new()))
}

/// Returns why a line cannot be a header or a row.
pub(super) fn no_table(line: &str) -> Option<&'static str> {
    match line.trim_start().chars().next() {
        None => Some("the file holds no text"),
        Some('{' | '[') => Some("this is JSON"),
        Some('<') => Some("this is a web page"),
        _ if line.contains('\u{fffd}') => Some("this is not UTF-8; save the file as UTF-8"),
        _ => None,
    }
}

/// Returns what separates the fields of a line: what is in it most often outside of quotes.
pub(super) fn delimiter(line: &str) -> (u8, &'static str) {
    let mut quoted = false;
    let mut counts = [0usize; DELIMITERS.len()];
    for byte in line.bytes() {
        quoted ^= byte == b'"';
        if let (false, Some(at)) = (quoted, DELIMITERS.iter().position(|(delimiter, _)| *delimiter == byte)) {
            counts[at] += 1;
        }
    }
    // Decimal commas in a row without a header are no delimiters where there are semicolons.
    let most = (0..DELIMITERS.len())
        .rev()
        .max_by_key(|at| match (*at, counts[1] + counts[2]) {
            (0, others) if others >= 3 => 0,
            (at, _) => counts[at],
        });
    DELIMITERS[most.unwrap_or(0)]
}

pub(super) fn split(line: &str, delimiter: u8) -> Vec<String> {
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .delimiter(delimiter)
        .from_reader(line.as_bytes());
    let record = reader.records().next().and_then(Result::ok).unwrap_or_default();
    record.iter().map(|field| field.trim().to_owned()).collect()
}

/// Returns whether a first field is data rather than a name: a number or a date.
pub(super) fn begins_a_row(field: &str) -> bool {
    field.starts_with(|first: char| first.is_ascii_digit())
        && !field.contains(|c: char| c.is_ascii_alphabetic() && !"TZ".contains(c))
}

pub(super) fn shown_header(text: &str) -> String {
    const MAX: usize = 160;
    beginning(text, MAX).replace("\\t", "\t")
}
