//! When a liquidation begins and ends, and when it does not.

use super::*;

#[test]
fn r23_nobody_is_liquidated_because_a_price_has_aged() {
    let mut failing = Failing::new(40_000);
    // The highest price at which the account stands, to a unit of the quote token.
    let begins = |failing: &Failing, price: u32, age: i64| {
        let mut world = failing.world.copy();
        world.markets[0].price = price.to_string();
        world.hold_half_a_minute();
        world.pass(age, 1);
        begin(&mut world, &failing.owner).is_ok()
    };
    let (mut stands, mut falls) = (50_000, 50_500);
    while !begins(&failing, falls, 0) {
        (stands, falls) = (falls, falls + 500);
        failing.world.move_to(&stands.to_string());
        assert!(falls < 70_000, "it never fails");
    }
    while falls - stands > 1 {
        let middle = (stands + falls) / 2;
        let half = if begins(&failing, middle, 0) {
            &mut falls
        } else {
            &mut stands
        };
        *half = middle;
    }
    // Ten seconds on the price is some thirty dollars wider for whoever trades, not for this: where
    // the average fails as well, and the last price stands, nobody is liquidated for its age.
    let aged = |price: u32, age: i64| {
        let mut world = failing.world.copy();
        world.markets[0].price = (stands + 60).to_string();
        world.hold_half_a_minute();
        world.markets[0].price = price.to_string();
        world.advance(1);
        world.pass(age, 1);
        begin(&mut world, &failing.owner).is_ok()
    };
    let (mut stood, mut fell) = (stands - 200, stands);
    assert!(!aged(stood, 0) && aged(fell, 0));
    while fell - stood > 1 {
        let middle = (stood + fell) / 2;
        *(if aged(middle, 0) { &mut fell } else { &mut stood }) = middle;
    }
    assert!(aged(fell, 9) && !aged(stood, 9));
    // Past that nobody is liquidated at it at all.
    assert!(!begins(&failing, falls, 11));
}

#[test]
fn r22_one_print_neither_begins_a_liquidation_nor_ends_it() {
    let Failing { mut world, owner, .. } = Failing::new(40_000);
    // Beyond what fails after hours, whose moves have widened the scenarios by then.
    let wick = fail(&mut world.copy(), &owner) + 2_000;
    let wick = wick.to_string();
    let at = |world: &mut ClearingHouseFixture, seconds: i64, price: &str| {
        world.markets[0].price = price.to_owned();
        world.advance(seconds);
    };
    (0..4).for_each(|_| at(&mut world, 30, "50000"));
    // The moment it is there, the average is still the one before it.
    at(&mut world, 20, &wick);
    refused(begin(&mut world, &owner), OptionsError::Healthy);
    // Once it is gone, the account fails at the average alone.
    let mut gone = world.copy();
    at(&mut gone, 45, "50000");
    refused(begin(&mut gone, &owner), OptionsError::Healthy);
    // Held for half a minute, it counts.
    (0..2).for_each(|_| at(&mut world, 15, &wick));
    begin(&mut world, &owner).unwrap();
    // And a moment's recovery ends nothing.
    at(&mut world, 15, "50000");
    refused(end(&mut world, &owner), OptionsError::NotRestored);
    at(&mut world, 45, "50000");
    end(&mut world, &owner).unwrap();
}

#[test]
fn r22_a_print_and_another_half_a_minute_later_make_a_liquidation_that_was_not_yet() {
    let Failing { mut world, owner, .. } = Failing::new(40_000);
    world.markets[0].price = fail(&mut world.copy(), &owner).to_string();
    // Nobody observed for an hour.
    world.advance(3_600);
    refused(begin(&mut world, &owner), OptionsError::NoAverage);
    world.advance(29);
    refused(begin(&mut world, &owner), OptionsError::NoAverage);
    world.advance(1);
    begin(&mut world, &owner).unwrap();
}

#[test]
fn a_healthy_account_is_left_alone() {
    let mut failing = Failing::new(60_000);
    refused(failing.begin(), OptionsError::Healthy);
    refused(failing.take(WHOLE), OptionsError::LiquidationNotBegun);
}

#[test]
fn an_owner_who_brings_money_ends_it() {
    let mut failing = Failing::new(40_000);
    failing.fail();
    let more = 20_000 * USD;
    failing.world.deposit(&failing.owner, more).unwrap();
    refused(failing.take(WHOLE), OptionsError::Restored);
    failing.end().unwrap();
    refused(failing.begin(), OptionsError::Healthy);
}

