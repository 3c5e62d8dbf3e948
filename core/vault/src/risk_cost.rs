//! The cost of risk: what it is worth in a day that the book lies where it should.
//!
//! ```text
//! J = Σ over markets  a / (2 · NAV) · σ_h² · (D − D*)²
//! ```
//!
//! The quadratic utility of mean and variance (Markowitz 1952): a is the aversion to risk, σ_h the
//! volatility of a day, at least that of 30 % a year, and D − D* what the market's dollar delta is
//! off its target. No market is set against another: a trade in one can only mend that one.
//!
//! Nothing of it is chosen by whoever trades: prices, volatility and targets are the vault's, and J
//! is a sum over what is held, so that it falls by the same amount however the way is cut.

use crate::directional::Outlooks;
use crate::places::PerMarket;
use crate::targets::Targets;
use ballast_core_types::{scale, Ratio, Value, SECONDS_PER_DAY, SECONDS_PER_YEAR};

/// The least volatility a year that counts, basis points: a quiet market is not one without risk.
pub const LEAST_VOLATILITY: u32 = 3_000;

/// Days of a year.
const DAYS: u64 = (SECONDS_PER_YEAR / SECONDS_PER_DAY).unsigned_abs();
/// A variance of one, in basis points squared.
const ONE: u64 = 10_000 * 10_000;
/// The highest volatility a year that counts, basis points: a hundred times the spot.
const MOST_VOLATILITY: u32 = 1_000_000;

/// Returns what J falls by for each dollar that is traded back, so far off the target in the
/// quietest market that counts: a · σ_h² · distance, the distance over the net asset value. `None`
/// on overflow.
pub fn least_slope(aversion: u32, distance: Ratio) -> Option<Ratio> {
    let variance = i128::from(LEAST_VOLATILITY).checked_mul(i128::from(LEAST_VOLATILITY))?;
    let times = variance.checked_mul(i128::from(aversion))?;
    let slope = distance.fixed().checked_mul_int(times)?;
    Some(Ratio::from_fixed(slope.checked_div_int(i128::from(ONE * DAYS))?))
}

/// What J is measured with, the same before and after a trade.
#[derive(Clone, Copy, Debug)]
pub struct RiskCost<'a> {
    /// a, the aversion to risk.
    pub aversion: u32,
    /// Net asset value, quote base units; nothing costs anything where it is not positive.
    pub nav: Value,
    /// What each market says of its volatility.
    pub outlooks: &'a Outlooks,
    /// Where the book should be.
    pub targets: &'a Targets,
}

impl RiskCost<'_> {
    /// Returns by how much J falls from one dollar delta of each market to another, quote base
    /// units, rounded toward zero; nothing where it rises, or does not fit.
    #[inline(never)]
    pub fn fall_floor(&self, was: &PerMarket, is: &PerMarket) -> u64 {
        let (mut falls, mut rises) = (0u64, 0u64);
        let each = self.targets.markets.iter().zip(self.outlooks).zip(was.iter().zip(is));
        for ((target, outlook), (was, is)) in each {
            let Some((target, outlook)) = target.as_ref().zip(outlook.as_ref()) else {
                continue;
            };
            let (was, is) = (target.distance(*was), target.distance(*is));
            let of = |far, near, round| self.between(far, near, outlook.volatility.0, round);
            if is <= was {
                falls = falls.saturating_add(of(was, is, scale::mul_div_floor).unwrap_or(0));
            } else {
                rises = rises.saturating_add(of(is, was, scale::mul_div_ceil).unwrap_or(u64::MAX));
            }
        }
        falls.saturating_sub(rises)
    }

    /// Returns a/(2·NAV)·σ_h²·(far² − near²) in one market, rounded as said.
    fn between(&self, far: u64, near: u64, volatility: u32, round: MulDiv) -> Option<u64> {
        let nav = self.nav.positive_part();
        let squares = round(far.checked_sub(near)?, far.checked_add(near)?, nav)?;
        let volatility = u64::from(volatility.clamp(LEAST_VOLATILITY, MOST_VOLATILITY));
        let times = volatility
            .checked_mul(volatility)?
            .checked_mul(u64::from(self.aversion))?;
        round(squares, times, 2 * DAYS * ONE)
    }
}

