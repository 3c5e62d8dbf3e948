//! The history reader against files as people really have them, good and bad.

use std::fs;
use std::io::Write;
use std::path::PathBuf;

use ballast_market_data::history::{load, parse_date, step_seconds, HistoryError};
use flate2::{write::GzEncoder, Compression};
use tempfile::TempDir;

const HEADER: &str = "unix_time,open,high,low,close,volume\n";
/// 2020-03-08 00:00 UTC.
const START: i64 = 1_583_625_600;
const HOUR: i64 = 3_600;

fn rows(count: i64) -> String {
    let row = |i| format!("{},8895.62,8897.71,8720.01,8795.0,14829.681\n", START + i * HOUR);
    (0..count).map(row).fold(HEADER.to_owned(), |all, row| all + &row)
}

fn file(dir: &TempDir, name: &str, text: &[u8]) -> PathBuf {
    let path = dir.path().join(name);
    fs::write(&path, text).unwrap();
    path
}

fn gzip(text: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(text).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn a_range_of_dates_is_read_from_csv_and_gzip_alike() {
    let dir = TempDir::new().unwrap();
    let text = rows(72);
    let plain = file(&dir, "a.csv", text.as_bytes());
    let zipped = file(&dir, "a.csv.gz", &gzip(text.as_bytes()));
    let (from, to) = (parse_date("2020-03-09").unwrap(), parse_date("2020-03-11").unwrap());
    let candles = load(&plain, Some(from), Some(to)).unwrap();
    assert_eq!(candles, load(&zipped, Some(from), Some(to)).unwrap());
    assert_eq!(candles.len(), 48);
    assert_eq!(candles[0].unix_time, START + 24 * HOUR);
    assert_eq!(candles[0].open.raw(), 889_562_000_000);
    assert_eq!(candles[0].close.to_string(), "8795");
    assert_eq!(step_seconds(&candles), HOUR);
    assert_eq!(load(&plain, None, None).unwrap().len(), 72);
}

#[test]
fn volume_quotes_and_windows_line_ends_are_optional() {
    let dir = TempDir::new().unwrap();
    let text = "unix_time,open,high,low,close\r\n\"0\",1,2,1,2\r\n\r\n3600,2,2,1,1\r\n";
    assert_eq!(
        load(&file(&dir, "a.csv", text.as_bytes()), None, None).unwrap().len(),
        2
    );
}

#[test]
fn every_bad_row_is_refused_with_its_line_and_rule() {
    let dir = TempDir::new().unwrap();
    let good = "0,10,12,9,11,5\n3600,11,12,9,10,5\n";
    for (row, parts) in [
        (
            "7200,1e5,12,9,11,5",
            "line 4: column open is `1e5`: a price is plain decimal",
        ),
        ("7200,0,12,9,11,5", "line 4: column open is `0`: a price is above zero"),
        (
            "7200,-3,12,9,11,5",
            "line 4: column open is `-3`: a price is plain decimal",
        ),
        ("7200,10,,9,11,5", "line 4: column high is ``: a price is plain decimal"),
        (
            "7200,10,12,9,11.123456789,5",
            "line 4: column close is `11.123456789`: a price has at most 8",
        ),
        (
            "7200,13,12,9,11,5",
            "line 4: column open is `13`: it is above the row's high, 12",
        ),
        (
            "7200,10,12,9,8,5",
            "line 4: column close is `8`: it is below the row's low, 9",
        ),
        (
            "7200,10,12,9,11,-5",
            "line 4: column volume is `-5`: a volume is a number",
        ),
        (
            "7200,10,12,9,11,NaN",
            "line 4: column volume is `NaN`: a volume is a number",
        ),
        (
            "7200.5,10,12,9,11,5",
            "line 4: column unix_time is `7200.5`: a time is a whole number",
        ),
        (
            "7200000000000,10,12,9,11,5",
            "line 4: column unix_time is `7200000000000`: a time is",
        ),
        (
            "3600,10,12,9,11,5",
            "line 4: column unix_time is `3600`: times must increase, and the row above is at 3600",
        ),
        (
            "5400,10,12,9,11,5",
            "line 4: column unix_time is `5400`: it is 1800 s after the row above, at 3600, but rows are 3600 s",
        ),
        (
            "14400,10,12,9,11,5",
            "line 4: a gap: 1970-01-01 01:00 (3600) is followed by 1970-01-01 04:00 (14400)",
        ),
        ("\n14400,10,12,9,11,5", "line 5: a gap: "),
        ("7200,10,12,9,11", "line 4: 5 fields; the header names 6"),
        ("7200,10,12,9,11,5,6", "line 4: 7 fields; the header names 6"),
    ] {
        let path = file(&dir, "bad.csv", format!("{HEADER}{good}{row}\n").as_bytes());
        let message = load(&path, None, None).unwrap_err().to_string();
        assert!(message.contains(parts), "{row}: {message}");
        assert!(message.contains("bad.csv") && !message.contains('\n'), "{message}");
    }
}

#[test]
fn a_file_that_is_not_a_history_is_refused() {
    let dir = TempDir::new().unwrap();
    let whole = gzip(rows(48).as_bytes());
    for (name, bytes, expected) in [
        ("a.txt", b"".as_slice(), "a .csv or .csv.gz file"),
        ("a.csv", b"", "line 1: the header is ``"),
        (
            "a.csv",
            b"time,open,high,low,close\n",
            "line 1: the header is `time,open",
        ),
        (
            "a.csv",
            b"unix_time,open,high,low,close,volume,extra\n",
            "may end in `,volume`",
        ),
        ("a.csv", HEADER.as_bytes(), "holds no rows"),
        (
            "a.csv",
            b"unix_time,open,high,low,close\n\xff\xfe,1,1,1,1\n",
            "cannot be read",
        ),
        ("a.csv.gz", HEADER.as_bytes(), "cannot be read (invalid gzip header)"),
        ("a.csv.gz", &whole[..whole.len() / 2], "cannot be read"),
    ] {
        let message = load(&file(&dir, name, bytes), None, None).unwrap_err().to_string();
        assert!(message.contains(expected), "{name}: {message}");
        assert!(!message.contains('\n'), "{message}");
    }
    let missing = load(&dir.path().join("none.csv"), None, None).unwrap_err();
    assert!(matches!(missing, HistoryError::Read { .. }), "{missing}");
    fs::create_dir(dir.path().join("folder.csv")).unwrap();
    let folder = load(&dir.path().join("folder.csv"), None, None).unwrap_err();
    assert!(matches!(folder, HistoryError::Read { .. }), "{folder}");
}

#[test]
fn a_range_that_the_file_does_not_cover_is_refused() {
    let dir = TempDir::new().unwrap();
    let path = file(&dir, "a.csv", rows(72).as_bytes());
    for (from, to) in [
        ("2019-01-01", "2019-01-02"),
        ("2020-03-07", "2020-03-09"),
        ("2020-03-10", "2020-03-12"),
    ] {
        let (from, to) = (parse_date(from).unwrap(), parse_date(to).unwrap());
        let message = load(&path, Some(from), Some(to)).unwrap_err().to_string();
        assert!(
            message.contains("covers 2020-03-08 00:00 to 2020-03-11 00:00"),
            "{message}"
        );
    }
    let late = load(&path, Some(START + 100 * HOUR), None).unwrap_err();
    assert!(matches!(late, HistoryError::Outside { .. }), "{late}");
    let between = load(&path, Some(START + 60), Some(START + 120)).unwrap_err();
    assert!(matches!(between, HistoryError::Between { .. }), "{between}");
    let backwards = load(&path, Some(START), Some(START)).unwrap_err();
    assert!(matches!(backwards, HistoryError::Backwards { .. }), "{backwards}");
}

#[test]
fn dates_are_strict() {
    assert_eq!(parse_date("2020-03-08").unwrap(), START);
    for text in [
        "",
        "2020-3-8",
        "2020-02-30",
        "08-03-2020",
        "2020/03/08",
        "2020-03-08T00",
        "+020-03-08",
    ] {
        assert!(matches!(parse_date(text), Err(HistoryError::Date { .. })), "{text}");
    }
}
