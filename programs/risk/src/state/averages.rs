//! A market's sums of price × time, as stored: see
//! [`accumulators`](ballast_core_market::accumulators). Plain data without padding.

use crate::errors::RiskError;
use crate::state::Fixed;
use anchor_lang::prelude::*;
use ballast_core_market::accumulators::{
    accumulate_half_hours, accumulate_recent, of_late, Accumulators, Average, Averages, Checkpoint, GradeParamError,
    HeldPrice, Ring, SettlementGrade, HALF_HOURS, RECENT,
};
use ballast_core_market::worst_day::move_of_day;
use ballast_core_math::estimators::LogReturn;
use ballast_core_types::basis_points::BasisPoints;
use bytemuck::{Pod, Zeroable};

/// See [`SettlementGrade`].
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub struct GradeSettings {
    /// Share of the price.
    pub max_confidence: Fixed,
    /// Distance from the second source over the lower price, basis points.
    pub max_divergence: u32,
    /// 1 if both sources have to have agreed in the minute before, 0 if not.
    pub requires_second: u32,
}

/// See [`Accumulators`].
#[derive(AnchorSerialize, AnchorDeserialize, InitSpace, Clone, Copy, Debug, Default, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub struct StoredSums {
    /// Price × seconds, modulo 2⁸⁰.
    pub price_seconds: Fixed,
    /// Seconds that counted.
    pub seconds: u64,
}

/// See [`Checkpoint`].
#[derive(AnchorSerialize, AnchorDeserialize, InitSpace, Clone, Copy, Debug, Default, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub struct StoredSumsAt {
    /// The moment, unix seconds.
    pub at: i64,
    /// The sums then.
    pub sums: StoredSums,
}

/// The sums of a market.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub struct StoredAverages {
    /// Of prices of settlement grade, up to the newest print.
    pub sums: StoredSums,
    /// How many half hours were ever stored: the next goes to this, modulo the ring's length.
    pub half_hours_stored: u64,
    /// The half hours.
    pub half_hours: [StoredSumsAt; HALF_HOURS],
    /// Of every price, up to the newest print.
    pub recent_sums: StoredSums,
    /// How many moments of observation were ever stored.
    pub recent_stored: u64,
    /// The moments of observation.
    pub recent: [StoredSumsAt; RECENT],
}

impl GradeSettings {
    /// As the core wants it.
    pub fn grade(&self) -> SettlementGrade {
        SettlementGrade {
            max_confidence: self.max_confidence.ratio(),
            max_divergence: BasisPoints(self.max_divergence),
            requires_second: self.requires_second != 0,
        }
    }

    /// # Errors
    /// [`RiskError::GradeConfidence`], [`RiskError::GradeDivergence`].
    pub fn validate(&self) -> Result<()> {
        let valid = self.grade().validate();
        valid.map_err(|error| match error {
            GradeParamError::Confidence => RiskError::GradeConfidence,
            GradeParamError::Divergence => RiskError::GradeDivergence,
        })?;
        Ok(())
    }
}

impl From<&SettlementGrade> for GradeSettings {
    fn from(grade: &SettlementGrade) -> Self {
        Self {
            max_confidence: grade.max_confidence.into(),
            max_divergence: grade.max_divergence.0,
            requires_second: u32::from(grade.requires_second),
        }
    }
}

impl StoredSums {
    /// As the core wants them.
    pub const fn get(&self) -> Accumulators {
        Accumulators {
            price_seconds: self.price_seconds.get(),
            seconds: self.seconds,
        }
    }
}

impl From<Accumulators> for StoredSums {
    fn from(sums: Accumulators) -> Self {
        Self {
            price_seconds: sums.price_seconds.into(),
            seconds: sums.seconds,
        }
    }
}

impl StoredSumsAt {
    /// As the core wants them.
    pub const fn get(&self) -> Checkpoint {
        Checkpoint {
            at: self.at,
            sums: self.sums.get(),
        }
    }
}

impl From<Checkpoint> for StoredSumsAt {
    fn from(checkpoint: Checkpoint) -> Self {
        Self {
            at: checkpoint.at,
            sums: checkpoint.sums.into(),
        }
    }
}

