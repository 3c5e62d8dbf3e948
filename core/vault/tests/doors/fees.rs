//! A manager's fees against his allies, leavers and a venue in quarantine: what was found against a
//! first version, each as it must not happen again.

use crate::model::{World, MILLION};
use ballast_core_types::fixtures::{price, ratio};
use ballast_core_types::{Lots, Shares, UnixTime};
use ballast_core_vault::batch::{Side, GRACE_SECONDS};
use ballast_core_vault::fees::{MOST_PERFORMANCE, QUARTER_SECONDS};
use ballast_core_vault::quarantine::{Case, Cases};
use core::array::from_fn;

/// The holder who does nothing.
const STAYS: usize = 1;
/// Whoever helps the manager, or leaves.
const ALLY: usize = 0;

fn at(world: &mut World, mid: i64) {
    let price_at = |value: i64| price(&value.to_string());
    world.bounds[0].low = price_at(mid - 10);
    world.bounds[0].mid = price_at(mid);
    world.bounds[0].high = price_at(mid + 10);
    world.slow = if mid == 60_000 { "60000" } else { "50000" };
    world.state.monitor.venues[0].mark = None;
}

fn worth(world: &World, shares: u64) -> u64 {
    world.appraise().pool().assets_for_shares_floor(Shares(shares)).unwrap()
}

fn wealth(world: &World, who: usize) -> u64 {
    world.people[who].quote + worth(world, world.people[who].shares)
}

/// What the manager has, and has coming.
fn earned(world: &World) -> u64 {
    worth(world, world.state.fees.shares.0) + world.appraise().performance_fee
}

/// Prices the batch, and lets all of it be filled.
fn settle(world: &mut World, number: usize) {
    world.pass(200);
    world.price(number).unwrap();
    for _ in 0..50 {
        let redemptions = world.batches[number].redemptions;
        if redemptions.left == Shares(0) {
            break;
        }
        world.pass(3_600);
        let left = redemptions.lots_left[0].0.min(world.positions[0].lots.0);
        world.unwind(number, -left);
        let _ = world.price(number);
    }
    world.claim(ALLY);
    rebalance(world);
}

/// Brings the book back to where it should be.
fn rebalance(world: &mut World) {
    for _ in 0..50 {
        world.pass(1);
        let lots = world.planned();
        if lots == 0 {
            break;
        }
        assert!(world.rebalance(lots));
    }
}

/// Out and in with one batch, or in and out with two. Returns the next batch's number.
fn round_trip(world: &mut World, is_netted: bool, number: usize) -> usize {
    let shares = world.people[ALLY].shares;
    if is_netted {
        world.request(ALLY, Side::Redemption, shares, false).unwrap();
        let amount = worth(world, shares).min(world.people[ALLY].quote);
        world.request(ALLY, Side::Deposit, amount, false).unwrap();
        settle(world, number);
        return number + 1;
    }
    let amount = world.people[ALLY].quote;
    world.request(ALLY, Side::Deposit, amount, false).unwrap();
    settle(world, number);
    let shares = world.people[ALLY].shares;
    world.request(ALLY, Side::Redemption, shares, false).unwrap();
    settle(world, number + 1);
    number + 2
}

/// A vault of a million, and an ally with a quarter of it, inside or about to come.
fn with_an_ally(is_netted: bool) -> (World, usize) {
    let mut world = World::new(1);
    let stake = MILLION / 4;
    world.people[ALLY].quote = stake;
    world.people[STAYS].quote = MILLION;
    let mut number = 1;
    if is_netted {
        world.people[ALLY].quote = 2 * stake;
        world.request(ALLY, Side::Deposit, stake, false).unwrap();
        settle(&mut world, number);
        number += 1;
    }
    let low = world.appraise().nav.low.positive_part();
    world.state.policy.fees.performance = MOST_PERFORMANCE;
    world.state.fees.basis = low + 1_000_000;
    (world, number)
}

fn crystallise(world: &mut World, number: usize) -> usize {
    world.pass(QUARTER_SECONDS);
    world.request(STAYS, Side::Deposit, 10_000_000, false).unwrap();
    world.pass(200);
    world.price(number).unwrap();
    world.claim(STAYS);
    number + 1
}

/// An ally of the manager goes out and in again while the vault is below what was charged for: the
/// loss has to be made up for all the same before anything is charged again.
#[test]
fn an_ally_who_comes_and_goes_makes_no_gain_be_charged_for_twice() {
    for is_netted in [true, false] {
        let after = |trips| {
            let (mut world, mut number) = with_an_ally(is_netted);
            at(&mut world, 60_000);
            number = crystallise(&mut world, number);
            at(&mut world, 50_000);
            rebalance(&mut world);
            for _ in 0..trips {
                number = round_trip(&mut world, is_netted, number);
            }
            at(&mut world, 60_000);
            crystallise(&mut world, number);
            (earned(&world), wealth(&world, STAYS))
        };
        let ((alone, kept), (allied, left)) = (after(0), after(10));
        assert!(alone > MILLION / 60, "{alone}");
        // What the ally pays for coming and going is gained, and charged for.
        assert!(allied <= alone + alone / 50, "{is_netted}: {allied} {alone}");
        // With two batches the book rests at the other edge of its band, and gains less.
        let least = if is_netted {
            kept - kept / 10_000
        } else {
            kept - kept / 50
        };
        assert!(left >= least, "{is_netted}: {left} {kept}");
    }
}

