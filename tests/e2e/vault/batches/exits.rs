//! The way out without a price, in every state; claims that nobody can hold up.

use super::{closed, two};
use anchor_lang::prelude::Pubkey;
use ballast_core_market::price_clock::Source;
use ballast_reference_venue::state::Faults;
use ballast_sdk::instructions::batches;
use ballast_testkit::tokens::{put, put_tokens};
use ballast_testkit::vault::batches::UNTIL_PRICED;
use ballast_testkit::vault::breakers::ALL;
use ballast_testkit::{error_code, VaultFixture, MILLION};
use ballast_vault::errors::VaultError;
use solana_signer::Signer;

type State = (&'static str, fn(&mut VaultFixture));

/// Every way in which the venue can be found.
fn venues() -> [State; 5] {
    [
        ("sound", |_| {}),
        ("paused", |world| {
            world.faults(Faults {
                paused: true,
                ..Faults::default()
            });
        }),
        ("foreign", |world| {
            let key = world.keys.first().venue_market;
            let data = world.raw(&key).unwrap().data;
            put(&mut world.svm, key, ballast_risk::ID, data);
        }),
        ("garbled", |world| {
            let key = world.keys.first().venue_trader;
            let mut data = world.raw(&key).unwrap().data;
            data[0] ^= 1;
            put(&mut world.svm, key, ballast_reference_venue::ID, data);
        }),
        ("gone", |world| {
            let key = world.keys.first().venue_trader;
            put(&mut world.svm, key, Pubkey::default(), Vec::new());
        }),
    ]
}

/// Every way in which the oracle can be found an hour later.
fn oracles() -> [State; 4] {
    [
        ("live", |world| world.set_price("50000", "10")),
        ("wild", |world| world.set_price("30000", "1400")),
        ("stale", |_| {}),
        ("silent", |world| {
            world.declare_silence(Source::First).unwrap();
            world.pass(180, 900);
        }),
    ]
}

/// Every state in which a batch can wait.
const BATCHES: [&str; 3] = ["open", "closed", "priced"];

#[test]
fn r3_r19_r25_an_exit_is_reachable_in_every_state_of_breakers_venue_oracle_and_batch() {
    let (base, [ada, _]) = two();
    let mut reached = 0;
    for batch in BATCHES {
        let mut waiting = base.copy();
        let leaves = waiting.tokens(&ada.holder.shares) / 2;
        // In an open batch nothing else comes: it is an hour old and still takes requests.
        waiting.request(&ada, leaves).unwrap();
        if batch == "priced" {
            let number = closed(&mut waiting);
            // All the cash is at the venue, so nothing is filled.
            waiting.price_batch(number).unwrap();
        }
        if batch == "closed" {
            waiting.pass(61, 61);
            waiting.request(&ada, 1_000_000).unwrap();
        }
        let number = waiting.ticket(&ada).map_or(1, |_| 1);
        for breakers in 0u32..32 {
            for (venue, fail) in venues() {
                for (oracle, speak) in oracles() {
                    let mut world = waiting.copy();
                    for (index, breaker) in ALL.into_iter().enumerate() {
                        if breakers & 1 << index != 0 {
                            world.trip(breaker).unwrap();
                        }
                    }
                    fail(&mut world);
                    world.pass(3_600, 3_600);
                    speak(&mut world);
                    let held = world.tokens(&ada.holder.quote);
                    let waits = world.batch(number).totals;
                    let state = format!("{batch} {breakers:05b} {venue} {oracle}");
                    if waits.shares_left > 0 || waits.priced_at == 0 {
                        let sent = world.exit_liquid(number);
                        assert!(sent.is_ok(), "{state}: {sent:?}");
                    }
                    world.claim_all();
                    let paid = world.tokens(&ada.holder.quote) - held;
                    assert!(paid > MILLION / 10, "{state}: {paid}");
                    reached += 1;
                }
            }
        }
    }
    assert_eq!(reached, 3 * 32 * 5 * 4);
}

#[test]
fn an_advance_is_settled_by_the_next_pricing_at_its_price() {
    let (mut world, [ada, ben]) = two();
    let shares = world.tokens(&ada.holder.shares);
    world.request(&ada, shares / 2).unwrap();
    let quote = world.tokens(&ada.holder.quote);
    let supply = world.supply();
    world.pass(3_600, 3_600);
    let cash = world.snapshot().vault.ledger.cash;
    world.exit_liquid(1).unwrap();
    // Half of the shares, half of what is liquid; again and again it is no more.
    let advanced = world.snapshot().vault.ledger.advances;
    assert!(
        advanced.abs_diff(cash / 2) < 10,
        "{advanced} of {cash} for {shares} of {supply}"
    );
    for _ in 0..3 {
        world.pass(0, 1);
        let sent = world.exit_liquid(1);
        assert_eq!(error_code(&sent), u32::from(VaultError::NothingToAdvance));
    }
    world.claim_all();
    assert_eq!(world.tokens(&ada.holder.quote), quote + advanced);
    // Whoever asks now is in the next batch; the advanced one is priced as it stands.
    world.request_deposit(&ben, MILLION / 10).unwrap();
    assert_eq!(world.ticket(&ben).unwrap().batch, 2);
    let number = closed(&mut world);
    assert_eq!(number, 1);
    world.let_leave(20);
    let paid = world.tokens(&ada.holder.quote) - quote;
    let nav = 2 * paid;
    assert!((980_000_000_000..1_000_000_000_000).contains(&nav), "{nav}");
    assert_eq!(world.snapshot().vault.ledger.advances, 0);
    assert!(world.tickets().is_empty() && world.tokens(&ben.holder.shares) > 0);
}

#[test]
fn a_payee_whose_account_is_frozen_or_gone_holds_up_nobody_and_is_paid_elsewhere() {
    let (mut world, [ada, ben]) = two();
    let shares = world.tokens(&ada.holder.shares) / 20;
    world.request(&ada, shares).unwrap();
    world.request_deposit(&ben, MILLION / 10).unwrap();
    let number = closed(&mut world);
    world.price_batch(number).unwrap();
    let ticket = world.ticket(&ada).unwrap();
    // Ada's account is closed; Ben is paid all the same.
    put(&mut world.svm, ticket.pay_to, Pubkey::default(), Vec::new());
    assert!(world.claim(&ticket).unwrap().is_err());
    let ben_ticket = world.ticket(&ben).unwrap();
    world.claim(&ben_ticket).unwrap().unwrap();
    assert!(world.tokens(&ben.holder.shares) > 0);
    // Nobody else may name another account for her; she may.
    let other = Pubkey::new_unique();
    let mint = world.keys.quote_mint;
    put_tokens(&mut world.svm, other, mint, ada.holder.key, 0);
    let keeper = world.keeper.insecure_clone();
    let route = [world.keys.custody, other];
    let stolen = batches::claim_to(&world.keys, &ticket, &keeper.pubkey(), route);
    assert_eq!(
        error_code(&world.send(&[stolen], &[&keeper])),
        u32::from(VaultError::WrongTokenAccount)
    );
    let own = batches::claim_to(&world.keys, &ticket, &ada.holder.key, route);
    world.send(&[own], &[&ada.keypair]).unwrap();
    assert!(world.tokens(&other) > 0);
}

#[test]
fn h3_h6_a_stranger_sets_neither_price_nor_purse_of_an_exit() {
    // Whatever a stranger sends in front, a leaver is paid what he is paid without.
    let (base, [ada, ben]) = two();
    let shares = base.tokens(&ada.holder.shares) / 10;
    let paid = |stranger: &dyn Fn(&mut VaultFixture)| {
        let mut world = base.copy();
        let quote = world.tokens(&ada.holder.quote);
        world.request(&ada, shares).unwrap();
        world.pass(UNTIL_PRICED, 75);
        // A momentary low, seen and gone before the batch is priced.
        world.set_price("49000", "400");
        stranger(&mut world);
        world.set_price("50000", "10");
        world.observe().unwrap();
        world.price_batch(1).unwrap();
        world.claim_all();
        world.tokens(&ada.holder.quote) - quote
    };
    let alone = paid(&|_| {});
    let strangers: [&dyn Fn(&mut VaultFixture); 4] = [
        &|world| drop(world.mark()),
        &|world| drop(world.observe()),
        &|world| drop(world.exit_liquid(1)),
        &|world| drop(world.request_deposit(&ben, MILLION)),
    ];
    for (index, stranger) in strangers.into_iter().enumerate() {
        let with = paid(stranger);
        // The slow price follows what was observed, and confirms no gain here.
        assert!(with.abs_diff(alone) <= alone / 100_000, "{index}: {with} {alone}");
    }
}
