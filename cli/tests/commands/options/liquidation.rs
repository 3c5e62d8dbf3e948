//! A liquidation from a terminal: who fails, a share of it, and bringing it home.

use super::network::OptionsNetwork;
use ballast_deploy::keys;
use ballast_rpc::Cluster;

pub const CALL: &str = "BTC-3FEB26-82000-C";

/// Lets so many seconds pass with an observation each half a minute.
pub fn watch(network: &mut OptionsNetwork, seconds: i64) {
    for _ in 0..seconds / 30 {
        let now = network.chain.clock().unwrap().unix_timestamp;
        network.go(now + 30);
    }
}

/// The taker writes two calls, and takes out all that is free.
pub fn write_two_calls(network: &mut OptionsNetwork) {
    network.ok(
        "maker",
        &format!("quote {CALL} buy --size 2 --spread 0.02 --out @call.json"),
    );
    network.ok("taker", "take @call.json");
    let free = network.json("taker", "margin --json")["free_cash"].as_i64().unwrap() - 30_000_000;
    network.ok(
        "taker",
        &format!("withdraw {}.{:06}", free / 1_000_000, free % 1_000_000),
    );
}

#[test]
fn a_failing_account_is_found_begun_taken_and_brought_home() {
    let Some(mut network) = OptionsNetwork::new() else {
        return;
    };
    ballast_keys::write_new(&network.file("liquidator.json"), &keys::wallet("liquidator")).unwrap();
    network.ok("liquidator", "faucet 900000");
    network.ok("liquidator", "open --deposit 400000");
    let desk = network.accounts_of("liquidator");
    assert_eq!(network.ok("liquidator", "liquidate"), "no account fails");
    write_two_calls(&mut network);
    let failing = network.accounts_of("taker");
    watch(&mut network, 60);
    network.refused("liquidator", &format!("liquidate {failing}"), "above maintenance");
    for _ in 0..20 {
        network.price += 500.0;
        watch(&mut network, 90);
        if network.ok("liquidator", "liquidate") != "no account fails" {
            break;
        }
    }
    let listed = network.json("liquidator", "liquidate --json");
    assert_eq!(
        (listed[0]["account"].as_str(), listed[0]["begun"].as_bool()),
        (Some(failing.to_string().as_str()), Some(false))
    );
    assert!(
        listed[0]["equity"].as_i64() < listed[0]["maintenance"].as_i64(),
        "{listed}"
    );
    let printed = network.ok("liquidator", &format!("liquidate {failing}"));
    assert!(printed.contains("has begun"), "{printed}");
    watch(&mut network, 60);
    let shown = network.ok("liquidator", "liquidate");
    assert!(shown.contains(&failing.to_string()) && shown.contains('%'), "{shown}");
    network.refused("liquidator", &format!("liquidate {failing} --share 0"), "per cent");
    network.refused("maker", &format!("liquidate {failing}"), "holds more than cash");
    network.refused(
        "liquidator",
        &format!("liquidate {failing} --share 0.5"),
        "0.5 % is too small",
    );
    let printed = network.ok("liquidator", &format!("liquidate {failing}"));
    assert!(printed.contains("was paid") && printed.contains(CALL), "{printed}");
    network.refused("liquidator", &format!("liquidate {failing}"), "holds more than cash");
    // Home is another account of the same owner.
    let printed = network.ok("liquidator", "open --deposit 300000");
    let home = printed.split_whitespace().find(|word| word.len() > 40).unwrap();
    let home = home.trim_matches(|letter: char| !letter.is_alphanumeric()).to_owned();
    network.refused(
        "liquidator",
        &format!("transfer {CALL} --to {failing} --account {desk}"),
        "owner",
    );
    let printed = network.ok("liquidator", &format!("transfer {CALL} --to {home} --account {desk}"));
    assert!(printed.contains(&format!("moved from {desk} to {home}")), "{printed}");
    network.refused(
        "liquidator",
        &format!("transfer {CALL} --to {home} --account {desk}"),
        "has no",
    );
    let left = network.json("taker", "margin --json");
    assert!(left["positions"][0]["quantity"].as_i64().unwrap() < 0, "{left}");
    // At the price as it was published; what margin shows is wider by its age.
    let [equity, target] = ["equity", "target"].map(|field| left[field].as_f64().unwrap());
    assert!(equity * 1.01 > target, "{left}");
}
