//! A position in one option at many shocks of its spot and its volatility: what does not move is
//! worked out once.
//!
//! A call's two legs, e^(−qτ) of the spot and K·e^(−rτ), are kept as shares of what the whole
//! position is worth, so that a value is two products and no more has to be multiplied by its size.
//! d₁ and d₂ are on both sides of one quotient: what is lost of that moves neither leg's share of
//! the call, because e^(−qτ)·S·φ(d₁) = K·e^(−rτ)·φ(d₂).

use super::domain::{at_expiry, check};
use super::fast::{greeks_of, whole_leg};
use super::greeks::Greeks;
use super::inputs::{DomainError, Inputs, Kind};
use super::setup::Setup;
use crate::kernels::arith::{add, mul, shift_right, sub, uadd, udiv, umul};
use crate::kernels::coefficients::{LN_2, ROOT_OF_THIRTY_DAYS, TWO_LOG2_E};
use crate::kernels::fast::log2_ratio;
use crate::kernels::normal::{below, MIDDLE};
use crate::Magnitude;
use ballast_core_types::Lots;

/// What a position would be worth if it were the underlying itself, in base units: 32 bits, times
/// 2^`exponent`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    mantissa: u64,
    exponent: i64,
    /// 1, and −1 if it is short.
    sign: i64,
}

impl Size {
    /// Returns `quantity × spot`, within 2⁻³⁰ of itself; `None` if that is nothing.
    pub fn of(quantity: Lots, spot: Magnitude) -> Option<Self> {
        let lots = quantity.0.unsigned_abs();
        if lots == 0 || spot.is_zero() {
            return None;
        }
        let zeros = lots.leading_zeros();
        let product = umul(lots << zeros >> 32, spot.mantissa() >> 32);
        // 2⁶² at least.
        let top = i64::from((product >> 63) as u32);
        Some(Self {
            mantissa: product >> add(31, top),
            // Either factor was cut by 32 bits; the octave is that of a mantissa of 64.
            exponent: sub(add(spot.octave(), add(top, 32)), i64::from(zeros)),
            sign: quantity.0.signum(),
        })
    }
}

/// A position in an option, as moves of its market value it. Values are Q31 of a unit of its own,
/// which is 2^(31 − `units`) base units.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shocked {
    /// What is the same for any size, before any move or shock.
    setup: Setup,
    /// The legs before any move, in units, below 2³² wherever the price goes.
    carried: u64,
    strike: i64,
    units: u32,
    is_put: bool,
    is_expired: bool,
    /// 1, and −1 if it is short.
    sign: i64,
    /// Its volatility without a shock.
    still: Spread,
    /// The value before any move.
    before: i64,
}

/// A move of a price.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Move {
    /// The log return in base 2, Q58.
    log2: i64,
    /// What it multiplies the price by, Q32.
    factor: i64,
}

impl Move {
    /// Returns the move from one price to another; `None` beyond a factor e² either way, and for a
    /// price of nothing.
    pub fn between(from: Magnitude, to: Magnitude) -> Option<Self> {
        // Seven is less than e².
        if from.is_zero() || to.is_zero() || sub(to.octave(), from.octave()).unsigned_abs() > 3 {
            return None;
        }
        let (whole, fraction) = log2_ratio(to, from);
        let log2 = add(whole << 58, fraction >> 4);
        (log2.unsigned_abs() <= FURTHEST).then(|| Self {
            log2,
            factor: whole_leg(log2),
        })
    }
}

/// 1/(σ√τ) and half of σ√τ after a shock of the volatility, as places take them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Spread {
    /// ln 2/(σ√τ); times a moneyness in Q27 it has so many bits more than a place.
    inverse: i64,
    bits: u32,
    /// The places of σ√τ/2 and −σ√τ/2.
    above: i64,
    under: i64,
}

/// The option after a move of the price.
pub(crate) struct Moved {
    /// log₂ of the forward's moneyness, Q27.
    forward: i64,
    carried: i64,
    /// What the option is worth less than a call.
    parity: i64,
}

/// 2·log₂e, the furthest move, Q58.
const FURTHEST: u64 = TWO_LOG2_E as u64 >> 2;
/// What moves multiply a price by at most, Q16: a little over e².
const REACH: u64 = 15 << 15;
/// What a value may be off by, as a share of both legs together: below 2⁻²⁶.
const SLACK_BITS: u32 = 31 - 26;

/// One in Q30, the factor of a volatility that is not shocked.
pub(crate) const WHOLE: u64 = 1 << 30;

