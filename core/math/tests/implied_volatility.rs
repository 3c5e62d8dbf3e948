//! The volatility implied by a price: it gives the price back, and prices without one are refused
//! by name.
#![cfg(test)]
#![allow(clippy::arithmetic_side_effects)]

use ballast_core_math::black_scholes::{
    implied_volatility, precise, DomainError, ImpliedVolatilityError, Inputs, Kind, QuotedOption, Rate, Spot, Strike,
    Volatility, Years,
};
use ballast_core_math::{Magnitude, Scaled};
use fixed::types::I2F62;
use proptest::prelude::*;

/// Returns a decimal with twelve digits after the point, exactly.
fn magnitude(value: f64) -> Magnitude {
    Magnitude::from_decimal((value * 1e12).round() as u128, -12).unwrap()
}

fn inputs(kind: Kind, [spot, strike]: [f64; 2], [rate, carry]: [f64; 2], volatility: f64, years: f64) -> Inputs {
    Inputs {
        kind,
        spot: Spot(magnitude(spot)),
        strike: Strike(magnitude(strike)),
        rate: Rate(I2F62::from_num(rate)),
        carry: Rate(I2F62::from_num(carry)),
        volatility: Volatility(magnitude(volatility)),
        time: Years(magnitude(years)),
    }
}

fn quoted(option: &Inputs, price: Magnitude) -> QuotedOption {
    QuotedOption {
        kind: option.kind,
        spot: option.spot,
        strike: option.strike,
        rate: option.rate,
        carry: option.carry,
        time: option.time,
        price,
    }
}

fn priced(option: &Inputs) -> (Magnitude, f64) {
    let price = precise::price(option).unwrap();
    let magnitude = Magnitude::from_parts(u64::try_from(price.mantissa).unwrap(), price.exponent).unwrap();
    (magnitude, price.to_f64())
}

#[test]
fn known_volatilities_come_back() {
    for (kind, spot, strike, rate, carry, volatility, years, tolerance) in [
        // At the money of the forward, long and for a second.
        (Kind::Call, 100.0, 100.0, 0.0, 0.0, 0.2, 1.0, 1e-13),
        (Kind::Put, 65_000.0, 65_000.0, 0.0, 0.0, 5.0, 5.0, 1e-10),
        (Kind::Call, 100.0, 100.0, 0.0, 0.0, 0.01, 3.171e-8, 1e-6),
        // A hair from it, where the price's inflection cannot be told from nothing.
        (Kind::Call, 100.0, 100.000_000_001, 0.0, 0.0, 0.5, 0.1, 1e-12),
        // Out of the money and in it, near and far.
        (Kind::Call, 65_000.0, 75_000.0, 0.04, 0.01, 0.6, 0.08, 1e-12),
        (Kind::Put, 65_000.0, 75_000.0, 0.04, 0.01, 0.6, 0.08, 1e-12),
        (Kind::Put, 65_000.0, 40_000.0, 0.04, 0.01, 0.9, 0.08, 1e-10),
        (Kind::Call, 65_000.0, 400_000.0, 0.04, 0.01, 3.0, 2.0, 1e-12),
        // The edges of the domain belong to it.
        (Kind::Call, 100.0, 100.5, 0.0, 0.0, 0.01, 1.0, 1e-10),
        (Kind::Call, 100.0, 300.0, 0.0, 0.0, 5.0, 0.3, 1e-12),
    ] {
        let option = inputs(kind, [spot, strike], [rate, carry], volatility, years);
        let found = implied_volatility(&quoted(&option, priced(&option).0)).unwrap();
        let found = Scaled::from(found.0).to_f64();
        assert!(
            (found / volatility - 1.0).abs() < tolerance,
            "{option:?}: {found} for {volatility}"
        );
    }
}

