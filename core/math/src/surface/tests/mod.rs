extern crate std;

use super::*;
use crate::black_scholes::{Volatility, Years};
use crate::{Magnitude, Scaled};
use fixed::types::{I2F62, I7F57, U16F48, U3F61, U8F56};
use std::vec;
use std::vec::Vec;

mod properties;

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
    for (name, slices, index, error) in [
        ("half a minute", vec![slice(1e-6, 1e-7, 0.0, 1.0)], 0, SliceError::Time),
        ("six years", vec![slice(6.0, 1.0, 0.0, 0.1)], 0, SliceError::Time),
        (
            "volatility 0.9 %",
            vec![slice(1.0, 0.000081, 0.0, 1.0)],
            0,
            SliceError::AtmVolatility,
        ),
        (
            "volatility 501 %",
            vec![slice(1.0, 25.1001, 0.0, 0.01)],
            0,
            SliceError::AtmVolatility,
        ),
        (
            "volatility 1000 %",
            vec![slice(1.0, 100.0, 0.0, 0.01)],
            0,
            SliceError::AtmVolatility,
        ),
        ("skew one", vec![slice(1.0, 0.25, 1.0, 0.1)], 0, SliceError::Skew),
        (
            "skew −0.9995",
            vec![slice(1.0, 0.25, -0.9995, 0.1)],
            0,
            SliceError::Skew,
        ),
        ("the same expiry twice", vec![good, good], 1, SliceError::Order),
        (
            "expiries swapped",
            vec![good, slice(0.25, 0.0625, 0.0, 2.0)],
            1,
            SliceError::Order,
        ),
        (
            "steep wings",
            vec![slice(5.0, 125.0, 0.0, 0.032)],
            0,
            SliceError::ButterflyWings,
        ),
        (
            "steep wings by skew",
            vec![slice(5.0, 5.0, 0.5, 0.54)],
            0,
            SliceError::ButterflyWings,
        ),
        (
            "curved",
            vec![slice(0.5, 0.125, -0.5, 4.62)],
            0,
            SliceError::ButterflyCurvature,
        ),
        (
            "falling variance",
            vec![good, slice(0.6, 0.1249, 0.0, 2.0)],
            1,
            SliceError::CalendarVariance,
        ),
        (
            "rising curvature",
            vec![good, slice(0.6, 0.15, 0.0, 2.001)],
            1,
            SliceError::CalendarCurvature,
        ),
        (
            "put wing",
            vec![good, slice(0.6, 0.15, 0.2, 1.9)],
            1,
            SliceError::CalendarPutWing,
        ),
        (
            "call wing",
            vec![good, slice(0.6, 0.15, -0.2, 1.9)],
            1,
            SliceError::CalendarCallWing,
        ),
        (
            "the third",
            vec![good, slice(0.6, 0.15, 0.0, 2.0), slice(0.7, 0.16, 0.0, 1.8)],
            2,
            SliceError::CalendarPutWing,
        ),
    ] {
        assert_eq!(
            Surface::new(&slices),
            Err(SurfaceError::Slice { slice: index, error }),
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
    // θφ = 4 is refused, one unit below is accepted; θφ² = 4 is accepted, one unit of φ more is
    // refused.
    assert_eq!(
        Surface::new(&[edge(four, one)]),
        Err(SurfaceError::Slice {
            slice: 0,
            error: SliceError::ButterflyWings
        })
    );
    assert!(Surface::new(&[edge(four - unit, one)]).is_ok());
    assert!(Surface::new(&[edge(U8F56::ONE, U16F48::from_num(2))]).is_ok());
    assert_eq!(
        Surface::new(&[edge(U8F56::ONE, U16F48::from_num(2) + U16F48::DELTA)]),
        Err(SurfaceError::Slice {
            slice: 0,
            error: SliceError::ButterflyCurvature
        })
    );
    // Equal wings pass, a unit of skew less does not.
    let first = slice(0.5, 0.25, 0.25, 2.0);
    let second = slice(1.0, 0.5, 0.25, 1.0);
    assert!(Surface::new(&[first, second]).is_ok());
    for (skew, error) in [
        (second.skew + I2F62::DELTA, SliceError::CalendarPutWing),
        (second.skew - I2F62::DELTA, SliceError::CalendarCallWing),
    ] {
        let tilted = Slice { skew, ..second };
        assert_eq!(
            Surface::new(&[first, tilted]),
            Err(SurfaceError::Slice { slice: 1, error })
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
