//! One price for everybody, that moves only forward: the price clock, through the compiled risk
//! program.

use ballast_core_market::admission::{PriceError, PriceUse};
use ballast_core_market::price_clock::Source;
use ballast_risk::errors::RiskError;
use ballast_risk::read;
use ballast_sdk::prices::Publication;
use ballast_testkit::world::START;
use ballast_testkit::{error_code, params, World};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

fn code(error: RiskError) -> u32 {
    u32::from(error)
}

/// Returns the price for a use now: its low, middle and high side.
fn price(world: &World, usage: PriceUse) -> Result<[f64; 3], PriceError> {
    let view = world.risk_market().view().unwrap();
    let print = view.price(usage, read::now(&world.clock()))?;
    let bounds = print.bounds;
    Ok([bounds.low, bounds.mid, bounds.high].map(|side| side.fixed().to_num()))
}

fn kept(world: &World) -> (i64, f64) {
    let signals = world.risk_market().signals;
    (signals.publish_time, signals.price.get().to_num())
}

#[test]
fn an_observation_that_is_not_newer_changes_nothing_and_spoils_nobodys_transaction() {
    let mut world = World::new();
    world.pass(20, 20);
    world.set_price("50100", "10");
    world.observe().unwrap();
    let (before, news) = (world.fingerprint(), world.publication("50100", "10"));
    // The same once more; older ones; one that is nonsense but old. Whoever goes first, everybody
    // else's observation is no error, alone and in front of what they came for.
    let old = |change: fn(&mut Publication)| {
        let mut old = news;
        old.publish_time -= 1;
        change(&mut old);
        old
    };
    for publication in [
        news,
        old(|_| ()),
        old(|p| p.price = -1),
        old(|p| p.confidence = u64::MAX),
    ] {
        world.publish_price(&publication);
        let observe = world.observation();
        world.send(&[observe.clone(), observe], &[]).unwrap();
        assert_eq!(world.fingerprint(), before, "{publication:?}");
    }
}

#[test]
fn a_lagging_a_frozen_and_a_leaping_clock_neither_stop_the_market_nor_make_a_price_young() {
    let mut world = World::new();
    // The chain's clock lags five seconds behind the publishers', which is as much as is tolerated.
    world.pass(20, 50);
    for (ahead, refused) in [(5, false), (6, true)] {
        let mut news = world.publication("50001", "10");
        news.publish_time += ahead;
        world.publish_price(&news);
        let sent = world.observe();
        if refused {
            assert_eq!(error_code(&sent), code(RiskError::PriceFromTheFuture));
        } else {
            sent.unwrap();
            assert!(price(&world, PriceUse::Trade).is_ok(), "ahead of the clock is not old");
        }
    }
    // It stands still while slots go on: the price ages by slots, at 200 ms each at least.
    let clock = world.clock();
    for (slots, expected) in [(54, true), (55, false)] {
        world.set_clock(clock.unix_timestamp, clock.slot + slots);
        assert_eq!(price(&world, PriceUse::Trade).is_ok(), expected, "{slots} slots");
    }
    // It is set back by an hour: what is kept does not become younger, and news are still taken in.
    world.set_clock(clock.unix_timestamp - 3_600, clock.slot + 60);
    assert_eq!(price(&world, PriceUse::Trade), Err(PriceError::TooOld));
    // It leaps an hour ahead within a slot: the price is old, and silences no source.
    world.set_clock(clock.unix_timestamp + 3_600, clock.slot + 1);
    assert_eq!(price(&world, PriceUse::Trade), Err(PriceError::TooOld));
    assert_eq!(
        error_code(&world.declare_silence(Source::First)),
        code(RiskError::NotSilent)
    );
    world.set_price("50002", "10");
    world.observe().unwrap();
    assert!(price(&world, PriceUse::Trade).is_ok());
}

#[test]
fn two_banks_in_a_slot_take_in_what_is_newer_in_each() {
    let mut world = World::new();
    world.pass(10, 10);
    let slot = world.clock().slot;
    // The same slot, executed twice by two leaders with clocks of their own.
    for (time, text) in [(START + 12, "50010"), (START + 11, "50020"), (START + 13, "50030")] {
        world.set_clock(time, slot);
        let news = world.publication(text, "10");
        world.publish_price(&news);
        world.observe().unwrap();
        assert_eq!(kept(&world).0, time.max(START + 12));
    }
    assert_eq!(kept(&world), (START + 13, 50_030.0));
}

#[test]
fn age_widens_every_use_but_settlement_and_has_a_hard_limit_for_each() {
    let mut world = World::new();
    world.pass(3_600, 100);
    world.set_price("50000", "10");
    world.observe().unwrap();
    let variance: f64 = world
        .risk_market()
        .view()
        .unwrap()
        .state
        .unwrap()
        .signals
        .fast_variance
        .annual()
        .fixed()
        .to_num();
    for (seconds, usage, oldest) in [
        (0, PriceUse::Trade, 10),
        (4, PriceUse::Nav, 10),
        (10, PriceUse::Exit, 10),
        (60, PriceUse::Margin, 60),
    ] {
        let mut aged = world.copy();
        aged.pass(seconds, 1);
        let [low, mid, high] = price(&aged, usage).unwrap();
        let share = 2.0 * (variance * seconds as f64 / 31_536_000.0).sqrt();
        assert_eq!(mid, 50_000.0);
        assert!(
            (low / (49_990.0 * (1.0 - share)) - 1.0).abs() < 1e-6,
            "{usage:?} {seconds}: {low}"
        );
        assert!(
            (high / (50_010.0 * (1.0 + share)) - 1.0).abs() < 1e-6,
            "{usage:?} {seconds}: {high}"
        );
        aged.pass(oldest + 1 - seconds, 1);
        assert_eq!(price(&aged, usage), Err(PriceError::TooOld), "{usage:?}");
    }
}

