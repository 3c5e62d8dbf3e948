//! What the vault holds, and what that is worth on each side, before any fee.

use ballast_core_types::{value_ceil, value_floor, Position, Price, PriceBounds, Value};

/// Everything a vault owns: its own ledger, and what its venue's account says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Portfolio {
    /// Quote tokens in custody, by the vault's own ledger (donations are not in it).
    pub cash: u64,
    /// What holders who leave will have taken off what they get: advances, and the cost of
    /// unwinding their part.
    pub receivables: u64,
    /// Paid for trades that are still due: no part of the low net asset value.
    pub levy_reserve: u64,
    /// The position at the venue.
    pub position: Position,
}

impl Portfolio {
    /// Unrealised gain at `price`, rounded down. `None` on overflow.
    fn gain_floor(&self, price: Price) -> Option<Value> {
        value_floor(self.position.lots, price)?
            .checked_sub(self.position.entry_cost)?
            .checked_sub(self.position.accrued_funding)
    }

    /// Unrealised gain at `price`, rounded up. `None` on overflow.
    fn gain_ceil(&self, price: Price) -> Option<Value> {
        value_ceil(self.position.lots, price)?
            .checked_sub(self.position.entry_cost)?
            .checked_sub(self.position.accrued_funding)
    }

    /// Returns the side that is worse for the holder: longs sell low, shorts buy back high.
    fn adverse(&self, bounds: &PriceBounds) -> Price {
        if self.position.lots.0 >= 0 {
            bounds.low
        } else {
            bounds.high
        }
    }

    /// Returns the side that is better for the holder.
    fn favourable(&self, bounds: &PriceBounds) -> Price {
        if self.position.lots.0 >= 0 {
            bounds.high
        } else {
            bounds.low
        }
    }

    /// Returns the low net asset value, which redemptions get.
    ///
    /// Losses count at the adverse price. An unrealised *gain* counts only as far as it also exists
    /// at the slow price, so that nobody can lift the spot for a moment and withdraw the
    /// difference. `None` on overflow.
    #[inline(never)]
    pub fn nav_low(&self, bounds: &PriceBounds, slow: Price) -> Option<Value> {
        let spot = self.gain_floor(self.adverse(bounds))?;
        let slow = self.gain_floor(slow)?;
        self.with_gain(spot.min(slow.max(Value::ZERO)))
    }

    /// Returns the low value of all that is at a venue where this position is held, what it has
    /// queued included. `None` on overflow.
    pub fn at_venue_low(position: &Position, bounds: &PriceBounds, slow: Price) -> Option<u64> {
        let venue = Self {
            position: *position,
            ..Self::default()
        };
        Some(venue.nav_low(bounds, slow)?.positive_part())
    }

    /// Returns the high net asset value, which deposits pay. `None` on overflow.
    pub fn nav_high(&self, bounds: &PriceBounds) -> Option<Value> {
        let nav = self.with_gain(self.gain_ceil(self.favourable(bounds))?)?;
        nav.checked_add(Value::from_amount(self.levy_reserve)?)
    }

    /// Returns the net asset value at one price, rounded down and without the levy reserve; for
    /// comparing a book with itself. `None` on overflow.
    pub fn nav_at(&self, price: Price) -> Option<Value> {
        self.with_gain(self.gain_floor(price)?)
    }

    /// Equity at the venue, counting no gain: what collateral requirements are measured against.
    /// `None` on overflow.
    pub fn venue_equity_low(&self, bounds: &PriceBounds) -> Option<u64> {
        let gain = self.gain_floor(self.adverse(bounds))?.min(Value::ZERO);
        Some(
            Value::from_amount(self.position.collateral)?
                .checked_add(gain)?
                .positive_part(),
        )
    }

    /// Returns what the account at the venue is worth at one price; it can lose its collateral and
    /// no more. `None` on overflow.
    pub fn venue_equity_at(&self, price: Price) -> Option<Value> {
        self.venue_equity(self.gain_floor(price)?)
    }

