//! The volatility of a price: inside the domain, and giving the price back; for prices of options
//! and for arbitrary ones.
#![no_main]

use ballast_core_math::black_scholes::{implied_volatility, Inputs, Kind, QuotedOption};
use ballast_core_math::Magnitude;
use ballast_fuzz::option::{double, Market, PRECISE};
use ballast_fuzz::{show, Bytes};

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let mut bytes = Bytes(data);
    let how = bytes.byte();
    let option = bytes.option();
    let market = Market::new(&option);
    // The price of the option itself, or a part of its greatest, or anything.
    let price = match how % 4 {
        0 => bytes.raw_magnitude(),
        1 => {
            let most = market.spot
                * if option.kind == Kind::Call {
                    market.asset
                } else {
                    market.bond
                };
            let part = most * bytes.geometric(1e-18, 1.0);
            if !(part.is_finite() && part > 1e-200) {
                return;
            }
            ballast_fuzz::magnitude(part)
        }
        _ => match (PRECISE.price)(&option) {
            Ok(price) => Magnitude::from_parts(price.mantissa as u64, price.exponent).unwrap_or(Magnitude::ZERO),
            Err(_) => bytes.raw_magnitude(),
        },
    };
    let quoted = QuotedOption {
        kind: option.kind,
        spot: option.spot,
        strike: option.strike,
        rate: option.rate,
        carry: option.carry,
        time: option.time,
        price,
    };
    show(&quoted);
    let Ok(volatility) = implied_volatility(&quoted) else {
        return;
    };
    let again = (PRECISE.price)(&Inputs { volatility, ..option })
        .unwrap_or_else(|error| panic!("{volatility:?} of {quoted:?} is outside the domain: {error}"));
    let difference = (again.to_f64() - double(price)).abs() / market.spot;
    let bound = 2.0 * PRECISE.price_error * market.scale();
    assert!(
        difference <= bound,
        "{quoted:?}: {volatility:?} gives {again:?}, {difference:e} of the spot away"
    );
});
