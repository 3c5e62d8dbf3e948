extern crate std;

use super::*;
use crate::black_scholes::{Volatility, Years};
use crate::{Magnitude, Scaled};
use fixed::types::{I2F62, I7F57, U16F48, U3F61, U8F56};
use proptest::prelude::*;
use std::vec;
use std::vec::Vec;

fn slice(time: f64, total_variance: f64, skew: f64, curvature: f64) -> Slice {
    Slice {
        time: U3F61::from_num(time),
        total_variance: U8F56::from_num(total_variance),
        skew: I2F62::from_num(skew),
        curvature: U16F48::from_num(curvature),
    }
}

fn k(value: f64) -> LogMoneyness {
    LogMoneyness(I7F57::from_num(value))
}

fn years(value: f64) -> Years {
    let bits = (value * 2f64.powi(61)) as u64;
    Years(Magnitude::from_parts(bits, -61).unwrap())
}

fn number(value: Volatility) -> f64 {
    Scaled::from(value.0).to_f64()
}

/// w(k) in doubles, in the form that does not cancel in the wing where it falls.
fn total_variance(slice: &Slice, k: f64) -> f64 {
    let (theta, rho) = (slice.total_variance.to_num::<f64>(), slice.skew.to_num::<f64>());
    let x = slice.curvature.to_num::<f64>() * k;
    let root = ((x + rho) * (x + rho) + 1.0 - rho * rho).sqrt();
    let line = 1.0 + rho * x;
    let sum = if line >= 0.0 {
        line + root
    } else {
        x * x * (1.0 - rho * rho) / (root - line)
    };
    theta / 2.0 * sum
}

/// The volatility by the words of the module: linear total variance between expiries, flat volatility outside.
fn reference(surface: &Surface, k: f64, time: f64) -> f64 {
    let slices: Vec<_> = surface.slices().collect();
    let at = |slice: &Slice| (slice.time.to_num::<f64>(), total_variance(slice, k));
    let (first, last) = (at(&slices[0]), at(&slices[slices.len() - 1]));
    if time <= first.0 {
        return (first.1 / first.0).sqrt();
    }
    if time >= last.0 {
        return (last.1 / last.0).sqrt();
    }
    let pair = slices.windows(2).find(|pair| at(&pair[1]).0 >= time).unwrap();
    let ((t1, w1), (t2, w2)) = (at(&pair[0]), at(&pair[1]));
    ((w1 + (w2 - w1) * (time - t1) / (t2 - t1)) / time).sqrt()
}

/// Durrleman's g(k) of a slice of total variance w (Gatheral and Jacquier 2014, eq. 2.1): the density is not negative
/// where g ≥ 0. Derivatives are those of the eSSVI formula.
fn durrleman(slice: &Slice, k: f64) -> f64 {
    let (theta, rho, phi) = (
        slice.total_variance.to_num::<f64>(),
        slice.skew.to_num::<f64>(),
        slice.curvature.to_num::<f64>(),
    );
    let x = phi * k;
    let root = ((x + rho) * (x + rho) + 1.0 - rho * rho).sqrt();
    let w = total_variance(slice, k);
    let slope = theta * phi / 2.0 * (rho + (x + rho) / root);
    let bend = theta * phi * phi / 2.0 * (1.0 - rho * rho) / root.powi(3);
    (1.0 - k * slope / (2.0 * w)).powi(2) - slope * slope / 4.0 * (1.0 / w + 0.25) + bend / 2.0
}

/// What the parameters of a random surface are drawn from, each a share of what the gate leaves.
#[derive(Clone, Debug)]
struct Draw {
    gap: f64,
    vol: f64,
    skew: f64,
    curvature: f64,
}

fn draws() -> impl Strategy<Value = Vec<Draw>> {
    let one = (0.0..1.0f64, 0.0..1.0f64, -1.0..1.0f64, 0.0..1.0f64).prop_map(|(gap, vol, skew, curvature)| Draw {
        gap,
        vol,
        skew,
        curvature,
    });
    proptest::collection::vec(one, 1..=MAX_SLICES)
}

