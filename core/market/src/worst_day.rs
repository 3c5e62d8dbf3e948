//! The worst day of a year: how far the price went in one, up or down.
//!
//! Margin has to hold what has happened of late, however calm the market is now; variance has
//! forgotten it after a month. A day is measured each half hour, from averages that nobody samples
//! ([`accumulators`](crate::accumulators)): the last ten minutes that counted against those of a
//! day before. The largest of each quarter is kept, for five quarters, so a day counts for a year
//! at least and for fifteen months at most. A larger one counts at once.

use crate::accumulators::Checkpoint;
use ballast_core_math::estimators::LogReturn;
use ballast_core_types::{Price, Ratio, SECONDS_PER_DAY, SECONDS_PER_YEAR};

/// Quarters that are kept, the one that runs among them.
pub const QUARTERS: usize = 5;
/// Length of a quarter, seconds.
pub const QUARTER_SECONDS: i64 = SECONDS_PER_YEAR / 4;
/// What both averages of a move are of at least, seconds that counted.
pub const AVERAGED_SECONDS: u64 = 600;
/// The least and the greatest that a market may be created with, a log move, basis points.
pub const INITIAL_WORST_DAY: core::ops::RangeInclusive<i64> = 1_000..=15_000;

/// The largest log move of a day in each of the last quarters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct WorstDay {
    /// The quarter that runs, counted from 1970.
    pub quarter: i64,
    /// Largest move of each, its sign left out: that of quarter n at n modulo their number.
    pub moves: [LogReturn; QUARTERS],
}

impl WorstDay {
    /// Returns what a market begins with: what is known of it counts for a year.
    pub fn first(size: LogReturn, now: i64) -> Self {
        Self::default().after(size, now)
    }

    /// Returns what is kept after one more move was measured at `now`; of a clock that runs
    /// backwards, in the quarter that runs.
    #[must_use]
    pub fn after(mut self, size: LogReturn, now: i64) -> Self {
        let quarter = now.div_euclid(QUARTER_SECONDS);
        let passed = quarter.saturating_sub(self.quarter);
        let passed = usize::try_from(passed).unwrap_or(0).min(QUARTERS);
        for back in 0..passed {
            let begun = quarter.saturating_sub(i64::try_from(back).unwrap_or(0));
            if let Some(place) = self.place(begun) {
                *place = LogReturn::ZERO;
            }
        }
        self.quarter = self.quarter.max(quarter);
        if let Some(place) = self.place(self.quarter) {
            *place = larger(*place, size);
        }
        self
    }

    /// Returns the largest move of all quarters, its sign left out.
    pub fn size(&self) -> LogReturn {
        self.moves.iter().copied().fold(LogReturn::ZERO, larger)
    }

    fn place(&mut self, quarter: i64) -> Option<&mut LogReturn> {
        let place = quarter.rem_euclid(i64::try_from(QUARTERS).ok()?);
        self.moves.get_mut(usize::try_from(place).ok()?)
    }
}

/// Returns the larger in size, its sign left out.
fn larger(one: LogReturn, other: LogReturn) -> LogReturn {
    let size = one.bits().unsigned_abs().max(other.bits().unsigned_abs());
    LogReturn::from_bits(i64::try_from(size).unwrap_or(i64::MAX))
}

/// Returns how far the price went in the day up to the newest of a market's half hours. `None`
/// while ten minutes have not counted before that, or up to a day before it.
pub fn move_of_day(newest_first: impl Iterator<Item = Checkpoint> + Clone) -> Option<LogReturn> {
    let newest = newest_first.clone().next()?.at;
    let before = average_up_to(newest_first.clone(), newest.saturating_sub(SECONDS_PER_DAY))?;
    Some(LogReturn::between(before, average_up_to(newest_first, newest)?))
}

/// Returns the average of the last ten minutes that counted up to a moment.
fn average_up_to(newest_first: impl Iterator<Item = Checkpoint>, moment: i64) -> Option<Price> {
    let mut until = newest_first.skip_while(|checkpoint| checkpoint.at > moment);
    let end = until.next()?.sums;
    let begin = until.find(|checkpoint| end.seconds_since(checkpoint.sums) >= AVERAGED_SECONDS)?;
    Some(end.average_since(begin.sums)?.price)
}

/// Returns a log move that a market may be created with. `None` outside [`INITIAL_WORST_DAY`].
pub fn initial_worst_day(size: Ratio) -> Option<LogReturn> {
    let bound = |points: &i64| Ratio::from_basis_points(*points);
    let (least, greatest) = (bound(INITIAL_WORST_DAY.start())?, bound(INITIAL_WORST_DAY.end())?);
    // Both have 48 fraction bits.
    let bits = i64::try_from(size.fixed().to_bits()).ok()?;
    (least..=greatest).contains(&size).then(|| LogReturn::from_bits(bits))
}

#[cfg(test)]
mod tests;
