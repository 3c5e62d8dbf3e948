//! What is at a venue, as a vault's monitor remembers it.

use crate::places::MAX_LEGS;
use crate::portfolio::Leg;
use ballast_core_types::{value_floor, Lots, Price, Value};

/// What is at the venue, and what will explain its next move.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VenueMark {
    /// Collateral with unrealised gain and loss at `price`, at least zero.
    pub equity: Value,
    /// Lots held.
    pub lots: Lots,
    /// Lots held if the order in flight fills.
    pub lots_if_filled: Lots,
    /// The published price.
    pub price: Price,
}

/// The most that a venue may say of anything it holds, quote base units, a notional included. What
/// is within it fits every sum and product that is made of all legs: no venue's word makes another
/// one, or the vault, fail.
pub const MOST_AT_A_VENUE: u64 = i64::MAX.unsigned_abs() / (4 * MAX_LEGS as u64);

/// Returns whether every number of a leg is within [`MOST_AT_A_VENUE`].
#[inline(never)]
fn is_modest(leg: &Leg, price: Price) -> bool {
    let position = &leg.position;
    let notional = |lots| value_floor(lots, price).map(|value| value.0.unsigned_abs());
    let all = [
        Some(position.collateral),
        Some(position.queued_withdrawal),
        Some(position.entry_cost.0.unsigned_abs()),
        Some(position.accrued_funding.0.unsigned_abs()),
        notional(position.lots),
        notional(position.in_flight),
    ];
    all.iter().all(|size| size.is_some_and(|size| size <= MOST_AT_A_VENUE))
}

impl VenueMark {
    /// Returns the mark of a leg at the published price; `None` if anything that the venue says of
    /// it is more than [`MOST_AT_A_VENUE`].
    pub fn of(leg: &Leg, price: Price) -> Option<Self> {
        if !is_modest(leg, price) {
            return None;
        }
        Some(Self {
            equity: leg.equity_at(price)?,
            lots: leg.position.lots,
            lots_if_filled: leg.lots_if_filled()?,
            price,
        })
    }

    /// Returns what of the move to `now` neither position nor price explains: the order in flight
    /// may have filled at any moment in between. The largest value stands for one that does not
    /// fit.
    #[inline(never)]
    pub(super) fn unexplained(&self, now: &Self) -> u64 {
        let explained = |lots| {
            let moved = value_floor(lots, now.price)?.checked_sub(value_floor(lots, self.price)?)?;
            Some(self.equity.checked_add(moved)?.max(Value::ZERO))
        };
        let one = explained(self.lots);
        let other = if self.lots_if_filled == self.lots {
            one
        } else {
            explained(self.lots_if_filled)
        };
        let (Some(one), Some(other)) = (one, other) else {
            return u64::MAX;
        };
        let (least, most) = (one.min(other), one.max(other));
        let nearest = now.equity.clamp(least, most);
        now.equity.0.abs_diff(nearest.0)
    }
}
