use super::*;
use ballast_core_math::estimators::EwmaVariance;
use ballast_core_types::fixtures::{price, ratio};
use ballast_core_types::{PriceBounds, Ratio};

const CLOCK: ClockParams = ClockParams {
    ahead_seconds: 5,
    least_slot_milliseconds: 200,
};

fn at(unix_time: i64, slot: u64) -> Now {
    Now { unix_time, slot }
}

#[test]
fn age_is_what_says_more_and_its_least_what_says_less() {
    // A lagging clock, one that stands still, one that leaps, one that was set back, and extremes.
    for ((time, slot), now, least, most) in [
        ((100, 10), at(110, 35), 5, 10),
        ((100, 10), at(100, 160), 0, 30),
        ((100, 10), at(3_700, 12), 0, 3_600),
        ((100, 10), at(40, 60), 0, 10),
        ((105, 10), at(100, 10), 0, 0),
        ((i64::MIN, 0), at(i64::MAX, u64::MAX), u32::MAX, u32::MAX),
        ((i64::MAX, u64::MAX), at(i64::MIN, 0), 0, 0),
    ] {
        assert_eq!(CLOCK.age_at_least(time, slot, now), least, "{now:?}");
        assert_eq!(CLOCK.age(time, slot, now), most, "{now:?}");
    }
}

#[test]
fn a_silence_needs_clock_and_slots_and_counts_only_once_it_has_stood() {
    // Sixty seconds at 200 ms are 300 slots.
    let declare = |before, now: Now| now.declare(before, 1_000, 100, &CLOCK);
    assert_eq!(declare(None, at(1_059, 10_000)), Err(DeclareError::NotSilent));
    assert_eq!(declare(None, at(9_000, 399)), Err(DeclareError::NotSilent));
    let declared = declare(None, at(1_060, 400)).unwrap();
    assert_eq!(
        declare(Some(declared), at(2_000, 9_000)),
        Err(DeclareError::AlreadyDeclared)
    );
    for (now, expected) in [
        (at(1_239, 90_000), false),
        (at(90_000, 1_299), false),
        (at(1_240, 1_300), true),
    ] {
        assert_eq!(declared.counts(&CLOCK, now), expected, "{now:?}");
    }
}

#[test]
fn a_clock_out_of_its_bounds_is_refused() {
    for (ahead_seconds, least_slot_milliseconds, expected) in [
        (2, 20, None),
        (10, 1_000, None),
        (1, 200, Some(ClockParamError::Ahead)),
        (11, 200, Some(ClockParamError::Ahead)),
        (5, 19, Some(ClockParamError::LeastSlot)),
        (5, 1_001, Some(ClockParamError::LeastSlot)),
    ] {
        let clock = ClockParams {
            ahead_seconds,
            least_slot_milliseconds,
        };
        assert_eq!(clock.validate().err(), expected);
    }
}

#[test]
fn age_widens_both_sides_by_two_deviations_and_nothing_else() {
    let bounds = PriceBounds {
        low: price("99"),
        mid: price("100"),
        high: price("101"),
    };
    let variance = EwmaVariance::from_annual(ratio("0.64")).unwrap();
    assert_eq!(widened_by_age(&bounds, variance, 0), Some(bounds));
    for (age, share) in [(1, 0.000_284_9), (10, 0.000_901_0), (60, 0.002_207)] {
        let wide = widened_by_age(&bounds, variance, age).unwrap();
        let (low, high): (f64, f64) = (wide.low.fixed().to_num(), wide.high.fixed().to_num());
        assert_eq!(wide.mid, bounds.mid);
        assert!((low / 99.0 - 1.0 + share).abs() < 2e-7, "{age}: {low}");
        assert!((high / 101.0 - 1.0 - share).abs() < 2e-7, "{age}: {high}");
    }
    // However old and wild, there is a price.
    let wild = EwmaVariance::from_bits(u64::MAX);
    let wide = widened_by_age(&bounds, wild, u32::MAX).unwrap();
    assert!(wide.low.fixed() > Ratio::ZERO.fixed() && wide.high > bounds.high);
}
