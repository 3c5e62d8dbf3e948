use super::*;
use crate::breaker::{Breaker, BreakerSettings};
use crate::regime::{Ladder, Regime, Threshold};
use crate::signals::SignalTimes;
use ballast_core_types::fixtures::{price, ratio};
use ballast_core_types::PriceBounds;
use ballast_core_types::Ratio;

fn ladder(enter: [u32; 3]) -> Ladder {
    let [elevated, stressed, crisis] = enter.map(|enter| Threshold {
        enter: BasisPoints(enter),
        exit: BasisPoints(enter / 10 * 9),
    });
    Ladder {
        elevated,
        stressed,
        crisis,
    }
}

fn params() -> ObservationParams {
    let breaker = |trip, reset| BreakerSettings {
        trip,
        reset,
        cooldown_seconds: 3_600,
    };
    ObservationParams {
        signals: SignalParams {
            min_interval_seconds: 10,
            times: SignalTimes::new(300, 21_600, 864_000, 1_728_000, [43_200, 345_600, 86_400]).unwrap(),
            slow_price_rate_per_hour: ratio("0.1"),
            high_fall_per_day: BasisPoints(100),
            jump_floor: BasisPoints(200),
        },
        trading_cost: TimeConstant::new(86_400).unwrap(),
        max_surface_age_seconds: 1_800,
        regime: RegimeParams {
            volatility_ratio: ladder([13_000, 18_000, 25_000]),
            volatility: ladder([8_000, 12_000, 18_000]),
            implied_ratio: ladder([14_000, 18_000, 25_000]),
            jump: ladder([40_000, 55_000, 70_000]),
            contraction: ladder([20_000, 40_000, 80_000]),
            drawdown: ladder([1_000, 2_000, 3_000]),
            dwell_seconds: 21_600,
            longest_gap_seconds: 3_600,
        },
        breakers: BreakerParams {
            settings: [
                breaker(60_000, 30_000),
                breaker(20_000, 15_000),
                breaker(50, 30),
                breaker(7_200, 3_600),
                breaker(100, 50),
                breaker(30_000, 20_000),
                breaker(3_600, 1_800),
            ],
            longest_gap_seconds: 900,
        },
    }
    .validate()
    .unwrap()
}

fn at(unix_time: i64) -> Now {
    Now { unix_time, slot: 1 }
}

fn observation(text: &str, publish_time: i64) -> MarketObservation {
    let mid = price(text);
    MarketObservation {
        price: AdmittedPrice {
            bounds: PriceBounds {
                low: mid,
                mid,
                high: mid,
            },
            confidence: Ratio::ZERO,
            publish_time,
            slot: 1,
        },
        second: None,
        trading_cost: Some(1_000),
        implied: Some(Implied {
            volatility: BasisPoints(6_000),
            published_at: publish_time,
        }),
    }
}

fn second(text: &str, publish_time: i64) -> SecondPrice {
    SecondPrice::from(&observation(text, publish_time).price)
}

fn start() -> MarketState {
    let variance = EwmaVariance::from_annual(ratio("0.36")).unwrap();
    MarketState::first(&observation("100", 0), variance, at(0))
}

fn observe(state: &MarketState, observation: &MarketObservation) -> MarketState {
    let time = observation.price.publish_time;
    state.next(&params(), observation, at(time)).unwrap()
}

#[test]
fn each_thing_seen_trips_its_own_breaker() {
    let cases: [(fn(&mut MarketObservation), &[Breaker]); 9] = [
        (|_| (), &[]),
        (
            |s| s.price.bounds.mid = price("95"),
            &[Breaker::PriceJump, Breaker::VolatilityJump],
        ),
        (|s| s.price.confidence = ratio("0.005"), &[Breaker::WideConfidence]),
        (
            |s| s.second = Some(second("101.1", 3_600)),
            &[Breaker::SourceDivergence],
        ),
        (|s| s.second = Some(second("100.9", 3_600)), &[]),
        (|s| s.trading_cost = Some(4_000), &[Breaker::LiquidityContraction]),
        (|s| s.trading_cost = None, &[]),
        (
            |s| {
                s.implied = Some(Implied {
                    volatility: BasisPoints(6_000),
                    published_at: 0,
                })
            },
            &[Breaker::StaleSurface],
        ),
        (|s| s.implied = None, &[]),
    ];
    for (change, expected) in cases {
        let mut seen = observation("100", 3_600);
        change(&mut seen);
        let after = observe(&start(), &seen);
        let expected = expected
            .iter()
            .fold(BreakerSet::NONE, |set, breaker| set.union(BreakerSet::of(*breaker)));
        assert_eq!(after.breakers.tripped, expected, "{seen:?}");
    }
    // Nobody looked for two hours.
    let late = observe(&start(), &observation("100", 7_200));
    assert_eq!(late.breakers.tripped, BreakerSet::of(Breaker::StalePrice));
}

