//! Attempts to take what is someone else's.

use ballast_options::state::{ClearingHouseSettings, ListingSettings};
use ballast_options::{CreateClearingHouseArgs, OptionsError};
use ballast_sdk::instructions::options as ix;
use ballast_sdk::{addresses, AccountMeta, Pubkey};
use ballast_testkit::clearing_house::{
    house_settings, listing, parties, refused, refused_by_name, CALL, CLUSTER, FAR, NEAR, UNIT, USD,
};
use ballast_testkit::tokens::put_tokens;
use ballast_testkit::ClearingHouseFixture;
use solana_signer::Signer;

#[test]
fn only_the_owner_moves_what_is_in_an_account() {
    let mut world = ClearingHouseFixture::new();
    let (victim, attacker) = (world.participant(1_000 * USD), world.participant(1_000 * USD));
    let key = world.series(CALL, 55_000, FAR);
    let (holder, payer) = (attacker.user.holder, world.admin.pubkey());
    let before = world.fingerprint();
    let withdraw = ix::withdraw(&world.keys, &holder.key, &victim.account, &holder.quote, &[], USD);
    refused(world.submit(withdraw, &attacker.user), OptionsError::NotOwner);
    let deposit = ix::deposit(&world.keys, &holder.key, &victim.account, &holder.quote, USD);
    refused(world.submit(deposit, &attacker.user), OptionsError::NotOwner);
    let close = ix::close_account(&holder.key, &victim.account, &payer);
    refused(world.submit(close, &attacker.user), OptionsError::NotOwner);
    let auction = ballast_options::OpenAuctionArgs {
        number: 1,
        side: 2,
        quantity: UNIT,
        start_price: 1,
        end_price: 1,
        delay_seconds: 0,
        seconds: 60,
    };
    let open = ix::open_auction(&world.keys, &holder.key, &victim.account, &key, auction);
    refused(world.submit(open, &attacker.user), OptionsError::NotOwner);
    // A quote of the attacker's own, taken with the victim's account.
    let quote = world.quote(&attacker, &key, ballast_core_clearing::trade::Side::Sell, UNIT, 1_000);
    let signed = ballast_sdk::quotes::SignedQuote::sign(&quote, &attacker.user.keypair);
    let mut parties = parties(&victim, &attacker);
    parties.owner = holder.key;
    let (keys, markets) = (world.keys, world.market_keys());
    let take = |parties: &ix::Parties| {
        let trade = ix::TradeAccounts {
            house: &keys,
            parties,
            markets: &markets,
        };
        ix::take_quote(&trade, &signed, 10_000).unwrap()
    };
    let pair = take(&parties);
    refused(world.send(&pair, &[&attacker.user.keypair]), OptionsError::NotOwner);
    // With himself.
    parties.taker = attacker.account;
    let pair = take(&parties);
    refused(world.send(&pair, &[&attacker.user.keypair]), OptionsError::SameAccount);
    assert_eq!(world.fingerprint(), before, "a refusal changes nothing");
}

#[test]
fn custody_insurance_and_tokens_are_pinned() {
    let mut world = ClearingHouseFixture::new();
    let participant = world.participant(1_000 * USD);
    let holder = participant.user.holder;
    let deposit = ix::deposit(&world.keys, &holder.key, &participant.account, &holder.quote, USD);
    let with = |place: usize, key: Pubkey| {
        let mut other = deposit.clone();
        other.accounts[place] = AccountMeta::new(key, false);
        other
    };
    let false_custody = Pubkey::new_unique();
    let (mint, house) = (world.keys.quote_mint, world.keys.house);
    put_tokens(&mut world.svm, false_custody, mint, house, 0);
    refused(
        world.submit(with(5, false_custody), &participant.user),
        OptionsError::WrongCustody,
    );
    refused(
        world.submit(with(3, participant.account), &participant.user),
        OptionsError::WrongInsurance,
    );
    let other_mint = Pubkey::new_unique();
    put_tokens(&mut world.svm, other_mint, Pubkey::new_unique(), holder.key, USD);
    refused(
        world.submit(with(4, other_mint), &participant.user),
        OptionsError::WrongTokenAccount,
    );
    let to_custody = ix::withdraw(
        &world.keys,
        &holder.key,
        &participant.account,
        &world.keys.custody,
        &[],
        USD,
    );
    refused_by_name(
        world.submit(to_custody, &participant.user),
        "ConstraintDuplicateMutableAccount",
    );
    let to_other = ix::withdraw(&world.keys, &holder.key, &participant.account, &other_mint, &[], USD);
    refused(
        world.submit(to_other, &participant.user),
        OptionsError::WrongTokenAccount,
    );
}

