//! What attackers of a quarantine do not get.

use super::quarantine::{garble, is_quarantined, quarantined, quote, until_it_ends};
use super::{closed, leave};
use anchor_lang::AccountSerialize;
use ballast_core_vault::prices::Purpose;
use ballast_reference_venue::state::Faults;
use ballast_testkit::tokens::put;
use ballast_testkit::vault::breakers::*;
use ballast_testkit::{fixed, params, VaultFixture, MILLION};
use ballast_vault::errors::VaultError;
use ballast_vault::state::{VaultBreaker, VaultPolicy};

#[test]
fn nobody_is_paid_on_the_word_of_a_venue_that_does_not_pay() {
    let (mut world, [ada, _]) = quarantined();
    let shares = world.tokens(&ada.holder.shares);
    leave(&mut world, &ada, shares);
    world.claim_all();
    garble(&mut world);
    // It answers as it should, and every withdrawal waits for ever.
    world.faults(Faults {
        withdrawal_delay_seconds: u32::MAX,
        ..Faults::default()
    });
    // A keeper's pay comes out of the same cash.
    world.pay_to = None;
    let before = world.snapshot().vault.ledger;
    for _ in 0..4 * 30 {
        still(&mut world, 900, "50000");
        world.crank().unwrap();
        world.claim_all();
    }
    assert!(is_quarantined(&world));
    let after = world.snapshot().vault.ledger;
    assert_eq!((after.cash, after.set_aside, after.owed), (before.cash, 0, 0));
    // Nobody makes what waits wait anew.
    let queued = world.snapshot().venue_trader().unwrap().queued_withdrawal;
    world.pass(1, 1);
    world.republish();
    assert!(queued > 0);
    refused(&world.move_collateral(), VaultError::CollateralInPlace);
}

#[test]
fn what_moves_without_a_reason_in_the_last_moment_ends_no_quarantine() {
    for invented in [400_000_000_000, -200_000_000_000] {
        let (mut world, [ada, _]) = quarantined();
        let shares = world.tokens(&ada.holder.shares) / 2;
        leave(&mut world, &ada, shares);
        garble(&mut world);
        let mut quarters = 0;
        // Until one more check would end it.
        loop {
            still(&mut world, 900, "50000");
            world.crank().unwrap();
            let mut next = world.copy();
            still(&mut next, 900, "50000");
            next.mark().unwrap();
            if !is_quarantined(&next) {
                break;
            }
            quarters += 1;
            assert!(quarters < 120);
        }
        let before = world.snapshot().vault.ledger;
        venue_invents(&mut world, invented);
        still(&mut world, 900, "50000");
        world.mark().unwrap();
        assert!(is_quarantined(&world), "{invented}");
        assert!(is_active(&world, VaultBreaker::UnexplainedMove));
        assert_eq!(world.snapshot().vault.ledger, before);
        venue_invents(&mut world, -invented);
        // It is judged anew, and has another day to be found out.
        let hours = until_it_ends(&mut world);
        assert!(hours >= 24, "{hours}");
    }
}

#[test]
fn who_cannot_be_paid_keeps_no_place_and_requests_keep_no_check_from_being_made() {
    let (mut world, [ada, ben]) = quarantined();
    let shares = world.tokens(&ada.holder.shares) / 100;
    leave(&mut world, &ada, shares);
    world.claim_all();
    let ticket = world.ticket(&ada).unwrap();
    let batch = world.batch(ticket.batch);
    assert!(batch.totals.has_rights() && !batch.leaves_a_case(&world.snapshot().vault));
    garble(&mut world);
    world.svm.airdrop(&ben.holder.key, 100_000_000_000).unwrap();
    // Somebody asks to leave every ten minutes, and is priced: the day goes on all the same.
    let mut minutes = 0;
    while is_quarantined(&world) {
        world.request(&ben, 1_000_000).unwrap();
        still(&mut world, 600, "50000");
        world.crank().unwrap();
        minutes += 10;
        assert!(minutes < 40 * 60);
    }
    // What ada is due cannot be paid: her account is gone.
    let account = world.svm.get_account(&ticket.pay_to).unwrap();
    put(&mut world.svm, ticket.pay_to, Default::default(), Vec::new());
    world.pass(1, 1);
    assert!(world.claim(&ticket).unwrap().is_err());
    for number in ticket.batch..world.snapshot().vault.queue.next {
        if world.batch(number).leaves_a_case(&world.snapshot().vault) {
            world.collect(number).unwrap();
        }
    }
    assert_eq!(world.snapshot().vault.cases, Default::default());
    assert_eq!(world.snapshot().vault.ledger.set_aside, 0);
    world.svm.set_account(ticket.pay_to, account).unwrap();
    let held = quote(&world, &ada);
    world.pass(1, 1);
    world.claim(&ticket).unwrap().unwrap();
    assert!(quote(&world, &ada) > held);
}

