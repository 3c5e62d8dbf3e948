//! Several legs: what one venue, one market or one keeper does wrong stays with it.

use crate::model::{World, MILLION};
use ballast_core_market::admission::PriceError;
use ballast_core_market::breaker::Breaker;
use ballast_core_types::{Lots, Position, Ratio, Shares, TradingTerms, UnixTime, Value};
use ballast_core_vault::appraisal::{unvalued, Appraisal, AppraisalInputs};
use ballast_core_vault::batch::Side;
use ballast_core_vault::monitor::VaultMonitor;
use ballast_core_vault::places::MAX_LEGS;
use ballast_core_vault::prices::Purpose;
use ballast_core_vault::quarantine::{Case, Cases, Check, Finding};
use ballast_core_vault::rebalance::{check, Proposal};
use core::array::from_fn;

/// Puts the venue of a leg into quarantine.
fn quarantined(world: &mut World, venue: u8) {
    let case = Case {
        venue,
        supply: Shares(world.supply),
        started_at: Some(UnixTime(world.now)),
        checked_at: UnixTime(world.now),
        ..Case::default()
    };
    world.state.cases = Cases(from_fn(|place| if place == 0 { case } else { Case::default() }));
}

/// Forgets what was at the venues: the test has changed it.
fn unmarked(world: &mut World) {
    world
        .state
        .monitor
        .venues
        .iter_mut()
        .for_each(|venue| venue.mark = None);
}

const DEEP: TradingTerms = TradingTerms {
    half_spread: Ratio::ZERO,
    taker_fee: Ratio::ZERO,
    depth_one_percent: Value(1_000_000_000_000_000),
};

#[test]
fn a_venue_in_quarantine_may_say_anything_or_nothing_and_the_others_go_on() {
    let mut world = World::of(1, &[0, 1]);
    quarantined(&mut world, 0);
    let here = world.positions[0];
    let absurd = [
        None,
        Some(Position {
            collateral: u64::MAX,
            ..here
        }),
        Some(Position {
            collateral: i64::MAX as u64,
            ..here
        }),
        Some(Position {
            queued_withdrawal: u64::MAX,
            ..here
        }),
        Some(Position {
            lots: Lots(i64::MIN),
            ..here
        }),
        Some(Position {
            lots: Lots(i64::MAX),
            ..here
        }),
        Some(Position {
            in_flight: Lots(i64::MAX),
            ..here
        }),
        Some(Position {
            entry_cost: Value(i64::MIN),
            ..here
        }),
        Some(Position {
            accrued_funding: Value(i64::MAX),
            ..here
        }),
    ];
    for what in absurd {
        for purpose in [Purpose::Batch, Purpose::Monitor, Purpose::Trade, Purpose::Collateral] {
            let mut inputs = world.inputs(purpose);
            inputs.positions[0] = what;
            let appraisal = Appraisal::new(&inputs).unwrap();
            assert!(
                appraisal.targets().is_some() && appraisal.exposure().is_some(),
                "{what:?}"
            );
            assert!(appraisal.collateral_due(1).is_some(), "{what:?} {purpose:?}");
            assert!(!appraisal.portfolio.leg(0).unwrap().position.is_operational);
        }
    }
}

#[test]
fn what_is_absurd_puts_the_venue_that_says_it_into_quarantine_and_no_other() {
    let mut world = World::of(1, &[0, 1, 2]);
    world.positions[2].collateral = i64::MAX as u64 - 1_000_000;
    for _ in 0..3 {
        world.pass(61);
        let inputs = world.inputs(Purpose::Monitor);
        world.state.monitor = match Appraisal::new(&inputs) {
            Some(appraisal) => appraisal.monitor,
            None => unvalued(&inputs).monitor,
        };
    }
    let failures = [0, 1, 2].map(|leg| world.state.monitor.failures(leg));
    assert_eq!(failures, [0, 0, 3]);
}

#[test]
fn a_second_venue_that_lies_during_a_quarantine_is_not_priced() {
    for out in [false, true] {
        let mut world = World::of(1, &[0, 1, 2]);
        world.people[0].shares = world.people[1].shares / 5;
        world.people[1].shares -= world.people[0].shares;
        world.mark();
        if out {
            quarantined(&mut world, 0);
        }
        let shares = world.people[0].shares;
        world.request(0, Side::Redemption, shares, false).unwrap();
        world.pass(140);
        assert!(world.clone().price(1).is_ok());
        // The venue of the third leg says that it holds a million more.
        world.positions[2].collateral += MILLION;
        assert!(world.price(1).is_err(), "{out}");
        // Nor later, when it says the same again.
        world.mark();
        world.pass(140);
        assert!(world.price(1).is_err(), "{out}");
        // What the one in quarantine says has no part in it.
        world.positions[2].collateral -= MILLION;
        if out {
            let mut world = World::of(1, &[0, 1, 2]);
            world.mark();
            quarantined(&mut world, 0);
            world.people[0].shares = 1_000_000_000;
            world.people[1].shares -= 1_000_000_000;
            world.request(0, Side::Redemption, 1_000_000_000, false).unwrap();
            world.positions[0].collateral += MILLION;
            world.pass(140);
            assert!(world.price(1).is_ok());
        }
    }
}

