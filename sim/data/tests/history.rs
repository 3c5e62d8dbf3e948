//! The history reader against files as people really have them, good and bad.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use ballast_market_data::history::{load, parse_date, step_seconds, History, HistoryError, Request};
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

fn whole(path: &Path) -> Result<History, HistoryError> {
    load(&Request::of(path))
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
    let of = |path: &Path| load(&Request::of(path).between(Some(from), Some(to))).unwrap().candles;
    let candles = of(&plain);
    assert_eq!(candles, of(&zipped));
    assert_eq!(candles.len(), 48);
    assert_eq!(candles[0].unix_time, START + 24 * HOUR);
    assert_eq!(candles[0].open.raw(), 889_562_000_000);
    assert_eq!(candles[0].close.to_string(), "8795");
    assert_eq!(step_seconds(&candles), HOUR);
    assert_eq!(whole(&plain).unwrap().candles.len(), 72);
}

#[test]
fn volume_quotes_and_windows_line_ends_are_optional() {
    let dir = TempDir::new().unwrap();
    let text = "unix_time,open,high,low,close\r\n\"0\",1,2,1,2\r\n\r\n3600,2,2,1,1\r\n";
    let history = whole(&file(&dir, "a.csv", text.as_bytes())).unwrap();
    assert_eq!((history.candles.len(), history.volumes.is_none()), (2, true));
}

#[test]
fn a_bad_row_is_left_out_with_its_line_column_and_rule() {
    let dir = TempDir::new().unwrap();
    let good = "0,10,12,9,11,5\n3600,11,12,9,10,5\n7200,11,12,9,10,5\n";
    for (row, parts) in [
        (
            "7200,1e5,12,9,11,5",
            "line 5, column open is `1e5`: a price is plain decimal",
        ),
        ("10800,0,12,9,11,5", "line 5, column open is `0`: a price is above zero"),
        (
            "10800,-3,12,9,11,5",
            "line 5, column open is `-3`: a price is plain decimal",
        ),
        (
            "10800,10,,9,11,5",
            "line 5, column high is empty: a price is plain decimal",
        ),
        (
            "10800,10,\"8,885\",9,11,5",
            "line 5, column high is `8,885`: this can be read in two ways",
        ),
        (
            "10800,10,12,9,11.123456789,5",
            "line 5, column close is `11.123456789`: a price has at most 8",
        ),
        (
            "10800,13,12,9,11,5",
            "line 5, column open is `13`: it is above the row's high, 12",
        ),
        (
            "10800,10,12,9,8,5",
            "line 5, column close is `8`: it is below the row's low, 9",
        ),
        (
            "10800,10,12,9,11,-5",
            "line 5, column volume is `-5`: a volume is a number",
        ),
        (
            "10800,10,12,9,11,NaN",
            "line 5, column volume is `NaN`: a volume is a number",
        ),
        (
            "10800.0,10,12,9,11,5",
            "line 5, column unix_time is `10800.0`: a time is whole unix seconds",
        ),
        (
            "NaT,10,12,9,11,5",
            "line 5, column unix_time is `NaT`: a time is missing",
        ),
        ("1583625600000,10,12,9,11,5", "it looks like milliseconds"),
        (
            "7200,10,12,9,11,5",
            "line 5, column unix_time is `7200`: times must increase, and line 4 has this one",
        ),
        (
            "9000,10,12,9,11,5",
            "column unix_time is `9000`: it is 1800 s after line 4, at 7200, but rows are 3600 s",
        ),
        (
            "10800,10,12,9,11",
            "line 5, column volume is empty: the row has 5 fields, the header 6",
        ),
        (
            "10800,10,12,9,11,5,6",
            "line 5, column 7 is `6`: the row has 7 fields, the header 6",
        ),
    ] {
        let path = file(&dir, "bad.csv", format!("{HEADER}{good}{row}\n").as_bytes());
        let history = whole(&path).unwrap();
        let message = history.left_out.first().unwrap_or_else(|| panic!("{row}")).to_string();
        assert!(message.contains(parts), "{row}: {message}");
        assert!(
            message.contains("bad.csv: line") && !message.contains('\n'),
            "{message}"
        );
        assert_eq!((history.candles.len(), history.left_out.len()), (3, 1), "{row}");
        // With a row after it there is a hole where it was, and it is the reason.
        if !row.starts_with(['7', '9']) {
            let path = file(
                &dir,
                "hole.csv",
                format!("{HEADER}{good}{row}\n14400,10,12,9,11,5\n").as_bytes(),
            );
            let error = whole(&path).unwrap_err().to_string();
            assert!(error.contains(parts), "{row}: {error}");
        }
    }
}

