//! GWAV: the geometric time-weighted average of a volatility over a window.

use core::fmt;

use fixed::types::I7F57;

use super::observation::Elapsed;
use crate::black_scholes::Volatility;
use crate::kernels::coefficients::{MAX_VOLATILITY, MIN_VOLATILITY};
use crate::kernels::precise;

/// How many checkpoints are kept.
pub const CHECKPOINTS: usize = 8;

/// Bits to drop from a logarithm with 57 fraction bits: it is kept with 32.
const DROPPED: u32 = 25;
/// After a silence this long, about eight years, history begins anew: products with time would no
/// longer fit.
const LONGEST_SILENCE: i64 = 1 << 28;

/// ∫ ln σ dt up to a moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Checkpoint {
    /// The moment, unix seconds.
    pub time: i64,
    /// ∫ ln σ dt from some beginning, in seconds, with 32 fraction bits; wraps around, only
    /// differences mean anything.
    pub integral: i64,
}

impl Checkpoint {
    /// Returns the integral carried on to `time` at a constant `level`.
    const fn carried(self, level: i64, time: i64) -> Self {
        let held = time.wrapping_sub(self.time);
        Self {
            time,
            integral: self.integral.wrapping_add(level.wrapping_mul(held)),
        }
    }
}

/// Why an update or a question is refused. The state stays as it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GwavError {
    /// The volatility is not within 1…500 %.
    Volatility,
    /// The time is before the last update, or out of range.
    Time,
    /// The window begins before the history that is kept.
    History,
}

impl fmt::Display for GwavError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Volatility => "the volatility must be within 0.01 and 5",
            Self::Time => "the time must not be before the last update",
            Self::History => "the window must begin within the history that is kept",
        })
    }
}

impl core::error::Error for GwavError {}

/// exp(∫ ln σ dt / window), from checkpoints of the integral.
///
/// A volatility counts from when it was published until the next one is: one that stands for no
/// time has no weight, and one that stands for a share x of the window moves the average by its own
/// factor to the power x. The geometric mean is chosen because a spike of a hundredfold then weighs
/// as much as a fall to a hundredth. (Lyra's oracle of the same name averages in the same way over
/// an unbounded list of observations.)
///
/// The last eight checkpoints are kept, `spacing` apart or further, so windows up to seven spacings
/// can always be asked for once that much history exists. A window that begins between two
/// checkpoints takes the average level between them for its first part; that is the only
/// approximation beside rounding (2⁻³⁰ of the result).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gwav {
    /// ln σ since the last update, with 32 fraction bits.
    level: i64,
    last: Checkpoint,
    /// The newest first.
    checkpoints: [Checkpoint; CHECKPOINTS],
    /// How many of them are in use, 1…8.
    used: u8,
}

impl Gwav {
    /// At a first volatility.
    ///
    /// # Errors
    /// [`GwavError::Volatility`]; [`GwavError::Time`] for a time that is negative or beyond 2⁶⁰.
    pub fn first(volatility: Volatility, now: i64) -> Result<Self, GwavError> {
        if !(0..LATEST_TIME).contains(&now) {
            return Err(GwavError::Time);
        }
        let here = Checkpoint { time: now, integral: 0 };
        Ok(Self {
            level: level_of(volatility)?,
            last: here,
            checkpoints: [here; CHECKPOINTS],
            used: 1,
        })
    }

    /// From what was stored: the level and its last update, and the checkpoints, the newest first.
    /// `None` if it is no state that updates lead to: levels out of range, none or too many
    /// checkpoints, times out of order.
    pub fn from_parts(level: i64, last: Checkpoint, checkpoints: [Checkpoint; CHECKPOINTS], used: u8) -> Option<Self> {
        let in_use = checkpoints.get(..usize::from(used)).filter(|list| !list.is_empty())?;
        let mut later = last.time;
        for checkpoint in in_use {
            if checkpoint.time > later {
                return None;
            }
            later = checkpoint.time;
        }
        // ln σ within ln 0.01…ln 5 (with room for its rounding).
        if !(0..LATEST_TIME).contains(&last.time) || later < 0 || !(-(5i64 << 32)..2 << 32).contains(&level) {
            return None;
        }
        Some(Self {
            level,
            last,
            checkpoints,
            used,
        })
    }