#[test]
fn four_venues_that_fail_together_are_all_left_out() {
    let mut world = World::of(1, &[0, 0, 1, 2]);
    world
        .positions
        .iter_mut()
        .for_each(|position| position.is_operational = false);
    for _ in 0..4 {
        world.pass(61);
        world.mark();
        for venue in 0..4 {
            let check = Check {
                silent_for: None,
                venue,
                found: Finding::Failing,
                failures: world.state.monitor.failures(venue),
                was_tripped: false,
                value: None,
                supply: Shares(world.supply),
                longest_gap_seconds: 900,
                now: world.inputs(Purpose::Monitor).now,
            };
            let (cases, ledger) = world.state.cases.after_check(world.state.ledger, &check);
            (world.state.cases, world.state.ledger) = (cases, ledger);
        }
    }
    assert_eq!([0, 1, 2, 3].map(|leg| world.state.is_quarantined(leg)), [true; 4]);
    world.people[0].shares = world.people[1].shares / 5;
    world.people[1].shares -= world.people[0].shares;
    let shares = world.people[0].shares;
    world.request(0, Side::Redemption, shares, false).unwrap();
    world.pass(140);
    assert!(world.price(1).is_ok());
}

#[test]
fn a_drift_is_no_reason_to_turn_the_book_over_between_the_legs_of_a_market() {
    let mut world = World::of(1, &[0, 0, 1]);
    let more = world.positions[0].lots.0 / 8;
    let bounds = world.bounds[0];
    World::fill(&mut world.positions[0], Lots(more), 0, &bounds);
    unmarked(&mut world);
    world.mark();
    assert!(world.clone().rebalance_all(&world.all_planned()));
    let held = world.positions[0].lots.0;
    let least = world.appraise().targets().unwrap().least.0 / 50_000 + 1;
    assert!(!world.rebalance_all(&[(0, -held), (1, held - least)]));
}

#[test]
fn a_breach_where_nothing_can_be_traded_keeps_no_other_market_from_coming_down() {
    let mut world = World::of(1, &[0, 1]);
    // What a venue in quarantine holds carries next to nothing; the other market has twice what is
    // wanted of it.
    quarantined(&mut world, 0);
    world.positions[0].collateral = 10_000_000_000;
    let (lots, bounds) = (world.positions[1].lots, world.bounds[1]);
    World::fill(&mut world.positions[1], lots, 0, &bounds);
    world.positions[1].collateral += 200_000_000_000;
    unmarked(&mut world);
    let inputs = world.inputs(Purpose::Trade);
    let before = Appraisal::new(&inputs).unwrap();
    let targets = before.targets().unwrap();
    let held = before.exposure().unwrap();
    assert!(targets.excess(&held.deltas()) > Value::ZERO);
    // The venue in quarantine does not answer.
    let terms = from_fn(|leg| (leg == 1).then_some(DEEP));
    let orders = before.orders(&terms, |_| true).unwrap();
    let order = orders.iter().flatten().next().unwrap();
    assert!(order.leg == 1 && order.lots.0 < 0);
    let mut after = world.clone();
    World::fill(&mut after.positions[1], order.lots, 0, &bounds);
    let inputs = after.inputs(Purpose::Trade);
    let after = Appraisal::new(&inputs).unwrap();
    let verdict = check(&Proposal {
        policy: &before.vault.policy.rebalance,
        permissions: before.permissions_by_market(),
        targets: &targets,
        cap_after: after.cap().unwrap(),
        before: &held,
        after: &after.exposure().unwrap(),
        traded: Value(1_000_000_000_000),
        slice_left: before.slice_left().unwrap(),
        depths: [Value(i64::MAX); MAX_LEGS],
    });
    assert!(verdict.is_ok(), "{verdict:?}");
}

#[test]
fn a_leg_that_takes_nothing_keeps_no_cash_from_the_others() {
    let mut world = World::of(1, &[0, 1]);
    world.state.ledger.cash = 60_000_000_000;
    // What the first leg called back waits at its venue for as long as that likes.
    world.positions[0].collateral = 1_000_000_000;
    world.positions[0].queued_withdrawal = 100_000_000;
    world.positions[0].queued_ready_at = i64::MAX;
    world.positions[1].collateral = 40_000_000_000;
    unmarked(&mut world);
    let inputs = world.inputs(Purpose::Collateral);
    let appraisal = Appraisal::new(&inputs).unwrap();
    assert!(matches!(appraisal.collateral_due(1), Some(Some(_))));
}

