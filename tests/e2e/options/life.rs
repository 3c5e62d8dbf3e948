//! The life of positions: traded by quote, decaying, settled at an average, paid out, and
//! everything given back.

use ballast_core_clearing::legs::Legs;
use ballast_core_clearing::quote::Quote;
use ballast_core_clearing::trade::{Side, UnitPrice};
use ballast_options::events::{ClaimPaid, PositionsSettled, Traded};
use ballast_options::state::ExpiryOutcome;
use ballast_options::OptionsError;
use ballast_sdk::instructions::options as ix;
use ballast_testkit::clearing_house::{events, refused, Member, Strangle, CALL, FAR, NEAR, PREMIUM, UNIT, USD};
use ballast_testkit::ClearingHouseFixture;
use solana_signer::Signer;

const CASH: u64 = 30_000;

/// Empties and closes an account; what the wallet then holds.
fn leave(world: &mut ClearingHouseFixture, participant: &Member) -> u64 {
    let cash = world.account(&participant.account).cash;
    if cash > 0 {
        world.withdraw(participant, cash).expect("a withdrawal");
    }
    let payer = world.admin.pubkey();
    let close = ix::close_account(&participant.user.holder.key, &participant.account, &payer);
    world.submit(close, &participant.user).expect("a closed account");
    world.tokens(&participant.user.holder.quote)
}

#[test]
fn a_strangle_is_written_decays_settles_and_pays_to_the_base_unit() {
    let mut strangle = Strangle::with_cash(CASH);
    let [writer, maker] = strangle.both();
    let world = &mut strangle.world;
    assert_eq!(world.account(&writer).cash, (CASH + 2 * PREMIUM) * USD);
    assert_eq!(world.account(&maker).cash, (1_000_000 - 2 * PREMIUM) * USD);
    assert_eq!(
        (world.held(&writer, &strangle.call), world.held(&maker, &strangle.put)),
        (-UNIT, UNIT)
    );
    assert_eq!(world.series_account(&strangle.call).open_interest, UNIT as u64);

    // It decays: what cannot be withdrawn on the first day can be when a day of it is gone and the
    // price has not moved.
    let most = world.withdrawable(&strangle.writer);
    world.advance_to(NEAR - 30 * 3_600);
    let later = world.withdrawable(&strangle.writer);
    assert!(later > most + 50 * USD, "{most} {later}");

    // The call ends 2,000 in the money.
    for price in (50_500..=57_000).step_by(500) {
        world.move_to(&price.to_string());
    }
    refused(world.settle(NEAR, &[writer]), OptionsError::NotSettled);
    world.settle_price(NEAR);
    let expiry = world.expiry(NEAR);
    assert_eq!(
        (expiry.outcome, expiry.averaged_seconds),
        (ExpiryOutcome::Window, 1_800)
    );
    assert_eq!(expiry.price, ballast_testkit::fixed("57000"));
    refused(world.pay(NEAR, &[maker]), OptionsError::NothingHere);

    let settled = world.settle(NEAR, &[maker]);
    let [winner] = &events::<PositionsSettled>(&settled)[..] else {
        panic!()
    };
    assert_eq!((winner.net, winner.claim), (2_000_000_000, 2_000_000_000));
    refused(world.pay(NEAR, &[maker]), OptionsError::StillOpen);
    let settled = world.settle(NEAR, &[writer]);
    let [loser] = &events::<PositionsSettled>(&settled)[..] else {
        panic!()
    };
    assert_eq!(
        (loser.net, loser.collected, loser.unpaid),
        (-2_000_000_000, 2_000_000_000, 0)
    );
    refused(world.settle(NEAR, &[writer]), OptionsError::NothingHere);
    world.assert_sound();
    let paid = world.pay(NEAR, &[maker]);
    let [paid] = &events::<ClaimPaid>(&paid)[..] else {
        panic!()
    };
    assert_eq!((paid.amount, paid.dust), (2_000_000_000, 0));
    world.assert_sound();

    // Everything goes back: tokens, and the rent of every account.
    assert_eq!(leave(world, &strangle.writer), (2 * CASH + 2 * PREMIUM - 2_000) * USD);
    assert_eq!(leave(world, &strangle.maker), (2_000_000 - 2 * PREMIUM + 2_000) * USD);
    assert_eq!((world.house().ledger, world.tokens(&world.keys.custody)), (0, 0));
    let admin = world.admin.pubkey();
    let expiry = world.keys.series(&strangle.call).expiry;
    refused(
        world.crank(ix::close_expiry(&expiry, &admin)),
        OptionsError::ExpiryInUse,
    );
    for key in [&strangle.call, &strangle.put] {
        let close = ix::close_series(&world.keys, key, &admin);
        world.crank(close).expect("a closed series");
    }
    world.crank(ix::close_expiry(&expiry, &admin)).expect("a closed expiry");
    for gone in [writer, maker, expiry, world.keys.series(&strangle.call).series] {
        assert!(world.raw(&gone).is_none());
    }
}

/// The same quote at a price with an odd last digit.
fn odd(quote: Quote) -> Quote {
    let mut leg = *quote.legs.first();
    leg.price = UnitPrice(1_500_000_001);
    Quote {
        legs: Legs::single(leg),
        ..quote
    }
}

#[test]
fn premiums_are_rounded_against_the_taker_and_positions_net() {
    let mut world = ClearingHouseFixture::new();
    let (taker, maker) = (world.participant(100_000 * USD), world.participant(100_000 * USD));
    let key = world.series(CALL, 50_000, FAR);
    // A hundredth of an underlying: 0.01 × 1,500.000001.
    let quote = odd(world.quote(&maker, &key, Side::Sell, UNIT, 0));
    let bought = world.take(&taker, &maker, &quote, 10_000);
    assert_eq!(events::<Traded>(&bought)[0].premium, 15_000_001);
    let quote = odd(world.quote(&maker, &key, Side::Buy, UNIT, 0));
    let sold = world.take(&taker, &maker, &quote, 10_000);
    let [event] = &events::<Traded>(&sold)[..] else {
        panic!()
    };
    assert_eq!((event.premium, event.open_interest), (15_000_000, 0));
    assert_eq!(world.account(&taker.account).position_count, 0);
    assert_eq!(world.account(&taker.account).cash, 100_000 * USD - 1);
    world.assert_sound();
}