#[test]
fn prices_without_a_volatility_are_refused_by_name() {
    use ImpliedVolatilityError::{Domain, TooHigh, TooLow, Volatility as Vol};
    let call = inputs(Kind::Call, [100.0, 90.0], [0.0, 0.0], 0.5, 0.5);
    let put = inputs(Kind::Put, [100.0, 90.0], [0.0, 0.0], 0.5, 0.5);
    for (option, price, error) in [
        (call, 0.0, TooLow),
        (call, 9.999, TooLow),
        (call, 10.0, TooLow),
        (call, 100.0, TooHigh),
        (call, 1e6, TooHigh),
        (put, 0.0, TooLow),
        (put, 90.0, TooHigh),
        (inputs(Kind::Put, [100.0, 99.9], [0.0, 0.0], 0.5, 0.5), 1e-9, Vol),
        (put, 89.9, Vol),
        (
            inputs(Kind::Call, [100.0, 100.0], [0.0, 0.0], 0.5, 0.0),
            1.0,
            Domain(DomainError::Time),
        ),
        (
            inputs(Kind::Call, [2e7, 2e7], [0.0, 0.0], 0.5, 1.0),
            1.0,
            Domain(DomainError::Spot),
        ),
        (
            inputs(Kind::Call, [100.0, 0.0], [0.0, 0.0], 0.5, 1.0),
            1.0,
            Domain(DomainError::Strike),
        ),
        (
            inputs(Kind::Call, [100.0, 20_000.0], [0.0, 0.0], 0.5, 1.0),
            1.0,
            Domain(DomainError::Strike),
        ),
        (
            inputs(Kind::Call, [100.0, 100.0], [1.5, 0.0], 0.5, 1.0),
            1.0,
            Domain(DomainError::Rate),
        ),
        (
            inputs(Kind::Call, [100.0, 100.0], [0.0, -1.5], 0.5, 1.0),
            1.0,
            Domain(DomainError::Carry),
        ),
    ] {
        assert_eq!(
            implied_volatility(&quoted(&option, magnitude(price))),
            Err(error),
            "{option:?} at {price}"
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(20_000))]

    /// Over the whole domain the volatility that is found gives the price back, to what a price per
    /// spot can tell.
    #[test]
    fn a_price_comes_back(
        call in any::<bool>(),
        log_spot in -4.0f64..16.0,
        // In deviations, so that all regions of the price are met, or anywhere.
        deviations in -6.0f64..6.0,
        anywhere in -4.99f64..4.99,
        near in any::<bool>(),
        rate in -1.0f64..1.0,
        carry in -1.0f64..1.0,
        log_volatility in -4.605f64..1.609,
        log_years in -17.2f64..1.609,
    ) {
        let (volatility, years) = (log_volatility.exp(), log_years.exp());
        let x = if near { deviations * volatility * years.sqrt() + (rate - carry) * years } else { anywhere };
        let spot = log_spot.exp();
        let strike = spot * x.clamp(-4.99, 4.99).exp();
        let kind = if call { Kind::Call } else { Kind::Put };
        let option = inputs(kind, [spot, strike], [rate, carry], volatility, years);
        let (price, exact) = priced(&option);
        // In the money what is left of a price after its payoff is known to about 2^-46 of the spot
        // and the legs.
        let legs = (-carry * years).exp().max(strike / spot * (-rate * years).exp()).max(1.0);
        match implied_volatility(&quoted(&option, price)) {
            Ok(found) => {
                let again = priced(&Inputs { volatility: found, ..option }).1;
                prop_assert!((again - exact).abs() <= spot * legs * 3e-13, "{} {}", again, exact);
            }
            // Where the option's time value is lost in its price there is nothing to find.
            Err(ImpliedVolatilityError::TooLow | ImpliedVolatilityError::TooHigh | ImpliedVolatilityError::Volatility) => {
                let vega = precise::greeks(&option).unwrap().vega.to_f64();
                prop_assert!(vega * volatility <= spot * legs * 1e-9, "vega {} refused", vega);
            }
            Err(error) => prop_assert!(false, "{}", error),
        }
    }

    /// No input whatever makes it panic or leave the domain.
    #[test]
    fn any_bits_are_answered(bits in proptest::array::uniform5((any::<u64>(), -70i32..70)), rates in any::<(i64, i64)>(), call in any::<bool>()) {
        let [spot, strike, time, price, _] = bits.map(|(mantissa, exponent)| Magnitude::from_parts(mantissa, exponent - 63).unwrap());
        let answer = implied_volatility(&QuotedOption {
            kind: if call { Kind::Call } else { Kind::Put },
            spot: Spot(spot),
            strike: Strike(strike),
            rate: Rate(I2F62::from_bits(rates.0)),
            carry: Rate(I2F62::from_bits(rates.1)),
            time: Years(time),
            price,
        });
        if let Ok(volatility) = answer {
            let value = Scaled::from(volatility.0).to_f64();
            prop_assert!((0.01..=5.0).contains(&value));
        }
    }
}
