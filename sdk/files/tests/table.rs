//! Tables as people have them, read row by row.

use ballast_files::table::{Table, TableError};
use std::io::Cursor;
use std::path::Path;

fn table(text: &str) -> Result<Table, TableError> {
    Table::stream(Cursor::new(text.as_bytes().to_vec()), Path::new("t.csv"), "a,b")
}

/// Returns line and fields of each row, or its fault.
fn rows(text: &str) -> Vec<String> {
    let mut table = table(text).unwrap();
    let mut rows = Vec::new();
    while let Some(row) = table.next_row().unwrap() {
        rows.push(match row {
            Ok(row) => format!("{}:{}", row.line, row.fields.iter().collect::<Vec<_>>().join("|")),
            Err(fault) => fault.to_string(),
        });
    }
    rows
}

#[test]
fn rows_are_the_same_whatever_separates_them() {
    for text in [
        "a,b\n1,2\n\n3,4\n",
        "a;b\r\n1;2\r\n\r\n3;4\r\n",
        "a\tb\n1\t2\n\n3\t4",
        "a|b\n1|2\n\n3|4",
        "\"a\",\"b\"\n\"1\",\"2\"\n\n3,4\n",
    ] {
        assert_eq!(rows(text), ["2:1|2", "4:3|4"], "{text:?}");
    }
    for text in [
        "https://a.b\na,b\n1,2\n",
        "sep=,\na,b\n1,2\n",
        "# note\na,b\n1,2\n",
        "\na,b\n1,2\n",
    ] {
        assert_eq!(rows(text), ["3:1|2"], "{text:?}");
    }
    assert_eq!(rows("1,2\n3,4\n"), ["1:1|2", "2:3|4"]);
    assert_eq!(rows("a,b\n\"1\n1\",2\n3,4\n"), ["2:1\n1|2", "4:3|4"]);
}

#[test]
fn columns_are_found_in_any_spelling_and_faults_name_them() {
    let found = table("Open Time,b\n").unwrap();
    assert_eq!(found.find(&["a", "open_time"]).unwrap(), Some(0));
    let error = found.need(&["c"], "a,b,c").unwrap_err().to_string();
    assert_eq!(
        error,
        "t.csv: there is no column c; line 1 is `Open Time,b`, wanted are a,b,c"
    );
    let error = table("a,A\n").unwrap().find(&["a"]).unwrap_err().to_string();
    assert!(error.contains("two columns a"), "{error}");
    assert_eq!(
        rows("a,b\n1\n1,2,3\n"),
        [
            "t.csv: line 2, column b is empty: the row has 1 fields, the header 2",
            "t.csv: line 3, column 3 is `3`: the row has 3 fields, the header 2"
        ]
    );
}

#[test]
fn what_is_no_table_is_said() {
    for (text, why) in [
        ("", "the file holds no text"),
        ("{\"a\": 1}", "this is JSON"),
        ("<html>", "this is a web page"),
    ] {
        let error = table(text).err().unwrap().to_string();
        assert!(
            error.contains(why) && error.contains("wanted is a table with the columns a,b"),
            "{error}"
        );
    }
}

#[test]
fn a_row_that_is_not_utf8_is_a_fault() {
    let bytes = b"a,b\n\xff,2\n3,4\n".to_vec();
    let mut table = Table::stream(Cursor::new(bytes), Path::new("t.csv"), "a,b").unwrap();
    let fault = table.next_row().unwrap().unwrap().unwrap_err().to_string();
    assert!(
        fault.contains("line 2, column a") && fault.contains("save the file as UTF-8"),
        "{fault}"
    );
    assert!(table.next_row().unwrap().unwrap().is_ok());
}