    /// Returns what to store, in the order of [`Self::from_parts`].
    pub const fn parts(&self) -> (i64, Checkpoint, [Checkpoint; CHECKPOINTS], u8) {
        (self.level, self.last, self.checkpoints, self.used)
    }

    /// Returns when a volatility was last published, unix seconds.
    pub const fn updated_at(&self) -> i64 {
        self.last.time
    }

    /// With a new volatility from `now` on; a checkpoint is set if the newest is at least `spacing`
    /// old.
    ///
    /// # Errors
    /// [`GwavError::Volatility`]; [`GwavError::Time`] if `now` is before the last update or beyond
    /// 2⁶⁰. Two updates in one second are allowed: the first then never counts.
    pub fn update(&self, volatility: Volatility, now: i64, spacing: Elapsed) -> Result<Self, GwavError> {
        let level = level_of(volatility)?;
        let held = now
            .checked_sub(self.last.time)
            .filter(|held| *held >= 0 && now < LATEST_TIME)
            .ok_or(GwavError::Time)?;
        if held >= LONGEST_SILENCE {
            return Self::first(volatility, now);
        }
        let last = self.last.carried(self.level, now);
        let mut next = Self { level, last, ..*self };
        let [newest, ..] = self.checkpoints;
        if now.wrapping_sub(newest.time) >= i64::from(spacing.seconds()) {
            let [a, b, c, d, e, f, g, _] = self.checkpoints;
            next.checkpoints = [last, a, b, c, d, e, f, g];
            next.used = self.used.saturating_add(1).min(CHECKPOINTS as u8);
        }
        Ok(next)
    }

    /// Returns the average over the last `window` before `now`.
    ///
    /// # Errors
    /// [`GwavError::Time`] if `now` is before the last update; [`GwavError::History`] if the window
    /// begins before the oldest checkpoint: a short history is never passed off as a long one.
    pub fn average(&self, window: Elapsed, now: i64) -> Result<Volatility, GwavError> {
        let held = now
            .checked_sub(self.last.time)
            .filter(|held| *held >= 0)
            .ok_or(GwavError::Time)?;
        let window = i64::from(window.seconds());
        if held >= window {
            return Ok(volatility_of(self.level));
        }
        let end = self.last.carried(self.level, now);
        let start = self.at(now.wrapping_sub(window))?;
        let sum = end.integral.wrapping_sub(start.integral);
        let mean = sum.checked_div(window).ok_or(GwavError::Time)?;
        Ok(volatility_of(mean))
    }

    /// Returns the integral up to a `time` before the last update.
    fn at(&self, time: i64) -> Result<Checkpoint, GwavError> {
        let mut after = self.last;
        for before in self.checkpoints.iter().take(usize::from(self.used)) {
            if before.time <= time {
                let span = after.time.wrapping_sub(before.time);
                let change = after.integral.wrapping_sub(before.integral);
                // A span of zero means that both are the same point.
                let level = change.checked_div(span).unwrap_or(0);
                return Ok(before.carried(level, time));
            }
            after = *before;
        }
        Err(GwavError::History)
    }
}

/// Times are below this, in unix seconds.
const LATEST_TIME: i64 = 1 << 60;

/// ln σ with 32 fraction bits, rounded down.
fn level_of(volatility: Volatility) -> Result<i64, GwavError> {
    let value = volatility.0;
    if value.is_below(MIN_VOLATILITY) || MAX_VOLATILITY.is_below(value) {
        return Err(GwavError::Volatility);
    }
    let ln = precise::ln(value).ok_or(GwavError::Volatility)?;
    Ok(ln.to_bits() >> DROPPED)
}

