//! At the edges the right limit: expiry now, far wings, and the approach to both.

use ballast_core_math::black_scholes::{fast, Greeks, HigherGreeks, Inputs, Kind, Years};
use ballast_core_math::Scaled;

use super::invariants::{check, Market, TIERS};
use super::properties::{inputs, magnitude};

const SECOND: f64 = 3.170_979_199e-8;

fn is_zero(x: Scaled) -> bool {
    x.mantissa == 0
}

fn near(got: Scaled, expected: f64, what: &str) {
    let error = (got.to_f64() - expected).abs();
    assert!(
        error <= 1e-15 * expected.abs().max(1e-12),
        "{what}: {} instead of {expected}",
        got.to_f64()
    );
}

#[test]
fn expiry_now_is_the_payoff_and_its_slopes() {
    for tier in TIERS {
        for (kind, moneyness, delta) in [
            (Kind::Call, -0.5, 1.0),
            (Kind::Call, 0.5, 0.0),
            (Kind::Put, -0.5, 0.0),
            (Kind::Put, 0.5, -1.0),
            (Kind::Call, -1e-15, 1.0),
            (Kind::Put, 1e-15, -1.0),
            (Kind::Call, -4.99, 1.0),
            (Kind::Put, 4.99, -1.0),
            (Kind::Call, 0.0, 0.5),
            (Kind::Put, 0.0, -0.5),
        ] {
            for spot in [1.5e-6, 3.0, 9.5e6] {
                let option = inputs(kind, spot, moneyness, (0.25, -0.5), 0.5, 0.0);
                check(&option).unwrap();
                let market = Market::new(&option);
                let (greeks, higher) = (tier.greeks_and_higher)(&option).unwrap();
                let sign = if kind == Kind::Call { 1.0 } else { -1.0 };
                let payoff = (sign * (market.spot - market.strike)).max(0.0);
                // The difference of two 63-bit numbers: beside the money only that many of its
                // digits are there.
                let error = (greeks.price.to_f64() - payoff).abs();
                assert!(
                    error <= 1e-18 * market.spot.max(market.strike) + 1e-15 * payoff,
                    "{option:?} {error:e}"
                );
                assert_eq!(greeks.delta.to_f64(), delta, "{option:?}");
                near(
                    greeks.theta,
                    delta * (-0.5 * market.spot - 0.25 * market.strike),
                    "theta",
                );
                near(higher.charm, -0.5 * delta, "charm");
                assert_eq!(
                    greeks,
                    Greeks {
                        price: greeks.price,
                        delta: greeks.delta,
                        theta: greeks.theta,
                        ..Greeks::default()
                    }
                );
                assert_eq!(
                    higher,
                    HigherGreeks {
                        charm: higher.charm,
                        ..HigherGreeks::default()
                    }
                );
            }
        }
    }
}

#[test]
fn far_wings_are_the_limit_and_nothing_else() {
    // At least fourteen deviations out: φ is below 10⁻⁴², so what remains is nothing or the
    // forward.
    for (time, volatility, moneyness) in [
        (SECOND, 0.01, 4.9),
        (SECOND, 5.0, 0.2),
        (0.01, 0.02, 1.0),
        (1.0, 0.05, 2.5),
        (5.0, 0.05, 4.5),
    ] {
        for spot in [1.5e-6, 1.0, 9.5e6] {
            for rates in [(0.0, 0.0), (0.02, -0.03), (-0.05, 0.05)] {
                for tier in TIERS {
                    for (kind, sign) in [(Kind::Call, 1.0), (Kind::Put, -1.0)] {
                        let out = inputs(kind, spot, sign * moneyness, rates, volatility, time);
                        check(&out).unwrap();
                        let (greeks, higher) = (tier.greeks_and_higher)(&out).unwrap();
                        let all = [
                            greeks.price,
                            greeks.delta,
                            greeks.gamma,
                            greeks.vega,
                            greeks.theta,
                            greeks.rho,
                        ];
                        assert!(all.into_iter().all(is_zero), "{} {out:?}: {greeks:?}", tier.name);
                        assert!(
                            [higher.vanna, higher.volga, higher.charm].into_iter().all(is_zero),
                            "{out:?}: {higher:?}"
                        );

                        let deep = inputs(kind, spot, -sign * moneyness, rates, volatility, time);
                        check(&deep).unwrap();
                        let market = Market::new(&deep);
                        let (greeks, higher) = (tier.greeks_and_higher)(&deep).unwrap();
                        assert!(
                            [greeks.gamma, greeks.vega, higher.vanna, higher.volga]
                                .into_iter()
                                .all(is_zero),
                            "{deep:?}"
                        );
                        let limit = sign * (market.asset - market.bond) * market.spot;
                        let bound = tier.price_error * market.scale() * market.spot;
                        assert!(
                            (greeks.price.to_f64() - limit).abs() < bound,
                            "{} {deep:?}: {greeks:?}",
                            tier.name
                        );
                        let delta = sign * market.asset;
                        assert!(
                            (greeks.delta.to_f64() - delta).abs() < tier.delta_error * market.scale(),
                            "{deep:?}"
                        );
                    }
                }
            }
        }
    }
}

