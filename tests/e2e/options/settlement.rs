//! Settlement: at an average that nobody samples, when its end moves on, and what one print can do.

use anchor_lang::prelude::Pubkey;
use anchor_lang::AnchorDeserialize;
use ballast_core_clearing::payout::shortfall::PATIENCE_SECONDS;
use ballast_core_types::I80F48;
use ballast_options::events::{ClaimPaid, ExpiryCovered, ExpirySettled, PositionsSettled, SettlementCopied};
use ballast_options::state::ExpiryOutcome;
use ballast_options::{OptionsError, WhatIfReport};
use ballast_sdk::instructions::options as ix;
use ballast_testkit::clearing_house::{
    events, house_settings, listing, refused, Member, Strangle, CALL, FAR, NEAR, PREMIUM, UNIT, USD,
};
use ballast_testkit::ClearingHouseFixture;

/// Returns a world with one series until [`NEAR`], at the beginning of its window.
fn at_the_window() -> ClearingHouseFixture {
    let mut world = ClearingHouseFixture::new();
    world.series(CALL, 55_000, NEAR);
    world.advance_to(NEAR - 1_800);
    world
}

#[test]
fn r12_an_expiry_settles_once_and_by_anyone_at_the_average_of_its_half_hour() {
    let mut world = ClearingHouseFixture::new();
    world.series(CALL, 55_000, NEAR);
    world.advance_to(NEAR - 1_801);
    refused(world.settle_expiry(NEAR), OptionsError::SettleTooEarly);
    world.observe_until(NEAR - 1_800);
    let copied = world.settle_expiry(NEAR);
    let [copied] = &events::<SettlementCopied>(&copied)[..] else {
        panic!()
    };
    assert_eq!(
        (copied.begins.at, world.expiry(NEAR).begins),
        (NEAR - 1_800, copied.begins)
    );
    // Twenty minutes at one price, ten at another.
    world.observe_until(NEAR - 660);
    world.markets[0].price = "53000".to_owned();
    world.observe_until(NEAR - 1);
    refused(world.settle_expiry(NEAR), OptionsError::SettleTooEarly);
    world.markets[0].price = "99000".to_owned();
    world.observe_until(NEAR);
    let settled = world.settle_expiry(NEAR);
    let [event] = &events::<ExpirySettled>(&settled)[..] else {
        panic!()
    };
    assert_eq!(
        (event.outcome, event.ends_at, event.averaged_seconds),
        (ExpiryOutcome::Window, NEAR, 1_800)
    );
    assert_eq!(event.price, ballast_testkit::fixed("51000"));
    refused(world.settle_expiry(NEAR), OptionsError::Settled);
}

#[test]
fn while_nothing_counts_the_end_moves_on_by_half_hours() {
    let mut world = at_the_window();
    world.markets[0].confidence = 0.006;
    world.observe_until(NEAR);
    world.settle_expiry(NEAR).unwrap();
    refused(world.settle_expiry(NEAR), OptionsError::TooLittleTime);
    world.observe_until(NEAR + 1_260);
    world.markets[0].confidence = 0.0002;
    // Nine minutes in the half hour after, and a tenth in the next.
    world.observe_until(NEAR + 1_800);
    refused(world.settle_expiry(NEAR), OptionsError::TooLittleTime);
    world.observe_until(NEAR + 3_599);
    refused(world.settle_expiry(NEAR), OptionsError::TooLittleTime);
    world.observe_until(NEAR + 3_600);
    let settled = world.settle_expiry(NEAR);
    let [event] = &events::<ExpirySettled>(&settled)[..] else {
        panic!()
    };
    assert_eq!((event.outcome, event.ends_at), (ExpiryOutcome::Window, NEAR + 3_600));
    assert!(
        event.averaged_seconds >= 2_280 && event.averaged_seconds <= 2_340,
        "{event:?}"
    );
}

