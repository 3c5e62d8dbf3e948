//! What a keeper may do: no funds, no spam, no fill off the oracle, no order that does not help.

use super::running;
use ballast_core_vault::batch::REDUCTION_WAIT_SECONDS;
use ballast_testkit::vault::batches::UNTIL_PRICED;
use ballast_testkit::{error_code, fixed, params, VaultFixture, MILLION};
use ballast_vault::errors::VaultError;
use ballast_vault::state::VaultPolicy;
use ballast_vault::Order;
use solana_signer::Signer;

#[test]
fn r10_a_keeper_never_holds_funds() {
    let (mut world, user) = running();
    for price in ["48000", "45000", "47000", "43000"] {
        world.hour_at(price).unwrap();
        world.crank().unwrap();
    }
    let shares = world.tokens(&user.holder.shares);
    world.request(&user, shares).unwrap();
    world.let_leave(10);
    assert_eq!(world.supply(), 0);
    let keeper = world.keeper.pubkey();
    let owned = world
        .fingerprint()
        .into_iter()
        .filter(|(key, data)| *key != keeper && data.len() == 165 && data[32..64] == keeper.to_bytes());
    // Its own account alone, and in it what it has earned.
    let owned: Vec<_> = owned.map(|(key, _)| key).collect();
    assert_eq!(owned, Vec::from_iter(world.pay_to));
    let earned = world.snapshot().vault.keeper_pay.total;
    assert!(earned > 0 && world.tokens(&owned[0]) == earned);
}

#[test]
fn r20_spam_is_refused_and_earns_nothing() {
    let (mut world, _) = running();
    let keeper = world.keeper.pubkey();
    let lamports = world.svm.get_balance(&keeper).unwrap();
    for lots in [1, -1, 100_000, -100_000] {
        world.pass(0, 1);
        let before = world.fingerprint();
        assert_eq!(error_code(&world.rebalance(lots)), u32::from(VaultError::NothingToDo));
        assert_eq!(world.fingerprint(), before);
    }
    assert_eq!(
        error_code(&world.move_collateral()),
        u32::from(VaultError::CollateralInPlace)
    );
    // Nobody leaves, so nothing is unwound: the last batch has nothing left.
    assert_eq!(error_code(&world.unwind(0, -1)), u32::from(VaultError::NothingToDo));
    assert!(world.svm.get_balance(&keeper).unwrap() <= lamports);
}

#[test]
fn r21_a_venue_that_fills_off_the_oracle_is_refused() {
    let venue = ballast_reference_venue::state::MarketParams {
        half_spread: fixed("0.012"),
        ..params::venue()
    };
    let policy = VaultPolicy {
        aversion: 1_000,
        ..params::vault()
    };
    let mut world = VaultFixture::with(params::risk_market(), venue, policy);
    let user = world.user(MILLION);
    world.deposit(&user, MILLION).unwrap();
    world.move_collateral().unwrap();
    let before = world.fingerprint();
    assert!(world.rebalance(12_000_000).is_err());
    assert_eq!(world.fingerprint(), before);
}

#[test]
fn r20_a_trade_goes_to_the_edge_of_the_band_and_no_further() {
    let mut world = VaultFixture::new();
    let user = world.user(MILLION);
    world.deposit(&user, MILLION).unwrap();
    world.move_collateral().unwrap();
    world.pass(0, 1);
    world.republish();
    world.observe().unwrap();
    let edge = world.planned_order();
    assert!((10_700_000..10_850_000).contains(&edge), "{edge}");
    let before = world.fingerprint();
    // Past the edge by more than the least that is worth a trade, up to the target itself; beyond
    // what a new market's regime leaves of the cap.
    for (lots, error) in [
        (edge / 100 * 103, VaultError::Overshoot),
        (edge / 10 * 11, VaultError::Overshoot),
        (edge / 10 * 12, VaultError::OverOpenLimit),
    ] {
        assert_eq!(error_code(&world.rebalance(lots)), u32::from(error), "{lots}");
        assert_eq!(world.fingerprint(), before);
    }
    world.rebalance(edge).unwrap();
    world.pass(0, 1);
    assert_eq!(world.planned_order(), 0);
}

#[test]
fn r21_a_batch_and_a_rebalance_never_share_a_slot_in_either_order() {
    let (mut world, user) = running();
    world.hour_at("41000").unwrap();
    world.request(&user, 1_000_000).unwrap();
    world.pass(UNTIL_PRICED, 75);
    world.republish();
    let number = world.snapshot().vault.queue.next;
    let mut first = world.copy();
    first.crank_until_traded();
    assert_eq!(
        error_code(&first.price_batch(number)),
        u32::from(VaultError::SameSlotAsRebalance)
    );
    world.pass(REDUCTION_WAIT_SECONDS, 1);
    world.republish();
    world.price_batch(number).unwrap();
    let same = u32::from(VaultError::SameSlotAsPricing);
    assert_eq!(error_code(&world.rebalance(-1_000_000)), same);
    assert_eq!(error_code(&world.unwind(number, -1)), same);
    world.pass(0, 1);
    world.crank().unwrap();
}

#[test]
fn orders_of_zero_twice_or_elsewhere_have_their_own_errors() {
    let (mut world, _) = running();
    world.hour_at("45000").unwrap();
    let order = |leg, lots| Order { leg, lots };
    for (orders, expected) in [
        (vec![], VaultError::EmptyOrder),
        (vec![order(0, 0)], VaultError::EmptyOrder),
        (vec![order(1, -5)], VaultError::WrongLeg),
        (vec![order(0, -5), order(1, -5)], VaultError::WrongLeg),
        (vec![order(0, -5), order(0, -5)], VaultError::DuplicateOrder),
        (vec![order(255, -5)], VaultError::WrongLeg),
    ] {
        assert_eq!(error_code(&world.rebalance_with(orders)), u32::from(expected));
    }
}

#[test]
fn a_rebalance_that_overshoots_or_improves_too_little_is_undone() {
    let (mut world, _) = running();
    world.hour_at("41000").unwrap();
    let lots = world.snapshot().venue_trader().unwrap().lots;
    for (order, expected) in [
        (-1, VaultError::NoImprovement),
        (-lots, VaultError::Overshoot),
        (-lots - 1, VaultError::OpeningNotPermitted),
        (lots, VaultError::OpeningNotPermitted),
    ] {
        let before = world.fingerprint();
        let sent = world.rebalance(order);
        let code = error_code(&sent);
        let accepted = [
            u32::from(expected),
            u32::from(VaultError::OverCap),
            u32::from(VaultError::NoImprovement),
        ];
        assert!(accepted.contains(&code), "{order}: {code}");
        assert_eq!(world.fingerprint(), before);
    }
    world.crank().unwrap();
}
