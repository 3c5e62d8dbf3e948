//! The breakers that one account keeps: how they trip, quieten and resume.

use super::params::{BreakerParamError, BreakerParams, BreakerSettings, UNGUARDED_COOLDOWNS};
use super::{Breaker, BreakerSet, Resume};
use crate::cooldown::{observed, Cooldown};

/// The breakers of one kind of account, in the order in which it stores them. There are two:
/// [`MARKET`] and [`VAULT`].
#[derive(Clone, Copy, Debug)]
pub struct BreakerGroup<const N: usize> {
    breakers: [Breaker; N],
}

/// The breakers that a market keeps.
pub const MARKET: BreakerGroup<8> = BreakerGroup {
    breakers: [
        Breaker::PriceJump,
        Breaker::VolatilityJump,
        Breaker::WideConfidence,
        Breaker::StalePrice,
        Breaker::SourceDivergence,
        Breaker::LiquidityContraction,
        Breaker::StaleSurface,
        Breaker::QuoteOffPar,
    ],
};

/// The breakers that a vault keeps.
pub const VAULT: BreakerGroup<5> = BreakerGroup {
    breakers: [
        Breaker::Drawdown,
        Breaker::UnexplainedMove,
        Breaker::Turnover,
        Breaker::TradingLoss,
        Breaker::VenueFailure,
    ],
};

/// What an account stores of its breakers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BreakerStates<const N: usize> {
    /// Those that are active.
    pub tripped: BreakerSet,
    /// How long the reading of each that stands has been under `reset`.
    pub cooldown: [Cooldown; N],
    /// When they were last observed, unix seconds.
    pub updated_at: i64,
}

/// Why the guardian cannot resume a breaker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ResumeError {
    /// The account does not keep it, or it does not stand.
    NotTripped,
    /// It resumes by itself and nobody can hurry it.
    Automatic,
    /// It has not been under its reset for its cooldown.
    CoolingDown,
}

impl<const N: usize> BreakerStates<N> {
    /// None stands.
    pub const fn new(now: i64) -> Self {
        Self {
            tripped: BreakerSet::NONE,
            cooldown: [Cooldown::NONE; N],
            updated_at: now,
        }
    }
}

impl<const N: usize> BreakerGroup<N> {
    /// Returns its breakers, in order.
    pub const fn breakers(&self) -> [Breaker; N] {
        self.breakers
    }

    /// Returns the readings of all its breakers; `None` is a reading that could not be taken.
    pub fn readings(&self, read: impl FnMut(Breaker) -> Option<u32>) -> [Option<u32>; N] {
        self.breakers.map(read)
    }

    /// Refuses what would switch a breaker off, or to and fro.
    ///
    /// # Errors
    /// The first [`BreakerParamError`] that is broken.
    pub fn validate(&self, params: &BreakerParams<N>) -> Result<(), BreakerParamError> {
        let mut shortest = u32::MAX;
        for (breaker, settings) in self.breakers.into_iter().zip(&params.settings) {
            settings.validate(breaker)?;
            shortest = shortest.min(settings.cooldown_seconds);
        }
        if !(1..=shortest >> 2).contains(&params.longest_gap_seconds) {
            return Err(BreakerParamError::LongestGap);
        }
        Ok(())
    }

    /// After one more observation at everything, at unix time `now`.
    ///
    /// A breaker trips when its reading reaches `trip`. While it stands, it is quiet from one
    /// reading under `reset` to the next. A reading that could not be taken neither trips nor
    /// counts as quiet; one that does not fit into its type is given as `u32::MAX`, and trips.
    pub fn observe(
        &self,
        before: &BreakerStates<N>,
        readings: &[Option<u32>; N],
        params: &BreakerParams<N>,
        now: i64,
    ) -> BreakerStates<N> {
        let waited = observed(before.updated_at, now, params.longest_gap_seconds);
        let mut after = *before;
        after.updated_at = before.updated_at.max(now);
        let rows = self.breakers.into_iter().zip(&params.settings).zip(readings);
        for (((breaker, settings), reading), cooldown) in rows.zip(&mut after.cooldown) {
            let stood = before.tripped.has(breaker);
            let needed = || needed(breaker, settings, params.has_guardian);
            let (is_active, time) = after_observation(stood, *cooldown, *reading, settings, needed, waited);
            *cooldown = time;
            after.tripped = if is_active {
                after.tripped.union(BreakerSet::of(breaker))
            } else {
                after.tripped.without(breaker)
            };
        }
        after
    }

