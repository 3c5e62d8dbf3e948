//! What goes in and comes out: gains of the moment, donations, rounding, bounds, queues.

use super::running;
use ballast_core_vault::prices::Purpose;
use ballast_reference_venue::state::Faults;
use ballast_reference_venue::PerpError;
use ballast_testkit::tokens::put_tokens;
use ballast_testkit::vault::batches::{LEAST, UNTIL_PRICED};
use ballast_testkit::{error_code, MILLION};
use ballast_vault::errors::VaultError;

#[test]
fn r1_a_spike_cannot_be_withdrawn() {
    let (mut world, user) = running();
    let shares = world.tokens(&user.holder.shares) / 100;
    let snapshot = world.snapshot();
    let without_gain = snapshot.vault.ledger.cash + snapshot.venue_trader().unwrap().collateral;
    world.request(&user, shares).unwrap();
    world.pass(UNTIL_PRICED, 75);
    world.set_price("60000", "10");
    let number = world.snapshot().vault.queue.next;
    world.price_batch(number).unwrap();
    world.claim_all();
    let paid = world.tokens(&user.holder.quote) - MILLION;
    // The slow price, which follows by five per cent an hour, confirms next to nothing of the gain
    // of an eighth.
    let least = without_gain / 100;
    assert!(
        (least..least / 1_000 * 1_002).contains(&paid),
        "{paid} of {without_gain}"
    );
}

#[test]
fn r9_donations_are_ignored() {
    let (mut world, _) = running();
    let newcomer = world.user(MILLION);
    world.pass(0, 1);
    let held = world.tokens(&world.keys.custody);
    world.deposit(&newcomer, 1_000_000_000).unwrap();
    let without = (world.tokens(&newcomer.holder.shares), world.snapshot().vault.ledger);

    let (mut world, _) = running();
    let newcomer = world.user(MILLION);
    let keys = world.keys;
    put_tokens(
        &mut world.svm,
        keys.custody,
        keys.quote_mint,
        keys.vault,
        held + 500_000_000_000,
    );
    world.pass(0, 1);
    world.deposit(&newcomer, 1_000_000_000).unwrap();
    let with_gift = (world.tokens(&newcomer.holder.shares), world.snapshot().vault.ledger);
    assert_eq!(with_gift, without);

    // Nor can anyone pay into the vault's account at the venue.
    let gift = ballast_sdk::instructions::venue::deposit(
        &newcomer.holder.key,
        &newcomer.holder.quote,
        &keys.first().venue_market,
        &keys.first().venue_trader,
        &keys.quote_program,
        1_000_000,
    );
    assert_eq!(
        error_code(&world.send(&[gift], &[&newcomer.keypair])),
        u32::from(PerpError::NotOwner)
    );
}

#[test]
fn r13_a_round_trip_through_the_program_never_gains() {
    for amount in [LEAST, LEAST + 1, 12_345_679, 123_456_789_123] {
        let (mut world, _) = running();
        world.hour_at("50500").unwrap();
        world.crank().unwrap();
        world.pass(0, 1);
        let traveller = world.user(MILLION);
        world.deposit(&traveller, amount).unwrap();
        let shares = world.tokens(&traveller.holder.shares);
        world.redeem_shares(&traveller, shares).unwrap();
        let held = world.tokens(&traveller.holder.quote);
        assert!(held <= MILLION && held > MILLION - amount / 100, "{amount}: {held}");
    }
}

#[test]
fn r13_shares_are_rounded_against_the_depositor_to_the_last_unit() {
    let (mut world, user) = running();
    world.hour_at("51234").unwrap();
    for amount in [10_000_003, 17_654_321, 99_999_999] {
        world.pass(0, 1);
        let shares = world.tokens(&user.holder.shares);
        world.request_deposit(&user, amount).unwrap();
        world.pass(UNTIL_PRICED, 75);
        world.republish();
        world.observe().unwrap();
        let snapshot = world.snapshot();
        let appraisal = snapshot.appraise(Purpose::Batch).unwrap();
        let nav = appraisal.nav_high().unwrap().to_amount().unwrap();
        world.price_batch(snapshot.vault.queue.next).unwrap();
        world.claim_all();
        let minted = u128::from(world.tokens(&user.holder.shares) - shares);
        // Exactly the floor of amount × (supply + virtual) / (value + virtual), worked out apart
        // from the core: so little moves the book nowhere, and pays no levy.
        let (numerator, denominator) = (
            u128::from(amount) * u128::from(snapshot.supply() + 1_000),
            u128::from(nav + 1_000),
        );
        assert!(minted * denominator <= numerator, "{amount}: a share too many");
        assert!((minted + 1) * denominator > numerator, "{amount}: a share too few");
    }
}

#[test]
fn withdrawal_queues_and_pauses_leave_the_liquid_part_reachable() {
    let (mut world, user) = running();
    world.pass(0, 1);
    let shares = world.tokens(&user.holder.shares);
    world.request(&user, shares).unwrap();
    world.faults(Faults {
        paused: true,
        ..Faults::default()
    });
    let number = world.snapshot().vault.queue.next;
    world.pass(UNTIL_PRICED, 75);
    world.republish();
    assert_eq!(
        error_code(&world.price_batch(number)),
        u32::from(VaultError::VenueInDoubt)
    );
    let cash = world.snapshot().vault.ledger.cash;
    let held = world.tokens(&user.holder.quote);
    assert_eq!(
        error_code(&world.exit_liquid(number)),
        u32::from(VaultError::GraceNotOver)
    );
    // All of the shares leave: after the grace all that is liquid is theirs.
    world.pass(3_600, 3_600);
    world.exit_liquid(number).unwrap();
    world.claim_all();
    assert_eq!(world.tokens(&user.holder.quote) - held, cash);
    // The venue comes back: the rest is priced, unwound and paid.
    world.faults(Faults {
        withdrawal_delay_seconds: 3_600,
        ..Faults::default()
    });
    for _ in 0..4 {
        world.hour_at("50000").unwrap();
        world.let_leave(3);
    }
    assert_eq!(world.supply(), 0);
    assert!(world.tickets().is_empty());
}