#[test]
fn tokens_sent_to_the_custody_are_nobodys() {
    let mut world = ClearingHouseFixture::new();
    let participant = world.participant(1_000 * USD);
    let (custody, mint, house) = (world.keys.custody, world.keys.quote_mint, world.keys.house);
    put_tokens(&mut world.svm, custody, mint, house, 5_000 * USD);
    assert_eq!(world.house().ledger, 1_000 * USD);
    refused(
        world.withdraw(&participant, 1_000 * USD + 1),
        OptionsError::NotEnoughCash,
    );
    world.withdraw(&participant, 1_000 * USD).unwrap();
    assert_eq!(world.tokens(&custody), 4_000 * USD);
    world.assert_sound();
}

#[test]
fn accounts_of_another_house_are_refused() {
    let mut world = ClearingHouseFixture::new();
    let participant = world.participant(1_000 * USD);
    let (admin, mint) = (world.admin.pubkey(), world.keys.quote_mint);
    let args = CreateClearingHouseArgs {
        number: 2,
        cluster: CLUSTER,
        settings: house_settings(),
        listings: vec![listing()],
    };
    let create = ix::create_clearing_house(&admin, &mint, &world.market_keys(), args);
    world.crank(create).unwrap();
    let other = ix::ClearingHouseKeys::derive(&admin, 2, &mint);
    let holder = participant.user.holder;
    let withdraw = ix::withdraw(&other, &holder.key, &participant.account, &holder.quote, &[], USD);
    refused(world.submit(withdraw, &participant.user), OptionsError::WrongHouse);
    let begin = ix::begin_liquidation(&other, &participant.account, &world.market_keys());
    refused(world.crank(begin), OptionsError::WrongHouse);
    let series = world.series(CALL, 55_000, NEAR);
    let mut settle = ix::settle_positions(&other, 0, NEAR, &[participant.account]);
    settle.accounts[1].pubkey = world.keys.series(&series).expiry;
    refused(world.crank(settle), OptionsError::WrongHouse);
}

#[test]
fn the_insurance_account_is_nobodys_and_is_not_liquidated() {
    let mut world = ClearingHouseFixture::new();
    let giver = world.wallet(1_000 * USD);
    let fund = ix::fund_insurance(&world.keys, &giver.holder.key, &giver.holder.quote, 500 * USD);
    world.submit(fund, &giver).unwrap();
    assert_eq!(world.account(&world.keys.insurance).cash, 500 * USD);
    let insurance = world.keys.insurance;
    let withdraw = ix::withdraw(
        &world.keys,
        &giver.holder.key,
        &insurance,
        &giver.holder.quote,
        &[],
        USD,
    );
    refused(world.submit(withdraw, &giver), OptionsError::NotOwner);
    let begin = ix::begin_liquidation(&world.keys, &insurance, &world.market_keys());
    refused(world.crank(begin), OptionsError::IsInsurance);
    // An account that somebody opens for the house itself is not its insurance account.
    let (house, admin) = (world.keys.house, world.admin.pubkey());
    let slot = world.clock().slot;
    world
        .crank(ix::open_account(&world.keys, &admin, &house, slot))
        .unwrap();
    assert_ne!(addresses::margin_account(&house, &house, slot), insurance);
    assert_eq!(world.house().insurance, insurance);
    world.assert_sound();
}

