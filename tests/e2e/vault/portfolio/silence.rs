//! A market whose oracle falls silent: what it hides, and for how long.

use super::quarantine::garble;
use super::*;
use ballast_core_market::price_clock::Source;
use ballast_core_types::UnixTime;
use ballast_testkit::vault::batches::UNTIL_PRICED;

/// Lets a time pass in which the first market alone is priced.
fn first_alone(world: &mut VaultFixture, seconds: i64, price: &str) {
    world.pass(seconds, seconds.unsigned_abs() * 5);
    world.set_price(price, "10");
    world.observe().unwrap();
}

/// Declares the market at a place silent, as anyone may.
fn declare(world: &mut VaultFixture, place: usize) {
    let market = world.snapshot().market(place).unwrap().key;
    let declare = ix::declare_silence(&market, Source::First);
    world.send(&[declare], &[]).unwrap();
}

fn is_quarantined(world: &VaultFixture, leg: usize) -> bool {
    world.snapshot().state.is_quarantined(leg)
}

#[test]
fn a_silent_market_hides_no_venue_that_fails_elsewhere() {
    let mut world = vault_of(&["0.3", "0.2", "0.2"]);
    let ada = world.user(3 * MILLION);
    world.deposit(&ada, MILLION).unwrap();
    rest(&mut world);
    // The second market says nothing any more, and the third's venue cannot be read.
    garble(&mut world, 2);
    let before = lots(&world, 0);
    for check in 1..=3 {
        world.pass(61, 305);
        world.set_price("30000", "10");
        world.observe().unwrap();
        let reduction = Order {
            leg: 0,
            lots: -before / 2,
        };
        refused(&world.rebalance_with(vec![reduction]), VaultError::VenueUnreadable);
        let marked = world.snapshot().state.share_mark;
        world.mark().unwrap();
        let state = world.snapshot().state;
        assert_eq!(state.monitor.failures(2), check);
        assert_eq!((state.monitor.failures(0), state.monitor.failures(1)), (0, 0));
        assert_eq!(state.share_mark, marked, "no guess marks a share");
    }
    assert!(is_quarantined(&world, 2) && !is_quarantined(&world, 1));
    // What fell is cut, by the keeper, with one market silent and one venue out.
    for price in ["30000", "29000", "28000"] {
        first_alone(&mut world, 3_600, price);
        rest(&mut world);
    }
    assert!(lots(&world, 0) > 0 && lots(&world, 0) < before);
}

#[test]
fn a_market_silent_for_a_day_is_left_out_and_people_come_and_go_without_it() {
    let (mut world, ada) = two();
    let bob = joined(&mut world);
    first_alone(&mut world, 120, "50000");
    declare(&mut world, 1);
    let since = world.clock().unix_timestamp;
    // Nobody is priced while it counts and says nothing.
    let shares = world.tokens(&bob.holder.shares);
    world.request(&bob, shares).unwrap();
    let number = world.snapshot().vault.queue.next;
    first_alone(&mut world, UNTIL_PRICED, "50000");
    let too_old = u32::from(ballast_risk::errors::RiskError::PriceTooOld);
    assert_eq!(error_code(&world.price_batch(number)), too_old);
    for _ in 0..23 {
        first_alone(&mut world, 3_600, "50000");
        rest(&mut world);
        world.mark().unwrap();
    }
    assert!(!is_quarantined(&world, 1) && !is_quarantined(&world, 0));
    // After a day the keeper marks, prices and pays.
    let left = since + 86_400 - world.clock().unix_timestamp;
    first_alone(&mut world, left, "50000");
    assert!(world.snapshot().plan().contains(&CrankAction::Mark));
    rest(&mut world);
    let cases = world.snapshot().state.cases;
    let case = cases.of(1).expect("its leg is in quarantine");
    assert_eq!(case.started_at, Some(UnixTime(since + 86_400)));
    assert!(cases.of(0).is_none());
    for _ in 0..20 {
        first_alone(&mut world, 75, "50000");
        rest(&mut world);
    }
    world.claim_all();
    let without = world.tokens(&bob.holder.quote);
    assert!(without > MILLION / 2 && without < MILLION, "{without}");
    refused(&world.request_deposit(&ada, MILLION / 10), VaultError::VenueQuarantined);
    // It speaks again: a day later its leg counts, and what is theirs has come home.
    for _ in 0..4 * 40 {
        if !is_quarantined(&world, 1) {
            break;
        }
        at(&mut world, 900, "50000", "2000");
        rest(&mut world);
        world.claim_all();
    }
    assert!(!is_quarantined(&world, 1));
    world.claim_all();
    let got = world.tokens(&bob.holder.quote);
    assert!(got > without && got > MILLION * 98 / 100 && got < MILLION, "{got}");
    assert!(world.tickets().is_empty());
}

#[test]
fn three_markets_that_fall_silent_together_are_left_out_by_one_mark_of_a_keeper() {
    let mut world = vault_of(&["0.15", "0.15", "0.15", "0.15"]);
    let ada = world.user(3 * MILLION);
    world.deposit(&ada, MILLION).unwrap();
    rest(&mut world);
    first_alone(&mut world, 120, "50000");
    for place in 1..4 {
        declare(&mut world, place);
    }
    first_alone(&mut world, 86_400, "50000");
    rest(&mut world);
    assert_eq!(
        [0, 1, 2, 3].map(|leg| is_quarantined(&world, leg)),
        [false, true, true, true]
    );
    // The first goes on.
    let before = lots(&world, 0);
    for price in ["60000", "75000", "90000"] {
        first_alone(&mut world, 3_600, price);
        rest(&mut world);
    }
    assert!(lots(&world, 0) < before);
}

#[test]
fn who_marks_without_a_price_keeps_no_venue_in_quarantine_and_puts_none_there() {
    let (mut world, _) = two();
    garble(&mut world, 1);
    for _ in 0..3 {
        at(&mut world, 61, "50000", "2000");
        world.mark().unwrap();
    }
    garble(&mut world, 1);
    assert!(is_quarantined(&world, 1));
    let mut quarters = 0;
    while is_quarantined(&world, 1) {
        at(&mut world, 900, "50000", "2000");
        rest(&mut world);
        // Later than a price is admitted: it says nothing of either venue.
        world.pass(15, 75);
        world.mark().unwrap();
        quarters += 1;
        assert!(quarters < 110, "its day begins anew with each of them");
    }
    assert!(!is_quarantined(&world, 0));
}
