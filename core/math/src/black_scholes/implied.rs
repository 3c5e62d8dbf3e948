//! The volatility at which Black-Scholes-Merton gives a price.
//!
//! After Jäckel, "Let's Be Rational" (2015): the option is made out-of-the-money by parity and
//! normalised, the price's inflection in σ√τ splits the search in two, and each side solves for a
//! logarithm that is nearly linear there, by Halley's third-order steps inside a bracket.

use super::domain::check;
use super::inputs::{DomainError, Inputs, Kind, Volatility};
use super::precise::power;
use super::quoted::{ImpliedVolatilityError, QuotedOption};
use crate::kernels::arith::{add, fraction, mul, product, shift_right, sub};
use crate::kernels::coefficients::{
    DEVIATION, HALF_LOG2_E, INVERSE_DEVIATION, LN_2, LOG2_LN_2, LOG2_SQRT_2PI, MAX_VOLATILITY, MIN_VOLATILITY,
    MONEYNESS_LIMIT, SCORE, SQRT_2PI, WING,
};
use crate::kernels::precise::{exp2, log2_ratio, mills, sqrt, sqrt_parts, FRACTION};
use crate::Magnitude;

/// Returns the volatility at which [`super::precise::price`] gives `option.price`, in at most a few
/// hundred bisections' worth of steps, as a rule in two or three.
///
/// The result is as exact as its price allows: an error of 10⁻¹⁵ of √(S·e^(−qτ)·K·e^(−rτ)) in the
/// out-of-the-money price, divided by vega. A price in the money is first freed of its payoff,
/// which leaves 3·10⁻¹⁴ of the spot.
pub fn implied_volatility(option: &QuotedOption) -> Result<Volatility, ImpliedVolatilityError> {
    let target = Target::new(option)?;
    let spread = target.solve()?;
    // σ = spread / (√(2 log₂e)·√τ); the constant is kept halved.
    let (root, root_exponent) = sqrt_parts(option.time.0);
    let unit = product((root >> 1) as i64, DEVIATION >> 1) as u64;
    let unit = Magnitude::from_parts(unit, root_exponent.wrapping_sub(61) as i32);
    let volatility = quotient(positive(spread, 58), unit.unwrap_or(Magnitude::ONE));
    within_domain(volatility)
        .map(Volatility)
        .ok_or(ImpliedVolatilityError::Volatility)
}

/// Returns the volatility, or the nearest in the domain where it lies outside by less than its
/// millionth.
fn within_domain(volatility: Magnitude) -> Option<Magnitude> {
    let near = |edge: Magnitude| {
        let (low, high) = if volatility.is_below(edge) {
            (volatility, edge)
        } else {
            (edge, volatility)
        };
        quotient(low, high).mantissa() > u64::MAX - (u64::MAX >> 20)
    };
    for (edge, outside) in [
        (MIN_VOLATILITY, volatility.is_below(MIN_VOLATILITY)),
        (MAX_VOLATILITY, MAX_VOLATILITY.is_below(volatility)),
    ] {
        if outside {
            return near(edge).then_some(edge);
        }
    }
    Some(volatility)
}

/// An out-of-the-money option, normalised by √(S·e^(−qτ)·K·e^(−rτ)).
struct Target {
    /// |log₂(F/K)|, Q58.
    moneyness: i64,
    /// log₂ of the normalised price, Q54.
    price: i64,
}

/// Which side of the inflection is searched, and so which logarithm.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    /// log of the price.
    Below,
    /// log of what the price lacks to its bound.
    Above,
}

/// The normalised price at a spread s = σ√τ·√(2 log₂e), where d₁ and d₂ as scores are −|x|/s ± s/4.
struct Point {
    /// The side's logarithm, Q54.
    logarithm: i64,
    /// M(|d₁|) − M(|d₂|) below the inflection, their sum above it, Q61.
    mills: i64,
    /// (x/s)² − (s/4)², Q54.
    bend: i64,
}

/// The largest spread that is tried, Q58: 500 % for five years is 19.
const MAX_SPREAD: i64 = 20 << 58;
/// Prices below 2⁻²⁰⁰ of the scale are taken for nothing, Q54.
const MIN_PRICE: i64 = -(200 << 54);
/// A step of this part of the spread, Q52, leaves less than its cube: the last one.
const LAST_STEP: u64 = 1 << 34;

