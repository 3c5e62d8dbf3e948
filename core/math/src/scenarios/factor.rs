//! Several markets with one factor in common.
//!
//! A market's return is ρ·(the factor's) + √(1 − ρ²)·(its own), ρ its loading (Vasicek 2002). The
//! book is revalued on the grid of the factor, where all markets move together and their losses add
//! up cell by cell, and on each market's own grid. The two kinds of loss are independent, and add
//! up in squares: exact for a linear book, and for a loading of 1 or a single market the same as
//! without a factor.

use fixed::types::I2F62;

use super::book::Losses;
use super::grid::Grid;
use super::tail::TailRisk;
use crate::black_scholes::fast::whole_leg;
use crate::kernels::arith::{product, sub};
use crate::kernels::precise::sqrt;
use crate::Magnitude;
use ballast_core_types::{wide, Value};

/// √(1 − ρ²), the share of a market's moves that is its own. `None` for a loading outside ±1.
pub fn idiosyncratic_share(loading: I2F62) -> Option<I2F62> {
    if !(-1..=1).contains(&loading) {
        return None;
    }
    let square = product(loading.to_bits(), loading.to_bits());
    let rest = sub(1 << 62, square).max(0);
    let root = sqrt(Magnitude::from_parts(rest as u64, -62)?);
    let shift = 1i32.checked_sub(root.exponent())?.min(63);
    Some(I2F62::from_bits((root.mantissa() >> shift) as i64))
}

impl Grid {
    /// Returns the same cells and weights with every shock multiplied by `share`: the part of a
    /// market's moves that a factor, or the market itself, brings. `None` for a share outside ±1.
    ///
    /// A negative share turns the price shocks round, and leaves the volatility shocks as they are.
    pub fn shared(&self, share: I2F62) -> Option<Self> {
        if !(-1..=1).contains(&share) {
            return None;
        }
        let bits = share.to_bits();
        let price_log2 = self.price_log2.map(|shock| product(shock, bits));
        Some(Self {
            price_log2,
            price_factor: price_log2.map(whole_leg),
            volatility: self
                .volatility
                .map(|shock| I2F62::from_bits(product(shock.to_bits(), bits.saturating_abs()))),
            ..*self
        })
    }
}

impl Losses {
    /// Returns the losses of two books in the same scenarios, held at the ends of 64 bits.
    #[must_use]
    pub fn plus(&self, other: &Self) -> Self {
        let mut sum = *self;
        for (cell, more) in sum.0.iter_mut().flatten().zip(other.0.iter().flatten()) {
            *cell = wide::saturating_sum(*cell, *more);
        }
        sum
    }
}

/// Returns the tail of a whole book from that of the common factor and those of its markets' own
/// moves: √(Σ x²), rounded up, for the worst loss and for the shortfall; gains count as nothing.
/// The worst cell is the factor's. What does not fit is the most there is.
pub fn combined(systematic: &TailRisk, own: &[TailRisk]) -> TailRisk {
    TailRisk {
        worst_loss: root_of_squares(systematic.worst_loss, own.iter().map(|tail| tail.worst_loss)),
        worst_cell: systematic.worst_cell,
        expected_shortfall: root_of_squares(
            systematic.expected_shortfall,
            own.iter().map(|tail| tail.expected_shortfall),
        ),
    }
}

fn root_of_squares(first: Value, others: impl Iterator<Item = Value>) -> Value {
    let mut sum = u128::from(first.positive_part()).pow(2);
    for other in others {
        sum = sum.saturating_add(u128::from(other.positive_part()).pow(2));
    }
    let root = sum.isqrt();
    let up = u128::from(root.saturating_mul(root) != sum);
    Value(i64::try_from(root.saturating_add(up)).unwrap_or(i64::MAX))
}
