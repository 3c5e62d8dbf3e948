//! What a vault watches of itself: the readings of its five breakers, and what it remembers from
//! one observation to the next.
//!
//! Every instruction that values the book ends or begins with an observation, and anyone may
//! observe without doing anything else. An observation rests on a live price. At most one
//! observation in a slot moves the mark and counts as failed; a later one of that slot can still
//! trip.
//!
//! - **Drawdown**: how far the low net asset value of a share lies under its high.
//! - **Unexplained NAV move**: by how much the accounts at the venues are worth more or less than
//!   positions and prices explain since the last observation, over the low net asset value. No
//!   market moves it, however wild, and no flow: it says that the venue, or this program, is wrong.
//! - **Turnover**, **trading loss**: a [`LeakyWindow`] over the low net asset value. The loss is
//!   what rebalances that fill at once cost at an unchanged price and no levy had paid for. Whoever
//!   finds a way to make a vault trade is stopped by what that costs. What an order costs that
//!   waits is not known when it is placed, and is not in it.
//! - **Venue failure**: failed observations in a row of the venue that fails most, at least
//!   [`VENUE_FAILURE_SPACING_SECONDS`] apart, so that a griefer who observes in every slot cannot
//!   make an outage of a moment into one that lasts.
//!
//! All readings are basis points rounded up, or a count.

use crate::directional::drawdown;
use crate::places::MAX_LEGS;
use crate::shares::Pool;
use ballast_core_market::admission::Now;
use ballast_core_market::breaker::{Breaker, BreakerParamError, BreakerParams, BreakerSet, BreakerStates, VAULT};
use ballast_core_types::basis_points::BasisPoints;
use ballast_core_types::{Ratio, Value};
use core::ops::RangeInclusive;

mod leaky_window;
mod venue_mark;

pub use leaky_window::LeakyWindow;
pub use venue_mark::{VenueMark, MOST_AT_A_VENUE};

/// Breakers of a vault.
pub const VAULT_BREAKERS: usize = VAULT.breakers().len();

// The order in which `VaultMonitor::readings` gives them.
const _: () = {
    use Breaker::*;
    assert!(matches!(
        VAULT.breakers(),
        [Drawdown, UnexplainedMove, Turnover, TradingLoss, VenueFailure]
    ));
};

/// The windows of turnover and trading loss that are accepted: an hour to a week.
pub const WINDOW_SECONDS: RangeInclusive<u32> = 3_600..=604_800;

/// In which the slice that *drift* may trade drains, seconds.
pub const SLICE_SECONDS: u32 = 3_600;

/// A further failed observation counts only this long after the last one that did.
pub const VENUE_FAILURE_SPACING_SECONDS: i64 = 60;

/// With fewer shares *and* less value than this many times the virtual part, a tenth of a token,
/// what is read of a share would be about that part, which nobody owns: when the last holder leaves
/// below a price of one, a share "jumps" to one. There is nothing to guard, and the readings are
/// zero.
pub const MIN_MONITORED: u64 = 100;

/// How a vault is watched. Only [`MonitorParams::validate`]d ones mean anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MonitorParams {
    /// The breakers.
    pub breakers: BreakerParams<VAULT_BREAKERS>,
    /// In which turnover and trading loss drain, seconds.
    pub window_seconds: u32,
}

/// The rule a bundle of parameters breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MonitorParamError {
    /// A breaker's.
    Breaker(BreakerParamError),
    /// The window is outside [`WINDOW_SECONDS`].
    Window,
}

impl MonitorParams {
    /// Refuses what would switch a breaker off.
    ///
    /// # Errors
    /// The first [`MonitorParamError`] that is broken.
    pub fn validate(&self) -> Result<(), MonitorParamError> {
        VAULT.validate(&self.breakers).map_err(MonitorParamError::Breaker)?;
        if !WINDOW_SECONDS.contains(&self.window_seconds) {
            return Err(MonitorParamError::Window);
        }
        Ok(())
    }
}

/// What a vault is worth as an observation finds it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ShareValue {
    /// The vault at its low net asset value.
    pub pool: Pool,
    /// Value of one of its shares, [`Pool::nav_per_share`].
    pub per_share: Ratio,
    /// High of a share's marks, which falls by a little every day.
    pub high_water: Ratio,
    /// Its low net asset value with what is at a venue in quarantine, if that can be read: what
    /// moves there and what trades cost are parts of it.
    pub nav_whole: Value,
    /// What is at each venue, whether it counts or not; `None` if it cannot be read.
    pub venues: [Option<VenueMark>; MAX_LEGS],
}

impl ShareValue {
    fn is_monitored(&self) -> bool {
        let least = self.pool.virtual_part().saturating_mul(MIN_MONITORED);
        self.pool.supply.0 >= least || self.pool.nav.positive_part() >= least
    }