/// Returns a world with a second source, required to trade and to settle.
fn with_second() -> World {
    World::with_market(params::with_second(&[0]))
}

#[test]
fn r5_whoever_refreshes_one_source_alone_changes_nothing_for_a_minute() {
    let mut world = with_second();
    let agreed = world.risk_market().pair;
    // The first is refreshed every second, at a price that the second, left alone, is far from.
    for second in 1..=60 {
        world.pass(1, 2);
        world.set_price(if second > 5 { "50400" } else { "50000" }, "10");
        world.observe().unwrap();
        assert_eq!(
            price(&world, PriceUse::Trade).map(|sides| sides[1] > 0.0),
            Ok(true),
            "{second}"
        );
    }
    let [low, _, high] = price(&world, PriceUse::Trade).unwrap();
    assert!(
        low > 50_389.0 && high < 50_411.0,
        "a print of a minute ago widens nothing: {low} {high}"
    );
    assert_eq!(world.risk_market().pair.at, agreed.at);
    // Past the minute what requires both waits, until somebody brings a close pair.
    world.pass(1, 2);
    world.set_price("50400", "10");
    world.observe().unwrap();
    assert_eq!(price(&world, PriceUse::Trade), Err(PriceError::NoSecondSource));
    assert!(price(&world, PriceUse::Exit).is_ok());
    world.set_second_price("50390", "50");
    world.observe().unwrap();
    let [low, mid, high] = price(&world, PriceUse::Trade).unwrap();
    assert_eq!(mid, 50_400.0);
    assert!(
        (low - 50_340.0).abs() < 0.01 && (high - 50_440.0).abs() < 0.01,
        "{low} {high}"
    );
}

#[test]
fn r5_a_dead_second_source_closes_what_opens_and_stops_nothing_that_protects() {
    let mut world = with_second();
    for _ in 0..3 {
        world.pass(30, 150);
        world.set_price("50000", "10");
        world.observe().unwrap();
    }
    assert!(!world.is_of_grade());
    world.declare_silence(Source::Second).unwrap();
    assert_eq!(
        error_code(&world.declare_silence(Source::Second)),
        code(RiskError::SilenceDeclaredAlready)
    );
    // It counts only once it has stood for three minutes, in which anybody could have ended it.
    for minute in 0..7 {
        assert_eq!(world.is_of_grade(), minute == 6, "{minute}");
        world.pass(30, 150);
        world.set_price("50000", "10");
        world.observe().unwrap();
    }
    // Its price counts at twice its confidence: half a per cent is the most.
    for (confidence, counts) in [("124", true), ("126", false)] {
        let mut wide = world.copy();
        wide.pass(1, 2);
        wide.set_price("50000", confidence);
        wide.observe().unwrap();
        assert_eq!(wide.is_of_grade(), counts, "{confidence}");
    }
    assert_eq!(price(&world, PriceUse::Trade), Err(PriceError::NoSecondSource));
    assert!(price(&world, PriceUse::Exit).is_ok());
    // One print ends it.
    world.set_second_price("50000", "10");
    world.observe().unwrap();
    assert!(price(&world, PriceUse::Trade).is_ok());
    assert_eq!(world.risk_market().silence[1].slot, 0);
}

#[test]
fn silence_is_declared_by_anyone_and_ended_by_any_print() {
    let mut world = World::new();
    assert_eq!(
        error_code(&world.declare_silence(Source::Second)),
        code(RiskError::NoSuchSource)
    );
    world.pass(59, 10_000);
    assert_eq!(
        error_code(&world.declare_silence(Source::First)),
        code(RiskError::NotSilent)
    );
    world.pass(1, 0);
    world.declare_silence(Source::First).unwrap();
    world.pass(179, 10_000);
    let is_silent = |world: &World| {
        let view = world.risk_market().view().unwrap();
        view.is_silent(Source::First, read::now(&world.clock()))
    };
    assert!(!is_silent(&world));
    let mut spoke = world.copy();
    world.pass(1, 0);
    assert!(is_silent(&world));
    let exit = world
        .risk_market()
        .view()
        .unwrap()
        .exit_price(read::now(&world.clock()));
    assert!(!exit.unwrap().is_live);
    spoke.set_price("50000", "10");
    spoke.observe().unwrap();
    spoke.pass(1, 0);
    assert!(!is_silent(&spoke));
}

/// R22: whoever observes, and whatever prints are valid at one moment, in any order, the market
/// keeps the newest, and an order of observations that goes back keeps nothing of it.
#[test]
fn r22_no_order_of_valid_prints_gives_a_choice() {
    let start = World::new();
    let cases = 64;
    let mut runner = TestRunner::new(Config::with_cases(cases));
    let prints = proptest::collection::vec((0i64..25, 45_000u32..55_000), 2..=4);
    let order = proptest::collection::vec(0usize..4, 1..8);
    let all = (prints, order);
    runner
        .run(&all, |(prints, order)| {
            let mut world = start.copy();
            world.pass(30, 60);
            let (mut newest, mut text) = (START, 50_000.0);
            for index in order {
                let Some((age, dollars)) = prints.get(index) else {
                    continue;
                };
                let mut print = world.publication(&dollars.to_string(), "10");
                print.publish_time -= age;
                world.publish_price(&print);
                world.observe().unwrap();
                if print.publish_time > newest {
                    (newest, text) = (print.publish_time, f64::from(*dollars));
                }
                prop_assert_eq!(kept(&world), (newest, text));
            }
            Ok(())
        })
        .unwrap();
}
