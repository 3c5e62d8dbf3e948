//! Regimes over time: tables of what happens, and what holds of any history.

use super::params::tests::params;
use super::*;
use proptest::prelude::*;
use Regime::*;

const QUIET: Indicators = Indicators {
    volatility_ratio: BasisPoints(10_000),
    volatility: BasisPoints(5_000),
    implied_ratio: Some(BasisPoints(11_000)),
    jump: BasisPoints(5_000),
    contraction: Some(BasisPoints(10_000)),
    drawdown: BasisPoints(100),
};

fn with(indicator: Indicator, reading: u32) -> Indicators {
    let mut changed = QUIET;
    let reading = BasisPoints(reading);
    match indicator {
        Indicator::VolatilityRatio => changed.volatility_ratio = reading,
        Indicator::Volatility => changed.volatility = reading,
        Indicator::ImpliedRatio => changed.implied_ratio = Some(reading),
        Indicator::Jump => changed.jump = reading,
        Indicator::Contraction => changed.contraction = Some(reading),
        Indicator::Drawdown => changed.drawdown = reading,
    }
    changed
}

fn at(regime: Regime) -> RegimeState {
    RegimeState {
        regime,
        ..RegimeState::new(0)
    }
}

/// Returns the state after observations an hour apart that all see the same.
fn hours(mut state: RegimeState, count: i64, indicators: &Indicators) -> RegimeState {
    for _ in 0..count {
        state = state.update(indicators, state.updated_at + 3_600, &params());
    }
    state
}

#[test]
fn any_one_indicator_raises_at_once_from_any_level_to_the_level_it_asks_for() {
    for indicator in Indicator::ALL {
        for start in Regime::ALL {
            for asked in [Elevated, Stressed, Crisis] {
                let enter = params().ladder(indicator).of(asked).unwrap().enter.0;
                let after = at(start).update(&with(indicator, enter), 1, &params());
                assert_eq!(after.regime, start.max(asked), "{indicator:?}");
                let just_under = at(Calm).update(&with(indicator, enter - 1), 1, &params());
                assert_eq!(just_under.regime, asked.milder(), "{indicator:?}");
            }
        }
    }
}

#[test]
fn each_level_down_takes_a_dwell_of_its_own() {
    // Six hours; the first observation begins it.
    let state = hours(at(Crisis), 6, &QUIET);
    assert_eq!(state.regime, Crisis);
    let state = hours(state, 1, &QUIET);
    assert_eq!((state.regime, state.since), (Stressed, 7 * 3_600));
    assert_eq!(hours(state, 6, &QUIET).regime, Stressed);
    assert_eq!(hours(state, 7, &QUIET).regime, Elevated);
    assert_eq!(hours(state, 14, &QUIET).regime, Calm);
    assert_eq!(hours(state, 100, &QUIET).regime, Calm);
}

#[test]
fn between_exit_and_entry_a_level_is_neither_entered_nor_left() {
    for indicator in Indicator::ALL {
        for level in [Elevated, Stressed, Crisis] {
            let threshold = params().ladder(indicator).of(level).unwrap();
            let inside = with(indicator, threshold.exit.0);
            assert_eq!(hours(at(level), 100, &inside).regime, level, "{indicator:?}");
            let outside = with(indicator, threshold.exit.0 - 1);
            assert_eq!(hours(at(level), 7, &outside).regime, level.milder(), "{indicator:?}");
        }
    }
}

#[test]
fn trouble_begins_the_dwell_again() {
    let almost = hours(at(Stressed), 6, &QUIET);
    let exit = params().drawdown.stressed.exit.0;
    let disturbed = hours(almost, 1, &with(Indicator::Drawdown, exit));
    assert_eq!((disturbed.regime, disturbed.cooldown), (Stressed, Cooldown::NONE));
    assert_eq!(hours(disturbed, 6, &QUIET).regime, Stressed);
    assert_eq!(hours(disturbed, 7, &QUIET).regime, Elevated);
}

#[test]
fn time_that_nobody_watched_does_not_count() {
    let begun = at(Crisis).update(&QUIET, 0, &params());
    let slept = begun.update(&QUIET, 30 * 86_400, &params());
    assert_eq!((slept.regime, slept.cooldown.seconds()), (Crisis, Some(3_600)));
    // Nor does observing often make time pass faster.
    let mut busy = begun;
    for second in 0..1_000 {
        busy = busy.update(&QUIET, second / 10, &params());
    }
    assert_eq!(busy.cooldown.seconds(), Some(99));
}

#[test]
fn a_clock_that_goes_backwards_gains_nothing() {
    let begun = at(Crisis).update(&QUIET, 10_000, &params());
    let back = begun.update(&QUIET, 0, &params());
    let forth = back.update(&QUIET, 10_000, &params());
    assert_eq!(forth.cooldown.seconds(), Some(0));
}