#[test]
fn a_market_that_dies_settles_after_a_week_at_what_counted_before_the_expiry() {
    let mut strangle = Strangle::with_cash(30_000);
    let both = strangle.both();
    let world = &mut strangle.world;
    // Observed for twenty minutes at 51,000, hours before; then never again.
    world.advance_to(NEAR - 5 * 3_600);
    world.markets[0].price = "51000".to_owned();
    world.advance_to(NEAR - 4 * 3_600);
    world.observe_until(NEAR - 4 * 3_600 + 1_200);
    let silent = NEAR + 7 * 86_400 - 1 - world.clock().unix_timestamp;
    world.pass(silent, 1);
    refused(world.settle_expiry(NEAR), OptionsError::SettleTooEarly);
    world.pass(1, 1);
    let settled = world.settle_expiry(NEAR);
    let [event] = &events::<ExpirySettled>(&settled)[..] else {
        panic!()
    };
    assert_eq!(
        (event.outcome, event.price),
        (ExpiryOutcome::BeforeExpiry, ballast_testkit::fixed("51000"))
    );
    world.settle(NEAR, &both).unwrap();
    world.assert_sound();
    assert_eq!(world.expiry(NEAR).open_long, 0);
}

#[test]
fn r12_whoever_brings_a_spike_moves_the_price_by_what_it_is_held_for() {
    // The same market twice; in one of them somebody catches a spike of one per cent at a chosen
    // moment, and everybody else observes each minute.
    let settle = |spike: bool| {
        let mut world = at_the_window();
        world.markets[0].price = "50000".to_owned();
        for minute in 0..30 {
            if spike && minute == 17 {
                world.markets[0].price = "50500".to_owned();
                world.pass(45, 20);
                world.publish_prices();
                world.markets[0].price = "50000".to_owned();
                world.pass(15, 10);
            } else {
                world.pass(60, 30);
            }
            world.publish_prices();
        }
        world.settle_expiry(NEAR).unwrap();
        world.expiry(NEAR).price.get()
    };
    let moved = settle(true) - settle(false);
    // Fifteen seconds of half an hour.
    assert!(
        moved > I80F48::ZERO && moved <= I80F48::from_num(500) * 15 / 1_800,
        "{moved}"
    );
}

#[test]
fn nobody_trades_an_option_after_a_price_of_its_expiry_is_there_though_the_clock_lags() {
    let mut strangle = Strangle::with_cash(30_000);
    let world = &mut strangle.world;
    world.advance_to(NEAR - 3);
    let quantity = UNIT / 10;
    let (maker, writer, call) = (&strangle.maker, &strangle.writer, &strangle.call);
    // The maker gives a part of the call back.
    let back = |world: &mut ClearingHouseFixture| world.trade(maker, writer, call, -quantity, PREMIUM);
    back(&mut world.copy()).unwrap();
    // The publishers are three seconds ahead of the chain's leader.
    world.pass(1, 1);
    world.publish_ahead(2);
    refused(back(world), OptionsError::Expired);
}

/// A writer who owes 7,350 more than there is on an expiry that settles at 68,000, one and a half
/// short, with 500 in the fund; all positions settled. The account that is returned is owed a
/// third.
fn with_a_shortfall(house: ClearingHouseFixture) -> (Strangle, Member) {
    let mut strangle = Strangle::written(house, 12_000);
    let other = strangle.world.participant(1_000_000 * USD);
    let world = &mut strangle.world;
    world
        .trade(&other, &strangle.writer, &strangle.call, UNIT / 2, PREMIUM)
        .unwrap();
    let giver = world.wallet(500 * USD);
    let fund = ix::fund_insurance(&world.keys, &giver.holder.key, &giver.holder.quote, 500 * USD);
    world.submit(fund, &giver).unwrap();
    // Up by a third in a day, and nobody liquidates.
    let mut price = 50_000;
    while price < 68_000 {
        price += 1_000;
        world.move_to(&price.to_string());
    }
    world.settle_price(NEAR);
    assert_eq!(world.expiry(NEAR).price, ballast_testkit::fixed("68000"));
    let everyone = [strangle.maker.account, strangle.writer.account, other.account];
    let settled = world.settle(NEAR, &everyone);
    let settled = events::<PositionsSettled>(&settled);
    // 13,000 in the money, one and a half short: 19,500 owed by somebody with 12,150.
    let loser = settled
        .iter()
        .find(|event| event.account == strangle.writer.account)
        .unwrap();
    assert_eq!(loser.net, -(19_500 * USD as i64));
    assert_eq!((loser.collected, loser.unpaid), (12_150 * USD, 7_350 * USD));
    assert_eq!(world.account(&strangle.writer.account).debt, 7_350 * USD);
    world.assert_sound();
    (strangle, other)
}

