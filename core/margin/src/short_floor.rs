//! The least variance that a short option is counted at, whatever its surface says.
//!
//! A surface that is said too low makes what is short look cheap. So what is short is counted at no
//! less than a share of what the market really did, for the days that the option still has: quiet
//! weekends count less, and a wild fortnight does not last for a year.

use super::amount::{quotient, times};
use ballast_core_math::kernels::precise::sqrt;
use ballast_core_math::{Magnitude, Scaled};
use ballast_core_types::{Ratio, I80F48, SECONDS_PER_DAY};

/// The share of realised variance that counts, as a shift: a quarter.
const SHARE_SHIFT: u32 = 2;
/// The most realised variance that counts: a volatility of 100 %.
const MAX_REALISED: I80F48 = I80F48::ONE;
/// How much of a weekday's variance a day of a weekend has: 0.57 in BTC, 0.64 in ETH, 0.67 in SOL
/// from 2020 to 2026, hourly; a calm one has less.
const WEEKEND_HALVES: i64 = 1;

/// Seconds of a week.
const WEEK: i64 = 7 * SECONDS_PER_DAY;
/// The first Saturday, unix seconds.
const FIRST_SATURDAY: i64 = 2 * SECONDS_PER_DAY;

/// The least volatility that a short option of one market is counted at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ShortFloor {
    /// That of an option without a weekend.
    weekdays: Magnitude,
}

impl ShortFloor {
    /// Returns the floor of a market with this realised variance a year.
    pub fn of(realised: Ratio) -> Self {
        let realised = realised.fixed().clamp(I80F48::ZERO, MAX_REALISED);
        let counted = I80F48::from_bits(realised.to_bits() >> SHARE_SHIFT);
        Self {
            weekdays: sqrt(Magnitude::from_fixed(counted).unwrap_or(Magnitude::ZERO)),
        }
    }

    /// Returns `volatility`, or the floor between two unix times if that is higher.
    #[inline(never)]
    pub(super) fn raise(self, volatility: Magnitude, now: i64, expiry: i64) -> Magnitude {
        if !volatility.is_below(self.weekdays) {
            return volatility;
        }
        let floor = self.between(now, expiry);
        if volatility.is_below(floor) {
            floor
        } else {
            volatility
        }
    }

    fn between(self, now: i64, expiry: i64) -> Magnitude {
        let seconds = expiry.saturating_sub(now).max(1);
        let quiet = weekend_seconds(expiry)
            .saturating_sub(weekend_seconds(now))
            .clamp(0, seconds);
        // Of each second of a weekend, so many halves count.
        let all = seconds.saturating_mul(2);
        let halves = all.saturating_sub(quiet.saturating_mul(2 - WEEKEND_HALVES));
        // Beyond the listing's horizon no weekend matters.
        let share = quotient(halves.unsigned_abs(), all.unsigned_abs()).unwrap_or(Magnitude::ONE);
        let floor = times(Scaled::from(self.weekdays), sqrt(share));
        Magnitude::from_parts(floor.mantissa.unsigned_abs(), floor.exponent).unwrap_or(self.weekdays)
    }
}

/// Returns the seconds of weekends, UTC, from a moment before 1970 to `time`.
fn weekend_seconds(time: i64) -> i64 {
    let since = time.saturating_sub(FIRST_SATURDAY);
    let (weeks, rest) = (since.div_euclid(WEEK), since.rem_euclid(WEEK));
    let whole = weeks.saturating_mul(2 * SECONDS_PER_DAY);
    whole.saturating_add(rest.min(2 * SECONDS_PER_DAY))
}

#[cfg(test)]
mod tests {
    use super::*;
    /// 2026-02-21, a Saturday, 00:00 UTC.
    const SATURDAY: i64 = 1_771_632_000;

    fn floor(realised: &str, from: i64, to: i64) -> f64 {
        let realised = Ratio::from_fixed(realised.parse().unwrap());
        Scaled::from(ShortFloor::of(realised).raise(Magnitude::ZERO, from, to)).to_f64()
    }

    #[test]
    fn weekends_count_half_and_a_wild_fortnight_is_capped() {
        for (realised, from, hours, expected) in [
            // Two days of a weekend, two of a week, half and half, a whole week.
            ("0.64", SATURDAY, 48, 0.4 * 0.5f64.sqrt()),
            ("0.64", SATURDAY + 172_800, 48, 0.4),
            ("0.64", SATURDAY - 86_400, 48, 0.4 * 0.75f64.sqrt()),
            ("0.64", SATURDAY - 3_600, 168, 0.4 * (6.0f64 / 7.0).sqrt()),
            ("9", SATURDAY + 172_800, 48, 0.5),
            ("0", SATURDAY, 48, 0.0),
            ("-1", SATURDAY, 48, 0.0),
        ] {
            let got = floor(realised, from, from + hours * 3_600);
            assert!((got - expected).abs() < 1e-9, "{realised} {hours}: {got} {expected}");
        }
    }

    #[test]
    fn no_time_makes_it_fail() {
        for (from, to) in [(0, 0), (5, 0), (i64::MIN, i64::MAX), (i64::MAX, i64::MIN), (-9, 9)] {
            let got = floor("0.64", from, to);
            assert!((0.28..=0.4000001).contains(&got), "{from} {to}: {got}");
        }
    }

    /// The Saturday on which the first build could not publish: BTC's first expiry was quoted at
    /// 21 % with a realised volatility of 55.4 %, and the floor stood at 27.7 %.
    #[test]
    fn the_calm_saturday_is_under_no_floor() {
        let got = floor("0.307", SATURDAY + 9 * 3_600, SATURDAY + 32 * 3_600);
        assert!(got < 0.21, "{got}");
    }
}
