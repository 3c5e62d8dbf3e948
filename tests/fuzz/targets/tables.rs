//! The one reader of tables, of times and of numbers: any bytes, and tables that are nearly right.
//! No panic, every error on one line, every moment between 1970 and 9999, lines that only grow.
#![no_main]

use ballast_files::moment::{Moment, TimeUnit};
use ballast_files::number::{finite, plain};
use ballast_files::table::Table;
use std::io::Cursor;
use std::path::Path;

/// The last second of 9999.
const LAST: i64 = 253_402_300_799;

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let Some((how, rest)) = data.split_first() else { return };
    let text = String::from_utf8_lossy(rest);
    let bytes = match how % 4 {
        0 => rest.to_vec(),
        1 => format!("\u{feff}time;price\r\n{text}\r\n").into_bytes(),
        2 => format!("time,price\n{text}\n")
            .encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect(),
        _ => format!("made by us\ntime\tprice\n{text}").into_bytes(),
    };
    let one_line = |error: &dyn std::fmt::Display| {
        let error = error.to_string();
        assert!(!error.contains('\n'), "{error:?}");
    };
    let mut table = match Table::stream(Cursor::new(bytes), Path::new("fuzzed"), "time, price") {
        Ok(table) => table,
        Err(error) => return one_line(&error),
    };
    let mut last = 0;
    loop {
        match table.next_row() {
            Ok(None) => return,
            Ok(Some(Ok(row))) => {
                assert!(row.line > last, "line {} after {last}", row.line);
                last = row.line;
                row.fields.iter().for_each(field);
            }
            Ok(Some(Err(fault))) => one_line(&fault),
            Err(error) => return one_line(&error),
        }
    }
});

fn field(text: &str) {
    for unit in [TimeUnit::Seconds, TimeUnit::Milliseconds, TimeUnit::Microseconds] {
        if let Ok((moment, _)) = Moment::parse(text, unit) {
            assert!((0..=LAST).contains(&moment.unix_seconds()), "{text:?}: {moment:?}");
        }
    }
    if let Ok(number) = finite(text) {
        assert!(number.is_finite(), "{text:?}");
    }
    drop(plain(text));
}