#[test]
fn at_a_price_that_is_admitted_for_nothing_no_share_is_marked_and_no_breaker_cools_down() {
    let mut world = World::of(1, &[0, 1]);
    world.pass(600);
    let at = |refusal, purpose| {
        let mut inputs = world.inputs(purpose);
        inputs.prices.markets[1].as_mut().unwrap().refusal = refusal;
        inputs.prices.markets[1].as_mut().unwrap().is_admitted &= refusal.is_none();
        inputs
    };
    let refusal = Some(PriceError::TooOld);
    for purpose in [Purpose::Trade, Purpose::Collateral, Purpose::Monitor] {
        let inputs: AppraisalInputs<'_> = at(refusal, purpose);
        let appraisal = Appraisal::new(&inputs).unwrap();
        assert!(!appraisal.values_shares() && !appraisal.permissions_in(0).open);
        assert_eq!(appraisal.released_levy(), 0);
        let (is, was) = (&appraisal.monitor, &world.state.monitor);
        assert_eq!((is.breakers, is.slot), (was.breakers, was.slot));
        // With a price it is.
        let inputs = at(None, purpose);
        let appraisal = Appraisal::new(&inputs).unwrap();
        assert!(appraisal.values_shares() && appraisal.monitor.slot > was.slot);
    }
}

/// What a venue invents is judged before it is noted, whoever observes without a price elsewhere.
#[test]
fn what_moves_without_a_reason_is_seen_beside_a_market_without_a_price() {
    let mut world = World::of(1, &[0, 1]);
    world.mark();
    world.pass(600);
    let was = world.state.monitor;
    let noted = |world: &World, grown: [u64; 2]| {
        let mut inputs = world.inputs(Purpose::Monitor);
        let silent = inputs.prices.markets[1].as_mut().unwrap();
        (silent.refusal, silent.is_admitted) = (Some(PriceError::TooOld), false);
        for (position, grown) in inputs.positions.iter_mut().flatten().zip(grown) {
            position.collateral += grown;
        }
        Appraisal::new(&inputs).unwrap().monitor
    };
    let half = world.positions[0].collateral / 2;
    for (grown, trips) in [([0, 0], false), ([half, 0], true), ([0, half], false)] {
        let monitor = noted(&world, grown);
        assert_eq!(
            monitor.breakers.tripped.has(Breaker::UnexplainedMove),
            trips,
            "{grown:?}"
        );
        assert_eq!([0, 1].map(|leg| monitor.is_in_doubt(leg)), [trips, false]);
        // At a price that is admitted for nothing nothing is noted.
        assert_eq!(monitor.venues[1].mark, was.venues[1].mark);
        let equity = |monitor: &VaultMonitor| monitor.venues[0].mark.unwrap().equity.0;
        assert_eq!(equity(&monitor) - equity(&was), grown[0] as i64);
    }
}

/// Leg 0 on a market with a price, legs 1 and 2 on one without.
#[test]
fn a_market_without_a_price_hides_no_venue_that_fails_and_fails_none_that_waits_for_it() {
    let mut world = World::of(1, &[0, 1, 1]);
    world.state.monitor.venues[1].failures = 2;
    world.pass(600);
    let failures = |world: &World, positions: [Option<Position>; MAX_LEGS]| {
        let mut inputs = world.inputs(Purpose::Monitor);
        inputs.positions = positions;
        let silent = inputs.prices.markets[1].as_mut().unwrap();
        (silent.refusal, silent.is_admitted) = (Some(PriceError::TooOld), false);
        let monitor = Appraisal::new(&inputs).map_or_else(|| unvalued(&inputs).monitor, |appraisal| appraisal.monitor);
        [0, 1, 2].map(|leg| monitor.failures(leg))
    };
    let found: [Option<Position>; MAX_LEGS] = from_fn(|place| world.positions.get(place).copied());
    assert_eq!(failures(&world, found), [0, 2, 0]);
    let stopped = found.map(|position| {
        position.map(|position| Position {
            is_operational: false,
            ..position
        })
    });
    // Those that a price is missing for may stand still because of it: neither failed nor sound.
    assert_eq!(failures(&world, stopped), [1, 2, 0]);
    // No price is needed to see that there is nothing to be read.
    assert_eq!(failures(&world, [None; MAX_LEGS]), [1, 3, 1]);
    let mut only_first = found;
    only_first[0] = None;
    assert_eq!(failures(&world, only_first), [1, 2, 0]);
}

#[test]
fn between_two_thin_legs_set_against_each_other_the_least_value_counts() {
    use ballast_core_types::fixtures::price;
    let mut world = World::of(1, &[0, 0]);
    let of = |lots: i64| Position {
        collateral: 500_000_000,
        lots: Lots(lots),
        entry_cost: Value(lots * 50_000),
        is_operational: true,
        ..Position::default()
    };
    world.positions = vec![of(1_000_000), of(-1_000_000)];
    (world.bounds[0].low, world.bounds[0].high) = (price("49000"), price("51000"));
    let appraisal = world.appraise();
    let (low, mid) = (
        appraisal.portfolio.nav_low(&appraisal.prices),
        appraisal.portfolio.nav_mid(&appraisal.prices),
    );
    assert!(low <= mid, "{low:?} {mid:?}");
}
