//! What tests use.

use crate::accumulators::{
    accumulate_half_hours, accumulate_recent, of_late, Average, Averages, Checkpoint, HeldPrice, Ring, HALF_HOURS,
    RECENT,
};
use crate::admission::Print;
use ballast_core_types::fixtures::price;
use ballast_core_types::{Price, PriceBounds, Ratio};

/// Returns a print without any width.
pub fn exact_print(text: &str, publish_time: i64) -> Print {
    let mid = price(text);
    Print {
        bounds: PriceBounds {
            low: mid,
            mid,
            high: mid,
        },
        confidence: Ratio::ZERO,
        publish_time,
        slot: 1,
    }
}

/// A ring of checkpoints, newest first.
#[derive(Clone, Debug)]
pub struct FixedRing<const N: usize>([Option<Checkpoint>; N]);

impl<const N: usize> Default for FixedRing<N> {
    fn default() -> Self {
        Self([None; N])
    }
}

impl<const N: usize> FixedRing<N> {
    /// Returns the checkpoints, newest first.
    pub fn newest_first(&self) -> impl Iterator<Item = Checkpoint> + Clone + '_ {
        self.0.iter().copied().flatten()
    }
}

impl<const N: usize> Ring for FixedRing<N> {
    fn newest(&self) -> Option<Checkpoint> {
        self.newest_first().next()
    }

    fn push(&mut self, checkpoint: Checkpoint) {
        self.0.rotate_right(1);
        if let Some(newest) = self.0.first_mut() {
            *newest = Some(checkpoint);
        }
    }
}

/// The averages of a market that prints come to.
#[derive(Clone, Debug, Default)]
pub struct AveragedMarket {
    half_hours: FixedRing<HALF_HOURS>,
    recent: FixedRing<RECENT>,
    /// The newest print, as what settles holds it.
    pub held: Option<HeldPrice>,
    /// The newest print, as averages of late hold it.
    every: Option<HeldPrice>,
}

impl AveragedMarket {
    /// Takes in a print, which is of settlement grade or not.
    pub fn print(&mut self, since: i64, price: Price, is_of_grade: bool) {
        self.held = Some(HeldPrice {
            since,
            sums: accumulate_half_hours(self.held.as_ref(), since, &mut self.half_hours),
            price: is_of_grade.then_some(price),
        });
        self.every = Some(HeldPrice {
            since,
            sums: accumulate_recent(self.every.as_ref(), since, &mut self.recent),
            price: Some(price),
        });
    }

    /// Takes in prints of one price.
    #[must_use]
    pub fn prints(mut self, times: impl IntoIterator<Item = i64>, text: &str) -> Self {
        times.into_iter().for_each(|time| self.print(time, price(text), true));
        self
    }

    /// Takes in prints that are not of settlement grade.
    #[must_use]
    pub fn wide(mut self, times: impl IntoIterator<Item = i64>) -> Self {
        times.into_iter().for_each(|time| self.print(time, price("1"), false));
        self
    }

    /// Returns what it tells; `None` before the first print.
    pub fn averages(&self) -> Option<Averages<impl Iterator<Item = Checkpoint> + Clone + '_>> {
        let half_hours = self.half_hours.newest_first();
        self.held.map(|held| Averages { held, half_hours })
    }

    /// Returns its average of late.
    pub fn of_late(&self) -> Option<Average> {
        of_late(self.every.as_ref()?, self.recent.newest_first())
    }
}
