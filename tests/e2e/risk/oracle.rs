//! What a price has to satisfy before anything uses it (R6), through the compiled risk program.

use anchor_lang::prelude::Pubkey;
use ballast_core_market::breaker::Breaker;
use ballast_risk::errors::RiskError;
use ballast_risk::state::{PriceSource, SignalSettings, PYTH_PUSH_PROGRAM, PYTH_RECEIVERS};
use ballast_risk::CreateMarketArgs;
use ballast_sdk::instructions as ix;
use ballast_sdk::prices::{self, Publication};
use ballast_testkit::params::{self, FEED};
use ballast_testkit::tokens::put;
use ballast_testkit::{error_code, fixed, VaultFixture, World};
use pyth_solana_receiver_sdk::price_update::VerificationLevel;
use solana_signer::Signer;

fn code(error: RiskError) -> u32 {
    u32::from(error)
}

/// Publishes `change`d news a minute later and observes it.
fn observed_after(change: impl FnOnce(&mut Publication)) -> Option<u32> {
    let mut world = World::new();
    world.pass(60, 60);
    let mut news = world.publication("50100", "10");
    change(&mut news);
    world.publish_price(&news);
    let before = world.fingerprint();
    let sent = world.observe();
    if sent.is_ok() {
        return None;
    }
    assert_eq!(world.fingerprint(), before, "a refusal must change nothing");
    Some(error_code(&sent))
}

#[test]
fn r6_each_malformed_price_is_refused_by_its_own_rule() {
    assert_eq!(observed_after(|_| ()), None);
    let table: [(fn(&mut Publication), RiskError); 8] = [
        (|p| p.feed_id = [8; 32], RiskError::PriceFeed),
        (|p| p.price = 0, RiskError::PriceNotPositive),
        (|p| p.price = -1, RiskError::PriceNotPositive),
        (|p| p.exponent = 3, RiskError::PriceExponent),
        (|p| p.exponent = -40, RiskError::PriceExponent),
        (|p| p.publish_time += 6, RiskError::PriceFromTheFuture),
        (|p| p.slot += 1, RiskError::PriceFromTheFuture),
        (|p| p.confidence = 300_000_000_000, RiskError::PriceTooWide),
    ];
    for (change, expected) in table {
        assert_eq!(observed_after(change), Some(code(expected)));
    }
}

#[test]
fn r6_stale_prices_are_refused_by_the_clock_and_by_slots() {
    for (seconds, slots, refused) in [(30, 10, false), (31, 10, true), (20, 154, false), (20, 155, true)] {
        let mut world = World::new();
        world.pass(60, 60);
        world.set_price("50100", "10");
        world.pass(seconds, slots);
        let sent = world.observe();
        if refused {
            assert_eq!(error_code(&sent), code(RiskError::PriceTooOld));
        } else {
            sent.unwrap();
        }
    }
}

#[test]
fn r6_foreign_unverified_and_garbled_accounts_are_refused() {
    let mut world = World::new();
    world.pass(60, 60);
    let news = world.publication("50100", "10");
    let sound = prices::pull_account(world.feeds.first, &news);
    let partial = prices::pull_account_verified(
        world.feeds.first,
        &news,
        VerificationLevel::Partial { num_signatures: 12 },
    );
    let mut garbled = sound.data.clone();
    garbled[0] ^= 1;
    for (owner, data, expected) in [
        (Pubkey::new_unique(), sound.data.clone(), RiskError::PriceOwner),
        (ballast_risk::ID, sound.data.clone(), RiskError::PriceOwner),
        // Of Pyth's other receiver.
        (PYTH_RECEIVERS[1].0, sound.data.clone(), RiskError::PriceOwner),
        (sound.owner, partial.data, RiskError::PriceUnverified),
        (sound.owner, garbled, RiskError::PriceLayout),
        (sound.owner, sound.data[..40].to_vec(), RiskError::PriceLayout),
        (sound.owner, Vec::new(), RiskError::PriceLayout),
    ] {
        put(&mut world.svm, sound.key, owner, data);
        assert_eq!(error_code(&world.observe()), code(expected));
    }
}

#[test]
fn r6_an_update_counts_by_the_signatures_its_receiver_asks_for() {
    for ((receiver, whole), count) in PYTH_RECEIVERS.into_iter().zip([13, 3]) {
        assert_eq!(whole, count);
        let mut args = params::risk_market();
        args.params.sources[0].owner = receiver;
        let mut world = World::bare(&args.name);
        let admin = world.admin.pubkey();
        world.send(&[ix::create_risk_market(&admin, args)], &[]).unwrap();
        let news = world.publication("50000", "10");
        let mut signed = |num_signatures| {
            let level = VerificationLevel::Partial { num_signatures };
            let update = prices::pull_account_verified(world.feeds.first, &news, level);
            put(&mut world.svm, update.key, receiver, update.data);
            world.observe()
        };
        assert_eq!(error_code(&signed(count - 1)), code(RiskError::PriceUnverified));
        signed(count).unwrap();
    }
}

