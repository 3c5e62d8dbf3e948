//! Settlement: which prices are samples, when a window grows, and what one sample can do.

use ballast_core_types::I80F48;
use ballast_options::events::{ClaimPaid, ExpirySettled, PositionsSettled};
use ballast_options::state::ExpiryOutcome;
use ballast_options::OptionsError;
use ballast_sdk::instructions::options as ix;
use ballast_testkit::clearing_house::{events, refused, refused_by_name, Strangle, CALL, NEAR, PREMIUM, UNIT, USD};
use ballast_testkit::{ClearingHouseFixture, Sent};

fn finish(world: &mut ClearingHouseFixture) -> Sent {
    let market = world.markets[0].keys.risk_market;
    world.crank(ix::finish_settlement(&world.keys, 0, NEAR, &market))
}

/// Returns a world with one series until [`NEAR`], a second before its window begins.
fn before_the_window() -> ClearingHouseFixture {
    let mut world = ClearingHouseFixture::new();
    world.series(CALL, 55_000, NEAR);
    world.advance_to(NEAR - 1_801);
    world
}

#[test]
fn samples_lie_in_the_window_and_apart() {
    let mut world = before_the_window();
    refused(world.sample(NEAR), OptionsError::BeforeWindow);
    world.advance(1);
    world.sample(NEAR).unwrap();
    refused(world.sample(NEAR), OptionsError::SampleTooClose);
    world.advance(59);
    refused(world.sample(NEAR), OptionsError::SampleTooClose);
    world.advance(1);
    world.sample(NEAR).unwrap();
    refused(finish(&mut world), OptionsError::SettleTooEarly);
    assert_eq!(world.expiry(NEAR).sample_count, 2);
}

#[test]
fn a_price_too_wide_to_settle_on_is_no_sample_and_the_window_grows() {
    let mut world = before_the_window();
    world.markets[0].confidence = 0.006;
    world.advance(1);
    refused_by_name(world.sample(NEAR), "PriceTooWide");
    world.advance_to(NEAR + 10);
    refused(finish(&mut world), OptionsError::TooFewSamples);
    world.markets[0].confidence = 0.0002;
    for _ in 0..20 {
        world.advance(60);
        world.sample(NEAR).unwrap();
    }
    assert_eq!(world.expiry(NEAR).ends_at, NEAR + 1_800);
    refused(finish(&mut world), OptionsError::SettleTooEarly);
    world.advance_to(NEAR + 1_801);
    // Enough of them, and the window over: nothing more is taken in.
    refused(world.sample(NEAR), OptionsError::AfterWindow);
    let settled = finish(&mut world);
    let [event] = &events::<ExpirySettled>(&settled)[..] else {
        panic!()
    };
    assert_eq!((event.outcome, event.samples), (ExpiryOutcome::Average, 20));
    refused(world.sample(NEAR), OptionsError::Settled);
}

#[test]
fn whoever_chooses_a_sample_moves_the_price_by_no_more_than_its_weight() {
    // The same market twice; in one of them somebody catches a spike of one per cent at a chosen
    // moment.
    let settle = |spike: bool| {
        let mut world = before_the_window();
        world.advance(1);
        for minute in 0..30 {
            let spiked = spike && minute == 17;
            world.markets[0].price = if spiked { "50500" } else { "50000" }.to_owned();
            world.pass(59, 30);
            world.publish_prices();
            world.sample(NEAR).unwrap();
            // However often they try, the stretch counts once.
            assert!(world.sample(NEAR).is_err());
            world.markets[0].price = "50000".to_owned();
            world.pass(1, 1);
            world.publish_prices();
        }
        world.advance(60);
        finish(&mut world).unwrap();
        let expiry = world.expiry(NEAR);
        assert_eq!((expiry.sample_count, expiry.outcome), (30, ExpiryOutcome::Average));
        expiry.price.get()
    };
    let moved = settle(true) - settle(false);
    assert!(moved > I80F48::ZERO && moved <= I80F48::from_num(500) / 30, "{moved}");
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
    refused(world.settle(NEAR, &[world.keys.insurance]), OptionsError::NothingHere);
    world.settle(NEAR, &[writer, maker]).unwrap();
    world.assert_sound();
}
