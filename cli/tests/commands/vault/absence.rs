//! Nobody is there but the depositors, or a venue or an oracle is not.

use super::network::VaultNetwork;

/// A vault with two people in it, each with half, and its book at rest.
fn shared() -> Option<VaultNetwork> {
    let mut network = VaultNetwork::new()?;
    network.pass(5);
    for who in ["ada", "ben"] {
        network.ok(who, "deposit 50000");
    }
    for _ in 0..3 {
        network.pass(75);
        network.ok("ben", "crank");
    }
    for who in ["ada", "ben"] {
        network.ok(who, "claim");
    }
    Some(network)
}

#[test]
fn without_a_keeper_everybody_leaves_by_their_own_commands() {
    let Some(mut network) = shared() else { return };
    for who in ["ada", "ben"] {
        network.ok(who, "redeem all");
    }
    for _ in 0..6 {
        network.pass(75);
        network.ok("ada", "crank");
        network.ok("ben", "claim");
    }
    for who in ["ada", "ben"] {
        network.ok(who, "claim");
        network.says(who, "status", &["no request is open", " 0.00 shares"]);
        assert!(
            (99_500..100_000).contains(&network.wallet(who)),
            "{}",
            network.wallet(who)
        );
    }
}

#[test]
fn without_a_price_everybody_has_their_part_of_what_is_liquid_after_an_hour() {
    let Some(mut network) = shared() else { return };
    network.ok("ada", "redeem all");
    network.stand_still(700);
    network.says(
        "ada",
        "status",
        &[
            "price: older than this use allows",
            "vault cancel 1",
            "can be had in 48 min",
        ],
    );
    network.says(
        "ada",
        "show",
        &["value      cannot be told", "deposits are not taken now"],
    );
    // Nobody could price it for ten minutes.
    network.says("ada", "cancel 1", &["ticket 1: 49", "shares went back"]);
    network.ok("ada", "redeem all");
    network.stand_still(3_700);
    network.says(
        "ada",
        "status",
        &["of what is liquid can be had now by the batch: vault exit"],
    );
    let ada = network.json("ada", "status")["holder"].as_str().unwrap().to_owned();
    network.says(
        "ben",
        &format!("exit --holder {ada}"),
        &["ticket 1: 3", "paid; 49", "shares of it stay to be priced"],
    );
    network.says(
        "ada",
        "exit",
        &["it has had its part of all that is liquid; the rest stays a claim"],
    );
    network.says("ada", "status", &["it has had its part of what is liquid"]);
    assert!(network.wallet("ada") > 85_000, "{}", network.wallet("ada"));

    // The oracle speaks again: the rest comes at its price.
    for _ in 0..6 {
        network.pass(75);
        network.ok("ben", "crank");
    }
    network.ok("ada", "claim");
    network.says("ada", "status", &["no request is open"]);
    assert!(
        (99_500..100_000).contains(&network.wallet("ada")),
        "{}",
        network.wallet("ada")
    );
}

#[test]
fn a_venue_that_nobody_can_read_keeps_no_cash() {
    let Some(mut network) = shared() else { return };
    network.garble_venue();
    network.says(
        "ada",
        "redeem all",
        &["cannot be told: the venue's accounts cannot be read"],
    );
    network.pass(75);
    network.says("ada", "status", &["the venue's accounts cannot be read"]);
    network.says("ada", "show", &["cannot be told: the venue's accounts cannot be read"]);
    network.stand_still(3_700);
    network.says("ada", "exit", &["paid; 49", "stay to be priced"]);
    assert!(network.wallet("ada") > 85_000, "{}", network.wallet("ada"));
}

#[test]
fn a_venue_that_is_paused_for_minutes_is_left_out_and_gives_the_rest_a_day_after_it_goes_on() {
    let Some(mut network) = shared() else { return };
    network.pause_venue(true);
    network.ok("ada", "redeem all");
    for _ in 0..5 {
        network.pass(75);
        network.ok("ben", "crank");
    }
    // The venue counts at nothing: who leaves is paid without it, at once.
    network.says(
        "ben",
        "show",
        &[
            "quarantine the venue, for",
            "it counts at nothing and holds",
            "deposits are not taken now",
        ],
    );
    network.refused("ben", "deposit 50", "venue: in quarantine");
    network.says(
        "ada",
        "claim",
        &[
            "ticket 1: ",
            "more comes as it is unwound, or from a venue in quarantine",
        ],
    );
    assert!(network.wallet("ada") > 85_000, "{}", network.wallet("ada"));
    network.says("ada", "status", &["has a right in what comes back: 1", "vault recover"]);
    assert!(network.json("ada", "show")["quarantine"][0]["burnt_shares"].as_u64() > Some(0));

    network.pause_venue(false);
    network.says(
        "ada",
        "recover",
        &["the venue is in quarantine", "have a right in it", "for another 24 h"],
    );
    for _ in 0..4 * 25 {
        network.pass(900);
        network.ok("ben", "crank");
    }
    network.says("ada", "recover", &["ticket 1: ", "paid", "no venue is in quarantine"]);
    network.says("ada", "status", &["no request is open"]);
    assert!(
        (99_500..100_000).contains(&network.wallet("ada")),
        "{}",
        network.wallet("ada")
    );
    network.refused("ada", "cancel 1", "has no open ticket 1");
    network.ok("ben", "redeem all");
    for _ in 0..6 {
        network.pass(75);
        network.ok("ben", "crank");
    }
    network.ok("ben", "claim");
    // Who stays has what is left of the levies that both had paid.
    assert!(
        (99_400..100_200).contains(&network.wallet("ben")),
        "{}",
        network.wallet("ben")
    );
}

#[test]
fn what_a_ticket_has_coming_is_assigned_to_somebody_else() {
    let Some(mut network) = shared() else { return };
    let ben = network.json("ben", "status")["holder"].as_str().unwrap().to_owned();
    network.ok("ada", "redeem all");
    network.refused("ben", &format!("assign 1 --to {ben}"), "has no open ticket 1");
    network.says(
        "ada",
        &format!("assign 1 --to {ben}"),
        &["ticket 1: it is", "now, and pays there"],
    );
    network.says("ada", "status", &["no request is open"]);
    network.says("ben", "status", &["ticket 1   redemption of 49"]);
    // Its number stays taken until it ends: the next of hers is another.
    network.ok("ada", "faucet 20");
    network.says("ada", "deposit 20", &["ticket 2 in batch"]);
    for _ in 0..4 {
        network.pass(75);
        network.ok("ben", "crank");
    }
    network.ok("ben", "claim");
    assert!(network.wallet("ben") > 99_000 && network.wallet("ada") < 51_000);
}
