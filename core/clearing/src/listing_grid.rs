//! Which series may be created: strikes and expiries on a listing grid, so that interest gathers in
//! few series and none is dust.
//!
//! **Strikes** have at most three significant digits, in steps that double as the first digit
//! grows: 0.02 from 1 to 2, 0.05 from 2 to 5, 0.1 from 5 to 10, times the power of ten. A step is
//! so 1…2.5 % of the strike: 1,000 at 65,000, 2,000 at 110,000, 50 at 3,000, 2 at 150.
//!
//! **Expiries** are at 08:00 UTC: each day in the near, Fridays further out, and last Fridays of
//! months beyond.

use super::calendar::{is_expiry_time, Day};
use super::params::ListingParams;
use super::series::SeriesTerms;
use ballast_core_types::basis_points::BasisPoints;
use ballast_core_types::{Price, SECONDS_PER_DAY};

/// Why a series cannot be created.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ListingGridError {
    /// The strike is zero, has more than nine places, or is not written in canonical form.
    StrikeForm,
    /// The strike is not a multiple of its step, or has more than three significant digits.
    StrikeStep {
        /// Its digits without trailing zeros.
        digits: u32,
    },
    /// The strike is below the least share of the spot.
    StrikeTooLow,
    /// The strike is above the largest share of the spot.
    StrikeTooHigh,
    /// The expiry is not at 08:00 UTC.
    ExpiryTime(i64),
    /// The expiry is nearer than the least time.
    TooSoon {
        /// Seconds to expiry.
        seconds: i64,
    },
    /// The expiry is further away than such a day may be.
    TooFar {
        /// Seconds to expiry.
        seconds: i64,
    },
}

impl ListingParams {
    /// Checks whether a series may be created at the unix time `now`, the market's price being
    /// `spot`.
    ///
    /// # Errors
    /// The first rule that it breaks.
    pub fn check_series(&self, terms: &SeriesTerms, spot: Price, now: i64) -> Result<(), ListingGridError> {
        if !terms.is_canonical() {
            return Err(ListingGridError::StrikeForm);
        }
        check_step(terms.strike.digits)?;
        let strike = terms.strike_price().ok_or(ListingGridError::StrikeForm)?;
        if exceeds(spot, self.strikes.least, strike) {
            return Err(ListingGridError::StrikeTooLow);
        }
        if below(spot, self.strikes.greatest, strike) {
            return Err(ListingGridError::StrikeTooHigh);
        }
        self.check_expiry(terms.expiry, now)
    }

    /// Checks whether an expiry may be created at the unix time `now`.
    ///
    /// # Errors
    /// [`ListingGridError::ExpiryTime`], [`ListingGridError::TooSoon`],
    /// [`ListingGridError::TooFar`].
    pub fn check_expiry(&self, expiry: i64, now: i64) -> Result<(), ListingGridError> {
        if !is_expiry_time(expiry) {
            return Err(ListingGridError::ExpiryTime(expiry));
        }
        let seconds = expiry.saturating_sub(now);
        let rules = &self.expiries;
        if seconds < i64::from(rules.min_seconds) {
            return Err(ListingGridError::TooSoon { seconds });
        }
        let day = Day::of(expiry);
        let days = if day.is_last_friday() {
            rules.longest_days
        } else if day.is_friday() {
            rules.weekly_days
        } else {
            rules.daily_days
        };
        if seconds > i64::from(days).saturating_mul(SECONDS_PER_DAY) {
            return Err(ListingGridError::TooFar { seconds });
        }
        Ok(())
    }
}

/// Returns the step of strikes whose first three digits are these; `None` if they are not three.
pub const fn step(digits: u32) -> Option<u32> {
    match digits {
        100..=199 => Some(2),
        200..=499 => Some(5),
        500..=999 => Some(10),
        _ => None,
    }
}

/// Three significant digits in 100…999, and a multiple of the step of their range.
fn check_step(digits: u32) -> Result<(), ListingGridError> {
    let mut significant = digits;
    while significant != 0 && significant.checked_rem(10) == Some(0) {
        significant = significant.checked_div(10).unwrap_or_default();
    }
    let refused = ListingGridError::StrikeStep { digits: significant };
    let mut three = significant;
    while three < 100 {
        three = three.checked_mul(10).filter(|three| *three > 0).ok_or(refused)?;
    }
    let step = step(three).ok_or(refused)?;
    if three.checked_rem(step) == Some(0) {
        Ok(())
    } else {
        Err(refused)
    }
}

/// spot × share > strike, exactly; what does not fit is above.
fn exceeds(spot: Price, share: BasisPoints, strike: Price) -> bool {
    match sides(spot, share, strike) {
        Some((spot, strike)) => spot > strike,
        None => true,
    }
}

/// spot × share < strike, exactly; what does not fit is below.
fn below(spot: Price, share: BasisPoints, strike: Price) -> bool {
    match sides(spot, share, strike) {
        Some((spot, strike)) => spot < strike,
        None => true,
    }
}

