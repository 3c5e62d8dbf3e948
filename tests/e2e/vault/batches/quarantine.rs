//! A venue in quarantine: what is paid without it, what comes back from it, and to whom.

use super::{closed, leave, two};
use ballast_core_vault::quarantine::CASES;
use ballast_testkit::tokens::put;
use ballast_testkit::vault::batches::LEAST;
use ballast_testkit::vault::breakers::*;
use ballast_testkit::{error_code, User, VaultFixture, MILLION};
use ballast_vault::errors::VaultError;
use ballast_vault::state::VaultBreaker;

/// Makes the vault's account at the venue unreadable, or readable again.
pub(super) fn garble(world: &mut VaultFixture) {
    let key = world.keys.first().venue_trader;
    let account = world.raw(&key).unwrap();
    let mut data = account.data;
    data[0] ^= 1;
    put(&mut world.svm, key, account.owner, data);
}

pub(super) fn is_quarantined(world: &VaultFixture) -> bool {
    world.snapshot().vault.cases.is_quarantined()
}

/// Marks the vault as often as puts its venue into quarantine.
fn marked_three_times(world: &mut VaultFixture) {
    for failures in 1..=3 {
        assert!(!is_quarantined(world), "{failures}");
        still(world, 60, "50000");
        world.mark().unwrap();
    }
    assert!(is_quarantined(world));
}

/// Returns [`two`], the second person having deposited half as much as the first, with their venue
/// in quarantine and unreadable.
pub(super) fn quarantined() -> (VaultFixture, [User; 2]) {
    let (mut world, users) = two();
    world.deposit(&users[1], MILLION / 2).unwrap();
    world.crank().unwrap();
    // At rest, so that the levy has joined the pool.
    still(&mut world, 60, "50000");
    world.mark().unwrap();
    assert_eq!(world.snapshot().vault.ledger.levy_reserve, 0);
    garble(&mut world);
    marked_three_times(&mut world);
    (world, users)
}

/// Has the keeper work every quarter of an hour until the venue has left quarantine. Returns the
/// hours that took.
pub(super) fn until_it_ends(world: &mut VaultFixture) -> usize {
    for quarter in 0..4 * 40 {
        if !is_quarantined(world) {
            return quarter / 4;
        }
        still(world, 900, "50000");
        world.crank().unwrap();
        world.claim_all();
    }
    panic!("it never ends");
}

/// Returns whether an amount is another, but for the virtual shares' part: a millionth.
fn is_about(amount: u64, other: u64) -> bool {
    amount.abs_diff(other) <= other / 1_000_000
}

pub(super) fn quote(world: &VaultFixture, user: &User) -> u64 {
    world.tokens(&user.holder.quote)
}

#[test]
fn r3_who_leaves_in_quarantine_is_paid_at_once_and_keeps_their_right_in_what_comes_back() {
    let (mut world, [ada, ben]) = quarantined();
    let (held, shares, supply) = (quote(&world, &ada), world.tokens(&ada.holder.shares), world.supply());
    let cash = world.snapshot().vault.ledger.cash;
    // Nobody comes in, and no hour has to pass for who goes.
    refused(&world.request_deposit(&ben, LEAST), VaultError::VenueQuarantined);
    leave(&mut world, &ada, shares);
    world.claim_all();
    let at_once = quote(&world, &ada) - held;
    let part = |of: u64| (u128::from(of) * u128::from(shares) / u128::from(supply)) as u64;
    assert!(is_about(at_once, part(cash)), "{at_once} of {cash}");
    assert_eq!(world.tickets().len(), 1, "the rest is still to come");

    garble(&mut world);
    let there = world.snapshot().venue_trader().unwrap();
    let hours = until_it_ends(&mut world);
    assert!((24..=26).contains(&hours), "{hours}");
    world.claim_all();
    assert!(world.tickets().is_empty());
    let in_all = quote(&world, &ada) - held;
    // What was there at a price that has not moved: its collateral, less what its trades cost.
    let all = part(cash + there.collateral);
    assert!(in_all <= all && in_all > all - all / 500, "{in_all} of {all}");
    assert_eq!(world.snapshot().vault.ledger.set_aside, 0);
    assert_eq!(world.snapshot().vault.cases, Default::default());

    // Those who stayed have what is theirs, and the vault takes deposits once its breakers rest.
    world.mark().unwrap();
    let stayed = world.snapshot().vault.nav as u64;
    assert!(stayed.abs_diff(MILLION / 2) < MILLION / 500, "{stayed}");
    still(&mut world, 60, "50000");
    assert!(error_code(&world.request_deposit(&ben, LEAST)) != u32::from(VaultError::VenueQuarantined));
}

