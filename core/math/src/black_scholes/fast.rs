//! Black-Scholes-Merton in the fast tier: price/S within 2·10⁻⁸, delta within 5·10⁻⁸, the other
//! Greeks within 10⁻⁷ of their natural scale (gamma·S·σ√τ, vega/(S√τ), theta·τ/S, rho/(Kτ)).
//!
//! Moneyness and scores are in base 2 (see `SCORE`), so that exponentials are powers of two. One
//! density serves both tails, K·e^(−rτ)·φ(d₂) = S·e^(−qτ)·φ(d₁): each is it times a Mills ratio.

use super::domain::{at_expiry, check};
use super::greeks::{Greeks, HigherGreeks};
use super::inputs::{DomainError, Inputs, Kind};
use super::setup::Setup;
use crate::kernels::arith::{add, logical_shift_right, mul, narrow_product, product, shift_right, sub, udiv, umul};
use crate::kernels::coefficients::{DEVIATION, MONEYNESS_LIMIT, SCORE};
use crate::kernels::fast::{density, exp2, log2_ratio, mills};
use crate::Scaled;

/// Returns the value of one option on one unit, in quote units.
#[inline(always)]
pub fn price(inputs: &Inputs) -> Result<Scaled, DomainError> {
    check(inputs)?;
    if inputs.time.0.is_zero() {
        return expired(inputs).map(|all| all.0.price);
    }
    Ok(Frame::of(&Setup::new(inputs)?, inputs).price(inputs.kind))
}

/// Returns price, delta, gamma, vega, theta and rho.
#[inline(always)]
pub fn greeks(inputs: &Inputs) -> Result<Greeks, DomainError> {
    check(inputs)?;
    if inputs.time.0.is_zero() {
        return expired(inputs).map(|all| all.0);
    }
    Ok(Frame::of(&Setup::new(inputs)?, inputs).greeks(inputs))
}

/// Returns all of [`greeks`], and vanna, volga and charm.
#[inline(always)]
pub fn greeks_and_higher(inputs: &Inputs) -> Result<(Greeks, HigherGreeks), DomainError> {
    check(inputs)?;
    if inputs.time.0.is_zero() {
        return expired(inputs);
    }
    let frame = Frame::of(&Setup::new(inputs)?, inputs);
    Ok((frame.greeks(inputs), frame.higher(inputs)))
}

#[cold]
fn expired(inputs: &Inputs) -> Result<(Greeks, HigherGreeks), DomainError> {
    let (whole, fraction) = log2_ratio(inputs.spot.0, inputs.strike.0);
    if add(whole << 58, fraction >> 4).unsigned_abs() > MONEYNESS_LIMIT as u64 {
        return Err(DomainError::Strike);
    }
    Ok(at_expiry(inputs))
}

/// The parts of all the Greeks. "Per spot" means divided by S; Qn, that the integer is value × 2ⁿ.
struct Frame {
    /// The top 32 bits of the spot; 1 is 2³¹, times 2^spot_exponent.
    spot: u64,
    spot_exponent: i64,
    /// √τ, as the spot.
    root: u64,
    root_exponent: i64,
    /// σ√τ: 1 is 2³⁰, at least 2³⁰ and below 2³².
    deviation: u64,
    deviation_exponent: i64,
    /// e^(−qτ)·φ(d₁), per spot: 1 is 2³¹, times 2^density_exponent.
    density: u64,
    density_exponent: i64,
    /// e^(−qτ)·Φ(d₁) and e^(−qτ)·Φ(−d₁), Q32.
    held: i64,
    owed: i64,
    /// K·e^(−rτ)·Φ(d₂)/S and K·e^(−rτ)·Φ(−d₂)/S, Q32.
    paid: i64,
    received: i64,
    /// d₁ and d₂ as scores, Q28, below 2³⁴ in size.
    first: i64,
    second: i64,
}

/// The largest score: beyond it φ is below 2⁻⁶⁴.
const FAR: i64 = (1 << 31) - 1;
/// The largest score of d₂ beside a density that is seen, 16.
const FARTHEST: i64 = 1 << 32;

impl Frame {
    #[inline(always)]
    fn of(setup: &Setup, inputs: &Inputs) -> Self {
        let Setup {
            forward,
            lost,
            root,
            root_exponent,
            deviation,
            deviation_exponent,
        } = *setup;
        // σ√τ·√(2 log₂e): 1 is 2²⁹, times 2^deviation_exponent.
        let spread = umul(deviation, (DEVIATION >> 31) as u64) >> 32;
        let (first, second) = scores(forward, spread, deviation_exponent);
        let (first_size, second_size) = (first.unsigned_abs(), second.unsigned_abs());
        let (density, density_exponent) = density_at(first_size, lost);
        let first_tail = tail(density, density_exponent, first_size);
        let second_tail = tail(density, density_exponent, second_size);
        let carried = whole_leg(sub(0, lost));
        let strike = whole_leg(sub(0, add(forward, lost)));
        // A leg is split by Φ into its two parts, so that they add up exactly.
        let (held, owed) = split(first, first_tail, carried);
        let (paid, received) = split(second, second_tail, strike);
        Self {
            spot: inputs.spot.0.mantissa() >> 32,
            spot_exponent: inputs.spot.0.octave(),
            root,
            root_exponent,
            deviation,
            deviation_exponent,
            density,
            density_exponent,
            held,
            owed,
            paid,
            received,
            first,
            second,
        }
    }

