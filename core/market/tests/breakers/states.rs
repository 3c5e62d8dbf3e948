//! Every set of breakers, with and without an admitted price, against every action; every parameter
//! at zero.

use super::{every_breaker, params, settings};
use ballast_core_market::breaker::{
    permitted, Breaker, BreakerGroup, BreakerParamError, BreakerSet, BreakerStates, Permissions, Scope, Unit, MARKET,
    VAULT,
};

type Action = (&'static str, fn(&Permissions) -> bool);

const ACTIONS: [Action; 4] = [
    ("open", |p| p.open),
    ("reduce", |p| p.reduce),
    ("deposit", |p| p.deposit),
    ("withdraw", |p| p.withdraw),
];

fn every_set() -> impl Iterator<Item = BreakerSet> {
    (0..=BreakerSet::ALL.bits()).map(|bits| BreakerSet::from_bits(bits).unwrap())
}

#[test]
fn all_16384_states_permit_exactly_what_each_of_their_breakers_does() {
    let mut states = 0;
    for set in every_set() {
        for price_admitted in [false, true] {
            let got = permitted(set, price_admitted);
            for (name, action) in ACTIONS {
                let by_price = price_admitted || ["reduce", "withdraw"].contains(&name);
                let by_breakers = every_breaker().all(|breaker| !set.has(breaker) || action(&breaker.rule().permits));
                assert_eq!(action(&got), by_price && by_breakers, "{set:?} {price_admitted} {name}");
            }
            states += 1;
        }
    }
    assert_eq!(states, 16_384);
}

#[test]
fn an_exit_is_permitted_in_every_state() {
    for set in every_set() {
        for price_admitted in [false, true] {
            let got = permitted(set, price_admitted);
            assert!(got.withdraw && got.reduce, "{set:?}");
        }
    }
}

#[test]
fn risk_is_only_added_when_nothing_stands_and_the_price_is_good() {
    for set in every_set() {
        for price_admitted in [false, true] {
            let got = permitted(set, price_admitted);
            assert_eq!(got.open, price_admitted && set == BreakerSet::NONE, "{set:?}");
        }
    }
}

#[test]
fn one_more_breaker_never_permits_more() {
    for set in every_set() {
        for breaker in every_breaker() {
            let (fewer, more) = (
                permitted(set, true),
                permitted(set.union(BreakerSet::of(breaker)), true),
            );
            assert_eq!(more.and(fewer), more, "{set:?} {breaker:?}");
        }
    }
}

#[test]
fn who_doubts_a_price_or_a_value_lets_nobody_in() {
    // By hand, not from the table: what each breaker casts doubt on.
    for (breaker, deposit) in [
        (Breaker::PriceJump, false),
        (Breaker::VolatilityJump, false),
        (Breaker::WideConfidence, false),
        (Breaker::StalePrice, false),
        (Breaker::SourceDivergence, false),
        (Breaker::LiquidityContraction, true),
        (Breaker::Drawdown, true),
        (Breaker::UnexplainedMove, false),
        (Breaker::Turnover, true),
        (Breaker::TradingLoss, true),
        (Breaker::VenueFailure, false),
        (Breaker::StaleSurface, true),
        (Breaker::QuoteOffPar, false),
    ] {
        assert_eq!(permitted(BreakerSet::of(breaker), true).deposit, deposit, "{breaker:?}");
    }
}

#[test]
fn each_breaker_is_kept_by_exactly_the_account_its_row_names() {
    for breaker in every_breaker() {
        let scope = breaker.rule().scope;
        assert_eq!(MARKET.breakers().contains(&breaker), scope == Scope::Market);
        assert_eq!(VAULT.breakers().contains(&breaker), scope == Scope::Vault);
    }
    assert_eq!(
        MARKET.breakers().len() + VAULT.breakers().len(),
        every_breaker().count()
    );
}

/// Every parameter of a group at zero, and each threshold just outside its row.
fn bounds_are_kept<const N: usize>(group: &BreakerGroup<N>) {
    for (index, breaker) in group.breakers().into_iter().enumerate() {
        let rule = breaker.rule();
        let (trip, reset) = (settings(breaker).trip, settings(breaker).reset);
        let highest_clear = if rule.unit == Unit::Count { trip } else { trip - 1 };
        for (changed_trip, changed_clear, cooldown, expected) in [
            (0, reset, 600, Err(BreakerParamError::Trip(breaker))),
            (rule.trip.start() - 1, 1, 600, Err(BreakerParamError::Trip(breaker))),
            (rule.trip.end() + 1, reset, 600, Err(BreakerParamError::Trip(breaker))),
            (u32::MAX, reset, 600, Err(BreakerParamError::Trip(breaker))),
            (*rule.trip.start(), 1, 600, Ok(())),
            (*rule.trip.end(), 1, 600, Ok(())),
            (trip, 0, 600, Err(BreakerParamError::Reset(breaker))),
            (trip, highest_clear, 600, Ok(())),
            (trip, highest_clear + 1, 600, Err(BreakerParamError::Reset(breaker))),
            (trip, reset, 0, Err(BreakerParamError::Cooldown(breaker))),
            (trip, reset, 59, Err(BreakerParamError::Cooldown(breaker))),
            (trip, reset, 604_801, Err(BreakerParamError::Cooldown(breaker))),
        ] {
            let mut changed = params(group);
            changed.settings[index].trip = changed_trip;
            changed.settings[index].reset = changed_clear;
            changed.settings[index].cooldown_seconds = cooldown;
            assert_eq!(
                group.validate(&changed),
                expected,
                "{breaker:?} {changed_trip} {changed_clear} {cooldown}"
            );
        }
    }
    for gap in [0, 151] {
        let mut changed = params(group);
        changed.longest_gap_seconds = gap;
        assert_eq!(group.validate(&changed), Err(BreakerParamError::LongestGap));
    }
}

#[test]
fn r8_a_zero_parameter_is_refused_and_so_is_one_too_large_to_guard() {
    bounds_are_kept(&MARKET);
    bounds_are_kept(&VAULT);
}

#[test]
fn an_accepted_threshold_of_any_size_trips_by_a_reading_that_its_type_can_hold() {
    fn check<const N: usize>(group: &BreakerGroup<N>) {
        for highest in [false, true] {
            let mut chosen = params(group);
            for (breaker, settings) in group.breakers().into_iter().zip(&mut chosen.settings) {
                let range = &breaker.rule().trip;
                settings.trip = if highest { *range.end() } else { *range.start() };
                settings.reset = 1;
            }
            assert_eq!(group.validate(&chosen), Ok(()));
            // The largest readings there are: scores stop at eight deviations, a fall at all of it.
            let largest = group.readings(|breaker| {
                Some(match breaker {
                    Breaker::PriceJump => 80_000,
                    Breaker::Drawdown => 10_000,
                    _ => u32::MAX,
                })
            });
            let after = group.observe(&BreakerStates::new(0), &largest, &chosen, 1);
            assert!(group.breakers().into_iter().all(|breaker| after.tripped.has(breaker)));
        }
    }
    check(&MARKET);
    check(&VAULT);
}
