//! What an attacker, a keeper, a griefer or the guardian could want of the vault's own breakers,
//! and does not get.

use anchor_lang::prelude::Pubkey;
use ballast_reference_venue::state::Faults;
use ballast_sdk::instructions as ix;
use ballast_testkit::tokens::{put, put_tokens};
use ballast_testkit::vault::breakers::*;
use ballast_testkit::{error_code, params, VaultFixture, MILLION};
use ballast_vault::errors::VaultError;
use ballast_vault::state::VaultBreaker;
use ballast_vault::CreateVaultArgs;
use solana_signer::Signer;

#[test]
fn without_a_guardian_nobody_trips_or_resumes_and_everybody_can_leave() {
    let vault = params::create_vault(1, params::vault(), None);
    let vault = CreateVaultArgs {
        breakers: with(VaultBreaker::Drawdown, 500, 100),
        ..vault
    };
    let mut world = VaultFixture::with_vault(params::risk_market(), params::venue(), vault);
    let user = world.user(MILLION);
    world.deposit(&user, MILLION).unwrap();
    world.crank().unwrap();
    refused(&world.trip(VaultBreaker::Turnover), VaultError::NotGuardian);
    world.pass(0, 1);
    world.mark().unwrap();
    world.hour_at("45000").unwrap();
    world.mark().unwrap();
    assert!(is_active(&world, VaultBreaker::Drawdown));
    refused(&world.resume(VaultBreaker::Drawdown), VaultError::NotGuardian);
    let shares = world.tokens(&user.holder.shares);
    world.request(&user, shares).unwrap();
    world.let_leave(8);
    assert_eq!(world.supply(), 0);
}

#[test]
fn only_the_guardian_trips_and_resumes_and_only_what_waits_for_him() {
    let (mut world, _) = running();
    let (keys, admin) = (world.keys, world.admin.insecure_clone());
    world.mark().unwrap();
    for breaker in ALL {
        // The creator and payer is nobody here.
        for forged in [
            ix::trip_breaker(&keys, &admin.pubkey(), breaker),
            ix::resume_breaker(&keys, &admin.pubkey(), breaker),
        ] {
            refused(&world.send(&[forged], &[]), VaultError::NotGuardian);
        }
        // Nor does naming the guardian help without its signature.
        let mut unsigned = ix::trip_breaker(&keys, &world.guardian.pubkey(), breaker);
        unsigned.accounts[0].is_signer = false;
        assert!(world.send(&[unsigned], &[]).is_err());
        refused(&world.resume(breaker), VaultError::BreakerNotTripped);
        world.trip(breaker).unwrap();
    }
    // An hour of cooldown, observed in steps of the longest gap.
    for _ in 0..5 {
        for breaker in [VaultBreaker::Drawdown, VaultBreaker::VenueFailure] {
            refused(&world.resume(breaker), VaultError::BreakerCoolingDown);
        }
        for breaker in [
            VaultBreaker::UnexplainedMove,
            VaultBreaker::Turnover,
            VaultBreaker::TradingLoss,
        ] {
            refused(&world.resume(breaker), VaultError::BreakerResumesItself);
        }
        world.pass(60, 60);
        world.set_price("50000", "10");
        world.mark().unwrap();
        still(&mut world, 840, "50000");
    }
    // Four gaps of a quarter were counted by the marks and one more by the guardian's own
    // observation.
    world.mark().unwrap();
    for breaker in [VaultBreaker::Drawdown, VaultBreaker::VenueFailure] {
        assert!(is_active(&world, breaker));
        world.resume(breaker).unwrap();
        assert!(!is_active(&world, breaker));
    }
    // Those that resume by themselves have.
    assert_eq!(monitor(&world).tripped, 0);
}

#[test]
fn a_guardian_who_trips_everything_closes_no_exit_and_widens_nothing() {
    let (mut world, user) = running();
    let before = world.snapshot().vault;
    for breaker in ALL {
        world.trip(breaker).unwrap();
    }
    let after = world.snapshot().vault;
    assert_eq!(
        (after.policy, after.breakers, after.guardian),
        (before.policy, before.breakers, before.guardian)
    );
    assert_eq!(
        (after.ledger, after.nav_per_share, after.high_water),
        (before.ledger, before.nav_per_share, before.high_water)
    );
    let shares = world.tokens(&user.holder.shares);
    world.request(&user, shares).unwrap();
    // One of them pauses pricing: what is liquid leaves after the grace, and the rest when it has
    // ended by itself.
    let held = world.tokens(&user.holder.quote);
    for _ in 0..8 {
        for _ in 0..4 {
            still(&mut world, 900, "50000");
            world.crank().unwrap();
        }
        world.let_leave(3);
    }
    assert!(world.tokens(&user.holder.quote) > held);
    assert_eq!(world.supply(), 0);
}

