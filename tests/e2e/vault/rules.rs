//! The rules past failures demand, each under its number (`docs/reference/rules.md`).

use anchor_lang::error::ErrorCode;
use anchor_lang::prelude::Pubkey;
use ballast_core_vault::prices::Purpose;
use ballast_reference_venue::state::Faults;
use ballast_reference_venue::PerpError;
use ballast_risk::errors::RiskError;
use ballast_sdk::instructions as ix;
use ballast_testkit::tokens::{put, put_mint, put_tokens};
use ballast_testkit::{error_code, fixed, params, User, World, MILLION};
use ballast_vault::errors::VaultError;
use ballast_vault::state::VaultPolicy;
use ballast_vault::{Order, RedeemRequest};
use solana_signer::Signer;

/// A vault with a million in it, at its target.
fn running() -> (World, User) {
    let mut world = World::new();
    let user = world.user(2 * MILLION);
    world.deposit(&user, MILLION).unwrap();
    world.crank().unwrap();
    assert!(world.snapshot().venue_trader.lots > 0);
    world.pass(0, 1);
    (world, user)
}

#[test]
fn r1_a_spike_cannot_be_withdrawn() {
    let (mut world, user) = running();
    let shares = world.tokens(&user.holder.shares) / 100;
    let snapshot = world.snapshot();
    let without_gain = snapshot.vault.cash + snapshot.venue_trader.collateral;
    world.pass(30, 30);
    world.set_price("60000", "10");
    world.redeem_shares(&user, shares).unwrap();
    let paid = world.tokens(&user.holder.quote) - MILLION;
    // The slow price, still 50,000, confirms none of the gain of a fifth. (A few base units are what the virtual shares round.)
    assert!(paid <= without_gain / 100 + 10, "{paid} of {without_gain}");
    assert!(paid >= without_gain / 100 * 999 / 1_000, "{paid} of {without_gain}");
}

#[test]
fn r4_every_program_and_account_is_pinned() {
    let (mut world, _) = running();
    world.hour_at("45000").unwrap();
    let (keys, feed, keeper) = (world.keys, world.price_feed, world.keeper.insecure_clone());
    let sound = ix::rebalance(
        &keys,
        &feed,
        &keeper.pubkey(),
        vec![Order {
            market: 0,
            lots: -1_000_000,
        }],
    );
    let position = |key: Pubkey| sound.accounts.iter().position(|meta| meta.pubkey == key).unwrap();

    // A clone of the venue's trader account, owned by somebody else's program.
    let trader = world.raw(&keys.venue_trader).unwrap();
    let clone = Pubkey::new_unique();
    put(&mut world.svm, clone, Pubkey::new_unique(), trader.data.clone());
    // A clone owned by the venue, but at another address.
    let twin = Pubkey::new_unique();
    put(&mut world.svm, twin, ballast_reference_venue::ID, trader.data);
    let thief_tokens = Pubkey::new_unique();
    put_tokens(&mut world.svm, thief_tokens, keys.quote_mint, keeper.pubkey(), 0);
    let other_market = Pubkey::new_unique();
    let market = world.raw(&keys.risk_market).unwrap();
    put(&mut world.svm, other_market, ballast_risk::ID, market.data);
    let other_venue = Pubkey::new_unique();
    let venue = world.raw(&keys.venue_market).unwrap();
    put(&mut world.svm, other_venue, ballast_reference_venue::ID, venue.data);
    let other_mint = Pubkey::new_unique();
    put_mint(&mut world.svm, other_mint, 1);

    for (pinned, substitute, expected) in [
        (
            ballast_reference_venue::ID,
            ballast_risk::ID,
            u32::from(ErrorCode::InvalidProgramId),
        ),
        (
            keys.venue_trader,
            clone,
            u32::from(ErrorCode::AccountOwnedByWrongProgram),
        ),
        (keys.venue_trader, twin, u32::from(VaultError::WrongVenueTrader)),
        (keys.venue_market, other_venue, u32::from(VaultError::WrongVenueMarket)),
        (keys.risk_market, other_market, u32::from(VaultError::WrongRiskMarket)),
        (keys.custody, thief_tokens, u32::from(VaultError::WrongCustody)),
        (keys.share_mint, other_mint, u32::from(VaultError::WrongShareMint)),
        (feed, clone, u32::from(RiskError::PriceOwner)),
    ] {
        let mut forged = sound.clone();
        forged.accounts[position(pinned)].pubkey = substitute;
        let before = world.fingerprint();
        let sent = world.send(&[forged], &[&keeper]);
        assert_eq!(error_code(&sent), expected, "{pinned}");
        assert_eq!(world.fingerprint(), before);
    }
    // Both halves of a pair at one address: the vault's own account passed as the trader.
    let mut doubled = sound.clone();
    doubled.accounts[position(keys.venue_trader)].pubkey = keys.venue_market;
    let sent = world.send(&[doubled], &[&keeper]);
    assert_eq!(error_code(&sent), u32::from(ErrorCode::AccountDiscriminatorMismatch));
}