impl StoredAverages {
    /// Takes in a first source's print published at `published`, after what was held: as what
    /// settles holds it, and as averages of late do.
    pub fn record(&mut self, held: Option<&HeldPrice>, every: Option<&HeldPrice>, published: i64) {
        let mut half_hours = StoredRing(&mut self.half_hours_stored, &mut self.half_hours);
        self.sums = accumulate_half_hours(held, published, &mut half_hours).into();
        let mut recent = StoredRing(&mut self.recent_stored, &mut self.recent);
        self.recent_sums = accumulate_recent(every, published, &mut recent).into();
    }

    /// Returns the averages that the market can tell, with its newest print.
    pub fn averages(&self, held: HeldPrice) -> Averages<impl Iterator<Item = Checkpoint> + Clone + '_> {
        Averages {
            held,
            half_hours: newest_first(self.half_hours_stored, &self.half_hours),
        }
    }

    /// Returns how far the price went in the day up to the newest half hour: see [`move_of_day`].
    pub fn move_of_day(&self) -> Option<LogReturn> {
        move_of_day(newest_first(self.half_hours_stored, &self.half_hours))
    }

    /// Returns the average of late: see [`of_late`].
    pub fn of_late(&self, every: &HeldPrice) -> Option<Average> {
        of_late(every, newest_first(self.recent_stored, &self.recent))
    }
}

/// How many were ever stored, and the places.
struct StoredRing<'a>(&'a mut u64, &'a mut [StoredSumsAt]);

impl Ring for StoredRing<'_> {
    fn newest(&self) -> Option<Checkpoint> {
        newest_first(*self.0, self.1).next()
    }

    fn push(&mut self, checkpoint: Checkpoint) {
        let Self(stored, places) = self;
        if let Some(place) = place(**stored, places.len()).and_then(|place| places.get_mut(place)) {
            *place = checkpoint.into();
            **stored = stored.wrapping_add(1);
        }
    }
}

/// Returns the place of the one after so many.
fn place(stored: u64, places: usize) -> Option<usize> {
    let places = u64::try_from(places).ok()?;
    usize::try_from(stored.checked_rem(places)?).ok()
}

fn newest_first(stored: u64, places: &[StoredSumsAt]) -> impl Iterator<Item = Checkpoint> + Clone + '_ {
    let next = place(stored, places.len()).unwrap_or(0);
    let (before, after) = places.split_at_checked(next).unwrap_or((places, &[]));
    let all = before.iter().rev().chain(after.iter().rev());
    let there = usize::try_from(stored).unwrap_or(usize::MAX);
    all.take(there).map(StoredSumsAt::get)
}

#[cfg(test)]
mod tests {
    use super::*;
    use ballast_core_types::{Price, I80F48};

    #[test]
    fn a_ring_keeps_the_newest_in_order() {
        let (mut stored, mut places) = (0, [StoredSumsAt::default(); 4]);
        for at in 1..=11 {
            let mut ring = StoredRing(&mut stored, &mut places);
            assert_eq!(ring.newest().map_or(0, |checkpoint| checkpoint.at), at - 1);
            ring.push(Checkpoint {
                at,
                sums: Accumulators::default(),
            });
            let found: Vec<i64> = newest_first(stored, &places).map(|checkpoint| checkpoint.at).collect();
            let expected: Vec<i64> = (1..=at).rev().take(4).collect();
            assert_eq!(found, expected);
        }
    }

    #[test]
    fn sums_survive_storage() {
        let sums = Accumulators {
            price_seconds: I80F48::lit("123456789.5"),
            seconds: 77,
        };
        let checkpoint = Checkpoint { at: -5, sums };
        assert_eq!(StoredSumsAt::from(checkpoint).get(), checkpoint);
        let mut averages: StoredAverages = Zeroable::zeroed();
        averages.record(None, None, 1_000);
        let held = HeldPrice {
            since: 1_000,
            sums: averages.sums.get(),
            price: Price::from_fixed(I80F48::lit("5")),
        };
        averages.record(Some(&held), Some(&held), 2_000);
        assert_eq!(averages.sums.get().seconds, 60);
        let told = averages.averages(HeldPrice {
            since: 2_000,
            sums: averages.sums.get(),
            ..held
        });
        let ends: Vec<(i64, u64)> = told.half_hours.map(|half| (half.at, half.sums.seconds)).collect();
        assert_eq!(ends, [(1_800, 60), (0, 0)]);
    }
}
