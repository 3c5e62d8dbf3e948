//! `ballast fit` as people call it.

use std::path::Path;
use std::process::{Command, Output};

fn fit(arguments: &[&str]) -> Output {
    let chain = Path::new(env!("CARGO_MANIFEST_DIR")).join("../sim/data/tests/data/synthetic_chain.csv");
    let mut command = Command::new(env!("CARGO_BIN_EXE_ballast"));
    command.args(["fit", "--chains"]).arg(chain).args(arguments);
    command.output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn a_chain_becomes_a_table_two_files_and_a_plot() {
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("surface");
    let done = fit(&["--currency", "btc", "--slices", "4", "--out", out.to_str().unwrap()]);
    let printed = text(&done.stdout);
    assert!(done.status.success(), "{printed}{}", text(&done.stderr));
    assert!(printed.contains("2026-02-01 09:20 BTC       5/5     85"), "{printed}");
    assert!(
        printed.contains("surfaces: 1, all accepted by the no-arbitrage check; without a surface: 0"),
        "{printed}"
    );
    let mut files: Vec<_> = std::fs::read_dir(&out)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    files.sort();
    assert_eq!(files, ["errors.csv", "parameters.csv", "smiles-btc.svg"]);
    let parameters = std::fs::read_to_string(out.join("parameters.csv")).unwrap();
    assert_eq!(
        parameters.lines().filter(|line| line.ends_with(",1")).count(),
        4,
        "{parameters}"
    );
}

#[test]
fn what_cannot_be_done_is_said_in_one_line() {
    for (arguments, code, message) in [
        (&["--currency", "SOL"][..], 1, "the files hold no chain of SOL"),
        (&["--slices", "9"], 2, "a surface has one to 8 slices"),
        (&["no-such-file.csv"], 1, "no-such-file.csv: cannot be read"),
        (&["--out", "/dev/null/x"], 1, "--out: /dev/null/x: it is no folder"),
    ] {
        let done = fit(arguments);
        let printed = text(&done.stderr);
        assert_eq!(done.status.code(), Some(code), "{arguments:?} {printed}");
        assert!(printed.contains(message), "{arguments:?} {printed}");
    }
}