    fn drawdown(&self) -> u32 {
        drawdown(self.per_share, self.high_water).0
    }

    fn share_of(&self, amount: u64) -> u32 {
        quotient(u128::from(amount), u128::from(self.nav_whole.positive_part()))
    }
}

/// Ten-thousandths, rounded up; nothing of anything is nothing.
#[inline(never)]
fn quotient(part: u128, whole: u128) -> u32 {
    if part == 0 {
        return 0;
    }
    BasisPoints::quotient_ceil(part, whole).0
}

/// What one observation sees.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VaultObservation {
    /// What the vault is worth; `None` if the venue's accounts say nothing that can be read.
    pub share_value: Option<ShareValue>,
    /// Whether the venue of each leg answers as it should: accounts of a known layout, running, and
    /// pricing; `None` where there is no leg, or it is not judged.
    pub answers: [Option<bool>; MAX_LEGS],
}

/// What a vault remembers of the venue of a leg.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct VenueMemory {
    /// What was there at the last observation. `None` before the first, and in an empty vault.
    pub mark: Option<VenueMark>,
    /// Failed observations of it, in a row.
    pub failures: u32,
    /// When the last of them was, unix seconds.
    pub failed_at: i64,
    /// Whether what is there has moved without a reason, by enough of what tripped the breaker, and
    /// that has not reset.
    pub is_in_doubt: bool,
}

/// What a vault remembers from one observation to the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VaultMonitor {
    /// The breakers.
    pub breakers: BreakerStates<VAULT_BREAKERS>,
    /// What it remembers of each leg's venue.
    pub venues: [VenueMemory; MAX_LEGS],
    /// Slot of the last observation that counted.
    pub slot: u64,
    /// Value traded.
    pub turnover: LeakyWindow,
    /// Value traded for *drift*, in an hour.
    pub slice: LeakyWindow,
    /// What trades cost those who stay.
    pub trading_loss: LeakyWindow,
}

/// What an observation found and left behind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MonitorUpdate {
    /// To remember.
    pub monitor: VaultMonitor,
    /// The active breakers for whoever acts on this observation: those that were active before, and
    /// those that its readings trip.
    pub active: BreakerSet,
    /// Whether the venue of each leg answers, as it was observed.
    pub answers: [Option<bool>; MAX_LEGS],
}

impl VaultMonitor {
    /// Nothing was observed yet.
    pub const fn new(now: i64) -> Self {
        let empty = LeakyWindow { amount: 0, at: now };
        Self {
            breakers: BreakerStates::new(now),
            venues: [VenueMemory {
                mark: None,
                failures: 0,
                failed_at: now,
                is_in_doubt: false,
            }; MAX_LEGS],
            slot: 0,
            turnover: empty,
            slice: empty,
            trading_loss: empty,
        }
    }

    /// Returns what the breakers read, in the order of [`VAULT`].
    #[inline(never)]
    pub fn readings(
        &self,
        observation: &VaultObservation,
        params: &MonitorParams,
        now: Now,
    ) -> [Option<u32>; VAULT_BREAKERS] {
        let venues = self.venues.iter().zip(observation.answers);
        // One that is not judged stays what it was.
        let failures = venues.map(|(venue, answers)| match answers {
            Some(answers) => self.failed_after(venue, answers, now).failures,
            None => venue.failures,
        });
        let failed = failures.max().unwrap_or(0);
        let Some(share_value) = &observation.share_value else {
            return [None, None, None, None, Some(failed)];
        };
        if !share_value.is_monitored() {
            return [Some(0), Some(0), Some(0), Some(0), Some(failed)];
        }
        let share_of = |sum: &LeakyWindow| share_value.share_of(sum.left_ceil(now.unix_time, params.window_seconds));
        [
            Some(share_value.drawdown()),
            self.unexplained(share_value),
            Some(share_of(&self.turnover)),
            Some(share_of(&self.trading_loss)),
            Some(failed),
        ]
    }

    /// Takes one more observation.
    pub fn observe(&self, observation: &VaultObservation, params: &MonitorParams, now: Now) -> MonitorUpdate {
        let readings = self.readings(observation, params, now);
        let active = VAULT.active(&self.breakers, &readings, &params.breakers);
        let mut monitor = *self;
        monitor.breakers = VAULT.observe(&self.breakers, &readings, &params.breakers, now.unix_time);
        self.doubt(&mut monitor, observation, active);
        self.note_answers(&mut monitor, &observation.answers, now);
        if self.counts(now) {
            monitor.slot = now.slot;
        }
        Self::note_marks(&mut monitor, observation);
        MonitorUpdate {
            monitor,
            active,
            answers: observation.answers,
        }
    }

