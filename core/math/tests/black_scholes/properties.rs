//! The invariants at options drawn from the whole domain.

use ballast_core_math::black_scholes::{Inputs, Kind, Rate, Spot, Strike, Volatility, Years};
use ballast_core_math::Magnitude;
use fixed::types::I2F62;
use proptest::prelude::*;
use proptest::strategy::ValueTree;

use super::invariants::{check, Market, NAMES};

/// Returns a double, exactly; not for one below 2⁻¹⁰⁰⁰.
pub fn magnitude(value: f64) -> Magnitude {
    let bits = value.to_bits();
    let mantissa = bits & ((1 << 52) - 1) | 1 << 52;
    Magnitude::from_parts(mantissa, (bits >> 52) as i32 - 1075).unwrap()
}

pub fn rate(value: f64) -> Rate {
    Rate(I2F62::from_num(value))
}

pub fn inputs(kind: Kind, spot: f64, moneyness: f64, rates: (f64, f64), volatility: f64, time: f64) -> Inputs {
    Inputs {
        kind,
        spot: Spot(magnitude(spot)),
        strike: Strike(magnitude(spot * moneyness.exp())),
        rate: rate(rates.0),
        carry: rate(rates.1),
        volatility: Volatility(magnitude(volatility)),
        time: if time == 0.0 {
            Years::ZERO
        } else {
            Years(magnitude(time))
        },
    }
}

/// Between two positive numbers, each octave as likely as another.
fn geometric(low: f64, high: f64) -> impl Strategy<Value = f64> {
    (low.ln()..high.ln()).prop_map(move |log: f64| log.exp().clamp(low, high))
}

pub fn any_kind() -> impl Strategy<Value = Kind> {
    prop_oneof![Just(Kind::Call), Just(Kind::Put)]
}

/// Anything in the domain but the moment of expiry.
pub fn any_option() -> impl Strategy<Value = Inputs> {
    let end = |low: f64, high: f64| prop_oneof![8 => geometric(low, high), 1 => Just(low), 1 => Just(high)];
    let rates = || prop_oneof![4 => -1.0..1.0f64, 4 => -0.1..0.1f64, 1 => Just(-1.0), 1 => Just(1.0), 1 => Just(0.0)];
    let time = end(3.170_98e-8, 5.0);
    (
        any_kind(),
        end(1e-6, 1e7),
        rates(),
        rates(),
        end(0.010_000_001, 5.0),
        time,
        -1.0..1.0f64,
        0..4u8,
    )
        .prop_map(|(kind, spot, rate, carry, volatility, time, part, how)| {
            // Everywhere in the domain, near the money, or within some deviations of the forward.
            let deviation = volatility * time.sqrt();
            let moneyness: f64 = match how {
                0 => 5.0 * part,
                1 => 0.01 * part,
                2 => 4.0 * deviation * part + (rate - carry) * time,
                _ => 12.0 * deviation * part + (rate - carry) * time,
            };
            let spot = spot.clamp(1.000_000_1e-6, 1e7);
            inputs(
                kind,
                spot,
                moneyness.clamp(-4.999_999, 4.999_999),
                (rate, carry),
                volatility,
                time,
            )
        })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn hold_over_the_whole_domain(option in any_option()) {
        match check(&option) {
            Ok(Some(_)) => {}
            Ok(None) => prop_assert!(false, "refused {:?}", option),
            Err(what) => prop_assert!(false, "{}", what),
        }
    }
}

/// How far the tiers are from each other over the domain, as a share of scale: printed with
/// `--nocapture`.
#[test]
fn differences_of_the_tiers_are_as_printed() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let mut worst = [0f64; 9];
    for _ in 0..50_000 {
        let option = any_option().new_tree(&mut runner).unwrap().current();
        let [fast, precise] = check(&option).unwrap().expect("inside the domain");
        let market = Market::new(&option);
        for at in 0..9 {
            let per_strike = if at == 5 {
                (market.strike / market.spot).min(1.0)
            } else {
                1.0
            };
            worst[at] = worst[at].max((fast[at] - precise[at]).abs() * per_strike / market.scale());
        }
    }
    for (name, worst) in NAMES.into_iter().zip(worst) {
        println!("fast less precise, {name}: at most {worst:.2e} of scale");
        // The higher Greeks have no stated bound; a hundred times the others' finds a wrong sign or
        // scale.
        assert!(worst < 2e-5, "{name} {worst:e}");
    }
}
