//! Averages of the price over time, from sums that nobody samples.
//!
//! A market adds up price × time and time. A print counts from its publication until the next one,
//! for at most [`MAX_HELD_SECONDS`]: no silence, and no gap that somebody leaves, makes a price
//! count for longer. The average of any stretch is the difference of the one sum over that of the
//! other; whoever brings prints chooses which of them are held, never what they weigh.
//!
//! # What settles
//! Of one pair of sums only prices of [settlement grade](SettlementGrade) are a part.
//! Checkpoints of it lie *at* each half hour: the first observation after it brings the price held
//! then forward to it, and has no part in it itself. Half hours in which the sums stood still are
//! left out, so the ring reaches back over the last [`HALF_HOURS`] in which they did not: 47½
//! hours, or longer.
//!
//! # What is of late
//! Of the other pair every print is a part, so that no width of a market's prices keeps anybody
//! from being liquidated. Checkpoints of it are of the last [`RECENT`] moments of observation,
//! [`RECENT_SECONDS`] apart at least.

mod grade;

pub use grade::{GradeParamError, SettlementGrade};

use ballast_core_math::estimators::MAX_HELD_SECONDS;
use ballast_core_types::{Price, I80F48};

/// Half hours whose sums are kept.
pub const HALF_HOURS: usize = 96;
/// Length of a half hour, seconds.
pub const HALF_HOUR_SECONDS: i64 = 1_800;
/// Moments of observation whose sums are kept: the last two minutes.
pub const RECENT: usize = 9;
/// How far apart they are at least, seconds.
pub const RECENT_SECONDS: i64 = 15;
/// An average of late covers at least and at most so long, seconds.
pub const OF_LATE: core::ops::RangeInclusive<i64> = 30..=60;

/// The sums from the market's first print to one moment. Only differences mean anything.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Accumulators {
    /// Price × seconds, modulo 2⁸⁰.
    pub price_seconds: I80F48,
    /// Seconds.
    pub seconds: u64,
}

/// The sums at one moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// The moment, unix seconds.
    pub at: i64,
    /// The sums.
    pub sums: Accumulators,
}

/// An average of the price over time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Average {
    /// Its value, rounded down to 2⁻⁴⁸.
    pub price: Price,
    /// Seconds that counted in it.
    pub seconds: u64,
}

/// The newest print with the sums up to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HeldPrice {
    /// When it was published, unix seconds.
    pub since: i64,
    /// The sums then.
    pub sums: Accumulators,
    /// The price, if it counts.
    pub price: Option<Price>,
}

impl Accumulators {
    /// After one price was held for so long.
    #[must_use]
    fn plus(self, price: Price, seconds: u32) -> Self {
        Self {
            price_seconds: self
                .price_seconds
                .wrapping_add(price.fixed().wrapping_mul_int(i128::from(seconds))),
            seconds: self.seconds.wrapping_add(u64::from(seconds)),
        }
    }

    /// Returns the average since an earlier moment; `None` if no time counted in between.
    pub fn average_since(self, earlier: Self) -> Option<Average> {
        let seconds = self.seconds.wrapping_sub(earlier.seconds);
        let price = self
            .price_seconds
            .wrapping_sub(earlier.price_seconds)
            .checked_div_int(i128::from(seconds))?;
        Some(Average {
            price: Price::from_fixed(price)?,
            seconds,
        })
    }

    /// Returns the seconds that counted since an earlier moment.
    pub const fn seconds_since(self, earlier: Self) -> u64 {
        self.seconds.wrapping_sub(earlier.seconds)
    }
}

impl HeldPrice {
    /// Returns the sums at a moment that is not before the print, if no other comes until then.
    pub fn sums_at(&self, moment: i64) -> Accumulators {
        let seconds = moment.saturating_sub(self.since).clamp(0, i64::from(MAX_HELD_SECONDS));
        match (self.price, u32::try_from(seconds)) {
            (Some(price), Ok(seconds)) => self.sums.plus(price, seconds),
            _ => self.sums,
        }
    }

    /// Returns the checkpoints at the half hours that have passed once a print of `until` is there,
    /// oldest first. They are the first two after this print: the sums stand still from then on.
    pub fn half_hours(&self, until: i64) -> impl Iterator<Item = Checkpoint> + use<'_> {
        let first = half_hour_at_or_before(self.since).saturating_add(HALF_HOUR_SECONDS);
        [first, first.saturating_add(HALF_HOUR_SECONDS)]
            .into_iter()
            .take_while(move |moment| *moment <= until)
            .map(|at| Checkpoint {
                at,
                sums: self.sums_at(at),
            })
    }
}

/// A ring of checkpoints.
pub trait Ring {
    /// Returns the newest.
    fn newest(&self) -> Option<Checkpoint>;

    /// Adds one, in the place of the oldest if it is full.
    fn push(&mut self, checkpoint: Checkpoint);
}

