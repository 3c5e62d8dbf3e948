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
    assert_eq!(world.account(&user).lots, 0);
}

#[test]
fn a_price_too_wide_to_trade_on_still_lets_a_position_shrink() {
    let mut world = VenueFixture::new();
    let user = world.trader(1_000_000_000);
    world.order(&user, 1_000_000).unwrap();
    let mut market = world.risk_market();
    market.params.uses[0].max_confidence = ballast_testkit::fixed("0.001");
    let key = world.risk_market;
    ballast_testkit::tokens::put(&mut world.svm, key, ballast_risk::ID, market.account_data());
    world.push_price("100", "0.2");
    refused_with(world.order(&user, 1), RiskError::PriceTooWide.into());
    world.order(&user, -500_000).unwrap();
    assert_eq!(world.account(&user).lots, 500_000);
    // One that is too old serves neither, whether the clock says so, or stands still and slots do.
    for (seconds, slots) in [(11, 1), (0, 55)] {
        world.push_price("100", "0");
        world.pass(seconds, slots);
        for lots in [1, -1] {
            refused_with(world.order(&user, lots), RiskError::PriceTooOld.into());
        }
    }
}

#[test]
fn nobody_fills_twice_in_a_slot_at_two_observations() {
    let mut world = VenueFixture::new();
    let user = world.trader(1_000_000_000);
    // Two prints are valid at once: whoever trades on the first, has the second observed and trades
    // back would be paid for the difference, at no risk.
    world.order(&user, 1_000_000).unwrap();
    let slot = world.clock().slot;
    world.push_price("101", "0");
    let later = world.clock();
    world.set_clock(later.unix_timestamp, slot);
    refused(world.order(&user, -1_000_000), PerpError::TwoPricesInOneSlot);
    // At the same observation as often as wanted; in the next slot at the new one.
    world.set_clock(later.unix_timestamp, slot + 1);
    world.order(&user, -400_000).unwrap();
    world.order(&user, -600_000).unwrap();
}
