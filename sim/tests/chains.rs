//! Reading and fitting option chains: one priced from a known surface, and months of real ones
//! where they are at hand.

use std::fs;
use std::path::{Path, PathBuf};

use ballast_core_math::fit::errors::Errors;
use ballast_core_math::surface;
use ballast_market_data::chains::{self, Snapshot, Stream};
use ballast_sim::{fitting, smiles};

/// Days, θ, ρ, φ: what `data/synthetic_chain.csv` was priced from, by Black's formula in another
/// language; each quote is 0.4 vol points either side, strikes are rounded to 50, and calls and
/// puts are both there.
const KNOWN: [(f64, f64, f64, f64); 5] = [
    (1.0, 0.0012, -0.30, 30.0),
    (7.0, 0.0075, -0.27, 12.5),
    (30.0, 0.031, -0.25, 5.6),
    (90.0, 0.09, -0.20, 3.0),
    (270.0, 0.26, -0.15, 1.5),
];

fn synthetic() -> Vec<Snapshot> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/tests/data/synthetic_chain.csv");
    chains::load(&file, None).unwrap().snapshots
}

#[test]
fn the_surface_behind_a_chain_is_found() {
    let snapshots = synthetic();
    assert_eq!(snapshots.len(), 1);
    assert_eq!(
        (snapshots[0].unix_time, snapshots[0].currency.as_str()),
        (1_769_937_600, "BTC")
    );
    let day = fitting::fit_day(&snapshots[0], 8).unwrap();
    assert_eq!((day.listed, day.fitted.len(), day.unpriced), (5, 5, 0));
    for (expiry, (days, theta, rho, phi)) in day.fitted.iter().zip(KNOWN) {
        assert!((expiry.years * 365.0 - days).abs() < 1e-9);
        assert_eq!(expiry.points.len(), 17);
        let essvi = expiry.essvi;
        assert!((essvi.theta / theta - 1.0).abs() < 1e-3, "{essvi:?}");
        assert!((essvi.rho - rho).abs() < 2e-3, "{essvi:?}");
        assert!((essvi.phi / phi - 1.0).abs() < 2e-3, "{essvi:?}");
    }
    for errors in [&day.errors, &day.alone, &day.on_chain] {
        let summary = errors.summary().unwrap();
        assert_eq!(summary.inside, 1.0);
        assert!(
            summary.p95 < 0.01 && (summary.half_width - 0.4).abs() < 0.01,
            "{summary:?}"
        );
    }
}

#[test]
fn the_tables_and_the_plot_hold_every_expiry_and_quote() {
    let day = fitting::fit_day(&synthetic()[0], 3).unwrap();
    assert_eq!(day.published.slices().count(), 3);
    let days = [day];
    let parameters = fitting::parameters_csv(&days);
    let published = parameters.lines().filter(|line| line.ends_with(",17,1")).count();
    assert_eq!((parameters.lines().count(), published), (6, 3));
    let errors = fitting::errors_csv(&days);
    assert_eq!(errors.lines().count(), 1 + 5 * 17);
    let width = errors.lines().next().unwrap().split(',').count();
    assert!(errors.lines().all(|line| line.split(',').count() == width));
    let svg = smiles::draw(&days[0]).unwrap();
    for text in ["24 hours to expiry", "270 days to expiry", "interpolated on-chain"] {
        assert!(svg.contains(text), "{text}");
    }
    assert!(!svg.contains("NaN") && !svg.contains("inf"));
}

const HEADER: &str = "unix_time,currency,expiry,strike,type,bid,ask,forward\n";

