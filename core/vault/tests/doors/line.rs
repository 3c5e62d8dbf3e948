//! The line of those who wait: whatever becomes of the book, it moves on.

use crate::model::{World, MILLION};
use ballast_core_types::fixtures::price;
use ballast_core_types::{Lots, Value};
use ballast_core_vault::batch::Side;

/// Returns a vault at its floor, where those who stay may hold nothing, with a batch of `part`
/// hundredths that waits to be unwound.
fn at_the_floor(part: u64) -> World {
    let mut world = World::new(1);
    world.people[0].shares = world.people[1].shares / 100 * part;
    world.people[1].shares -= world.people[0].shares;
    world.bounds[0].low = price("32990");
    world.bounds[0].mid = price("33000");
    world.bounds[0].high = price("33010");
    world.slow = "33000";
    world.state.monitor.venues[0].mark = None;
    world.mark();
    assert_eq!(world.appraise().targets().unwrap().cap, Value(0));
    let shares = world.people[0].shares;
    world.request(0, Side::Redemption, shares, false).unwrap();
    world.pass(200);
    world.price(1).unwrap();
    assert!(world.state.leaving.lots[0].0 > 0 && world.state.leaving.shares.0 > 0);
    world
}

#[test]
fn a_rebalance_leaves_the_leavers_lots_to_them() {
    let mut world = at_the_floor(60);
    let held = world.positions[0].lots.0;
    let theirs = world.state.leaving.lots[0].0;
    assert!(!world.rebalance(-held), "all of it");
    assert!(!world.rebalance(-(held - theirs) - 1), "a lot of theirs");
    assert!(world.rebalance(-(held - theirs)));
    assert!(world.unwind(1, -theirs));
    world.pass(60);
    world.price(1).unwrap();
    world.claim(0);
    assert!(world.people[0].tickets.is_empty() && world.people[0].quote > MILLION);
}

#[test]
fn what_the_venue_closes_of_the_leavers_lots_holds_up_nobody() {
    for closed in [100, 70] {
        let mut world = at_the_floor(60);
        // The venue deleverages at the published price.
        let lots = Lots(-world.positions[0].lots.0 / 100 * closed);
        World::fill(&mut world.positions[0], lots, 0, &world.bounds[0]);
        world.state.monitor.venues[0].mark = None;
        for _ in 0..30 {
            let left = world.batches[1].redemptions.lots_left[0]
                .0
                .min(world.positions[0].lots.0);
            if left > 0 {
                world.unwind(1, -left);
            }
            let spare = i64::try_from(world.positions[0].collateral / 2).unwrap();
            world.move_margin(-spare);
            world.pass(61);
            let _ = world.price(1);
        }
        world.claim(0);
        assert!(world.people[0].tickets.is_empty(), "{closed}");
        assert_eq!(
            (world.state.leaving.shares.0, world.state.leaving.lots[0].0),
            (0, 0),
            "{closed}"
        );
    }
}

#[test]
fn the_head_of_the_line_follows_whoever_waits_and_nobody_else() {
    let mut world = World::new(2);
    world.people[0].shares = world.people[2].shares / 2;
    world.people[2].shares -= world.people[0].shares;
    let shares = world.people[0].shares;
    let cash = i64::try_from(world.state.ledger.cash).unwrap();
    world.move_margin(cash - 20_000_000_000);
    world.request(0, Side::Redemption, shares, false).unwrap();
    world.pass(75);
    world.price(1).unwrap();
    assert_eq!(world.state.queue.head, 1);
    // Others come and are done behind it; it is still the first that waits.
    for number in 2..5 {
        world.request(1, Side::Deposit, 10_000_000, false).unwrap();
        world.pass(75);
        world.price(number).unwrap();
        assert_eq!(world.state.queue.head, 1, "{number}");
    }
    world.move_margin(-cash);
    let left = world.batches[1].redemptions.lots_left[0].0;
    world.unwind(1, -left);
    world.pass(61);
    world.price(1).unwrap();
    assert_eq!(world.state.leaving.shares.0, 0);
    assert_eq!(world.state.queue.head, world.state.queue.next);
    // And one that is done at once leaves it where nobody waits.
    world.request(1, Side::Deposit, 10_000_000, false).unwrap();
    world.pass(75);
    world.price(5).unwrap();
    assert_eq!(world.state.queue.head, 6);
}

#[test]
fn a_vault_that_nobody_holds_begins_anew_whatever_is_left_in_it() {
    let mut world = World::new(1);
    let shares = world.people[1].shares;
    world.request(1, Side::Redemption, shares, false).unwrap();
    world.pass(75);
    world.price(1).unwrap();
    let (lots, collateral) = (world.state.leaving.lots[0].0, world.positions[0].collateral);
    assert!(world.unwind(1, -lots));
    world.move_margin(-i64::try_from(collateral).unwrap());
    for _ in 0..3 {
        world.pass(75);
        let _ = world.price(1);
    }
    world.claim(1);
    assert_eq!((world.supply, world.people[1].tickets.len()), (0, 0));
    // What nobody owns: rounding, and a levy whose trades were never made.
    world.state.ledger.levy_reserve += 130_000_000;
    world.state.ledger.cash += 115_000_000;
    world.state.share_mark.high_water = ballast_core_types::fixtures::ratio("116");
    let empty = world.appraise();
    let one = ballast_core_types::Ratio::ONE;
    assert_eq!((empty.share_mark.value, empty.share_mark.high_water), (one, one));

    let amount = MILLION / 1_000;
    world.mark();
    world.request(0, Side::Deposit, amount, true).unwrap();
    world.pass(75);
    let pricing = world.price(2).unwrap();
    // A share for each token that comes in, less the levy for the trades that are due.
    assert_eq!(pricing.minted.0, amount - pricing.levy);
    assert!(pricing.levy > 0 && pricing.levy < amount / 200, "{}", pricing.levy);
    world.claim(0);
    let appraisal = world.appraise();
    let worth = appraisal.nav.low.0.unsigned_abs();
    assert!(worth >= amount - pricing.levy, "{worth}");
    assert!(appraisal.targets().unwrap().cap > Value(0), "it is not locked in cash");
}

/// A deposit so large that a value of the vault with it would not fit goes back; those who ask in
/// the same minute, and all behind them, are priced.
#[test]
fn a_deposit_that_does_not_fit_goes_back_and_keeps_nobody_waiting() {
    for much in [1 << 63, u64::MAX / 2, u64::MAX - 10 * MILLION] {
        let mut world = World::new(1);
        world.people[0].quote = much;
        world.request(0, Side::Deposit, much, false).unwrap();
        let shares = world.people[1].shares / 10;
        world.request(1, Side::Redemption, shares, false).unwrap();
        world.pass(75);
        world.price(1).unwrap();
        let batch = &world.batches[1];
        assert!(batch.deposits.returned.any && batch.deposits.accepted == 0, "{much}");
        assert!(
            batch.redemptions.is_final && batch.redemptions.left.0 < shares,
            "{much}"
        );
        world.claim(0);
        assert_eq!((world.people[0].quote, world.people[0].shares), (much, 0));
    }
}
