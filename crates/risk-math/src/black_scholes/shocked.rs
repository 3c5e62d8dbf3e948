//! One option at many shocks of its spot and its volatility, by the fast tier: what does not move is worked out once.

use super::domain::check;
use super::fast::{bounded_call, density_at, scores, split, tail, whole_leg, Setup};
use super::{DomainError, Inputs, Kind};
use crate::kernels::arith::{add, sub, umul};

/// An option whose price is wanted at many shocks of the spot and of the volatility.
pub(crate) struct Shocked {
    setup: Setup,
    /// K·e^(−rτ)/S, Q32, S being the spot before any shock.
    strike: i64,
    kind: Kind,
    expired: bool,
}

/// σ√τ·√(2 log₂e) after a shock of the volatility: 1 is 2²⁹ at the exponent.
#[derive(Clone, Copy)]
pub(crate) struct Spread {
    value: u64,
    exponent: i64,
}

impl Shocked {
    pub(crate) fn new(inputs: &Inputs) -> Result<Self, DomainError> {
        check(inputs)?;
        let setup = Setup::new(inputs)?;
        let strike = whole_leg(sub(0, add(setup.forward, setup.lost)));
        Ok(Self {
            setup,
            strike,
            kind: inputs.kind,
            expired: inputs.time.0.is_zero(),
        })
    }

    /// The spread when the volatility is multiplied by `factor`, Q30, within 1/4 and 4.
    #[inline(always)]
    pub(crate) fn spread(&self, factor: u64) -> Spread {
        if factor == 1 << 30 {
            // Not a bit is lost where nothing changes.
            return Spread {
                value: self.setup.spread,
                exponent: self.setup.deviation_exponent,
            };
        }
        let product = umul(self.setup.spread, factor);
        let exponent = self.setup.deviation_exponent;
        if exponent >= 0 {
            // A spread of 1 or more may have 34 bits; `scores` knows no far wing there.
            Spread {
                value: product >> 30,
                exponent,
            }
        } else {
            Spread {
                value: product >> 32,
                exponent: add(exponent, 2),
            }
        }
    }

    /// e^(−qτ) times the shocked spot per unshocked spot, Q32, after a move of the price by `log2` (Q58, within ±3).
    #[inline(always)]
    pub(crate) fn carried(&self, log2: i64) -> i64 {
        whole_leg(sub(log2, self.setup.lost))
    }

    /// The price per unshocked spot, Q32; `carried` is [`Self::carried`] of the same move.
    #[inline(always)]
    pub(crate) fn price(&self, log2: i64, carried: i64, spread: Spread) -> i64 {
        let call = if self.expired {
            sub(carried, self.strike).max(0)
        } else {
            let (first, second) = scores(add(self.setup.forward, log2), spread.value, spread.exponent);
            let (first_size, second_size) = (first.unsigned_abs(), second.unsigned_abs());
            let (density, exponent) = density_at(first_size, sub(self.setup.lost, log2));
            let (held, _) = split(first, tail(density, exponent, first_size), carried);
            let (paid, _) = split(second, tail(density, exponent, second_size), self.strike);
            bounded_call(held, paid, carried, self.strike)
        };
        match self.kind {
            Kind::Call => call,
            Kind::Put => sub(call, sub(carried, self.strike)),
        }
    }
}
