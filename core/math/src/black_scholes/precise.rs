//! Black-Scholes-Merton in the precise tier: price/S and delta within 10⁻¹², the other Greeks
//! within 10⁻¹¹ of their natural scale (gamma·S·σ√τ, vega/(S√τ), theta·τ/S, rho/(Kτ)).
//!
//! The plan is [`super::fast`]'s, with 62-bit products; numbers per spot are in Q47.

use super::domain::{at_expiry, check};
use super::greeks::{Greeks, HigherGreeks};
use super::inputs::{DomainError, Inputs, Kind};
use crate::kernels::arith::{add, fraction, product, shift_right, sub};
use crate::kernels::coefficients::{DEVIATION, HALF_LOG2_E, MONEYNESS_LIMIT, SCORE};
use crate::kernels::precise::{density, exp2, log2_ratio, mills, sqrt_parts, FRACTION};
use crate::Scaled;

/// Returns the value of one option on one unit, in quote units.
#[inline(always)]
pub fn price(inputs: &Inputs) -> Result<Scaled, DomainError> {
    check(inputs)?;
    if inputs.time.0.is_zero() {
        return expired(inputs).map(|all| all.0.price);
    }
    Frame::new(inputs).map(|frame| frame.price(inputs.kind))
}

/// Price, delta, gamma, vega, theta and rho.
#[inline(always)]
pub fn greeks(inputs: &Inputs) -> Result<Greeks, DomainError> {
    check(inputs)?;
    if inputs.time.0.is_zero() {
        return expired(inputs).map(|all| all.0);
    }
    Frame::new(inputs).map(|frame| frame.greeks(inputs))
}

/// Returns all of [`greeks`], and vanna, volga and charm.
#[inline(always)]
pub fn greeks_and_higher(inputs: &Inputs) -> Result<(Greeks, HigherGreeks), DomainError> {
    check(inputs)?;
    if inputs.time.0.is_zero() {
        return expired(inputs);
    }
    Frame::new(inputs).map(|frame| (frame.greeks(inputs), frame.higher(inputs)))
}

#[cold]
fn expired(inputs: &Inputs) -> Result<(Greeks, HigherGreeks), DomainError> {
    let (whole, fraction) = log2_ratio(inputs.spot.0, inputs.strike.0);
    if add(whole << 58, fraction >> 3).unsigned_abs() > MONEYNESS_LIMIT as u64 {
        return Err(DomainError::Strike);
    }
    Ok(at_expiry(inputs))
}

/// What all the Greeks are made of. "Per spot" means divided by S; Qn, that the integer is the
/// value times 2ⁿ.
struct Frame {
    /// The spot's mantissa, and its exponent: 1 is 2⁶³.
    spot: u64,
    spot_exponent: i64,
    /// √τ, as the spot.
    root: u64,
    root_exponent: i64,
    /// σ√τ, as the spot.
    deviation: u64,
    deviation_exponent: i64,
    /// e^(−qτ)·φ(d₁), per spot: 1 is 2⁶¹, times 2^density_exponent.
    density: i64,
    density_exponent: i64,
    /// e^(−qτ)·Φ(d₁) and e^(−qτ)·Φ(−d₁), Q47.
    held: i64,
    owed: i64,
    /// K·e^(−rτ)·Φ(d₂)/S and K·e^(−rτ)·Φ(−d₂)/S, Q47.
    paid: i64,
    received: i64,
    /// d₁ and d₂ as scores, Q58, within ±16.
    first: i64,
    second: i64,
}

/// The largest score of d₁: beyond it φ is below 2⁻⁶⁴.
const FAR: i64 = 1 << 61;
/// The largest score that the Mills ratio takes.
const FARTHEST: i64 = 1 << 62;

