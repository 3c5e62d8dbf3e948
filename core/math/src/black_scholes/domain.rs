//! The checks that every evaluation makes, and what a European option is worth at the moment of
//! expiry.

use super::greeks::{Greeks, HigherGreeks};
use super::inputs::{DomainError, Inputs, Kind};
use crate::kernels::arith::{product, sub};
use crate::kernels::coefficients::{MAX_SPOT, MAX_VOLATILITY, MAX_YEARS, MIN_SPOT, MIN_VOLATILITY, MIN_YEARS};
use crate::{Magnitude, Scaled};

/// One, as a rate.
const WHOLE: u64 = 1 << 62;

/// Returns whether `value` lies within the bounds, which are inside it.
#[inline(always)]
const fn within(value: Magnitude, least: Magnitude, greatest: Magnitude) -> bool {
    // As a rule the exponent decides alone.
    let octave = value.octave();
    (octave > least.octave() && octave < greatest.octave()) || !(value.is_below(least) || greatest.is_below(value))
}

impl Inputs {
    /// Checks everything but the last of the strike's distance, which is judged by the logarithm
    /// that an evaluation takes anyway: a strike within e^±5 of the spot passes, one beyond e^±6.3
    /// does not.
    ///
    /// # Errors
    /// [`DomainError`]: the first input that is outside.
    pub fn check(&self) -> Result<(), DomainError> {
        check(self)
    }
}

/// As [`Inputs::check`].
#[inline(always)]
pub(super) fn check(inputs: &Inputs) -> Result<(), DomainError> {
    if !within(inputs.spot.0, MIN_SPOT, MAX_SPOT) {
        return Err(DomainError::Spot);
    }
    if inputs.rate.0.to_bits().unsigned_abs() > WHOLE {
        return Err(DomainError::Rate);
    }
    if inputs.carry.0.to_bits().unsigned_abs() > WHOLE {
        return Err(DomainError::Carry);
    }
    if !within(inputs.volatility.0, MIN_VOLATILITY, MAX_VOLATILITY) {
        return Err(DomainError::Volatility);
    }
    if !inputs.time.0.is_zero() && !within(inputs.time.0, MIN_YEARS, MAX_YEARS) {
        return Err(DomainError::Time);
    }
    // e^±5 is within 2^±8; a strike of zero has no logarithm.
    let octaves = inputs.spot.0.octave().wrapping_sub(inputs.strike.0.octave());
    if inputs.strike.0.is_zero() || octaves.unsigned_abs() > 8 {
        return Err(DomainError::Strike);
    }
    Ok(())
}

/// Returns the Greeks at expiry: the payoff and its slopes. At the money, where the payoff has a
/// kink, the slopes are the means of both sides'; gamma, vega and everything after it are the zero
/// that they tend to elsewhere.
#[cold]
pub(super) fn at_expiry(inputs: &Inputs) -> (Greeks, HigherGreeks) {
    let (spot, strike) = (inputs.spot.0, inputs.strike.0);
    // How much of the option is exercised, in halves.
    let halves = if strike.is_below(spot) {
        2
    } else if spot.is_below(strike) {
        0
    } else {
        1
    };
    let (delta, theta_share) = match inputs.kind {
        Kind::Call => (halves, halves),
        Kind::Put => (sub(halves, 2), sub(halves, 2)),
    };
    let share = |value: Magnitude, halves: i64| {
        let half = Scaled::from(value);
        Scaled {
            mantissa: (half.mantissa >> 1).wrapping_mul(halves),
            exponent: half.exponent,
        }
    };
    let price = match (inputs.kind, halves) {
        (Kind::Call, 2) => difference(spot, strike),
        (Kind::Put, 0) => difference(strike, spot),
        _ => Scaled::ZERO,
    };
    // θ = q·S·Δ − r·K·Φ(±d₂)·±1, the growth of the two legs that are left.
    let carry_leg = rate_times(share(spot, theta_share), inputs.carry.0.to_bits());
    let rate_leg = rate_times(share(strike, theta_share), inputs.rate.0.to_bits());
    let charm = rate_times(
        Scaled {
            mantissa: delta << 61,
            exponent: -62,
        },
        inputs.carry.0.to_bits(),
    );
    let greeks = Greeks {
        price,
        delta: Scaled {
            mantissa: delta,
            exponent: -1,
        },
        theta: aligned_difference(carry_leg, rate_leg),
        ..Greeks::default()
    };
    (
        greeks,
        HigherGreeks {
            charm,
            ..HigherGreeks::default()
        },
    )
}

/// a − b for a ≥ b.
fn difference(a: Magnitude, b: Magnitude) -> Scaled {
    aligned_difference(Scaled::from(a), Scaled::from(b))
}

/// a − b, at the larger one's scale.
fn aligned_difference(a: Scaled, b: Scaled) -> Scaled {
    let exponent = a.exponent.max(b.exponent).saturating_add(1);
    let at = |x: Scaled| {
        let shift = exponent.saturating_sub(x.exponent);
        if shift > 63 {
            0
        } else {
            x.mantissa >> shift
        }
    };
    Scaled {
        mantissa: at(a).wrapping_sub(at(b)),
        exponent,
    }
}

/// `value × rate`, the rate in Q62 and within ±1.
fn rate_times(value: Scaled, rate: i64) -> Scaled {
    Scaled {
        mantissa: product(value.mantissa >> 1, rate),
        exponent: value.exponent.saturating_add(1),
    }
}
