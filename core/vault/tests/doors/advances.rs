//! An exit that needs no price: what it pays, and who pays for it.

use crate::model::World;
use ballast_core_types::Lots;
use ballast_core_vault::batch::{BatchError, Side, GRACE_SECONDS};

/// Twenty times to the venue and back beside an advance: it is paid from what there is, not from
/// what moves.
#[test]
fn margin_there_and_back_twenty_times_beside_an_advance_pays_it_once() {
    let mut world = World::new(1);
    world.people[0].shares = world.people[1].shares / 2;
    world.people[1].shares -= world.people[0].shares;
    let shares = world.people[0].shares;
    world.request(0, Side::Redemption, shares, false).unwrap();
    world.pass(GRACE_SECONDS);
    let half = world.state.ledger.cash / 2;
    let first = world.exit_liquid(1).unwrap();
    assert!((half - 2..=half + 2).contains(&first), "{first} {half}");
    for _ in 0..20 {
        let back = i64::try_from(world.positions[0].collateral / 2).unwrap();
        world.move_margin(-back);
        world.move_margin(back);
        assert_eq!(world.exit_liquid(1), Err(BatchError::NothingToAdvance));
    }
    // What really became liquid is shared.
    let more = i64::try_from(world.positions[0].collateral / 2).unwrap();
    world.move_margin(-more);
    let second = world.exit_liquid(1).unwrap();
    assert!(
        (more / 2 - 2..=more / 2 + 2).contains(&(second as i64)),
        "{second} {more}"
    );
}

/// An advance is paid without a price, and may be more than shares are worth once the manager has
/// his part of the gain: that is his loss, and not that of those who stay.
#[test]
fn what_an_advance_pays_too_much_is_the_managers_loss_before_anybody_elses() {
    let mut world = World::new(1);
    world.people[0].shares = world.people[1].shares / 2;
    world.people[1].shares -= world.people[0].shares;
    // All of it is cash, so that an advance is all that shares are worth before the fee.
    let lots = world.positions[0].lots;
    World::fill(&mut world.positions[0], Lots(-lots.0), 0, &world.bounds[0]);
    let collateral = i64::try_from(world.positions[0].collateral).unwrap();
    world.move_margin(-collateral);
    world.charge_performance();
    let (share, due) = (world.share(), world.appraise().performance_fee);
    let shares = world.people[0].shares;
    world.request(0, Side::Redemption, shares, false).unwrap();
    world.pass(GRACE_SECONDS);
    let advanced = world.exit_liquid(1).unwrap();
    let worth = (u128::from(shares) * share) >> 48;
    assert!(u128::from(advanced) > worth + u128::from(due / 3), "{advanced} {worth}");
    world.price(1).unwrap();
    let least = share - share / 10_000_000_000 * 50;
    assert!(world.share() >= least, "{share} {}", world.share());
    // Of his half of the fee nothing is left.
    assert_eq!(world.state.fees.shares.0, 0);
    let left = world.appraise().performance_fee;
    assert!(left.abs_diff(due / 2) < due / 100_000, "{left} {due}");
}

/// Advances in any order, any number of times, pay the same to the base unit.
#[test]
fn advances_pay_the_same_in_any_order() {
    let advanced = |order: &[usize]| {
        let mut world = World::new(3);
        let each = world.people[3].shares / 5;
        for who in 0..3 {
            world.people[who].shares = each * (who as u64 + 1) / 2;
            world.people[3].shares -= world.people[who].shares;
        }
        for who in 0..3 {
            let shares = world.people[who].shares;
            world.request(who, Side::Redemption, shares, false).unwrap();
            world.pass(75);
            // Priced, and not filled: the cash is at the venue.
            let cash = i64::try_from(world.state.ledger.cash).unwrap();
            world.move_margin(cash);
            world.price(who + 1).unwrap();
            world.move_margin(-cash);
        }
        world.pass(GRACE_SECONDS);
        for index in order {
            let _ = world.exit_liquid(index + 1);
        }
        (0..3)
            .map(|who| world.batches[who + 1].redemptions.paid)
            .collect::<Vec<_>>()
    };
    let once = advanced(&[0, 1, 2]);
    assert!(once.iter().all(|paid| *paid > 0), "{once:?}");
    for order in [&[2, 1, 0][..], &[0, 0, 1, 1, 2, 2, 0], &[1, 2, 1, 0, 2, 1]] {
        let other = advanced(order);
        for (paid, expected) in other.iter().zip(&once) {
            assert!(paid.abs_diff(*expected) <= 1, "{other:?} {once:?}");
        }
    }
}
