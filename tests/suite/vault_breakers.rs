//! The vault's own breakers through the compiled program: what trips them, what they forbid, how they resume, and what a thief gets out of it.

use anchor_lang::prelude::Pubkey;
use ballast_client::addresses::VaultKeys;
use ballast_client::instructions as ix;
use ballast_perp::state::Faults;
use ballast_risk::errors::RiskError;
use ballast_risk_policy::breaker::{Breaker, BreakerSet, VAULT};
use ballast_risk_policy::vault_watch::FAILED_LOOK_SPACING_SECONDS;
use ballast_testkit::tokens::{put, put_tokens};
use ballast_testkit::world::Sent;
use ballast_testkit::{error_code, params, User, World, MILLION};
use ballast_vault::errors::VaultError;
use ballast_vault::state::{StoredWatch, VaultBreaker, VaultBreakerSettings};
use ballast_vault::CreateVaultArgs;
use solana_signer::Signer;

const ALL: [VaultBreaker; 5] = [
    VaultBreaker::Drawdown,
    VaultBreaker::NavJump,
    VaultBreaker::Turnover,
    VaultBreaker::KeeperSpend,
    VaultBreaker::VenueFailure,
];

/// A vault with a million in it, at its target, with these breakers.
fn running_with(breakers: VaultBreakerSettings) -> (World, User) {
    let vault = CreateVaultArgs {
        breakers,
        ..params::create_vault(1, params::vault(), Some(World::guardian_key()))
    };
    let mut world = World::with_vault(params::risk_market(), params::venue(), vault);
    let user = world.user(3 * MILLION);
    world.deposit(&user, MILLION).unwrap();
    world.crank().unwrap();
    assert!(world.snapshot().venue_trader.lots > 0);
    world.pass(0, 1);
    (world, user)
}

/// As the tests' parameters, with another trip and clear for one of them.
fn with(breaker: VaultBreaker, trip: u32, clear: u32) -> VaultBreakerSettings {
    let mut breakers = params::vault_breakers();
    let settings = &mut breakers.settings[breaker as usize];
    (settings.trip, settings.clear) = (trip, clear);
    breakers
}

fn running() -> (World, User) {
    running_with(params::vault_breakers())
}

fn watch(world: &World) -> StoredWatch {
    world.snapshot().vault.watch
}

fn stands(world: &World, breaker: VaultBreaker) -> bool {
    watch(world).get().breakers.tripped.has(breaker.into())
}

fn refused(sent: &Sent, expected: VaultError) {
    assert_eq!(error_code(sent), u32::from(expected));
}

/// Refused, by a breaker that the log names.
fn forbidden(sent: &Sent, expected: VaultError, breaker: VaultBreaker) {
    refused(sent, expected);
    let name = format!("Program log: breaker: {}", Breaker::from(breaker).name());
    let logs = &sent.as_ref().unwrap_err().meta.logs;
    assert!(logs.contains(&name), "{name}\n{}", logs.join("\n"));
}

/// The same price again after this long.
fn still(world: &mut World, seconds: i64, price: &str) {
    world.pass(seconds, seconds.unsigned_abs());
    world.set_price(price, "10");
}

fn paused() -> Faults {
    Faults {
        paused: true,
        ..Faults::default()
    }
}

