//! Margin: what may be opened and withdrawn, at which prices, and what stays possible when a price
//! or a breaker forbids opening.

use ballast_core_clearing::trade::Side;
use ballast_core_market::price_clock::Source;
use ballast_options::OptionsError;
use ballast_sdk::instructions::options as ix;
use ballast_testkit::clearing_house::{
    house_settings, listing, parties, refused, refused_by_name, Strangle, CALL, FAR, NEAR, PREMIUM, PUT, UNIT, USD,
};
use ballast_testkit::tokens;
use ballast_testkit::ClearingHouseFixture;
use solana_signer::Signer;

#[test]
fn who_writes_needs_the_initial_margin_and_who_buys_needs_the_premium() {
    let mut world = ClearingHouseFixture::new();
    let (poor, maker) = (world.participant(1_000 * USD), world.participant(1_000_000 * USD));
    let key = world.series(CALL, 55_000, FAR);
    refused(
        world.trade(&poor, &maker, &key, -UNIT, 300),
        OptionsError::InitialMargin,
    );
    refused(
        world.trade(&poor, &maker, &key, 4 * UNIT, 300),
        OptionsError::NotEnoughCash,
    );
    world.trade(&poor, &maker, &key, 3 * UNIT, 300).unwrap();
    // A book of long options alone needs no more than its marks: the last cash may go.
    world.withdraw(&poor, 100 * USD).unwrap();
    assert_eq!(world.account(&poor.account).cash, 0);
    world.assert_sound();
}

#[test]
fn r1_a_gain_of_the_moment_cannot_be_withdrawn_until_the_slow_price_has_it() {
    let mut world = ClearingHouseFixture::new();
    let (owner, maker) = (world.participant(20_000 * USD), world.participant(1_000_000 * USD));
    let (call, put) = (world.series(CALL, 50_000, FAR), world.series(PUT, 42_000, FAR));
    world.trade(&owner, &maker, &call, 2 * UNIT, 1_900).unwrap();
    world.trade(&owner, &maker, &put, -3 * UNIT, 100).unwrap();
    // Up by eight per cent within a minute: the calls have gained some 6,000.
    world.markets[0].price = "54000".to_owned();
    world.advance(60);
    let at_once = world.withdrawable(&owner);
    // The same moment, had the slow price got there.
    let mut followed = world.copy();
    let key = followed.markets[0].keys.risk_market;
    let account = followed.raw(&key).unwrap();
    let mut market = account.risk_market().unwrap();
    market.signals.slow_price = market.signals.price;
    let mut data = account.data;
    data[8..].copy_from_slice(bytemuck::bytes_of(&market));
    tokens::put(&mut followed.svm, key, account.owner, data);
    let then = followed.withdrawable(&owner);
    assert!(then > at_once + 3_000 * USD, "{at_once} {then}");
    refused(world.withdraw(&owner, then), OptionsError::InitialMargin);
    followed.withdraw(&owner, then).unwrap();
    followed.assert_sound();
}

/// The gain of a spike, and a second account of the same owner's: what cannot be withdrawn cannot
/// be handed over by a trade either, at a price far from the fair one.
#[test]
fn r1_a_gain_of_the_moment_does_not_leave_by_a_trade_at_a_foolish_price() {
    let mut world = ClearingHouseFixture::new();
    let (owner, maker) = (world.participant(20_000 * USD), world.participant(1_000_000 * USD));
    let friend = world.participant(1_000_000 * USD);
    let (call, put) = (world.series(CALL, 50_000, FAR), world.series(PUT, 42_000, FAR));
    world.trade(&owner, &maker, &call, 2 * UNIT, 1_900).unwrap();
    world.trade(&owner, &friend, &put, -3 * UNIT, 100).unwrap();
    let far = world.series(CALL, 100_000, FAR);
    world.trade(&owner, &friend, &far, 100 * UNIT, 0).unwrap();
    world.markets[0].price = "54000".to_owned();
    world.advance(60);
    let leaves = world.withdrawable(&owner) / USD;
    // A hundredth of the put goes back to the friend, for as many dollars.
    let hand_over =
        |world: &mut ClearingHouseFixture, dollars: u64| world.trade(&owner, &friend, &put, 10_000, 100 * dollars);
    refused(
        hand_over(&mut world.copy(), leaves + 1_500),
        OptionsError::InitialMargin,
    );
    refused(hand_over(&mut world.copy(), leaves + 200), OptionsError::InitialMargin);
    hand_over(&mut world.copy(), leaves - 200).unwrap();
    // Far calls for nothing, whose spread charges would be more than that, excuse none of it.
    let mut padded = world.copy();
    let dear = 100 * (leaves + 200);
    let legs = [(put, Side::Sell, 1, dear), (far, Side::Buy, 10_000, 0)];
    let quote = padded.package(&friend, &legs, 10_000);
    assert!(100 * 54_000 / 1_000 > leaves + 200, "{leaves}");
    refused(
        padded.take(&owner, &friend, &quote, 10_000),
        OptionsError::InitialMargin,
    );
    // Who gets the better of it is asked nothing more.
    hand_over(&mut world, 0).unwrap();
    world.assert_sound();
}

