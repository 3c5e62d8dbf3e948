//! Quotes of several legs, posted quotes, the protection of makers, and fees.

use ballast_core_clearing::quote::Quote;
use ballast_core_clearing::trade::Side;
use ballast_options::events::Traded;
use ballast_options::state::SeriesKey;
use ballast_options::OptionsError;
use ballast_sdk::instructions::options as ix;
use ballast_sdk::quotes::{carrier, SignedQuote};
use ballast_testkit::clearing_house::{
    events, house_settings, listing, parties, refused, Member, CALL, FAR, NEAR, PUT, UNIT, USD,
};
use ballast_testkit::world::more_units;
use ballast_testkit::{ClearingHouseFixture, Sent};
use solana_keypair::Keypair;

/// An iron condor: the maker buys the inner strangle and sells the outer one.
fn condor(world: &mut ClearingHouseFixture) -> [(SeriesKey, Side, u16, u64); 4] {
    [
        (world.series(PUT, 42_000, FAR), Side::Sell, 1, 150),
        (world.series(PUT, 46_000, FAR), Side::Buy, 1, 500),
        (world.series(CALL, 54_000, FAR), Side::Buy, 1, 550),
        (world.series(CALL, 58_000, FAR), Side::Sell, 1, 150),
    ]
}

fn held(world: &ClearingHouseFixture, member: &Member, legs: &[(SeriesKey, Side, u16, u64)]) -> Vec<i64> {
    legs.iter().map(|(key, ..)| world.held(&member.account, key)).collect()
}

/// Takes of a posted quote.
fn take_posted(world: &mut ClearingHouseFixture, taker: &Member, maker: &Member, quote: &Quote, lots: i64) -> Sent {
    let (parties, markets) = (parties(taker, maker), world.market_keys());
    let trade = ix::TradeAccounts {
        house: &world.keys,
        parties: &parties,
        markets: &markets,
    };
    let take = ix::trade_quote(&trade, quote, lots, true);
    world.send(&[more_units(), take], &[&taker.user.keypair])
}

#[test]
fn a_package_is_traded_whole_under_one_signature_and_one_margin_check() {
    let mut world = ClearingHouseFixture::new();
    // The inner strangle alone takes five thousand of margin: the condor no more than its wings are
    // apart, and its premium pays for some of that.
    let (taker, maker) = (world.participant(3_400 * USD), world.participant(100_000 * USD));
    let legs = condor(&mut world);
    let quote = world.package(&maker, &legs, UNIT);
    world.take(&taker, &maker, &quote, UNIT).unwrap();
    assert_eq!(held(&world, &taker, &legs), [UNIT, -UNIT, -UNIT, UNIT]);
    assert_eq!(held(&world, &maker, &legs), [-UNIT, UNIT, UNIT, -UNIT]);
    // 550 + 500 less twice 150.
    assert_eq!(world.account(&taker.account).cash, (3_400 + 750) * USD);
    for (key, ..) in &legs {
        assert_eq!(world.series_account(key).open_interest, UNIT as u64);
    }
    world.assert_sound();

    let poor = world.participant(3_400 * USD);
    let inner = world.package(&maker, &legs[1..3], UNIT);
    refused(world.take(&poor, &maker, &inner, UNIT), OptionsError::InitialMargin);
    // Nobody gets one leg of it alone, nor in another place.
    let quote = world.package(&maker, &legs, UNIT);
    let signed = SignedQuote::sign(&quote, &maker.user.keypair);
    let (who, markets) = (parties(&poor, &maker), world.market_keys());
    let trade = ix::TradeAccounts {
        house: &world.keys,
        parties: &who,
        markets: &markets,
    };
    let [carrier, whole] = ix::take_quote(&trade, &signed, UNIT).unwrap();
    let (mut fewer, mut swapped) = (whole.clone(), whole.clone());
    let markets_at = whole.accounts.len() - 2;
    fewer.accounts.drain(markets_at - 2..markets_at);
    swapped.accounts.swap(markets_at - 1, markets_at - 3);
    for (bad, rule) in [
        (fewer, OptionsError::MarketMissing),
        (swapped, OptionsError::WrongSeries),
    ] {
        let before = world.fingerprint();
        let sent = world.send(&[more_units(), carrier.clone(), bad], &[&poor.user.keypair]);
        refused(sent, rule);
        assert_eq!(world.fingerprint(), before);
    }
    world
        .send(&[more_units(), carrier, whole], &[&poor.user.keypair])
        .unwrap();
}

