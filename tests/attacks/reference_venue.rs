//! Attempts to take what is someone else's, or to trade at a price that is not the market's.

use anchor_lang::prelude::Pubkey;
use ballast_reference_venue::state::Faults;
use ballast_reference_venue::{accounts, instruction, OrderArgs, PerpError};
use ballast_risk::errors::RiskError;
use ballast_testkit::tokens::{put_mint, put_tokens};
use ballast_testkit::venue::*;
use ballast_testkit::{fixed, VenueFixture};
use solana_signer::Signer;

fn small_order() -> instruction::PlaceOrder {
    let order = OrderArgs {
        lots: 1_000,
        limit_price: fixed("1000"),
        reduce_only: false,
    };
    instruction::PlaceOrder { order }
}

#[test]
fn only_the_owner_withdraws_orders_and_collects() {
    let mut world = VenueFixture::new();
    let (victim, attacker) = (world.trader(1_000_000_000), world.trader(1_000_000_000));
    let stolen = VenueUser {
        owner: attacker.owner.insecure_clone(),
        tokens: attacker.tokens,
        trader: victim.trader,
    };
    refused(world.withdraw(&stolen, 1), PerpError::NotOwner);
    refused(world.order(&stolen, 1), PerpError::NotOwner);
    refused(world.collect(&stolen), PerpError::NotOwner);
    assert!(world.open(&victim).is_err(), "a trader account is created once");
    let faults = Faults {
        paused: true,
        ..Default::default()
    };
    refused(world.faults_by(&attacker.owner, faults), PerpError::NotAuthority);
}

#[test]
fn r4_every_account_is_pinned() {
    let mut world = VenueFixture::new();
    let user = world.trader(1_000_000_000);
    let false_vault = Pubkey::new_unique();
    let (mint, market) = (world.quote_mint, world.venue_market);
    put_tokens(&mut world.svm, false_vault, mint, market, 1_000_000);
    let metas = accounts::Withdraw {
        vault: false_vault,
        ..world.withdrawing(&user)
    };
    let withdraw = || instruction::Withdraw { amount: 1 };
    refused(world.call(metas, withdraw(), &[&user.owner]), PerpError::WrongVault);

    let (other_mint, other_tokens) = (Pubkey::new_unique(), Pubkey::new_unique());
    put_mint(&mut world.svm, other_mint, 0);
    put_tokens(&mut world.svm, other_tokens, other_mint, user.owner.pubkey(), 1_000_000);
    let metas = accounts::Withdraw {
        destination: other_tokens,
        ..world.withdrawing(&user)
    };
    refused(world.call(metas, withdraw(), &[&user.owner]), PerpError::WrongMint);
    let worthless = VenueUser {
        owner: user.owner.insecure_clone(),
        tokens: other_tokens,
        trader: user.trader,
    };
    refused(world.deposit(&worthless, 1), PerpError::WrongMint);

    let risk_market = Pubkey::new_unique();
    world.put_risk_market(risk_market);
    let metas = accounts::PlaceOrder {
        risk_market,
        ..world.ordering(&user)
    };
    refused(
        world.call(metas, small_order(), &[&user.owner]),
        PerpError::WrongRiskMarket,
    );

    let genuine = world.svm.get_account(&world.price_feed).unwrap();
    let price_feed = Pubkey::new_unique();
    world.svm.set_account(price_feed, genuine).unwrap();
    let metas = accounts::PlaceOrder {
        price_feed,
        ..world.ordering(&user)
    };
    assert!(world.call(metas, small_order(), &[&user.owner]).is_err());
    assert_eq!(world.account(&user).lots, 0);
}

#[test]
fn a_price_too_old_to_trade_on_still_lets_a_position_shrink() {
    let mut world = VenueFixture::new();
    let user = world.trader(1_000_000_000);
    world.order(&user, 1_000_000).unwrap();
    let published = world.svm.get_account(&world.price_feed).unwrap();
    world.advance(120, 10);
    let feed = world.price_feed;
    world.svm.set_account(feed, published).unwrap();
    refused_with(world.order(&user, 1), RiskError::PriceTooOld.into());
    world.order(&user, -500_000).unwrap();
    assert_eq!(world.account(&user).lots, 500_000);
}