/// Returns the share of the spot and the strike, both times 10,000.
fn sides(spot: Price, share: BasisPoints, strike: Price) -> Option<(i128, i128)> {
    Some((
        spot.fixed().to_bits().checked_mul(i128::from(share.0))?,
        strike.fixed().to_bits().checked_mul(i128::from(BasisPoints::ONE.0))?,
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::{call, option, EXPIRY, LISTING};
    use ballast_core_margin::Decimal;
    use ballast_core_math::black_scholes::Kind;
    use ballast_core_types::fixtures::price;

    const DAY: i64 = SECONDS_PER_DAY;

    fn check(digits: u32, places: u8, spot: &str) -> Result<(), ListingGridError> {
        let terms = SeriesTerms {
            strike: Decimal { digits, places },
            ..call(1)
        };
        LISTING.check_series(&terms, price(spot), EXPIRY - 10 * DAY)
    }

    #[test]
    fn strikes_lie_on_their_steps() {
        let off = |digits| Err(ListingGridError::StrikeStep { digits });
        for (digits, places, spot, expected) in [
            (65_000, 0, "65000", Ok(())),
            (65_500, 0, "65000", off(655)),
            (65_001, 0, "65000", off(65_001)),
            (110_000, 0, "100000", Ok(())),
            (112_000, 0, "100000", Ok(())),
            (111_000, 0, "100000", off(111)),
            (45_500, 0, "45000", Ok(())),
            (3_050, 0, "3000", Ok(())),
            (3_030, 0, "3000", off(303)),
            (152, 0, "150", Ok(())),
            (151, 0, "150", off(151)),
            (1_425, 1, "150", off(1_425)),
            (52, 2, "0.5", Ok(())),
            (525, 3, "0.5", off(525)),
            (100, 0, "100", Ok(())),
            (1, 0, "1", Ok(())),
            (1_650, 1, "150", Err(ListingGridError::StrikeForm)),
            (0, 0, "150", Err(ListingGridError::StrikeForm)),
            (1, 10, "150", Err(ListingGridError::StrikeForm)),
        ] {
            assert_eq!(check(digits, places, spot), expected, "{digits}e-{places}");
        }
    }

    #[test]
    fn strikes_are_in_sight_of_the_spot() {
        for (strike, expected) in [
            (198, Err(ListingGridError::StrikeTooLow)),
            (200, Ok(())),
            (5_000, Ok(())),
            (5_100, Err(ListingGridError::StrikeTooHigh)),
            (4_000_000_000, Err(ListingGridError::StrikeTooHigh)),
        ] {
            assert_eq!(check(strike, 0, "1000"), expected, "{strike}");
        }
    }

    #[test]
    fn steps_are_between_one_and_two_and_a_half_percent() {
        let on = |digits: &u32| check_step(*digits).is_ok();
        let strikes = (100..=1_000).filter(on);
        let mut last = 0;
        for strike in strikes {
            if last > 0 {
                let step = f64::from(strike - last) / f64::from(last);
                assert!((0.01..=0.025).contains(&step), "{last} {strike}");
            }
            last = strike;
        }
        assert_eq!(last, 1_000);
        // Whatever the digits, a refusal and no endless loop.
        for digits in [0, 1_001, u32::MAX, 4_000_000_001] {
            assert!(check_step(digits).is_err(), "{digits}");
        }
    }

    #[test]
    fn expiries_are_the_usual_ones() {
        // EXPIRY is the last Friday of March 2026.
        let terms = |expiry| option(Kind::Call, 100, expiry);
        let far = |seconds| Err(ListingGridError::TooFar { seconds });
        for (expiry, now, expected) in [
            (EXPIRY, EXPIRY - 10 * DAY, Ok(())),
            (EXPIRY, EXPIRY - 400 * DAY, Ok(())),
            (EXPIRY, EXPIRY - 400 * DAY - 1, far(400 * DAY + 1)),
            (EXPIRY, EXPIRY - 7_200, Ok(())),
            (
                EXPIRY,
                EXPIRY - 7_199,
                Err(ListingGridError::TooSoon { seconds: 7_199 }),
            ),
            (EXPIRY, EXPIRY + 1, Err(ListingGridError::TooSoon { seconds: -1 })),
            (
                EXPIRY + 1,
                EXPIRY - 10 * DAY,
                Err(ListingGridError::ExpiryTime(EXPIRY + 1)),
            ),
            // The Friday before.
            (EXPIRY - 7 * DAY, EXPIRY - 42 * DAY, Ok(())),
            (EXPIRY - 7 * DAY, EXPIRY - 42 * DAY - 1, far(35 * DAY + 1)),
            // A Thursday.
            (EXPIRY - DAY, EXPIRY - 5 * DAY, Ok(())),
            (EXPIRY - DAY, EXPIRY - 5 * DAY - 1, far(4 * DAY + 1)),
        ] {
            assert_eq!(
                LISTING.check_series(&terms(expiry), price("100"), now),
                expected,
                "{expiry} {now}"
            );
        }
    }
}