#[test]
fn r8_no_zero_and_no_excess_gets_into_a_vaults_breakers() {
    let mut world = World::new();
    let admin = world.admin.pubkey();
    let keys = VaultKeys::derive(&admin, 2, &world.keys.quote_mint, &world.keys.risk_market);
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
        let clear = |clear| changed(&|settings| settings.clear = clear);
        let highest = params::vault_breakers().settings[index].trip;
        for wrong in [0, highest + 1] {
            table.push((clear(wrong), None, VaultError::BreakerClear, Some(breaker)));
        }
        for wrong in [0, 59, 604_801] {
            let quiet = changed(&|settings| settings.quiet_seconds = wrong);
            table.push((quiet, None, VaultError::BreakerQuiet, Some(breaker)));
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

/// Every set of the five, tripped by the guardian: whoever leaves is never asked, a reduction is never refused, and nothing else than what the
/// table permits is done.
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
        assert_eq!(watch(&world).tripped, set.bits());
        let permitted = ballast_risk_policy::breaker::permitted(set, true);
        world.pass(0, 1);
        let deposited = world.deposit(&user, 1_000_000_000);
        assert_eq!(deposited.is_ok(), permitted.deposit, "{bits:05b}");
        world.redeem_shares(&user, 1_000_000).unwrap();
        world.request(&user, 1_000_000_000).unwrap();
        world.pass(0, 1);
        world.complete(&user).unwrap();
        world.pass(0, 1);
        // Below the band an order adds, above it one reduces.
        let lots = world.snapshot().venue_trader.lots;
        world.hour_at("51500").unwrap();
        if bits != 0 {
            let named = ALL[bits.trailing_zeros() as usize];
            forbidden(&world.rebalance(1_000_000), VaultError::OpeningNotPermitted, named);
        }
        world.hour_at("46000").unwrap();
        world.hour_at("43500").unwrap();
        world.rebalance(-lots / 6).unwrap();
        assert!(!permitted.open || bits == 0);
    }
}

#[test]
fn without_a_guardian_nobody_trips_or_resumes_and_everybody_can_leave() {
    let vault = params::create_vault(1, params::vault(), None);
    let vault = CreateVaultArgs {
        breakers: with(VaultBreaker::NavJump, 500, 100),
        ..vault
    };
    let mut world = World::with_vault(params::risk_market(), params::venue(), vault);
    let user = world.user(MILLION);
    world.deposit(&user, MILLION).unwrap();
    world.crank().unwrap();
    refused(&world.trip(VaultBreaker::Turnover), VaultError::NotGuardian);
    world.pass(0, 1);
    world.mark().unwrap();
    world.hour_at("45000").unwrap();
    world.mark().unwrap();
    assert!(stands(&world, VaultBreaker::NavJump));
    refused(&world.resume(VaultBreaker::NavJump), VaultError::NotGuardian);
    let shares = world.tokens(&user.holder.shares);
    world.request(&user, shares).unwrap();
    for _ in 0..4 {
        world.crank().unwrap();
        world.pass(0, 1);
        if world.supply() > 0 {
            let _ = world.complete(&user);
        }
    }
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
        // Nor does naming the guardian help without his signature.
        let mut unsigned = ix::trip_breaker(&keys, &world.guardian.pubkey(), breaker);
        unsigned.accounts[0].is_signer = false;
        assert!(world.send(&[unsigned], &[]).is_err());
        refused(&world.resume(breaker), VaultError::BreakerNotTripped);
        world.trip(breaker).unwrap();
    }
    // An hour of quiet, watched in steps of the longest gap.
    for _ in 0..5 {
        for breaker in [
            VaultBreaker::Drawdown,
            VaultBreaker::NavJump,
            VaultBreaker::VenueFailure,
        ] {
            refused(&world.resume(breaker), VaultError::BreakerNotQuiet);
        }
        for breaker in [VaultBreaker::Turnover, VaultBreaker::KeeperSpend] {
            refused(&world.resume(breaker), VaultError::BreakerResumesItself);
        }
        world.pass(60, 60);
        world.set_price("50000", "10");
        world.mark().unwrap();
        still(&mut world, 840, "50000");
    }
    // Four gaps of a quarter were counted by the marks and one more by the guardian's own look.
    world.mark().unwrap();
    for breaker in [
        VaultBreaker::Drawdown,
        VaultBreaker::NavJump,
        VaultBreaker::VenueFailure,
    ] {
        assert!(stands(&world, breaker));
        world.resume(breaker).unwrap();
        assert!(!stands(&world, breaker));
    }
    // Those that resume by themselves have.
    assert_eq!(watch(&world).tripped, 0);
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
        (after.cash, after.nav_per_share, after.high_water),
        (before.cash, before.nav_per_share, before.high_water)
    );
    let shares = world.tokens(&user.holder.shares);
    world.request(&user, shares).unwrap();
    for _ in 0..4 {
        world.crank().unwrap();
        world.pass(0, 1);
        if world.supply() > 0 {
            let _ = world.complete(&user);
        }
    }
    assert_eq!(world.supply(), 0);
}

