//! Each fault that the reference venue can be given, and what it must not break.

use ballast_reference_venue::state::{Faults, PENDING_LIFETIME_SECONDS};
use ballast_reference_venue::PerpError;
use ballast_testkit::venue::*;
use ballast_testkit::{fixed, VenueFixture};
use solana_signer::Signer;

const MILLION: u64 = 1_000_000_000_000;

#[test]
fn a_paused_venue_trades_nothing_and_moves_nothing() {
    let mut world = VenueFixture::new();
    let user = world.trader(MILLION);
    world.order(&user, 1_000_000).unwrap();
    world.faults(Faults {
        paused: true,
        auto_deleverage: true,
        ..Default::default()
    });
    let authority = world.authority.insecure_clone();
    let before = world.tokens(&world.venue_vault);
    for sent in [
        world.order(&user, 1),
        world.deposit(&user, 1),
        world.withdraw(&user, 1),
        world.collect(&user),
        world.fulfil(&user),
        world.liquidate(&user, &user),
        world.deleverage(&authority, &user, -1),
    ] {
        refused(sent, PerpError::Paused);
    }
    assert_eq!(world.tokens(&world.venue_vault), before);
}

#[test]
fn a_stale_venue_prices_nothing_but_lets_a_flat_account_leave() {
    let mut world = VenueFixture::new();
    let (held, flat) = (world.trader(MILLION), world.trader(MILLION));
    world.order(&held, 1_000_000).unwrap();
    world.faults(Faults {
        stale: true,
        ..Default::default()
    });
    refused(world.order(&held, 1), PerpError::VenuePriceStale);
    refused(world.order(&held, -1), PerpError::VenuePriceStale);
    refused(world.withdraw(&held, 1), PerpError::VenuePriceStale);
    refused(world.liquidate(&flat, &held), PerpError::VenuePriceStale);
    world.withdraw(&flat, MILLION).unwrap();
    assert_eq!(world.tokens(&flat.tokens), MILLION);
}

#[test]
fn a_partial_fill_takes_its_share_toward_zero() {
    let mut world = VenueFixture::new();
    let user = world.trader(MILLION);
    world.faults(Faults {
        partial_fill: fixed("0.5"),
        ..Default::default()
    });
    world.order(&user, 1_001).unwrap();
    assert_eq!(world.account(&user).lots, 500);
    refused(world.order(&user, 1), PerpError::PartialFillEmpty);
    let authority = world.authority.insecure_clone();
    for share in ["1.1", "-0.1"] {
        let faults = Faults {
            partial_fill: fixed(share),
            ..Default::default()
        };
        refused(world.faults_by(&authority, faults), PerpError::InvalidPartialFill);
    }
}

#[test]
fn a_delayed_order_fills_later_at_the_later_price() {
    let mut world = VenueFixture::new();
    let user = world.trader(MILLION);
    world.faults(Faults {
        delayed: true,
        ..Default::default()
    });
    world.order(&user, 1_000).unwrap();
    assert_eq!(world.account(&user).lots, 0);
    refused(world.order(&user, 1_000), PerpError::OrderAlreadyPending);
    refused(world.fulfil(&user), PerpError::FulfilTooEarly);
    world.advance(1, 1);
    world.push_price("110", "0");
    world.fulfil(&user).unwrap();
    let after = world.account(&user);
    assert_eq!((after.lots, after.pending.lots), (1_000, 0));
    assert!(after.entry_cost > 110_000 && after.entry_cost < 110_100);
    refused(world.fulfil(&user), PerpError::NoPendingOrder);
}

#[test]
fn a_delayed_order_that_a_rule_refuses_is_cancelled_without_trace() {
    let mut world = VenueFixture::new();
    let user = world.trader(MILLION);
    world.faults(Faults {
        delayed: true,
        ..Default::default()
    });
    world.order_at(&user, 1_000, "105", false).unwrap();
    world.advance(1, 1);
    world.push_price("110", "0");
    world.fulfil(&user).unwrap();
    let after = world.account(&user);
    assert_eq!((after.lots, after.pending.lots, after.collateral), (0, 0, MILLION));
    assert_eq!(world.state().open_long_lots, 0);
    // margin is judged at the fill as well
    world.order(&user, 1_000_000_000).unwrap();
    world.advance(1, 1);
    world.push_price("100000", "0");
    world.push_price("180", "0");
    world.fulfil(&user).unwrap();
    assert_eq!(world.account(&user).pending.lots, 0);
}

#[test]
fn a_waiting_order_is_cancelled_by_its_owner_or_after_it_expired() {
    let mut world = VenueFixture::new();
    let (user, other) = (world.trader(MILLION), world.wallet(0));
    world.faults(Faults {
        delayed: true,
        ..Default::default()
    });
    refused(world.cancel(&user.owner, &user), PerpError::NoPendingOrder);
    world.order(&user, 1_000).unwrap();
    refused(world.cancel(&other.owner, &user), PerpError::CancelBeforeExpiry);
    world.cancel(&user.owner, &user).unwrap();
    world.order(&user, 1_000).unwrap();
    world.advance(PENDING_LIFETIME_SECONDS, 10);
    world.fulfil(&user).unwrap();
    assert_eq!((world.account(&user).lots, world.account(&user).pending.lots), (0, 0));
    world.order(&user, 1_000).unwrap();
    world.advance(PENDING_LIFETIME_SECONDS, 10);
    world.cancel(&other.owner, &user).unwrap();
}

#[test]
fn a_queued_withdrawal_pays_after_its_delay_and_stays_owed() {
    let mut world = VenueFixture::new();
    let user = world.trader(1_000);
    refused(world.collect(&user), PerpError::NothingQueued);
    world.faults(Faults {
        withdrawal_delay_seconds: 100,
        ..Default::default()
    });
    world.withdraw(&user, 400).unwrap();
    assert_eq!((world.tokens(&user.tokens), world.state().total_queued), (0, 400));
    refused(world.collect(&user), PerpError::WithdrawalNotReady);
    world.advance(50, 1);
    world.withdraw(&user, 100).unwrap();
    world.advance(50, 1);
    refused(world.collect(&user), PerpError::WithdrawalNotReady);
    world.advance(50, 1);
    world.collect(&user).unwrap();
    assert_eq!((world.tokens(&user.tokens), world.state().total_queued), (500, 0));
    assert_eq!(world.account(&user).collateral, 500);
}

#[test]
fn auto_deleveraging_only_reduces_and_only_when_switched_on() {
    let mut world = VenueFixture::new();
    let user = world.trader(MILLION);
    world.order(&user, 1_000).unwrap();
    let authority = world.authority.insecure_clone();
    refused(world.deleverage(&authority, &user, -1), PerpError::AutoDeleverageOff);
    world.faults(Faults {
        auto_deleverage: true,
        ..Default::default()
    });
    for lots in [1, -1_001, 0] {
        refused(
            world.deleverage(&authority, &user, lots),
            PerpError::DeleverageWouldIncrease,
        );
    }
    refused(world.deleverage(&user.owner, &user, -1), PerpError::NotAuthority);
    world.deleverage(&authority, &user, -600).unwrap();
    assert_eq!(world.account(&user).lots, 400);
    world.deleverage(&authority, &user, -400).unwrap();
    refused(world.deleverage(&authority, &user, -1), PerpError::NoPosition);
    assert_ne!(authority.pubkey(), user.owner.pubkey());
}