#[test]
fn a_market_that_moves_for_hours_trips_the_volatility_jump() {
    let mut state = start();
    for hour in 1..8 {
        state = observe(
            &state,
            &observation(if hour % 2 == 0 { "100" } else { "101.9" }, hour * 3_600),
        );
    }
    assert!(state.breakers.tripped.has(Breaker::VolatilityJump));
    assert!(state.regime.regime >= Regime::Stressed);
}

#[test]
fn whoever_acts_is_told_what_nobody_has_observed_yet() {
    let state = start();
    let active = |price: &AdmittedPrice, other: Option<&SecondPrice>, implied: Option<&Implied>, time| {
        state.active(&params(), Some(price), other, implied, at(time))
    };
    let live = |text: &str| observation(text, 60).price;
    let set = BreakerSet::of;
    assert_eq!(active(&live("100"), None, None, 60), BreakerSet::NONE);
    assert_eq!(active(&live("95"), None, None, 60), set(Breaker::PriceJump));
    let wide = AdmittedPrice {
        confidence: ratio("0.01"),
        ..live("100")
    };
    assert_eq!(active(&wide, None, None, 60), set(Breaker::WideConfidence));
    assert_eq!(
        active(&live("100"), Some(&second("102", 60)), None, 60),
        set(Breaker::SourceDivergence)
    );
    let implied = Implied {
        volatility: BasisPoints(6_000),
        published_at: 0,
    };
    assert_eq!(active(&live("100"), None, Some(&implied), 3_599), BreakerSet::NONE);
    assert_eq!(
        active(&live("100"), None, Some(&implied), 3_600),
        set(Breaker::StaleSurface)
    );
    assert_eq!(
        state.active(&params(), None, None, None, at(7_200)),
        set(Breaker::StalePrice)
    );
}

#[test]
fn a_stale_surface_no_longer_speaks_for_implied_volatility_but_holds_what_it_said() {
    let mut seen = observation("100", 3_600);
    seen.implied = Some(Implied {
        volatility: BasisPoints(15_000),
        published_at: 1_800,
    });
    let loud = observe(&start(), &seen);
    assert_eq!(loud.regime.regime, Regime::Crisis);
    seen.implied = Some(Implied {
        volatility: BasisPoints(15_000),
        published_at: 1_799,
    });
    let unheard = observe(&start(), &seen);
    assert_eq!(unheard.regime.regime, Regime::Elevated);
}

#[test]
fn a_venue_that_falls_silent_leaves_the_last_cost_and_loosens_nothing() {
    let dear = observe(
        &start(),
        &MarketObservation {
            trading_cost: Some(2_500),
            ..observation("100", 3_600)
        },
    );
    let silent = observe(
        &dear,
        &MarketObservation {
            trading_cost: None,
            ..observation("100", 7_200)
        },
    );
    assert_eq!(silent.trading_cost, dear.trading_cost);
    assert_eq!(silent.regime.contraction, dear.regime.contraction);
    assert_eq!(silent.regime.cooldown, crate::cooldown::Cooldown::NONE);
}

#[test]
fn each_broken_rule_is_named() {
    use crate::regime::RegimeParamError;
    let cases: [(fn(&mut ObservationParams), ObservationParamError); 5] = [
        (
            |p| p.signals.jump_floor.0 = 0,
            ObservationParamError::Signal(SignalParamError::JumpFloor),
        ),
        (|p| p.max_surface_age_seconds = 59, ObservationParamError::SurfaceAge),
        (
            |p| p.max_surface_age_seconds = 86_401,
            ObservationParamError::SurfaceAge,
        ),
        (
            |p| p.regime.dwell_seconds = 0,
            ObservationParamError::Regime(RegimeParamError::Dwell),
        ),
        (
            |p| p.breakers.settings[1].trip = 0,
            ObservationParamError::Breaker(BreakerParamError::Trip(Breaker::VolatilityJump)),
        ),
    ];
    for (change, expected) in cases {
        let mut changed = params();
        change(&mut changed);
        assert_eq!(changed.validate(), Err(expected));
    }
}