/// Slices from anywhere in the range, drawn inside the rules; the first is always accepted, later ones mostly.
fn build(draws: &[Draw], widest_skew: f64) -> Vec<Slice> {
    let mut slices: Vec<Slice> = Vec::new();
    let mut time = 0.0;
    for draw in draws {
        // Gaps from two minutes to half a year, evenly in their logarithm.
        time += 4e-6 * (draw.gap * 11.7).exp();
        let mut theta = (0.05 * (draw.vol * 4.0).exp()).powi(2) * time;
        let mut rho = draw.skew * widest_skew;
        let cap = |theta: f64, rho: f64| {
            let tilt = 1.0 + f64::abs(rho);
            (4.0 / (theta * tilt)).min((4.0 / (theta * tilt)).sqrt()).min(60_000.0) * (1.0 - 1e-9)
        };
        let mut phi = draw.curvature * cap(theta, rho);
        if let Some(last) = slices.last() {
            let (theta1, rho1, phi1) = (
                last.total_variance.to_num::<f64>(),
                last.skew.to_num::<f64>(),
                last.curvature.to_num::<f64>(),
            );
            theta = theta.max(theta1 * (1.0 + 1e-9));
            // |ρ₂p₂ − ρ₁p₁| ≤ p₂ − p₁ with p = θφ.
            phi = phi.clamp((theta1 * phi1 / theta * (1.0 + 1e-9)).min(phi1), phi1);
            let (p1, p2) = (theta1 * phi1, theta * phi);
            if p2 > 0.0 {
                let room = (p2 - p1).max(0.0) * (1.0 - 1e-9);
                rho = rho.clamp((rho1 * p1 - room) / p2, (rho1 * p1 + room) / p2);
            }
        }
        slices.push(slice(time, theta, rho, phi));
    }
    slices
}

#[test]
fn known_points() {
    // Computed at 40 digits from the formulae of the module.
    let surface = Surface::new(&[
        slice(0.0625, 0.015625, -0.5, 8.0),
        slice(0.25, 0.0625, -0.25, 4.0),
        slice(1.0, 0.25, 0.125, 1.5),
    ])
    .unwrap();
    for (moneyness, time, expected) in KNOWN {
        let (fast, precise) = (
            number(fast::volatility(&surface, k(moneyness), years(time)).unwrap()),
            number(precise::volatility(&surface, k(moneyness), years(time)).unwrap()),
        );
        assert!(
            (precise / expected - 1.0).abs() < 1e-14,
            "{moneyness} {time} {precise} {expected}"
        );
        assert!(
            (fast / expected - 1.0).abs() < 1e-8,
            "{moneyness} {time} {fast} {expected}"
        );
    }
}

/// Log-moneyness, time, volatility.
const KNOWN: [(f64, f64, f64); 9] = [
    (0.0, 0.0625, 0.5),
    (0.25, 0.0625, 0.4653024295510498),
    (-0.25, 0.03125, 0.7620491545058454),
    (0.5, 0.125, 0.5629369145925675),
    (-0.5, 0.125, 0.8031592614098556),
    (1.0, 0.5, 0.6472979060145391),
    (-2.0, 0.75, 0.7512736776090373),
    (3.0, 1.0, 0.886899232023157),
    (-0.125, 2.0, 0.4963222060235517),
];

