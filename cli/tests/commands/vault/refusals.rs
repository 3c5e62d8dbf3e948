//! What is wrong is named.

use super::network::VaultNetwork;

#[test]
fn what_is_wrong_is_named_with_its_value() {
    let Some(mut network) = VaultNetwork::new() else {
        return;
    };
    network.pass(5);
    let stranger = "11111111111111111111111111111111";
    for (command, expected) in [
        ("deposit 1e3".to_owned(), "1e3 is no amount"),
        ("deposit 100000.01".to_owned(), "has 100000.00 of the quote token"),
        ("deposit 9.99".to_owned(), "9.99 is less than the least deposit, 10.00"),
        ("claim --ticket 7".to_owned(), "has no open ticket 7"),
        ("redeem all".to_owned(), "has 0.00 shares of this vault"),
        ("redeem 5".to_owned(), "has 0.00 shares of this vault; that is less"),
        ("cancel 3".to_owned(), "has no open ticket 3"),
        (
            "exit".to_owned(),
            "has no redemption that waits; ask to leave first: vault redeem all",
        ),
        (
            format!("show --vault {stranger}"),
            "account 11111111111111111111111111111111 is owned by",
        ),
        (
            "show --vault nowhere".to_owned(),
            "--vault: \"nowhere\" is not an address",
        ),
        ("status --holder me".to_owned(), "--holder: \"me\" is not an address"),
        (
            "claim --to here --ticket 1".to_owned(),
            "--to: \"here\" is not an address",
        ),
    ] {
        network.refused("ada", &command, expected);
    }
    let nobody = network.local.keys.first().risk_market;
    network.refused("ada", &format!("show --vault {nobody}"), "is owned by");
    assert_eq!(network.wallet("ada"), 100_000);

    network.ok("ada", "deposit 1000");
    network.refused("ada", "cancel 1", "the request is less than ten minutes old");
}
