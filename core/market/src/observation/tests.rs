use super::*;
use crate::breaker::{Breaker, BreakerSettings};
use crate::fixtures::exact_print as print;
use crate::regime::{Ladder, Regime, Threshold};
use crate::signals::SignalTimes;
use ballast_core_types::fixtures::ratio;

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
                breaker(100, 50),
            ],
            longest_gap_seconds: 900,
            has_guardian: false,
        },
    }
    .validate()
    .unwrap()
}

fn at(unix_time: i64) -> Now {
    Now { unix_time, slot: 1 }
}

fn observation(text: &str, publish_time: i64) -> MarketObservation {
    MarketObservation {
        price: Some(print(text, publish_time)),
        second: None,
        quote: None,
        trading_cost: Some(1_000),
        implied: Some(Implied {
            volatility: BasisPoints(6_000),
            published_at: publish_time,
        }),
    }
}

fn start() -> MarketState {
    let variance = EwmaVariance::from_annual(ratio("0.36")).unwrap();
    MarketState::first(&print("100", 0), &observation("100", 0), variance, at(0))
}

fn observe(state: &MarketState, observation: &MarketObservation) -> MarketState {
    let time = observation.price.unwrap().publish_time;
    state.next(&params(), observation, at(time)).unwrap()
}

#[test]
fn each_thing_seen_trips_its_own_breaker() {
    let cases: [(fn(&mut MarketObservation), &[Breaker]); 14] = [
        (|_| (), &[]),
        (
            |s| s.price = Some(print("95", 3_600)),
            &[Breaker::PriceJump, Breaker::VolatilityJump],
        ),
        (
            |s| s.price.as_mut().unwrap().confidence = ratio("0.005"),
            &[Breaker::WideConfidence],
        ),
        (|s| s.second = Some(print("101.1", 3_600)), &[Breaker::SourceDivergence]),
        (|s| s.second = Some(print("100.9", 3_600)), &[]),
        (|s| s.second = Some(print("101.1", 3_595)), &[Breaker::SourceDivergence]),
        // More than five seconds apart they say nothing of each other.
        (|s| s.second = Some(print("101.1", 3_594)), &[]),
        (|s| s.quote = Some(print("0.9902", 3_600)), &[]),
        (|s| s.quote = Some(print("0.9900", 3_600)), &[Breaker::QuoteOffPar]),
        (|s| s.quote = Some(print("1.0101", 3_600)), &[Breaker::QuoteOffPar]),
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
fn whoever_acts_is_told_what_time_alone_has_tripped() {
    let state = start();
    let set = BreakerSet::of;
    let implied = Implied {
        volatility: BasisPoints(6_000),
        published_at: 0,
    };
    for (implied, time, expected) in [
        (None, 7_199, BreakerSet::NONE),
        (None, 7_200, set(Breaker::StalePrice)),
        (Some(&implied), 3_599, BreakerSet::NONE),
        (Some(&implied), 3_600, set(Breaker::StaleSurface)),
    ] {
        assert_eq!(state.active(&params(), implied, at(time)), expected);
    }
}

#[test]
fn one_source_alone_moves_only_what_is_its_own() {
    let both = MarketObservation {
        second: Some(print("100.5", 3_600)),
        ..observation("100", 3_600)
    };
    let before = observe(&start(), &both);
    let pair = before.pair.unwrap();
    assert_eq!((pair.at, pair.divergence), (3_600, BasisPoints(50)));
    // The second alone: the signals stay, and a close pair is made with the price that is kept.
    let second = MarketObservation {
        price: None,
        second: Some(print("102", 3_603)),
        ..observation("100", 3_600)
    };
    let after = before.next(&params(), &second, at(3_603)).unwrap();
    assert_eq!(after.signals, before.signals);
    assert_eq!(after.pair.unwrap().divergence, BasisPoints(200));
    assert_eq!(after.breakers.tripped, BreakerSet::of(Breaker::SourceDivergence));
    // The first alone, ten seconds on: no pair, and the last one is still read for a minute.
    let first = observe(&after, &observation("100", 3_613));
    assert_eq!(first.pair, after.pair);
    assert!(first.breakers.tripped.has(Breaker::SourceDivergence));
}

#[test]
fn a_quote_token_that_falls_silent_off_par_stays_so_and_at_par_hurts_nobody() {
    let quoted = |text, time| MarketObservation {
        quote: Some(print(text, time)),
        ..observation("100", time)
    };
    let off = observe(&start(), &quoted("0.98", 3_600));
    let (mut silent, mut calm) = (off, observe(&start(), &quoted("1", 3_600)));
    for time in 1..40 {
        let news = observation("100", 3_600 + time * 600);
        (silent, calm) = (observe(&silent, &news), observe(&calm, &news));
    }
    assert!(silent.breakers.tripped.has(Breaker::QuoteOffPar));
    assert_eq!(calm.breakers.tripped, BreakerSet::NONE);
    // It is back at par, and stays there for its cooldown.
    for time in 0..5 {
        silent = observe(&silent, &quoted("0.9999", 27_600 + time * 900));
    }
    assert_eq!(silent.breakers.tripped, BreakerSet::NONE);
}

#[test]
fn an_observation_of_a_source_ends_its_silence_and_no_other() {
    let declared = crate::price_clock::Declared { at: 100, slot: 1 };
    let silent = MarketState {
        silence: [Some(declared); 2],
        ..start()
    };
    let first = observe(&silent, &observation("100", 3_600));
    assert_eq!(first.silence, [None, Some(declared)]);
    let second = MarketObservation {
        price: None,
        second: Some(print("100", 3_600)),
        ..observation("100", 3_600)
    };
    let second = silent.next(&params(), &second, at(3_600)).unwrap();
    assert_eq!(second.silence, [Some(declared), None]);
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