#[test]
fn each_rule_is_refused_by_name() {
    let good = slice(0.5, 0.125, 0.0, 2.0);
    // √(4/(θ·1.5)) for θ = 0.125 is 4.6188.
    for (name, slices, index, rule) in [
        ("half a minute", vec![slice(1e-6, 1e-7, 0.0, 1.0)], 0, Rule::Time),
        ("six years", vec![slice(6.0, 1.0, 0.0, 0.1)], 0, Rule::Time),
        (
            "volatility 0.9 %",
            vec![slice(1.0, 0.000081, 0.0, 1.0)],
            0,
            Rule::AtmVolatility,
        ),
        (
            "volatility 501 %",
            vec![slice(1.0, 25.1001, 0.0, 0.01)],
            0,
            Rule::AtmVolatility,
        ),
        (
            "volatility 1000 %",
            vec![slice(1.0, 100.0, 0.0, 0.01)],
            0,
            Rule::AtmVolatility,
        ),
        ("skew one", vec![slice(1.0, 0.25, 1.0, 0.1)], 0, Rule::Skew),
        ("skew −0.9995", vec![slice(1.0, 0.25, -0.9995, 0.1)], 0, Rule::Skew),
        ("the same expiry twice", vec![good, good], 1, Rule::Order),
        (
            "expiries swapped",
            vec![good, slice(0.25, 0.0625, 0.0, 2.0)],
            1,
            Rule::Order,
        ),
        (
            "steep wings",
            vec![slice(5.0, 125.0, 0.0, 0.032)],
            0,
            Rule::ButterflyWings,
        ),
        (
            "steep wings by skew",
            vec![slice(5.0, 5.0, 0.5, 0.54)],
            0,
            Rule::ButterflyWings,
        ),
        (
            "curved",
            vec![slice(0.5, 0.125, -0.5, 4.62)],
            0,
            Rule::ButterflyCurvature,
        ),
        (
            "falling variance",
            vec![good, slice(0.6, 0.1249, 0.0, 2.0)],
            1,
            Rule::CalendarVariance,
        ),
        (
            "rising curvature",
            vec![good, slice(0.6, 0.15, 0.0, 2.001)],
            1,
            Rule::CalendarCurvature,
        ),
        (
            "put wing",
            vec![good, slice(0.6, 0.15, 0.2, 1.9)],
            1,
            Rule::CalendarPutWing,
        ),
        (
            "call wing",
            vec![good, slice(0.6, 0.15, -0.2, 1.9)],
            1,
            Rule::CalendarCallWing,
        ),
        (
            "the third",
            vec![good, slice(0.6, 0.15, 0.0, 2.0), slice(0.7, 0.16, 0.0, 1.8)],
            2,
            Rule::CalendarPutWing,
        ),
    ] {
        assert_eq!(
            Surface::new(&slices),
            Err(SurfaceError::Slice { slice: index, rule }),
            "{name}"
        );
    }
    assert_eq!(Surface::new(&[]), Err(SurfaceError::Count));
    assert_eq!(Surface::new(&[good; 9]), Err(SurfaceError::Count));
    assert_eq!(Surface::restore(&[]), Err(SurfaceError::Count));
    assert_eq!(Surface::restore(&[good; 9]), Err(SurfaceError::Count));
}

#[test]
fn the_gate_is_exact_at_its_edges() {
    let one = U16F48::ONE;
    let edge = |theta: U8F56, phi: U16F48| Slice {
        time: U3F61::from_num(4),
        total_variance: theta,
        skew: I2F62::ZERO,
        curvature: phi,
    };
    let (four, unit) = (U8F56::from_num(4), U8F56::DELTA);
    // θφ = 4 is refused, one unit below is accepted; θφ² = 4 is accepted, one unit of φ more is refused.
    assert_eq!(
        Surface::new(&[edge(four, one)]),
        Err(SurfaceError::Slice {
            slice: 0,
            rule: Rule::ButterflyWings
        })
    );
    assert!(Surface::new(&[edge(four - unit, one)]).is_ok());
    assert!(Surface::new(&[edge(U8F56::ONE, U16F48::from_num(2))]).is_ok());
    assert_eq!(
        Surface::new(&[edge(U8F56::ONE, U16F48::from_num(2) + U16F48::DELTA)]),
        Err(SurfaceError::Slice {
            slice: 0,
            rule: Rule::ButterflyCurvature
        })
    );
    // Equal wings pass, a unit of skew less does not.
    let first = slice(0.5, 0.25, 0.25, 2.0);
    let second = slice(1.0, 0.5, 0.25, 1.0);
    assert!(Surface::new(&[first, second]).is_ok());
    for (skew, rule) in [
        (second.skew + I2F62::DELTA, Rule::CalendarPutWing),
        (second.skew - I2F62::DELTA, Rule::CalendarCallWing),
    ] {
        let tilted = Slice { skew, ..second };
        assert_eq!(
            Surface::new(&[first, tilted]),
            Err(SurfaceError::Slice { slice: 1, rule })
        );
    }
}