#[test]
fn r4_money_only_goes_where_it_belongs() {
    let (mut world, user) = running();
    let (keys, feed, keeper) = (world.keys, world.price_feed, world.keeper.insecure_clone());
    let purse = Pubkey::new_unique();
    put_tokens(&mut world.svm, purse, keys.quote_mint, keeper.pubkey(), 0);
    let shares = world.tokens(&user.holder.shares);
    world.request(&user, shares / 2).unwrap();
    world.pass(0, 1);

    let to_keeper = ix::complete_redemption(&keys, &feed, &user.holder.key, &purse);
    assert_eq!(
        error_code(&world.send(&[to_keeper], &[])),
        u32::from(VaultError::WrongTokenAccount)
    );
    let mut as_keeper = ix::complete_redemption(&keys, &feed, &user.holder.key, &purse);
    for meta in &mut as_keeper.accounts {
        if meta.pubkey == user.holder.key {
            meta.pubkey = keeper.pubkey();
        }
    }
    assert_eq!(
        error_code(&world.send(&[as_keeper], &[])),
        u32::from(VaultError::WrongTicket)
    );
    for receiver in [keys.custody, keys.venue_vault] {
        let mut collateral = ix::move_collateral(&keys, &feed);
        let index = collateral
            .accounts
            .iter()
            .position(|meta| meta.pubkey == receiver)
            .unwrap();
        collateral.accounts[index].pubkey = purse;
        let expected = if receiver == keys.custody {
            VaultError::WrongCustody
        } else {
            VaultError::WrongVenueVault
        };
        assert_eq!(error_code(&world.send(&[collateral], &[])), u32::from(expected));
    }
}

#[test]
fn r6_a_refused_price_stops_deposits_and_openings_but_not_reductions() {
    let (mut world, user) = running();
    // Wide: inside the exit's five per cent, outside the one per cent of trading.
    world.hour_at("51000").unwrap();
    world.pass(60, 60);
    world.set_price("51000", "1500");
    assert_eq!(
        error_code(&world.deposit(&user, 1_000_000)),
        u32::from(RiskError::PriceTooWide)
    );
    assert_eq!(
        error_code(&world.rebalance(1_000_000)),
        u32::from(VaultError::OpeningNotPermitted)
    );
    // A fall has eaten into the cushion: a reduction is admitted at the same wide price.
    world.hour_at("43500").unwrap();
    world.pass(60, 60);
    world.set_price("43500", "800");
    let lots = world.snapshot().venue_trader.lots;
    world.rebalance(-lots / 6).unwrap();
}

