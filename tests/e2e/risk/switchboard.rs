//! A market whose price comes from a Switchboard On-Demand feed, through the compiled risk program.

use anchor_lang::prelude::Pubkey;
use ballast_core_market::price_clock::Source;
use ballast_risk::errors::RiskError;
use ballast_risk::state::SWITCHBOARD_PROGRAM;
use ballast_sdk::instructions as ix;
use ballast_sdk::prices::{self, Publication};
use ballast_testkit::params;
use ballast_testkit::tokens::put;
use ballast_testkit::{error_code, fixed, World};
use solana_signer::Signer;

#[test]
fn a_switchboard_feed_is_observed_where_it_is_pinned() {
    let args = params::risk_market();
    let mut world = World::bare(&args.name);
    let account = Pubkey::new_unique();
    let mut args = args;
    args.params.sources[0] = prices::switchboard_source(account);
    let admin = world.admin.pubkey();
    let created = world.send(&[ix::create_risk_market(&admin, args)], &[]);
    created.unwrap();
    world.feeds.first = account;

    let news = world.publication("50000", "10");
    let sound = prices::switchboard_account(account, &news);
    let written = |change: fn(&mut Publication)| {
        let mut news = news;
        change(&mut news);
        prices::switchboard_account(account, &news).data
    };
    let mut garbled = sound.data.clone();
    garbled[0] ^= 1;
    let mut thin = sound.data.clone();
    thin[2_360] = 2;
    let owner = SWITCHBOARD_PROGRAM;
    for (owner, data, expected) in [
        (Pubkey::new_unique(), sound.data.clone(), RiskError::PriceOwner),
        (owner, garbled, RiskError::PriceLayout),
        (owner, thin, RiskError::PriceUnverified),
        (owner, written(|p| p.price = -1), RiskError::PriceNotPositive),
        (owner, written(|p| p.slot = 0), RiskError::PriceNotTrading),
        (owner, written(|p| p.slot += 1), RiskError::PriceFromTheFuture),
        (
            owner,
            written(|p| p.confidence = p.price.unsigned_abs()),
            RiskError::PriceTooWide,
        ),
    ] {
        put(&mut world.svm, account, owner, data);
        assert_eq!(error_code(&world.observe()), u32::from(expected));
    }
    let elsewhere = Pubkey::new_unique();
    put(&mut world.svm, elsewhere, owner, sound.data.clone());
    world.feeds.first = elsewhere;
    assert_eq!(error_code(&world.observe()), u32::from(RiskError::PriceFeed));
    world.feeds.first = account;
    put(&mut world.svm, account, owner, sound.data);
    world.observe().unwrap();
    let signals = world.raw(&world.risk_market).unwrap().risk_market().unwrap().signals;
    assert_eq!(signals.price, fixed("50000"));
}

#[test]
fn r5_a_second_source_whose_account_is_closed_is_silent_and_keeps_nobody_from_observing() {
    let account = Pubkey::new_unique();
    let mut args = params::risk_market();
    args.params.sources[1] = prices::switchboard_source(account);
    let mut world = World::bare(&args.name);
    let admin = world.admin.pubkey();
    world.send(&[ix::create_risk_market(&admin, args)], &[]).unwrap();
    world.feeds.second = Some(account);
    let sound = |world: &World, price: &str| prices::switchboard_account(account, &world.publication(price, "10"));
    let written = sound(&world, "50000").data;
    put(&mut world.svm, account, SWITCHBOARD_PROGRAM, written);
    world.set_price("50000", "10");
    world.observe().unwrap();
    assert!(world.risk_market().pair.at > 0);

    // Its owner closes it: that is silence, and no more than that.
    put(&mut world.svm, account, Pubkey::default(), Vec::new());
    world.pass(30, 60);
    world.set_price("50100", "10");
    world.observe().unwrap();
    assert_eq!(world.risk_market().signals.price, fixed("50100"));
    world.pass(60, 600);
    world.set_price("50100", "10");
    world.observe().unwrap();
    world.declare_silence(Source::Second).unwrap();
    // What is passed in its place is refused as ever.
    let elsewhere = Pubkey::new_unique();
    for owner in [Pubkey::default(), SWITCHBOARD_PROGRAM] {
        let written = sound(&world, "50100").data;
        put(&mut world.svm, elsewhere, owner, written);
        world.feeds.second = Some(elsewhere);
        world.pass(1, 2);
        world.set_price("50200", "10");
        let refused = error_code(&world.observe());
        let [other, feed] = [RiskError::PriceOwner, RiskError::PriceFeed].map(u32::from);
        assert_eq!(refused, if owner == SWITCHBOARD_PROGRAM { feed } else { other });
    }
}
