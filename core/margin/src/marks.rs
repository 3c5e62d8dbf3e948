//! What a leg, or a whole book, is worth at each of the prices it is judged at.

use ballast_core_types::Value;

/// Values in base units, rounded down. All but the fair one are at the volatility that is worse for
/// the owner of each leg.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct AtPrices {
    /// At the low end of the price's confidence interval.
    pub(super) low: Value,
    /// At the published price.
    pub(super) mid: Value,
    /// At the high end.
    pub(super) high: Value,
    /// At the slow price; as at the published one where none is asked.
    pub(super) slow: Value,
    /// At the published price and the surface's own volatility; zero where it is not asked.
    pub(super) fair: Value,
}

impl AtPrices {
    /// Returns what `value` says of each price; nothing that is fair.
    pub(super) fn adverse(low: Value, mid: Value, high: Value, slow: Option<Value>) -> Self {
        Self {
            low,
            mid,
            high,
            slow: slow.unwrap_or(mid),
            fair: Value::ZERO,
        }
    }

    /// Adds a leg's, price by price.
    pub(super) fn add(&mut self, more: &Self) {
        let sums = [
            (&mut self.low, more.low),
            (&mut self.mid, more.mid),
            (&mut self.high, more.high),
            (&mut self.slow, more.slow),
            (&mut self.fair, more.fair),
        ];
        for (sum, more) in sums {
            *sum = sum.saturating_add(more);
        }
    }

    /// Returns the least of the sums. A whole book is at one price at a time: a hedge counts at
    /// every one of them, and what gains from any move is not worth more for a price that is less
    /// certain.
    pub(super) fn worst(&self) -> Value {
        self.low.min(self.mid).min(self.high).min(self.slow)
    }
}
