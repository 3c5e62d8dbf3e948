//! Bringing the book down for exactly those who leave.

use super::{closed, two};
use ballast_core_vault::prices::Purpose;
use ballast_testkit::{error_code, VaultFixture, MILLION};
use ballast_vault::errors::VaultError;

/// Nine tenths ask to leave: more than the cap of what stays has room for.
fn nine_tenths() -> (VaultFixture, [ballast_testkit::User; 2], u64) {
    let (mut world, users) = two();
    let shares = world.tokens(&users[0].holder.shares);
    world.request(&users[0], shares / 10 * 9).unwrap();
    let number = closed(&mut world);
    world.price_batch(number).unwrap();
    world.claim_all();
    world.pass(0, 1);
    (world, users, number)
}

#[test]
fn what_is_unwound_is_the_leavers_part_and_not_a_lot_more() {
    let (mut world, _, number) = nine_tenths();
    let batch = world.batch(number).totals;
    assert!(batch.shares_left > 0 && batch.lots_left[0] > 0, "{batch:?}");
    let staying = |world: &VaultFixture| {
        let snapshot = world.snapshot();
        let prices = snapshot.prices(Purpose::Monitor).unwrap();
        let held = snapshot.positions(&prices)[0].unwrap();
        snapshot.state.leaving.staying(0, held.lots).unwrap().0
    };
    let stays = staying(&world);
    let before = world.fingerprint();
    for (lots, expected) in [
        (-batch.lots_left[0] - 1, VaultError::BeyondLeavers),
        (1_000, VaultError::BeyondLeavers),
        (-1, VaultError::NoImprovement),
    ] {
        let code = error_code(&world.unwind(number, lots));
        assert!(code == u32::from(expected) || lots == 1_000, "{lots}: {code}");
        assert_eq!(world.fingerprint(), before, "{lots}");
    }
    world.unwind(number, -batch.lots_left[0] / 2).unwrap();
    world.pass(0, 1);
    let rest = world.batch(number).totals.lots_left[0];
    world.unwind(number, -rest).unwrap();
    assert_eq!(staying(&world), stays);
    world.pass(0, 1);
    assert_eq!(
        error_code(&world.unwind(number, -1)),
        u32::from(VaultError::NothingToDo)
    );
}

#[test]
fn what_unwinding_costs_is_borne_by_those_it_was_done_for() {
    let (mut world, [ada, _], number) = nine_tenths();
    let values = |world: &VaultFixture| {
        let snapshot = world.snapshot();
        let appraisal = snapshot.appraise(Purpose::Monitor).unwrap();
        let mid = appraisal.portfolio.nav_mid(&appraisal.prices).unwrap();
        (mid.0, appraisal.share_mark.value.fixed().to_num::<f64>())
    };
    world.republish();
    world.observe().unwrap();
    let before = values(&world);
    let lots = world.batch(number).totals.lots_left[0];
    world.unwind(number, -lots).unwrap();
    let cost = world.batch(number).totals.unwind_cost;
    assert!(cost > 10_000_000, "{cost}");
    assert_eq!(world.snapshot().vault.leaving.unwind_cost, cost);
    let after = values(&world);
    assert!(after.0 == before.0 && after.1 >= before.1, "{after:?} {before:?}");
    // Paid, they bear it: what stays is worth what it was.
    world.let_leave(20);
    assert!(world.tickets().is_empty());
    world.republish();
    world.observe().unwrap();
    assert_eq!(world.snapshot().vault.leaving.unwind_cost, 0);
    let at_last = values(&world);
    assert!(at_last.1 >= before.1 - 1e-6, "{at_last:?} {before:?}");
    assert!(world.tokens(&ada.holder.quote) > MILLION + MILLION / 2);
}

#[test]
fn m1_one_share_that_waits_gives_nobody_finer_trades() {
    let (mut world, [ada, _]) = two();
    world.request(&ada, 1_000_000).unwrap();
    let number = closed(&mut world);
    world.price_batch(number).unwrap();
    world.pass(0, 1);
    // It was filled at once; its book was too small to unwind.
    assert_eq!(world.batch(number).totals.shares_left, 0);
    let before = world.fingerprint();
    for lots in [-1, -1_000, -1_000_000] {
        assert_eq!(
            error_code(&world.unwind(number, lots)),
            u32::from(VaultError::NothingToDo)
        );
    }
    assert_eq!(world.fingerprint(), before);
}

#[test]
fn stayers_keep_their_exposure_while_others_take_as_long_as_they_like() {
    // M1: a holder of nine tenths leaves, and does not claim.
    let (mut world, _, _) = nine_tenths();
    for _ in 0..6 {
        world.crank().unwrap();
        world.pass(75, 75);
        world.republish();
        world.observe().unwrap();
    }
    let snapshot = world.snapshot();
    let appraisal = snapshot.appraise(Purpose::Monitor).unwrap();
    let targets = appraisal.targets().unwrap();
    let exposure = appraisal.exposure().unwrap();
    let [low, high] = targets.rest(0, &exposure.deltas()).unwrap();
    assert!(
        (low..=high).contains(&exposure.deltas()[0]) && exposure.deltas()[0].0 > 0,
        "{exposure:?} {targets:?}"
    );
    let share = exposure.deltas()[0].0 as f64 / appraisal.portfolio.nav_mid(&appraisal.prices).unwrap().0 as f64;
    assert!((0.5..0.7).contains(&share), "{share}");
}