#[test]
fn r6_a_stale_price_is_never_traded_on() {
    let (mut world, user) = running();
    world.hour_at("45000").unwrap();
    world.pass(301, 301);
    assert_eq!(
        error_code(&world.rebalance(-1_000_000)),
        u32::from(RiskError::PriceTooOld)
    );
    assert_eq!(
        error_code(&world.deposit(&user, 1_000_000)),
        u32::from(RiskError::PriceTooOld)
    );
    // The exit is open all the same, at a haircut, after the grace in which the book could have come down.
    let shares = world.tokens(&user.holder.shares) / 100;
    assert_eq!(
        error_code(&world.redeem_shares(&user, shares)),
        u32::from(VaultError::BookMustComeDown)
    );
    world.request(&user, shares).unwrap();
    assert_eq!(
        error_code(&world.complete(&user)),
        u32::from(VaultError::BookMustComeDown)
    );
    world.pass(3_600, 3_600);
    world.complete(&user).unwrap();
    assert!(world.tokens(&user.holder.quote) > MILLION);
}

#[test]
fn r6_a_crash_cannot_be_withheld_from_an_exit() {
    let (mut world, user) = running();
    world.hour_at("40000").unwrap();
    let old = world.publication("50000", "10");
    world.pass(20, 20);
    let mut withheld = old;
    withheld.publish_time -= 600;
    world.publish(&withheld);
    assert_eq!(
        error_code(&world.redeem_shares(&user, 1_000_000)),
        u32::from(RiskError::PriceOlderThanStored)
    );
}

#[test]
fn r8_no_zero_and_no_excess_gets_into_a_policy() {
    let table: [(fn(&mut VaultPolicy), VaultError); 19] = [
        (|p| p.target = fixed("0"), VaultError::Target),
        (|p| p.target = fixed("3.1"), VaultError::Target),
        (|p| p.band = fixed("0"), VaultError::Band),
        (|p| p.band = fixed("0.6"), VaultError::Band),
        (|p| p.floor = fixed("0"), VaultError::Floor),
        (|p| p.floor = fixed("1"), VaultError::Floor),
        (|p| p.multiplier = fixed("0"), VaultError::Multiplier),
        (|p| p.multiplier = fixed("21"), VaultError::Multiplier),
        (|p| p.max_leverage = fixed("0"), VaultError::MaxLeverage),
        (|p| p.max_leverage = fixed("6"), VaultError::MaxLeverage),
        (|p| p.price_band = fixed("0"), VaultError::PriceBand),
        (|p| p.price_band = fixed("0.06"), VaultError::PriceBand),
        (|p| p.min_improvement = fixed("0"), VaultError::MinImprovement),
        (|p| p.max_cost = fixed("0"), VaultError::MaxCost),
        (|p| p.max_cost = fixed("0.06"), VaultError::MaxCost),
        (|p| p.collateral_ratio = fixed("0.1"), VaultError::CollateralRatio),
        (|p| p.nav_rise_per_hour = fixed("0"), VaultError::NavRise),
        (|p| p.nav_rise_per_hour = fixed("-1"), VaultError::NavRise),
        (|p| p.deposit_cap = 0, VaultError::DepositCap),
    ];
    let mut world = World::new();
    let admin = world.admin.pubkey();
    let keys = ballast_sdk::addresses::VaultKeys::derive(&admin, 2, &world.keys.quote_mint, &world.keys.risk_market);
    for (change, expected) in table {
        let mut policy = params::vault();
        change(&mut policy);
        let sent = world.send(
            &[ix::create_vault(&admin, &keys, params::create_vault(2, policy, None))],
            &[],
        );
        assert_eq!(error_code(&sent), u32::from(expected));
        assert!(world.raw(&keys.vault).is_none());
    }
}