/// e^level, brought into 1…500 % where rounding left it.
fn volatility_of(level: i64) -> Volatility {
    let value = precise::exp(I7F57::from_bits(level << DROPPED));
    Volatility(if value.is_below(MIN_VOLATILITY) {
        MIN_VOLATILITY
    } else if MAX_VOLATILITY.is_below(value) {
        MAX_VOLATILITY
    } else {
        value
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Magnitude, Scaled};

    fn vol(percent: u128) -> Volatility {
        Volatility(Magnitude::from_decimal(percent, -2).unwrap())
    }

    fn seconds(seconds: i64) -> Elapsed {
        Elapsed::capped(seconds).unwrap()
    }

    fn number(volatility: Volatility) -> f64 {
        Scaled::from(volatility.0).to_f64()
    }

    fn published(list: &[(i64, u128)], spacing: i64) -> Gwav {
        let mut gwav = Gwav::first(vol(list[0].1), list[0].0).unwrap();
        for (time, percent) in &list[1..] {
            gwav = gwav.update(vol(*percent), *time, seconds(spacing)).unwrap();
        }
        gwav
    }

    #[test]
    fn no_time_leads_to_a_state_that_cannot_be_read_back() {
        let last = LATEST_TIME - 1;
        let gwav = Gwav::first(vol(60), last - 1)
            .unwrap()
            .update(vol(50), last, seconds(1))
            .unwrap();
        let (level, at, points, used) = gwav.parts();
        assert_eq!(Gwav::from_parts(level, at, points, used), Some(gwav));
        assert_eq!(gwav.update(vol(50), LATEST_TIME, seconds(1)), Err(GwavError::Time));
        assert_eq!(Gwav::first(vol(50), LATEST_TIME), Err(GwavError::Time));
    }

    #[test]
    fn averages_by_hand() {
        for (list, window, now, expected) in [
            // A constant is its own average.
            (&[(0, 60)][..], 100, 100, 0.6),
            // Half the window at 40 %, half at 90 %: √(0.4·0.9).
            (&[(0, 40), (100, 90)], 200, 200, 0.6),
            // A quarter of it: 0.4^¾·0.9^¼.
            (&[(0, 40), (150, 90)], 200, 200, 0.489_897_948_556_635_6),
            // What stood for no time does not count.
            (&[(0, 40), (100, 500), (100, 90)], 200, 200, 0.6),
            // Older than the window does not count.
            (&[(0, 40), (100, 90)], 100, 200, 0.9),
            (&[(0, 40), (100, 90)], 50, 1_000, 0.9),
        ] {
            let got = number(published(list, 1).average(seconds(window), now).unwrap());
            assert!((got - expected).abs() < 2e-9, "{list:?} {window}: {got} {expected}");
        }
    }

    #[test]
    fn refusals_and_edges() {
        let gwav = published(&[(1_000, 40), (1_100, 90)], 10);
        let at = seconds(10);
        for (percent, now, expected) in [
            (90, 1_099, GwavError::Time),
            (90, i64::MIN, GwavError::Time),
            (501, 1_200, GwavError::Volatility),
            (0, 1_200, GwavError::Volatility),
        ] {
            assert_eq!(gwav.update(vol(percent), now, at), Err(expected));
        }
        assert_eq!(gwav.average(seconds(201), 1_200), Err(GwavError::History));
        assert_eq!(gwav.average(seconds(10), 1_099), Err(GwavError::Time));
        assert!(gwav.average(seconds(200), 1_200).is_ok());
        assert_eq!(gwav.update(vol(50), 1 << 50, at), Gwav::first(vol(50), 1 << 50));
        assert_eq!(Gwav::first(vol(50), -1), Err(GwavError::Time));
        for percent in [1, 500] {
            let edge = Gwav::first(vol(percent), 0).unwrap();
            assert!((number(edge.average(at, 100).unwrap()) * 100.0 - percent as f64).abs() < 1e-6);
        }
    }

    #[test]
    fn stored_states_are_checked() {
        let gwav = published(&[(0, 40), (100, 90), (250, 60)], 50);
        let (level, last, checkpoints, used) = gwav.parts();
        assert_eq!(Gwav::from_parts(level, last, checkpoints, used), Some(gwav));
        let mut reversed = checkpoints;
        reversed.swap(0, 2);
        for (level, last, checkpoints, used) in [
            (level, last, reversed, used),
            (level, last, checkpoints, 0),
            (level, last, checkpoints, 9),
            (3 << 32, last, checkpoints, used),
            (level, Checkpoint { time: 100, integral: 0 }, checkpoints, used),
        ] {
            assert_eq!(Gwav::from_parts(level, last, checkpoints, used), None);
        }
    }

    #[test]
    fn a_spike_moves_the_average_by_its_share_of_the_window() {
        // 500 % for 36 s of an hour at 60 %: (5/0.6)^0.01 = 1.0214.
        let gwav = published(&[(0, 60), (3_564, 500)], 600);
        let got = number(gwav.average(seconds(3_600), 3_600).unwrap());
        assert!((got / 0.6 - (5.0f64 / 0.6).powf(0.01)).abs() < 1e-8, "{got}");
    }
}
