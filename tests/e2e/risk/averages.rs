//! Averages over time that nobody samples: the sums and checkpoints of a market, through the
//! compiled risk program.

use ballast_core_market::accumulators::{Average, HALF_HOUR_SECONDS};
use ballast_core_market::fixtures::AveragedMarket;
use ballast_core_types::Price;
use ballast_risk::read;
use ballast_risk::state::Market;
use ballast_testkit::{fixed, params, World};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

/// Lets time pass and observes a price.
fn observe(world: &mut World, seconds: i64, price: &str, confidence: &str) {
    world.pass(seconds, seconds.unsigned_abs() * 2);
    world.set_price(price, confidence);
    world.observe().unwrap();
}

/// Returns the average of one half hour.
fn half_hour(world: &World, ends_at: i64) -> Option<Average> {
    let market = world.risk_market();
    let averages = market.averages(read::now(&world.clock())).unwrap();
    let begins = averages.at(ends_at - HALF_HOUR_SECONDS).sums;
    averages.at(ends_at).sums.average_since(begins)
}

fn of_late(world: &World) -> Option<Average> {
    let market = world.risk_market();
    market.average_of_late(&market.view().unwrap())
}

fn average(price: &str, seconds: u64) -> Option<Average> {
    let price = fixed(price).price().unwrap();
    Some(Average { price, seconds })
}

/// Returns a world that was observed at a half hour, and that half hour.
fn at_a_half_hour(mut world: World) -> (World, i64) {
    let now = world.clock().unix_timestamp;
    observe(
        &mut world,
        HALF_HOUR_SECONDS - now.rem_euclid(HALF_HOUR_SECONDS),
        "50000",
        "10",
    );
    let now = world.clock().unix_timestamp;
    (world, now)
}

#[test]
fn whoever_observes_last_in_a_half_hour_has_no_part_in_it() {
    let (mut world, begun) = at_a_half_hour(World::new());
    for _ in 0..59 {
        observe(&mut world, 30, "50000", "10");
    }
    // The next one comes after the half hour, at a price half as high: whenever it comes, the half
    // hour has what was held in it.
    for late in [0, 1, 15, 29, 3_000, 100_000] {
        let mut later = world.copy();
        observe(&mut later, 30 + late, "25000", "10");
        assert_eq!(
            half_hour(&later, begun + HALF_HOUR_SECONDS),
            average("50000", 1_800),
            "{late}"
        );
    }
}

#[test]
fn only_a_price_of_settlement_grade_counts_and_for_a_minute_at_most() {
    let (mut world, begun) = at_a_half_hour(World::new());
    // Ten minutes without an observation count for one; ten too wide to settle at, and a crash that
    // is far from the slow price, count as what they are.
    observe(&mut world, 600, "50000", "251");
    assert!(!world.is_of_grade());
    for _ in 0..10 {
        observe(&mut world, 60, "50000", "251");
    }
    observe(&mut world, 30, "20000", "10");
    observe(&mut world, 40, "50000", "251");
    observe(&mut world, 600, "50000", "10");
    let sums = 60 * 50_000 + 40 * 20_000;
    let Average { price, seconds } = half_hour(&world, begun + HALF_HOUR_SECONDS).unwrap();
    assert_eq!(seconds, 100);
    assert_eq!((price.fixed() * 100).round().to_num::<i64>(), sums);
}

#[test]
fn r5_a_price_counts_while_both_sources_agree_and_not_while_one_is_refreshed_alone() {
    let (mut world, begun) = at_a_half_hour(World::with_market(params::with_second(&[0])));
    let both = |world: &mut World, seconds, second: &str| {
        world.pass(seconds, 2 * seconds.unsigned_abs());
        world.set_second_price(second, "10");
        world.set_price("50000", "10");
        world.observe().unwrap();
    };
    both(&mut world, 60, "50000");
    // The first alone counts for a minute after they agreed.
    for _ in 0..4 {
        observe(&mut world, 30, "50000", "10");
    }
    // A disagreement counts for nothing, until they agree again.
    both(&mut world, 30, "50600");
    both(&mut world, 30, "50000");
    observe(&mut world, 30, "50000", "10");
    observe(&mut world, 1_800, "50000", "10");
    // The prints of 60, 90 and 120 s, and those of 240 and 270, which is held for a minute.
    let Average { seconds, .. } = half_hour(&world, begun + HALF_HOUR_SECONDS).unwrap();
    assert_eq!(seconds, 3 * 30 + 30 + 60);
}

#[test]
fn a_print_and_another_half_a_minute_later_make_an_average_of_late() {
    let mut world = World::new();
    assert_eq!(of_late(&world), None);
    // A wick is nothing of what was held before it.
    observe(&mut world, 30, "40000", "10");
    assert_eq!(of_late(&world), average("50000", 30));
    observe(&mut world, 30, "40000", "10");
    assert_eq!(of_late(&world), average("40000", 30));
    observe(&mut world, 600, "40000", "10");
    assert_eq!(of_late(&world), None);
    // As wide as an exit admits it, a price does not settle anything, and nobody is sheltered by
    // it.
    observe(&mut world, 31, "39000", "1900");
    observe(&mut world, 40, "39000", "1900");
    assert!(!world.is_of_grade());
    assert_eq!(of_late(&world), average("39000", 40));
}

#[test]
fn the_account_has_what_the_pure_functions_say_of_any_sequence() {
    let sequence = proptest::collection::vec((prop_oneof![1i64..90, 600i64..9_000], 1u32..4, any::<bool>()), 1..60);
    let mut runner = TestRunner::new(Config {
        cases: 24,
        failure_persistence: None,
        ..Config::default()
    });
    let start = World::new();
    runner
        .run(&sequence, |prints| {
            let (mut world, mut model) = (start.copy(), AveragedMarket::default());
            let price = |text: &str| -> Price { fixed(text).price().unwrap() };
            model.print(world.risk_market().signals.publish_time, price("50000"), true);
            for (seconds, value, is_narrow) in prints {
                let text = (50_000 + 100 * value).to_string();
                observe(&mut world, seconds, &text, if is_narrow { "10" } else { "300" });
                let published = world.risk_market().signals.publish_time;
                model.print(published, price(&text), is_narrow);
                let market: Market = world.risk_market();
                let (held, expected) = (world.held_price(), model.averages().unwrap());
                prop_assert_eq!(held, expected.held);
                let stored = market.averages.averages(held);
                let (stored, model_ring): (Vec<_>, Vec<_>) =
                    (stored.half_hours.collect(), expected.half_hours.collect());
                prop_assert_eq!(stored, model_ring);
                prop_assert_eq!(of_late(&world), model.of_late());
            }
            Ok(())
        })
        .unwrap();
}