impl Frame {
    #[inline(always)]
    fn new(inputs: &Inputs) -> Result<Self, DomainError> {
        let (whole, part) = log2_ratio(inputs.spot.0, inputs.strike.0);
        let moneyness = add(whole << 58, part >> 3);
        if moneyness.unsigned_abs() > MONEYNESS_LIMIT as u64 {
            return Err(DomainError::Strike);
        }
        let time = inputs.time.0;
        let time_exponent = time.octave();
        // τ·log₂e: Q62, times 2^(1 + exponent of τ).
        let growth = product((time.mantissa() >> 1) as i64, HALF_LOG2_E);
        let drift = sub(inputs.rate.0.to_bits() >> 1, inputs.carry.0.to_bits() >> 1);
        let drifted = product(drift, growth);
        let lost = shift_right(product(inputs.carry.0.to_bits(), growth), sub(3, time_exponent));
        // Near the money and within a year three bits more: σ√τ may be as small as 2⁻¹⁹ there.
        let (forward, bits) = if whole == 0 && time_exponent < 0 {
            (add(part, shift_right(drifted, sub(-1, time_exponent))), 61)
        } else {
            (add(moneyness, shift_right(drifted, sub(2, time_exponent))), 58)
        };

        let (root, root_exponent) = sqrt_parts(time);
        let volatility = inputs.volatility.0;
        // Q62·Q61 in Q61, 1…4.
        let deviation = product((volatility.mantissa() >> 1) as i64, (root >> 2) as i64) as u64;
        let carried_over = deviation >> 62;
        let deviation_exponent = add(add(volatility.octave(), root_exponent), carried_over as i64);
        let deviation = if carried_over == 0 {
            deviation << 2
        } else {
            deviation << 1
        };
        // σ√τ·√(2 log₂e): its half in Q62 is 0.84…1.7.
        let spread = product((deviation >> 1) as i64, DEVIATION >> 1) as u64;
        let carried_over = spread >> 62;
        let spread_exponent = add(deviation_exponent, carried_over as i64);
        let spread = if carried_over == 0 { spread << 2 } else { spread << 1 };

        let (first, second) = scores(forward, bits, spread, spread_exponent);
        let (first_size, second_size) = (first.unsigned_abs(), second.unsigned_abs());
        let (density, density_exponent) = if first_size >= FAR as u64 {
            (0, 0)
        } else {
            density(first_size as i64, lost >> 4)
        };
        // Q61·Q61 in Q60, brought to Q47.
        let to_q47 = sub(13, density_exponent);
        let first_tail = shift_right(product(density, mills(first_size as i64)), to_q47);
        let second_tail = shift_right(product(density, mills(second_size as i64)), to_q47);
        let forward = if bits == 61 { forward >> 3 } else { forward };
        let carried = power(sub(0, lost), 47);
        let strike = power(sub(0, add(forward, lost)), 47);
        // A leg is split by Φ into its two parts, so that they add up exactly.
        let (held, owed) = if first < 0 {
            (first_tail, sub(carried, first_tail))
        } else {
            (sub(carried, first_tail), first_tail)
        };
        let (paid, received) = if second < 0 {
            (second_tail, sub(strike, second_tail))
        } else {
            (sub(strike, second_tail), second_tail)
        };
        Ok(Self {
            spot: inputs.spot.0.mantissa(),
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
        })
    }

    /// Returns a call's price per spot, Q47, within its bounds: at least the forward's, at most the
    /// underlying's.
    #[inline(always)]
    fn call(&self) -> i64 {
        let carried = add(self.held, self.owed);
        let forward = sub(carried, add(self.paid, self.received));
        sub(self.held, self.paid).max(forward).max(0).min(carried)
    }

    #[inline(always)]
    fn price(&self, kind: Kind) -> Scaled {
        let call = self.call();
        let per_spot = match kind {
            Kind::Call => call,
            Kind::Put => sub(call, sub(add(self.held, self.owed), add(self.paid, self.received))),
        };
        self.in_quote(per_spot, 47)
    }

    /// `per_spot × S`, for a number in Q`bits`.
    #[inline(always)]
    fn in_quote(&self, per_spot: i64, bits: i64) -> Scaled {
        scaled(
            product(per_spot, (self.spot >> 1) as i64),
            sub(self.spot_exponent, bits),
        )
    }

    #[inline(always)]
    fn greeks(&self, inputs: &Inputs) -> Greeks {
        let call = matches!(inputs.kind, Kind::Call);
        let (delta, leg) = if call {
            (self.held, self.paid)
        } else {
            (sub(0, self.owed), self.received)
        };
        let per_deviation = fraction(self.density as u64, self.deviation);
        let gamma = fraction(per_deviation >> 1, self.spot);
        let gamma_exponent = sub(
            sub(self.density_exponent, self.deviation_exponent),
            add(self.spot_exponent, 61),
        );
        let vega = product(product(self.density, (self.root >> 2) as i64), (self.spot >> 2) as i64);
        let vega_exponent = add(
            add(self.density_exponent, self.root_exponent),
            sub(self.spot_exponent, 59),
        );

        // θ/S = −φσ/(2√τ) + q·(±leg₁) − r·(±leg₂), Q42: below 2²¹ in the domain.
        let volatility = inputs.volatility.0;
        let decay = fraction(
            product(self.density, (volatility.mantissa() >> 1) as i64 >> 1) as u64,
            self.root,
        );
        let decay_exponent = sub(add(self.density_exponent, volatility.octave()), self.root_exponent);
        let decay = shift_right((decay >> 1) as i64, sub(19, decay_exponent));
        let carry = product(inputs.carry.0.to_bits(), delta);
        let interest = product(inputs.rate.0.to_bits(), leg);
        let growth = if call {
            sub(carry, interest)
        } else {
            add(carry, interest)
        };
        let theta = sub(growth >> 5, decay);

        // ρ = ±τ·leg₂.
        let time = inputs.time.0;
        let rho = product(leg, (time.mantissa() >> 2) as i64);
        let rho = self.in_quote(if call { rho } else { sub(0, rho) }, 46);
        Greeks {
            price: self.price(inputs.kind),
            delta: Scaled {
                mantissa: delta,
                exponent: -47,
            },
            gamma: scaled((gamma >> 1) as i64, gamma_exponent),
            vega: scaled(vega, vega_exponent),
            theta: self.in_quote(theta, 42),
            rho: Scaled {
                mantissa: rho.mantissa,
                exponent: rho.exponent.wrapping_add(time.exponent()),
            },
        }
    }

