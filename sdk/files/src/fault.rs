//! A row that was left out, and why.

use std::fmt;
use std::sync::Arc;

/// Rows that are shown of each file; the others are counted.
const SHOWN: usize = 10;
/// Characters that are shown of a value.
const MAX_SHOWN: usize = 60;

/// Why a row is left out: `file: line 12, column forward is empty: …`. One line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowError {
    /// The file, as the user named it.
    pub file: Arc<str>,
    /// Line in the file, from 1.
    pub line: u64,
    /// Name of the column, or its number where it has no name.
    pub column: String,
    /// What stands there.
    pub value: String,
    /// The rule it breaks.
    pub rule: String,
}

impl fmt::Display for RowError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: line {}, column {} is ", self.file, self.line, self.column)?;
        let value = self.value.trim();
        if value.is_empty() {
            f.write_str("empty")?;
        } else {
            write!(f, "`{}`", shown(value))?;
        }
        write!(f, ": {}", self.rule)
    }
}

impl std::error::Error for RowError {}

/// Returns the beginning of a text from a file, with nothing in it that a terminal would obey.
#[must_use]
pub fn shown(text: &str) -> String {
    beginning(text, MAX_SHOWN).replace("\\'", "'")
}

/// Returns at most `most` characters of a text, those that a terminal would obey escaped.
pub(crate) fn beginning(text: &str, most: usize) -> String {
    let mut short: String = text.chars().take(most).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    short.escape_debug().to_string().replace("\\\"", "\"")
}

/// Returns a line for each of the first rows that were left out, and one that counts the others.
#[must_use]
pub fn lines(faults: &[RowError]) -> Vec<String> {
    let mut lines: Vec<String> = faults.iter().take(SHOWN).map(ToString::to_string).collect();
    if let Some(next) = faults.get(SHOWN) {
        let others = faults.len() - SHOWN;
        let rows = if others == 1 { "row" } else { "rows" };
        lines.push(format!(
            "{}: {others} more {rows} left out, from line {}",
            next.file, next.line
        ));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(line: u64, value: &str) -> RowError {
        RowError {
            file: "a.csv".into(),
            line,
            column: "bid".to_owned(),
            value: value.to_owned(),
            rule: "a bid is a number".to_owned(),
        }
    }

    #[test]
    fn a_fault_names_line_column_and_value() {
        assert_eq!(
            fault(3, "x\u{1b}[2J").to_string(),
            "a.csv: line 3, column bid is `x\\u{1b}[2J`: a bid is a number"
        );
        assert_eq!(
            fault(3, "").to_string(),
            "a.csv: line 3, column bid is empty: a bid is a number"
        );
    }

    #[test]
    fn many_faults_are_counted() {
        let faults: Vec<_> = (0..15).map(|line| fault(line, "x")).collect();
        let lines = lines(&faults);
        assert_eq!(
            (lines.len(), lines[10].as_str()),
            (11, "a.csv: 5 more rows left out, from line 10")
        );
        assert_eq!(super::lines(&faults[..3]).len(), 3);
    }
}
