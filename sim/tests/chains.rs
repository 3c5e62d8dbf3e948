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
    chains::load(&file).unwrap()
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

#[test]
fn wrong_files_are_refused_with_the_line() {
    let dir = tempfile::tempdir().unwrap();
    let header = "unix_time,currency,expiry,strike,type,bid,ask,forward\n";
    for (name, text, message) in [
        ("type", "1,BTC,2,100,X,0.1,0.2,100\n", "line 2: a type is C or P"),
        (
            "strike",
            "1,BTC,2,-1,C,0.1,0.2,100\n",
            "line 2: strike and forward are numbers above zero",
        ),
        (
            "bid",
            "1,BTC,2,100,C,,,100\n1,BTC,2,100,C,-1,0.2,100\n",
            "line 3: bid and ask are numbers",
        ),
        ("number", "1,BTC,2,100,C,x,0.2,100\n", "line: 2"),
        ("width", "1,BTC,2\n", "line: 2"),
    ] {
        let file = dir.path().join(format!("{name}.csv"));
        fs::write(&file, format!("{header}{text}")).unwrap();
        let error = chains::load(&file).unwrap_err().to_string();
        assert!(error.contains(message) && !error.contains('\n'), "{name}: {error}");
    }
    let file = dir.path().join("header.csv");
    fs::write(&file, "a,b\n1,2\n").unwrap();
    assert!(chains::load(&file).unwrap_err().to_string().contains("missing field"));
    assert!(chains::load(Path::new("no-such-file.csv"))
        .unwrap_err()
        .to_string()
        .contains("check the path"));
    // An expiry that has passed is no part of the chain.
    fs::write(&file, format!("{header}5,BTC,5,100,C,0.1,0.2,100\n")).unwrap();
    assert!(chains::load(&file).unwrap()[0].expiries.is_empty());
}

#[test]
fn a_stream_gives_each_snapshot_when_the_next_begins_or_the_input_ends() {
    const HEADER: &str = "unix_time,currency,expiry,strike,type,bid,ask,forward\n";
    let stream = |rows: &str| {
        Stream::new(
            format!("{HEADER}{rows}").into_bytes().leak() as &[u8],
            "-".as_ref(),
            "btc",
        )
    };
    let rows = "1,BTC,9,100,C,0.1,0.2,100\n1,ETH,9,10,C,0.1,0.2,10\n1,BTC,8,100,P,0.1,0.2,100\n2,ETH,9,10,C,0.1,0.2,10\n3,btc,9,90,C,0.1,0.2,100\n";
    let snapshots: Vec<_> = stream(rows).unwrap().map(Result::unwrap).collect();
    let seen: Vec<_> = snapshots
        .iter()
        .map(|s| (s.unix_time, s.currency.as_str(), s.expiries.len()))
        .collect();
    // At the second moment nothing was said of bitcoin.
    assert_eq!(seen, [(1, "BTC", 2), (3, "BTC", 1)]);
    assert_eq!(snapshots[0].expiries[0].quotes[0].strike, 100.0);
    assert!(stream("").unwrap().next().is_none());

    for (rows, message) in [
        (
            "2,BTC,9,100,C,0.1,0.2,100\n1,BTC,9,100,C,0.1,0.2,100\n",
            "-: line 3: unix_time does not go back",
        ),
        (
            "2,BTC,9,100,X,0.1,0.2,100\n3,BTC,9,100,C,0.1,0.2,100\n",
            "-: line 2: a type is C or P",
        ),
    ] {
        let mut stream = stream(rows).unwrap();
        let error = stream.next().unwrap().unwrap_err().to_string();
        assert_eq!(error, message);
        assert!(stream.next().is_none());
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
        for snapshot in chains::load(&file).unwrap() {
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
