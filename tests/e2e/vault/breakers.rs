//! The vault's own breakers through the compiled program: what trips them, what they forbid, and
//! how they resume.

use anchor_lang::prelude::Pubkey;
use ballast_core_market::breaker::{Breaker, BreakerSet, VAULT};
use ballast_core_vault::monitor::VENUE_FAILURE_SPACING_SECONDS;
use ballast_reference_venue::state::Faults;
use ballast_risk::state::StoredImplied;
use ballast_sdk::addresses::VaultKeys;
use ballast_sdk::instructions as ix;
use ballast_testkit::tokens::put;
use ballast_testkit::vault::batches::LEAST;
use ballast_testkit::vault::breakers::*;
use ballast_testkit::{params, VaultFixture, MILLION};
use ballast_vault::errors::VaultError;
use ballast_vault::state::{VaultBreaker, VaultBreakerSettings};
use ballast_vault::CreateVaultArgs;
use solana_signer::Signer;

#[test]
fn r8_no_zero_and_no_excess_gets_into_a_vaults_breakers() {
    let mut world = VaultFixture::new();
    let admin = world.admin.pubkey();
    let keys = VaultKeys::derive(&admin, 2, &world.keys.quote(), &[world.keys.first().risk_market]);
    let mut table: Vec<(VaultBreakerSettings, Option<Pubkey>, VaultError, Option<Breaker>)> = Vec::new();
    for (index, breaker) in VAULT.breakers().into_iter().enumerate() {
        let bounds = &breaker.rule().trip;
        let changed = |change: &dyn Fn(&mut ballast_risk::state::StoredBreakerSettings)| {
            let mut breakers = params::vault_breakers();
            change(&mut breakers.settings[index]);
            breakers
        };
        let trip = |trip| changed(&|settings| settings.trip = trip);
        for wrong in [0, bounds.start() - 1, bounds.end() + 1, u32::MAX] {
            table.push((trip(wrong), None, VaultError::BreakerTrip, Some(breaker)));
        }
        let reset = |reset| changed(&|settings| settings.reset = reset);
        let highest = params::vault_breakers().settings[index].trip;
        for wrong in [0, highest + 1] {
            table.push((reset(wrong), None, VaultError::BreakerReset, Some(breaker)));
        }
        for wrong in [0, 59, 604_801] {
            let cooldown = changed(&|settings| settings.cooldown_seconds = wrong);
            table.push((cooldown, None, VaultError::BreakerCooldown, Some(breaker)));
        }
    }
    for longest_gap_seconds in [0, 901] {
        let breakers = VaultBreakerSettings {
            longest_gap_seconds,
            ..params::vault_breakers()
        };
        table.push((breakers, None, VaultError::BreakerGap, None));
    }
    for window_seconds in [0, 3_599, 604_801] {
        let breakers = VaultBreakerSettings {
            window_seconds,
            ..params::vault_breakers()
        };
        table.push((breakers, None, VaultError::Window, None));
    }
    let nobody = Some(Pubkey::default());
    table.push((params::vault_breakers(), nobody, VaultError::Guardian, None));
    for (breakers, guardian, expected, named) in table {
        let args = CreateVaultArgs {
            breakers,
            ..params::create_vault(2, params::vault(), guardian)
        };
        let sent = world.send(&[ix::create_vault(&admin, &keys, args)], &[]);
        refused(&sent, expected);
        if let Some(breaker) = named {
            let name = format!("Program log: breaker: {}", breaker.name());
            assert!(sent.unwrap_err().meta.logs.contains(&name), "{name}");
        }
        assert!(world.raw(&keys.vault).is_none());
    }
}

/// Every set of the five, tripped by the guardian: whoever leaves is never asked, a reduction is
/// never refused, and nothing else than what the table permits is done.
#[test]
fn exits_and_reductions_stay_open_under_every_set_of_breakers() {
    for bits in 0u32..32 {
        let (mut world, user) = running();
        let mut set = BreakerSet::NONE;
        for (index, breaker) in ALL.into_iter().enumerate() {
            if bits & 1 << index != 0 {
                world.trip(breaker).unwrap();
                set = set.union(BreakerSet::of(breaker.into()));
            }
        }
        assert_eq!(monitor(&world).tripped, set.bits());
        let permitted = ballast_core_market::breaker::permitted(set, true);
        world.pass(0, 1);
        let deposited = world.comes_in(&user, 1_000_000_000);
        assert_eq!(deposited, permitted.deposit, "{bits:05b}");
        let held = world.tokens(&user.holder.quote);
        world.request(&user, 1_000_000_000).unwrap();
        // A venue in doubt pauses pricing; the advance asks nothing.
        let is_priced = !set.has(Breaker::UnexplainedMove);
        assert_eq!(world.price_requests().is_ok(), is_priced, "{bits:05b}");
        if !is_priced {
            world.pass(3_600, 100);
            let number = world.snapshot().vault.queue.next;
            world.exit_liquid(number).unwrap();
            world.claim_all();
        }
        assert!(world.tokens(&user.holder.quote) > held, "{bits:05b}");
        world.pass(0, 1);
        // Below the band an order adds, above it one reduces.
        world.hour_at("51500").unwrap();
        if bits != 0 {
            let named = ALL[bits.trailing_zeros() as usize];
            forbidden(&world.rebalance(1_000_000), VaultError::OpeningNotPermitted, named);
        }
        world.hour_at("46000").unwrap();
        world.hour_at("41000").unwrap();
        let reduction = world.planned_order();
        assert!(reduction < 0, "{reduction}");
        world.rebalance(reduction).unwrap();
        assert!(!permitted.open || bits == 0);
    }
}