#[test]
fn a_crash_is_observed_however_far_it_falls_and_trips_the_breaker() {
    let mut world = VaultFixture::new();
    for price in ["30000", "12000", "5000"] {
        world.hour_at(price).unwrap();
    }
    let signals = world.snapshot().first.stored.signals;
    assert!(world.snapshot().active_breakers().has(Breaker::PriceJump));
    assert_eq!(world.risk_market().regime.level, 3);
    // Ten per cent an hour of itself: 50,000 × 0.9³.
    let slow = signals.slow_price.get().to_num::<f64>();
    assert!((slow - 36_450.0).abs() < 1.0, "{slow}");
}

/// Returns a legacy push account as the oracle program lays it out.
fn push_account(world: &World, price: i64, status: u32) -> Vec<u8> {
    let clock = world.clock();
    let mut data = vec![0u8; 3_312];
    let mut write = |offset: usize, bytes: &[u8]| data[offset..offset + bytes.len()].copy_from_slice(bytes);
    write(0, &0xa1b2_c3d4u32.to_le_bytes());
    write(4, &2u32.to_le_bytes());
    write(8, &3u32.to_le_bytes());
    write(20, &(-8i32).to_le_bytes());
    write(96, &clock.unix_timestamp.to_le_bytes());
    write(208, &price.to_le_bytes());
    write(216, &1_000_000_000u64.to_le_bytes());
    write(224, &status.to_le_bytes());
    write(232, &clock.slot.to_le_bytes());
    data
}

fn with_source(mut args: CreateMarketArgs, source: PriceSource) -> CreateMarketArgs {
    args.params.sources[0] = source;
    args
}

#[test]
fn a_legacy_push_account_is_read_where_it_is_pinned() {
    let args = params::risk_market();
    let mut world = World::bare(&args.name);
    let (owner, account) = (PYTH_PUSH_PROGRAM, Pubkey::new_unique());
    let source = params::push_source(account);
    let admin = world.admin.pubkey();
    world
        .send(&[ix::create_risk_market(&admin, with_source(args, source))], &[])
        .unwrap();
    world.feeds.first = account;

    let halted = push_account(&world, 5_000_000_000_000, 2);
    put(&mut world.svm, account, owner, halted);
    assert_eq!(error_code(&world.observe()), code(RiskError::PriceNotTrading));
    let sound = push_account(&world, 5_000_000_000_000, 1);
    let mut garbled = sound.clone();
    garbled[4] = 9;
    put(&mut world.svm, account, owner, garbled);
    assert_eq!(error_code(&world.observe()), code(RiskError::PriceLayout));
    let elsewhere = Pubkey::new_unique();
    put(&mut world.svm, elsewhere, owner, sound.clone());
    world.feeds.first = elsewhere;
    assert_eq!(error_code(&world.observe()), code(RiskError::PriceFeed));
    world.feeds.first = account;
    put(&mut world.svm, account, owner, sound);
    world.observe().unwrap();
    let account = world.raw(&world.risk_market).unwrap().risk_market().unwrap();
    assert_eq!(account.signals.price, fixed("50000"));
}

fn signals(args: &mut CreateMarketArgs) -> &mut SignalSettings {
    &mut args.params.observation.signals
}

