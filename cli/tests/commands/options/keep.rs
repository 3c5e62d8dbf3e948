//! A clearing house that somebody keeps: what fails is begun, taken and brought home, and what
//! expires is settled, by rounds of one command.

use super::liquidation::{watch, write_two_calls, CALL};
use super::network::OptionsNetwork;
use ballast_deploy::keys;
use ballast_rpc::Cluster;

/// Returns the address in what `options open` prints.
fn opened(printed: &str) -> String {
    printed.split_whitespace().last().unwrap().to_owned()
}

#[test]
fn rounds_of_a_keeper_begin_take_end_and_settle() {
    let Some(mut network) = OptionsNetwork::new() else {
        return;
    };
    ballast_keys::write_new(&network.file("liquidator.json"), &keys::wallet("liquidator")).unwrap();
    network.ok("liquidator", "faucet 900000");
    let desk = opened(&network.ok("liquidator", "open --deposit 400000"));
    let home = opened(&network.ok("liquidator", "open --deposit 300000"));
    let keep = format!("keep --once --desk {desk} --home {home}");
    assert_eq!(network.ok("liquidator", &keep), "nothing is due");
    // Accounts that are not the keypair's, or one for both, are refused before anything is done.
    let foreign = network.accounts_of("maker");
    for (command, expected) in [
        (format!("keep --once --desk {desk} --home {desk}"), "is --desk too"),
        (
            format!("keep --once --desk {foreign} --home {home}"),
            "not to the keypair",
        ),
    ] {
        network.refused("liquidator", &command, expected);
    }

    write_two_calls(&mut network);
    let failing = network.accounts_of("taker").to_string();
    let mut said = Vec::new();
    for _ in 0..30 {
        network.price += 500.0;
        watch(&mut network, 90);
        said.push(network.ok("liquidator", &keep));
        if said.iter().any(|line| line.contains("liquidation is over")) {
            break;
        }
    }
    let of_it: Vec<&str> = said
        .iter()
        .flat_map(|text| text.lines())
        .filter(|line| *line != "nothing is due")
        .collect();
    assert!(
        of_it[0].starts_with(&failing) && of_it[0].contains("has begun"),
        "{of_it:?}"
    );
    let takes = of_it
        .iter()
        .filter(|line| line.contains("of everything was taken"))
        .count();
    assert!(takes > 0 && of_it.last().unwrap().contains("is over"), "{of_it:?}");
    // What was taken is at home, and the desk holds cash alone again.
    let held = |network: &mut OptionsNetwork, account: &str| {
        network.json("liquidator", &format!("margin --json --account {account}"))["positions"].clone()
    };
    assert_eq!(held(&mut network, &desk).as_array().map(Vec::len), Some(0));
    assert_eq!(held(&mut network, &home)[0]["series"].as_str(), Some(CALL));

    // The expiry: observed, priced, settled and paid by the same rounds.
    let expiry = 1_770_105_600;
    network.go(expiry - 1_860);
    for minute in 0..=31 {
        network.go_unobserved(expiry - 1_800 + 60 * minute);
        said.push(network.ok("liquidator", "keep --once --close"));
    }
    let all = said.join("\n");
    for words in [
        "was observed",
        "settled at",
        "accounts settled",
        "closed, with 1 series",
    ] {
        assert!(all.contains(words), "{words}: {all}");
    }
    assert_eq!(network.ok("liquidator", &keep), "nothing is due");
    assert!(network.chain.clock().unwrap().unix_timestamp > expiry);
}
