//! What tests use.

use crate::accumulators::{accumulate, Averages, Checkpoint, HeldPrice, Ring, HALF_HOURS, RECENT};
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
    /// The last two minutes.
    pub recent: FixedRing<RECENT>,
    /// The newest print.
    pub held: Option<HeldPrice>,
}

impl AveragedMarket {
    /// Takes in a print: `None` is one that does not count.
    pub fn print(&mut self, since: i64, price: Option<Price>) {
        let sums = accumulate(self.held.as_ref(), since, &mut self.half_hours, &mut self.recent);
        self.held = Some(HeldPrice { since, sums, price });
    }

    /// Takes in prints of one price.
    #[must_use]
    pub fn prints(mut self, times: impl IntoIterator<Item = i64>, text: &str) -> Self {
        times.into_iter().for_each(|time| self.print(time, Some(price(text))));
        self
    }

    /// Takes in prints that do not count.
    #[must_use]
    pub fn wide(mut self, times: impl IntoIterator<Item = i64>) -> Self {
        times.into_iter().for_each(|time| self.print(time, None));
        self
    }

    /// Returns what it tells; `None` before the first print.
    pub fn averages(&self) -> Option<Averages<impl Iterator<Item = Checkpoint> + Clone + '_>> {
        let half_hours = self.half_hours.newest_first();
        self.held.map(|held| Averages { held, half_hours })
    }
}