    /// Vanna = −φ·d₂/σ, volga = vega·d₁·d₂/σ, charm = ±q·leg₁/S − φ·(2(r − q)τ − d₂σ√τ)/(2τσ√τ),
    /// with φ carried.
    #[inline(always)]
    fn higher(&self, inputs: &Inputs) -> HigherGreeks {
        let volatility = inputs.volatility.0;
        // d₁ and d₂ themselves, Q57: the factor is halved.
        let first = product(self.first, SCORE >> 1);
        let second = product(self.second, SCORE >> 1);
        // φ/σ: 1 is 2⁶¹.
        let weight = (fraction(self.density as u64, volatility.mantissa()) >> 1) as i64;
        let weight_exponent = sub(self.density_exponent, volatility.octave());
        let vanna = scaled(sub(0, product(weight, second)), sub(weight_exponent, 56));
        let both = product(first, second);
        let volga = product(
            product(weight, both),
            product((self.root >> 2) as i64, (self.spot >> 2) as i64),
        );
        let volga_exponent = add(
            add(weight_exponent, sub(self.root_exponent, 51)),
            add(self.spot_exponent, 2),
        );

        // (r − q)·φ/(σ√τ) − φ·d₂/(2τ), per year.
        let drift = sub(inputs.rate.0.to_bits() >> 1, inputs.carry.0.to_bits() >> 1);
        let by_drift = product(drift, (fraction(self.density as u64, self.deviation) >> 1) as i64);
        let by_drift_exponent = sub(self.density_exponent, add(self.deviation_exponent, 60));
        let time = inputs.time.0;
        let by_time = product(second, (fraction(self.density as u64, time.mantissa()) >> 1) as i64);
        let by_time_exponent = sub(self.density_exponent, add(time.octave(), 57));
        // The larger of the two decides the scale; the carry's part is of order one, and alone
        // where no density is left.
        let exponent = if self.density == 0 {
            -48
        } else {
            by_drift_exponent.max(by_time_exponent).max(-48)
        };
        let leg = if matches!(inputs.kind, Kind::Call) {
            self.held
        } else {
            sub(0, self.owed)
        };
        let carry = product(inputs.carry.0.to_bits(), leg);
        let at = |value: i64, own: i64| shift_right(value, sub(add(exponent, 1), own).max(0));
        let charm = sub(
            at(carry, -47),
            sub(at(by_drift, by_drift_exponent), at(by_time, by_time_exponent)),
        );
        HigherGreeks {
            vanna,
            volga: scaled(volga, volga_exponent),
            charm: scaled(charm, add(exponent, 1)),
        }
    }
}

/// d₁ and d₂ as scores: X/s ± s/4 for the forward's moneyness X (Q`bits`) and s = σ√τ·√(2 log₂e) (1
/// is 2⁶³ at `exponent`).
#[inline(always)]
fn scores(forward: i64, bits: i64, spread: u64, exponent: i64) -> (i64, i64) {
    // X/s in Q58 is X·2^shift·2⁶⁴ / spread.
    let shift = sub(57, add(bits, exponent));
    let size = forward.unsigned_abs();
    let far = if forward < 0 { (-FAR, -FAR) } else { (FAR, FAR) };
    let ratio = if shift >= 0 {
        // A score above 8, with a spread below 1: far in a wing.
        if size > shift_right((spread >> 3) as i64, shift) as u64 {
            return far;
        }
        fraction(size << (shift & 63), spread)
    } else {
        fraction(size >> (sub(0, shift) & 63), spread)
    };
    if ratio >> 62 != 0 {
        return far;
    }
    let ratio = if forward < 0 {
        sub(0, ratio as i64)
    } else {
        ratio as i64
    };
    // s/4 in Q58.
    let quarter = shift_right((spread >> 1) as i64, sub(6, exponent));
    (
        add(ratio, quarter).clamp(-FAR, FAR),
        sub(ratio, quarter).clamp(-FARTHEST, FARTHEST),
    )
}

/// 2^power for a power in Q58, in Q`bits`; a leg in Q47 is below 2⁶² in the domain.
#[inline(always)]
pub(super) fn power(power: i64, bits: i64) -> i64 {
    let (mantissa, exponent) = exp2(power >> 58, (power << 4) & FRACTION);
    shift_right(mantissa, sub(sub(61, bits), exponent))
}

#[inline(always)]
fn scaled(mantissa: i64, exponent: i64) -> Scaled {
    Scaled {
        mantissa,
        exponent: exponent as i32,
    }
}
