//! What the vault holds, and what that is worth on each side, before any fee.
//!
//! A market's legs are valued together, at one price at a time: one that is long at one venue and
//! short at another holds no price risk, and gains nothing from noise either.

use crate::places::{MAX_LEGS, MAX_MARKETS};
use crate::prices::Prices;
use ballast_core_types::{value_ceil, value_floor, Lots, Position, Price, PriceBounds, Value};

/// A position at a venue.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Leg {
    /// Its market, by that one's place in the vault.
    pub market: usize,
    /// The position.
    pub position: Position,
}

/// Everything a vault owns: its own ledger, and what its venues' accounts say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Portfolio {
    /// Quote tokens in custody, by the vault's own ledger (donations are not in it).
    pub cash: u64,
    /// What holders who leave will have taken off what they get: advances, and the cost of
    /// unwinding their part.
    pub receivables: u64,
    /// Paid for trades that are still due: no part of the low net asset value.
    pub levy_reserve: u64,
    /// The positions, each in its place.
    pub legs: [Option<Leg>; MAX_LEGS],
}

impl Leg {
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

    /// Returns the account's value with a gain: it can lose its collateral and no more.
    fn equity(&self, gain: Value) -> Option<Value> {
        let equity = Value::from_amount(self.position.collateral)?.checked_add(gain)?;
        Some(equity.max(Value::ZERO))
    }

    /// Returns what the account at the venue is worth at one price, rounded down. `None` on
    /// overflow.
    pub fn equity_at(&self, price: Price) -> Option<Value> {
        self.equity(self.gain_floor(price)?)
    }

    /// Returns what the account at the venue is worth, counting no gain: what collateral
    /// requirements are measured against. `None` on overflow.
    pub fn equity_low(&self, bounds: &PriceBounds) -> Option<u64> {
        // Longs sell low, shorts buy back high.
        let adverse = if self.position.lots.0 >= 0 {
            bounds.low
        } else {
            bounds.high
        };
        let gain = self.gain_floor(adverse)?.min(Value::ZERO);
        Some(self.equity(gain)?.positive_part())
    }

    /// Returns the low value of all that is at the venue, what it has queued included. `None` on
    /// overflow, or if its market has no price.
    #[inline(never)]
    pub fn worth_low(&self, prices: &Prices) -> Option<u64> {
        let of = prices.of(self.market)?;
        let worth = AtPrices::default().with(self, &of.bounds, of.slow, false)?.worst();
        let queued = Value::from_amount(self.position.queued_withdrawal)?;
        Some(worth.checked_add(queued)?.positive_part())
    }

    /// Returns the position as it is if the order in flight fills. `None` on overflow.
    pub fn lots_if_filled(&self) -> Option<Lots> {
        self.position.lots.checked_add(self.position.in_flight)
    }
}

impl Portfolio {
    /// Returns the legs, each with its place. They fill the first places.
    pub fn legs(&self) -> impl Iterator<Item = (usize, &Leg)> {
        let placed = self.legs.iter().enumerate();
        placed.map_while(|(place, leg)| Some((place, leg.as_ref()?)))
    }

    /// Returns the leg at a place.
    pub fn leg(&self, place: usize) -> Option<&Leg> {
        self.legs.get(place)?.as_ref()
    }

    /// Returns what is not at risk: cash, what leavers owe, and what venues have queued. `None` on
    /// overflow.
    fn safe(&self) -> Option<Value> {
        let mut safe = Value::from_amount(self.cash)?.checked_add(Value::from_amount(self.receivables)?)?;
        for (_, leg) in self.legs() {
            safe = safe.checked_add(Value::from_amount(leg.position.queued_withdrawal)?)?;
        }
        Some(safe)
    }

    /// Returns the low net asset value, which redemptions get: the least of each market's legs at
    /// the low, the published and the high price, where a *gain* counts only as far as it also
    /// exists at the slow price, so that nobody can lift the spot for a moment and withdraw the
    /// difference. `None` on overflow, or if a leg's market has no price.
    #[inline(never)]
    pub fn nav_low(&self, prices: &Prices) -> Option<Value> {
        let mut markets = [None; MAX_MARKETS];
        for (_, leg) in self.legs() {
            let of = prices.of(leg.market)?;
            let is_shared = self
                .legs()
                .filter(|(_, other)| other.market == leg.market)
                .nth(1)
                .is_some();
            add(&mut markets, leg, |worth: AtPrices| {
                worth.with(leg, &of.bounds, of.slow, is_shared)
            })?;
        }
        sum(self.safe()?, &markets, AtPrices::worst)
    }