    /// Returns a call's price per spot, Q32, between the forward's value and the underlying's.
    #[inline(always)]
    fn call(&self) -> i64 {
        bounded_call(
            self.held,
            self.paid,
            add(self.held, self.owed),
            add(self.paid, self.received),
        )
    }

    #[inline(always)]
    fn price(&self, kind: Kind) -> Scaled {
        let call = self.call();
        let per_spot = match kind {
            Kind::Call => call,
            Kind::Put => sub(call, sub(add(self.held, self.owed), add(self.paid, self.received))),
        };
        self.in_quote(per_spot, 32)
    }

    /// `per_spot × S`, for a number in Q`bits` below 2⁶¹.
    #[inline(always)]
    fn in_quote(&self, per_spot: i64, bits: i64) -> Scaled {
        let mantissa = narrow_product(per_spot, self.spot as i64);
        scaled(mantissa, sub(self.spot_exponent, bits))
    }

    #[inline(always)]
    fn greeks(&self, inputs: &Inputs) -> Greeks {
        let (delta, leg, sign) = match inputs.kind {
            Kind::Call => (self.held, self.paid, 1),
            Kind::Put => (sub(0, self.owed), self.received, -1),
        };
        // φ/(σ√τ)/S: each quotient has about 31 bits.
        let per_deviation = udiv(self.density << 31, self.deviation);
        let gamma = udiv(per_deviation << 31, self.spot);
        let gamma_exponent = sub(
            sub(self.density_exponent, self.deviation_exponent),
            add(self.spot_exponent, 32),
        );
        let vega = umul(umul(self.density, self.root) >> 32, self.spot >> 1);
        let vega_exponent = add(
            add(self.density_exponent, self.root_exponent),
            sub(self.spot_exponent, 60),
        );

        // θ/S = −φσ/(2√τ) + q·(±leg₁) − r·(±leg₂), Q32.
        let volatility = inputs.volatility.0;
        let decay = udiv(umul(self.density, volatility.mantissa() >> 33), self.root);
        let decay_exponent = sub(
            add(self.density_exponent, volatility.octave()),
            add(self.root_exponent, 31),
        );
        let decay = align(decay as i64, decay_exponent);
        let carry = narrow_product(delta, inputs.carry.0.to_bits() >> 31);
        let interest = narrow_product(leg, inputs.rate.0.to_bits() >> 31);
        let interest = if sign < 0 { sub(0, interest) } else { interest };
        let theta = sub(sub(carry, interest), decay);

        // ρ = ±τ·leg₂.
        let time = inputs.time.0;
        let rho = narrow_product(leg, (time.mantissa() >> 32) as i64);
        let rho = self.in_quote(if sign < 0 { sub(0, rho) } else { rho }, 32);
        Greeks {
            price: self.price(inputs.kind),
            delta: Scaled {
                mantissa: delta,
                exponent: -32,
            },
            gamma: scaled(gamma as i64, gamma_exponent),
            vega: scaled(vega as i64, vega_exponent),
            theta: self.in_quote(theta, 32),
            rho: Scaled {
                mantissa: rho.mantissa,
                exponent: rho.exponent.wrapping_add(time.exponent()),
            },
        }
    }

    /// Vanna −φd₂/σ, volga vega·d₁d₂/σ, charm ±q·leg₁/S − φ(2(r − q)τ − d₂σ√τ)/(2τσ√τ), φ carried.
    #[inline(always)]
    fn higher(&self, inputs: &Inputs) -> HigherGreeks {
        let volatility = inputs.volatility.0;
        let sigma = volatility.mantissa() >> 32;
        let sigma_exponent = volatility.octave();
        // d₁ and d₂ themselves, Q26. Where they are beyond 18 the density is nothing.
        let score = SCORE >> 32;
        let first = mul(self.first.clamp(-FARTHEST, FARTHEST), score) >> 32;
        let second = mul(self.second.clamp(-FARTHEST, FARTHEST), score) >> 32;
        // φ/σ: 1 is 2³⁰, below 2³².
        let weight = udiv(self.density << 30, sigma) as i64;
        let weight_exponent = sub(sub(self.density_exponent, sigma_exponent), 30);
        let vanna = scaled(sub(0, mul(weight, second)), sub(weight_exponent, 26));
        // The product of the scores is below 2⁹ in size: Q22.
        let both = mul(first, second) >> 30;
        let volga = mul(mul(weight, both) >> 31, (umul(self.root, self.spot) >> 34) as i64);
        let volga_exponent = add(
            add(weight_exponent, 31 - 22),
            add(add(self.root_exponent, self.spot_exponent), 34 - 62),
        );

        // (r − q)/(σ√τ) − d₂/(2τ), per year; the drift is halved and in Q30.
        let drift = sub(inputs.rate.0.to_bits() >> 1, inputs.carry.0.to_bits() >> 1) >> 32;
        let density = self.density as i64;
        let time = inputs.time.0;
        let by_drift = signed_quotient(mul(density, drift), self.deviation);
        let by_drift_exponent = sub(self.density_exponent, add(self.deviation_exponent, 30));
        let by_time = signed_quotient(mul(density, second), time.mantissa() >> 32);
        let by_time_exponent = sub(self.density_exponent, add(time.octave(), 27));
        // The larger decides the scale; the carry's part is of order one, alone without a density.
        let exponent = if self.density == 0 {
            -33
        } else {
            by_drift_exponent.max(by_time_exponent).max(-33)
        };
        let leg = if matches!(inputs.kind, Kind::Call) {
            self.held
        } else {
            sub(0, self.owed)
        };
        let carry = product(inputs.carry.0.to_bits(), leg);
        let at = |value: i64, own: i64| shift_right(value, sub(add(exponent, 1), own).max(0));
        let charm = sub(
            at(carry, -32),
            sub(at(by_drift, by_drift_exponent), at(by_time, by_time_exponent)),
        );
        HigherGreeks {
            vanna,
            volga: scaled(volga, volga_exponent),
            charm: scaled(charm, add(exponent, 1)),
        }
    }
}

