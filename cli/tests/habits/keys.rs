//! Key files: made, shown, and read alike by every program.

use crate::{ballast, bot, support, tool, Ran};
use serde_json::Value;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

const VAULT: &str = "k7FaK87WHGVXzkaoHb7CdVPgkKDQhZ29VLDeBVbDfYn";
const PHRASE: &str = "pill tomorrow foster begin walnut borrow virtual kick shift mutual shoe scatter";
/// What solana-keygen makes of it without a path.
const KEYGEN: &str = "5ZWj7a1f8tWkjBESHKgrLmXshuXxqeY9SYcfbshpAqPG";

fn path(file: &Path) -> &str {
    file.to_str().unwrap()
}

#[test]
fn a_key_is_made_once_and_its_address_shown() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("key.json");
    let made = ballast(&["keys", "new", path(&file)]);
    assert_eq!(made.code, Some(0), "{}", made.err);
    let numbers: Vec<u8> = serde_json::from_slice(&fs::read(&file).unwrap()).unwrap();
    assert_eq!(numbers.len(), 64);
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    for show in [
        ["keys", "show", path(&file)].as_slice(),
        &["keys", "show", "--keypair", path(&file)],
    ] {
        assert_eq!(ballast(show).out, made.out);
    }
    let shown: Value = serde_json::from_str(&ballast(&["keys", "show", path(&file), "--json"]).out).unwrap();
    assert_eq!(shown[0]["address"].as_str(), Some(made.out.trim()));
    let before = fs::read(&file).unwrap();
    let again = ballast(&["keys", "new", "--out", path(&file)]);
    assert_eq!((again.code, again.out.as_str()), (Some(1), ""));
    assert!(again.err.contains("is there already"), "{}", again.err);
    assert_eq!(fs::read(&file).unwrap(), before);
}

#[test]
fn a_phrase_becomes_the_key_that_is_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let (from, out) = (folder.path().join("phrase.txt"), folder.path().join("key.json"));
    fs::write(&from, format!("\u{feff}{PHRASE}\r\n")).unwrap();
    let shown = ballast(&["keys", "show", path(&from)]);
    assert_eq!((shown.code, shown.out.lines().count()), (Some(0), 2));
    assert!(
        shown.out.contains(KEYGEN) && shown.out.contains("m/44'/501'/0'/0'"),
        "{}",
        shown.out
    );
    assert!(!shown.out.contains("walnut") && !shown.err.contains("walnut"));
    let unclear = ballast(&["keys", "new", path(&out), "--from", path(&from)]);
    assert!(
        unclear.code == Some(1) && unclear.err.contains("--derivation wallet"),
        "{}",
        unclear.err
    );
    assert!(!out.exists());
    let made = ballast(&[
        "keys",
        "new",
        path(&out),
        "--from",
        path(&from),
        "--derivation",
        "keygen",
    ]);
    assert_eq!(made.out.trim(), KEYGEN, "{}", made.err);
    assert_eq!(ballast(&["keys", "show", path(&out)]).out.trim(), KEYGEN);
}

/// Returns each way to name a key file, run up to where the file is read.
fn readers(file: &str) -> Vec<(&'static str, Ran)> {
    let url = format!("http://127.0.0.1:{}", support::port());
    let mut ran = Vec::new();
    if let Some(keeper) = bot("ballast-keeper") {
        let arguments = ["--vault", VAULT, "--keypair", file, "--rpc-url", &url, "--once"];
        ran.push(("keeper", tool(keeper).args(arguments).output().unwrap().into()));
    }
    if let Some(feeder) = bot("ballast-feeder") {
        let chain = support::root().join("sim/data/tests/data/synthetic_chain.csv");
        let arguments = [
            "--market",
            VAULT,
            "--chain",
            path(&chain),
            "--keypair",
            file,
            "--rpc-url",
            &url,
        ];
        ran.push(("feeder", tool(feeder).args(arguments).output().unwrap().into()));
    }
    ran.push(("show", ballast(&["keys", "show", file])));
    ran.push(("doctor", ballast(&["doctor", "--keypair", file])));
    ran
}

/// The case `key-with-bom`: a byte order mark before the array is no fault.
#[test]
fn a_byte_order_mark_is_no_fault() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("keeper.json");
    fs::copy(support::root().join("cli/tests/cases/key-with-bom/keeper.json"), &file).unwrap();
    for mode in [0o600, 0o644] {
        fs::set_permissions(&file, fs::Permissions::from_mode(mode)).unwrap();
        for (who, ran) in readers(path(&file)) {
            assert!(!ran.err.contains("not a keypair"), "{who}: {}", ran.err);
            // Towards a node on this machine an open file is a warning, and nothing else is.
            let said = format!("{}{}", ran.out, ran.err);
            assert_eq!(said.contains("chmod 600"), mode == 0o644, "{who}: {said}");
        }
    }
}

#[test]
fn what_is_no_key_is_refused_alike_and_never_repeated() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("key.json");
    for (contents, reason) in [
        ("[11,22,33]", "holds 3 numbers"),
        ("{\"secret\":\"hunter2hunter2\"}", "a JSON object"),
        ("MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=", "base 64"),
        ("-----BEGIN PRIVATE KEY-----\nhunter2hunter2\n", "PEM"),
        ("hunter2hunter2", "no form that is known"),
        ("", "is empty"),
    ] {
        fs::write(&file, contents).unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
        for (who, ran) in readers(path(&file)) {
            let said = format!("{}{}", ran.out, ran.err);
            assert!(ran.code != Some(0) && said.contains(reason), "{who}, {reason}: {said}");
            assert!(!said.contains("hunter2") && !said.contains("22,33"), "{who}: {said}");
        }
    }
}

#[test]
fn a_file_that_others_can_read_signs_for_no_node_elsewhere() {
    let Some(keeper) = bot("ballast-keeper") else { return };
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("key.json");
    ballast(&["keys", "new", path(&file)]);
    fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).unwrap();
    let away = [
        "--vault",
        VAULT,
        "--keypair",
        path(&file),
        "--rpc-url",
        "https://node.invalid",
        "--once",
    ];
    let ran: Ran = tool(keeper).args(away).output().unwrap().into();
    assert!(ran.code == Some(2) && ran.err.contains("chmod 600"), "{}", ran.err);
}
