//! A deposit and its way back, each step with a command.

use super::network::VaultNetwork;

#[test]
fn somebody_comes_and_goes_by_commands_alone() {
    let Some(mut network) = VaultNetwork::new() else {
        return;
    };
    network.pass(5);
    network.says(
        "ada",
        "show",
        &[
            "on BTC-USD",
            "price      80000.00, published 5 s ago",
            "batch      0 opens with the next request",
            "none active",
            "0.60 at 0 %, 0.60 at 5 %, 0.44 at 10 %, 0.24 at 15 %, 0.00 at 20 %",
            "nobody can freeze, move or rename them",
            "SPL Token: nobody can freeze it",
        ],
    );
    network.says(
        "ada",
        "status",
        &["100000.00 quote tokens, 0.00 shares", "no request is open"],
    );

    // Nothing is sent by looking.
    let preview =
        "ticket 1 in batch 0: a deposit of 50000.00, at any price\nat the price of 5 s ago it buys 49863.50 shares";
    network.says("ada", "deposit 50000 --dry-run", &[preview, "nothing was sent"]);
    assert_eq!(network.wallet("ada"), 100_000);
    network.says(
        "ada",
        "deposit 50_000",
        &[preview, "a levy of 136.50", "see: vault status"],
    );
    assert_eq!(network.wallet("ada"), 50_000);
    network.says(
        "ada",
        "status",
        &["ticket 1   deposit of 50000.00 in batch 0: its batch closes in 60 s, and is priced by later news"],
    );
    network.says(
        "ada",
        "show",
        &[
            "deposits of 50000.00",
            "1 ticket open",
            "0 takes requests for another 60 s",
        ],
    );

    network.pass(75);
    network.says(
        "ada",
        "status",
        &["anyone can give it now: vault crank", "can be taken back in 8 min"],
    );
    network.says("ben", "crank --dry-run", &["due: observe, price_batch"]);
    network.says("ben", "crank", &["observe, price_batch\nmove_collateral, rebalance"]);
    network.says(
        "ada",
        "status",
        &[
            "it was priced; a keeper sends it, or you: vault claim",
            "due now: 49863.50 shares",
        ],
    );
    // Anyone may claim for anyone.
    let ada = network.json("ada", "status")["holder"].as_str().unwrap().to_owned();
    network.says(
        "ben",
        &format!("claim --holder {ada}"),
        &["ticket 1: 49863.50 shares paid"],
    );
    network.says("ada", "claim", &["nothing is due"]);
    network.says("ada", "show", &["0.54 of the value", "never above 398"]);

    // What the preview said is what comes, at the same price and in the same batch.
    network.pass(65);
    network.says("ben", "crank", &["observe"]);
    network.says(
        "ben",
        "deposit 20000 --within-one-percent",
        &["a deposit of 20000.00, within 1 % of 0.99"],
    );
    network.says(
        "ada",
        "redeem all",
        &[
            "49863.50 shares leave, at any price",
            "the rest as it is unwound",
            "in any case, an hour after",
        ],
    );
    network.says("ada", "exit", &["ticket 1: its hour is over in 1 h 0 min"]);
    network.pass(75);
    // A deposit that comes in with who leaves: collateral does not take the cash of those who wait.
    network.says("ben", "crank", &["observe, price_batch\n", "unwind"]);
    network.says(
        "ada",
        "status",
        &["shares still wait; a keeper sends it, or you: vault claim"],
    );
    let part = network.ok("ada", "claim");
    assert!(part.contains("paid; more comes as it is unwound"), "{part}");
    network.pass(65);
    network.says("ben", "crank", &["price_batch"]);
    network.says("ada", "claim", &["ticket 1: ", " paid"]);
    assert!(
        (99_000..100_000).contains(&network.wallet("ada")),
        "{}",
        network.wallet("ada")
    );
    network.says("ada", "status", &["0.00 shares", "no request is open"]);
    network.says("ben", "claim", &["ticket 1: 19951.686949 shares paid"]);

    let report = network.json("ben", "show");
    assert_eq!(report["shares"], 19_951_686_949u64, "{report}");
    assert_eq!(
        (&report["breakers"], &report["tickets"]),
        (&serde_json::json!([]), &0.into()),
        "{report}"
    );
    assert!(report["nav_low"].as_u64().unwrap() > 19_900_000_000, "{report}");
}

#[test]
fn who_asked_for_a_price_within_one_percent_gets_it_or_everything_back() {
    let Some(mut network) = VaultNetwork::new() else {
        return;
    };
    network.with_a_deposit();
    network.pass(400);
    // The last mark is too old to be a reference, so the request makes one.
    network.says(
        "ada",
        "redeem 10000 --within-one-percent",
        &["10000.00 shares leave, within 1 % of 0.99"],
    );
    network.price = 76_000.0;
    network.pass(75);
    network.says("ben", "crank", &["price_batch"]);
    network.says(
        "ada",
        "status",
        &[
            "could not be priced as it asked, or a breaker forbade it: everything goes back",
            "due now: 10000.00 shares",
        ],
    );
    network.says("ada", "claim", &["ticket 1: 10000.00 shares went back"]);
    network.says("ada", "status", &["49863.50 shares"]);
}
