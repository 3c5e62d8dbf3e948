use super::*;
use ballast_core_types::fixtures::{price, ratio};

const NOW: Now = Now {
    unix_time: 1_000_000,
    slot: 5_000,
};

fn raw() -> RawPrice {
    RawPrice {
        price: 6_000_000_000_000,
        confidence: 3_000_000_000,
        exponent: -8,
        publish_time: 999_990,
        slot: 4_990,
    }
}

fn limits() -> UseLimits {
    UseLimits {
        max_age_seconds: 30,
        max_age_slots: 100,
        max_confidence: ratio("0.01"),
        max_deviation: ratio("0.2"),
        max_divergence: BasisPoints(100),
        requires_second: true,
    }
}

fn reference() -> Reference {
    Reference {
        publish_time: 999_980,
        slow_price: Some(price("58000")),
    }
}

#[test]
fn a_sound_price_is_admitted_with_its_bounds() {
    let admitted = admit(&raw(), &limits(), &reference(), Recency::Newer, NOW).unwrap();
    assert_eq!(admitted.bounds.mid, price("60000"));
    assert_eq!(admitted.bounds.low, price("59970"));
    assert_eq!(admitted.bounds.high, price("60030"));
    assert_eq!(admitted.publish_time, 999_990);
}

#[test]
fn each_rule_refuses_just_past_its_limit() {
    use PriceError::*;
    let edit = |change: fn(&mut RawPrice)| {
        let mut value = raw();
        change(&mut value);
        value
    };
    for (value, expected) in [
        (edit(|p| p.price = 0), Err(NotPositive)),
        (edit(|p| p.price = -1), Err(NotPositive)),
        (edit(|p| p.price = i64::MIN), Err(NotPositive)),
        (edit(|p| p.exponent = 1), Err(ExponentOutOfRange)),
        (edit(|p| p.exponent = -13), Err(ExponentOutOfRange)),
        (edit(|p| p.exponent = i32::MIN), Err(ExponentOutOfRange)),
        (edit(|p| p.publish_time = 1_000_001), Err(FromTheFuture)),
        (edit(|p| p.slot = 5_001), Err(FromTheFuture)),
        (edit(|p| p.publish_time = 999_980), Err(OlderThanStored)),
        (edit(|p| p.publish_time = i64::MIN), Err(OlderThanStored)),
        (edit(|p| p.slot = 4_899), Err(TooManySlotsOld)),
        (edit(|p| p.slot = 4_900), Ok(())),
        (edit(|p| p.confidence = 60_000_000_001), Err(TooWide)),
        (edit(|p| p.confidence = 60_000_000_000), Ok(())),
        (edit(|p| p.confidence = u64::MAX), Err(TooWide)),
        (edit(|p| p.price = 6_960_000_000_001), Err(TooFarFromSlowPrice)),
        (edit(|p| p.price = 6_959_000_000_000), Ok(())),
        (edit(|p| p.price = 4_639_900_000_000), Err(TooFarFromSlowPrice)),
    ] {
        let got = admit(&value, &limits(), &reference(), Recency::Newer, NOW).map(|_| ());
        assert_eq!(got, expected, "{value:?}");
    }
}

#[test]
fn a_fresh_second_source_has_to_agree_and_widens_the_adverse_sides() {
    use PriceError::*;
    let second = |mid: &str, publish_time, slot| SecondPrice {
        bounds: PriceBounds {
            low: price("59900"),
            mid: price(mid),
            high: price("60010"),
        },
        publish_time,
        slot,
    };
    let (wide, own) = ((price("59900"), price("60030")), (price("59970"), price("60030")));
    for (second, required, expected) in [
        (None, false, Ok(own)),
        (None, true, Err(NoSecondSource)),
        (Some(second("60000", 999_970, 4_900)), true, Ok(wide)),
        (Some(second("60000", 999_969, 4_900)), true, Err(NoSecondSource)),
        (Some(second("60000", 999_970, 4_899)), true, Err(NoSecondSource)),
        (Some(second("60000", 1_000_001, 5_000)), true, Err(NoSecondSource)),
        (Some(second("10", 999_969, 4_900)), false, Ok(own)),
        (Some(second("59406", 999_970, 4_900)), false, Ok(wide)),
        (Some(second("59405", 999_970, 4_900)), false, Err(SourcesDiverge)),
        (Some(second("60600", 999_970, 4_900)), true, Ok(wide)),
        (Some(second("60601", 999_970, 4_900)), true, Err(SourcesDiverge)),
    ] {
        let limits = UseLimits {
            requires_second: required,
            ..limits()
        };
        let admitted = admit(&raw(), &limits, &reference(), Recency::Newer, NOW).unwrap();
        let got = confirm(&admitted, second.as_ref(), &limits, NOW);
        let sides = got.map(|price| (price.bounds.low, price.bounds.high));
        assert_eq!(sides, expected, "{second:?} {required}");
    }
}

#[test]
fn age_in_seconds_has_its_own_limit() {
    let reference = Reference {
        publish_time: 0,
        ..reference()
    };
    for (age, expected) in [(30, Ok(())), (31, Err(PriceError::TooOld))] {
        let value = RawPrice {
            publish_time: NOW.unix_time - age,
            ..raw()
        };
        assert_eq!(
            admit(&value, &limits(), &reference, Recency::Newer, NOW).map(|_| ()),
            expected
        );
    }
}

#[test]
fn the_stored_price_may_be_used_again_but_not_observed_again() {
    let value = RawPrice {
        publish_time: 999_980,
        ..raw()
    };
    assert!(admit(&value, &limits(), &reference(), Recency::NotOlder, NOW).is_ok());
    assert_eq!(
        admit(&value, &limits(), &reference(), Recency::Newer, NOW),
        Err(PriceError::OlderThanStored)
    );
}

#[test]
fn r8_a_zero_limit_forbids_and_never_disables() {
    for change in [
        (|l: &mut UseLimits| l.max_age_seconds = 0) as fn(&mut UseLimits),
        |l| l.max_age_slots = 0,
        |l| l.max_confidence = Ratio::ZERO,
        |l| l.max_deviation = Ratio::ZERO,
    ] {
        let mut zeroed = limits();
        change(&mut zeroed);
        assert!(admit(&raw(), &zeroed, &reference(), Recency::Newer, NOW).is_err());
    }
}