#[test]
fn a_drawdown_trips_on_the_look_that_sees_it_and_bars_openings_only() {
    let (mut world, user) = running_with(with(VaultBreaker::Drawdown, 300, 100));
    still(&mut world, 30, "47000");
    // Nobody has looked yet: the order's own look already forbids it, and being refused leaves no trace.
    forbidden(
        &world.rebalance(1_000_000),
        VaultError::OpeningNotPermitted,
        VaultBreaker::Drawdown,
    );
    assert!(!stands(&world, VaultBreaker::Drawdown));
    world.mark().unwrap();
    assert!(stands(&world, VaultBreaker::Drawdown));
    still(&mut world, 30, "50000");
    forbidden(
        &world.rebalance(1_000_000),
        VaultError::OpeningNotPermitted,
        VaultBreaker::Drawdown,
    );
    world.deposit(&user, 1_000_000).unwrap();
}

#[test]
fn a_nav_jump_bars_entry_from_the_look_that_sees_it() {
    let (mut world, user) = running_with(with(VaultBreaker::NavJump, 300, 100));
    world.mark().unwrap();
    still(&mut world, 30, "47000");
    forbidden(
        &world.deposit(&user, 1_000_000),
        VaultError::DepositNotPermitted,
        VaultBreaker::NavJump,
    );
    world.redeem_shares(&user, 1_000_000).unwrap();
    // Whoever left has looked, and what he saw stands for those who come.
    assert!(stands(&world, VaultBreaker::NavJump));
    still(&mut world, 30, "47000");
    forbidden(
        &world.deposit(&user, 1_000_000),
        VaultError::DepositNotPermitted,
        VaultBreaker::NavJump,
    );
}

#[test]
fn a_jump_split_into_many_looks_is_caught_by_the_drawdown() {
    let mut breakers = with(VaultBreaker::NavJump, 300, 100);
    (breakers.settings[0].trip, breakers.settings[0].clear) = (500, 400);
    let (mut world, _) = running_with(breakers);
    let mut price = 50_000;
    while !stands(&world, VaultBreaker::Drawdown) {
        price -= 250;
        assert!(price > 45_000, "neither breaker tripped");
        still(&mut world, 12, &price.to_string());
        world.observe().unwrap();
        world.mark().unwrap();
        assert!(!stands(&world, VaultBreaker::NavJump));
    }
    // Five per cent of value at sixty per cent exposure.
    assert!((45_500..46_500).contains(&price), "{price}");
}

#[test]
fn two_looks_in_a_slot_count_once_and_the_second_may_only_trip() {
    let (mut world, _) = running_with(with(VaultBreaker::NavJump, 300, 100));
    world.mark().unwrap();
    let first = watch(&world);
    world.mark().unwrap();
    assert_eq!(watch(&world), first);
    // Time within the slot, and a price a little lower: the mark stays.
    world.pass(5, 0);
    world.set_price("49500", "10");
    world.mark().unwrap();
    assert_eq!(watch(&world).mark, first.mark);
    world.set_price("47000", "10");
    world.mark().unwrap();
    assert_eq!(watch(&world).mark, first.mark);
    assert!(stands(&world, VaultBreaker::NavJump));
    // A failed look counts once, too.
    world.faults(paused());
    world.pass(120, 1);
    world.set_price("47000", "10");
    world.mark().unwrap();
    world.pass(120, 0);
    world.set_price("47000", "10");
    world.mark().unwrap();
    assert_eq!(watch(&world).failed_looks, 1);
}

