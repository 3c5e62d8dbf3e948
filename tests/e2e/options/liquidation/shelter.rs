//! What shelters nobody: wings, dust, wide prices, the window of settlement.

use super::*;

#[test]
fn r23_a_market_whose_prices_are_too_wide_to_settle_on_shelters_nobody() {
    let mut failing = Failing::new(40_000);
    failing.world.markets[0].confidence = 0.02;
    failing.fail();
    refused(failing.begin(), OptionsError::LiquidationBegun);
}

/// A frozen day: the second market's oracle and feeders are dead, and somebody holds dust of it.
#[test]
fn r23_dust_on_a_dead_market_shelters_nothing_on_a_live_one() {
    let mut world = ClearingHouseFixture::with(2, house_settings(), listing());
    let (owner, maker) = (world.participant(40_000 * USD), world.participant(1_000_000 * USD));
    let liquidator = world.participant(1_000_000 * USD);
    let key = world.series(CALL, 52_000, FAR);
    let dust = world.series_on(1, CALL, 3_200, 0, FAR);
    world.trade(&owner, &maker, &key, -3 * UNIT, 1_200).unwrap();
    world.trade(&owner, &maker, &dust, 10_000, 60).unwrap();
    let markets = world.market_keys();
    world.markets.pop();
    world.advance(3_000);
    world.advance_to(world.clock().unix_timestamp + 26 * 3_600);
    world.raise_until_begun(&owner.account, &markets);
    world.advance(120);
    let event = taken(&take(&mut world, &liquidator, &owner, &markets, WHOLE));
    assert!(event.share < WHOLE);
    assert_eq!(
        (
            world.held(&owner.account, &dust),
            world.held(&liquidator.account, &dust)
        ),
        (10_000, 0)
    );
    assert!(world.held(&liquidator.account, &key) < 0);
    world.hold_half_a_minute();
    world
        .crank(ix::end_liquidation(&world.keys, &owner.account, &markets))
        .unwrap();
    world.assert_sound();
}

#[test]
fn takes_go_on_in_the_window_of_settlement_with_what_is_known_as_cash() {
    let mut world = ClearingHouseFixture::new();
    let (owner, maker) = (world.participant(12_000 * USD), world.participant(1_000_000 * USD));
    let liquidator = world.participant(1_000_000 * USD);
    let key = world.series(CALL, 50_000, NEAR);
    world.trade(&owner, &maker, &key, -UNIT, 1_500).unwrap();
    world.advance_to(NEAR - 3_600);
    // The window at 50,000 until its middle, and then nearly two fifths more.
    for _ in 0..90 {
        world.advance(30);
    }
    world.markets[0].price = "69000".to_owned();
    (0..3).for_each(|_| world.advance(30));
    begin(&mut world, &owner).unwrap();
    (0..2).for_each(|_| world.advance(30));
    let markets = world.market_keys();
    let event = taken(&take(&mut world, &liquidator, &owner, &markets, WHOLE));
    // Half of the average is known, and there the option pays nothing: it is worth half of 19,000
    // and what little the new price has added.
    let fair = event.fair / USD as i64;
    assert!((-10_400..-9_000).contains(&fair), "{fair}");
    world.assert_sound();
}

/// One market's dust of a far put, at whose strike the surface says more than the pricing takes.
#[test]
fn r23_a_worthless_far_put_shelters_nothing() {
    let mut failing = Failing::new(40_000);
    let wing = failing.world.series(PUT, 10_000, FAR);
    let maker = failing.world.participant(1_000_000 * USD);
    failing.world.trade(&failing.owner, &maker, &wing, 10_000, 0).unwrap();
    failing.fail();
    failing.world.advance(60);
    let event = taken(&failing.take(WHOLE));
    assert!(event.share < WHOLE && failing.world.held(&failing.liquidator.account, &wing) > 0);
    failing.world.assert_sound();
}