/// At the least volatility and time σ√τ is 1.8·10⁻⁶: the last second joins the payoff but for that.
#[test]
fn the_last_second_joins_the_payoff() {
    for kind in [Kind::Call, Kind::Put] {
        for moneyness in [-4.9, -0.1, -1e-5, 0.0, 1e-5, 0.1, 4.9] {
            let before = inputs(kind, 50.0, moneyness, (0.3, -0.2), 0.01, SECOND);
            let at = Inputs {
                time: Years::ZERO,
                ..before
            };
            for tier in TIERS {
                let (before, at) = ((tier.greeks)(&before).unwrap(), (tier.greeks)(&at).unwrap());
                let scale = 50.0 * f64::exp(moneyness).max(1.0);
                // At the money 0.4·σ√τ is left; elsewhere a second's growth.
                let left = if moneyness == 0.0 { 0.4 * 1.8e-6 } else { 2e-8 };
                let gap = (before.price.to_f64() - at.price.to_f64()).abs();
                assert!(
                    gap <= (left + tier.price_error) * scale,
                    "{} {kind:?} {moneyness}: {gap:e}",
                    tier.name
                );
                let gap = (before.delta.to_f64() - at.delta.to_f64()).abs();
                // At the money d₁ is (r − q)√τ/σ, 0.9 % here.
                let allowed = if moneyness == 0.0 { 0.01 } else { 1e-7 };
                assert!(gap <= allowed, "{} {kind:?} {moneyness}: delta {gap:e}", tier.name);
            }
        }
    }
}

#[test]
fn every_corner_of_the_domain() {
    let ends = |low: f64, high: f64| [low, high];
    let mut corners = 0;
    for spot in ends(1.000_000_1e-6, 1e7) {
        for moneyness in [-4.999_999, -0.1, 0.0, 0.1, 4.999_999] {
            for rate in [-1.0, 0.0, 1.0] {
                for carry in [-1.0, 0.0, 1.0] {
                    for volatility in ends(0.010_000_001, 5.0) {
                        for time in [SECOND, 1.0, 5.0] {
                            for kind in [Kind::Call, Kind::Put] {
                                let option = inputs(kind, spot, moneyness, (rate, carry), volatility, time);
                                assert!(check(&option).unwrap().is_some(), "{option:?}");
                                corners += 1;
                            }
                        }
                    }
                }
            }
        }
    }
    assert_eq!(corners, 1_080);
}

/// Prices fall with the strike (calls) or rise (puts), by no more than the tier's error, across the
/// border where an option counts as far in a wing.
#[test]
fn the_border_of_the_wings_is_smooth() {
    for tier in TIERS {
        for (volatility, time) in [(0.01, SECOND), (0.01, 5.0), (0.5, 0.1), (5.0, 1e-4)] {
            let deviation = volatility * f64::sqrt(time);
            for side in [-1.0, 1.0] {
                let mut last: Option<f64> = None;
                for step in 0..4_000 {
                    let option = inputs(
                        Kind::Call,
                        1.0,
                        side * deviation * (8.0 + f64::from(step) / 1_000.0),
                        (0.0, 0.0),
                        volatility,
                        time,
                    );
                    if Market::new(&option).strike.ln().abs() > 4.99 {
                        break;
                    }
                    check(&option).unwrap();
                    let delta = (tier.greeks)(&option).unwrap().delta.to_f64();
                    if let Some(last) = last {
                        assert!(
                            (delta - last).abs() < 1e-11 + 2f64.powi(-32),
                            "{} {option:?}: delta {last} then {delta}",
                            tier.name
                        );
                    }
                    last = Some(delta);
                }
            }
        }
    }
}

#[test]
fn doubles_become_what_they_are() {
    for value in [1e-6, 0.1, 1.0, 3.0, 1e7] {
        assert_eq!(super::invariants::double(magnitude(value)), value);
    }
    let option = inputs(Kind::Call, 100.0, 0.0, (0.0, 0.0), 0.2, 1.0);
    // Hull (2018), by the closed form: 100·(2Φ(0.1) − 1).
    let price = fast::price(&option).unwrap().to_f64();
    assert!((price - 7.965_567_455_405_804).abs() < 2e-6, "{price}");
}
