extern crate std;

use super::*;
use ballast_core_market::breaker::{BreakerSettings, ResumeError};
use ballast_core_types::fixtures::{price, ratio};
use ballast_core_types::Lots;
use ballast_core_types::Shares;
use core::array::from_fn;
use proptest::prelude::*;
use std::string::ToString;

mod sequences;

const HOUR: i64 = 3_600;
const SUPPLY: u64 = 999_000_000;

fn settings(trip: u32, reset: u32) -> BreakerSettings {
    BreakerSettings {
        trip,
        reset,
        cooldown_seconds: 3_600,
    }
}

/// Drawdown at 20 %, an unexplained move at 5 %, turnover at twice the value, spend at 1 %, three
/// failed observations.
fn params() -> MonitorParams {
    MonitorParams {
        breakers: BreakerParams {
            settings: [
                settings(2_000, 1_500),
                settings(500, 300),
                settings(20_000, 10_000),
                settings(100, 50),
                settings(3, 1),
            ],
            longest_gap_seconds: 900,
            has_guardian: true,
        },
        window_seconds: 86_400,
    }
}

fn at(unix_time: i64) -> Now {
    Now {
        unix_time,
        slot: 1_000 + u64::try_from(unix_time).unwrap(),
    }
}

fn pool(unit: u64, nav: i64, supply: u64) -> Pool {
    Pool {
        nav: Value(nav),
        supply: Shares(supply),
        unit,
    }
}

fn share_value(per_share: &str) -> ShareValue {
    ShareValue {
        pool: pool(1_000_000, 1_000_000_000, SUPPLY),
        per_share: ratio(per_share),
        high_water: ratio("1"),
        nav_whole: Value(1_000_000_000),
        venues: one(venue(400_000_000, 100, "50")),
    }
}

fn one(mark: VenueMark) -> [Option<VenueMark>; MAX_LEGS] {
    from_fn(|place| (place == 0).then_some(mark))
}

fn answers(answers: bool) -> [Option<bool>; MAX_LEGS] {
    from_fn(|place| (place == 0).then_some(answers))
}

fn venue(equity: i64, lots: i64, at: &str) -> VenueMark {
    VenueMark {
        equity: Value(equity),
        lots: Lots(lots),
        lots_if_filled: Lots(lots),
        price: price(at),
    }
}

fn observation(per_share: &str) -> VaultObservation {
    VaultObservation {
        share_value: Some(share_value(per_share)),
        answers: answers(true),
    }
}

fn is_active(monitor: &VaultMonitor, breaker: Breaker) -> bool {
    monitor.breakers.tripped.has(breaker)
}

#[test]
fn drawdown_is_the_fall_from_the_highest_mark_and_rounds_up() {
    for (per_share, high_water, expected) in [
        ("1", "1", 0),
        ("1.5", "1", 0),
        ("0.75", "1", 2_500),
        ("0.749999", "1", 2_501),
        ("0.999999", "1", 1),
        ("1.5", "2", 2_500),
        ("0.0001", "1", 9_999),
    ] {
        let share_value = ShareValue {
            high_water: ratio(high_water),
            ..share_value(per_share)
        };
        // A decimal that has no exact form in base two may round up once more.
        let got = share_value.drawdown();
        assert!(
            (expected..=expected + 1).contains(&got),
            "{per_share} of {high_water}: {got}"
        );
    }
    assert_eq!(share_value("0.75").drawdown(), 2_500);
}

#[test]
fn a_move_is_explained_by_position_and_price_alone() {
    let was = venue(10_000, 100, "50");
    for (now, expected) in [
        (venue(10_000, 100, "50"), 0),
        (venue(11_000, 100, "60"), 0),
        (venue(9_000, 100, "40"), 0),
        (venue(10_300, 100, "50"), 300),
        (venue(9_700, 100, "50"), 300),
        (venue(10_000, 100, "60"), 1_000),
        // What was traded since does not matter: its own proof has marked the vault anew.
        (venue(11_000, 7, "60"), 0),
        // An account can lose what it has and no more.
        (venue(0, 100, "0.000001"), 5_000),
    ] {
        assert_eq!(was.unexplained(&now), expected, "{now:?}");
    }
    let wiped = venue(1_000, 100, "50");
    assert_eq!(wiped.unexplained(&venue(0, 100, "1")), 0);
    // An order in flight may have filled at any price in between.
    let waits = VenueMark {
        lots_if_filled: Lots(300),
        ..was
    };
    for (equity, expected) in [(11_000, 0), (12_000, 0), (13_000, 0), (13_001, 1), (10_999, 1)] {
        assert_eq!(waits.unexplained(&venue(equity, 300, "60")), expected, "{equity}");
    }
    let far = venue(0, i64::MAX, "50");
    assert_eq!(far.unexplained(&venue(0, 0, "1000000000")), u64::MAX);
}