/// Between maintenance and initial margin.
#[test]
fn who_lacks_the_initial_margin_may_reduce_near_the_fair_value_and_nothing_else() {
    let mut world = ClearingHouseFixture::new();
    let (owner, maker) = (world.participant(40_000 * USD), world.participant(1_000_000 * USD));
    let key = world.series(CALL, 52_000, FAR);
    world.trade(&owner, &maker, &key, -3 * UNIT, 1_200).unwrap();
    let mut price = 50_000;
    while world.copy().trade(&owner, &maker, &key, -10_000, 4_000).is_ok() {
        price += 500;
        world.move_to(&price.to_string());
    }
    price += 500;
    world.move_to(&price.to_string());
    // The fair price, found by what is permitted: a dollar for a hundredth is the least charge.
    let permitted = |price: &u64| world.copy().trade(&owner, &maker, &key, 10_000, *price).is_ok();
    let dearest = (500..9_000).step_by(50).filter(permitted).last();
    let fair = dearest.expect("a price at which it may be reduced") - 100;
    let opened = world.trade(&owner, &maker, &key, -10_000, fair);
    refused(opened, OptionsError::InitialMargin);
    assert!((1_500..5_000).contains(&fair), "{fair}");
    refused(
        world.trade(&owner, &maker, &key, 10_000, fair + 300),
        OptionsError::InitialMargin,
    );
    // Its owner takes, or somebody takes its quote.
    world.trade(&owner, &maker, &key, 10_000, fair).unwrap();
    world.trade(&maker, &owner, &key, -20_000, fair).unwrap();
    assert_eq!(world.held(&owner.account, &key), 30_000 - 3 * UNIT);
    refused(world.withdraw(&owner, 1), OptionsError::InitialMargin);
    world.assert_sound();
}

#[test]
fn what_expires_within_a_day_needs_cash_whatever_later_options_are_worth() {
    let mut world = ClearingHouseFixture::new();
    let (owner, maker) = (world.participant(20_000 * USD), world.participant(1_000_000 * USD));
    let (near, far) = (world.series(CALL, 50_000, NEAR), world.series(CALL, 50_000, FAR));
    // A calendar spread: the far option covers the near one by its worth, but not on the day.
    world.trade(&owner, &maker, &far, UNIT, 1_900).unwrap();
    world.trade(&owner, &maker, &near, -UNIT, 900).unwrap();
    world.withdraw(&owner, 18_000 * USD).unwrap();
    world.advance_to(NEAR - 86_400);
    refused(world.withdraw(&owner, USD), OptionsError::CashNeed);
    world.hold_half_a_minute();
    let begin = ix::begin_liquidation(&world.keys, &owner.account, &world.market_keys());
    world.crank(begin).unwrap();
}

#[test]
fn without_a_price_to_trade_on_positions_only_shrink() {
    let mut strangle = Strangle::with_cash(60_000);
    let world = &mut strangle.world;
    // Confidence of two per cent: too wide for Trade, good enough for Exit.
    world.markets[0].confidence = 0.02;
    world.advance(60);
    let opened = world.trade(&strangle.writer, &strangle.maker, &strangle.call, -100_000, PREMIUM);
    refused_by_name(opened, "PriceTooWide");
    world
        .trade(&strangle.writer, &strangle.maker, &strangle.call, 100_000, PREMIUM)
        .unwrap();
    refused_by_name(
        world.trade(&strangle.writer, &strangle.maker, &strangle.call, 1_000_000, PREMIUM),
        "PriceTooWide",
    );
    world.assert_sound();
}

