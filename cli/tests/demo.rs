//! The demo as anyone uses it: the program, its files, its exit status.

use std::path::Path;
use std::process::{Command, Output};

fn demo(arguments: &[&str], out: &Path) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ballast"));
    command
        .arg("demo")
        .args(arguments)
        .arg("--out")
        .arg(out)
        .output()
        .unwrap()
}

fn refusal(arguments: &[&str], expected: &str) {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("report");
    let output = demo(arguments, &out);
    let printed = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success(), "{arguments:?}");
    assert!(
        printed.contains(expected) && printed.trim_end().lines().count() == 1,
        "{arguments:?}: {printed}"
    );
    assert!(!out.exists(), "{arguments:?} left something behind");
}

#[test]
fn bad_input_is_one_clear_line_and_leaves_no_report() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let header = "unix_time,open,high,low,close\n";
    refusal(&["--history", "no_such_file.csv"], "no_such_file.csv");
    refusal(&["--history", &file("a.csv", "time,price\n1,2\n")], "line 1");
    refusal(
        &[
            "--history",
            &file("b.csv", &format!("{header}0,1,1,1,1\n3600,1,1,1,minus\n")),
        ],
        "line 3",
    );
    refusal(
        &[
            "--history",
            &file("c.csv", &format!("{header}0,1,1,1,1\n3600,1,1,1,1\n")),
        ],
        "too few",
    );
    let rows: String = (0..48)
        .map(|hour| format!("{},1,1,1,1\n", 1_600_000_000 + hour * 3_600))
        .collect();
    let good = file("d.csv", &format!("{header}{rows}"));
    refusal(&["--history", &good, "--from", "yesterday"], "YYYY-MM-DD");
    refusal(&["--history", &good, "--from", "2019-01-01"], "--from");
}

/// A short demo of each kind of end: everything holds, the report is whole, and the books balance
/// to the last base unit.
#[test]
fn a_short_demo_balances_to_the_last_base_unit() {
    let programs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/deploy/ballast_vault.so");
    assert!(programs.is_file(), "the programs are not built: run ./ballast build");
    let folder = tempfile::tempdir().unwrap();
    let mut rows = String::from("unix_time,open,high,low,close\n");
    let mut open = 30_000;
    for (hour, close) in [
        30_100, 29_900, 30_400, 31_000, 31_500, 30_900, 30_800, 25_000, 24_000, 24_500, 26_000, 27_500,
    ]
    .into_iter()
    .enumerate()
    {
        let (high, low) = (open.max(close) + 10, open.min(close) - 10);
        rows += &format!("{},{open},{high},{low},{close}\n", 1_600_000_000 + hour * 3_600);
        open = close;
    }
    let history = folder.path().join("btc_short.csv");
    std::fs::write(&history, rows).unwrap();
    let out = folder.path().join("report");
    let output = demo(&["--history", history.to_str().unwrap()], &out);
    assert!(
        output.status.success(),
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    let report: serde_json::Value = serde_json::from_slice(&std::fs::read(out.join("report.json")).unwrap()).unwrap();
    assert_eq!(report["balanced"], true);
    assert_eq!(report["steps"], 12);
    assert!(
        report["breaker_trips"].as_u64().unwrap() >= 1,
        "a fall of 19 % in an hour trips the breaker"
    );
    assert!(
        report["keeper_reaction_ms_median"].as_f64().unwrap() <= 20.0,
        "{report}"
    );
    assert!(out.join("index.html").is_file() && out.join("steps.csv").is_file());
}

/// Everybody leaves while something is not there, and has in an hour what is liquid of theirs.
#[test]
fn in_a_drill_all_leave_with_what_is_theirs() {
    let programs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/deploy/ballast_vault.so");
    assert!(programs.is_file(), "the programs are not built: run ./ballast build");
    for (drill, expected) in [
        ("venue-freeze", "With the venue paused, all had"),
        ("oracle-silence", "Without a price, all had"),
        ("keeper-absent", "Without a keeper, all got out"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let output = demo(&["--drill", drill, "--json"], &folder.path().join("report"));
        let printed = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(output.status.success(), "{drill}: {printed}");
        let report: serde_json::Value = serde_json::from_str(&printed).unwrap();
        let checks = report["checks"].as_array().unwrap();
        let found = checks
            .iter()
            .find(|check| check["name"].as_str().unwrap().starts_with(expected));
        let detail = found.unwrap_or_else(|| panic!("{drill}: {printed}"))["detail"]
            .as_str()
            .unwrap();
        assert!(detail.contains("Ada ") && detail.contains("Ben "), "{drill}: {detail}");
        assert!(!detail.contains(" 0.00 of "), "{drill}: nothing was liquid: {detail}");
    }
}
