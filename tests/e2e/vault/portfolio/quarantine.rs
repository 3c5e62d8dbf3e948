//! One of several venues in quarantine.

use super::*;

/// Makes the vault's account at the venue of a leg unreadable, or readable again.
pub(super) fn garble(world: &mut VaultFixture, leg: usize) {
    let key = world.keys.leg(leg).venue_trader;
    let account = world.raw(&key).unwrap();
    let mut data = account.data;
    data[0] ^= 1;
    put(&mut world.svm, key, account.owner, data);
}

#[test]
fn a_venue_in_quarantine_leaves_the_others_to_trade_and_its_leavers_a_right() {
    let (mut world, ada) = two();
    let bob = joined(&mut world);
    let held_there = world.snapshot().venue_trader_of(1).unwrap().collateral;
    garble(&mut world, 1);
    for _ in 0..3 {
        at(&mut world, 61, "50000", "2000");
        world.mark().unwrap();
    }
    let cases = world.snapshot().state.cases;
    assert!(cases.of(1).is_some() && cases.of(0).is_none(), "{cases:?}");
    // Whoever leaves is priced without it, and keeps a right in it.
    let shares = world.tokens(&bob.holder.shares);
    world.request(&bob, shares).unwrap();
    let number = closed(&mut world);
    world.price_batch(number).unwrap();
    for _ in 0..6 {
        at(&mut world, 75, "50000", "2000");
        rest(&mut world);
    }
    world.claim_all();
    let without = world.tokens(&bob.holder.quote);
    let missing = MILLION - without;
    assert!(
        missing > held_there / 3 && without > MILLION / 2,
        "{without} {held_there}"
    );
    // The first market goes on being traded: it fell, and is cut.
    let before = lots(&world, 0);
    for price in ["46000", "43000", "40000", "37000"] {
        at(&mut world, 3_600, price, "2000");
        rest(&mut world);
    }
    assert!(
        lots(&world, 0) < before && lots(&world, 0) > 0,
        "{before} {}",
        lots(&world, 0)
    );
    // Nothing of the second is traded, unwound or margined.
    let order = Order { leg: 1, lots: -1 };
    refused(&world.unwind_with(number, order), VaultError::VenueQuarantined);
    // It answers again, and what is theirs comes home.
    garble(&mut world, 1);
    for _ in 0..4 * 40 {
        if world.snapshot().state.cases.of(1).is_none() {
            break;
        }
        at(&mut world, 900, "37000", "2000");
        rest(&mut world);
        world.claim_all();
    }
    assert!(world.snapshot().state.cases.of(1).is_none(), "it leaves quarantine");
    world.claim_all();
    let got = world.tokens(&bob.holder.quote);
    assert!(got > without && got < MILLION, "{got} {without}");
    assert!(world.tickets().is_empty());
    let _ = ada;
}