#[test]
fn while_a_breaker_stands_positions_only_shrink() {
    let mut strangle = Strangle::with_cash(200_000);
    let world = &mut strangle.world;
    // A jump trips the breaker; a minute later the price is quiet, and the breaker is active for an
    // hour.
    world.markets[0].price = "46000".to_owned();
    world.advance(60);
    world.advance(60);
    let opened = world.trade(&strangle.writer, &strangle.maker, &strangle.call, -100_000, PREMIUM);
    refused(opened, OptionsError::OnlyReductions);
    world
        .trade(&strangle.writer, &strangle.maker, &strangle.call, 100_000, PREMIUM)
        .unwrap();
    world.assert_sound();
}

#[test]
fn an_old_surface_closes_what_opens_and_counts_further_out_for_the_rest() {
    let mut strangle = Strangle::with_cash(60_000);
    let world = &mut strangle.world;
    let flat = world.participant(1_000 * USD);
    world.pass(4 * 3_600, 4_000);
    world.publish_prices();
    let opened = world.trade(&strangle.writer, &strangle.maker, &strangle.call, -100_000, PREMIUM);
    refused_by_name(opened, "SurfaceStale");
    let old = world.withdrawable(&strangle.writer);
    world
        .trade(&strangle.writer, &strangle.maker, &strangle.call, 100_000, PREMIUM)
        .unwrap();
    world.withdraw(&flat, 1_000 * USD).unwrap();
    // The same moment with a surface of now: a tenth of its volatility less is held against it.
    let mut fresh = world.copy();
    fresh.draw_surfaces();
    let now = fresh.withdrawable(&strangle.writer);
    assert!(now > old + 100 * USD, "{old} {now}");
    world.assert_sound();
}

/// A market's oracle and feeders are dead for a day. What is held there is counted at a distance
/// and shrinks; everything on the other market goes on.
#[test]
fn a_frozen_day_on_one_market_stops_nobody_on_another() {
    let mut world = ClearingHouseFixture::with(2, house_settings(), listing());
    let (owner, maker) = (world.participant(100_000 * USD), world.participant(1_000_000 * USD));
    let (btc, eth) = (world.series(CALL, 55_000, FAR), world.series_on(1, CALL, 3_200, 0, FAR));
    world.trade(&owner, &maker, &btc, -UNIT, 300).unwrap();
    world.trade(&owner, &maker, &eth, -5 * UNIT, 60).unwrap();
    let before = world.withdrawable(&owner);
    // Both are passed on, though one is published no more.
    let markets = world.market_keys();
    let dead = world.markets.pop().unwrap();
    world.pass(120, 300);
    let silence = ballast_sdk::instructions::declare_silence(&dead.keys.risk_market, Source::First);
    world.crank(silence).unwrap();
    world.advance_to(world.clock().unix_timestamp + 26 * 3_600);
    world.markets.push(dead);
    let trade = |world: &mut ClearingHouseFixture, key, quantity, price| {
        assert_eq!(world.market_keys(), markets);
        world.trade(&owner, &maker, key, quantity, price)
    };
    trade(&mut world, &btc, -100_000, 300).unwrap();
    trade(&mut world, &btc, 200_000, 300).unwrap();
    let opened = trade(&mut world, &eth, -10_000, 60);
    assert!(opened.is_err());
    trade(&mut world, &eth, UNIT, 60).unwrap();
    let now = world.withdrawable(&owner);
    assert!(now > 0 && now < before, "{before} {now}");
    world.withdraw(&owner, now).unwrap();
    world.assert_sound();
}

#[test]
fn markets_can_neither_be_left_out_nor_replaced_nor_passed_twice() {
    let mut world = ClearingHouseFixture::with(2, house_settings(), listing());
    let (owner, maker) = (world.participant(100_000 * USD), world.participant(1_000_000 * USD));
    let (btc, eth) = (world.series(CALL, 55_000, FAR), world.series_on(1, CALL, 3_200, 0, FAR));
    world.trade(&owner, &maker, &btc, -UNIT, 300).unwrap();
    world.trade(&owner, &maker, &eth, -UNIT, 60).unwrap();
    let markets = world.market_keys();
    let withdraw = |world: &mut ClearingHouseFixture, markets: &[ix::MarketKeys]| {
        let holder = &owner.user.holder;
        let withdraw = ix::withdraw(&world.keys, &holder.key, &owner.account, &holder.quote, markets, USD);
        world.submit(withdraw, &owner.user)
    };
    refused(withdraw(&mut world, &[]), OptionsError::MarketMissing);
    refused(withdraw(&mut world, &markets[..1]), OptionsError::MarketMissing);
    refused(
        withdraw(&mut world, &[markets[0], markets[0]]),
        OptionsError::MarketRepeated,
    );
    let swapped = ix::MarketKeys {
        surface: markets[1].surface,
        ..markets[0]
    };
    refused(withdraw(&mut world, &[swapped, markets[1]]), OptionsError::NotListed);
    let foreign = ix::MarketKeys {
        risk_market: world.keys.house,
        ..markets[0]
    };
    refused(withdraw(&mut world, &[foreign, markets[1]]), OptionsError::NotListed);
    withdraw(&mut world, &[markets[1], markets[0]]).unwrap();
    world.assert_sound();
}

