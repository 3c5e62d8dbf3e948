//! `ballast options` against the local node that `ballast localnet --price` runs, each in a process
//! of its own.
//!
//! Needs the local node and the programs: `./ballast test` builds them. Without them this test says
//! so and passes.

mod support;

use ballast_cli::node::rpc_url;
use ballast_deploy::keys;
use serde_json::Value;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{SystemTime, UNIX_EPOCH};
use support::{node_with, port, root};

/// `ballast localnet`, told to end in order: a killed one would leave its node behind.
struct Localnet(Child);

impl Localnet {
    /// Returns it with what it says of its addresses.
    fn start(port: u16) -> (Self, Value) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_ballast"));
        command.env("BALLAST_ROOT", root()).args([
            "localnet",
            "--port",
            &port.to_string(),
            "--price",
            "80000",
            "--json",
        ]);
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let localnet = Self(child);
        // The first line is the only one.
        let line = lines.next().expect("the local network did not get ready").unwrap();
        (localnet, serde_json::from_str(&line).unwrap())
    }

    fn end(&mut self) {
        let told = Command::new("kill").arg(self.0.id().to_string()).status();
        assert!(told.is_ok() && self.0.wait().is_ok());
    }
}

impl Drop for Localnet {
    fn drop(&mut self) {
        if matches!(self.0.try_wait(), Ok(None)) {
            self.end();
        }
    }
}

/// Returns what a command says, and whether it succeeded.
fn options(url: &str, keypair: &Path, words: &[&str]) -> (bool, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ballast"));
    command.args(["options", "--rpc-url", url, "--keypair"]).arg(keypair);
    let output = command.args(words).output().unwrap();
    let printed = [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    (output.status.success(), printed.concat())
}

fn ok(url: &str, keypair: &Path, words: &[&str]) -> String {
    let (held, printed) = options(url, keypair, words);
    assert!(held, "{words:?}: {printed}");
    printed
}

/// The taker buys more of the series from the maker's own process, which hedges it, and ends in
/// order.
fn ask(url: &str, addresses: &Value, [maker, taker]: [&Path; 2], series: &str) {
    let margin: Value = serde_json::from_str(&ok(url, maker, &["margin", "--json"])).unwrap();
    let (house, account) = (
        addresses["clearing_house"].as_str().unwrap(),
        margin["account"].as_str().unwrap(),
    );
    let listen = support::port().to_string();
    let mut command = Command::new(env!("CARGO_BIN_EXE_ballast"));
    command
        .env("BALLAST_ROOT", root())
        .args(["maker", "--rpc-url", url, "--keypair"])
        .arg(maker);
    command.args([
        "--house",
        house,
        "--account",
        account,
        "--listen",
        &listen,
        "--hedge",
        "BTC=0.05",
    ]);
    let mut running = command.stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(running.stdout.take().unwrap()).lines();
    let mut until = |words: &str| {
        let found = lines.by_ref().map(Result::unwrap).find(|line| line.contains(words));
        found.unwrap_or_else(|| panic!("the maker never said {words}"))
    };
    until("every quote is cancelled");
    let at = format!("http://127.0.0.1:{listen}");
    let asked = [
        "ask",
        series,
        "buy",
        "--size",
        "0.5",
        "--maker",
        &at,
        "--maker",
        "http://127.0.0.1:1",
        "--take",
    ];
    let taken = ok(url, taker, &asked);
    assert!(taken.contains(&format!("bought 0.50 {series}")), "{taken}");
    assert!(taken.contains("not quoted by http://127.0.0.1:1"), "{taken}");
    until("hedged");
    let (held, printed) = options(url, taker, &["ask", series, "buy", "--size", "900", "--maker", &at]);
    assert!(
        !held && printed.contains("no leg of a quote here is larger than 100"),
        "{printed}"
    );
    let told = Command::new("kill").arg(running.id().to_string()).status();
    assert!(told.is_ok() && running.wait().unwrap().success());
    until("stopped");
}

#[test]
fn a_quote_is_made_and_taken_over_rpc() {
    if node_with("ballast_options.so").is_none() {
        return;
    }
    let (port, folder) = (port(), tempfile::tempdir().unwrap());
    let url = rpc_url(port);
    let (mut localnet, addresses) = Localnet::start(port);
    assert_eq!(addresses["rpc"], url);
    let [maker, taker] = ["maker", "taker"].map(|who| {
        let file = folder.path().join(format!("{who}.json"));
        ballast_keys::write_new(&file, &keys::wallet(who)).unwrap();
        ok(&url, &file, &["faucet", "500000"]);
        file
    });
    for file in [&maker, &taker] {
        assert!(ok(&url, file, &["open", "--deposit", "200000"]).contains("margin account"));
    }
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs() as i64;
    let in_two_days = ballast_options_client::name::date_of(now + 2 * 86_400);
    let series = format!("BTC-{in_two_days}-82000-C");
    let file = folder.path().join("quote.json");
    let file = file.to_str().unwrap();
    let quote = [
        "quote", &series, "sell", "--size", "1.5", "--spread", "0.05", "--slots", "1000", "--out", file,
    ];
    assert!(ok(&url, &maker, &quote).contains("1.50 of sell"));
    let taken = ok(
        &url,
        &taker,
        &["take", file, "--house", addresses["clearing_house"].as_str().unwrap()],
    );
    assert!(taken.contains(&format!("bought 1.50 {series}")), "{taken}");
    let margin: Value = serde_json::from_str(&ok(&url, &taker, &["margin", "--json"])).unwrap();
    assert_eq!(margin["positions"][0]["quantity"], 1_500_000, "{margin}");
    assert!(ok(&url, &taker, &["list"]).contains(&series));
    ask(&url, &addresses, [&maker, &taker], &series);
    assert_eq!(ok(&url, &taker, &["settle"]).trim(), "nothing is due");
    let (held, printed) = options(&url, &taker, &["withdraw", "200000"]);
    assert!(
        !held && printed.trim().lines().count() == 1 && printed.contains("cash"),
        "{printed}"
    );
    let (_, printed) = options(&url, &taker, &["withdraw", "200000", "--verbose"]);
    assert!(printed.contains("Program log: Instruction: Withdraw"), "{printed}");

    // A node that is gone is one clear line.
    localnet.end();
    let (held, printed) = options(&url, &taker, &["list"]);
    assert!(!held && printed.contains("cannot reach the node"), "{printed}");
}