#[test]
fn a_drawdown_trips_on_the_observation_that_sees_it_and_bars_openings_only() {
    let (mut world, user) = running_with(with(VaultBreaker::Drawdown, 150, 100));
    // Three per cent are no jump of the market.
    still(&mut world, 30, "48500");
    // Nobody has observed it yet: the order's own observation already forbids it, and being refused
    // leaves no trace.
    forbidden(
        &world.rebalance(1_000_000),
        VaultError::OpeningNotPermitted,
        VaultBreaker::Drawdown,
    );
    assert!(!is_active(&world, VaultBreaker::Drawdown));
    world.mark().unwrap();
    assert!(is_active(&world, VaultBreaker::Drawdown));
    still(&mut world, 30, "50000");
    forbidden(
        &world.rebalance(1_000_000),
        VaultError::OpeningNotPermitted,
        VaultBreaker::Drawdown,
    );
    assert!(world.comes_in(&user, LEAST));
}

#[test]
fn a_surface_that_nobody_publishes_any_more_is_no_affair_of_a_vault() {
    let (mut world, user) = running();
    // Somebody drew a surface for its market once, and stopped.
    let mut market = world.risk_market();
    market.implied = StoredImplied {
        published_at: world.clock().unix_timestamp,
        volatility: 6_000,
        average: 0,
    };
    let key = world.keys.first().risk_market;
    put(&mut world.svm, key, ballast_risk::ID, market.account_data());
    for _ in 0..10 {
        still(&mut world, 900, "50000");
        world.observe().unwrap();
    }
    let tripped = BreakerSet::from_bits(world.risk_market().breakers.tripped as u16).unwrap();
    assert!(tripped.has(Breaker::StaleSurface), "{tripped:?}");
    let before = world.snapshot().venue_trader().unwrap().lots;
    assert!(world.comes_in(&user, MILLION));
    world.crank().unwrap();
    world.pass(0, 1);
    world.crank().unwrap();
    let after = world.snapshot().venue_trader().unwrap().lots;
    assert!(after > before, "{before} {after}");
}

#[test]
fn turnover_counts_what_is_traded_bars_openings_and_drains_by_itself() {
    // The first order was 54 % of the value: at once over 50 %.
    let (mut world, user) = running_with(with(VaultBreaker::Turnover, 5_000, 1_000));
    let traded = monitor(&world).turnover;
    assert!((530_000..550_000).contains(&(traded / 1_000_000)), "{traded}");
    assert!(is_active(&world, VaultBreaker::Turnover));
    world.deposit(&user, MILLION).unwrap();
    world.pass(0, 1);
    forbidden(
        &world.rebalance(1_000_000),
        VaultError::OpeningNotPermitted,
        VaultBreaker::Turnover,
    );
    assert_eq!(
        world.crank().unwrap(),
        0,
        "the keeper proposes nothing that would be refused"
    );
    let mut hours = 0;
    while is_active(&world, VaultBreaker::Turnover) {
        hours += 1;
        assert!(hours < 30, "it never resumes");
        still(&mut world, 900, "50000");
        world.crank().unwrap();
        still(&mut world, 2_700, "50000");
        world.crank().unwrap();
    }
    // 30 % of twice the value drains to 10 % in two thirds of a day; then an hour of cooldown.
    assert!((16..=20).contains(&hours), "{hours}");
}

#[test]
fn an_order_that_waits_counts_as_traded_when_it_is_placed() {
    let mut world = VaultFixture::new();
    let user = world.user(MILLION);
    world.deposit(&user, MILLION).unwrap();
    world.move_collateral().unwrap();
    world.faults(Faults {
        delayed: true,
        ..Faults::default()
    });
    world.pass(0, 1);
    world.rebalance(10_800_000).unwrap();
    assert_eq!(world.snapshot().venue_trader().unwrap().lots, 0);
    assert_eq!(monitor(&world).turnover, 540_000_000_000);
    // What it will cost is not known before it fills.
    assert_eq!(monitor(&world).trading_loss, 0);
}