    /// Returns the high net asset value, which deposits pay: the greatest of each market's legs at
    /// the low and the high price, rounded up. `None` on overflow, or if a leg's market has no
    /// price.
    #[inline(never)]
    pub fn nav_high(&self, prices: &Prices) -> Option<Value> {
        let mut markets = [None; MAX_MARKETS];
        for (_, leg) in self.legs() {
            let bounds = &prices.of(leg.market)?.bounds;
            add(&mut markets, leg, |[low, high]: [Value; 2]| {
                let at = |price| leg.equity(leg.gain_ceil(price)?);
                Some([low.checked_add(at(bounds.low)?)?, high.checked_add(at(bounds.high)?)?])
            })?;
        }
        let nav = sum(self.safe()?, &markets, |[low, high]| *low.max(high))?;
        nav.checked_add(Value::from_amount(self.levy_reserve)?)
    }

    /// Returns the net asset value at the published prices, rounded down and without the levy
    /// reserve; for comparing a book with itself. `None` on overflow, or if a leg's market has no
    /// price.
    #[inline(never)]
    pub fn nav_mid(&self, prices: &Prices) -> Option<Value> {
        let mut nav = self.safe()?;
        for (_, leg) in self.legs() {
            nav = nav.checked_add(leg.equity_at(prices.mid(leg.market)?)?)?;
        }
        Some(nav)
    }
}

/// What the legs of a market are worth together at each of its prices.
#[derive(Clone, Copy, Default)]
struct AtPrices {
    low: Value,
    mid: Value,
    high: Value,
    slow: Value,
    without_gain: Value,
}

impl AtPrices {
    /// Returns them with one more leg. Of a market that has another one the published price counts
    /// beside: an account loses no more than it has, so that the least of two that are set against
    /// each other may lie between the ends.
    fn with(self, leg: &Leg, bounds: &PriceBounds, slow: Price, is_shared: bool) -> Option<Self> {
        let low = leg.equity_at(bounds.low)?;
        let mid = if is_shared { leg.equity_at(bounds.mid)? } else { low };
        Some(Self {
            low: self.low.checked_add(low)?,
            mid: self.mid.checked_add(mid)?,
            high: self.high.checked_add(leg.equity_at(bounds.high)?)?,
            slow: self.slow.checked_add(leg.equity_at(slow)?)?,
            without_gain: self
                .without_gain
                .checked_add(Value::from_amount(leg.position.collateral)?)?,
        })
    }

    /// Returns the low value: see [`Portfolio::nav_low`].
    fn worst(&self) -> Value {
        let spot = self.low.min(self.high).min(self.mid);
        spot.min(self.slow.max(self.without_gain))
    }
}

/// Adds a leg to what its market has.
fn add<T: Copy + Default>(
    markets: &mut [Option<T>; MAX_MARKETS],
    leg: &Leg,
    with: impl FnOnce(T) -> Option<T>,
) -> Option<()> {
    let of = markets.get_mut(leg.market)?;
    *of = Some(with(of.unwrap_or_default())?);
    Some(())
}