#[test]
fn one_that_was_forgotten_begins_anew_with_no_discount() {
    let mut failing = Failing::new(40_000);
    failing.fail();
    // So long after the beginning that hours of calm have made the scenarios narrower.
    let price: u32 = failing.world.markets[0].price.parse().unwrap();
    failing.world.markets[0].price = (price + 1_000).to_string();
    failing.world.advance(3_600);
    refused(failing.take(WHOLE), OptionsError::LiquidationNotBegun);
    failing.begin().unwrap();
    failing.world.advance(9);
    let event = taken(&failing.take(WHOLE));
    let equity = event.before.equity.max(event.before.cash + event.fair);
    assert!(
        event.discount as f64 <= equity as f64 * event.share as f64 / 1e9 * 0.011,
        "{event:?}"
    );
}

#[test]
fn r23_nobody_is_liquidated_because_a_source_is_silent() {
    let mut failing = Failing::new(40_000);
    failing.world.pass(1_800, 900);
    failing.world.draw_surfaces();
    refused(begin(&mut failing.world, &failing.owner), OptionsError::NothingLive);
    // Nor because the surface is.
    let mut failing = Failing::new(40_000);
    failing.world.pass(3_601, 1_800);
    failing.world.publish_prices();
    failing.world.pass(30, 60);
    failing.world.publish_prices();
    refused(begin(&mut failing.world, &failing.owner), OptionsError::NothingLive);
}

/// Ten verticals with all that they can owe in cash: no width and no price touches them.
#[test]
fn r23_a_covered_spread_is_not_liquidated_by_a_wide_confidence() {
    let mut world = ClearingHouseFixture::new();
    let (owner, maker) = (world.participant(25_000 * USD), world.participant(2_000_000 * USD));
    let (low, high) = (world.series(CALL, 50_000, FAR), world.series(CALL, 52_000, FAR));
    world.trade(&owner, &maker, &high, 10 * UNIT, 1_200).unwrap();
    world.trade(&owner, &maker, &low, -10 * UNIT, 1_900).unwrap();
    let cash = world.account(&owner.account).cash;
    world.withdraw(&owner, cash - 20_000 * USD).unwrap();
    refused(world.withdraw(&owner, 1), OptionsError::InitialMargin);
    for (confidence, price) in [(0.01, "50000"), (0.03, "52000"), (0.049, "56000"), (0.049, "47000")] {
        world.markets[0].confidence = confidence;
        world.move_to(price);
        world.hold_half_a_minute();
        refused(begin(&mut world, &owner), OptionsError::Healthy);
    }
    world.assert_sound();
}

/// A quarter of an hour in which nobody could have taken anything.
#[test]
fn r23_a_silence_makes_nothing_cheaper() {
    let mut failing = Failing::new(40_000);
    failing.fail();
    let discount = |failing: &mut Failing| {
        let markets = failing.world.market_keys();
        let mut world = failing.world.copy();
        let event = taken(&take(
            &mut world,
            &failing.liquidator,
            &failing.owner,
            &markets,
            WHOLE / 100,
        ));
        event.discount
    };
    (0..4).for_each(|_| failing.world.advance(30));
    let before = discount(&mut failing);
    // A print counts for a minute, so a silence of a quarter of an hour is half of the two before.
    failing.world.advance(900);
    let after = discount(&mut failing);
    assert!(before > 0 && after < before * 8 / 5, "{before} {after}");
    for _ in 0..30 {
        failing.world.advance(30);
    }
    assert!(discount(&mut failing) > 5 * before);
}

/// A live market on which nothing is held makes none of a silent one.
#[test]
fn r23_a_live_market_beside_it_makes_no_silent_one_live() {
    let mut world = ClearingHouseFixture::with(2, house_settings(), listing());
    let (owner, maker) = (world.participant(40_000 * USD), world.participant(1_000_000 * USD));
    let key = world.series(CALL, 52_000, FAR);
    world.trade(&owner, &maker, &key, -3 * UNIT, 1_200).unwrap();
    let markets = world.market_keys();
    for thousands in 51..=64 {
        world.move_to(&(thousands * 1_000).to_string());
    }
    let begin = |world: &mut ClearingHouseFixture, markets: &[ix::MarketKeys]| {
        world.crank(ix::begin_liquidation(&world.keys, &owner.account, markets))
    };
    world.hold_half_a_minute();
    begin(&mut world.copy(), &markets).unwrap();
    world.markets.remove(0);
    world.advance(120);
    refused(begin(&mut world, &markets), OptionsError::NothingLive);
    refused(begin(&mut world, &markets[1..]), OptionsError::NothingLive);
}
