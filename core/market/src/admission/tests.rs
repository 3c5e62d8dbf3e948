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

fn limits() -> PrintLimits {
    PrintLimits {
        newer_than: Some(999_980),
        latest: 1_000_003,
        max_age_seconds: 30,
        max_confidence: ratio("0.01"),
    }
}

fn admitted(raw: &RawPrice) -> Result<Option<Print>, PriceError> {
    let age = u32::try_from((NOW.unix_time.saturating_sub(raw.publish_time)).clamp(0, 1_000)).unwrap();
    admit(raw, &limits(), age, NOW)
}

#[test]
fn a_sound_price_is_admitted_with_its_bounds() {
    let print = admitted(&raw()).unwrap().unwrap();
    assert_eq!(print.bounds.mid, price("60000"));
    assert_eq!(print.bounds.low, price("59970"));
    assert_eq!(print.bounds.high, price("60030"));
    assert_eq!((print.publish_time, print.slot), (999_990, 4_990));
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
        (edit(|p| p.publish_time = 1_000_004), Err(FromTheFuture)),
        (edit(|p| p.publish_time = i64::MAX), Err(FromTheFuture)),
        (edit(|p| p.publish_time = 1_000_003), Ok(true)),
        (edit(|p| p.slot = 5_001), Err(FromTheFuture)),
        (edit(|p| p.confidence = 60_000_000_001), Err(TooWide)),
        (edit(|p| p.confidence = 60_000_000_000), Ok(true)),
        (edit(|p| p.confidence = u64::MAX), Err(TooWide)),
    ] {
        assert_eq!(admitted(&value).map(|print| print.is_some()), expected, "{value:?}");
    }
    for (age, expected) in [(30, Ok(true)), (31, Err(TooOld))] {
        assert_eq!(
            admit(&raw(), &limits(), age, NOW).map(|print| print.is_some()),
            expected
        );
    }
}

#[test]
fn what_is_not_newer_changes_nothing_and_is_no_error_whatever_else_it_is() {
    let stale = |change: fn(&mut RawPrice)| {
        let mut value = RawPrice {
            publish_time: 999_980,
            ..raw()
        };
        change(&mut value);
        value
    };
    for value in [
        stale(|_| ()),
        stale(|p| p.publish_time = i64::MIN),
        stale(|p| p.price = -1),
        stale(|p| p.confidence = u64::MAX),
        stale(|p| p.exponent = 77),
    ] {
        assert_eq!(admitted(&value), Ok(None), "{value:?}");
    }
    let first = PrintLimits {
        newer_than: None,
        ..limits()
    };
    assert!(admit(&stale(|_| ()), &first, 20, NOW).unwrap().is_some());
}

proptest::proptest! {
    #[test]
    fn a_quotient_is_that_of_wide_integers(a: u64, b in 1u64..1 << 63) {
        let exact = (u128::from(a) << 48) / u128::from(b);
        proptest::prop_assert_eq!(quotient_floor(a, b).to_bits() as u128, exact);
    }
}

#[test]
fn r8_a_zero_limit_forbids_and_never_disables() {
    let zeroed = PrintLimits {
        max_age_seconds: 0,
        ..limits()
    };
    assert_eq!(admit(&raw(), &zeroed, 10, NOW), Err(PriceError::TooOld));
    let zeroed = PrintLimits {
        max_confidence: Ratio::ZERO,
        ..limits()
    };
    assert_eq!(admit(&raw(), &zeroed, 10, NOW), Err(PriceError::TooWide));
}
