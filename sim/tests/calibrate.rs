//! What a calibration would set, and that the checked-in markets are what it set.
//!
//! The real series are read from the folder in `BALLAST_HISTORY`, or from `../shared/history`
//! beside the workspace; without them the same is asked of the synthetic path alone, whose section
//! is checked in.

mod support;

use std::path::Path;

use ballast_market_data::markets::{Markets, DEFAULT};
use ballast_sim::replay::calibrate::{calibrate, Calibration};
use ballast_sim::replay::implied::ImpliedSeries;
use ballast_sim::replay::observations::Known;

fn synthetic() -> Calibration {
    calibrate(
        "synthetic",
        &support::synthetic(6_000),
        &Known::default(),
        |_, _| Ok(()),
    )
    .unwrap()
}

/// Every leaf of a table by its path.
fn leaves(path: &str, value: &toml::Value, found: &mut Vec<String>) {
    match value.as_table() {
        Some(table) => {
            for (key, value) in table {
                leaves(&format!("{path}.{key}"), value, found);
            }
        }
        None => found.push(path.trim_start_matches('.').to_owned()),
    }
}

#[test]
fn every_parameter_has_a_reason_and_every_reason_a_parameter() {
    let calibration = synthetic();
    let section: toml::Table = calibration.toml().parse().unwrap();
    let mut parameters = Vec::new();
    leaves("", &section["synthetic"], &mut parameters);
    assert!(parameters.len() > 60, "{parameters:?}");
    let reasons: Vec<&str> = calibration
        .reasons
        .iter()
        .flat_map(|reason| reason.parameter.split(", "))
        .collect();
    let told = |parameter: &str, by: &str| {
        parameter == by || parameter.strip_prefix(by).is_some_and(|rest| rest.starts_with('.'))
    };
    for parameter in &parameters {
        assert!(
            reasons.iter().any(|by| told(parameter, by)),
            "no reason for {parameter}"
        );
    }
    for by in reasons {
        let last = |parameter: &String| by.rsplit('.').next() == parameter.rsplit('.').next();
        assert!(
            parameters.iter().any(|p| told(p, by) || last(p)),
            "{by} is no parameter"
        );
    }
    assert!(calibration
        .reasons
        .iter()
        .all(|reason| !reason.why.is_empty() && !reason.value.is_empty()));
}

/// The first line that differs says more than two whole sections.
fn same(printed: &str, checked_in: &str, what: &str) {
    let (printed, checked_in) = (printed.trim_end(), checked_in.trim_end());
    let mut lines = printed.lines().zip(checked_in.lines());
    assert_eq!(lines.find(|(printed, kept)| printed != kept), None, "{what}");
    assert_eq!(printed.lines().count(), checked_in.lines().count(), "{what}");
}

/// `BALLAST_UPDATE=1` writes the section anew; otherwise it has to be what the calibration says.
#[test]
fn the_section_of_the_synthetic_path_does_not_drift() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/calibration.toml");
    let section = synthetic().toml();
    if std::env::var_os("BALLAST_UPDATE").is_some() {
        std::fs::write(&path, &section).unwrap();
    }
    let update = "run: BALLAST_UPDATE=1 cargo test -p ballast-sim --test calibrate";
    same(&section, &std::fs::read_to_string(&path).unwrap_or_default(), update);
    Markets::parse(&section)
        .unwrap()
        .get("synthetic")
        .unwrap()
        .typed("synthetic")
        .unwrap();
}

/// What is checked in, comments and all, is what `./ballast calibrate --toml` says of the real
/// history, for whoever has it.
#[test]
fn the_checked_in_markets_are_what_the_history_gives() {
    let folder = support::folder();
    for (name, market, candles) in support::all() {
        if name == "synthetic" {
            continue;
        }
        let begins = DEFAULT.find(&format!("[{market}]")).unwrap();
        let section = &DEFAULT[begins..];
        // Up to the next market's section: tables of this one have a dot in their names.
        let ends = section.match_indices("\n[").find(|(at, _)| {
            let head = section[at + 2..].split(']').next().unwrap_or_default();
            !head.contains('.')
        });
        let checked_in = ends.map_or(section, |(at, _)| &section[..at]);
        let mut known = Known::default();
        if market != "sol" {
            let chains =
                ["2025-12", "2026-01", "2026-02"].map(|month| folder.join(format!("deribit_options_{month}.csv.gz")));
            known.implied = ImpliedSeries::load(&chains, market, None).unwrap();
        }
        if market == "btc" {
            let index = ImpliedSeries::of_index(&folder.join("btc_dvol_1d.csv.gz"), None).unwrap();
            known.implied = known.implied.with(index);
        }
        let calibration = calibrate(market, &candles, &known, |_, _| Ok(())).unwrap();
        same(&calibration.toml(), checked_in, name);
        assert!(calibration.holds(), "{name}: {}", calibration.text());
    }
}
