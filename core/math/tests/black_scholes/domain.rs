//! Every input just inside and just outside its range: the error names the input.

use ballast_core_math::black_scholes::{
    fast, precise, DomainError, Inputs, Kind, Rate, Spot, Strike, Volatility, Years,
};
use ballast_core_math::Magnitude;
use fixed::types::I2F62;

use super::invariants::check;
use super::properties::inputs;

fn decimal(digits: u128, exponent: i32) -> Magnitude {
    Magnitude::from_decimal(digits, exponent).unwrap()
}

fn ulps(x: Magnitude, ulps: i64) -> Magnitude {
    Magnitude::from_parts(x.mantissa().checked_add_signed(ulps).unwrap(), x.exponent() - 63).unwrap()
}

/// Returns what both tiers, and all their functions, say.
fn verdict(option: &Inputs) -> Option<DomainError> {
    check(option).unwrap();
    let error = fast::price(option).err();
    assert_eq!(precise::price(option).err(), error, "{option:?}");
    error
}

#[test]
fn each_input_alone_at_both_of_its_ends() {
    let base = inputs(Kind::Call, 100.0, 0.0, (0.1, 0.2), 0.5, 0.25);
    let with_spot = |spot: Magnitude| Inputs {
        spot: Spot(spot),
        strike: Strike(spot),
        ..base
    };
    let with_volatility = |v: Magnitude| Inputs {
        volatility: Volatility(v),
        ..base
    };
    let with_time = |t: Magnitude| Inputs { time: Years(t), ..base };
    let with_rate = |bits: i64| Inputs {
        rate: Rate(I2F62::from_bits(bits)),
        ..base
    };
    let with_carry = |bits: i64| Inputs {
        carry: Rate(I2F62::from_bits(bits)),
        ..base
    };
    let whole = 1i64 << 62;
    // A second, rounded down in its sixteenth digit, is inside.
    let second = decimal(3_170_979_198_376_458, -23);
    for (inside, outside, error) in [
        (
            with_spot(decimal(1, -6)),
            with_spot(ulps(decimal(1, -6), -1)),
            DomainError::Spot,
        ),
        (
            with_spot(decimal(1, 7)),
            with_spot(ulps(decimal(1, 7), 1)),
            DomainError::Spot,
        ),
        (
            with_volatility(decimal(1, -2)),
            with_volatility(ulps(decimal(1, -2), -1)),
            DomainError::Volatility,
        ),
        (
            with_volatility(decimal(5, 0)),
            with_volatility(ulps(decimal(5, 0), 1)),
            DomainError::Volatility,
        ),
        (
            with_time(second),
            with_time(decimal(3_169_999_999, -17)),
            DomainError::Time,
        ),
        (
            with_time(decimal(5, 0)),
            with_time(ulps(decimal(5, 0), 1)),
            DomainError::Time,
        ),
        (with_rate(whole), with_rate(whole + 1), DomainError::Rate),
        (with_rate(-whole), with_rate(-whole - 1), DomainError::Rate),
        (with_carry(whole), with_carry(whole + 1), DomainError::Carry),
        (with_carry(-whole), with_carry(-whole - 1), DomainError::Carry),
        (with_rate(0), with_rate(i64::MIN), DomainError::Rate),
        (with_carry(0), with_carry(i64::MAX), DomainError::Carry),
        (
            with_time(Magnitude::ZERO),
            with_time(Magnitude::from_parts(1, -1 << 20).unwrap()),
            DomainError::Time,
        ),
        (with_spot(Magnitude::ONE), with_spot(Magnitude::ZERO), DomainError::Spot),
        (
            with_volatility(Magnitude::ONE),
            with_volatility(Magnitude::ZERO),
            DomainError::Volatility,
        ),
        (
            with_volatility(Magnitude::ONE),
            with_volatility(Magnitude::from_parts(1, 1 << 20).unwrap()),
            DomainError::Volatility,
        ),
    ] {
        for kind in [Kind::Call, Kind::Put] {
            assert_eq!(verdict(&Inputs { kind, ..inside }), None, "{inside:?}");
            assert_eq!(verdict(&Inputs { kind, ..outside }), Some(error), "{outside:?}");
        }
    }
}

#[test]
fn strikes_at_both_ends_before_and_at_expiry() {
    for time in [0.0, 3.2e-8, 0.25, 5.0] {
        for spot in [1.1e-6, 1.0, 9.9e6] {
            for (moneyness, expected) in [
                (4.999_999_9, None),
                (-4.999_999_9, None),
                (5.000_000_1, Some(DomainError::Strike)),
                (-5.000_000_1, Some(DomainError::Strike)),
                (6.5, Some(DomainError::Strike)),
                (-20.0, Some(DomainError::Strike)),
            ] {
                let option = inputs(Kind::Put, spot, moneyness, (0.0, 0.0), 0.5, time);
                assert_eq!(verdict(&option), expected, "{spot} {moneyness} {time}");
            }
        }
    }
    let base = inputs(Kind::Call, 100.0, 0.0, (0.1, 0.2), 0.5, 0.0);
    for strike in [
        Magnitude::ZERO,
        Magnitude::from_parts(1, 1 << 20).unwrap(),
        Magnitude::from_parts(1, -1 << 20).unwrap(),
    ] {
        let option = Inputs {
            strike: Strike(strike),
            ..base
        };
        assert_eq!(verdict(&option), Some(DomainError::Strike));
    }
}
