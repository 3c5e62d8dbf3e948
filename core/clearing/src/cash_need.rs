//! Cash that has to be there when positions expire, because at settlement nothing else pays.
//!
//! A margin requirement counts what a later option is worth; the moment of expiry does not. So from
//! [`super::params::ClearingHouseParams::cash_window_seconds`] before it on, the positions that
//! expire together on one market, and are settled by their net, have to be covered by cash alone in
//! the worst price of the risk engine's scenarios. Without this rule anybody could owe the
//! insurance fund on purpose: sell the near option, hold the far one, and have no cash on the day.
//!
//! The net payoff of options is a straight line between neighbouring strikes, so its least value
//! over a range of prices lies at a strike or at an end: it is found exactly by one walk from the
//! lowest price to the highest.

use super::account::Position;
use super::settlement::Averaged;
use ballast_core_margin::{PriceMoves, MARGIN, SCENARIOS};
use ballast_core_math::black_scholes::Kind;
use ballast_core_math::kernels::fast::exp;
use ballast_core_types::{Price, Value, I80F48};

/// The cash that an account needs for what expires soon, base units, rounded up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CashNeed {
    /// For positions to be opened and cash to be withdrawn: the net loss at the worst price of the
    /// scenarios.
    pub initial: Value,
    /// Lest the account be liquidated: the net loss at the worse end of the price's confidence, and
    /// no less than the maintenance share (70 %) of the initial need.
    pub maintenance: Value,
}

impl CashNeed {
    /// What counts where a number does not fit.
    pub const MOST: Self = Self {
        initial: Value(i64::MAX),
        maintenance: Value(i64::MAX),
    };

    /// Returns what has to be there for a liquidation to end: the less of 1.1 × maintenance and
    /// initial.
    pub fn target(&self) -> Value {
        target_ceil(self.initial, self.maintenance)
    }

    /// Returns the sum of both, held within 64 bits.
    #[must_use]
    pub const fn plus(self, other: Self) -> Self {
        Self {
            initial: self.initial.saturating_add(other.initial),
            maintenance: self.maintenance.saturating_add(other.maintenance),
        }
    }
}

/// Returns what has to be there for a liquidation to end, of equity as of cash: 1.1 × maintenance,
/// rounded up, or what an opening needs if that is less.
pub(super) fn target_ceil(initial: Value, maintenance: Value) -> Value {
    let tenth = Value(maintenance.0.saturating_add(9) / 10);
    maintenance.saturating_add(tenth).min(initial)
}

/// Prices between which a net loss is looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PriceRange {
    /// The lowest.
    pub low: Price,
    /// The highest.
    pub high: Price,
}

impl PriceRange {
    /// From the scenarios' largest fall to their largest rise. `None` if a price does not fit.
    pub fn of_scenarios(spot: Price, moves: &PriceMoves) -> Option<Self> {
        let outermost = SCENARIOS.outermost(moves);
        let shocked = |shock| Price::from_fixed(spot.fixed().checked_mul(exp(shock).to_fixed()?)?);
        Some(Self {
            low: shocked(outermost.checked_neg()?)?,
            high: shocked(outermost)?,
        })
    }

    /// Returns where an average can end that is known in part, if the price of the rest is in this
    /// range. `None` if a price does not fit.
    pub fn averaged(self, known: Option<&Averaged>) -> Option<Self> {
        let Some(known) = known else {
            return Some(self);
        };
        let (of, seconds) = (i128::from(known.of.max(1)), i128::from(known.seconds));
        let left = of.checked_sub(seconds)?;
        let part = known.price.fixed().checked_mul_int(seconds)?;
        let end = |price: Price| {
            let rest = price.fixed().checked_mul_int(left)?;
            Price::from_fixed(part.checked_add(rest)?.checked_div_int(of)?)
        };
        Some(Self {
            low: end(self.low)?,
            high: end(self.high)?,
        })
    }
}

/// Returns the cash need of positions that expire together on one market, in rising order of
/// strikes, from the range that the price has now and that of [`PriceRange::of_scenarios`].
///
/// `None` if a number does not fit.
pub fn cash_need(positions: &[Position], bounds: &PriceRange, scenarios: &PriceRange) -> Option<CashNeed> {
    let loss = |range: &PriceRange| {
        // ⌈−x⌉ = −⌊x⌋.
        let least = Value::floor(min_payoff(positions, range)?)?;
        Some(Value(least.0.min(0).checked_neg()?))
    };
    let wide = PriceRange {
        low: scenarios.low.min(bounds.low),
        high: scenarios.high.max(bounds.high),
    };
    let initial = loss(&wide)?;
    let now = loss(bounds)?;
    Some(CashNeed {
        initial,
        maintenance: now.max(MARGIN.maintenance_share.of_ceil(initial)?),
    })
}

