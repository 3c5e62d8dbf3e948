//! One option at many shocks of its spot and its volatility, by the fast tier: what does not move
//! is worked out once.
//!
//! A call is worth what [`super::fast`] says, in the same bits. Here it is taken apart into what
//! belongs to the option ([`Shocked`]), to a move of the price ([`Moved`]) and to a shock of the
//! volatility ([`Spread`]), because a grid asks for every pair of the last two.

use super::domain::check;
use super::fast::{tail, whole_leg, Setup, FAR};
use super::inputs::{DomainError, Inputs, Kind};
use crate::kernels::arith::{add, shift_right, sub, uadd, udiv, umul};
use crate::kernels::fast::density;

/// An option whose price is wanted at many shocks of the spot and of the volatility.
pub(crate) struct Shocked {
    setup: Setup,
    /// K·e^(−rτ)/S, Q32, S being the spot before any shock.
    strike: i64,
    is_put: bool,
    is_expired: bool,
    /// The price per spot before any shock, Q32.
    before: i64,
}

/// σ√τ·√(2 log₂e) after a shock of the volatility, as the scores take it.
#[derive(Clone, Copy)]
pub(crate) struct Spread {
    value: u64,
    /// How the moneyness is shifted before it is divided by the value: left, and right.
    left: u32,
    right: u32,
    /// Moneyness from which on the score is beyond 8: far in a wing.
    limit: u64,
    /// A quarter of the spread, Q28.
    quarter: u64,
    /// Whether nothing was shocked.
    pub(crate) is_still: bool,
}

/// The option after a move of the price; everything per unshocked spot is in Q32.
pub(crate) struct Moved {
    /// The forward's moneyness, Q58: its size, and whether it is in favour of the strike.
    size: u64,
    is_below: bool,
    /// What the density loses by the carry and gains by the move: log₂, Q32.
    lost: i64,
    /// e^(−qτ) times the moved spot.
    carried: i64,
    /// The least that a call is worth.
    floor: i64,
    /// What is taken off a call to have the option's gain.
    base: i64,
}

/// One in Q30, the factor of a volatility that is not shocked.
pub(crate) const WHOLE: u64 = 1 << 30;

impl Shocked {
    pub(crate) fn new(inputs: &Inputs) -> Result<Self, DomainError> {
        check(inputs)?;
        let setup = Setup::new(inputs)?;
        let strike = whole_leg(sub(0, add(setup.forward, setup.lost)));
        let mut option = Self {
            setup,
            strike,
            is_put: matches!(inputs.kind, Kind::Put),
            is_expired: inputs.time.0.is_zero(),
            before: 0,
        };
        option.before = option.gain(&option.moved(0, 1 << 32), &option.spread(WHOLE));
        Ok(option)
    }

    /// √τ, unless the option has expired: 1 is 2³¹ at the exponent.
    #[inline(always)]
    pub(crate) fn root_of_time(&self) -> Option<(u64, i64)> {
        (!self.is_expired).then_some((self.setup.root, self.setup.root_exponent))
    }

    /// Returns the spread when the volatility is multiplied by `factor`, Q30, within 1/4 and 4.
    #[inline(always)]
    pub(crate) fn spread(&self, factor: u64) -> Spread {
        let exponent = self.setup.deviation_exponent;
        let is_still = factor == WHOLE;
        // 1 is 2²⁹ at the exponent.
        let (value, exponent) = if is_still {
            // Not a bit is lost where nothing changes.
            (self.setup.spread, exponent)
        } else if exponent >= 0 {
            // A spread of 1 or more may have 34 bits; there is no far wing there.
            (umul(self.setup.spread, factor) >> 30, exponent)
        } else {
            (umul(self.setup.spread, factor) >> 32, add(exponent, 2))
        };
        // X/s in Q28 is X·2^shift / spread.
        let shift = sub(-1, exponent);
        Spread {
            value,
            left: shift.max(0) as u32,
            right: sub(0, shift).max(0) as u32,
            limit: if shift >= 0 {
                1 << (sub(63, shift) & 63)
            } else {
                u64::MAX
            },
            quarter: shift_right(value as i64, sub(3, exponent)) as u64,
            is_still,
        }
    }

    /// Returns the option after the price moved by `log2` (Q58, within ±3), which is the factor
    /// `moved` in Q32.
    #[inline(always)]
    pub(crate) fn moved(&self, log2: i64, moved: i64) -> Moved {
        let lost = self.setup.lost;
        let carried = if lost == 0 { moved } else { whole_leg(sub(log2, lost)) };
        let forward = add(self.setup.forward, log2);
        let intrinsic = sub(carried, self.strike);
        Moved {
            size: forward.unsigned_abs(),
            is_below: forward < 0,
            lost: sub(lost, log2) >> 26,
            carried,
            floor: intrinsic.max(0),
            base: if self.is_put {
                add(self.before, intrinsic)
            } else {
                self.before
            },
        }
    }

    /// Returns what the option gained per unshocked spot, Q32.
    #[inline(always)]
    pub(crate) fn gain(&self, at: &Moved, spread: &Spread) -> i64 {
        sub(self.call(at, spread), at.base)
    }

    /// Returns the price of the call per unshocked spot, Q32.
    #[inline(always)]
    fn call(&self, at: &Moved, spread: &Spread) -> i64 {
        if self.is_expired || at.size >= spread.limit {
            return at.floor;
        }
        // The scores X/s ± s/4 by their sizes; the signs follow.
        let ratio = udiv((at.size << (spread.left & 63)) >> (spread.right & 63), spread.value);
        let (sum, apart) = (uadd(ratio, spread.quarter), ratio.abs_diff(spread.quarter));
        let (first, second) = if at.is_below { (apart, sum) } else { (sum, apart) };
        // Q32 of what each leg leaves in its smaller part.
        let (of_first, of_second) = if first >= FAR as u64 {
            (0, 0)
        } else {
            let (density, exponent) = density(first as i64, at.lost);
            (tail(density, exponent, first), tail(density, exponent, second))
        };
        let call = if at.is_below {
            // d₂ < 0, and d₁ unless the spread reaches across.
            let held = if ratio > spread.quarter {
                of_first
            } else {
                sub(at.carried, of_first)
            };
            sub(held, of_second)
        } else {
            let paid = if ratio < spread.quarter {
                of_second
            } else {
                sub(self.strike, of_second)
            };
            sub(sub(at.carried, of_first), paid)
        };
        call.max(at.floor).min(at.carried)
    }
}