#[test]
fn a_gap_counts_inside_the_range_only() {
    let dir = TempDir::new().unwrap();
    let day = |hours: std::ops::Range<i64>| {
        hours
            .map(|i| format!("{},1,1,1,1\n", START + i * HOUR))
            .collect::<String>()
    };
    let text = format!("unix_time,open,high,low,close\n{}{}", day(0..5), day(8..72));
    let path = file(&dir, "a.csv", text.as_bytes());
    let error = whole(&path).unwrap_err().to_string();
    assert!(error.contains("line 7: a gap: 2020-03-08 04:00"), "{error}");
    let later = Request::of(&path).between(parse_date("2020-03-09").ok(), None);
    let history = load(&later).unwrap();
    assert_eq!(history.candles.len(), 48);
    assert!(
        history.notes[0].contains("a gap outside the range; the first is on line 7"),
        "{:?}",
        history.notes
    );
    let behind_the_first = format!("unix_time,open,high,low,close\n{}{}", day(0..1), day(2..20));
    let path = file(&dir, "b.csv", behind_the_first.as_bytes());
    let error = whole(&path).unwrap_err().to_string();
    assert!(
        error.contains("line 3: a gap") && error.contains("rows are 3600 s apart"),
        "{error}"
    );
}

#[test]
fn a_file_that_is_not_a_history_is_refused() {
    let dir = TempDir::new().unwrap();
    let zipped = gzip(rows(48).as_bytes());
    for (name, bytes, expected) in [
        ("a.csv", b"".as_slice(), "the file holds no text"),
        (
            "a.csv",
            b"moment,open,high,low,close\n",
            "line 1 is `moment,open,high,low,close`, wanted are unix_time,open",
        ),
        ("a.csv", HEADER.as_bytes(), "holds no rows"),
        ("a.csv", b"[[1583625600000,1,1,1,1,1]]", "this is JSON"),
        ("a.csv", b"PK\x03\x04 and so on", "a ZIP archive"),
        ("a.csv.gz", &zipped[..zipped.len() / 2], "cannot be read"),
    ] {
        let message = whole(&file(&dir, name, bytes)).unwrap_err().to_string();
        assert!(message.contains(expected), "{name}: {message}");
        assert!(!message.contains('\n'), "{message}");
    }
    // Gzip is known by its first bytes.
    assert_eq!(whole(&file(&dir, "b.csv", &zipped)).unwrap().candles.len(), 48);
    assert_eq!(
        whole(&file(&dir, "b.csv.gz", rows(48).as_bytes()))
            .unwrap()
            .candles
            .len(),
        48
    );
    let missing = whole(&dir.path().join("none.csv")).unwrap_err().to_string();
    assert!(missing.contains("none.csv: cannot be read"), "{missing}");
    fs::create_dir(dir.path().join("folder.csv")).unwrap();
    let folder = whole(&dir.path().join("folder.csv")).unwrap_err().to_string();
    assert!(folder.contains("cannot be read"), "{folder}");
}

#[test]
fn a_range_that_the_file_does_not_cover_is_refused() {
    let dir = TempDir::new().unwrap();
    let path = file(&dir, "a.csv", rows(72).as_bytes());
    let between = |from, to| load(&Request::of(&path).between(from, to));
    for (from, to) in [
        ("2019-01-01", "2019-01-02"),
        ("2020-03-07", "2020-03-09"),
        ("2020-03-10", "2020-03-12"),
    ] {
        let (from, to) = (parse_date(from).unwrap(), parse_date(to).unwrap());
        let message = between(Some(from), Some(to)).unwrap_err().to_string();
        assert!(
            message.contains("covers 2020-03-08 00:00 to 2020-03-11 00:00"),
            "{message}"
        );
    }
    let late = between(Some(START + 100 * HOUR), None).unwrap_err();
    assert!(matches!(late, HistoryError::Outside { .. }), "{late}");
    let inside = between(Some(START + 60), Some(START + 120)).unwrap_err();
    assert!(matches!(inside, HistoryError::Between { .. }), "{inside}");
    let backwards = between(Some(START), Some(START)).unwrap_err();
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
