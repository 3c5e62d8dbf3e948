//! A market whose price comes from a Switchboard On-Demand feed, through the compiled risk program.

use anchor_lang::prelude::Pubkey;
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