#[test]
fn a_bad_row_is_named_and_the_others_are_read() {
    let dir = tempfile::tempdir().unwrap();
    let good = "1,BTC,200,90,C,0.1,0.2,100\n";
    for (name, row, message) in [
        (
            "type",
            "1,BTC,200,100,X,0.1,0.2,100",
            "line 3, column type is `X`: the type must be C",
        ),
        (
            "strike",
            "1,BTC,200,-1,C,0.1,0.2,100",
            "line 3, column strike is `-1`: a strike is a number above zero",
        ),
        (
            "forward",
            "1,BTC,200,100,C,0.1,0.2,",
            "line 3, column forward is empty: a forward is a number",
        ),
        (
            "bid",
            "1,BTC,200,100,C,-1,0.2,100",
            "line 3, column bid is `-1`: bid and ask are numbers",
        ),
        (
            "number",
            "1,BTC,200,100,C,x,0.2,100",
            "line 3, column bid is `x`: bid and ask are numbers",
        ),
        (
            "width",
            "1,BTC,200",
            "line 3, column strike is empty: the row has 3 fields, the header 8",
        ),
        (
            "currency",
            "1,BTC/USD,200,100,C,0.1,0.2,100",
            "column currency is `BTC/USD`: a currency is",
        ),
        (
            "float",
            "1.0,BTC,200,100,C,0.1,0.2,100",
            "column unix_time is `1.0`: a time is whole unix seconds",
        ),
        (
            "nat",
            "-9223372036854775808,BTC,200,100,C,0.1,0.2,100",
            "from 1970 to 9999",
        ),
        (
            "ms",
            "1767115875000,BTC,1767137475000,100,C,0.1,0.2,100",
            "it looks like milliseconds",
        ),
        (
            "twice",
            "1,BTC,200,90,c,0.1,0.3,100",
            "this option is on line 2 of the same snapshot already",
        ),
    ] {
        let file = dir.path().join(format!("{name}.csv"));
        fs::write(&file, format!("{HEADER}{good}{row}\n")).unwrap();
        let chains = chains::load(&file, None).unwrap();
        let fault = chains.left_out[0].to_string();
        assert!(fault.contains(message) && !fault.contains('\n'), "{name}: {fault}");
        assert_eq!((chains.left_out.len(), chains.snapshots.len()), (1, 1), "{name}");
        assert_eq!(chains.snapshots[0].expiries[0].quotes.len(), 1, "{name}");
    }
    // Of an option that is there twice the last row counts.
    let twice = chains::load(&dir.path().join("twice.csv"), None).unwrap();
    assert_eq!(twice.snapshots[0].expiries[0].quotes[0].ask, Some(0.3));
    let file = dir.path().join("header.csv");
    fs::write(&file, "a,b\n1,2\n").unwrap();
    let error = chains::load(&file, None).unwrap_err().to_string();
    assert!(
        error.contains("no column") && error.contains("`a,b`") && error.contains("unix_time,currency"),
        "{error}"
    );
    let missing = chains::load(Path::new("no-such-file.csv"), None)
        .unwrap_err()
        .to_string();
    assert!(missing.contains("check the path"), "{missing}");
}

#[test]
fn an_expiry_that_has_passed_or_is_too_near_is_no_part_of_a_chain() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("near.csv");
    let rows: String = [5, 35, 65, 66]
        .iter()
        .map(|at| format!("5,BTC,{at},100,C,0.1,0.2,100\n"))
        .collect();
    fs::write(&file, format!("{HEADER}{rows}")).unwrap();
    let chains = chains::load(&file, None).unwrap();
    assert_eq!(chains.snapshots[0].expiries.len(), 1);
    assert_eq!(chains.notes.len(), 2, "{:?}", chains.notes);
    assert!(
        chains.notes[0].contains("30 s ahead") && chains.left_out.is_empty(),
        "{:?}",
        chains.notes
    );
}

#[test]
fn exports_of_deribit_and_tardis_are_known_by_their_headers() {
    let dir = tempfile::tempdir().unwrap();
    let deribit = dir.path().join("summary.csv");
    fs::write(
        &deribit,
        "instrument_name,creation_timestamp,bid_price,ask_price,mark_price,underlying_price,open_interest\n\
         BTC-27MAR26-100000-C,1772409600123,0.05,0.06,0.055,93500.5,10\n\
         BTC-27MAR26-90000-P,1772409600123,,0.06,0.055,93500.5,10\n",
    )
    .unwrap();
    let chains = chains::load(&deribit, None).unwrap();
    let snapshot = &chains.snapshots[0];
    assert_eq!((snapshot.unix_time, snapshot.currency.as_str()), (1_772_409_600, "BTC"));
    assert_eq!(snapshot.expiries[0].quotes.len(), 2);
    assert_eq!(snapshot.expiries[0].quotes[0].forward, 93_500.5);
    assert!(
        chains.notes[0].contains("Deribit") && chains.notes[0].contains("underlying_price"),
        "{:?}",
        chains.notes
    );

    let tardis = dir.path().join("options_chain.csv");
    fs::write(
        &tardis,
        "exchange,symbol,timestamp,local_timestamp,type,strike_price,expiration,bid_price,ask_price,underlying_price\n\
         deribit,BTC-27MAR26-100000-C,1772409600000000,1772409600001000,call,100000,1774598400000000,0.05,0.06,93500\n\
         deribit,BTC-27MAR26-100000-C,1772409660000000,1772409660001000,call,100000,1774598400000000,0.051,0.061,93510\n\
         deribit,BTC-27MAR26-90000-P,1772401000000000,1772401000001000,put,90000,1774598400000000,0.05,0.06,93000\n",
    )
    .unwrap();
    let chains = chains::load(&tardis, None).unwrap();
    let snapshot = &chains.snapshots[0];
    // The last update counts; one of more than an hour ago does not.
    assert_eq!((chains.snapshots.len(), snapshot.unix_time), (1, 1_772_409_660));
    let quotes = &snapshot.expiries[0].quotes;
    assert_eq!((quotes.len(), quotes[0].bid), (1, Some(0.051)));
    assert!(
        chains.left_out.is_empty() && chains.notes[0].contains("Tardis"),
        "{chains:?}"
    );
}