#[test]
fn what_waits_when_quarantine_begins_is_priced_without_the_venue_and_deposits_go_back() {
    let (mut world, [ada, ben]) = two();
    let shares = world.tokens(&ada.holder.shares) / 4;
    let before = [&ada, &ben].map(|user| quote(&world, user));
    world.request(&ada, shares).unwrap();
    world.request_deposit(&ben, LEAST).unwrap();
    garble(&mut world);
    // While the check stands failed, nobody is priced; afterwards everybody is.
    let number = closed(&mut world);
    refused(&world.price_batch(number), VaultError::VenueUnreadable);
    marked_three_times(&mut world);
    let cash = world.snapshot().vault.ledger.cash;
    world.pass(1, 1);
    world.price_batch(number).unwrap();
    world.claim_all();
    assert_eq!(quote(&world, &ben), before[1]);
    let paid = quote(&world, &ada) - before[0];
    assert!(is_about(paid, cash / 4), "{paid} of {cash}");
    world.pass(1, 1);
    for sent in [world.rebalance(-1_000_000), world.move_collateral()] {
        refused(&sent, VaultError::VenueUnreadable);
    }
    refused(&world.unwind(number, -1_000_000), VaultError::VenueQuarantined);
}

#[test]
fn a_venue_in_quarantine_is_brought_home_as_far_as_those_who_left_are_owed() {
    let (mut world, [ada, ben]) = quarantined();
    // Nearly everybody leaves: there is not cash enough for their right.
    let leaves = world.tokens(&ada.holder.shares);
    let most = world.tokens(&ben.holder.shares) / 2;
    let held = [&ada, &ben].map(|user| quote(&world, user));
    world.request(&ada, leaves).unwrap();
    leave(&mut world, &ben, most);
    garble(&mut world);
    let was = world.snapshot().venue_trader().unwrap();
    until_it_ends(&mut world);
    let is = world.snapshot().venue_trader().unwrap();
    assert!(is.lots.abs() < was.lots.abs() && is.collateral < was.collateral);
    world.claim_all();
    assert!(world.tickets().is_empty());
    let all = [&ada, &ben].map(|user| quote(&world, user));
    let (got, other) = (all[0] - held[0], all[1] - held[1]);
    // Alike to who left with them: four times as many shares, four times as much.
    let alike = u128::from(other) * u128::from(leaves) / u128::from(most);
    assert!(u128::from(got).abs_diff(alike) < 10, "{got} {other}");
    assert!(got > MILLION - MILLION / 200 && got < MILLION, "{got}");
    let stayed = world.snapshot().vault.nav as u64;
    assert!(stayed.abs_diff(MILLION / 4) < MILLION / 200, "{stayed}");
}

#[test]
fn who_leaves_when_a_part_has_come_back_has_no_more_of_it_than_who_left_before() {
    let (mut world, [ada, ben]) = quarantined();
    let shares = [&ada, &ben].map(|user| world.tokens(&user.holder.shares));
    let held = [&ada, &ben].map(|user| quote(&world, user));
    leave(&mut world, &ada, shares[0]);
    leave(&mut world, &ben, shares[1] / 2);
    garble(&mut world);
    for _ in 0..8 {
        still(&mut world, 900, "50000");
        world.crank().unwrap();
    }
    assert!(world.snapshot().vault.cases.cases[0].returned > 0);
    // The rest of all: nobody stays, and nobody is left who could mark but keepers.
    leave(&mut world, &ben, shares[1] - shares[1] / 2);
    assert_eq!(world.supply(), 0);
    until_it_ends(&mut world);
    world.claim_all();
    assert!(world.tickets().is_empty());
    let got = [&ada, &ben].map(|user| quote(&world, user)).map(u128::from);
    let got = [got[0] - u128::from(held[0]), got[1] - u128::from(held[1])];
    // The same for each share, but for the virtual ones.
    let alike = got[1] * u128::from(shares[0]) / u128::from(shares[1]);
    assert!(got[0].abs_diff(alike) < alike / 100_000, "{got:?} {alike}");
    assert!(got[0] > u128::from(MILLION - MILLION / 200), "{got:?}");
    let ledger = world.snapshot().vault.ledger;
    assert!(
        (ledger.set_aside, ledger.owed) == (0, 0) && ledger.cash < 100,
        "{ledger:?}"
    );
}

