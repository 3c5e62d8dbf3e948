//! The rules of a surface.

use core::fmt;

/// A rule that every slice, or every slice and the one before it, must hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SliceError {
    /// The time to expiry is within a minute and five years.
    Time,
    /// The at-the-money volatility √(θ/T) is within 1…500 %.
    AtmVolatility,
    /// |ρ| ≤ 1 − 2⁻¹⁰.
    Skew,
    /// Expiries increase.
    Order,
    /// θφ(1+|ρ|) < 4: the wings are flat enough (Gatheral and Jacquier 2014, theorem 4.2).
    ButterflyWings,
    /// θφ²(1+|ρ|) ≤ 4: the smile is not too curved at the money (the same theorem).
    ButterflyCurvature,
    /// θ does not fall with expiry.
    CalendarVariance,
    /// φ does not rise with expiry (Hendriks and Martini 2019, proposition 3.5).
    CalendarCurvature,
    /// θφ(1−ρ), the slope of the put wing, does not fall with expiry.
    CalendarPutWing,
    /// θφ(1+ρ), the slope of the call wing, does not fall with expiry.
    CalendarCallWing,
}

impl fmt::Display for SliceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Time => "the time to expiry must be within a minute and 5 years",
            Self::AtmVolatility => "the at-the-money volatility must be within 0.01 and 5",
            Self::Skew => "the skew must be within 1023/1024 of zero",
            Self::Order => "the expiry must be after the one before",
            Self::ButterflyWings => "butterfly arbitrage: theta phi (1+|rho|) must be below 4",
            Self::ButterflyCurvature => "butterfly arbitrage: theta phi^2 (1+|rho|) must be at most 4",
            Self::CalendarVariance => "calendar arbitrage: theta must not fall from the expiry before",
            Self::CalendarCurvature => "calendar arbitrage: phi must not rise from the expiry before",
            Self::CalendarPutWing => "calendar arbitrage: theta phi (1-rho) must not fall from the expiry before",
            Self::CalendarCallWing => "calendar arbitrage: theta phi (1+rho) must not fall from the expiry before",
        })
    }
}