#[test]
fn chosen_moments_give_no_quiet_time_that_was_not_watched() {
    let (mut world, _) = running_with(with(VaultBreaker::Drawdown, 300, 200));
    still(&mut world, 30, "47000");
    world.mark().unwrap();
    // Only the good moments, far apart: each gap counts for a quarter of an hour.
    for _ in 0..4 {
        world.hour_at("50000").unwrap();
        world.mark().unwrap();
        refused(&world.resume(VaultBreaker::Drawdown), VaultError::BreakerNotQuiet);
    }
    // One honest look in a bad moment ends all of it.
    still(&mut world, 60, "48000");
    world.mark().unwrap();
    for _ in 0..4 {
        world.hour_at("50000").unwrap();
        refused(&world.resume(VaultBreaker::Drawdown), VaultError::BreakerNotQuiet);
        world.mark().unwrap();
    }
    world.hour_at("50000").unwrap();
    world.resume(VaultBreaker::Drawdown).unwrap();
}

#[test]
fn turnover_counts_what_is_traded_bars_openings_and_drains_by_itself() {
    // The first order was 60 % of the value: at once over 50 %.
    let (mut world, user) = running_with(with(VaultBreaker::Turnover, 5_000, 1_000));
    let traded = watch(&world).turnover;
    assert!((590_000..610_000).contains(&(traded / 1_000_000)), "{traded}");
    assert!(stands(&world, VaultBreaker::Turnover));
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
    while stands(&world, VaultBreaker::Turnover) {
        hours += 1;
        assert!(hours < 30, "it never resumes");
        still(&mut world, 900, "50000");
        world.crank().unwrap();
        still(&mut world, 2_700, "50000");
        world.crank().unwrap();
    }
    // 30 % of twice the value drains to 10 % in two thirds of a day; then an hour of quiet.
    assert!((16..=20).contains(&hours), "{hours}");
}

#[test]
fn an_order_that_waits_counts_as_traded_when_it_is_placed() {
    let mut world = World::new();
    let user = world.user(MILLION);
    world.deposit(&user, MILLION).unwrap();
    world.move_collateral().unwrap();
    world.faults(Faults {
        delayed: true,
        ..Faults::default()
    });
    world.pass(0, 1);
    world.rebalance(11_500_000).unwrap();
    assert_eq!(world.snapshot().venue_trader.lots, 0);
    assert_eq!(watch(&world).turnover, 575_000_000_000);
    // Nothing pays a keeper.
    assert_eq!(watch(&world).keeper_spend, 0);
}