#[test]
fn points_outside_the_domain_are_refused() {
    let surface = Surface::new(&[slice(0.25, 0.0625, -0.25, 4.0), slice(1.0, 0.25, 0.0, 1.5)]).unwrap();
    let steep = Surface::new(&[slice(1.0 / 365.0, 0.0025, 0.0, 39.0)]).unwrap();
    for (surface, moneyness, time, expected) in [
        (&surface, 5.0, 0.5, None),
        (&surface, -5.0, 0.5, None),
        (&surface, 5.0001, 0.5, Some(PointError::LogMoneyness)),
        (&surface, -7.9, 0.5, Some(PointError::LogMoneyness)),
        (&surface, 0.0, 0.0, None),
        (&surface, 0.0, 5.0, None),
        (&surface, 0.0, 5.0001, Some(PointError::Time)),
        (&steep, 0.0, 0.01, None),
        (&steep, 4.0, 0.01, Some(PointError::Volatility)),
    ] {
        let (fast, precise) = (
            fast::volatility(surface, k(moneyness), years(time)),
            precise::volatility(surface, k(moneyness), years(time)),
        );
        assert_eq!(fast.err(), expected, "{moneyness} {time}");
        assert_eq!(precise.err(), expected, "{moneyness} {time}");
    }
    let forward = |from, to| precise::forward_variance(&surface, k(0.0), years(from), years(to));
    assert_eq!(forward(0.5, 0.5), Err(PointError::Time));
    assert_eq!(forward(0.6, 0.5), Err(PointError::Time));
}

