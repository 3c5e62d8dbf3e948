//! What a price has to be before anything trades, enters or leaves at it.

use super::{running, running_on};
use ballast_risk::errors::RiskError;
use ballast_sdk::prices;
use ballast_testkit::{error_code, params, MILLION};
use ballast_vault::errors::VaultError;

#[test]
fn r6_a_refused_price_stops_deposits_and_openings_but_not_reductions() {
    let (mut world, user) = running();
    // Wide: inside the exit's five per cent, outside the one per cent of trading.
    world.hour_at("51000").unwrap();
    world.pass(60, 60);
    world.set_price("51000", "1500");
    assert_eq!(
        error_code(&world.deposit(&user, 1_000_000)),
        u32::from(RiskError::PriceTooWide)
    );
    assert_eq!(
        error_code(&world.rebalance(1_000_000)),
        u32::from(VaultError::OpeningNotPermitted)
    );
    // A fall has eaten into the cushion: a reduction is admitted at the same wide price.
    world.hour_at("43500").unwrap();
    world.pass(60, 60);
    world.set_price("43500", "800");
    let lots = world.snapshot().venue_trader().unwrap().lots;
    world.rebalance(-lots / 6).unwrap();
}

#[test]
fn r5_without_the_required_second_source_nothing_comes_in_and_nothing_is_opened() {
    let mut market = params::risk_market();
    market.params.sources[1] = prices::pull_source([9; 32]);
    market.params.requires_second = [1, 1, 0, 0];
    let (mut world, user) = running_on(market);
    // The first source goes on, the second falls silent.
    world.pass(61, 61);
    world.set_price("50000", "10");
    assert_eq!(
        error_code(&world.deposit(&user, 1_000_000)),
        u32::from(RiskError::NoSecondSource)
    );
    assert_eq!(
        error_code(&world.rebalance(1_000_000)),
        u32::from(VaultError::OpeningNotPermitted)
    );
    // Whoever leaves does not wait for it.
    world.redeem_shares(&user, 1_000_000).unwrap();
    // Once it speaks, and somebody has observed it, everything goes on.
    world.set_second_price("50000", "10");
    world.observe().unwrap();
    world.deposit(&user, 1_000_000).unwrap();
    // Now an opening is judged by what it does.
    assert_eq!(
        error_code(&world.rebalance(1_000_000)),
        u32::from(VaultError::NothingToDo)
    );
}

#[test]
fn r6_a_stale_price_is_never_traded_on() {
    let (mut world, user) = running();
    world.hour_at("45000").unwrap();
    world.pass(301, 301);
    assert_eq!(
        error_code(&world.rebalance(-1_000_000)),
        u32::from(RiskError::PriceTooOld)
    );
    assert_eq!(
        error_code(&world.deposit(&user, 1_000_000)),
        u32::from(RiskError::PriceTooOld)
    );
    // The exit is open all the same, at a haircut, after the grace in which the book could have
    // come down.
    let shares = world.tokens(&user.holder.shares) / 100;
    assert_eq!(
        error_code(&world.redeem_shares(&user, shares)),
        u32::from(VaultError::BookMustComeDown)
    );
    world.request(&user, shares).unwrap();
    assert_eq!(
        error_code(&world.complete(&user)),
        u32::from(VaultError::BookMustComeDown)
    );
    world.pass(3_600, 3_600);
    world.complete(&user).unwrap();
    assert!(world.tokens(&user.holder.quote) > MILLION);
}

#[test]
fn r6_a_crash_cannot_be_withheld_from_an_exit() {
    let (mut world, user) = running();
    world.hour_at("40000").unwrap();
    let old = world.publication("50000", "10");
    world.pass(20, 20);
    let mut withheld = old;
    withheld.publish_time -= 600;
    world.publish_price(&withheld);
    assert_eq!(
        error_code(&world.redeem_shares(&user, 1_000_000)),
        u32::from(RiskError::PriceOlderThanStored)
    );
}

#[test]
fn a_price_jump_stops_risk_and_deposits_until_it_has_cooled_down() {
    let (mut world, user) = running();
    world.hour_at("44000").unwrap();
    assert_eq!(
        error_code(&world.deposit(&user, 1_000_000)),
        u32::from(VaultError::DepositNotPermitted)
    );
    assert_eq!(
        error_code(&world.rebalance(1_000_000)),
        u32::from(VaultError::OpeningNotPermitted)
    );
    world.crank().unwrap();
    // Quiet time is observed time: a gap between two observations counts for a quarter of an hour,
    // and an hour of quiet is asked for.
    for hour in 0..5 {
        assert!(world.deposit(&user, 1_000_000).is_err(), "{hour}");
        world.hour_at("44000").unwrap();
    }
    world.deposit(&user, 1_000_000).unwrap();
}

#[test]
fn a_jump_nobody_observed_already_stops_risk() {
    let (mut world, user) = running();
    world.pass(30, 30);
    world.set_price("56000", "10");
    assert_eq!(
        error_code(&world.deposit(&user, 1_000_000)),
        u32::from(VaultError::DepositNotPermitted)
    );
}