    /// After an observation that can trip and nothing else: no time passes by it, and a reading
    /// that could not be taken changes nothing.
    pub fn observe_trips(
        &self,
        before: &BreakerStates<N>,
        readings: &[Option<u32>; N],
        params: &BreakerParams<N>,
    ) -> BreakerStates<N> {
        let mut after = *before;
        let rows = self.breakers.into_iter().zip(&params.settings).zip(readings);
        for (((breaker, settings), reading), cooldown) in rows.zip(&mut after.cooldown) {
            if reading.is_some_and(|reading| reading >= settings.trip) {
                *cooldown = Cooldown::NONE;
                after.tripped = after.tripped.union(BreakerSet::of(breaker));
            }
        }
        after
    }

    /// Those that are active when somebody is about to act: the stored ones, and those that the
    /// readings of now would trip.
    ///
    /// The second half matters: nobody may profit from nobody having observed yet.
    pub fn active(
        &self,
        states: &BreakerStates<N>,
        readings: &[Option<u32>; N],
        params: &BreakerParams<N>,
    ) -> BreakerSet {
        let mut active = states.tripped;
        for ((breaker, settings), reading) in self.breakers.into_iter().zip(&params.settings).zip(readings) {
            if reading.is_some_and(|reading| reading >= settings.trip) {
                active = active.union(BreakerSet::of(breaker));
            }
        }
        active
    }

    /// Returns the states after the guardian tripped a breaker by hand; it resumes as it always
    /// does. `None` if the account does not keep it.
    pub fn trip(&self, before: &BreakerStates<N>, breaker: Breaker) -> Option<BreakerStates<N>> {
        self.changed(before, breaker, before.tripped.union(BreakerSet::of(breaker)))
    }

    /// Returns the states after the guardian resumed a breaker that waited for it.
    ///
    /// To be called after [`Self::observe`] with readings of the same moment, or its cooldown
    /// may be over.
    ///
    /// # Errors
    /// The first [`ResumeError`] that applies.
    pub fn resume(
        &self,
        before: &BreakerStates<N>,
        breaker: Breaker,
        params: &BreakerParams<N>,
    ) -> Result<BreakerStates<N>, ResumeError> {
        if !before.tripped.has(breaker) {
            return Err(ResumeError::NotTripped);
        }
        if breaker.rule().resume != Resume::ByGuardian {
            return Err(ResumeError::Automatic);
        }
        let cooldown = self
            .breakers
            .into_iter()
            .zip(&params.settings)
            .zip(&before.cooldown)
            .any(|((kept, settings), cooldown)| kept == breaker && cooldown.lasted(settings.cooldown_seconds));
        if !cooldown {
            return Err(ResumeError::CoolingDown);
        }
        self.changed(before, breaker, before.tripped.without(breaker))
            .ok_or(ResumeError::NotTripped)
    }

    /// Returns the states after a breaker was reset without its cooldown. One whose reading is not
    /// taken any more (a source that is gone for good) would be active for ever; this is for
    /// time-locked governance. `None` if the account does not keep it.
    pub fn reset(&self, before: &BreakerStates<N>, breaker: Breaker) -> Option<BreakerStates<N>> {
        self.changed(before, breaker, before.tripped.without(breaker))
    }

    /// With another set, and the cooldown of `breaker` begun again.
    fn changed(&self, before: &BreakerStates<N>, breaker: Breaker, tripped: BreakerSet) -> Option<BreakerStates<N>> {
        let index = self.breakers.into_iter().position(|kept| kept == breaker)?;
        let mut after = *before;
        after.tripped = tripped;
        *after.cooldown.get_mut(index)? = Cooldown::NONE;
        Some(after)
    }
}

/// Returns how long a breaker has to be quiet to resume by itself, seconds; `None` if it never
/// does.
fn needed(breaker: Breaker, settings: &BreakerSettings, has_guardian: bool) -> Option<u32> {
    match breaker.rule().resume {
        Resume::AfterQuiet => Some(settings.cooldown_seconds),
        Resume::ByGuardian if has_guardian => None,
        Resume::ByGuardian => Some(settings.cooldown_seconds.saturating_mul(UNGUARDED_COOLDOWNS)),
    }
}

/// Returns whether a breaker is active after an observation, and how long its cooldown has run if
/// it is.
fn after_observation(
    stood: bool,
    cooldown: Cooldown,
    reading: Option<u32>,
    settings: &BreakerSettings,
    needed: impl FnOnce() -> Option<u32>,
    waited: u32,
) -> (bool, Cooldown) {
    match reading {
        Some(reading) if reading >= settings.trip => (true, Cooldown::NONE),
        _ if !stood => (false, Cooldown::NONE),
        Some(reading) if reading < settings.reset => {
            let cooldown = cooldown.longer(waited);
            if needed().is_some_and(|needed| cooldown.lasted(needed)) {
                (false, Cooldown::NONE)
            } else {
                (true, cooldown)
            }
        }
        _ => (true, Cooldown::NONE),
    }
}