    fn venue_equity(&self, gain: Value) -> Option<Value> {
        let equity = Value::from_amount(self.position.collateral)?.checked_add(gain)?;
        Some(equity.max(Value::ZERO))
    }

    fn with_gain(&self, gain: Value) -> Option<Value> {
        self.venue_equity(gain)?
            .checked_add(Value::from_amount(self.cash)?)?
            .checked_add(Value::from_amount(self.receivables)?)?
            .checked_add(Value::from_amount(self.position.queued_withdrawal)?)
    }

    /// Dollar delta D = q·S with the position as it stands. `None` on overflow.
    pub fn delta(&self, price: Price) -> Option<Value> {
        value_floor(self.position.lots, price)
    }

    /// Dollar delta if the order in flight fills completely. `None` on overflow.
    pub fn delta_if_filled(&self, price: Price) -> Option<Value> {
        value_floor(self.position.lots.checked_add(self.position.in_flight)?, price)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ballast_core_types::fixtures::price;
    use ballast_core_types::Lots;

    fn bounds(low: &str, mid: &str, high: &str) -> PriceBounds {
        PriceBounds {
            low: price(low),
            mid: price(mid),
            high: price(high),
        }
    }

    fn holding(lots: i64) -> Portfolio {
        Portfolio {
            cash: 400,
            receivables: 0,
            levy_reserve: 0,
            position: Position {
                collateral: 600,
                lots: Lots(lots),
                entry_cost: Value(lots * 100),
                ..Position::default()
            },
        }
    }

    fn long() -> Portfolio {
        holding(10)
    }

    #[test]
    fn each_side_takes_its_adverse_price() {
        let at = bounds("99", "100", "101");
        assert_eq!(long().nav_low(&at, price("100")), Some(Value(990)));
        assert_eq!(long().nav_high(&at), Some(Value(1_010)));
        let short = holding(-10);
        assert_eq!(short.nav_low(&at, price("100")), Some(Value(990)));
        assert_eq!(short.nav_high(&at), Some(Value(1_010)));
    }

    #[test]
    fn r1_a_gain_counts_at_the_lower_of_spot_and_slow_price() {
        let spiked = bounds("200", "200", "200");
        for (slow, expected) in [("100", 1_000), ("110", 1_100), ("90", 1_000), ("300", 2_000)] {
            assert_eq!(long().nav_low(&spiked, price(slow)), Some(Value(expected)), "{slow}");
        }
        let crashed = bounds("70", "70", "70");
        assert_eq!(long().nav_low(&crashed, price("100")), Some(Value(700)));
        let short = holding(-10);
        for (slow, expected) in [("100", 1_000), ("80", 1_200), ("60", 1_300)] {
            assert_eq!(short.nav_low(&crashed, price(slow)), Some(Value(expected)), "{slow}");
        }
    }

    #[test]
    fn what_leavers_owe_counts_on_both_sides_and_the_levy_reserve_on_the_high_one() {
        let at = bounds("99", "100", "101");
        let book = Portfolio {
            receivables: 50,
            levy_reserve: 7,
            ..long()
        };
        assert_eq!(book.nav_low(&at, price("100")), Some(Value(1_040)));
        assert_eq!(book.nav_high(&at), Some(Value(1_067)));
        assert_eq!(book.nav_at(price("100")), Some(Value(1_050)));
    }

    #[test]
    fn the_venue_account_can_lose_no_more_than_its_collateral() {
        let wiped = bounds("1", "1", "1");
        assert_eq!(long().nav_low(&wiped, price("1")), Some(Value(400)));
        assert_eq!(long().venue_equity_low(&wiped), Some(0));
    }

    #[test]
    fn delta_has_the_sign_of_the_position_and_counts_orders_in_flight_apart() {
        let mut book = long();
        book.position.in_flight = Lots(-4);
        assert_eq!(book.delta(price("100")), Some(Value(1_000)));
        assert_eq!(book.delta_if_filled(price("100")), Some(Value(600)));
        let short = holding(-10);
        assert_eq!(short.delta(price("100")), Some(Value(-1_000)));
    }
}