#[test]
fn r8_no_zero_and_no_excess_gets_into_a_market() {
    let table: [(fn(&mut CreateMarketArgs), RiskError); 58] = [
        (|a| a.name = [0; 16], RiskError::MarketName),
        (|a| a.name[0] = 7, RiskError::MarketName),
        (|a| a.name[15] = b'x', RiskError::MarketName),
        (|a| a.initial_variance = fixed("0"), RiskError::InitialVariance),
        (|a| a.initial_variance = fixed("26"), RiskError::InitialVariance),
        (|a| a.worst_day = fixed("0.09"), RiskError::WorstDay),
        (|a| a.worst_day = fixed("1.6"), RiskError::WorstDay),
        (
            |a| a.params.sources[0].owner = Pubkey::default(),
            RiskError::SourceOwner,
        ),
        (
            |a| a.params.sources[0].owner = Pubkey::new_from_array([5; 32]),
            RiskError::SourceOwner,
        ),
        (
            |a| a.params.sources[0].owner = PYTH_PUSH_PROGRAM,
            RiskError::SourceOwner,
        ),
        (
            |a| {
                a.params.sources[1] = params::push_source(Pubkey::new_from_array([6; 32]));
                a.params.sources[1].owner = PYTH_RECEIVERS[0].0;
            },
            RiskError::SourceOwner,
        ),
        (|a| a.params.sources[2] = a.params.sources[0], RiskError::QuoteSource),
        (|a| a.params.sources[0].feed = [0; 32], RiskError::PriceSource),
        (|a| a.params.sources[0].kind = 0, RiskError::PriceSource),
        (|a| a.params.sources[1].kind = 9, RiskError::PriceSource),
        (|a| a.params.sources[1] = a.params.sources[0], RiskError::SecondSource),
        (|a| a.params.uses[0].requires_second = 1, RiskError::RequiresSecond),
        (
            |a| {
                *a = params::with_second(&[]);
                a.params.uses[3].requires_second = 2;
            },
            RiskError::RequiresSecond,
        ),
        (|a| *a = params::with_second(&[2]), RiskError::RequiresSecond),
        (|a| a.params.settlement.requires_second = 1, RiskError::RequiresSecond),
        (
            |a| a.params.settlement.max_confidence = fixed("0.02001"),
            RiskError::GradeConfidence,
        ),
        (
            |a| a.params.settlement.max_confidence = fixed("0"),
            RiskError::GradeConfidence,
        ),
        (|a| a.params.settlement.max_divergence = 0, RiskError::GradeDivergence),
        (
            |a| a.params.settlement.max_divergence = 2_001,
            RiskError::GradeDivergence,
        ),
        (|a| a.params.venues[0].kind = 9, RiskError::VenueSource),
        (|a| a.params.standard_order = 0, RiskError::StandardOrder),
        (|a| a.params.standard_order = u64::MAX, RiskError::StandardOrder),
        (|a| a.params.uses[0].max_age_seconds = 0, RiskError::MaxAge),
        (|a| a.params.uses[0].max_age_seconds = 11, RiskError::MaxAge),
        (|a| a.params.uses[2].max_age_seconds = 11, RiskError::MaxAge),
        (|a| a.params.uses[3].max_age_seconds = 61, RiskError::MaxAge),
        (|a| a.params.clock.ahead_seconds = 0, RiskError::ClockAhead),
        (|a| a.params.clock.least_slot_milliseconds = 0, RiskError::ClockSlot),
        (
            |a| a.params.uses[2].max_confidence = fixed("0"),
            RiskError::MaxConfidence,
        ),
        (
            |a| a.params.uses[2].max_confidence = fixed("0.11"),
            RiskError::MaxConfidence,
        ),
        (|a| a.params.uses[3].max_deviation = fixed("0"), RiskError::MaxDeviation),
        (
            |a| a.params.uses[3].max_deviation = fixed("0.91"),
            RiskError::MaxDeviation,
        ),
        (|a| a.params.uses[0].max_divergence = 0, RiskError::MaxDivergence),
        (|a| a.params.uses[0].max_divergence = 2_001, RiskError::MaxDivergence),
        (|a| a.params.exit_haircut.base = fixed("0"), RiskError::ExitHaircut),
        (|a| a.params.exit_haircut.per_hour = fixed("0"), RiskError::ExitHaircut),
        (|a| a.params.exit_haircut.max = fixed("0.6"), RiskError::ExitHaircut),
        (|a| signals(a).sampling_seconds = 0, RiskError::Sampling),
        (
            |a| signals(a).fast_variance_seconds = 0,
            RiskError::VarianceTimeConstant,
        ),
        (|a| signals(a).moments_seconds = 0, RiskError::MomentsTimeConstant),
        (|a| signals(a).trend_fast_seconds = 0, RiskError::TrendTimeConstant),
        (
            |a| signals(a).trading_cost_seconds = 0,
            RiskError::TradingCostTimeConstant,
        ),
        (|a| signals(a).max_surface_age_seconds = 0, RiskError::SurfaceAge),
        (|a| signals(a).high_fall_per_day = 0, RiskError::HighFall),
        (|a| signals(a).jump_floor = 0, RiskError::JumpFloor),
        (
            |a| signals(a).slow_price_rate_per_hour = fixed("0"),
            RiskError::SlowPriceRate,
        ),
        (|a| a.params.observation.regime.jump[0].enter = 0, RiskError::RegimeZero),
        (
            |a| a.params.observation.regime.jump[2].enter = 80_000,
            RiskError::RegimeTooHigh,
        ),
        (
            |a| a.params.observation.regime.dwell_seconds = 0,
            RiskError::RegimeDwell,
        ),
        (
            |a| a.params.observation.regime.longest_gap_seconds = 0,
            RiskError::RegimeGap,
        ),
        (
            |a| a.params.observation.breakers.settings[0].trip = 0,
            RiskError::BreakerTrip,
        ),
        (
            |a| a.params.observation.breakers.settings[6].reset = 0,
            RiskError::BreakerReset,
        ),
        (
            |a| a.params.observation.breakers.settings[3].cooldown_seconds = 0,
            RiskError::BreakerCooldown,
        ),
    ];
    for (change, expected) in table {
        let mut args = params::risk_market();
        change(&mut args);
        let mut world = World::bare(&args.name);
        let admin = world.admin.pubkey();
        let sent = world.send(&[ix::create_risk_market(&admin, args)], &[]);
        assert_eq!(error_code(&sent), code(expected));
    }
}

#[test]
fn the_feed_of_the_tests_is_the_feed_of_the_market() {
    assert_eq!(params::risk_market().params.sources[0].feed, FEED);
}
