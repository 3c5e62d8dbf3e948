//! Which series may be created: strikes and expiries on a lattice, so that interest gathers in few series and none is dust.
//!
//! **Strikes** have at most three significant digits, in steps that double as the first digit grows: 0.02 from 1 to 2, 0.05 from 2 to 5,
//! 0.1 from 5 to 10, times the power of ten. A step is so 1…2.5 % of the strike: 1,000 at 65,000, 2,000 at 110,000, 50 at 3,000, 2 at 150.
//!
//! **Expiries** are at 08:00 UTC: each day in the near, Fridays further out, and last Fridays of months beyond.

use super::calendar::{is_expiry_time, Day};
use super::params::ListingParams;
use super::series::SeriesTerms;
use crate::basis_points::BasisPoints;
use ballast_risk_math::{Price, SECONDS_PER_DAY};

/// Why a series cannot be created.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LatticeRefusal {
    /// The strike is zero, has more than nine places, or is not written in canonical form.
    StrikeForm,
    /// The strike is not a multiple of its step, or has more than three significant digits.
    StrikeStep {
        /// Its digits without trailing zeros.
        digits: u32,
    },
    /// The strike is below the least share of the spot.
    StrikeTooLow,
    /// The strike is above the greatest share of the spot.
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
    /// Whether a series may be created at the unix time `now`, the market's price being `spot`.
    ///
    /// # Errors
    /// The first rule that it breaks.
    pub fn check_series(&self, terms: &SeriesTerms, spot: Price, now: i64) -> Result<(), LatticeRefusal> {
        if !terms.is_canonical() {
            return Err(LatticeRefusal::StrikeForm);
        }
        check_step(terms.strike.digits)?;
        let strike = terms.strike_price().ok_or(LatticeRefusal::StrikeForm)?;
        if exceeds(spot, self.strikes.least, strike) {
            return Err(LatticeRefusal::StrikeTooLow);
        }
        if below(spot, self.strikes.greatest, strike) {
            return Err(LatticeRefusal::StrikeTooHigh);
        }
        self.check_expiry(terms.expiry, now)
    }

    fn check_expiry(&self, expiry: i64, now: i64) -> Result<(), LatticeRefusal> {
        if !is_expiry_time(expiry) {
            return Err(LatticeRefusal::ExpiryTime(expiry));
        }
        let seconds = expiry.saturating_sub(now);
        let rules = &self.expiries;
        if seconds < i64::from(rules.least_seconds) {
            return Err(LatticeRefusal::TooSoon { seconds });
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
            return Err(LatticeRefusal::TooFar { seconds });
        }
        Ok(())
    }
}

/// Three significant digits in 100…999, and a multiple of the step of their range.
fn check_step(digits: u32) -> Result<(), LatticeRefusal> {
    let mut significant = digits;
    while significant != 0 && significant.checked_rem(10) == Some(0) {
        significant = significant.checked_div(10).unwrap_or_default();
    }
    let refused = LatticeRefusal::StrikeStep { digits: significant };
    let mut three = significant;
    while three < 100 {
        three = three.checked_mul(10).filter(|three| *three > 0).ok_or(refused)?;
    }
    let step = match three {
        100..=199 => 2,
        200..=499 => 5,
        500..=999 => 10,
        _ => return Err(refused),
    };
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

/// Both times 10,000.
fn sides(spot: Price, share: BasisPoints, strike: Price) -> Option<(i128, i128)> {
    Some((
        spot.fixed().to_bits().checked_mul(i128::from(share.0))?,
        strike.fixed().to_bits().checked_mul(i128::from(BasisPoints::ONE.0))?,
    ))
}
