//! What a book needs besides the scenarios: the cost of closing its positions, and more of it for who holds much of the market.

use super::account::Position;
use super::params::ChargeParams;
use super::trade::OpenInterest;
use crate::basis_points::BasisPoints;
use ballast_risk_math::scale::mul_div_ceil;
use ballast_risk_math::{value_ceil, Lots, Price, Value};

/// The charges of a book, base units, rounded up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Charges {
    /// Of the whole book.
    pub whole: Value,
    /// Of what is left of it without its long options.
    pub short: Value,
}

impl Charges {
    /// The sum of both. `None` if it does not fit.
    pub fn checked_add(self, other: Self) -> Option<Self> {
        Some(Self {
            whole: self.whole.checked_add(other.whole)?,
            short: self.short.checked_add(other.short)?,
        })
    }
}

/// The charges of an account's positions on one market. `None` if a number does not fit.
///
/// **Spread**, for each series: max(floor, |q|·S·spread).
///
/// **Concentration**, for the market: with Q = Σ|q|, open interest O, and F = max(free share × O, free size), nothing up to Q = F, and beyond
/// that Q·S·c·min(1, (Q − F)/O), c being [`ChargeParams::concentration`]. It grows with the square of the position, from nothing, and is never
/// more than Q·S·c.
pub fn charges(
    positions: &[Position],
    market: u8,
    spot: Price,
    params: &ChargeParams,
    open_interest: OpenInterest,
) -> Option<Charges> {
    let (mut sum, mut gross, mut short) = (Charges::default(), 0u64, 0u64);
    for position in positions.iter().filter(|position| position.series.market == market) {
        let size = position.quantity.0.unsigned_abs();
        let spread = points_of_ceil(worth(size, spot)?, params.spread)?.max(params.spread_floor);
        let spread = Value::from_amount(spread)?;
        gross = gross.checked_add(size)?;
        sum.whole = sum.whole.checked_add(spread)?;
        if position.quantity < Lots::ZERO {
            short = short.checked_add(size)?;
            sum.short = sum.short.checked_add(spread)?;
        }
    }
    sum.checked_add(Charges {
        whole: concentration(gross, spot, params, open_interest)?,
        short: concentration(short, spot, params, open_interest)?,
    })
}

fn concentration(size: u64, spot: Price, params: &ChargeParams, open: OpenInterest) -> Option<Value> {
    let share = points_of_floor(open.0, params.free_share)?;
    let free = share.max(u64::try_from(params.free_size.0).unwrap_or(0));
    let beyond = size.saturating_sub(free);
    if beyond == 0 {
        return Some(Value::ZERO);
    }
    let most = points_of_ceil(worth(size, spot)?, params.concentration)?;
    // Whoever holds more than there is, holds everything.
    let charge = if beyond >= open.0 {
        most
    } else {
        mul_div_ceil(most, beyond, open.0)?
    };
    Value::from_amount(charge)
}

/// What so many lots of the underlying are worth, rounded up.
fn worth(lots: u64, spot: Price) -> Option<u64> {
    value_ceil(Lots(i64::try_from(lots).ok()?), spot)?.to_amount()
}

/// ⌈amount × points / 10⁴⌉, by a 64-bit division where it can.
pub(super) fn points_of_ceil(amount: u64, points: BasisPoints) -> Option<u64> {
    match amount.checked_mul(u64::from(points.0)) {
        Some(product) => Some(product.div_ceil(u64::from(BasisPoints::ONE.0))),
        None => mul_div_ceil(amount, u64::from(points.0), u64::from(BasisPoints::ONE.0)),
    }
}

/// ⌊amount × points / 10⁴⌋.
pub(super) fn points_of_floor(amount: u64, points: BasisPoints) -> Option<u64> {
    ballast_risk_math::scale::mul_div_floor(amount, u64::from(points.0), u64::from(BasisPoints::ONE.0))
}