#[test]
fn legs_have_their_ratios_and_their_own_expiries() {
    let mut world = ClearingHouseFixture::new();
    let (taker, maker) = (world.participant(100_000 * USD), world.participant(100_000 * USD));
    let (near, far) = (world.series(CALL, 52_000, NEAR), world.series(CALL, 52_000, FAR));
    let higher = world.series(CALL, 60_000, NEAR);
    let legs = [
        (near, Side::Buy, 1, 400),
        (far, Side::Sell, 1, 1_300),
        (higher, Side::Buy, 3, 20),
    ];
    let quote = world.package(&maker, &legs, 2 * UNIT);
    refused(
        world.take(&taker, &maker, &quote, 3 * UNIT),
        OptionsError::QuoteQuantity,
    );
    refused(world.take(&taker, &maker, &quote, UNIT + 1), OptionsError::Size);
    world.take(&taker, &maker, &quote, UNIT).unwrap();
    assert_eq!(held(&world, &taker, &legs), [-UNIT, UNIT, -3 * UNIT]);
    assert_eq!(world.account(&maker.account).cash, (100_000 + 1_300 - 400 - 60) * USD);
    world.assert_sound();
    // The same backwards: everything nets, and both have what they began with.
    let back = legs.map(|(key, side, ratio, price)| (key, side.opposite(), ratio, price));
    let quote = world.package(&maker, &back, UNIT);
    world.take(&taker, &maker, &quote, UNIT).unwrap();
    assert_eq!(held(&world, &taker, &legs), [0; 3]);
    for member in [&taker, &maker] {
        assert_eq!(world.account(&member.account).cash, 100_000 * USD);
    }
    for (key, ..) in &legs {
        assert_eq!(world.series_account(key).open_interest, 0);
    }
    world.assert_sound();
}

#[test]
fn a_posted_quote_is_taken_as_a_signed_one_is() {
    let mut world = ClearingHouseFixture::new();
    let (taker, maker) = (world.participant(100_000 * USD), world.participant(100_000 * USD));
    let legs = condor(&mut world);
    let quote = world.package(&maker, &legs, UNIT);
    let owner = maker.user.holder.key;
    // Nobody posts for others, for another account, under another nonce, or what is no quote.
    let post = ix::post_quote(&world.keys, &owner, &quote);
    let mut by_other = ix::post_quote(&world.keys, &taker.user.holder.key, &quote);
    refused(world.submit(by_other.clone(), &taker.user), OptionsError::NotQuoter);
    by_other.accounts[3] = anchor_lang::prelude::AccountMeta::new_readonly(taker.account, false);
    assert!(world.submit(by_other, &taker.user).is_err());
    let mut cut = post.clone();
    cut.data.pop();
    assert!(world.submit(cut, &maker.user).is_err());
    let mut elsewhere = quote;
    elsewhere.scope.cluster = [1; 32];
    let elsewhere = ix::post_quote(&world.keys, &owner, &elsewhere);
    refused(world.submit(elsewhere, &maker.user), OptionsError::QuoteCluster);

    world.submit(post.clone(), &maker.user).unwrap();
    let close = |world: &mut ClearingHouseFixture, who: &Member| {
        let close = ix::close_quote(&who.user.holder.key, &maker.account, quote.nonce.0, &owner);
        world.submit(close, &who.user)
    };
    refused(close(&mut world, &taker), OptionsError::QuoteHolds);
    // Without it there is no signature to be found.
    let (who, markets) = (parties(&taker, &maker), world.market_keys());
    let trade = ix::TradeAccounts {
        house: &world.keys,
        parties: &who,
        markets: &markets,
    };
    let unsigned = ix::trade_quote(&trade, &quote, UNIT, false);
    refused(
        world.send(&[more_units(), unsigned], &[&taker.user.keypair]),
        OptionsError::NoSignature,
    );
    take_posted(&mut world, &taker, &maker, &quote, UNIT / 2).unwrap();
    assert_eq!(
        held(&world, &taker, &legs),
        [UNIT, -UNIT, -UNIT, UNIT].map(|lots| lots / 2)
    );
    refused(
        take_posted(&mut world, &taker, &maker, &quote, UNIT / 2),
        OptionsError::NonceUsed,
    );
    // Also where it is signed as well: one nonce, one fill.
    refused(world.take(&taker, &maker, &quote, UNIT / 2), OptionsError::NonceUsed);
    // Now anyone may give its rent back, and nobody posts that nonce again.
    close(&mut world, &taker).unwrap();
    refused(world.submit(post, &maker.user), OptionsError::NonceUsed);
    world.assert_sound();
}

#[test]
fn who_does_not_quote_for_the_account_any_more_has_no_posted_quotes() {
    let mut world = ClearingHouseFixture::new();
    let (taker, maker) = (world.participant(100_000 * USD), world.participant(100_000 * USD));
    let key = world.series(CALL, 55_000, FAR);
    let quote = world.quote(&maker, &key, Side::Sell, UNIT, 300);
    let signer = world.wallet(USD);
    let (owner, account) = (maker.user.holder.key, maker.account);
    let name = |key| ix::set_quote_signer(&owner, &account, key, u64::MAX);
    world.submit(name(signer.holder.key), &maker.user).unwrap();
    let post = ix::post_quote(&world.keys, &signer.holder.key, &quote);
    world.submit(post, &signer).unwrap();
    world.submit(name(owner), &maker.user).unwrap();
    refused(
        take_posted(&mut world, &taker, &maker, &quote, UNIT),
        OptionsError::PostedByOther,
    );
    world.submit(name(signer.holder.key), &maker.user).unwrap();
    take_posted(&mut world, &taker, &maker, &quote, UNIT).unwrap();
}