#[test]
fn collateral_that_was_moved_is_explained() {
    let mut monitor = VaultMonitor::new(0);
    monitor.collateral_moved(0, Value(5));
    assert_eq!(monitor.venues[0].mark, None);
    monitor = monitor.observe(&observation("1"), &params(), at(1)).monitor;
    let seen = |equity| VaultObservation {
        share_value: Some(ShareValue {
            venues: one(venue(equity, 100, "50")),
            ..share_value("1")
        }),
        answers: answers(true),
    };
    let trips = |monitor: &VaultMonitor, equity| {
        let update = monitor.observe(&seen(equity), &params(), at(2));
        update.active.has(Breaker::UnexplainedMove)
    };
    // Five per cent of a thousand million.
    assert!(!trips(&monitor, 449_000_000) && trips(&monitor, 450_000_000) && trips(&monitor, 350_000_000));
    monitor.collateral_moved(0, Value(50_000_000));
    assert!(!trips(&monitor, 450_000_000) && trips(&monitor, 400_000_000));
    monitor.collateral_moved(0, Value(-450_000_000));
    assert!(!trips(&monitor, 0) && !trips(&monitor, 49_000_000));
}

#[test]
fn a_sum_drains_linearly_over_the_window_and_rounds_up() {
    let sum = LeakyWindow { amount: 1_000, at: 0 };
    for (now, left) in [
        (-5, 1_000),
        (0, 1_000),
        (1, 1_000),
        (864, 990),
        (43_200, 500),
        (86_399, 1),
        (86_400, 0),
        (i64::MAX, 0),
    ] {
        assert_eq!(sum.left_ceil(now, 86_400), left, "{now}");
    }
    assert_eq!(
        sum.add(7, 43_200, 86_400),
        LeakyWindow {
            amount: 507,
            at: 43_200
        }
    );
    assert_eq!(sum.add(u64::MAX, 0, 86_400).amount, u64::MAX);
    assert_eq!(
        LeakyWindow {
            amount: u64::MAX,
            at: 0
        }
        .left_ceil(0, 86_400),
        u64::MAX
    );
}

#[test]
fn turnover_and_loss_are_shares_of_the_low_value() {
    let mut monitor = VaultMonitor::new(0);
    let read = |monitor: &VaultMonitor, now| monitor.readings(&observation("1"), &params(), at(now));
    assert_eq!(read(&monitor, 0)[2..4], [Some(0), Some(0)]);
    monitor.turnover = monitor.turnover.add(1_500_000_000, 0, 86_400);
    monitor.trading_loss = monitor.trading_loss.lost(5_000_001, 0, 86_400);
    assert_eq!(read(&monitor, 0)[2..4], [Some(15_000), Some(51)]);
    assert_eq!(read(&monitor, 43_200)[2..4], [Some(7_500), Some(26)]);
    assert_eq!(read(&monitor, 86_400)[2..4], [Some(0), Some(0)]);
    // Without value any turnover is too much, and none is none.
    let mut broke = share_value("0.001");
    broke.nav_whole = Value(-5);
    assert_eq!(broke.share_of(1), u32::MAX);
    assert_eq!(broke.share_of(0), 0);
}

#[test]
fn turnover_trips_and_resumes_by_itself_after_its_cooldown() {
    let mut monitor = VaultMonitor::new(0);
    monitor.turnover = monitor.turnover.add(2_000_000_000, 0, 86_400);
    let update = monitor.observe(&observation("1"), &params(), at(0));
    assert!(update.active.has(Breaker::Turnover) && is_active(&update.monitor, Breaker::Turnover));
    monitor = update.monitor;
    // Under 1× from half a day on. The observation that finds it under its reset begins the
    // cooldown; four quarters of an hour end it.
    for step in 0..=4 {
        assert!(is_active(&monitor, Breaker::Turnover), "{step}");
        monitor = monitor
            .observe(&observation("1"), &params(), at(44_000 + 900 * step))
            .monitor;
    }
    assert!(!is_active(&monitor, Breaker::Turnover));
}

#[test]
fn a_fall_split_into_many_observations_is_caught_by_the_drawdown() {
    let mut monitor = VaultMonitor::new(0);
    let mut tripped_at = None;
    for step in 0..30 {
        let per_share = 1.0 - 0.01 * f64::from(step);
        monitor = monitor
            .observe(&observation(&per_share.to_string()), &params(), at(i64::from(step) + 1))
            .monitor;
        if is_active(&monitor, Breaker::Drawdown) {
            tripped_at.get_or_insert(step);
        }
    }
    assert_eq!(tripped_at, Some(20));
}

