//! What is fetched from a venue in quarantine for those who left, while a position stands there.

use crate::model::World;
use ballast_core_types::{Lots, Shares, UnixTime};
use ballast_core_vault::appraisal::{Appraisal, AppraisalInputs};
use ballast_core_vault::batch::Side;
use ballast_core_vault::collateral::CollateralMove;
use ballast_core_vault::prices::{Prices, Purpose};
use ballast_core_vault::quarantine::{Case, Cases};
use core::array::from_fn;

/// Returns what is fetched, zero if nothing is, and the greatest exposure that is allowed.
fn fetched(world: &World) -> (u64, u64) {
    let seen = world.appraise();
    let appraisal = Appraisal::new(&AppraisalInputs {
        vault: &world.state,
        prices: Prices {
            purpose: Purpose::Collateral,
            ..seen.prices
        },
        positions: from_fn(|leg| world.positions.get(leg).copied()),
        minted: Shares(world.supply),
        now: seen.now,
    })
    .unwrap();
    let cap = appraisal.targets().unwrap().of(0).unwrap().cap.unwrap().positive_part();
    let amount = match appraisal.collateral_due(0).unwrap() {
        Some(CollateralMove::Withdraw(amount)) => amount,
        Some(CollateralMove::Deposit(_)) | None => 0,
    };
    (amount, cap)
}

/// Nine of ten have left: a venue would refuse to give up what is theirs while the position stands,
/// so it comes down first, and then all of it comes home.
#[test]
fn what_is_theirs_is_fetched_behind_the_trades_that_free_it() {
    let mut world = World::new(1);
    let burnt = world.supply / 10 * 9;
    let case = Case {
        venue: 0,
        supply: Shares(world.supply),
        started_at: Some(UnixTime(world.now)),
        checked_at: UnixTime(world.now),
        burnt: Shares(burnt),
        batches: 1,
        ..Case::default()
    };
    world.state.cases = Cases(from_fn(|place| if place == 0 { case } else { Case::default() }));
    world.supply -= burnt;
    world.state.ledger.cash /= 10;
    let collateral = world.positions[0].collateral;
    let delta = u64::try_from(world.positions[0].lots.0).unwrap() * 50_000;
    let (first, cap) = fetched(&world);
    // Four fifths of the policy's two fifths of the exposure stay there.
    let stays = delta / 100 * 32;
    assert!(
        first > 0 && first <= collateral.saturating_sub(stays),
        "{first} of {collateral}"
    );
    // What the tenth that is left carries, a tenth short: less than its value allows.
    let carried = collateral / 10 * 100 / 36;
    assert!(cap <= carried + carried / 100, "{cap} of {carried}");
    let (lots, bounds) = (world.positions[0].lots, world.bounds[0]);
    World::fill(&mut world.positions[0], Lots(-lots.0), 0, &bounds);
    let (all, _) = fetched(&world);
    assert!(all >= collateral / 10 * 9, "{all} of {collateral}");
}

/// All but a few share units leave a vault whose last lot is theirs who stay: the venue refuses
/// what it needs for that lot, so it comes down first, and then all of it comes home.
#[test]
fn what_a_last_lot_needs_stays_at_the_venue_until_the_lot_is_gone() {
    let mut world = World::new(1);
    let shares = world.people[1].shares;
    world.request(1, Side::Redemption, shares - 21, false).unwrap();
    world.pass(75);
    world.price(1).unwrap();
    let theirs = world.state.leaving.lots[0];
    assert!(theirs.0 < world.positions[0].lots.0, "one is left");
    assert!(world.unwind(1, -theirs.0));
    let (lots, collateral) = (world.positions[0].lots.0, world.positions[0].collateral);
    let margin = u64::try_from(lots).unwrap() * 50_000 / 10;
    let seen = world.appraise();
    assert!(seen.targets().unwrap().cap.0 < lots * 50_000, "it has to go");
    let Some(CollateralMove::Withdraw(first)) = seen.collateral_due(0).unwrap() else {
        unreachable!("something is spare");
    };
    assert!(
        first > collateral / 2 && collateral - first >= margin,
        "{first} of {collateral}"
    );
    let bounds = world.bounds[0];
    World::fill(&mut world.positions[0], Lots(-lots), 0, &bounds);
    let Some(CollateralMove::Withdraw(all)) = world.appraise().collateral_due(0).unwrap() else {
        unreachable!("all is spare");
    };
    assert!(all >= collateral - 100, "{all} of {collateral}");
}
