//! Somebody who acts for a holder, by commands.

use super::network::VaultNetwork;
use ballast_deploy::keys;
use solana_signer::Signer;

#[test]
fn an_operator_comes_and_goes_for_a_holder_by_commands() {
    let Some(mut network) = VaultNetwork::new() else {
        return;
    };
    let [ada, ben] = ["ada", "ben"].map(|who| keys::wallet(who).pubkey());
    network.pass(5);
    network.refused(
        "ben",
        &format!("deposit 20000 --holder {ada}"),
        &format!("{ada} has not made {ben} their operator"),
    );
    network.says(
        "ada",
        &format!("operator {ben} --quote 20000 --shares 5000"),
        &[
            &format!("{ben} acts for {ada} at this vault"),
            "quote tokens (20000)",
            "shares (5000)",
        ],
    );
    network.says(
        "ben",
        &format!("deposit 20000 --holder {ada}"),
        &["a deposit of 20000.00"],
    );
    assert_eq!((network.wallet("ada"), network.wallet("ben")), (80_000, 100_000));
    // What was delegated is used up.
    assert!(network.run("ben", &format!("deposit 20000 --holder {ada}")).is_err());
    network.pass(75);
    network.says("ben", "crank", &["price_batch"]);
    network.says("ben", &format!("claim --holder {ada}"), &["shares paid"]);
    network.says("ben", &format!("redeem 3000 --holder {ada}"), &["3000.00 shares leave"]);
    network.pass(700);
    network.says(
        "ben",
        &format!("cancel 1 --holder {ada}"),
        &["3000.00 shares went back"],
    );
    network.says("ada", &format!("operator {ben} --revoke"), &["no longer acts for"]);
    assert!(network.run("ben", &format!("redeem 1000 --holder {ada}")).is_err());
    assert_eq!(network.wallet("ben"), 100_000);
}