/// Takes in a first source's print published at `published`, after what was held until then; `None`
/// before the first. Returns the sums up to it.
pub fn accumulate_half_hours(held: Option<&HeldPrice>, published: i64, ring: &mut impl Ring) -> Accumulators {
    let sums = sums_up_to(held, published);
    let mut half_hour = |checkpoint: Checkpoint| {
        if ring.newest().is_none_or(|newest| newest.sums != checkpoint.sums) {
            ring.push(checkpoint);
        }
    };
    match held {
        Some(held) => held.half_hours(published).for_each(&mut half_hour),
        None => half_hour(Checkpoint {
            at: half_hour_at_or_before(published),
            sums,
        }),
    }
    sums
}

/// As [`accumulate_half_hours`], for the checkpoints of late.
pub fn accumulate_recent(held: Option<&HeldPrice>, published: i64, ring: &mut impl Ring) -> Accumulators {
    let sums = sums_up_to(held, published);
    let since = |newest: Checkpoint| published.saturating_sub(newest.at);
    if ring.newest().is_none_or(|newest| since(newest) >= RECENT_SECONDS) {
        ring.push(Checkpoint { at: published, sums });
    }
    sums
}

fn sums_up_to(held: Option<&HeldPrice>, published: i64) -> Accumulators {
    held.map_or_else(Accumulators::default, |held| held.sums_at(published))
}

/// Returns the last half hour that has begun.
const fn half_hour_at_or_before(moment: i64) -> i64 {
    moment.saturating_sub(moment.rem_euclid(HALF_HOUR_SECONDS))
}

/// The averages that a market can tell: `H` gives the checkpoints of half hours, newest first.
#[derive(Clone, Copy, Debug)]
pub struct Averages<H> {
    /// The newest print.
    pub held: HeldPrice,
    /// The half hours.
    pub half_hours: H,
}

impl<H: Iterator<Item = Checkpoint> + Clone> Averages<H> {
    /// Returns whether a print of this moment or a later one is there: nothing changes the sums at
    /// it any more.
    pub const fn has_passed(&self, moment: i64) -> bool {
        self.held.since >= moment
    }

    /// Returns the sums at a half hour. One that has not passed has what the newest print makes of
    /// it; one that the ring does not reach back to is the oldest that it has.
    pub fn at(&self, half_hour: i64) -> Checkpoint {
        let exactly = |sums| Checkpoint { at: half_hour, sums };
        if !self.has_passed(half_hour) {
            return exactly(self.held.sums_at(half_hour));
        }
        let mut oldest = None;
        for checkpoint in self.half_hours.clone() {
            if checkpoint.at <= half_hour {
                return exactly(checkpoint.sums);
            }
            oldest = Some(checkpoint);
        }
        // A market that has been observed has the half hour before its first print.
        oldest.unwrap_or_else(|| exactly(self.held.sums))
    }

    /// Returns the first half hour from `from` to `until` up to which so many seconds counted since
    /// an earlier moment. The last one may not have passed.
    pub fn first_with(&self, seconds: u64, since: Accumulators, from: i64, until: i64) -> Option<Checkpoint> {
        let enough = |checkpoint: &Checkpoint| checkpoint.sums.seconds_since(since) >= seconds;
        let first = Some(self.at(from)).filter(enough);
        first.or_else(|| {
            let later = self.half_hours.clone().take_while(|checkpoint| checkpoint.at > from);
            later
                .filter(|checkpoint| checkpoint.at <= until && enough(checkpoint))
                .last()
        })
    }

    /// Returns the average of the last `seconds` that counted before a half hour, or of a little
    /// more, since it begins on a half hour; of all that the ring has, if that is less. `None` if
    /// nothing in it counted.
    pub fn last_before(&self, half_hour: i64, seconds: u64) -> Option<Average> {
        let sums = self.at(half_hour).sums;
        let mut longest = None;
        for earlier in self.half_hours.clone().filter(|checkpoint| checkpoint.at <= half_hour) {
            longest = sums.average_since(earlier.sums).or(longest);
            if sums.seconds_since(earlier.sums) >= seconds {
                break;
            }
        }
        longest
    }
}

/// Returns the average of late: from the newest of these checkpoints that is [`OF_LATE`] older than
/// the newest print, to that print. `None` if there is none: a print, and another half a minute
/// later, make it.
pub fn of_late(held: &HeldPrice, mut newest_first: impl Iterator<Item = Checkpoint>) -> Option<Average> {
    let age = |checkpoint: &Checkpoint| held.since.saturating_sub(checkpoint.at);
    let begins = newest_first.find(|checkpoint| age(checkpoint) >= *OF_LATE.start())?;
    let average = held.sums.average_since(begins.sums);
    average.filter(|_| age(&begins) <= *OF_LATE.end())
}

#[cfg(test)]
mod tests;