/// An ally who comes and goes at the top makes no fee due before its quarter: a fall takes it back.
#[test]
fn an_ally_who_comes_and_goes_makes_no_fee_due_sooner() {
    for is_netted in [true, false] {
        let (mut world, mut number) = with_an_ally(is_netted);
        let began = wealth(&world, STAYS);
        at(&mut world, 60_000);
        for _ in 0..10 {
            number = round_trip(&mut world, is_netted, number);
        }
        assert_eq!(world.state.fees.shares, Shares(0));
        at(&mut world, 50_000);
        // What is left of it is a fifth of what was gained: levies, and what was sold at the top.
        let gained = (wealth(&world, STAYS) + earned(&world)).saturating_sub(began);
        assert!(
            earned(&world) <= gained / 5 + gained / 100,
            "{is_netted}: {} of {gained}",
            earned(&world)
        );
    }
}

fn all_cash(world: &mut World) {
    let (lots, bounds) = (world.positions[0].lots, world.bounds[0]);
    World::fill(&mut world.positions[0], Lots(-lots.0), 0, &bounds);
    let collateral = i64::try_from(world.positions[0].collateral).unwrap();
    world.move_margin(-collateral);
}

/// Half leave by an advance of all that is liquid, and are settled when the quarter is over: what
/// they had too much is still the manager's loss.
#[test]
fn an_advance_that_is_settled_at_the_quarters_end_costs_those_who_stay_nothing() {
    for (is_due, outflow) in [(false, "1"), (true, "1"), (false, "0.1"), (true, "0.1")] {
        let mut world = World::new(1);
        world.people[ALLY].shares = world.people[STAYS].shares / 2;
        world.people[STAYS].shares -= world.people[ALLY].shares;
        all_cash(&mut world);
        world.charge_performance();
        world.state.policy.outflow = ratio(outflow);
        let before = wealth(&world, STAYS);
        let shares = world.people[ALLY].shares;
        world.request(ALLY, Side::Redemption, shares, false).unwrap();
        if outflow != "1" {
            world.pass(75);
            world.price(1).unwrap();
        }
        world.pass(GRACE_SECONDS);
        world.exit_liquid(1).unwrap();
        if is_due {
            world.state.fees.crystallised_at = UnixTime(world.now - QUARTER_SECONDS);
        }
        world.pass(100);
        world.price(1).unwrap();
        let after = wealth(&world, STAYS);
        assert!(
            after >= before - before / 1_000_000,
            "{is_due} {outflow}: {after} {before}"
        );
    }
}

/// Half leave while a venue with a quarter of the vault is in quarantine, in a vault with a gain:
/// those who stay have what they would have had, and what the venue returns comes home.
#[test]
fn who_leaves_in_quarantine_leaves_no_fee_to_those_who_stay() {
    let outcome = |leaves: bool| {
        let mut world = World::new(1);
        world.people[ALLY].shares = world.people[STAYS].shares / 2;
        world.people[STAYS].shares -= world.people[ALLY].shares;
        let (lots, bounds) = (world.positions[0].lots, world.bounds[0]);
        World::fill(&mut world.positions[0], Lots(-lots.0), 0, &bounds);
        world.state.policy.fees.performance = MOST_PERFORMANCE;
        world.state.fees.basis = world.appraise().portfolio.cash / 2;
        let case = Case {
            venue: 0,
            supply: Shares(world.supply),
            started_at: Some(UnixTime(world.now)),
            checked_at: UnixTime(world.now),
            ..Case::default()
        };
        world.state.cases = Cases(from_fn(|place| if place == 0 { case } else { Case::default() }));
        if leaves {
            let shares = world.people[ALLY].shares;
            world.request(ALLY, Side::Redemption, shares, false).unwrap();
            world.pass(75);
            world.price(1).unwrap();
            assert_eq!(world.state.fees.shares, Shares(0));
        }
        let back = std::mem::take(&mut world.positions[0].collateral);
        let returned = world.state.cases.with_returned(world.state.ledger, 0, back);
        (world.state.cases, world.state.ledger) = returned.unwrap();
        world.state.cases = Cases::default();
        wealth(&world, STAYS)
    };
    let (alone, beside) = (outcome(false), outcome(true));
    assert!(beside >= alone - alone / 1_000_000, "{beside} {alone}");
}

/// Whoever comes after a rise that the slow price has not confirmed pays no fee for those who were
/// there before.
#[test]
fn who_comes_after_a_rise_pays_no_fee_on_what_others_gained() {
    let mut world = World::new(1);
    world.charge_performance();
    at(&mut world, 60_000);
    world.slow = "50000";
    let amount = 1_000_000_000;
    world.people[ALLY].quote = amount;
    world.request(ALLY, Side::Deposit, amount, false).unwrap();
    world.pass(200);
    let levy = world.price(1).unwrap().levy;
    world.claim(ALLY);
    world.slow = "60000";
    let has = wealth(&world, ALLY);
    // Twice the width of the price.
    assert!(has >= amount - levy - amount / 2_000, "{has} of {amount} less {levy}");
}

/// What a pricing says the vault is worth behind it is what an appraisal finds.
#[test]
fn the_value_behind_a_pricing_is_the_one_that_is_found() {
    for (leaves, is_due) in [(false, false), (true, false), (true, true)] {
        let mut world = World::new(1);
        world.charge_performance();
        if is_due {
            world.state.fees.crystallised_at = UnixTime(world.now - QUARTER_SECONDS);
        }
        world.request(ALLY, Side::Deposit, MILLION / 2, false).unwrap();
        if leaves {
            let shares = world.people[STAYS].shares / 10;
            world.request(STAYS, Side::Redemption, shares, false).unwrap();
        }
        world.pass(200);
        let pricing = world.price(1).unwrap();
        let found = world.appraise().nav.low;
        assert!(pricing.nav_after.0.abs_diff(found.0) <= 2, "{pricing:?} {found:?}");
    }
}