#[test]
fn a_house_with_a_parameter_out_of_its_range_is_not_created() {
    type Change = fn(&mut ClearingHouseSettings, &mut ListingSettings);
    let changes: [Change; 6] = [
        |house, _| house.max_surface_age_seconds = 0,
        |house, _| house.cash_window_seconds = 86_401,
        |_, listing| listing.spread = 0,
        |_, listing| listing.min_tenor_seconds = 3_599,
        |_, listing| listing.min_size = 0,
        |_, listing| listing.min_tenor_seconds = 0,
    ];
    let mut world = ClearingHouseFixture::new();
    let (admin, mint) = (world.admin.pubkey(), world.keys.quote_mint);
    let args = |number| CreateClearingHouseArgs {
        number,
        cluster: CLUSTER,
        settings: house_settings(),
        listings: vec![listing()],
    };
    for (index, change) in changes.into_iter().enumerate() {
        let mut args = args(10 + index as u64);
        change(&mut args.settings, &mut args.listings[0]);
        let create = ix::create_clearing_house(&admin, &mint, &world.market_keys(), args);
        refused(world.crank(create), OptionsError::Parameter);
    }
    let markets = world.market_keys();
    let mut nowhere = args(20);
    nowhere.cluster = [0; 32];
    refused(
        world.crank(ix::create_clearing_house(&admin, &mint, &markets, nowhere)),
        OptionsError::NoCluster,
    );
    let mut twice = args(21);
    twice.listings = vec![listing(); 2];
    let both = [markets[0], markets[0]];
    refused(
        world.crank(ix::create_clearing_house(&admin, &mint, &both, twice)),
        OptionsError::MarketTwice,
    );
    let foreign = ix::MarketKeys {
        surface: world.keys.house,
        ..markets[0]
    };
    let create = ix::create_clearing_house(&admin, &mint, &[foreign], args(22));
    refused(world.crank(create), OptionsError::WrongMarket);
    refused(
        world.crank(ix::create_clearing_house(&admin, &mint, &[], args(23))),
        OptionsError::Listings,
    );
}

#[test]
fn series_off_the_listing_grid_are_not_created() {
    use OptionsError::*;
    let mut world = ClearingHouseFixture::new();
    let admin = world.admin.pubkey();
    let good = world.series(CALL, 50_000, FAR);
    let market = world.markets[0].keys;
    for (digits, places, kind, rule) in [
        (50_500, 0, 1, StrikeStep),
        (9_900, 0, 1, StrikeTooLow),
        (260_000, 0, 2, StrikeTooHigh),
        (500_000, 1, 1, SeriesForm),
        (52_000, 0, 3, SeriesForm),
    ] {
        let key = ballast_options::state::SeriesKey {
            digits,
            places,
            kind,
            ..good
        };
        refused(world.crank(ix::create_series(&world.keys, &admin, &market, key)), rule);
    }
    for (moment, rule) in [
        (FAR + 1, ExpiryTime),
        (NEAR - 7 * 86_400, ExpiryTooSoon),
        // The Thursday before.
        (FAR - 86_400, ExpiryTooFar),
    ] {
        refused(world.crank(ix::create_expiry(&world.keys, &admin, 0, moment)), rule);
    }
    refused(
        world.crank(ix::create_expiry(&world.keys, &admin, 1, NEAR)),
        UnknownMarket,
    );
    let other = ballast_options::state::SeriesKey { digits: 52_000, ..good };
    let mut create = ix::create_series(&world.keys, &admin, &market, other);
    create.accounts[4].pubkey = world.keys.house;
    refused(world.crank(create), NotListed);
    let accounts = world.keys.series(&good);
    refused(world.crank(ix::close_series(&world.keys, &good, &admin)), SeriesInUse);
    assert!(world.raw(&accounts.series).is_some());
}

#[test]
fn rent_goes_to_whoever_paid_it() {
    let mut world = ClearingHouseFixture::new();
    let participant = world.participant(0);
    world.pass(300, 600);
    let attacker = participant.user.holder.key;
    let close = ix::close_account(&participant.user.holder.key, &participant.account, &attacker);
    refused(world.submit(close, &participant.user), OptionsError::WrongPayer);
    let funded = world.participant(USD);
    world.pass(300, 600);
    let payer = world.admin.pubkey();
    let close = ix::close_account(&funded.user.holder.key, &funded.account, &payer);
    refused(world.submit(close, &funded.user), OptionsError::NotEmpty);
}
