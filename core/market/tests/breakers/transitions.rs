//! Breakers over time: each transition by itself, and every sequence of three events.

use super::{params, settings};
use ballast_core_market::breaker::{
    permitted, Breaker, BreakerGroup, BreakerSet, BreakerStates, Resume, ResumeError, MARKET, VAULT,
};

/// What can happen to an account's breakers.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Event {
    /// An observation at which this one's reading is at its threshold and all others are quiet.
    Trip(Breaker),
    /// An observation at which this one's reading lies between clear and trip.
    Between(Breaker),
    /// An observation at which this one's reading cannot be taken.
    Blind(Breaker),
    /// All quiet, watched for longer than any cooldown.
    LongCooldown,
    /// All quiet, one observation after a long time that nobody watched.
    Unobserved,
    /// The guardian trips.
    GuardianTrips(Breaker),
    /// The guardian resumes, if it may.
    GuardianResumes(Breaker),
}

fn events<const N: usize>(group: &BreakerGroup<N>) -> Vec<Event> {
    let mut events = vec![Event::LongCooldown, Event::Unobserved];
    for breaker in group.breakers() {
        events.extend([
            Event::Trip(breaker),
            Event::Between(breaker),
            Event::Blind(breaker),
            Event::GuardianTrips(breaker),
            Event::GuardianResumes(breaker),
        ]);
    }
    events
}

fn observe<const N: usize>(
    group: &BreakerGroup<N>,
    before: &BreakerStates<N>,
    after_seconds: i64,
    read: impl Fn(Breaker) -> Option<u32>,
) -> BreakerStates<N> {
    group.observe(
        before,
        &group.readings(read),
        &params(group),
        before.updated_at + after_seconds,
    )
}

fn apply<const N: usize>(group: &BreakerGroup<N>, before: &BreakerStates<N>, event: Event) -> BreakerStates<N> {
    let only = |one: Breaker, reading: Option<u32>| move |other| if other == one { reading } else { Some(0) };
    match event {
        Event::Trip(breaker) => observe(group, before, 60, only(breaker, Some(settings(breaker).trip))),
        Event::Between(breaker) => {
            let between = settings(breaker).reset.min(settings(breaker).trip - 1);
            observe(group, before, 60, only(breaker, Some(between)))
        }
        Event::Blind(breaker) => observe(group, before, 60, only(breaker, None)),
        Event::LongCooldown => (0..6).fold(*before, |state, _| observe(group, &state, 120, |_| Some(0))),
        Event::Unobserved => observe(group, before, 1_000_000, |_| Some(0)),
        Event::GuardianTrips(breaker) => group.trip(before, breaker).unwrap(),
        Event::GuardianResumes(breaker) => group.resume(before, breaker, &params(group)).unwrap_or(*before),
    }
}

/// What must hold of one step, whatever came before.
fn check<const N: usize>(group: &BreakerGroup<N>, before: &BreakerStates<N>, event: Event, after: &BreakerStates<N>) {
    for price_admitted in [false, true] {
        let now = permitted(after.tripped, price_admitted);
        assert!(now.withdraw && now.reduce, "{event:?}");
        assert!(!now.open || after.tripped == BreakerSet::NONE, "{event:?}");
    }
    for breaker in group.breakers() {
        let (stood, is_active) = (before.tripped.has(breaker), after.tripped.has(breaker));
        match event {
            Event::Trip(tripped) if tripped == breaker => assert!(is_active),
            Event::GuardianTrips(tripped) if tripped == breaker => assert!(is_active),
            Event::GuardianResumes(resumed) if resumed == breaker => assert!(stood || !is_active),
            // One observation never ends anything by itself that had not been quiet before.
            Event::Blind(_) | Event::Between(_) if before.cooldown[index(group, breaker)].seconds().is_none() => {
                assert_eq!(is_active, stood)
            }
            _ => assert!(stood || !is_active, "{event:?} tripped {breaker:?}"),
        }
        if stood && !is_active && breaker.rule().resume == Resume::ByGuardian {
            assert_eq!(event, Event::GuardianResumes(breaker));
        }
        assert!(is_active || after.cooldown[index(group, breaker)].seconds().is_none());
    }
}