    /// Takes an observation that rests on a price which is admitted for nothing, as anybody can
    /// bring one at any moment: it judges venues whose own price is admitted, trips by what they
    /// do, and keeps no other observation of its slot, and no cooldown, from what it would be
    /// without it.
    pub fn observe_beside(&self, observation: &VaultObservation, params: &MonitorParams, now: Now) -> MonitorUpdate {
        let [_, moved, _, _, failed] = self.readings(observation, params, now);
        let readings = [None, moved, None, None, failed];
        let active = VAULT.active(&self.breakers, &readings, &params.breakers);
        let mut monitor = *self;
        monitor.breakers = VAULT.observe_trips(&self.breakers, &readings, &params.breakers);
        self.doubt(&mut monitor, observation, active);
        self.note_answers(&mut monitor, &observation.answers, now);
        Self::note_marks(&mut monitor, observation);
        MonitorUpdate {
            monitor,
            active,
            answers: observation.answers,
        }
    }

    /// Notes what is at each venue that was seen.
    fn note_marks(monitor: &mut Self, observation: &VaultObservation) {
        let Some(share_value) = &observation.share_value else {
            return;
        };
        let is_monitored = share_value.is_monitored();
        for (venue, found) in monitor.venues.iter_mut().zip(share_value.venues) {
            if found.is_some() || venue.mark.is_some() {
                venue.mark = found.or(venue.mark).filter(|_| is_monitored);
            }
        }
    }

    fn note_answers(&self, monitor: &mut Self, answers: &[Option<bool>; MAX_LEGS], now: Now) {
        for (venue, answers) in monitor.venues.iter_mut().zip(answers) {
            if let Some(answers) = answers {
                *venue = self.failed_after(venue, *answers, now);
            }
        }
    }

    /// Notes which venues are in doubt: those that moved without a reason, by a tenth of what all
    /// did, while that trips the breaker; until it resets.
    fn doubt(&self, monitor: &mut Self, observation: &VaultObservation, active: BreakerSet) {
        if !active.has(Breaker::UnexplainedMove) {
            monitor.venues.iter_mut().for_each(|venue| venue.is_in_doubt = false);
            return;
        }
        let Some(share_value) = &observation.share_value else {
            return;
        };
        let sum = self.moves(share_value).flatten().fold(0, u64::saturating_add);
        for (venue, moved) in monitor.venues.iter_mut().zip(self.moves(share_value)) {
            venue.is_in_doubt |= moved.is_some_and(|moved| moved > 0 && moved >= sum / 10);
        }
    }

    /// Returns by how much what is at each venue moved without a reason; `None` where it was not
    /// seen twice.
    fn moves<'a>(&'a self, share_value: &'a ShareValue) -> impl Iterator<Item = Option<u64>> + 'a {
        let seen = self.venues.iter().zip(&share_value.venues);
        seen.map(|(venue, is)| Some(venue.mark?.unexplained(is.as_ref()?)))
    }

    /// Returns by how much what is at the venues moved without a reason; `None` if it is at none of
    /// them twice.
    fn unexplained(&self, share_value: &ShareValue) -> Option<u32> {
        let sum = self.moves(share_value).flatten().reduce(u64::saturating_add)?;
        Some(share_value.share_of(sum))
    }

    /// Returns whether the venue of the leg at a place is in doubt.
    pub fn is_in_doubt(&self, place: usize) -> bool {
        self.venues.get(place).is_some_and(|venue| venue.is_in_doubt)
    }

    /// Returns the failed observations in a row of the venue of the leg at a place.
    pub fn failures(&self, place: usize) -> u32 {
        self.venues.get(place).map_or(0, |venue| venue.failures)
    }

    /// Takes note of collateral that went to the venue of the leg at a place (positive) or was
    /// called back from it.
    pub fn collateral_moved(&mut self, place: usize, amount: Value) {
        if let Some(mark) = self.venues.get_mut(place).and_then(|venue| venue.mark.as_mut()) {
            mark.equity = Value(mark.equity.0.saturating_add(amount.0).max(0));
        }
    }

    /// Returns whether an observation at `now` counts: the first of its slot.
    pub const fn counts(&self, now: Now) -> bool {
        now.slot > self.slot
    }

    /// Returns what is remembered of a venue after one more observation of it.
    fn failed_after(&self, venue: &VenueMemory, answers: bool, now: Now) -> VenueMemory {
        if !self.counts(now) {
            return *venue;
        }
        if answers {
            return VenueMemory { failures: 0, ..*venue };
        }
        let since = now.unix_time.saturating_sub(venue.failed_at);
        if venue.failures > 0 && since < VENUE_FAILURE_SPACING_SECONDS {
            return *venue;
        }
        VenueMemory {
            failures: venue.failures.saturating_add(1),
            failed_at: now.unix_time,
            ..*venue
        }
    }
}

#[cfg(test)]
mod tests;