#[test]
fn forward_variance_is_the_slope_of_total_variance() {
    // θ: 0.0625 at 0.25, 0.3125 at 1.25: a quarter a year between; 0.25 a year before and after.
    let surface = Surface::new(&[slice(0.25, 0.0625, -0.25, 4.0), slice(1.25, 0.5625, 0.0, 1.5)]).unwrap();
    for (from, to, expected) in [
        (0.0, 0.25, 0.25),
        (0.1, 0.2, 0.25),
        (0.25, 1.25, 0.5),
        (0.5, 0.75, 0.5),
        (1.25, 3.0, 0.45),
        (0.0, 1.25, 0.45),
    ] {
        let ours = precise::forward_variance(&surface, k(0.0), years(from), years(to)).unwrap();
        assert!(
            (ours.fixed().to_num::<f64>() - expected).abs() < 1e-14,
            "{from} {to} {ours:?}"
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn accepted_surfaces_have_no_arbitrage(draws in draws()) {
        let mut slices = build(&draws, 0.99);
        while Surface::new(&slices).is_err() {
            slices.pop();
        }
        for step in -200..=200 {
            // Dense at the money, out to ±5.
            let k = f64::from(step) / 200.0;
            let k = 5.0 * k * k * k;
            for pair in slices.windows(2) {
                let (early, late) = (total_variance(&pair[0], k), total_variance(&pair[1], k));
                prop_assert!(late >= early * (1.0 - 1e-12), "calendar at {}: {} {}", k, early, late);
            }
            for one in &slices {
                let g = durrleman(one, k);
                prop_assert!(g >= -1e-9, "butterfly at {}: {}", k, g);
            }
        }
    }

    #[test]
    fn both_tiers_are_exact_to_their_bounds(
        draws in draws(),
        points in proptest::collection::vec((-1.0..1.0f64, 0.0..1.2f64), 20)
    ) {
        let Ok(surface) = Surface::restore(&build(&draws, 0.999)) else { return Ok(()) };
        let last = surface.slices().last().unwrap().time.to_num::<f64>();
        for (a, b) in points {
            // A time counts to 2⁻⁶¹ years; nothing finer may blur the comparison where two volatilities are far apart.
            let time = (last * b * b * b).min(5.0);
            let (moneyness, time) = (5.0 * a * a * a, (time * 2f64.powi(61)).floor() / 2f64.powi(61));
            let exact = reference(&surface, moneyness, time);
            let answers = (
                fast::volatility(&surface, k(moneyness), years(time)),
                precise::volatility(&surface, k(moneyness), years(time)),
            );
            if let (Ok(fast), Ok(precise)) = answers {
                let (fast, precise) = (number(fast) / exact - 1.0, number(precise) / exact - 1.0);
                prop_assert!(fast.abs() < 1e-8, "fast {} {} {}", moneyness, time, fast);
                prop_assert!(precise.abs() < 2e-12, "precise {} {} {}", moneyness, time, precise);
            }
        }
    }

    #[test]
    fn any_bits_give_an_answer_in_the_domain_or_an_error(
        slices in proptest::collection::vec((any::<u64>(), any::<u64>(), any::<i64>(), any::<u64>(), 0u32..64, 0u32..64), 0..10),
        log_moneyness: i64,
        mantissa: u64,
        exponent in -80i32..10,
        to in -64i32..-55,
    ) {
        let mut time = 0u64;
        let slices: Vec<_> = slices.into_iter().map(|(gap, rate, skew, curvature, shift, shift2)| {
            // Half of the bits wild, half brought near the range, so that some get past the range checks.
            time = time.wrapping_add((gap >> 3) >> (shift / 4));
            Slice {
                time: U3F61::from_bits(time),
                total_variance: U8F56::from_bits(((u128::from(time) * u128::from(rate)) >> (64 + shift / 4)) as u64),
                skew: I2F62::from_bits(skew >> (shift2 & 3)),
                curvature: U16F48::from_bits(curvature >> shift2),
            }
        }).collect();
        let _ = Surface::new(&slices);
        if let Ok(surface) = Surface::restore(&slices) {
            let k = LogMoneyness(I7F57::from_bits(log_moneyness >> 3));
            let from = Years(Magnitude::from_parts(mantissa, exponent).unwrap());
            let to = Years(Magnitude::from_parts(mantissa, to).unwrap());
            for answer in [fast::volatility(&surface, k, from), precise::volatility(&surface, k, from)].into_iter().flatten() {
                let value = number(answer);
                prop_assert!((0.01 - 1e-9..=5.0 + 1e-9).contains(&value), "{}", value);
            }
            let _ = precise::forward_variance(&surface, k, from, to);
        }
    }

    #[test]
    fn volatility_between_expiries_lies_between_theirs(draws in draws(), a in -1.0..1.0f64, share in 0.0..1.0f64) {
        let slices = build(&draws, 0.9);
        let Ok(surface) = Surface::restore(&slices) else { return Ok(()) };
        let moneyness = k(5.0 * a * a * a);
        for pair in slices.windows(2) {
            let at = |time: f64| precise::volatility(&surface, moneyness, years(time)).map(number);
            let (t1, t2) = (pair[0].time.to_num::<f64>(), pair[1].time.to_num::<f64>());
            if let (Ok(early), Ok(late), Ok(between)) = (at(t1), at(t2), at(t1 + share * (t2 - t1))) {
                prop_assert!(between >= early.min(late) * (1.0 - 1e-12) && between <= early.max(late) * (1.0 + 1e-12));
            }
        }
    }

}