#[test]
fn chosen_moments_give_no_cooldown_that_was_not_observed() {
    let mut monitor = VaultMonitor::new(0)
        .observe(&observation("0.8"), &params(), at(0))
        .monitor;
    assert!(is_active(&monitor, Breaker::Drawdown));
    let resume = |monitor: &VaultMonitor| VAULT.resume(&monitor.breakers, Breaker::Drawdown, &params().breakers);
    // Two observations under the reset a day apart are a quarter of an hour, and one honest
    // observation in between ends even that.
    for now in [10, 86_400] {
        monitor = monitor.observe(&observation("0.9"), &params(), at(now)).monitor;
        assert_eq!(resume(&monitor), Err(ResumeError::CoolingDown), "{now}");
    }
    let honest = monitor.observe(&observation("0.84"), &params(), at(86_500)).monitor;
    monitor = honest;
    for step in 1..=4 {
        monitor = monitor
            .observe(&observation("0.9"), &params(), at(86_500 + 900 * step))
            .monitor;
        assert_eq!(resume(&monitor), Err(ResumeError::CoolingDown), "{step}");
    }
    monitor = monitor
        .observe(&observation("0.9"), &params(), at(86_500 + 4_500))
        .monitor;
    let resumed = resume(&monitor).unwrap();
    assert!(!resumed.tripped.has(Breaker::Drawdown));
}

#[test]
fn venue_failures_count_in_a_row_and_a_minute_apart() {
    let silent = VaultObservation {
        share_value: None,
        answers: answers(false),
    };
    let mut monitor = VaultMonitor::new(0);
    for (now, venue_answers, failed) in [
        (1, false, 1),
        (1, false, 1),
        (2, false, 1),
        (60, false, 1),
        (61, false, 2),
        (62, true, 0),
        (62, false, 0),
        (63, false, 1),
        (123, false, 2),
        (183, false, 3),
    ] {
        let observation = if venue_answers { observation("1") } else { silent };
        monitor = monitor.observe(&observation, &params(), at(now)).monitor;
        assert_eq!(monitor.failures(0), failed, "{now}");
        assert_eq!(is_active(&monitor, Breaker::VenueFailure), failed == 3, "{now}");
    }
    // It does not answer, so nothing else can be read; what was marked stays.
    assert_eq!(monitor.venues[0].mark, share_value("1").venues[0]);
    assert_eq!(
        monitor.readings(&silent, &params(), at(300)),
        [None, None, None, None, Some(4)]
    );
}

#[test]
fn an_empty_vault_reads_nothing_and_forgets_its_mark() {
    let empty = ShareValue {
        pool: pool(1_000_000, 0, 0),
        ..share_value("1")
    };
    let mut monitor = VaultMonitor::new(0)
        .observe(&observation("0.85"), &params(), at(1))
        .monitor;
    monitor.turnover = monitor.turnover.add(1, 1, 86_400);
    let left = VaultObservation {
        share_value: Some(empty),
        answers: answers(true),
    };
    let update = monitor.observe(&left, &params(), at(2));
    assert_eq!((update.active, update.monitor.venues[0].mark), (BreakerSet::NONE, None));
    for (unit, supply, nav, watched) in [
        (1_000_000, 99_999, 99_999, false),
        (1_000_000, 100_000, 0, true),
        (1_000_000, 1, 100_000, true),
        (1_000_000_000, 99_999_999, 99_999_999, false),
        (1_000_000_000, 100_000_000, 0, true),
    ] {
        let pool = pool(unit, nav, supply);
        let share_value = ShareValue { pool, ..empty };
        assert_eq!(share_value.is_monitored(), watched, "{pool:?}");
    }
}

#[test]
fn no_zero_and_no_excess_gets_into_a_watch() {
    assert_eq!(params().validate(), Ok(()));
    for (window_seconds, expected) in [
        (0, Err(MonitorParamError::Window)),
        (3_599, Err(MonitorParamError::Window)),
        (3_600, Ok(())),
        (604_800, Ok(())),
        (604_801, Err(MonitorParamError::Window)),
    ] {
        let params = MonitorParams {
            window_seconds,
            ..params()
        };
        assert_eq!(params.validate(), expected, "{window_seconds}");
    }
    for (index, breaker) in VAULT.breakers().into_iter().enumerate() {
        let mut zero = params();
        zero.breakers.settings[index].trip = 0;
        assert_eq!(
            zero.validate(),
            Err(MonitorParamError::Breaker(BreakerParamError::Trip(breaker)))
        );
    }
}