/// Pays claims, and returns what was paid, rounding dust included.
fn paid(world: &mut ClearingHouseFixture, accounts: &[Pubkey], is_last: bool) -> u64 {
    let paid = events::<ClaimPaid>(&world.pay(NEAR, accounts));
    assert_eq!(paid.len(), accounts.len());
    let share = |event: &ClaimPaid, of: u64| {
        let exact = u128::from(event.claim) * u128::from(of) / u128::from(event.claimed);
        u64::try_from(exact).unwrap()
    };
    for event in &paid {
        let amount = if is_last {
            share(event, event.covered)
        } else {
            share(event, event.collected)
        };
        assert_eq!((event.amount, event.is_last), (amount, is_last));
    }
    world.assert_sound();
    paid.iter().map(|event| event.amount + event.dust).sum()
}

#[test]
fn what_losers_cannot_pay_is_the_funds_then_the_winners_pro_rata_and_can_be_worked_out_again() {
    let (mut strangle, other) = with_a_shortfall(ClearingHouseFixture::new());
    let (writer, world) = (&strangle.writer, &mut strangle.world);
    let winners = [strangle.maker.account, other.account];
    // At once what was collected; the rest waits for the fund, and is not counted meanwhile.
    assert_eq!(paid(world, &winners, false), 12_150 * USD);
    refused(world.pay(NEAR, &winners), OptionsError::FundPending);
    let covered = events::<ExpiryCovered>(&world.cover(NEAR));
    assert_eq!(covered[0].missing, 7_350 * USD);
    assert_eq!(covered[0].covered, 500 * USD);
    assert_eq!(world.account(&world.keys.insurance).cash, 0);
    refused(world.cover(NEAR), OptionsError::NothingMissing);
    assert_eq!(paid(world, &winners, true), 500 * USD);
    refused(world.pay(NEAR, &winners), OptionsError::NothingHere);

    // Who owes neither trades nor withdraws, and what they bring repays the fund first.
    refused(world.withdraw(writer, USD), OptionsError::InDebt);
    let fund_before = world.account(&world.keys.insurance).cash;
    world.deposit(writer, 7_400 * USD).unwrap();
    assert_eq!(world.account(&writer.account).cash, 50 * USD);
    assert_eq!(world.account(&world.keys.insurance).cash - fund_before, 7_350 * USD);
    world.withdraw(writer, 50 * USD).unwrap();
    world.assert_sound();
}

#[test]
fn the_fund_waits_a_day_for_another_market_and_nobody_passes_it_by() {
    // Somebody holds an option of the same moment on the second market, which nobody settles.
    let mut house = ClearingHouseFixture::with(2, house_settings(), listing());
    let (buyer, seller) = (house.participant(10_000 * USD), house.participant(10_000 * USD));
    let call = house.series_on(1, CALL, 3_300, 0, NEAR);
    house.trade(&buyer, &seller, &call, UNIT / 10, PREMIUM).unwrap();
    let (mut strangle, other) = with_a_shortfall(house);
    let world = &mut strangle.world;
    let keys = world.keys;
    let winners = [strangle.maker.account, other.account];
    assert_eq!(paid(world, &winners, false), 12_150 * USD);
    // Once that is settled, it waits no longer.
    refused(world.cover(NEAR), OptionsError::OthersOpen);
    let mut settled = world.copy();
    let risk_market = settled.markets[1].keys.risk_market;
    settled.crank(ix::settle_expiry(&keys, 1, NEAR, &risk_market)).unwrap();
    refused(settled.cover(NEAR), OptionsError::OthersOpen);
    let both = [buyer.account, seller.account];
    settled.crank(ix::settle_positions(&keys, 1, NEAR, &both)).unwrap();
    settled.cover(NEAR).unwrap();
    settled.assert_sound();
    // Nor does it longer than a day.
    world.advance_to(NEAR + PATIENCE_SECONDS - 1);
    refused(world.cover(NEAR), OptionsError::OthersOpen);
    world.advance(1);
    // What is passed has to be each market's expiry, in their order, whether it exists or not.
    let cover = ix::cover_expiries(&keys, 2, NEAR);
    let at = cover.accounts.len() - 2;
    let mut fewer = cover.clone();
    fewer.accounts.pop();
    let mut twice = cover.clone();
    twice.accounts[at + 1] = twice.accounts[at].clone();
    let mut elsewhere = cover.clone();
    elsewhere.accounts[at + 1].pubkey = Pubkey::new_unique();
    let mut later = cover.clone();
    later.accounts[at + 1].pubkey = ballast_sdk::addresses::expiry(&keys.house, 1, FAR);
    for bad in [fewer, twice, elsewhere, later] {
        let before = world.fingerprint();
        refused(world.crank(bad), OptionsError::ExpiryAccounts);
        assert_eq!(world.fingerprint(), before);
    }
    let units = world.crank(cover).unwrap().compute_units_consumed;
    assert!(units < 40_000, "{units}");
    assert_eq!(paid(world, &winners, true), 500 * USD);
}

