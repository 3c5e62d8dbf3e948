//! Inputs that the fuzzer found, each with what was wrong.

use ballast_core_math::black_scholes::{
    fast, implied_volatility, precise, ImpliedVolatilityError, Inputs, Kind, QuotedOption, Rate, Spot, Strike,
    Volatility, Years,
};
use ballast_core_math::Magnitude;
use fixed::types::I2F62;

/// Returns a mantissa, and the power of two of the number's first bit.
fn magnitude((mantissa, exponent): (u64, i32)) -> Magnitude {
    Magnitude::from_parts(mantissa, exponent - 63).unwrap()
}

fn decimal(text: &str) -> Magnitude {
    let (whole, part) = text.split_once('.').unwrap();
    Magnitude::from_decimal(format!("{whole}{part}").parse().unwrap(), -(part.len() as i32)).unwrap()
}

/// Mantissas just below 2⁶⁴: their sum left the word, and the logarithm was zero.
#[test]
fn nearly_full_mantissas() {
    let option = |kind| Inputs {
        kind,
        spot: Spot(magnitude((u64::MAX - (1 << 29), 6))),
        strike: Strike(magnitude((u64::MAX, 6))),
        rate: Rate(I2F62::ZERO),
        carry: Rate(I2F62::ZERO),
        volatility: Volatility(decimal("0.01")),
        time: Years(decimal("0.0000000318")),
    };
    for kind in [Kind::Call, Kind::Put] {
        let fast = fast::greeks(&option(kind)).unwrap().delta.to_f64();
        let precise = precise::greeks(&option(kind)).unwrap().delta.to_f64();
        assert!((fast - precise).abs() < 5e-8, "{fast} {precise}");
    }
    let far = Inputs {
        kind: Kind::Put,
        spot: Spot(magnitude((18_446_744_073_709_551_360, 0))),
        strike: Strike(magnitude((u64::MAX, -5))),
        rate: Rate(I2F62::ONE),
        carry: Rate(I2F62::ONE),
        volatility: Volatility(magnitude((11_529_215_046_068_467_712, 2))),
        time: Years(magnitude((11_529_215_046_068_461_568, 2))),
    };
    let (fast, precise) = (
        fast::price(&far).unwrap().to_f64(),
        precise::price(&far).unwrap().to_f64(),
    );
    assert!((fast - precise).abs() < 4e-8, "{fast} {precise}");
}

/// The legs of theta at expiry have 63 bits: times a rate near 1 they left the product's range.
#[test]
fn theta_at_expiry_of_full_mantissas() {
    let (rate, carry) = (-0.992_187_5, -0.999_999_999_999_985_8);
    let option = Inputs {
        kind: Kind::Put,
        spot: Spot(magnitude((18_446_744_073_709_549_567, 0))),
        strike: Strike(magnitude((9_316_068_466_904_606_720, 1))),
        rate: Rate(I2F62::from_num(rate)),
        carry: Rate(I2F62::from_num(carry)),
        volatility: Volatility(Magnitude::ONE),
        time: Years::ZERO,
    };
    // In the money: −S for the delta leg, −K for the strike's.
    let theta = precise::greeks(&option).unwrap().theta.to_f64();
    assert!((theta - -0.004_318_300_307_674_105_6).abs() < 1e-15, "{theta:e}");
}

/// A price with the spot's own odd mantissa: the quotient lost its first bit.
#[test]
fn a_price_equal_to_the_spot() {
    let answer = implied_volatility(&QuotedOption {
        kind: Kind::Call,
        spot: Spot(magnitude((u64::MAX, -1))),
        strike: Strike(magnitude((10_694_295_168_499_873_792, 7))),
        rate: Rate(I2F62::ONE),
        carry: Rate(I2F62::from_num(-0.999_999_999_999_997_2)),
        time: Years(magnitude((11_529_215_046_068_461_568, 2))),
        price: magnitude((u64::MAX, -1)),
    });
    assert_eq!(answer, Err(ImpliedVolatilityError::TooLow));
}

/// Where no density is left, charm is the carry's alone; it had been rounded to the scale of what
/// was gone.
#[test]
fn charm_far_in_a_wing() {
    for (strike, kind, expected) in [
        ("1.0", Kind::Call, 0.3),
        ("1.0", Kind::Put, 0.0),
        ("99.0", Kind::Put, -0.3),
    ] {
        let option = Inputs {
            kind,
            spot: Spot(decimal("10.0")),
            strike: Strike(decimal(strike)),
            rate: Rate(I2F62::from_num(0.02)),
            carry: Rate(I2F62::from_num(0.3)),
            volatility: Volatility(decimal("0.01")),
            time: Years(decimal("0.0000000318")),
        };
        for (tier, higher) in [
            ("fast", fast::greeks_and_higher(&option).unwrap().1),
            ("precise", precise::greeks_and_higher(&option).unwrap().1),
        ] {
            let charm = higher.charm.to_f64();
            assert!((charm - expected).abs() < 1e-7, "{tier} {kind:?} at {strike}: {charm}");
        }
    }
}
