//! What a vault's manager earns, by commands.

use super::network::VaultNetwork;
use ballast_rpc::Cluster;
use solana_signer::Signer;

#[test]
fn a_managers_fees_are_shown_and_minted_to_nobody_else() {
    let charges = |config: String| {
        let config = config.replace("management_fee = \"0\"", "management_fee = \"0.02\"");
        config.replace("performance_fee = \"0\"", "performance_fee = \"0.2\"")
    };
    let Some(mut network) = VaultNetwork::with(charges) else {
        return;
    };
    network.with_a_deposit();
    network.refused("ben", "claim-fees", "who has to sign; you are");
    network.adopt("manager");
    network.refused(
        "manager",
        "claim-fees",
        "nothing was earned since they were last minted",
    );
    // Half a year, in which nobody does anything.
    network.pass(182 * 86_400);
    let collector = network.local.authority.pubkey();
    network.says(
        "ada",
        "show",
        &[
            &format!("fees       2.00 % of the shares a year and 20.00 % of the gain, in shares, to {collector}"),
            "earned and among the shares 497.2",
        ],
    );
    let shares = network.json("ada", "show")["shares"].as_u64().unwrap();
    network.says(
        "manager",
        "claim-fees",
        &["497.2", &format!("shares minted to {collector}")],
    );
    let report = network.json("ada", "show");
    assert_eq!(report["shares"], shares, "minting moves no share: {report}");
    assert_eq!(report["fees"]["earned_shares"], 0, "{report}");
    let mint = network.chain.account(&network.local.keys.share_mint).unwrap();
    assert_eq!(mint.mint().unwrap().supply, shares);
}

#[test]
fn a_vault_without_fees_says_so() {
    let Some(mut network) = VaultNetwork::new() else {
        return;
    };
    network.pass(5);
    network.refused("ben", "claim-fees", "this vault has no fees");
    assert!(network.json("ben", "show")["fees"].is_null());
}