impl Target {
    fn new(option: &QuotedOption) -> Result<Self, ImpliedVolatilityError> {
        let domain = Inputs {
            kind: option.kind,
            spot: option.spot,
            strike: option.strike,
            rate: option.rate,
            carry: option.carry,
            volatility: Volatility(Magnitude::ONE),
            time: option.time,
        };
        check(&domain).map_err(ImpliedVolatilityError::Domain)?;
        if option.time.0.is_zero() {
            return Err(ImpliedVolatilityError::Domain(DomainError::Time));
        }
        let (whole, part) = log2_ratio(option.spot.0, option.strike.0);
        let moneyness = add(whole << 58, part >> 3);
        if moneyness.unsigned_abs() > MONEYNESS_LIMIT as u64 {
            return Err(ImpliedVolatilityError::Domain(DomainError::Strike));
        }
        let time = option.time.0;
        let growth = product((time.mantissa() >> 1) as i64, HALF_LOG2_E);
        let to_q58 = sub(3, time.octave());
        let carried = shift_right(product(option.carry.0.to_bits(), growth), to_q58);
        let interest = shift_right(product(option.rate.0.to_bits(), growth), to_q58);
        let forward = add(moneyness, sub(interest, carried));

        let octaves = option.price.octave().wrapping_sub(option.spot.0.octave());
        if option.price.is_zero() || octaves < -220 {
            return Err(ImpliedVolatilityError::TooLow);
        }
        if octaves > 15 {
            return Err(ImpliedVolatilityError::TooHigh);
        }
        let in_the_money = (option.kind == Kind::Call) == (forward > 0);
        let per_spot = if in_the_money && forward != 0 {
            // What is left of the price without its payoff |S·e^(−qτ) − K·e^(−rτ)|, per spot in
            // Q47. The larger leg is the bound of the price.
            let (underlying, strike) = (power(sub(0, carried), 47), power(sub(0, add(carried, forward)), 47));
            let price = fixed(quotient(option.price, option.spot.0), 47);
            if price >= underlying.max(strike) {
                return Err(ImpliedVolatilityError::TooHigh);
            }
            let left = sub(price, sub(underlying, strike).saturating_abs());
            if left < 2 {
                return Err(ImpliedVolatilityError::TooLow);
            }
            log2(left, 47)
        } else {
            let (whole, part) = log2_ratio(option.price, option.spot.0);
            add(whole << 54, part >> 7)
        };
        // √(S·e^(−qτ)·K·e^(−rτ)) per spot is 2^−(qτ + x/2).
        let price = add(per_spot, add(carried, forward >> 1) >> 4);
        if price < MIN_PRICE {
            return Err(ImpliedVolatilityError::TooLow);
        }
        Ok(Self {
            moneyness: forward.saturating_abs(),
            price,
        })
    }

    /// Returns the spread of the price.
    fn solve(&self) -> Result<i64, ImpliedVolatilityError> {
        // With the volatility the normalised price tends to 2^(−|x|/2): never 1, and not seen to be
        // nearer than rounding is.
        if self.price >= 0 {
            return Err(ImpliedVolatilityError::TooHigh);
        }
        let lacking = sub(power(sub(0, self.moneyness >> 1), 60), power_of_log(self.price));
        if lacking < 256 {
            return Err(ImpliedVolatilityError::TooHigh);
        }
        // The price rises fastest where d₁ = 0, at s = 2√|x|; at the money that is nothing, and
        // nothing is seen there.
        let inflection = fixed(sqrt(positive(self.moneyness, 58)), 59);
        let point = self.at(inflection.max(1), Side::Below);
        match point {
            Some(point) if point.logarithm > self.price => {
                let start = self.wing(inflection).unwrap_or(inflection);
                self.search(Side::Below, self.price, start, 0, inflection)
            }
            _ => {
                let start = self.tangent(inflection, point.map_or(0, |point| point.mills));
                self.search(Side::Above, log2(lacking, 60), start, inflection, MAX_SPREAD)
            }
        }
    }