#[test]
fn a_venue_in_quarantine_may_say_what_it_likes() {
    let (mut world, [ada, _]) = quarantined();
    garble(&mut world);
    let key = world.keys.first().venue_trader;
    let mut trader = world.snapshot().venue_trader().unwrap();
    let shares = world.tokens(&ada.holder.shares) / 10;
    for (collateral, lots) in [(u64::MAX, 0), (0, i64::MAX), (0, i64::MIN), (u64::MAX, i64::MAX)] {
        (trader.collateral, trader.lots) = (collateral, lots);
        let mut data = Vec::new();
        trader.try_serialize(&mut data).unwrap();
        data.resize(world.raw(&key).unwrap().data.len(), 0);
        put(&mut world.svm, key, ballast_reference_venue::ID, data);
        let held = quote(&world, &ada);
        world.request(&ada, shares).unwrap();
        let number = closed(&mut world);
        world.mark().unwrap();
        assert!(monitor(&world).venues[0].failures > 0, "{collateral} {lots}");
        world.pass(1, 1);
        world.price_batch(number).unwrap();
        world.claim_all();
        assert!(quote(&world, &ada) > held, "{collateral} {lots}");
    }
    assert!(is_quarantined(&world));
}

#[test]
fn a_fall_in_quarantine_is_carried_by_what_is_at_the_venue() {
    let policy = VaultPolicy {
        collateral_ratio: fixed("0.15"),
        ..params::vault()
    };
    let mut world = VaultFixture::with(params::risk_market(), params::venue(), policy);
    let ada = world.user(2 * MILLION);
    world.deposit(&ada, MILLION).unwrap();
    world.crank().unwrap();
    garble(&mut world);
    for _ in 0..3 {
        still(&mut world, 60, "50000");
        world.mark().unwrap();
    }
    garble(&mut world);
    let held = world.snapshot().venue_trader().unwrap();
    // Ten per cent, which would take it below the five per cent at which the venue liquidates.
    for price in [
        "49500", "49000", "48500", "48000", "47500", "47000", "46500", "46000", "45500", "45000",
    ] {
        still(&mut world, 600, price);
        world.crank().unwrap();
    }
    let left = world.snapshot().venue_trader().unwrap();
    assert!(left.collateral <= held.collateral && left.lots < held.lots);
    let snapshot = world.snapshot();
    let appraisal = snapshot.appraise(Purpose::Trade).unwrap();
    let bounds = &appraisal.prices.of(0).unwrap().bounds;
    let equity = appraisal.portfolio.leg(0).unwrap().equity_low(bounds).unwrap();
    let delta = appraisal.exposure().unwrap().deltas()[0];
    assert!(equity as f64 > 0.12 * delta.0 as f64, "{equity} {delta:?}");
}

#[test]
fn quarantine_ends_where_all_is_at_the_venue_and_a_gain_is_in_it() {
    let policy = VaultPolicy {
        band: fixed("0.05"),
        floor: fixed("0.5"),
        multiplier: fixed("3"),
        collateral_ratio: fixed("1"),
        ..params::vault()
    };
    for part in [1_000_000, MILLION / 10, MILLION / 2] {
        let mut world = VaultFixture::wanting("1", policy);
        let ada = world.user(2 * MILLION);
        world.deposit(&ada, MILLION).unwrap();
        world.crank().unwrap();
        for price in ["51000", "52000", "53000", "54000", "55000"] {
            still(&mut world, 3_600, price);
            world.crank().unwrap();
        }
        garble(&mut world);
        for _ in 0..4 {
            still(&mut world, 60, "55000");
            world.mark().unwrap();
        }
        leave(&mut world, &ada, part);
        garble(&mut world);
        let mut quarters = 0;
        while is_quarantined(&world) {
            still(&mut world, 900, "55000");
            world.crank().unwrap();
            quarters += 1;
            assert!(quarters < 4 * 40, "{part}: it never ends");
        }
        world.claim_all();
        assert!(world.tickets().is_empty(), "{part}");
    }
}