/// a · b / c, rounded one way.
type MulDiv = fn(u64, u64, u64) -> Option<u64>;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::prices::fixtures::at;
    use crate::targets::fixtures::{deltas, market, of_markets};
    use ballast_core_types::basis_points::BasisPoints;
    use core::array::from_fn;
    use proptest::prelude::*;

    fn outlooks(volatilities: [u32; 2]) -> Outlooks {
        let outlook = at(["1", "1", "1"], "1").outlook;
        from_fn(|place| {
            let volatility = BasisPoints(*volatilities.get(place)?);
            Some(crate::directional::Outlook { volatility, ..outlook })
        })
    }

    fn fall(aversion: u32, nav: i64, volatilities: [u32; 2], [was, is]: [[i64; 2]; 2]) -> u64 {
        let targets = of_markets(&[market(500_000, 50_000, 0), market(-100_000, 50_000, 0)], 0, 0);
        RiskCost {
            aversion,
            nav: Value(nav),
            outlooks: &outlooks(volatilities),
            targets: &targets,
        }
        .fall_floor(&deltas(&was), &deltas(&is))
    }

    /// 100/2 · 0.3²/365 · (60,000² − 50,000²)/1,000,000 = 13.56 at the least volatility, four times
    /// that at 60 %.
    #[test]
    fn the_table_of_falls() {
        let nav = 1_000_000;
        for (aversion, volatilities, was, is, expected) in [
            (100, [3_000, 3_000], [560_000, -100_000], [550_000, -100_000], 13),
            (100, [10, 3_000], [560_000, -100_000], [550_000, -100_000], 13),
            (100, [6_000, 3_000], [560_000, -100_000], [550_000, -100_000], 54),
            (200, [6_000, 3_000], [560_000, -100_000], [550_000, -100_000], 108),
            (100, [6_000, 3_000], [440_000, -100_000], [450_000, -100_000], 54),
            // Each market by its own volatility and target.
            (100, [6_000, 3_000], [560_000, 0], [550_000, -10_000], 54 + 23),
            // What is gained in one and lost in the other, and what is lost alone.
            (100, [6_000, 3_000], [560_000, -10_000], [550_000, 0], 54 - 24),
            (100, [6_000, 3_000], [550_000, -10_000], [560_000, -10_000], 0),
            (0, [6_000, 3_000], [560_000, 0], [550_000, -10_000], 0),
        ] {
            assert_eq!(
                fall(aversion, nav, volatilities, [was, is]),
                expected,
                "{was:?} -> {is:?}"
            );
        }
        assert_eq!(fall(100, 0, [6_000; 2], [[560_000, 0], [550_000, 0]]), 0);
        assert_eq!(fall(100, -1, [6_000; 2], [[560_000, 0], [550_000, 0]]), 0);
    }

    proptest! {
        /// However a way is cut, it is worth no more than whole; and a way there and back nothing.
        #[test]
        fn the_way_is_worth_the_same_however_it_is_cut(
            ends in prop::array::uniform3(prop::array::uniform2(-2_000_000i64..2_000_000)),
            volatilities in prop::array::uniform2(0u32..40_000),
            aversion in 0u32..1_000,
            nav in 1i64..4_000_000,
        ) {
            let of = |was, is| fall(aversion, nav, volatilities, [was, is]);
            let [a, b, c] = ends;
            prop_assert!(of(a, b) == 0 || of(b, a) == 0);
            if of(a, b) > 0 && of(b, c) > 0 {
                // A unit of (D − D*)²/NAV is worth up to 1,000/2 · 4²/365 units.
                prop_assert!(of(a, b) + of(b, c) <= of(a, c) + 48);
            }
        }

        /// Whatever a market or a vault says, it is a number.
        #[test]
        fn it_never_fails(
            ends in prop::array::uniform2(prop::array::uniform2(any::<i64>())),
            volatilities in prop::array::uniform2(any::<u32>()),
            aversion: u32,
            nav: i64,
        ) {
            fall(aversion, nav, volatilities, ends);
        }
    }
}