#[test]
fn what_is_missing_never_relaxes() {
    let blind = Indicators {
        implied_ratio: None,
        contraction: None,
        ..QUIET
    };
    // Never seen: it does not matter.
    assert_eq!(hours(at(Crisis), 21, &blind).regime, Calm);
    // Seen, and then lost: at least Elevated.
    let seen = hours(at(Calm), 1, &QUIET);
    assert_eq!(hours(seen, 1, &blind).regime, Elevated);
    assert_eq!(hours(seen, 100, &blind).regime, Elevated);
    // Lost while it asked for more: it goes on asking.
    let thin = hours(seen, 1, &with(Indicator::Contraction, 80_000));
    assert_eq!(hours(thin, 100, &blind).regime, Crisis);
    // Back again: the dwell begins.
    assert_eq!(hours(hours(thin, 100, &blind), 21, &QUIET).regime, Calm);
    // Gone for good, and governance says so.
    let forgotten = hours(thin, 1, &blind).without(Indicator::Contraction);
    assert_eq!(hours(forgotten, 100, &blind).regime, Elevated);
    let forgotten = forgotten.without(Indicator::ImpliedRatio);
    assert_eq!(hours(forgotten, 100, &blind).regime, Calm);
}

#[test]
fn a_new_market_earns_its_calm() {
    assert_eq!(RegimeState::new(5).regime, Elevated);
    assert_eq!(hours(RegimeState::new(0), 7, &QUIET).regime, Calm);
}

#[test]
fn a_level_survives_storage() {
    for level in Regime::ALL {
        assert_eq!(Regime::from_byte(level as u8), Some(level));
    }
    assert_eq!(Regime::from_byte(4), None);
}

fn reading() -> impl Strategy<Value = BasisPoints> {
    prop_oneof![0u32..30_000, 0u32..100_000, any::<u32>()].prop_map(BasisPoints)
}

fn any_indicators() -> impl Strategy<Value = Indicators> {
    // Mostly quiet, so that levels are left as well as entered.
    let wild = (
        reading(),
        reading(),
        proptest::option::of(reading()),
        reading(),
        proptest::option::of(reading()),
        reading(),
    )
        .prop_map(
            |(volatility_ratio, volatility, implied_ratio, jump, contraction, drawdown)| Indicators {
                volatility_ratio,
                volatility,
                implied_ratio,
                jump,
                contraction,
                drawdown,
            },
        );
    prop_oneof![20 => Just(QUIET), 1 => wild]
}

proptest! {
    #[test]
    fn over_any_history_it_rises_at_once_and_falls_one_level_a_dwell(
        observations in proptest::collection::vec((any_indicators(), 0i64..20_000), 1..200)
    ) {
        let params = params();
        let (mut state, mut now) = (RegimeState::new(0), 0);
        for (indicators, gap) in observations {
            now += gap;
            let after = state.update(&indicators, now, &params);
            prop_assert!(after.regime >= asked(&indicators, &params));
            prop_assert!(after.regime >= state.regime.milder());
            if after.regime < state.regime {
                prop_assert!(now - state.since >= i64::from(params.dwell_seconds));
                prop_assert!(under_exits(&indicators, state.regime, &params));
            }
            prop_assert_eq!(after.since == now || after.since == state.since, true);
            state = after;
        }
    }

    #[test]
    fn losing_a_reading_is_never_better_than_keeping_its_last_value(
        observations in proptest::collection::vec((any_indicators(), 0i64..7_200), 1..120), lost_after in 0usize..120
    ) {
        let params = params();
        let (mut blind, mut seeing, mut now) = (RegimeState::new(0), RegimeState::new(0), 0);
        let mut last = None;
        for (index, (indicators, gap)) in observations.into_iter().enumerate() {
            now += gap;
            last = if index < lost_after { indicators.contraction.or(last) } else { last };
            let (hidden, repeated) = if index < lost_after {
                (indicators, indicators)
            } else {
                (Indicators { contraction: None, ..indicators }, Indicators { contraction: last, ..indicators })
            };
            blind = blind.update(&hidden, now, &params);
            seeing = seeing.update(&repeated, now, &params);
            prop_assert!(blind.regime >= seeing.regime);
        }
    }

    #[test]
    fn worse_readings_never_make_a_milder_regime(
        observations in proptest::collection::vec((any_indicators(), 0u32..20_000, 0i64..7_200), 1..120)
    ) {
        let params = params();
        let (mut mild, mut harsh, mut now) = (RegimeState::new(0), RegimeState::new(0), 0);
        for (indicators, worse, gap) in observations {
            now += gap;
            let drawdown = BasisPoints(indicators.drawdown.0.saturating_add(worse));
            mild = mild.update(&indicators, now, &params);
            harsh = harsh.update(&Indicators { drawdown, ..indicators }, now, &params);
            prop_assert!(harsh.regime >= mild.regime);
        }
    }
}
