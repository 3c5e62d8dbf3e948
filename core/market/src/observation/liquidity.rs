//! How dear it is to trade, and how much dearer than usual.

use ballast_core_math::estimators::{Decay, Elapsed, TimeConstant};
use ballast_core_types::basis_points::BasisPoints;

/// The cost of a standard size, now and as an exponential average: of one unit of any kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TradingCost {
    /// At the last observation that saw a quote.
    pub now: u64,
    /// Its average.
    pub slow: u64,
    /// When that observation was, unix seconds.
    pub seen_at: i64,
}

impl TradingCost {
    /// At a first quote.
    pub const fn first(cost: u64, time: i64) -> Self {
        Self {
            now: cost,
            slow: cost,
            seen_at: time,
        }
    }

    /// After one more. The average takes the new cost as having held since the last quote, so it
    /// follows a contraction no sooner than its time constant; two quotes in one second are one.
    pub fn next(self, cost: u64, time: i64, time_constant: TimeConstant) -> Self {
        let Some(elapsed) = Elapsed::capped(time.saturating_sub(self.seen_at)) else {
            return Self { now: cost, ..self };
        };
        let decay = Decay::over(elapsed, time_constant);
        Self {
            now: cost,
            slow: decay.average(self.slow, cost),
            seen_at: time,
        }
    }

    /// Returns the cost over its average, rounded up.
    pub const fn contraction(self) -> BasisPoints {
        BasisPoints::quotient_ceil(self.now as u128, self.slow as u128)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hour() -> TimeConstant {
        TimeConstant::new(3_600).unwrap()
    }

    #[test]
    fn contraction_is_the_cost_over_its_average() {
        let calm = TradingCost::first(1_000_000, 0);
        assert_eq!(calm.contraction(), BasisPoints::ONE);
        // One hour at three times the cost: the average gains 1 − 1/e of the difference.
        let dear = calm.next(3_000_000, 3_600, hour());
        assert_eq!(dear.slow, 1_000_000 + 1_264_241);
        assert_eq!(dear.contraction().0, 13_250);
        let cheap = calm.next(500_000, 3_600, hour());
        assert!(cheap.contraction() < BasisPoints::ONE);
    }

    #[test]
    fn no_time_moves_no_average() {
        let calm = TradingCost::first(1_000, 100);
        for time in [100, 99, i64::MIN] {
            let after = calm.next(9_000, time, hour());
            assert_eq!((after.now, after.slow, after.seen_at), (9_000, 1_000, 100));
        }
        assert_eq!(TradingCost::first(0, 0).contraction(), BasisPoints::ONE);
        assert_eq!(
            TradingCost::first(0, 0).next(5, 0, hour()).contraction(),
            BasisPoints::MAX
        );
    }
}