#[test]
fn r9_donations_are_ignored() {
    let (mut world, _) = running();
    let newcomer = world.user(MILLION);
    world.pass(0, 1);
    let snapshot = world.snapshot();
    let held = world.tokens(&world.keys.custody);
    world.deposit(&newcomer, 1_000_000_000).unwrap();
    let without = world.tokens(&newcomer.holder.shares);

    let (mut world, _) = running();
    let newcomer = world.user(MILLION);
    let keys = world.keys;
    put_tokens(
        &mut world.svm,
        keys.custody,
        keys.quote_mint,
        keys.vault,
        held + 500_000_000_000,
    );
    world.pass(0, 1);
    world.deposit(&newcomer, 1_000_000_000).unwrap();
    assert_eq!(world.tokens(&newcomer.holder.shares), without);
    assert_eq!(world.snapshot().vault.cash, snapshot.vault.cash + 1_000_000_000);

    // Nor can a stranger pay into the vault's account at the venue.
    let gift = ballast_sdk::instructions::venue::deposit(
        &newcomer.holder.key,
        &newcomer.holder.quote,
        &keys.venue_market,
        &keys.venue_trader,
        1_000_000,
    );
    assert_eq!(
        error_code(&world.send(&[gift], &[&newcomer.keypair])),
        u32::from(PerpError::NotOwner)
    );
}

#[test]
fn r9_the_redemption_price_rises_at_a_limited_rate() {
    let policy = VaultPolicy {
        nav_rise_per_hour: fixed("0.01"),
        ..params::vault()
    };
    let mut world = World::with(params::risk_market(), params::venue(), policy);
    let user = world.user(MILLION);
    world.deposit(&user, MILLION).unwrap();
    world.crank().unwrap();
    world.hour_at("54000").unwrap();
    world.hour_at("58000").unwrap();
    let shares = world.tokens(&user.holder.shares) / 10;
    world.redeem_shares(&user, shares).unwrap();
    let paid = world.tokens(&user.holder.quote);
    // Up about 9.6 %, but two hours allow two.
    assert!(
        paid <= shares / 100 * 102 && paid >= shares / 100 * 101,
        "{paid} for {shares}"
    );
}

#[test]
fn r10_a_keeper_never_holds_funds() {
    let (mut world, user) = running();
    for price in ["48000", "45000", "47000", "43000"] {
        world.hour_at(price).unwrap();
        world.crank().unwrap();
    }
    let shares = world.tokens(&user.holder.shares);
    world.request(&user, shares).unwrap();
    world.crank().unwrap();
    world.pass(0, 1);
    world.complete(&user).unwrap();
    let keeper = world.keeper.pubkey();
    let owned = world
        .fingerprint()
        .into_iter()
        .filter(|(key, data)| *key != keeper && data.len() == 165 && data[32..64] == keeper.to_bytes());
    assert_eq!(owned.count(), 0);
}

#[test]
fn r13_a_round_trip_through_the_program_never_gains() {
    for amount in [2, 3, 999_999, 1_000_001, 123_456_789_123] {
        let (mut world, _) = running();
        world.hour_at("50500").unwrap();
        world.crank().unwrap();
        world.pass(0, 1);
        let traveller = world.user(MILLION);
        if world.deposit(&traveller, amount).is_err() {
            continue;
        }
        let shares = world.tokens(&traveller.holder.shares);
        world.pass(0, 1);
        let _ = world.redeem_shares(&traveller, shares);
        assert!(world.tokens(&traveller.holder.quote) <= MILLION, "{amount}");
    }
}

#[test]
fn r13_shares_are_rounded_against_the_depositor_to_the_last_unit() {
    let (mut world, user) = running();
    world.hour_at("51234").unwrap();
    for amount in [1_000_003, 7_654_321, 99_999_999_999] {
        world.pass(0, 1);
        let snapshot = world.snapshot();
        let appraisal = snapshot.appraise(Purpose::Deposit).unwrap();
        let nav = appraisal.nav_high().unwrap().to_amount().unwrap();
        let shares = world.tokens(&user.holder.shares);
        world.deposit(&user, amount).unwrap();
        let minted = u128::from(world.tokens(&user.holder.shares) - shares);
        // Exactly the floor of amount × (supply + virtual) / (value + virtual), worked out apart from the policy crate.
        let (numerator, denominator) = (
            u128::from(amount) * u128::from(snapshot.supply + 1_000_000),
            u128::from(nav + 1_000_000),
        );
        assert!(minted * denominator <= numerator, "{amount}: a share too many");
        assert!((minted + 1) * denominator > numerator, "{amount}: a share too few");
    }
}