#[test]
fn one_failed_check_is_enough_once_the_guardian_has_tripped_the_breaker_and_a_sound_one_never() {
    let (mut world, _) = two();
    world.trip(VaultBreaker::VenueFailure).unwrap();
    still(&mut world, 60, "50000");
    world.mark().unwrap();
    assert!(!is_quarantined(&world), "its check has passed");
    garble(&mut world);
    still(&mut world, 60, "50000");
    world.mark().unwrap();
    assert!(is_quarantined(&world));
}

#[test]
fn nothing_goes_to_a_venue_in_quarantine() {
    let (mut world, _) = quarantined();
    garble(&mut world);
    for (price, order) in [("53000", 1_000_000), ("50000", 1_000_000), ("46000", 1_000_000)] {
        still(&mut world, 60, price);
        let was = world.snapshot().venue_trader().unwrap();
        refused(&world.rebalance(order), VaultError::OpeningNotPermitted);
        // At the last of them its collateral is a tenth short.
        if price == "46000" {
            refused(&world.move_collateral(), VaultError::CollateralInPlace);
        }
        world.crank().unwrap();
        let is = world.snapshot().venue_trader().unwrap();
        assert!(is.collateral <= was.collateral && is.lots <= was.lots, "{price}");
    }
}

#[test]
fn a_venue_twice_in_quarantine_owes_each_time_to_those_who_left_then() {
    let (mut world, [ada, ben]) = quarantined();
    let eighth = world.tokens(&ada.holder.shares) / 8;
    let mut tickets = Vec::new();
    let mut worth = Vec::new();
    for _ in 0..CASES {
        let held = quote(&world, &ada);
        leave(&mut world, &ada, eighth);
        tickets.push(world.ticket(&ada).unwrap());
        garble(&mut world);
        // Nobody claims meanwhile.
        for _ in 0..4 * 26 {
            if is_quarantined(&world) {
                still(&mut world, 900, "50000");
                world.crank().unwrap();
            }
        }
        assert!(!is_quarantined(&world));
        worth.push(held);
        garble(&mut world);
        while !is_quarantined(&world) && worth.len() < CASES {
            still(&mut world, 60, "50000");
            world.mark().unwrap();
        }
    }
    // Once more there is no place, before somebody has claimed: batches wait for their hour.
    for _ in 0..4 {
        still(&mut world, 60, "50000");
        world.mark().unwrap();
    }
    assert!(!is_quarantined(&world));
    garble(&mut world);
    let held = quote(&world, &ada);
    world.claim_all();
    let got = quote(&world, &ada) - held;
    assert!(world.tickets().is_empty() && tickets.len() == CASES);
    // Four eighths of a million, less what leaving costs, and with what is left of a levy that
    // trades did not need.
    assert!(got.abs_diff(MILLION / 2) < MILLION / 200, "{got}");
    let _ = ben;
}

#[test]
fn a_ticket_can_be_assigned_with_all_that_it_has_coming() {
    let (mut world, [ada, ben]) = quarantined();
    let shares = world.tokens(&ada.holder.shares);
    leave(&mut world, &ada, shares);
    world.claim_all();
    let ticket = world.ticket(&ada).unwrap();
    // Nobody but its holder gives it away.
    let mut pretended = ticket.clone();
    pretended.holder = ben.holder.key;
    refused(&world.assign(&ben, &pretended, &ben), VaultError::WrongTicket);
    world.assign(&ada, &ticket, &ben).unwrap();
    let held = [&ada, &ben].map(|user| quote(&world, user));
    garble(&mut world);
    until_it_ends(&mut world);
    world.claim_all();
    assert!(world.tickets().is_empty());
    assert_eq!(quote(&world, &ada), held[0]);
    assert!(quote(&world, &ben) > held[1] + MILLION / 10);
}

/// Nine of ten leave in quarantine, from a book at its full size: what is theirs is fetched behind
/// the trades that free it, and no venue is asked for more than it gives.
#[test]
fn what_nearly_all_have_left_behind_is_fetched_behind_the_trades_that_free_it() {
    let (mut world, [ada, ben]) = quarantined();
    for user in [&ada, &ben] {
        let shares = world.tokens(&user.holder.shares);
        world.request(user, shares / 10 * 9).unwrap();
    }
    let number = closed(&mut world);
    world.price_batch(number).unwrap();
    garble(&mut world);
    until_it_ends(&mut world);
    world.claim_all();
    assert!(world.tickets().is_empty());
}
