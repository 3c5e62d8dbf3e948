//! Settlement: at an average that nobody samples, when its end moves on, and what one print can do.

use ballast_core_types::I80F48;
use ballast_options::events::{ClaimPaid, ExpirySettled, PositionsSettled, SettlementCopied};
use ballast_options::state::ExpiryOutcome;
use ballast_options::OptionsError;
use ballast_sdk::instructions::options as ix;
use ballast_testkit::clearing_house::{events, refused, Strangle, CALL, NEAR, PREMIUM, UNIT, USD};
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

#[test]
fn what_losers_cannot_pay_is_the_funds_then_the_winners_pro_rata_and_can_be_worked_out_again() {
    let mut strangle = Strangle::with_cash(12_000);
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
    assert_eq!((loser.collected, loser.covered), (12_150 * USD, 500 * USD));
    assert_eq!(loser.uncovered, 19_500 * USD - 12_650 * USD);
    assert_eq!(world.account(&strangle.writer.account).debt, 7_350 * USD);
    world.assert_sound();

    let paid = world.pay(NEAR, &[strangle.maker.account, other.account]);
    let paid = events::<ClaimPaid>(&paid);
    for event in &paid {
        let share = u128::from(event.claim) * u128::from(event.collected) / u128::from(event.claimed);
        assert_eq!(u128::from(event.amount), share);
    }
    let whole: u64 = paid.iter().map(|event| event.amount + event.dust).sum();
    assert_eq!(whole, 12_650 * USD);
    world.assert_sound();

    // Who owes neither trades nor withdraws, and what they bring repays the fund first.
    refused(world.withdraw(&strangle.writer, USD), OptionsError::InDebt);
    let fund_before = world.account(&world.keys.insurance).cash;
    world.deposit(&strangle.writer, 7_400 * USD).unwrap();
    assert_eq!(world.account(&strangle.writer.account).cash, 50 * USD);
    assert_eq!(world.account(&world.keys.insurance).cash - fund_before, 7_350 * USD);
    world.withdraw(&strangle.writer, 50 * USD).unwrap();
    world.assert_sound();
}

#[test]
fn a_batch_takes_each_account_once() {
    let mut strangle = Strangle::with_cash(30_000);
    let world = &mut strangle.world;
    world.settle_price(NEAR);
    let (writer, maker) = (strangle.writer.account, strangle.maker.account);
    refused(world.settle(NEAR, &[]), OptionsError::Batch);
    assert!(world.settle(NEAR, &[writer, writer]).is_err());
    refused(world.settle(NEAR, &[world.keys.insurance]), OptionsError::IsInsurance);
    world.settle(NEAR, &[writer, maker]).unwrap();
    world.assert_sound();
}