#[test]
fn a_fall_split_into_many_observations_is_caught_by_the_drawdown() {
    let mut breakers = params::vault_breakers();
    (breakers.settings[0].trip, breakers.settings[0].reset) = (500, 400);
    let (mut world, _) = running_with(breakers);
    let mut price = 50_000;
    while !is_active(&world, VaultBreaker::Drawdown) {
        price -= 250;
        assert!(price > 44_000, "it never tripped");
        still(&mut world, 12, &price.to_string());
        world.observe().unwrap();
        world.mark().unwrap();
    }
    // Five per cent of value at fifty-four per cent exposure.
    assert!((44_500..45_500).contains(&price), "{price}");
}

#[test]
fn a_failed_observation_counts_once_in_a_slot_and_any_may_trip() {
    let (mut world, _) = running_with(with(VaultBreaker::UnexplainedMove, 100, 50));
    world.mark().unwrap();
    let first = monitor(&world);
    world.mark().unwrap();
    assert_eq!(monitor(&world), first);
    venue_invents(&mut world, -15_000_000_000);
    world.mark().unwrap();
    assert!(is_active(&world, VaultBreaker::UnexplainedMove));
    world.faults(paused());
    world.pass(120, 1);
    world.set_price("50000", "10");
    world.mark().unwrap();
    world.pass(120, 0);
    world.set_price("50000", "10");
    world.mark().unwrap();
    assert_eq!(monitor(&world).venues[0].failures, 1);
}

#[test]
fn chosen_moments_give_no_cooldown_that_was_not_observed() {
    let (mut world, _) = running_with(with(VaultBreaker::Drawdown, 300, 200));
    still(&mut world, 30, "47000");
    world.mark().unwrap();
    // Only the good moments, far apart: each gap counts for a quarter of an hour.
    for _ in 0..4 {
        world.hour_at("50000").unwrap();
        world.mark().unwrap();
        refused(&world.resume(VaultBreaker::Drawdown), VaultError::BreakerCoolingDown);
    }
    // One honest observation in a bad moment ends all of it.
    still(&mut world, 60, "48000");
    world.mark().unwrap();
    for _ in 0..4 {
        world.hour_at("50000").unwrap();
        refused(&world.resume(VaultBreaker::Drawdown), VaultError::BreakerCoolingDown);
        world.mark().unwrap();
    }
    world.hour_at("50000").unwrap();
    world.resume(VaultBreaker::Drawdown).unwrap();
}

#[test]
fn wrong_accounts_are_an_error_and_no_venue_failure() {
    let (mut world, _) = running();
    let sound = ix::mark(&world.keys, None);
    let keys = world.keys;
    let outsider = Pubkey::new_unique();
    put(&mut world.svm, outsider, Pubkey::new_unique(), vec![0; 451]);
    for (pinned, expected) in [
        (keys.first().venue_market, u32::from(VaultError::WrongVenueMarket)),
        (keys.first().venue_trader, u32::from(VaultError::WrongVenueTrader)),
        (keys.first().risk_market, u32::from(VaultError::WrongRiskMarket)),
    ] {
        let mut forged = sound.clone();
        for meta in &mut forged.accounts {
            if meta.pubkey == pinned {
                meta.pubkey = outsider;
            }
        }
        let before = world.fingerprint();
        assert_eq!(error_code(&world.send(&[forged], &[])), expected);
        assert_eq!(world.fingerprint(), before);
    }
    for omitted in [keys.first().venue_market, keys.first().venue_trader, keys.share_mint] {
        let mut short = sound.clone();
        short.accounts.retain(|meta| meta.pubkey != omitted);
        assert!(world.send(&[short], &[]).is_err());
    }
}