/// Returns the least net payoff of positions with rising strikes over a range of prices.
#[inline(never)]
pub fn min_payoff(positions: &[Position], range: &PriceRange) -> Option<I80F48> {
    let mut at = range.low;
    let (mut payoff, mut slope) = (I80F48::ZERO, 0i64);
    for position in positions {
        let quantity = position.quantity.0;
        let above = position.series.strike_price()? > at;
        let worth = position.series.intrinsic(at)?;
        payoff = payoff.checked_add(worth.checked_mul_int(i128::from(quantity))?)?;
        // A call in the money gains with the price, a put in the money loses.
        slope = match (position.series.kind, above) {
            (Kind::Call, false) => slope.checked_add(quantity)?,
            (Kind::Put, true) => slope.checked_sub(quantity)?,
            _ => slope,
        };
    }
    let mut least = payoff;
    let mut walk = |to: Price, payoff: &mut I80F48, slope: i64| {
        let distance = to.fixed().checked_sub(at.fixed())?;
        *payoff = payoff.checked_add(distance.checked_mul_int(i128::from(slope))?)?;
        least = least.min(*payoff);
        at = to;
        Some(())
    };
    for position in positions {
        let strike = position.series.strike_price()?;
        if strike <= range.low || strike >= range.high {
            continue;
        }
        walk(strike, &mut payoff, slope)?;
        // A call begins to gain here, a put ends to lose: both add their quantity to the slope.
        slope = slope.checked_add(position.quantity.0)?;
    }
    walk(range.high, &mut payoff, slope)?;
    Some(least)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::{account, call, put};
    use crate::series::SeriesTerms;
    use ballast_core_types::fixtures::price;
    use fixed::types::I7F57;
    use proptest::prelude::*;

    fn range(low: &str, high: &str) -> PriceRange {
        PriceRange {
            low: price(low),
            high: price(high),
        }
    }

    #[test]
    fn the_least_payoff_is_at_a_strike_or_an_end() {
        type Holdings<'a> = &'a [(SeriesTerms, i64)];
        let condor: Holdings = &[(put(80), 10), (put(90), -10), (call(110), -10), (call(120), 10)];
        let fly: Holdings = &[(call(90), -10), (call(100), 20), (call(110), -10)];
        for (positions, low, high, least) in [
            (&[][..], "50", "150", "0"),
            (&[(call(100), -10)], "50", "150", "-500"),
            (&[(call(100), 10)], "50", "150", "0"),
            (&[(call(100), 10)], "110", "150", "100"),
            (&[(put(100), -10)], "50.5", "150", "-495"),
            (condor, "50", "150", "-100"),
            (condor, "95", "105", "0"),
            (fly, "50", "150", "-100"),
            (fly, "99", "101", "-100"),
            (fly, "50", "90", "0"),
            (&[(call(100), -10), (put(100), -10)], "60", "130", "-400"),
        ] {
            let account = account(0, positions);
            let got = min_payoff(account.positions(), &range(low, high)).unwrap();
            assert_eq!(got, least.parse::<I80F48>().unwrap(), "{positions:?} {low} {high}");
        }
    }

    #[test]
    fn a_need_is_for_the_worst_of_the_scenarios_and_of_the_moment() {
        let bounds = range("99", "101");
        for (positions, initial, maintenance) in [
            (&[(call(90), -10)][..], 600, 420),
            // What is owed now is more than seven tenths of the worst.
            (&[(call(10), -10)], 1_400, 980),
            (&[(call(10), -10), (call(110), 10)], 1_000, 910),
            (&[(call(10), -10), (call(20), 10)], 100, 100),
            (&[(call(90), 10)], 0, 0),
        ] {
            let account = account(0, positions);
            let need = cash_need(account.positions(), &bounds, &range("60", "150")).unwrap();
            assert_eq!(
                (need.initial.0, need.maintenance.0),
                (initial, maintenance),
                "{positions:?}"
            );
        }
    }

    #[test]
    fn the_scenarios_end_at_six_deviations() {
        let moves = |worst_day| PriceMoves {
            horizon_volatility: I7F57::lit("0.1"),
            worst_day,
        };
        let range = |worst_day| PriceRange::of_scenarios(price("100"), &moves(worst_day)).unwrap();
        assert!(range(I7F57::lit("0.7")).high > range(I7F57::ZERO).high);
        let range = range(I7F57::lit("0.5"));
        assert!(
            (range.low.fixed().to_num::<f64>() - 54.881_163_6).abs() < 1e-4,
            "{range:?}"
        );
        assert!(
            (range.high.fixed().to_num::<f64>() - 182.211_880_0).abs() < 1e-4,
            "{range:?}"
        );
    }

    proptest! {
        #[test]
        fn no_price_of_the_range_is_worse(
            holdings in proptest::collection::vec((any::<bool>(), 1u32..300, -1_000i64..1_000), 0..12),
            low in 1u32..300, width in 0u32..200, at in 0.0..1.0f64,
        ) {
            let positions: std::vec::Vec<_> = holdings.iter().map(|(is_call, strike, quantity)| {
                (if *is_call { call(*strike) } else { put(*strike) }, *quantity)
            }).collect();
            let account = account(0, &positions);
            let price_of = |value: f64| Price::from_fixed(I80F48::from_num(value)).unwrap();
            let (low, high) = (f64::from(low), f64::from(low) + f64::from(width));
            let range = PriceRange { low: price_of(low), high: price_of(high) };
            let least = min_payoff(account.positions(), &range).unwrap();
            let payoff = |at: Price| account.positions().iter().fold(I80F48::ZERO, |sum, position| {
                sum + position.series.intrinsic(at).unwrap() * I80F48::from_num(position.quantity.0)
            });
            prop_assert!(payoff(price_of(low + at * (high - low))) >= least);
            // And one of them is as bad.
            let strikes = account.positions().iter().map(|position| position.series.strike_price().unwrap());
            let inside = strikes.filter(|strike| *strike >= range.low && *strike <= range.high);
            let attained = inside.chain([range.low, range.high]).any(|at| payoff(at) == least);
            prop_assert!(attained);
        }
    }

    extern crate std;
}