#[test]
fn r14_no_position_can_be_left_out() {
    let (mut world, user) = running();
    let sound = ix::deposit(&world.keys, &world.price_feed, &user.holder, 1_000_000, 0);
    world.pass(0, 1);
    for omitted in [
        world.keys.venue_trader,
        world.keys.venue_market,
        world.keys.risk_market,
        world.price_feed,
    ] {
        let mut short = sound.clone();
        short.accounts.retain(|meta| meta.pubkey != omitted);
        let before = world.fingerprint();
        assert!(world.send(&[short], &[&user.keypair]).is_err());
        assert_eq!(world.fingerprint(), before);
    }
    world.send(&[sound], &[&user.keypair]).unwrap();
}

#[test]
fn r20_spam_is_refused_and_earns_nothing() {
    let (mut world, _) = running();
    let keeper = world.keeper.pubkey();
    let lamports = world.svm.get_balance(&keeper).unwrap();
    for lots in [1, -1, 100_000, -100_000] {
        world.pass(0, 1);
        let before = world.fingerprint();
        assert_eq!(error_code(&world.rebalance(lots)), u32::from(VaultError::NothingToDo));
        assert_eq!(world.fingerprint(), before);
    }
    assert_eq!(
        error_code(&world.move_collateral()),
        u32::from(VaultError::CollateralInPlace)
    );
    assert_eq!(error_code(&world.unwind(-1)), u32::from(VaultError::NothingToDo));
    assert!(world.svm.get_balance(&keeper).unwrap() <= lamports);
}

#[test]
fn r21_a_venue_that_fills_off_the_oracle_is_refused() {
    let venue = ballast_reference_venue::state::MarketParams {
        half_spread: fixed("0.02"),
        ..params::venue()
    };
    let mut world = World::with(params::risk_market(), venue, params::vault());
    let user = world.user(MILLION);
    world.deposit(&user, MILLION).unwrap();
    world.move_collateral().unwrap();
    let before = world.fingerprint();
    assert!(world.rebalance(12_000_000).is_err());
    assert_eq!(world.fingerprint(), before);
}

#[test]
fn r21_nobody_enters_or_leaves_in_the_slot_of_a_rebalance() {
    let (mut world, user) = running();
    world.hour_at("43500").unwrap();
    world.crank_once().unwrap();
    assert_eq!(world.snapshot().vault.last_rebalance_slot, world.clock().slot);
    let same = u32::from(VaultError::SameSlotAsRebalance);
    assert_eq!(error_code(&world.redeem_shares(&user, 1_000_000)), same);
    assert_eq!(error_code(&world.deposit(&user, 1_000_000)), same);
    world.pass(0, 1);
    world.redeem_shares(&user, 1_000_000).unwrap();
}

#[test]
fn a_price_jump_stops_risk_and_deposits_until_it_is_quiet() {
    let (mut world, user) = running();
    world.hour_at("44000").unwrap();
    assert_eq!(
        error_code(&world.deposit(&user, 1_000_000)),
        u32::from(VaultError::DepositNotPermitted)
    );
    assert_eq!(
        error_code(&world.rebalance(1_000_000)),
        u32::from(VaultError::OpeningNotPermitted)
    );
    world.crank().unwrap();
    // Quiet time is watched time: a gap between two looks counts for a quarter of an hour, and an hour of quiet is asked for.
    for hour in 0..5 {
        assert!(world.deposit(&user, 1_000_000).is_err(), "{hour}");
        world.hour_at("44000").unwrap();
    }
    world.deposit(&user, 1_000_000).unwrap();
}

#[test]
fn a_jump_nobody_observed_already_stops_risk() {
    let (mut world, user) = running();
    world.pass(30, 30);
    world.set_price("56000", "10");
    assert_eq!(
        error_code(&world.deposit(&user, 1_000_000)),
        u32::from(VaultError::DepositNotPermitted)
    );
}