type Fault = (&'static str, fn(&mut VaultFixture));

/// Returns ways in which the venue's accounts cannot be read: of another owner or layout, or gone.
fn unreadable() -> [Fault; 3] {
    let foreign: fn(&mut VaultFixture) = |world| {
        let key = world.keys.first().venue_market;
        let data = world.raw(&key).unwrap().data;
        put(&mut world.svm, key, ballast_risk::ID, data);
    };
    let garbled: fn(&mut VaultFixture) = |world| {
        let key = world.keys.first().venue_trader;
        let mut data = world.raw(&key).unwrap().data;
        data[0] ^= 1;
        put(&mut world.svm, key, ballast_reference_venue::ID, data);
    };
    let gone: fn(&mut VaultFixture) = |world| {
        let key = world.keys.first().venue_trader;
        put(&mut world.svm, key, Pubkey::default(), Vec::new());
    };
    [("foreign", foreign), ("garbled", garbled), ("gone", gone)]
}

/// Returns ways in which the venue does not answer though its accounts can be read: it halts, it
/// prices nothing, its market is of another version.
fn silent() -> [Fault; 3] {
    let stale: fn(&mut VaultFixture) = |world| {
        world.faults(Faults {
            stale: true,
            ..Faults::default()
        });
    };
    let version: fn(&mut VaultFixture) = |world| {
        let key = world.keys.first().venue_market;
        let mut data = world.raw(&key).unwrap().data;
        data[8] = 2;
        put(&mut world.svm, key, ballast_reference_venue::ID, data);
    };
    let halted: fn(&mut VaultFixture) = |world| world.faults(paused());
    [("paused", halted), ("stale", stale), ("of another version", version)]
}

#[test]
fn a_venue_that_fails_in_any_way_is_remembered_by_mark_and_trips_after_three() {
    let silent = silent().map(|(name, fault)| (name, true, fault));
    let unreadable = unreadable().map(|(name, fault)| (name, false, fault));
    for (name, readable, fault) in silent.into_iter().chain(unreadable) {
        let (mut world, user) = running();
        world.mark().unwrap();
        let mark = monitor(&world).venues[0].price;
        let keep = [world.keys.first().venue_market, world.keys.first().venue_trader]
            .map(|key| (key, world.svm.get_account(&key).unwrap()));
        fault(&mut world);
        for failed in 1..=3 {
            still(&mut world, VENUE_FAILURE_SPACING_SECONDS, "49900");
            let sent = world.mark().unwrap_or_else(|error| panic!("{name}: {error:?}"));
            assert!(!sent.logs.is_empty());
            let vault = world.raw(&world.keys.vault).unwrap().vault().unwrap();
            assert_eq!(vault.monitor.venues[0].failures, failed, "{name}");
            let active = vault.monitor.get().breakers.tripped;
            assert_eq!(active.has(Breaker::VenueFailure), failed == 3, "{name}");
            // What can be read is marked all the same.
            assert_eq!(vault.monitor.venues[0].price != mark, readable, "{name}");
            assert_eq!(vault.cases.is_quarantined(), failed == 3, "{name}");
        }
        for (key, account) in keep {
            world.svm.set_account(key, account).unwrap();
        }
        world.faults(Faults::default());
        still(&mut world, 60, "49900");
        refused(&world.request_deposit(&user, LEAST), VaultError::VenueQuarantined);
        world.redeem_shares(&user, 1_000_000).unwrap();
        assert_eq!(monitor(&world).venues[0].failures, 0, "{name}");
        assert!(is_active(&world, VaultBreaker::VenueFailure), "{name}");
    }
}

#[test]
fn the_keeper_tells_the_vault_of_a_venue_that_nobody_can_read() {
    for (name, fault) in unreadable() {
        let (mut world, _) = running();
        world.crank().unwrap();
        fault(&mut world);
        for failed in 1..=3 {
            still(&mut world, VENUE_FAILURE_SPACING_SECONDS, "49900");
            world.crank().unwrap_or_else(|error| panic!("{name}: {error:?}"));
            let vault = world.raw(&world.keys.vault).unwrap().vault().unwrap();
            assert_eq!(vault.monitor.venues[0].failures, failed, "{name}");
        }
        assert!(is_active(&world, VaultBreaker::VenueFailure), "{name}");
    }
}

#[test]
fn the_keeper_marks_what_would_trip_and_cools_down_what_is_active() {
    let (mut world, _) = running_with(with(VaultBreaker::Drawdown, 300, 100));
    world.crank().unwrap();
    world.faults(paused());
    // The venue does not answer: nothing is proposed that it would refuse, and each failed
    // observation is remembered.
    for failed in 1..=3 {
        still(&mut world, 60, "50000");
        world.crank().unwrap();
        assert_eq!(monitor(&world).venues[0].failures, failed);
    }
    assert!(is_active(&world, VaultBreaker::VenueFailure));
    world.faults(Faults::default());
    // Now it observes once in a longest gap, until the guardian may resume.
    let mut observations = 0;
    for _ in 0..25 {
        still(&mut world, 300, "50000");
        let slot = monitor(&world).slot;
        world.crank().unwrap();
        observations += u32::from(monitor(&world).slot > slot);
    }
    assert!((8..=10).contains(&observations), "{observations}");
    world.resume(VaultBreaker::VenueFailure).unwrap();
    // A fall that nobody else reports.
    world.crank().unwrap();
    still(&mut world, 60, "47000");
    world.crank().unwrap();
    assert!(is_active(&world, VaultBreaker::Drawdown));
}