fn index<const N: usize>(group: &BreakerGroup<N>, breaker: Breaker) -> usize {
    group.breakers().into_iter().position(|kept| kept == breaker).unwrap()
}

fn walk<const N: usize>(group: &BreakerGroup<N>, state: &BreakerStates<N>, depth: u32, steps: &mut u64) {
    if depth == 0 {
        return;
    }
    for event in events(group) {
        let after = apply(group, state, event);
        check(group, state, event, &after);
        *steps += 1;
        walk(group, &after, depth - 1, steps);
    }
}

#[test]
fn every_sequence_of_three_events_from_nothing_and_from_everything() {
    fn check<const N: usize>(group: &BreakerGroup<N>) -> u64 {
        let mut steps = 0;
        let nothing = BreakerStates::new(1_000);
        let everything = group
            .breakers()
            .into_iter()
            .fold(nothing, |state, breaker| group.trip(&state, breaker).unwrap());
        walk(group, &nothing, 3, &mut steps);
        walk(group, &everything, 3, &mut steps);
        steps
    }
    // 42 events of a market and 27 of a vault.
    assert_eq!(check(&MARKET), 2 * (42 + 42 * 42 + 42 * 42 * 42));
    assert_eq!(check(&VAULT), 2 * (27 + 27 * 27 + 27 * 27 * 27));
}

#[test]
fn every_set_is_reached_by_one_observation() {
    fn reached<const N: usize>(group: &BreakerGroup<N>) -> Vec<BreakerSet> {
        (0..1u32 << N)
            .map(|bits| {
                let wanted = |breaker: Breaker| bits >> index(group, breaker) & 1 == 1;
                let read = |breaker| Some(if wanted(breaker) { settings(breaker).trip } else { 0 });
                let after = observe(group, &BreakerStates::new(0), 1, read);
                for breaker in group.breakers() {
                    assert_eq!(after.tripped.has(breaker), wanted(breaker));
                }
                assert_eq!(
                    after.tripped,
                    group.active(&BreakerStates::new(0), &group.readings(read), &params(group))
                );
                after.tripped
            })
            .collect()
    }
    let mut all = Vec::new();
    for market in reached(&MARKET) {
        all.extend(reached(&VAULT).into_iter().map(|vault| market.union(vault).bits()));
    }
    all.sort();
    assert_eq!(all, (0..1 << 13).collect::<Vec<u16>>());
}

/// The life of each breaker: trips at its threshold and not before, holds between, resumes as its
/// row says.
fn life<const N: usize>(group: &BreakerGroup<N>) {
    for breaker in group.breakers() {
        let set = settings(breaker);
        let is_active = |state: &BreakerStates<N>| state.tripped.has(breaker);
        let at = |state: &BreakerStates<N>, reading: Option<u32>, seconds| {
            observe(
                group,
                state,
                seconds,
                |other| if other == breaker { reading } else { Some(0) },
            )
        };
        let fresh = BreakerStates::new(0);
        assert!(!is_active(&at(&fresh, Some(set.trip - 1), 1)), "{breaker:?}");
        assert!(!is_active(&at(&fresh, None, 1)), "{breaker:?}");
        let tripped = at(&fresh, Some(set.trip), 1);
        assert!(is_active(&tripped), "{breaker:?}");
        // The first observation under the reset begins the cooldown; four more, 150 seconds apart,
        // make ten minutes.
        let almost = (0..4).fold(tripped, |state, _| at(&state, Some(set.reset - 1), 150));
        assert!(is_active(&almost), "{breaker:?}");
        assert_eq!(group.resume(&almost, breaker, &params(group)), Err(refusal(breaker)));
        for disturbance in [Some(set.reset), Some(set.trip), None] {
            let again = at(&almost, disturbance, 150);
            let again = if disturbance == Some(set.reset) && set.reset == set.trip {
                // A count has nothing between; this observation tripped it once more.
                at(&again, disturbance, 1)
            } else {
                again
            };
            assert!(
                is_active(&at(&again, Some(set.reset - 1), 150)),
                "{breaker:?} {disturbance:?}"
            );
        }
        let over = at(&almost, Some(set.reset - 1), 150);
        match breaker.rule().resume {
            Resume::AfterQuiet => assert!(!is_active(&over), "{breaker:?}"),
            Resume::ByGuardian => {
                assert!(is_active(&over), "{breaker:?}");
                let resumed = group.resume(&over, breaker, &params(group)).unwrap();
                assert!(!is_active(&resumed), "{breaker:?}");
            }
        }
    }
}