/// Whoever brings no price of now could otherwise end everybody's cooldown, or begin it anew for
/// ever.
#[test]
fn who_marks_without_a_price_moves_no_cooldown_and_no_share() {
    let (mut world, _) = running();
    world.trip(VaultBreaker::Drawdown).unwrap();
    let nobodys = |world: &mut VaultFixture, seconds: i64| {
        world.pass(seconds, seconds.unsigned_abs() * 3);
        world.set_price("50000", "10");
        world.observe().unwrap();
        world.mark().unwrap();
    };
    nobodys(&mut world, 60);
    nobodys(&mut world, 600);
    let breakers = |world: &VaultFixture| world.snapshot().state.monitor.breakers;
    let cooled = breakers(&world).cooldown;
    let mut other = world.copy();
    for _ in 0..40 {
        // Eleven seconds old, it is admitted for nothing here.
        world.pass(15, 45);
        let state = world.snapshot().state;
        world.mark().unwrap();
        let after = world.snapshot().state;
        assert_eq!(after.share_mark, state.share_mark);
        assert_eq!(
            after.monitor, state.monitor,
            "what is at the venue is not noted unjudged"
        );
    }
    assert_eq!(breakers(&world).cooldown, cooled);
    nobodys(&mut world, 0);
    other.pass(600, 1_800);
    nobodys(&mut other, 0);
    assert_eq!(breakers(&world), breakers(&other), "as if nobody had");
    assert_ne!(breakers(&world).cooldown, cooled);
}

#[test]
fn a_griefer_who_marks_in_every_slot_of_a_short_outage_trips_nothing() {
    let (mut world, _) = running();
    world.faults(paused());
    for _ in 0..20 {
        world.pass(2, 1);
        world.set_price("50000", "10");
        world.mark().unwrap();
    }
    assert_eq!((monitor(&world).venues[0].failures, monitor(&world).tripped), (1, 0));
    world.faults(Faults::default());
    still(&mut world, 60, "50000");
    world.mark().unwrap();
    assert_eq!(monitor(&world).venues[0].failures, 0);
}

#[test]
fn an_advance_observes_nothing() {
    let (mut world, user) = running();
    world.mark().unwrap();
    let shares = world.tokens(&user.holder.shares) / 100;
    world.request(&user, shares).unwrap();
    let before = monitor(&world);
    // The price dries up; what is advanced after the grace says nothing of the vault.
    world.pass(7_200, 7_200);
    world.fall_silent();
    let number = world.snapshot().vault.queue.next;
    world.exit_liquid(number).unwrap();
    assert_eq!(monitor(&world), before);
}

#[test]
fn donations_move_no_reading() {
    let (mut world, _) = running_with(with(VaultBreaker::UnexplainedMove, 80, 5));
    world.mark().unwrap();
    let before = monitor(&world).venues[0].equity;
    let keys = world.keys;
    let held = world.tokens(&keys.custody);
    put_tokens(
        &mut world.svm,
        keys.custody,
        keys.quote_mint,
        keys.vault,
        held + MILLION,
    );
    world.pass(0, 1);
    world.mark().unwrap();
    assert_eq!((monitor(&world).venues[0].equity, monitor(&world).tripped), (before, 0));
}

#[test]
fn the_last_holder_leaves_nothing_standing_behind() {
    let (mut world, user) = running_with(with(VaultBreaker::UnexplainedMove, 80, 30));
    for price in ["49800", "49600", "49400", "49200", "49000"] {
        world.hour_at(price).unwrap();
        world.mark().unwrap();
    }
    let shares = world.tokens(&user.holder.shares);
    world.request(&user, shares).unwrap();
    world.let_leave(8);
    // A share was worth 1.2 % less than one, and of an empty vault it is worth one again, which
    // nothing has to explain.
    assert_eq!(world.supply(), 0);
    world.mark().unwrap();
    assert_eq!(monitor(&world).tripped, 0);
    world.pass(0, 1);
    assert!(world.comes_in(&user, MILLION));
}

#[test]
fn the_guardian_resumes_only_on_an_observation_of_the_same_slot() {
    let (mut world, _) = running();
    world.trip(VaultBreaker::Drawdown).unwrap();
    for _ in 0..6 {
        still(&mut world, 900, "50000");
        world.mark().unwrap();
    }
    world.pass(0, 1);
    let guardian = world.guardian.insecure_clone();
    let resume = ix::resume_breaker(&world.keys, &guardian.pubkey(), VaultBreaker::Drawdown);
    refused(
        &world.send(std::slice::from_ref(&resume), &[&guardian]),
        VaultError::NotObserved,
    );
    // Who observed does not matter, so a griefer who observes first hinders nobody.
    world.mark().unwrap();
    world.send(&[resume], &[&guardian]).unwrap();
    assert!(!is_active(&world, VaultBreaker::Drawdown));
}
