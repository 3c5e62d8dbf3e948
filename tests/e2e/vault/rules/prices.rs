//! What a price has to be before anything trades, enters or leaves at it.

use super::{running, running_on};
use ballast_core_market::price_clock::Source;
use ballast_risk::errors::RiskError;
use ballast_sdk::prices;
use ballast_sdk::snapshot::Purpose;
use ballast_testkit::{error_code, params, User, VaultFixture, MILLION};
use ballast_vault::errors::VaultError;

/// Panics unless a deposit is refused for this reason, and an order that opens because it may not.
fn nothing_enters_or_opens(world: &mut VaultFixture, user: &User, entering: u32) {
    assert_eq!(error_code(&world.deposit(user, 1_000_000)), entering);
    assert_eq!(
        error_code(&world.rebalance(1_000_000)),
        u32::from(VaultError::OpeningNotPermitted)
    );
}

#[test]
fn r6_a_refused_price_stops_deposits_and_openings_but_not_reductions() {
    let (mut world, user) = running();
    // Wide: inside the exit's five per cent, outside the one per cent of trading.
    world.hour_at("51000").unwrap();
    world.pass(60, 60);
    world.set_price("51000", "1500");
    nothing_enters_or_opens(&mut world, &user, RiskError::PriceTooWide.into());
    // A fall has eaten into the cushion: a reduction is admitted at the same wide price.
    world.hour_at("43500").unwrap();
    world.pass(60, 60);
    world.set_price("43500", "800");
    let lots = world.snapshot().venue_trader().unwrap().lots;
    world.rebalance(-lots / 6).unwrap();
}

#[test]
fn r5_without_the_required_second_source_nothing_comes_in_and_nothing_is_opened() {
    let (mut world, user) = running_on(params::with_second(&[0, 1]));
    // The first source goes on, the second falls silent.
    world.pass(61, 61);
    world.set_price("50000", "10");
    nothing_enters_or_opens(&mut world, &user, RiskError::NoSecondSource.into());
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
    world.pass(11, 11);
    assert_eq!(
        error_code(&world.rebalance(-1_000_000)),
        u32::from(RiskError::PriceTooOld)
    );
    assert_eq!(
        error_code(&world.deposit(&user, 1_000_000)),
        u32::from(RiskError::PriceTooOld)
    );
    // Nor does anybody leave at it while a newer one may be withheld.
    assert_eq!(
        error_code(&world.redeem_shares(&user, 1_000_000)),
        u32::from(RiskError::PriceTooOld)
    );
    // Once the source is declared silent, and nobody has said otherwise for three minutes, the exit
    // is open, at a haircut, after the grace in which the book could have come down.
    world.pass(60, 300);
    world.declare_silence(Source::First).unwrap();
    world.pass(179, 900);
    assert_eq!(
        error_code(&world.redeem_shares(&user, 1_000_000)),
        u32::from(RiskError::PriceTooOld)
    );
    world.pass(1, 5);
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
    let worth = |world: &VaultFixture| world.snapshot().appraise(Purpose::Redeem).unwrap().nav.low;
    let before = worth(&world);
    // Whoever brings a price of before the crash changes nothing: it is not newer.
    let mut withheld = world.publication("50000", "10");
    withheld.publish_time -= 600;
    world.publish_price(&withheld);
    world.observe().unwrap();
    assert_eq!(worth(&world), before);
    // Nor does it help to observe nothing: ten seconds on the price is too old to leave at.
    world.pass(11, 11);
    assert_eq!(
        error_code(&world.redeem_shares(&user, 1_000_000)),
        u32::from(RiskError::PriceTooOld)
    );
}

#[test]
fn a_price_jump_stops_risk_and_deposits_until_it_has_cooled_down() {
    let (mut world, user) = running();
    world.hour_at("44000").unwrap();
    nothing_enters_or_opens(&mut world, &user, VaultError::DepositNotPermitted.into());
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
fn whoever_acts_first_after_a_jump_observes_it_and_is_stopped_by_it() {
    let (mut world, user) = running();
    world.pass(30, 30);
    world.set_price("56000", "10");
    assert_eq!(
        error_code(&world.deposit(&user, 1_000_000)),
        u32::from(VaultError::DepositNotPermitted)
    );
}

#[test]
fn whoever_acts_on_a_price_of_seconds_ago_pays_for_its_age() {
    // The longer nobody has observed, the dearer it is to enter and the less is paid to leave.
    let (world, user) = running();
    let acted = |seconds: i64| {
        let mut world = world.copy();
        world.hour_at("50000").unwrap();
        world.pass(seconds, 1);
        let before = [user.holder.shares, user.holder.quote].map(|key| world.tokens(&key));
        let mut entered = world.copy();
        entered.deposit(&user, MILLION / 2).unwrap();
        world.redeem_shares(&user, before[0] / 100).unwrap();
        [
            entered.tokens(&user.holder.shares) - before[0],
            world.tokens(&user.holder.quote) - before[1],
        ]
    };
    let [at_once, aged, oldest] = [0, 4, 10].map(acted);
    for which in 0..2 {
        assert!(
            at_once[which] > aged[which] && aged[which] > oldest[which],
            "{at_once:?} {aged:?} {oldest:?}"
        );
    }
}

#[test]
fn a_quote_token_off_par_bars_what_enters_and_opens_and_keeps_nobody_in() {
    let mut market = params::risk_market();
    market.params.sources[2] = prices::pull_source(params::QUOTE_FEED);
    let (mut world, user) = running_on(market);
    world.pass(30, 30);
    world.set_price("50000", "10");
    world.set_quote_price("0.985", "0.0001");
    nothing_enters_or_opens(&mut world, &user, VaultError::DepositNotPermitted.into());
    world.redeem_shares(&user, 1_000_000).unwrap();
}