/// d₁ and d₂ as scores: X/s ± s/4, with the forward's moneyness X (Q58), s = σ√τ·√(2 log₂e) (Q29).
#[inline(always)]
fn scores(forward: i64, spread: u64, exponent: i64) -> (i64, i64) {
    // X/s in Q28 is X·2^shift / spread.
    let shift = sub(-1, exponent);
    let size = forward.unsigned_abs();
    let ratio = if shift >= 0 {
        if size >> (63i64.wrapping_sub(shift) & 63) != 0 {
            // The score is beyond 8, with a spread below 2: far in a wing.
            return if forward < 0 { (-FAR, -FAR) } else { (FAR, FAR) };
        }
        udiv(size << (shift & 63), spread)
    } else {
        udiv(size >> (sub(0, shift) & 63), spread)
    } as i64;
    let ratio = if forward < 0 { sub(0, ratio) } else { ratio };
    // s/4 in Q28.
    let quarter = shift_right(spread as i64, sub(3, exponent));
    (add(ratio, quarter), sub(ratio, quarter))
}

/// e^(−qτ)·φ, mantissa and exponent, for a score (Q28) and qτ·log₂e (Q58); nothing beyond [`FAR`].
#[inline(always)]
fn density_at(score: u64, lost: i64) -> (u64, i64) {
    if score >= FAR as u64 {
        (0, 0)
    } else {
        density(score as i64, lost >> 26)
    }
}

/// Returns the density times the Mills ratio of a score, Q32.
#[inline(always)]
fn tail(density: u64, density_exponent: i64, score: u64) -> i64 {
    // Q31·Q31.
    logical_shift_right(umul(density, mills(score) >> 3), sub(30, density_exponent)) as i64
}

/// Returns a leg's parts leg·Φ(score) and leg·Φ(−score), from the smaller one.
#[inline(always)]
fn split(score: i64, tail: i64, leg: i64) -> (i64, i64) {
    if score < 0 {
        (tail, sub(leg, tail))
    } else {
        (sub(leg, tail), tail)
    }
}

/// Returns a call's price, from its two legs' parts and the whole legs, held within its bounds.
#[inline(always)]
fn bounded_call(held: i64, paid: i64, carried: i64, strike: i64) -> i64 {
    sub(held, paid).max(sub(carried, strike)).max(0).min(carried)
}

/// As [`greeks`], of an option before its expiry for which everything is prepared.
pub(super) fn greeks_of(setup: &Setup, inputs: &Inputs) -> Greeks {
    Frame::of(setup, inputs).greeks(inputs)
}

/// 2^power for a power in Q58, in Q32: below 2⁴⁷ in the domain.
#[inline(always)]
pub(crate) fn whole_leg(power: i64) -> i64 {
    let (mantissa, exponent) = exp2(power >> 26);
    // The exponent is within ±25.
    ((mantissa << 12) >> (sub(16, exponent) & 63)) as i64
}

/// `mantissa × 2^exponent` in Q32.
#[inline(always)]
fn align(mantissa: i64, exponent: i64) -> i64 {
    let shift = add(exponent, 32);
    if shift >= 0 {
        mantissa << (shift & 63)
    } else {
        shift_right(mantissa, sub(0, shift))
    }
}

/// a/b rounded toward zero.
#[inline(always)]
fn signed_quotient(a: i64, b: u64) -> i64 {
    let size = udiv(a.unsigned_abs(), b) as i64;
    if a < 0 {
        sub(0, size)
    } else {
        size
    }
}

#[inline(always)]
fn scaled(mantissa: i64, exponent: i64) -> Scaled {
    Scaled {
        mantissa,
        exponent: exponent as i32,
    }
}
