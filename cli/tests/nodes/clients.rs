//! What every client says of a node that misbehaves, and of settings.

use crate::keeper::{binary, put_vault, vault_key};
use crate::{support, MARK};
use ballast_fake_node::{FakeNode, Http, Websocket};
use ballast_keys::write_new;
use solana_keypair::Keypair;
use std::path::Path;
use std::process::{Command, Output};

/// Runs a command to its end.
fn output(command: &mut Command) -> (Output, String) {
    let output = command.output().unwrap();
    let mut text = String::from_utf8_lossy(&output.stdout).into_owned();
    text += &String::from_utf8_lossy(&output.stderr);
    (output, text)
}

/// The cases keeper-provider-text-lost, rpc-key-in-logs and options-node-says-503, and their kin.
#[test]
fn every_client_says_what_the_node_says_and_no_secret() {
    let (Some(keeper), Some(feeder)) = (binary("ballast-keeper"), binary("ballast-feeder")) else {
        return;
    };
    let binaries = [&keeper, &feeder, Path::new(env!("CARGO_BIN_EXE_ballast"))];
    std::thread::scope(|scope| {
        for (http, words) in [
            (
                Http::says(503, "<html>down</html>"),
                "HTTP 503 Service Unavailable; try again",
            ),
            (Http::says(401, "no such key @PATH@"), "HTTP 401 Unauthorized"),
            (
                Http::says(
                    200,
                    r#"{"code":-32007,"message":"50/second request limit reached - upgrade"}"#,
                ),
                "50/second request limit reached",
            ),
            (Http::says(200, "<title>Sign in</title>"), "Sign in"),
        ] {
            for index in 0..binaries.len() {
                let http = http.clone();
                scope.spawn(move || says(binaries, index, http, words));
            }
        }
    });
}

/// Returns an address with a mark in every part that may be secret.
fn marked(fake: &FakeNode) -> String {
    format!("http://{MARK}:{MARK}@127.0.0.1:{}/{MARK}?api-key={MARK}", fake.port())
}

/// Runs one of keeper, feeder and `options` against a node, with every library's log lines.
fn says(binaries: [&Path; 3], index: usize, http: Http, words: &str) {
    let folder = tempfile::tempdir().unwrap();
    let key = folder.path().join("key.json");
    write_new(&key, &Keypair::new()).unwrap();
    let chain = support::root().join("sim/data/tests/data/synthetic_chain.csv");
    let fake = FakeNode::start(http.clone(), Websocket::Sound);
    let (url, vault) = (marked(&fake), vault_key().to_string());
    let mut run = Command::new(binaries[index]);
    match index {
        0 => run.args(["--vault", &vault, "--once", "--keypair"]).arg(&key),
        1 => run.args(["--market", &vault, "--dry-run", "--chain"]).arg(&chain),
        _ => run.args(["options", "list"]),
    };
    let (ended, text) = output(run.args(["--rpc-url", &url]).env("RUST_LOG", "trace"));
    let last = text.lines().last().unwrap_or_default();
    assert!(last.contains(words), "{http:?}: {last}");
    assert!(!text.contains("MARKED"), "{http:?}: {text}");
    assert_eq!(ended.status.code(), Some(1), "{text}");
}

#[test]
fn settings_and_help_hold_no_secret() {
    let Some(keeper) = binary("ballast-keeper") else { return };
    let folder = tempfile::tempdir().unwrap();
    let key = folder.path().join("key.json");
    write_new(&key, &Keypair::new()).unwrap();
    let fake = FakeNode::start(Http::Sound, Websocket::Sound);
    let url = marked(&fake);
    for arguments in [
        vec!["--rpc-url", "ftp://host/MARKED-KEY-0123"],
        vec!["--help"],
        vec!["https://host/MARKED-KEY-0123"],
        vec!["--vault", "https://host/MARKED-KEY-0123"],
    ] {
        let mut run = Command::new(&keeper);
        run.args(["--vault", "x", "--keypair"]).arg(&key).args(&arguments);
        let (_, text) = output(run.env("BALLAST_RPC_URL", &url).env("BALLAST_WS_URL", &url));
        assert!(!text.is_empty() && !text.contains("MARKED"), "{arguments:?}: {text}");
    }
}

#[test]
fn a_check_names_what_is_there_and_what_is_not() {
    let Some(binary) = binary("ballast-keeper") else { return };
    let fake = FakeNode::start(Http::Sound, Websocket::Sound);
    put_vault(&fake);
    let folder = tempfile::tempdir().unwrap();
    let (key, file) = (folder.path().join("key.json"), folder.path().join("keeper.toml"));
    write_new(&key, &Keypair::new()).unwrap();
    let text = format!(
        "vault = \"{}\"\nkeypair = {:?}\nrpc-url = [\"{}/{MARK}\"]\n",
        vault_key(),
        key.to_str().unwrap(),
        fake.url()
    );
    std::fs::write(&file, &text).unwrap();
    let mut run = Command::new(&binary);
    let (ended, printed) = output(run.arg("--check").arg("--config").arg(&file));
    for words in [
        "ok      node: http://127.0.0.1:",
        "ok      vault: ",
        "ok      websocket: ws://",
        "FAILED  key: ",
    ] {
        assert!(printed.contains(words), "{words}: {printed}");
    }
    assert!(
        !printed.contains("MARKED") && ended.status.code() == Some(2),
        "{printed}"
    );
    std::fs::write(&file, text + "pol-ms = 5\n").unwrap();
    let (ended, printed) = output(Command::new(&binary).arg("--config").arg(&file));
    assert!(
        printed.contains("unknown key \"pol-ms\"") && ended.status.code() == Some(2),
        "{printed}"
    );
}