#[test]
fn a_gain_keeps_an_account_and_is_neither_withdrawn_nor_lent_on_before_it_is_paid() {
    let (mut strangle, winner) = with_a_shortfall(ClearingHouseFixture::new());
    let world = &mut strangle.world;
    // The winner is owed 6,500, and has to keep a margin for another expiry.
    let call = world.series(CALL, 75_000, FAR);
    world.trade(&winner, &strangle.maker, &call, -UNIT, PREMIUM).unwrap();
    let before = world.withdrawable(&winner);
    let cash = world.account(&winner.account).cash;
    assert!(before < cash, "{before} {cash}");
    let part = paid(world, &[winner.account], false);
    assert_eq!(part, 6_500 * 12_150 * USD / 19_500);
    assert!(world.withdrawable(&winner).abs_diff(before + part) <= 2 * USD);
    // What is left of it is the fund's affair, and counts no more.
    let markets = world.market_keys();
    let what_if = ix::what_if(&world.keys, &winner.account, &markets, Vec::new(), 0);
    let data = world.crank(what_if).unwrap().return_data.data;
    let report = WhatIfReport::deserialize(&mut &data[..]).unwrap();
    assert_eq!(report.before.unpaid, 0);
    assert!(report.before.equity < (cash + part) as i64, "{report:?}");
}

#[test]
fn who_has_sixteen_expiries_opens_none_on_another() {
    let mut world = ClearingHouseFixture::with(3, house_settings(), listing());
    let (buyer, seller) = (world.participant(100_000 * USD), world.participant(1_000_000 * USD));
    let another = world.participant(1_000_000 * USD);
    let days = [1, 2, 3].map(|day| NEAR - 2 * 86_400 + day * 86_400);
    let weeks = [1, 2, 3].map(|week| NEAR + week * 7 * 86_400);
    let mut full = Vec::new();
    for (market, strike) in [(0, 55_000), (1, 3_300), (2, 160)] {
        for moment in days.into_iter().chain(weeks) {
            full.push(world.series_on(market, CALL, strike, 0, moment));
        }
    }
    for (count, call) in full.iter().enumerate().take(17) {
        // Each side has no more than it has room for.
        let sold = world.trade(
            &buyer,
            if count < 9 { &seller } else { &another },
            call,
            UNIT / 100,
            PREMIUM,
        );
        match count {
            16 => refused(sold, OptionsError::ExpiriesFull),
            _ => assert!(sold.is_ok(), "{count}: {sold:?}"),
        }
    }
    // On those that it has it may open what it likes.
    let beside = world.series(CALL, 56_000, days[0]);
    world.trade(&buyer, &seller, &beside, UNIT / 100, PREMIUM).unwrap();
}

#[test]
fn who_was_settled_before_spoils_no_batch() {
    let mut strangle = Strangle::with_cash(30_000);
    let stranger = strangle.world.participant(USD);
    let world = &mut strangle.world;
    world.settle_price(NEAR);
    let (writer, maker) = (strangle.writer.account, strangle.maker.account);
    refused(world.settle(NEAR, &[]), OptionsError::Batch);
    refused(world.settle(NEAR, &[world.keys.insurance]), OptionsError::IsInsurance);
    refused(world.settle(NEAR, &[stranger.account]), OptionsError::NothingHere);
    world.settle(NEAR, &[writer]).unwrap();
    let gone = Pubkey::new_unique();
    let settled = world.settle(NEAR, &[writer, stranger.account, gone, maker, maker]);
    assert_eq!(events::<PositionsSettled>(&settled).len(), 1);
    world.assert_sound();
}
