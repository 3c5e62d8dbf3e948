//! `ballast demo --options` as anyone uses it: the program, its files, its exit status.
//!
//! Needs the compiled programs: `./ballast build` makes them. Without them these tests say so and
//! pass.

use ballast_sim::record::strangle::Step;
use serde_json::Value;
use std::path::Path;
use std::process::{Command, Output};

fn built() -> bool {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/deploy");
    let all = ["risk", "reference_venue", "vault", "options"].map(|name| folder.join(format!("ballast_{name}.so")));
    let missing = all.iter().find(|file| !file.is_file());
    if let Some(file) = missing {
        eprintln!("SKIPPED: {} is not built; ./ballast build builds it", file.display());
    }
    missing.is_none()
}

fn demo(arguments: &[&str], out: &Path) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ballast"));
    command
        .args(["demo", "--options"])
        .args(arguments)
        .arg("--out")
        .arg(out);
    command.output().unwrap()
}

/// Runs it; what it leaves behind.
fn held(arguments: &[&str]) -> (Value, Vec<Step>) {
    let folder = tempfile::tempdir().unwrap();
    let output = demo(arguments, folder.path());
    let printed = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success() && printed.contains("Everything held."),
        "{printed}"
    );
    let read = |name: &str| std::fs::read_to_string(folder.path().join(name)).unwrap();
    let summary: Value = serde_json::from_str(&read("report.json")).unwrap();
    let page = read("index.html");
    assert!(page.ends_with("</html>\n") && page.contains("<svg") && !page.contains("NaN"));
    assert!(summary["balanced"] == true && summary["held"] == true, "{summary}");
    let checks = summary["checks"].as_array().unwrap();
    assert!(
        checks.len() >= 6 && checks.iter().all(|check| check["held"] == true),
        "{summary}"
    );
    let mut steps = csv::Reader::from_path(folder.path().join("steps.csv")).unwrap();
    (summary, steps.deserialize().map(Result::unwrap).collect())
}

#[test]
fn a_strangle_is_sold_hedged_and_settled() {
    if !built() {
        return;
    }
    let (summary, steps) = held(&[]);
    assert_eq!(summary["liquidation"], serde_json::json!([0, 0]));
    assert_eq!(summary["averaged_seconds"], 1_800);
    assert!(summary["premium"].as_f64().unwrap() > 1_000.0, "{summary}");
    // An hour each until the window, and the end.
    assert_eq!(steps.len(), 105);
    // The hedge is never off by more than the band after a step, but for the price that it moved
    // itself.
    let size = summary["size"].as_f64().unwrap();
    for step in &steps[..steps.len() - 1] {
        assert!((step.delta + step.hedge).abs() <= 0.02 * size + 1e-3, "{step:?}");
        assert!(step.equity > step.initial, "equity under the initial margin: {step:?}");
    }
}

#[test]
fn a_writer_with_thin_margin_is_liquidated_by_the_fall() {
    if !built() {
        return;
    }
    let (summary, steps) = held(&["--liquidate"]);
    let [begun, takes] = [0, 1].map(|index| summary["liquidation"][index].as_u64().unwrap());
    assert!(begun >= 1 && takes >= 1, "{summary}");
    // Where it began: under maintenance at the step before the takes, and not after them.
    let at = steps
        .iter()
        .position(|step| step.events.contains("a liquidation begins"))
        .unwrap();
    assert!(steps[at].equity >= steps[at].maintenance, "{:?}", steps[at]);
}

#[test]
fn bad_input_is_one_clear_line() {
    if !built() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let rows = |step: i64, count: i64| {
        let row = |index: i64| format!("{},100,100,100,100\n", 1_769_904_000 + step * index);
        "unix_time,open,high,low,close\n".to_owned() + &(0..count).map(row).collect::<String>()
    };
    let file = |name: &str, text: String| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let (short, coarse) = (file("short.csv", rows(3_600, 20)), file("coarse.csv", rows(7_200, 60)));
    let chain = Path::new(env!("CARGO_MANIFEST_DIR")).join("../sim/data/tests/data/synthetic_chain.csv");
    let sol = file("sol.csv", rows(3_600, 100));
    for (arguments, expected) in [
        (vec!["--history", "none.csv"], "none.csv"),
        (vec!["--history", &short], "further apart"),
        (vec!["--history", &coarse], "7200 s apart"),
        (vec!["--chains", "none.csv"], "none.csv"),
        (
            vec!["--history", &sol, "--chains", chain.to_str().unwrap()],
            "no chain of SOL",
        ),
        (vec!["--node"], "--node"),
    ] {
        let output = demo(&arguments, &folder.path().join("out"));
        let printed = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(
            !output.status.success() && printed.contains(expected),
            "{arguments:?}: {printed}"
        );
    }
    assert!(!folder.path().join("out").exists());
}
