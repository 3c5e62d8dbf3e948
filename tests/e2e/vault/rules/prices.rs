//! What a price has to be before anything trades, enters or leaves at it.

use super::{running, running_on};
use ballast_risk::errors::RiskError;
use ballast_sdk::prices;
use ballast_sdk::snapshot::Purpose;
use ballast_testkit::vault::batches::{LEAST, UNTIL_PRICED};
use ballast_testkit::{error_code, params, User, VaultFixture, MILLION};
use ballast_vault::errors::VaultError;

/// Panics unless an order that opens is refused because it may not, and a deposit goes back.
fn nothing_enters_or_opens(world: &mut VaultFixture, user: &User) {
    assert_eq!(
        error_code(&world.rebalance(1_000_000)),
        u32::from(VaultError::OpeningNotPermitted)
    );
    let held = world.tokens(&user.holder.quote);
    assert!(!world.comes_in(user, LEAST));
    assert_eq!(world.tokens(&user.holder.quote), held);
}

#[test]
fn r6_a_refused_price_stops_deposits_and_openings_but_not_reductions() {
    let (mut world, user) = running();
    // Wide: inside the exit's five per cent, outside the one per cent of trading.
    world.hour_at("51000").unwrap();
    world.pass(60, 60);
    world.set_price("51000", "1500");
    nothing_enters_or_opens(&mut world, &user);
    // A fall has eaten into the cushion: a reduction is admitted at the same wide price.
    world.hour_at("41000").unwrap();
    world.pass(60, 60);
    world.set_price("41000", "750");
    let reduction = world.planned_order();
    assert!(reduction < 0, "{reduction}");
    world.rebalance(reduction).unwrap();
}

#[test]
fn r5_without_the_required_second_source_nothing_comes_in_and_nothing_is_opened() {
    let (mut world, user) = running_on(params::with_second(&[0, 1]));
    // The first source goes on, the second falls silent.
    world.pass(61, 61);
    world.set_price("50000", "10");
    nothing_enters_or_opens(&mut world, &user);
    // Whoever leaves does not wait for it.
    world.redeem_shares(&user, 1_000_000).unwrap();
    // Once it speaks, and somebody has observed it, everything goes on.
    world.request_deposit(&user, LEAST).unwrap();
    world.pass(UNTIL_PRICED, 75);
    world.republish();
    world.set_second_price("50000", "10");
    let (number, held) = (world.snapshot().vault.queue.next, world.tokens(&user.holder.shares));
    world.price_batch(number).unwrap();
    world.claim_all();
    assert!(world.tokens(&user.holder.shares) > held);
    world.pass(0, 1);
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
    // Nor is a batch priced at it, while a newer one may be withheld.
    world.request(&user, 1_000_000).unwrap();
    world.pass(UNTIL_PRICED, 75);
    let number = world.snapshot().vault.queue.next;
    assert_eq!(
        error_code(&world.price_batch(number)),
        u32::from(RiskError::PriceTooOld)
    );
}

#[test]
fn r6_a_crash_cannot_be_withheld_from_an_exit() {
    let (mut world, user) = running();
    world.hour_at("40000").unwrap();
    let worth = |world: &VaultFixture| world.snapshot().appraise(Purpose::Batch).unwrap().nav.low;
    let before = worth(&world);
    // Whoever brings a price of before the crash changes nothing: it is not newer.
    let mut withheld = world.publication("50000", "10");
    withheld.publish_time -= 600;
    world.publish_price(&withheld);
    world.observe().unwrap();
    assert_eq!(worth(&world), before);
    // Nor does it help to observe nothing: what is known when a batch closes prices nobody.
    world.request(&user, 1_000_000).unwrap();
    world.pass(61, 61);
    world.set_price("40000", "10");
    world.observe().unwrap();
    let number = world.snapshot().vault.queue.next;
    assert_eq!(error_code(&world.price_batch(number)), u32::from(VaultError::NoNews));
}

#[test]
fn a_price_jump_stops_risk_and_deposits_until_it_has_cooled_down() {
    let (mut world, user) = running();
    world.hour_at("44000").unwrap();
    nothing_enters_or_opens(&mut world, &user);
    world.crank().unwrap();
    // Quiet time is observed time: a gap between two observations counts for a quarter of an hour,
    // and an hour of quiet is asked for.
    for hour in 0..3 {
        assert!(!world.comes_in(&user, LEAST), "{hour}");
        world.hour_at("44000").unwrap();
    }
    for _ in 0..3 {
        world.hour_at("44000").unwrap();
    }
    assert!(world.comes_in(&user, LEAST));
}

#[test]
fn whoever_acts_first_after_a_jump_observes_it_and_is_stopped_by_it() {
    let (mut world, user) = running();
    world.request_deposit(&user, LEAST).unwrap();
    world.pass(UNTIL_PRICED, 75);
    world.set_price("56000", "10");
    let held = world.tokens(&user.holder.quote);
    let number = world.snapshot().vault.queue.next;
    world.price_batch(number).unwrap();
    world.claim_all();
    assert_eq!(world.tokens(&user.holder.quote), held + LEAST);
}

#[test]
fn whoever_acts_on_a_price_of_seconds_ago_pays_for_its_age() {
    // The longer nobody has observed, the dearer it is to enter and the less is paid to leave.
    let (world, user) = running();
    let acted = |seconds: i64| {
        let mut world = world.copy();
        let before = [user.holder.shares, user.holder.quote].map(|key| world.tokens(&key));
        world.request_deposit(&user, MILLION / 50).unwrap();
        world.request(&user, before[0] / 100).unwrap();
        world.pass(UNTIL_PRICED, 75);
        world.republish();
        world.observe().unwrap();
        world.pass(seconds, 1);
        let number = world.snapshot().vault.queue.next;
        world.price_batch(number).unwrap();
        let totals = world.batch(number).totals;
        [totals.shares_minted, totals.paid]
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
    nothing_enters_or_opens(&mut world, &user);
    world.redeem_shares(&user, 1_000_000).unwrap();
}