#[test]
fn a_stolen_quote_signer_loses_what_a_minute_allows() {
    let mut world = ClearingHouseFixture::new();
    let (thief, maker) = (world.participant(100_000 * USD), world.participant(100_000 * USD));
    let key = world.series(CALL, 55_000, FAR);
    let stolen = Keypair::new_from_array([211; 32]);
    let (owner, account) = (maker.user.holder.key, maker.account);
    let signer = solana_signer::Signer::pubkey(&stolen);
    let name = ix::set_quote_signer(&owner, &account, signer, 2 * UNIT as u64);
    world.submit(name, &maker.user).unwrap();
    let rob = |world: &mut ClearingHouseFixture, lots| {
        let quote = world.quote(&maker, &key, Side::Sell, 100 * UNIT, 0);
        let carrier = carrier(&SignedQuote::sign(&quote, &stolen));
        let (who, markets) = (parties(&thief, &maker), world.market_keys());
        let trade = ix::TradeAccounts {
            house: &world.keys,
            parties: &who,
            markets: &markets,
        };
        let trade = ix::trade_quote(&trade, &quote, lots, false);
        world.send(&[more_units(), carrier, trade], &[&thief.user.keypair])
    };
    refused(rob(&mut world, 2 * UNIT + 10_000), OptionsError::MakerProtected);
    rob(&mut world, UNIT).unwrap();
    rob(&mut world, UNIT).unwrap();
    refused(rob(&mut world, 10_000), OptionsError::MakerProtected);
    // A minute is as much again, and the owner ends it.
    world.watch(30);
    refused(rob(&mut world, UNIT + 20_000), OptionsError::MakerProtected);
    rob(&mut world, UNIT).unwrap();
    assert_eq!(world.held(&thief.account, &key), 3 * UNIT);
    let name = ix::set_quote_signer(&owner, &account, owner, 2 * UNIT as u64);
    world.submit(name, &maker.user).unwrap();
    world.watch(60);
    refused(rob(&mut world, UNIT), OptionsError::SignatureSigner);
    world.assert_sound();
}

#[test]
fn takers_feed_the_fund_by_no_more_than_an_eighth_of_the_premium() {
    let mut settings = listing();
    settings.taker_fee = 3;
    let mut world = ClearingHouseFixture::with(1, house_settings(), settings);
    let (taker, maker) = (world.participant(100_000 * USD), world.participant(100_000 * USD));
    let legs = [
        // 3 basis points of 50,000 are 15.
        (world.series(CALL, 52_000, FAR), Side::Sell, 1, 1_300),
        (world.series(CALL, 70_000, FAR), Side::Buy, 1, 40),
    ];
    let fund = world.account(&world.keys.insurance).cash;
    let quote = world.package(&maker, &legs, UNIT);
    world.take(&taker, &maker, &quote, UNIT).unwrap();
    assert_eq!(world.account(&taker.account).cash, (100_000 - 1_300 + 40 - 30) * USD);
    assert_eq!(world.account(&maker.account).cash, (100_000 + 1_300 - 40) * USD);
    assert_eq!(world.account(&world.keys.insurance).cash, fund + 30 * USD);
    world.assert_sound();
    // Alone, the far one pays an eighth of its 40; and what is given away pays by the other leg.
    world.trade(&taker, &maker, &legs[1].0, UNIT, 40).unwrap();
    assert_eq!(world.account(&world.keys.insurance).cash, fund + 35 * USD);
    let shifted = [(legs[0].0, Side::Sell, 10, 0), (legs[1].0, Side::Sell, 1, 13_040)];
    let quote = world.package(&maker, &shifted, UNIT);
    let traded = events::<Traded>(&world.take(&taker, &maker, &quote, UNIT));
    let fees: Vec<u64> = traded.iter().map(|leg| leg.fee).collect();
    assert_eq!(fees, [165 * USD, 0]);
    assert_eq!(world.account(&world.keys.insurance).cash, fund + 200 * USD);
    // No other account gets it.
    let quote = world.package(&maker, &legs, UNIT);
    let signed = SignedQuote::sign(&quote, &maker.user.keypair);
    let (who, markets) = (parties(&taker, &maker), world.market_keys());
    let trade = ix::TradeAccounts {
        house: &world.keys,
        parties: &who,
        markets: &markets,
    };
    let [carrier, mut trade] = ix::take_quote(&trade, &signed, UNIT).unwrap();
    let outsider = world.participant(USD);
    trade.accounts[4].pubkey = outsider.account;
    refused(
        world.send(&[more_units(), carrier, trade], &[&taker.user.keypair]),
        OptionsError::WrongInsurance,
    );
}
