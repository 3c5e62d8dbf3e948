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
fn a_venue_that_is_paused_gives_the_rest_when_it_goes_on() {
    let Some(mut network) = shared() else { return };
    network.pause_venue(true);
    for who in ["ada", "ben"] {
        network.ok(who, "redeem all");
    }
    for _ in 0..3 {
        network.pass(75);
        network.ok("ben", "crank");
        network.says("ada", "status", &["the venue"]);
    }
    network.stand_still(3_600);
    for who in ["ada", "ben"] {
        network.says(who, "exit", &["paid; 49"]);
        assert!(network.wallet(who) > 85_000, "{}", network.wallet(who));
    }
    network.pause_venue(false);
    for _ in 0..8 {
        network.pass(75);
        network.ok("ben", "crank");
    }
    for who in ["ada", "ben"] {
        network.ok(who, "claim");
        assert!(
            (99_500..100_000).contains(&network.wallet(who)),
            "{}",
            network.wallet(who)
        );
    }
}