impl Shocked {
    /// Prepares a position for moves of its spot within a factor e².
    ///
    /// # Errors
    /// [`DomainError`]: the first input that is outside the domain.
    #[inline(never)]
    pub fn new(inputs: &Inputs, size: Size) -> Result<Self, DomainError> {
        check(inputs)?;
        let setup = Setup::new(inputs)?;
        let strike = whole_leg(sub(0, add(setup.forward, setup.lost))) as u64;
        let carried = if setup.lost == 0 {
            1 << 32
        } else {
            whole_leg(sub(0, setup.lost)) as u64
        };
        // Both legs, wherever the price goes, in 32 bits; each below 2⁴⁸ before.
        let furthest = umul(uadd(carried >> 16, 1), REACH);
        let spare = 64u32
            .wrapping_sub((furthest | strike).leading_zeros())
            .saturating_sub(32);
        // A value of 2³¹ units, and 2³² of the mantissa's, is `size`. Beyond 2⁶² it stays there.
        let most = sub(31, i64::from(spare));
        let (mantissa, exponent) = if size.exponent > most {
            ((1 << 32) - 1, most)
        } else {
            (size.mantissa, size.exponent)
        };
        let unit = |leg: u64| umul(leg >> spare, mantissa) >> 32;
        let mut option = Self {
            setup,
            carried: unit(carried),
            strike: unit(strike) as i64,
            units: sub(most, exponent).min(63) as u32,
            is_put: matches!(inputs.kind, Kind::Put),
            is_expired: inputs.time.0.is_zero(),
            sign: size.sign,
            still: Spread::default(),
            before: 0,
        };
        option.still = option.spread(WHOLE);
        option.before = option.value(&option.moved(0, 1 << 32), &option.still);
        Ok(option)
    }

    /// Returns what the position is worth after a move, in base units: rounded down, less all that
    /// this may be off by, and not below nothing if it is long.
    #[inline(never)]
    pub fn worth_floor(&self, after: &Move) -> i64 {
        let at = self.moved(after.log2, after.factor);
        let value = self.value(&at, &self.still);
        // What was cut off a leg before the move counts where the price has fallen, too.
        let carried = at.carried.max(self.carried as i64);
        let slack = add(carried, self.strike) << SLACK_BITS;
        let worth = if self.sign < 0 {
            sub(0, value.saturating_add(slack))
        } else {
            sub(value, slack).max(0)
        };
        worth >> (self.units & 63)
    }

    /// Returns the Greeks of one such option, and what brings its vega to that of one of thirty
    /// days: √(30 d/τ), nothing at expiry. `inputs` are those it was made from.
    #[inline(never)]
    pub fn greeks(&self, inputs: &Inputs) -> (Greeks, Magnitude) {
        if self.is_expired {
            return (at_expiry(inputs).0, Magnitude::ZERO);
        }
        // Q64 of two numbers within a factor of two of each other; both have their exponents.
        let ratio = udiv((ROOT_OF_THIRTY_DAYS as u64) << 31, self.setup.root);
        let exponent = sub(-33, self.setup.root_exponent) as i32;
        let term = Magnitude::from_parts(ratio, exponent).unwrap_or(Magnitude::ZERO);
        (greeks_of(&self.setup, inputs), term)
    }

    /// √τ, unless the option has expired: 1 is 2³¹ at the exponent.
    #[inline(always)]
    pub(crate) fn root_of_time(&self) -> Option<(u64, i64)> {
        (!self.is_expired).then_some((self.setup.root, self.setup.root_exponent))
    }

    /// Returns the spread when the volatility is multiplied by `factor`, Q30, within 1/4 and 4.
    #[inline(always)]
    pub(crate) fn spread(&self, factor: u64) -> Spread {
        if self.is_expired {
            // As far as places go: on one side of the strike or on the other.
            return Spread {
                inverse: 1 << 30,
                bits: 0,
                above: MIDDLE,
                under: MIDDLE,
            };
        }
        // 1 is 2³⁰ at the exponent: 2²⁸ at least, below 2³⁴.
        let deviation = umul(self.setup.deviation, factor) >> 30;
        let half = add(self.setup.deviation_exponent, 1);
        let half = if half < 0 {
            shift_right(deviation as i64, sub(0, half))
        } else {
            (deviation << (half & 63)) as i64
        };
        Spread {
            // Below 2³¹.
            inverse: udiv((LN_2 >> 3) as u64, deviation) as i64,
            // A moneyness of Q27 by it is a place, Q32, after so many bits: 4 at least.
            bits: add(24, self.setup.deviation_exponent).clamp(0, 63) as u32,
            above: add(MIDDLE, half),
            under: sub(MIDDLE, half),
        }
    }

    /// Returns the option after the price moved by `log2` (Q58), which is the factor `moved` in
    /// Q32.
    #[inline(always)]
    pub(crate) fn moved(&self, log2: i64, moved: i64) -> Moved {
        let carried = (umul(moved as u64, self.carried) >> 32) as i64;
        let parity = sub(carried, self.strike) << 31;
        Moved {
            forward: add(self.setup.forward, log2) >> 31,
            carried,
            parity: if self.is_put { parity } else { 0 },
        }
    }

    /// Returns what the position gained, in base units, rounded down.
    #[inline(always)]
    pub(crate) fn gain(&self, at: &Moved, spread: &Spread) -> i64 {
        let gain = sub(self.value(at, spread), self.before);
        mul(gain, self.sign) >> (self.units & 63)
    }

    /// Returns what as many options are worth as if they were long, in units, Q31.
    #[inline(always)]
    fn value(&self, at: &Moved, spread: &Spread) -> i64 {
        let middle = mul(at.forward, spread.inverse) >> (spread.bits & 63);
        let held = mul(at.carried, below(add(middle, spread.above)));
        let paid = mul(self.strike, below(add(middle, spread.under)));
        sub(sub(held, paid), at.parity).max(0)
    }
}
