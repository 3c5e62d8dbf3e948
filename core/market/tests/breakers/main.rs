//! Breakers over every state they can be in, and the page that shows them.
#![cfg(test)]
#![allow(clippy::arithmetic_side_effects)]

mod page;
mod states;
mod transitions;

use ballast_core_market::breaker::{Breaker, BreakerGroup, BreakerParams, BreakerSettings, Unit, TABLE};

/// Settings that are accepted for any row: in the middle of what its row accepts, ten minutes of
/// quiet.
pub fn settings(breaker: Breaker) -> BreakerSettings {
    let rule = breaker.rule();
    let trip = rule.trip.start() + (rule.trip.end() - rule.trip.start()) / 2;
    let reset = if rule.unit == Unit::Count {
        trip
    } else {
        trip - trip / 4
    };
    BreakerSettings {
        trip,
        reset,
        cooldown_seconds: 600,
    }
}

pub fn params<const N: usize>(group: &BreakerGroup<N>) -> BreakerParams<N> {
    let params = BreakerParams {
        settings: group.breakers().map(settings),
        longest_gap_seconds: 150,
        has_guardian: true,
    };
    assert_eq!(group.validate(&params), Ok(()));
    params
}

pub fn every_breaker() -> impl Iterator<Item = Breaker> {
    TABLE.iter().map(|rule| rule.breaker)
}