    /// Returns where the tangent at the inflection reaches the price: below the solution, since the
    /// price is concave from there on.
    fn tangent(&self, inflection: i64, mills: i64) -> i64 {
        // The price over its slope e^(−d₁²/2)/√(2π)·2^(−|x|/2), in Q61: at most √(2π).
        let rise = power_of_log(add(self.price, add(self.moneyness >> 5, LOG2_SQRT_2PI >> 4))) << 1;
        add(inflection, product(sub(rise, mills).max(0) >> 1, DEVIATION) >> 2).clamp(1, MAX_SPREAD)
    }

    /// Returns a guess below the inflection, as if prices were normally distributed (Bachelier):
    /// the price over |x| is then a function of d = |x|/s alone. Near the money that is a quadratic
    /// in s, further out a fitted polynomial.
    fn wing(&self, inflection: i64) -> Option<i64> {
        let distance = product(self.moneyness, LN_2);
        let depth = sub(add(log2(self.moneyness, 58), LOG2_LN_2), self.price);
        let spread = if depth < 4 << 54 {
            // Price ≈ s/√(2π) − |x|/2 + x²/(2√(2π)·s), so that s² − y·s + x²/2 = 0 with y =
            // √(2π)·(price + |x|/2).
            let y = product(add(power_of_log(self.price) >> 2, distance >> 1), SQRT_2PI) << 2;
            // Q54 and Q58.
            let under_root = sub(product(y, y), product(distance, distance) << 1).max(0);
            let natural = add(y, fixed(sqrt(positive(under_root, 54)), 58)) >> 1;
            product(natural, DEVIATION)
        } else {
            let w = sqrt(positive(depth, 54));
            let inverse = fixed(quotient(Magnitude::ONE, w), 62);
            let [c0, c1, c2, c3, c4, c5] = WING;
            let p = add(product(c5, inverse), c4);
            let p = add(product(p, inverse), c3);
            let p = add(product(p, inverse), c2);
            let p = add(product(p, inverse), c1);
            let p = add(product(p, inverse), c0);
            // d as a score is w·P; s = |x|/score.
            let score = quotient(positive(p, 58), quotient(Magnitude::ONE, w));
            fixed(quotient(positive(self.moneyness, 58), score), 58)
        };
        (spread > 0).then(|| spread.min(inflection))
    }

    /// Halley's steps for the side's logarithm, in 1/s² below the inflection and in s above it,
    /// inside a bracket.
    fn search(&self, side: Side, target: i64, start: i64, low: i64, high: i64) -> Result<i64, ImpliedVolatilityError> {
        let (mut spread, mut low, mut high) = (start, low, high);
        for _ in 0..128 {
            let point = self.at(spread, side);
            let excess = match &point {
                Some(point) => sub(point.logarithm, target),
                // Too deep in a wing to be seen: too small a spread.
                None if side == Side::Below => -1,
                None => 1,
            };
            // A price falls with a smaller spread, what it lacks with a larger one.
            if (excess > 0) == (side == Side::Below) {
                high = spread;
            } else {
                low = spread;
            }
            let next = point.and_then(|point| stepped(&point, excess, spread, side));
            let (next, last) = next.unwrap_or((0, false));
            if last && next > 0 {
                return Ok(next);
            }
            spread = if next > low && next < high {
                next
            } else {
                add(low, sub(high, low) >> 1)
            };
            if sub(high, low) < 2 {
                return Ok(spread.max(1));
            }
        }
        Ok(spread)
    }

    /// Returns the price at a spread; `None` where it is too small to be seen.
    fn at(&self, spread: i64, side: Side) -> Option<Point> {
        let ratio = quotient(positive(self.moneyness, 58), positive(spread, 58));
        if ratio.exponent() >= 4 {
            return None;
        }
        let (ratio, quarter) = (fixed(ratio, 58), spread >> 2);
        let near = mills(sub(ratio, quarter).saturating_abs().min(1 << 62));
        let far = mills(add(ratio, quarter).min(1 << 62));
        let mills = match side {
            Side::Below => sub(near, far),
            Side::Above => add(near, far),
        };
        if mills <= 0 {
            return None;
        }
        let (ratio_squared, quarter_squared) = (product(ratio, ratio), product(quarter, quarter));
        let exponent = add(add(ratio_squared, quarter_squared), LOG2_SQRT_2PI >> 4);
        Some(Point {
            logarithm: sub(log2(mills, 61), exponent),
            mills,
            bend: sub(ratio_squared, quarter_squared),
        })
    }
}