/// What failure looks like at the reference venue: it halts, it prices nothing, its accounts are of another owner, layout or version, or gone.
#[test]
fn a_venue_that_fails_in_any_way_is_remembered_by_mark_and_trips_after_three() {
    type Fault = (&'static str, bool, fn(&mut World));
    let foreign: fn(&mut World) = |world| {
        let key = world.keys.venue_market;
        let data = world.raw(&key).unwrap().data;
        put(&mut world.svm, key, ballast_risk::ID, data);
    };
    let garbled: fn(&mut World) = |world| {
        let key = world.keys.venue_trader;
        let mut data = world.raw(&key).unwrap().data;
        data[0] ^= 1;
        put(&mut world.svm, key, ballast_perp::ID, data);
    };
    let version: fn(&mut World) = |world| {
        let key = world.keys.venue_market;
        let mut data = world.raw(&key).unwrap().data;
        data[8] = 2;
        put(&mut world.svm, key, ballast_perp::ID, data);
    };
    let gone: fn(&mut World) = |world| {
        let key = world.keys.venue_trader;
        put(&mut world.svm, key, Pubkey::default(), Vec::new());
    };
    let table: [Fault; 6] = [
        ("paused", true, |world| world.faults(paused())),
        ("stale", true, |world| {
            world.faults(Faults {
                stale: true,
                ..Faults::default()
            });
        }),
        ("of another version", true, version),
        ("foreign", false, foreign),
        ("garbled", false, garbled),
        ("gone", false, gone),
    ];
    for (name, readable, fault) in table {
        let (mut world, user) = running();
        world.mark().unwrap();
        let mark = watch(&world).mark;
        let keep =
            [world.keys.venue_market, world.keys.venue_trader].map(|key| (key, world.svm.get_account(&key).unwrap()));
        fault(&mut world);
        for failed in 1..=3 {
            still(&mut world, FAILED_LOOK_SPACING_SECONDS, "49900");
            let sent = world.mark().unwrap_or_else(|error| panic!("{name}: {error:?}"));
            assert!(!sent.logs.is_empty());
            let vault = world.raw(&world.keys.vault).unwrap().vault().unwrap();
            assert_eq!(vault.watch.failed_looks, failed, "{name}");
            let standing = vault.watch.get().breakers.tripped;
            assert_eq!(standing.has(Breaker::VenueFailure), failed == 3, "{name}");
            // What can be read is marked all the same.
            assert_eq!(vault.watch.mark != mark, readable, "{name}");
        }
        for (key, account) in keep {
            world.svm.set_account(key, account).unwrap();
        }
        world.faults(Faults::default());
        still(&mut world, 60, "49900");
        forbidden(
            &world.deposit(&user, 1_000_000),
            VaultError::DepositNotPermitted,
            VaultBreaker::VenueFailure,
        );
        world.redeem_shares(&user, 1_000_000).unwrap();
        assert_eq!(watch(&world).failed_looks, 0, "{name}");
        assert!(stands(&world, VaultBreaker::VenueFailure), "{name}");
    }
}

#[test]
fn wrong_accounts_are_an_error_and_no_failed_look() {
    let (mut world, _) = running();
    let sound = ix::mark(&world.keys, &world.price_feed);
    let keys = world.keys;
    let stranger = Pubkey::new_unique();
    put(&mut world.svm, stranger, Pubkey::new_unique(), vec![0; 451]);
    for (pinned, expected) in [
        (keys.venue_market, u32::from(VaultError::WrongVenueMarket)),
        (keys.venue_trader, u32::from(VaultError::WrongVenueTrader)),
        (world.price_feed, u32::from(RiskError::PriceOwner)),
    ] {
        let mut forged = sound.clone();
        for meta in &mut forged.accounts {
            if meta.pubkey == pinned {
                meta.pubkey = stranger;
            }
        }
        let before = world.fingerprint();
        assert_eq!(error_code(&world.send(&[forged], &[])), expected);
        assert_eq!(world.fingerprint(), before);
    }
    for omitted in [keys.venue_market, keys.venue_trader, keys.share_mint] {
        let mut short = sound.clone();
        short.accounts.retain(|meta| meta.pubkey != omitted);
        assert!(world.send(&[short], &[]).is_err());
    }
    // Without a live price nobody looks: whoever brings none could end everybody's quiet time.
    world.pass(301, 301);
    assert_eq!(error_code(&world.mark()), u32::from(RiskError::PriceTooOld));
    assert_eq!(watch(&world).failed_looks, 0);
}

#[test]
fn a_vandal_who_looks_in_every_slot_of_a_short_outage_trips_nothing() {
    let (mut world, _) = running();
    world.faults(paused());
    for _ in 0..20 {
        world.pass(2, 1);
        world.set_price("50000", "10");
        world.mark().unwrap();
    }
    assert_eq!((watch(&world).failed_looks, watch(&world).tripped), (1, 0));
    world.faults(Faults::default());
    still(&mut world, 60, "50000");
    world.mark().unwrap();
    assert_eq!(watch(&world).failed_looks, 0);
}

#[test]
fn leaving_at_a_haircut_looks_at_nothing() {
    let (mut world, user) = running_with(with(VaultBreaker::NavJump, 100, 50));
    world.mark().unwrap();
    let before = watch(&world);
    let shares = world.tokens(&user.holder.shares) / 100;
    world.request(&user, shares).unwrap();
    // The price dries up; what is paid after the grace is paid at a haircut, which says nothing of the vault.
    world.pass(7_200, 7_200);
    world.complete(&user).unwrap();
    assert_eq!(watch(&world), before);
}

#[test]
fn donations_move_no_reading() {
    let (mut world, _) = running_with(with(VaultBreaker::NavJump, 10, 5));
    world.mark().unwrap();
    let before = watch(&world).mark;
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
    assert_eq!((watch(&world).mark, watch(&world).tripped), (before, 0));
}

#[test]
fn the_last_holder_leaves_nothing_standing_behind() {
    let (mut world, user) = running_with(with(VaultBreaker::NavJump, 60, 30));
    for price in ["49800", "49600", "49400", "49200", "49000"] {
        world.hour_at(price).unwrap();
        world.mark().unwrap();
    }
    let shares = world.tokens(&user.holder.shares);
    world.request(&user, shares).unwrap();
    for _ in 0..4 {
        world.crank().unwrap();
        world.pass(0, 1);
        if world.supply() > 0 {
            let _ = world.complete(&user);
        }
    }
    // A share was worth 1.2 % less than one, and of an empty vault it is worth one again, which is no jump.
    assert_eq!(world.supply(), 0);
    assert_eq!((watch(&world).tripped, watch(&world).mark.get().to_bits()), (0, 0));
    world.pass(0, 1);
    world.deposit(&user, MILLION).unwrap();
}

#[test]
fn the_guardian_resumes_only_on_a_look_of_the_same_slot() {
    let (mut world, _) = running();
    world.trip(VaultBreaker::NavJump).unwrap();
    for _ in 0..6 {
        still(&mut world, 900, "50000");
        world.mark().unwrap();
    }
    world.pass(0, 1);
    let guardian = world.guardian.insecure_clone();
    let resume = ix::resume_breaker(&world.keys, &guardian.pubkey(), VaultBreaker::NavJump);
    refused(&world.send(&[resume.clone()], &[&guardian]), VaultError::NotLookedAt);
    // Who looked does not matter, so a vandal who looks first hinders nobody.
    world.mark().unwrap();
    world.send(&[resume], &[&guardian]).unwrap();
    assert!(!stands(&world, VaultBreaker::NavJump));
}

#[test]
fn the_keeper_marks_what_would_trip_and_grows_quiet_what_stands() {
    let (mut world, _) = running_with(with(VaultBreaker::NavJump, 300, 100));
    world.crank().unwrap();
    world.faults(paused());
    // The venue does not answer: nothing is proposed that it would refuse, and each failed look is remembered.
    for failed in 1..=3 {
        still(&mut world, 60, "50000");
        world.crank().unwrap();
        assert_eq!(watch(&world).failed_looks, failed);
    }
    assert!(stands(&world, VaultBreaker::VenueFailure));
    world.faults(Faults::default());
    // Now it looks once in a longest gap, until the guardian may resume.
    let mut looks = 0;
    for _ in 0..25 {
        still(&mut world, 300, "50000");
        let slot = watch(&world).slot;
        world.crank().unwrap();
        looks += u32::from(watch(&world).slot > slot);
    }
    assert!((8..=10).contains(&looks), "{looks}");
    world.resume(VaultBreaker::VenueFailure).unwrap();
    // A jump that nobody else reports.
    world.crank().unwrap();
    still(&mut world, 60, "47300");
    world.crank().unwrap();
    assert!(stands(&world, VaultBreaker::NavJump));
}