#[test]
fn a_stream_gives_each_snapshot_when_the_next_begins_or_the_input_ends() {
    let stream = |rows: &str| {
        let input = std::io::Cursor::new(format!("{HEADER}{rows}").into_bytes());
        Stream::new(input, "-".as_ref(), "btc", None)
    };
    let rows = "1,BTC,900,100,C,0.1,0.2,100\n1,ETH,900,10,C,0.1,0.2,10\n1,BTC,800,100,P,0.1,0.2,100\n2,ETH,900,10,C,0.1,0.2,10\n3,btc,900,90,C,0.1,0.2,100\n";
    let snapshots: Vec<_> = stream(rows).unwrap().map(Result::unwrap).collect();
    let seen: Vec<_> = snapshots
        .iter()
        .map(|s| (s.unix_time, s.currency.as_str(), s.expiries.len()))
        .collect();
    // At the second moment nothing was said of bitcoin.
    assert_eq!(seen, [(1, "BTC", 2), (3, "BTC", 1)]);
    assert_eq!(snapshots[0].expiries[0].quotes[0].strike, 100.0);
    assert!(stream("").unwrap().next().is_none());

    for (row, message) in [
        (
            "1,BTC,900,100,C,0.1,0.2,100",
            "-: line 3, column unix_time is `1`: the time of a row does not go back",
        ),
        (
            "2,BTC,900,100,X,0.1,0.2,100",
            "-: line 3, column type is `X`: the type must be",
        ),
    ] {
        let rows = format!("2,BTC,900,90,C,0.1,0.2,100\n{row}\n3,BTC,900,100,C,0.1,0.2,100\n");
        let snapshots: Vec<_> = stream(&rows).unwrap().map(Result::unwrap).collect();
        let told = snapshots[0].left_out[0].to_string();
        assert!(told.starts_with(message), "{told}");
        assert_eq!((snapshots.len(), snapshots[1].left_out.len()), (2, 0));
    }
}

/// Returns the real chains, which are not part of the repository; their folder lies beside it.
fn history() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/history");
    let Ok(entries) = fs::read_dir(folder) else {
        return Vec::new();
    };
    let mut files: Vec<_> = entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| {
            path.file_name()
                .is_some_and(|n| n.to_string_lossy().starts_with("deribit_options_"))
        })
        .collect();
    files.sort();
    files
}

#[test]
fn every_real_chain_gives_a_surface_near_its_quotes() {
    let files = history();
    if files.is_empty() {
        eprintln!("skipped: there are no real chains beside the repository");
        return;
    }
    let mut sums = [Errors::default(), Errors::default(), Errors::default()];
    for file in files {
        for snapshot in chains::load(&file, None).unwrap().snapshots {
            let name = format!("{} {}", snapshot.currency, snapshot.unix_time);
            let day = fitting::fit_day(&snapshot, 8).unwrap_or_else(|error| panic!("{name}: {error}"));
            let slices: Vec<_> = day.fitted.iter().map(|expiry| expiry.slice).collect();
            assert_eq!(surface::check(&slices), Ok(()), "{name}");
            assert!(day.fitted.len() >= 10 && day.fitted.len() + 1 >= day.listed, "{name}");
            assert_eq!((day.published.slices().count(), day.unpriced), (8, 0), "{name}");
            let [fitted, alone] = [&day.errors, &day.alone].map(|errors| errors.summary().unwrap());
            // On a day of wide quotes the model may be as far as they are wide.
            assert!(fitted.median < fitted.half_width.max(1.01), "{name}: {fitted:?}");
            assert!(fitted.median < alone.median + 0.15, "{name}: {fitted:?} {alone:?}");
            for (sum, errors) in sums.iter_mut().zip([&day.errors, &day.alone, &day.on_chain]) {
                sum.extend(errors);
            }
        }
    }
    // What docs/concepts/surface.md says, with a little room.
    let [fitted, alone, on_chain] = sums.map(|sum| sum.summary().unwrap());
    assert!(
        fitted.median < 0.45 && fitted.p95 < 6.0 && fitted.inside > 0.66,
        "{fitted:?}"
    );
    assert!(
        fitted.median - alone.median < 0.01 && fitted.p95 - alone.p95 < 0.1,
        "{fitted:?} {alone:?}"
    );
    assert!(on_chain.median < 0.56 && on_chain.inside > 0.59, "{on_chain:?}");
}