#[test]
fn orders_of_zero_twice_or_elsewhere_have_their_own_errors() {
    let (mut world, _) = running();
    world.hour_at("45000").unwrap();
    let order = |market, lots| Order { market, lots };
    for (orders, expected) in [
        (vec![], VaultError::EmptyOrder),
        (vec![order(0, 0)], VaultError::EmptyOrder),
        (vec![order(1, -5)], VaultError::WrongMarket),
        (vec![order(0, -5), order(1, -5)], VaultError::WrongMarket),
        (vec![order(0, -5), order(0, -5)], VaultError::DuplicateOrder),
    ] {
        assert_eq!(error_code(&world.rebalance_with(orders)), u32::from(expected));
    }
}

#[test]
fn a_rebalance_that_overshoots_or_improves_too_little_is_undone() {
    let (mut world, _) = running();
    world.hour_at("43500").unwrap();
    let lots = world.snapshot().venue_trader.lots;
    for (order, expected) in [
        (-1, VaultError::NoImprovement),
        (-lots, VaultError::Overshoot),
        (-lots - 1, VaultError::OpeningNotPermitted),
        (lots, VaultError::OpeningNotPermitted),
    ] {
        let before = world.fingerprint();
        let sent = world.rebalance(order);
        let code = error_code(&sent);
        let accepted = [
            u32::from(expected),
            u32::from(VaultError::OverCap),
            u32::from(VaultError::NoImprovement),
        ];
        assert!(accepted.contains(&code), "{order}: {code}");
        assert_eq!(world.fingerprint(), before);
    }
    world.crank().unwrap();
}

#[test]
fn withdrawal_queues_and_pauses_leave_the_liquid_part_reachable() {
    let (mut world, user) = running();
    world.pass(0, 1);
    world.faults(Faults {
        paused: true,
        ..Faults::default()
    });
    let shares = world.tokens(&user.holder.shares);
    // More than is liquid: refused; the part of the liquid tokens, after the grace: paid.
    assert_eq!(
        error_code(&world.redeem_shares(&user, shares)),
        u32::from(VaultError::NotLiquid)
    );
    world.request(&user, shares).unwrap();
    let cash = world.snapshot().vault.cash;
    let held = world.tokens(&user.holder.quote);
    assert_eq!(error_code(&world.complete(&user)), u32::from(VaultError::NotLiquid));
    world.hour_at("50000").unwrap();
    world.complete(&user).unwrap();
    assert!(world.tokens(&user.holder.quote) - held >= cash - 1_000_000);
    // The venue comes back: the rest is unwound and paid.
    world.faults(Faults {
        withdrawal_delay_seconds: 3_600,
        ..Faults::default()
    });
    for _ in 0..3 {
        world.crank().unwrap();
        world.pass(0, 1);
        world.hour_at("50000").unwrap();
        world.crank().unwrap();
        world.pass(0, 1);
        if world.supply() > 0 {
            world.complete(&user).unwrap();
        }
    }
    assert_eq!(world.supply(), 0);
}

#[test]
fn redeeming_by_amount_keeps_its_bounds() {
    let (mut world, user) = running();
    world.pass(0, 1);
    let request = |amount, max_shares| RedeemRequest::Amount { amount, max_shares };
    assert_eq!(
        error_code(&world.redeem(&user, request(1_000_000, 1))),
        u32::from(VaultError::WorseThanAsked)
    );
    assert_eq!(
        error_code(&world.redeem(&user, request(0, 1))),
        u32::from(VaultError::ZeroAmount)
    );
    let held = world.tokens(&user.holder.quote);
    world.redeem(&user, request(1_000_000, u64::MAX)).unwrap();
    assert_eq!(world.tokens(&user.holder.quote) - held, 1_000_000);
    let by_shares = RedeemRequest::Shares {
        shares: 1_000_000,
        min_amount: 2_000_000,
    };
    assert_eq!(
        error_code(&world.redeem(&user, by_shares)),
        u32::from(VaultError::WorseThanAsked)
    );
}