/// Adds a value of each market to what is safe.
fn sum<T>(safe: Value, markets: &[Option<T>; MAX_MARKETS], value: impl Fn(&T) -> Value) -> Option<Value> {
    let mut nav = safe;
    for of in markets.iter().flatten() {
        nav = nav.checked_add(value(of))?;
    }
    Some(nav)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::prices::fixtures::{at, prices};
    use core::array::from_fn;

    fn leg(market: usize, lots: i64, collateral: u64) -> Leg {
        Leg {
            market,
            position: Position {
                collateral,
                lots: Lots(lots),
                entry_cost: Value(lots * 100),
                ..Position::default()
            },
        }
    }

    fn holding(legs: &[Leg]) -> Portfolio {
        Portfolio {
            cash: 400,
            receivables: 0,
            levy_reserve: 0,
            legs: from_fn(|place| legs.get(place).copied()),
        }
    }

    fn long() -> Portfolio {
        holding(&[leg(0, 10, 600)])
    }

    fn short() -> Portfolio {
        holding(&[leg(0, -10, 600)])
    }

    #[test]
    fn each_side_takes_its_adverse_price() {
        let prices = prices(&[at(["99", "100", "101"], "100")]);
        for book in [long(), short()] {
            assert_eq!(book.nav_low(&prices), Some(Value(990)));
            assert_eq!(book.nav_high(&prices), Some(Value(1_010)));
        }
    }

    #[test]
    fn r1_a_gain_counts_at_the_lower_of_spot_and_slow_price() {
        let low = |book: Portfolio, spot, slow| book.nav_low(&prices(&[at([spot; 3], slow)]));
        for (slow, expected) in [("100", 1_000), ("110", 1_100), ("90", 1_000), ("300", 2_000)] {
            assert_eq!(low(long(), "200", slow), Some(Value(expected)), "{slow}");
        }
        assert_eq!(low(long(), "70", "100"), Some(Value(700)));
        for (slow, expected) in [("100", 1_000), ("80", 1_200), ("60", 1_300)] {
            assert_eq!(low(short(), "70", slow), Some(Value(expected)), "{slow}");
        }
    }

    #[test]
    fn the_legs_of_one_market_are_valued_at_one_price() {
        let wide = prices(&[at(["90", "100", "110"], "100")]);
        // Long here and short there: no price changes what both are worth together.
        let matched = holding(&[leg(0, 10, 600), leg(0, -10, 600)]);
        assert_eq!(matched.nav_low(&wide), Some(Value(1_600)));
        assert_eq!(matched.nav_high(&wide), Some(Value(1_600)));
        // But for an account that can lose no more than it has.
        let thin = holding(&[leg(0, 10, 50), leg(0, -10, 600)]);
        assert_eq!(thin.nav_low(&wide), Some(Value(1_050)));
        assert_eq!(thin.nav_high(&wide), Some(Value(1_100)));
    }

    #[test]
    fn each_market_counts_at_its_own_worst() {
        let two = prices(&[at(["99", "100", "101"], "100"), at(["90", "100", "110"], "100")]);
        let book = holding(&[leg(0, 10, 600), leg(1, -10, 600)]);
        assert_eq!(book.nav_low(&two), Some(Value(1_600 - 10 - 100)));
        assert_eq!(book.nav_high(&two), Some(Value(1_600 + 10 + 100)));
        assert_eq!(book.nav_mid(&two), Some(Value(1_600)));
        // A leg whose market has no price has no value.
        assert_eq!(book.nav_low(&prices(&[at(["99", "100", "101"], "100")])), None);
    }

    #[test]
    fn what_leavers_owe_counts_on_both_sides_and_the_levy_reserve_on_the_high_one() {
        let prices = prices(&[at(["99", "100", "101"], "100")]);
        let book = Portfolio {
            receivables: 50,
            levy_reserve: 7,
            ..long()
        };
        assert_eq!(book.nav_low(&prices), Some(Value(1_040)));
        assert_eq!(book.nav_high(&prices), Some(Value(1_067)));
        assert_eq!(book.nav_mid(&prices), Some(Value(1_050)));
    }

    #[test]
    fn the_venue_account_can_lose_no_more_than_its_collateral() {
        let wiped = at(["1", "1", "1"], "1");
        let book = holding(&[leg(0, 10, 600), leg(1, 10, 600)]);
        assert_eq!(book.nav_low(&prices(&[wiped, wiped])), Some(Value(400)));
        assert_eq!(leg(0, 10, 600).equity_low(&wiped.bounds), Some(0));
    }

    #[test]
    fn all_that_is_at_a_venue_counts_what_it_has_queued() {
        let mut at_venue = leg(0, 10, 600);
        at_venue.position.queued_withdrawal = 5;
        for slow in ["100", "50"] {
            let prices = prices(&[at(["99", "100", "101"], slow)]);
            assert_eq!(at_venue.worth_low(&prices), Some(595), "{slow}");
        }
        assert_eq!(at_venue.worth_low(&prices(&[])), None);
    }
}