/// Halley's next spread, and whether it is the last; `None` where the step is too long to be
/// trusted.
fn stepped(point: &Point, excess: i64, spread: i64, side: Side) -> Option<(i64, bool)> {
    // s/m for s = σ√τ itself, and Newton's relative step n = f/(f'·s), both Q52.
    let spread_value = positive(spread, 58);
    let per_mills = quotient(spread_value, positive(point.mills, 61));
    let newton = quotient(Magnitude::from_parts(excess.unsigned_abs(), -54)?, per_mills);
    if newton.exponent() >= 9 || per_mills.exponent() >= 9 {
        return None;
    }
    let newton = product(fixed(newton, 52), SCORE);
    let newton = if excess < 0 { sub(0, newton) } else { newton };
    let per_mills = product(fixed(per_mills, 52), INVERSE_DEVIATION);
    // f''/f'·s = d₁d₂ ∓ s/m, where d₁d₂ = 2 ln 2·((x/s)² − (s/4)²).
    let product_of_scores = product(point.bend >> 1, LN_2);
    let one = 1i64 << 52;
    // A long step is Newton's, because the curvature is a local matter.
    let damping = |curvature: i64| {
        if newton.unsigned_abs() < 1 << 49 {
            product(newton, curvature) << 9
        } else {
            0
        }
    };
    let last = newton.unsigned_abs() < LAST_STEP;
    let next = match side {
        Side::Below => {
            // In y = 1/s²: Δy/y = 2n/(1 − n·(f''/f'·s + 3)/2).
            let curvature = add(sub(product_of_scores, per_mills), mul(3, one));
            let factor = add(one, divided(newton << 1, sub(one, damping(curvature)))?);
            if factor < one >> 4 {
                return None;
            }
            fixed(quotient(spread_value, sqrt(positive(factor, 52))), 58)
        }
        Side::Above => {
            // In s, with a falling logarithm: Δs/s = n/(1 + n·(f''/f'·s)/2).
            let curvature = add(product_of_scores, per_mills);
            let change = divided(newton, add(one, damping(curvature)))?;
            if change.saturating_abs() > sub(one, one >> 4) {
                return None;
            }
            add(spread, product(spread, change << 10))
        }
    };
    Some((next, last))
}

/// a/b in Q52; `None` unless b is at least a quarter and the quotient below 1024.
fn divided(a: i64, b: i64) -> Option<i64> {
    if b < 1 << 50 {
        return None;
    }
    let size = quotient(positive(a.saturating_abs(), 52), positive(b, 52));
    if size.exponent() >= 10 {
        return None;
    }
    let size = fixed(size, 52);
    Some(if a < 0 { sub(0, size) } else { size })
}

/// Returns a fixed-point number ≥ 0 as a magnitude.
fn positive(value: i64, bits: i32) -> Magnitude {
    Magnitude::from_parts(value.unsigned_abs(), bits.wrapping_neg()).unwrap_or(Magnitude::ZERO)
}

/// Returns a magnitude that fits, in fixed point, rounded down.
fn fixed(value: Magnitude, bits: i64) -> i64 {
    shift_right(
        (value.mantissa() >> 1) as i64,
        sub(62, add(bits, value.octave())).max(0),
    )
}

/// a/b, rounded down; zero if either is.
fn quotient(a: Magnitude, b: Magnitude) -> Magnitude {
    if a.is_zero() || b.is_zero() {
        return Magnitude::ZERO;
    }
    let exponent = sub(a.octave(), b.octave());
    if a.mantissa() < b.mantissa() {
        Magnitude::from_normalised(fraction(a.mantissa(), b.mantissa()), sub(exponent, 1))
    } else {
        // Equal and odd mantissas lose their last bit to the halving.
        let half = fraction(a.mantissa() >> 1, b.mantissa()).max(1 << 63);
        Magnitude::from_normalised(half, exponent)
    }
}

/// log₂ of a fixed-point number > 0, Q54.
fn log2(value: i64, bits: i32) -> i64 {
    let (whole, part) = log2_ratio(positive(value, bits), Magnitude::ONE);
    add(whole << 54, part >> 7)
}

/// 2^power for a power ≤ 1.4 in Q54, in Q60.
fn power_of_log(power: i64) -> i64 {
    let (mantissa, exponent) = exp2(power >> 54, (power << 8) & FRACTION);
    shift_right(mantissa, sub(1, exponent))
}
