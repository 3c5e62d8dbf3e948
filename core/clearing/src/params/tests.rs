use super::*;
use crate::fixtures::{HOUSE, LISTING};

type Change = (fn(&mut ListingParams, i64), ParamError, i64, i64);

/// Each field's rule, and its least and largest value beside those of the fixture.
const LISTING_BOUNDS: [Change; 12] = [
    (
        |p, v| p.strikes.least = points_of(v),
        ParamError::MinStrike,
        500,
        10_000,
    ),
    (
        |p, v| p.strikes.greatest = points_of(v),
        ParamError::MaxStrike,
        10_000,
        200_000,
    ),
    (|p, v| p.expiries.daily_days = v as u16, ParamError::DailyDays, 1, 14),
    (|p, v| p.expiries.weekly_days = v as u16, ParamError::WeeklyDays, 4, 70),
    (
        |p, v| p.expiries.longest_days = v as u16,
        ParamError::LongestDays,
        35,
        730,
    ),
    (
        |p, v| p.expiries.min_seconds = v as u32,
        ParamError::MinTenor,
        3_600,
        86_400,
    ),
    (|p, v| p.min_size = Lots(v), ParamError::MinSize, 1, 1_000_000_000_000),
    (|p, v| p.charges.spread = points_of(v), ParamError::Spread, 1, 1_000),
    (
        |p, v| p.charges.spread_floor = v as u64,
        ParamError::SpreadFloor,
        1,
        1_000_000_000,
    ),
    (
        |p, v| p.charges.concentration = points_of(v),
        ParamError::Concentration,
        10,
        5_000,
    ),
    (
        |p, v| p.charges.free_share = points_of(v),
        ParamError::FreeShare,
        0,
        5_000,
    ),
    (
        |p, v| p.charges.free_size = Lots(v),
        ParamError::FreeSize,
        0,
        1_000_000_000_000_000,
    ),
];

fn points_of(value: i64) -> BasisPoints {
    BasisPoints(value as u32)
}

#[test]
fn each_field_of_a_listing_has_its_range() {
    assert_eq!(LISTING.validate(), Ok(()));
    for (change, rule, least, greatest) in LISTING_BOUNDS {
        let with = |value| {
            let mut params = LISTING;
            change(&mut params, value);
            params.validate()
        };
        for value in [least, greatest] {
            assert_eq!(with(value), Ok(()), "{rule:?} {value}");
        }
        assert!(with(greatest + 1).is_err(), "{rule:?}");
        if least > 0 {
            assert!(with(least - 1).is_err(), "{rule:?}");
            // A zero disables nothing, whatever the bundle.
            assert!(with(0).is_err(), "{rule:?}");
        }
    }
}

#[test]
fn a_refusal_names_its_rule_and_its_value() {
    let mut params = LISTING;
    params.charges.free_share = BasisPoints(5_001);
    let bad = BadParam {
        rule: ParamError::FreeShare,
        value: 5_001,
        least: 0,
        greatest: 5_000,
    };
    assert_eq!(params.validate(), Err(bad));
}

#[test]
fn each_field_of_a_house_has_its_range() {
    type Change = (fn(&mut ClearingHouseParams, i64), ParamError, i64, i64);
    let bounds: [Change; 3] = [
        (|p, v| p.quote_decimals = v as u8, ParamError::QuoteDecimals, 0, 9),
        (
            |p, v| p.max_surface_age_seconds = v as u32,
            ParamError::SurfaceAge,
            60,
            3_600,
        ),
        (
            |p, v| p.cash_window_seconds = v as u32,
            ParamError::CashWindow,
            9_000,
            86_400,
        ),
    ];
    assert_eq!(HOUSE.validate(), Ok(()));
    for (change, rule, least, greatest) in bounds {
        let with = |value| {
            let mut params = HOUSE;
            change(&mut params, value);
            params.validate().map_err(|bad| bad.rule)
        };
        assert_eq!((with(least), with(greatest)), (Ok(()), Ok(())));
        assert_eq!(with(greatest + 1), Err(rule));
        if least > 0 {
            assert_eq!((with(least - 1), with(0)), (Err(rule), Err(rule)));
        }
    }
    assert_eq!(HOUSE.lots_per_unit(), 1_000_000);
}

#[test]
fn cash_is_needed_before_a_liquidation_for_it_could_be_too_late() {
    // The window, a liquidation and an hour: 1,800 + 3,600 + 3,600.
    for (cash_window_seconds, sound) in [(9_000, true), (8_999, false), (86_400, true), (0, false)] {
        let house = ClearingHouseParams {
            cash_window_seconds,
            ..HOUSE
        };
        assert_eq!(house.validate().is_ok(), sound, "{cash_window_seconds}");
    }
}
