//! A book as far as a rebalance can change it.

use crate::places::{PerMarket, MAX_LEGS, MAX_MARKETS};
use crate::targets::gross;
use ballast_core_types::{Lots, Value};

/// A leg as far as a rebalance can change it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LegExposure {
    /// Its market, by that one's place in the vault.
    pub market: usize,
    /// Position.
    pub lots: Lots,
    /// Position if the order in flight fills completely.
    pub lots_if_filled: Lots,
    /// Dollar delta of the position.
    pub delta: Value,
    /// Dollar delta if the order in flight fills completely.
    pub delta_if_filled: Value,
    /// Lots beside these that belong to holders who leave, as the position is and as it is if the
    /// order in flight fills.
    pub leaving: [Lots; 2],
}

/// A book as far as a rebalance can change it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exposure {
    /// Its legs, each in its place.
    pub legs: [Option<LegExposure>; MAX_LEGS],
    /// Net asset value at one price, the same before and after.
    pub nav: Value,
}

impl Exposure {
    /// Returns the dollar delta of each market.
    pub fn deltas(&self) -> PerMarket {
        self.sums(|leg| leg.delta)
    }

    /// Returns the dollar delta of each market if all orders in flight fill completely.
    pub fn deltas_if_filled(&self) -> PerMarket {
        self.sums(|leg| leg.delta_if_filled)
    }

    /// Sums over the legs of each market; the most stands for what does not fit.
    #[inline(never)]
    fn sums(&self, of: impl Fn(&LegExposure) -> Value) -> PerMarket {
        let mut sums = [Value::ZERO; MAX_MARKETS];
        for leg in self.legs.iter().flatten() {
            if let Some(sum) = sums.get_mut(leg.market) {
                *sum = sum.saturating_add(of(leg));
            }
        }
        sums
    }

    /// Returns the greatest sum of |D| over all markets, whichever orders in flight fill.
    #[inline(never)]
    pub(super) fn worst(&self) -> Value {
        let (mut worst, if_filled) = (self.deltas(), self.deltas_if_filled());
        for (delta, if_filled) in worst.iter_mut().zip(if_filled) {
            if delta.0.saturating_abs() < if_filled.0.saturating_abs() {
                *delta = if_filled;
            }
        }
        gross(&worst)
    }

    /// Returns the legs of a market.
    pub fn legs_of(&self, market: usize) -> impl Iterator<Item = (usize, &LegExposure)> {
        let placed = self.legs.iter().enumerate();
        let placed = placed.filter_map(|(place, leg)| Some((place, leg.as_ref()?)));
        placed.filter(move |(_, leg)| leg.market == market)
    }

    /// Returns by how many lots the legs of a market are set against each other, twice.
    pub(super) fn matched(&self, market: usize) -> i128 {
        let lots = || self.legs_of(market).map(|(_, leg)| i128::from(leg.lots_if_filled.0));
        let (sum, sizes) = (lots().sum::<i128>(), lots().map(i128::abs).sum::<i128>());
        sizes.saturating_sub(sum.abs())
    }
}

/// Books of tests.
#[cfg(test)]
pub(crate) mod fixtures {
    use super::*;
    use core::array::from_fn;

    /// Returns a leg at a whole price, without an order in flight, that nobody leaves.
    pub(crate) fn leg(market: usize, lots: i64, price: i64) -> LegExposure {
        let delta = Value(lots * price);
        LegExposure {
            market,
            lots: Lots(lots),
            lots_if_filled: Lots(lots),
            delta,
            delta_if_filled: delta,
            leaving: [Lots::ZERO; 2],
        }
    }

    /// Returns a book of legs and of a net asset value.
    pub(crate) fn book(legs: &[LegExposure], nav: i64) -> Exposure {
        Exposure {
            legs: from_fn(|place| legs.get(place).copied()),
            nav: Value(nav),
        }
    }
}