/// Thirty-two series over four markets.
fn many(world: &mut ClearingHouseFixture) -> Vec<ballast_options::state::SeriesKey> {
    let strikes = [
        (0, [42_000, 46_000, 54_000, 58_000], 0),
        (1, [2_500, 2_800, 3_200, 3_500], 0),
        (2, [126, 140, 160, 176], 0),
        (3, [42, 46, 54, 58], 2),
    ];
    let each = strikes.into_iter().flat_map(|(market, digits, places)| {
        let pairs = digits.into_iter().flat_map(|digits| [(CALL, digits), (PUT, digits)]);
        pairs.map(move |(kind, digits)| (market, kind, digits, places))
    });
    each.map(|(market, kind, digits, places)| world.series_on(market, kind, digits, places, FAR))
        .collect()
}

#[test]
fn the_largest_books_trade_withdraw_and_are_liquidated_within_a_transaction() {
    let mut world = ClearingHouseFixture::with(4, house_settings(), listing());
    // Beyond every grid, so that it is one more move to look at.
    world.remember_day("0.5");
    let (taker, maker) = (world.participant(1_000_000 * USD), world.participant(1_000_000 * USD));
    for (index, key) in many(&mut world).iter().enumerate() {
        let quantity = if index % 3 == 0 { 100_000 } else { -100_000 };
        let trade = world.trade(&taker, &maker, key, quantity, 1).expect("a trade");
        println!("trade {}: {} CU", index + 1, trade.compute_units_consumed);
    }
    assert_eq!(world.account(&taker.account).position_count, 32);
    let more = world.series(CALL, 50_000, FAR);
    refused(world.trade(&taker, &maker, &more, UNIT, 1), OptionsError::PositionsFull);
    let free = world.withdrawable(&taker);
    world.withdraw(&taker, free).expect("a withdrawal");
    // Prices move until it fails.
    let liquidator = world.participant(1_000_000 * USD);
    let markets = world.market_keys();
    let begin = ix::begin_liquidation(&world.keys, &taker.account, &markets);
    for step in 1.. {
        assert!(step < 20, "it never fails");
        world.markets[0].price = (50_000 - 1_000 * step).to_string();
        world.markets[1].price = (3_000 - 60 * step).to_string();
        world.advance(3_600);
        world.hold_half_a_minute();
        if let Ok(begun) = world.crank(begin.clone()) {
            println!("begin: {} CU", begun.compute_units_consumed);
            break;
        }
    }
    world.advance(120);
    let terms = ix::TakeTerms {
        share: 1_000_000_000,
        max_payment: i64::MAX,
    };
    let take = ix::liquidate(&world.keys, &parties(&liquidator, &taker), &markets, &terms);
    let taken = world.submit(take, &liquidator.user).expect("a take");
    println!("take: {} CU", taken.compute_units_consumed);
    assert!(
        taken.compute_units_consumed <= 680_000,
        "{}",
        taken.compute_units_consumed
    );
    world.assert_sound();
}

#[test]
fn accounts_of_one_owner_are_isolated_from_each_other() {
    let mut world = ClearingHouseFixture::new();
    let participant = world.participant(1_000 * USD);
    let (holder, admin) = (participant.user.holder, world.admin.pubkey());
    let number = world.clock().slot - 511;
    refused(
        world.crank(ix::open_account(&world.keys, &admin, &holder.key, number - 1)),
        OptionsError::AccountNumber,
    );
    world
        .crank(ix::open_account(&world.keys, &admin, &holder.key, number))
        .expect("a second account");
    let second = world.keys.account(&holder.key, number);
    world.accounts.push(second);
    refused(world.withdraw(&participant, 1_001 * USD), OptionsError::NotEnoughCash);
    let deposit = ix::deposit(&world.keys, &holder.key, &second, &holder.quote, 1_000 * USD);
    world.submit(deposit, &participant.user).unwrap();
    refused(world.withdraw(&participant, 1_001 * USD), OptionsError::NotEnoughCash);
    world.assert_sound();
}