fn refusal(breaker: Breaker) -> ResumeError {
    match breaker.rule().resume {
        Resume::AfterQuiet => ResumeError::Automatic,
        Resume::ByGuardian => ResumeError::CoolingDown,
    }
}

#[test]
fn each_breaker_trips_holds_and_resumes_as_its_row_says() {
    life(&MARKET);
    life(&VAULT);
}

#[test]
fn what_nobody_observed_does_not_cool_down() {
    let tripped = MARKET.trip(&BreakerStates::new(0), Breaker::PriceJump).unwrap();
    let first = observe(&MARKET, &tripped, 1_000_000, |_| Some(0));
    let second = observe(&MARKET, &first, 1_000_000, |_| Some(0));
    assert!(second.tripped.has(Breaker::PriceJump));
    assert_eq!(second.cooldown[0].seconds(), Some(150));
}

#[test]
fn a_source_that_is_gone_for_good_holds_its_breaker_until_governance_clears_it() {
    let divergent = MARKET.trip(&BreakerStates::new(0), Breaker::SourceDivergence).unwrap();
    let mut state = divergent;
    for _ in 0..1_000 {
        state = observe(&MARKET, &state, 86_400, |breaker| {
            (breaker != Breaker::SourceDivergence).then_some(0)
        });
    }
    assert_eq!(state.tripped, BreakerSet::of(Breaker::SourceDivergence));
    assert_eq!(
        MARKET.reset(&state, Breaker::SourceDivergence).unwrap().tripped,
        BreakerSet::NONE
    );
    assert_eq!(MARKET.reset(&state, Breaker::Drawdown), None);
}

#[test]
fn the_guardian_has_no_say_over_what_is_not_there() {
    let fresh = BreakerStates::new(0);
    assert_eq!(MARKET.trip(&fresh, Breaker::Turnover), None);
    assert_eq!(
        MARKET.resume(&fresh, Breaker::Drawdown, &params(&MARKET)),
        Err(ResumeError::NotTripped)
    );
    assert_eq!(
        VAULT.resume(&BreakerStates::new(0), Breaker::Drawdown, &params(&VAULT)),
        Err(ResumeError::NotTripped)
    );
}

#[test]
fn a_guardian_who_is_gone_leaves_the_exits_open() {
    let mut state = VAULT.trip(&BreakerStates::new(0), Breaker::VenueFailure).unwrap();
    for _ in 0..1_000 {
        state = observe(&VAULT, &state, 86_400, |_| Some(0));
    }
    let permitted = permitted(state.tripped, true);
    assert!(state.tripped.has(Breaker::VenueFailure));
    assert!(permitted.withdraw && permitted.reduce && !permitted.open);
}

#[test]
fn a_reading_of_now_counts_before_anyone_has_looked() {
    let fresh = BreakerStates::new(0);
    let stale = MARKET.readings(|breaker| (breaker == Breaker::StalePrice).then_some(u32::MAX));
    let active = MARKET.active(&fresh, &stale, &params(&MARKET));
    assert_eq!(active, BreakerSet::of(Breaker::StalePrice));
    let unknown = MARKET.readings(|_| None);
    assert_eq!(MARKET.active(&fresh, &unknown, &params(&MARKET)), BreakerSet::NONE);
}
