//! How much of a market a vault wants: the directional target.
//!
//! ```text
//! w = base · E · min(1, σ_ref / σ) · ladder(1 − v / H)
//! ```
//!
//! E is the strength of the trend of weeks, σ the slow volatility, v the low net asset value of a
//! share and H its high, which falls by a little every day, so that no vault is locked in cash for
//! good. In [`Mode::Manual`] E and the volatility's factor are one. What is wanted is held under
//! the cap afterwards (`crate::exposure`); what may be *opened* besides answers to the regime and
//! to a trend that turns.
//!
//! What each factor is worth was measured over years of hourly prices: the trend is the main
//! ingredient; the volatility's factor lowers tails; the ladder lowers the worst fall; without the
//! decay a vault is locked in cash; and selling by regime loses more than it saves, so the regime
//! bounds openings only.

use crate::limit_multipliers::{delta, Factor, Ramp, Side};
use crate::limits::RegimeFactors;
use crate::places::MAX_MARKETS;
use ballast_core_market::observation::MarketState;
use ballast_core_market::regime::Regime;
use ballast_core_math::estimators::Score;
use ballast_core_types::basis_points::BasisPoints;
use ballast_core_types::{Ratio, I80F48, SECONDS_PER_DAY};

/// What decides the target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// The base, as it was set. No signal raises or lowers it; ladder, cap and what may be opened
    /// hold as ever.
    Manual,
    /// The base, times what trend and volatility leave of it.
    RuleBased,
}

/// What each market says of the days ahead, in its place.
pub type Outlooks = [Option<Outlook>; MAX_MARKETS];

/// What a market says of the days ahead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outlook {
    /// E, the strength of the upward trend of weeks: 0 … 1.
    pub strength: BasisPoints,
    /// σ, the slow volatility a year.
    pub volatility: BasisPoints,
    /// The regime.
    pub regime: Regime,
    /// Acceleration of the trend of days, in standard deviations; `None` without any variance.
    pub acceleration: Option<Score>,
}

impl Outlook {
    /// Returns what a market says.
    pub fn of(market: &MarketState) -> Self {
        let signals = &market.signals;
        Self {
            strength: signals.trend_strength,
            volatility: signals.slow_variance.volatility_basis_points_ceil(),
            regime: market.regime.regime,
            acceleration: signals.trend_scores.map(|scores| scores.acceleration),
        }
    }
}

/// How the target is formed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DirectionalPolicy {
    /// What decides it.
    pub mode: Mode,
    /// Dollar delta / net asset value at the most; negative is short, in [`Mode::Manual`] only.
    pub base: Ratio,
    /// σ_ref: above this volatility a year the target shrinks with it.
    pub reference_volatility: BasisPoints,
}

/// What a fall from the high leaves of the target: all of it up to 10 %, a quarter from 25 % on,
/// and a straight line between.
pub const LADDER: Ramp = Ramp {
    from: BasisPoints(1_000),
    to: BasisPoints(2_500),
    floor: Factor::saturating(2_500),
};

/// What each regime leaves of the cap for openings.
pub const OPENING_BY_REGIME: RegimeFactors = RegimeFactors {
    calm: Factor::ONE,
    elevated: Factor::saturating(7_500),
    stressed: Factor::saturating(5_000),
    crisis: Factor::saturating(2_500),
};

/// What a trend that turns against an exposure leaves of the cap for openings: from one standard
/// deviation of acceleration to three it falls to a quarter.
pub const OPENING_BY_ACCELERATION: Ramp = Ramp {
    from: BasisPoints(10_000),
    to: BasisPoints(30_000),
    floor: Factor::saturating(2_500),
};

/// Fraction bits of what the three factors leave of the base.
const SHARE_BITS: u32 = 23;

impl DirectionalPolicy {
    /// Returns w, the share of net asset value that is wanted after a fall of `drawdown` from the
    /// high, rounded down.
    pub fn weight(&self, outlook: &Outlook, drawdown: BasisPoints) -> Ratio {
        let (strength, calm) = match self.mode {
            Mode::Manual => (Factor::ONE, Factor::ONE),
            Mode::RuleBased => (
                Factor::saturating(outlook.strength.0),
                self.volatility_factor(outlook.volatility),
            ),
        };
        let of = |factor: Factor| u64::from(factor.basis_points());
        // At most 10¹² < 2⁴⁰, and exactly one where nothing lowers it: a long division costs a
        // thousand compute units.
        let product = of(strength)
            .saturating_mul(of(calm))
            .saturating_mul(of(LADDER.factor(drawdown)));
        let share = (product << SHARE_BITS).checked_div(1_000_000_000_000).unwrap_or(0);
        let weight = self.base.fixed().to_bits().checked_mul(i128::from(share));
        weight.map_or(Ratio::ZERO, |weight| {
            Ratio::from_fixed(I80F48::from_bits(weight >> SHARE_BITS))
        })
    }

    /// Returns min(1, σ_ref / σ), rounded down to a basis point.
    fn volatility_factor(&self, volatility: BasisPoints) -> Factor {
        let scaled = u64::from(self.reference_volatility.0).saturating_mul(10_000);
        match scaled.checked_div(u64::from(volatility.0)) {
            Some(share) => Factor::saturating(u32::try_from(share).unwrap_or(u32::MAX)),
            None => Factor::ONE,
        }
    }
}

impl Outlook {
    /// Returns what of the cap may be filled by opening on a side.
    pub fn opening(&self, side: Side) -> Factor {
        let by_regime = OPENING_BY_REGIME.of(self.regime);
        by_regime.times_floor(delta(self.acceleration, side, &OPENING_BY_ACCELERATION))
    }
}

/// Returns a high after `elapsed` seconds, having fallen by `per_day` of itself a day, never below
/// nothing.
///
/// In a straight line from one observation to the next: whoever observes more often makes it fall
/// by less, by at most half the square of what it falls in between.
pub fn decayed(high_water: Ratio, per_day: Ratio, elapsed: i64) -> Ratio {
    /// Fraction bits of what it has fallen.
    const BITS: u32 = 40;
    // A rate of one has 2⁴⁰ and eight years 2²⁸ seconds, so that the product of what policies allow
    // fits.
    let rate = u64::try_from(per_day.fixed().to_bits() >> (I80F48::FRAC_NBITS - BITS)).unwrap_or(u64::MAX);
    let elapsed = u64::try_from(elapsed).unwrap_or(0);
    let fallen = rate.saturating_mul(elapsed).checked_div(SECONDS_PER_DAY.unsigned_abs());
    let left = (1u64 << BITS).saturating_sub(fallen.unwrap_or(u64::MAX));
    let left = high_water.fixed().to_bits().checked_mul(i128::from(left));
    // What does not fit has no share for it.
    left.map_or(high_water, |left| Ratio::from_fixed(I80F48::from_bits(left >> BITS)))
}

/// Returns how far `value` lies under `high_water`, rounded up: the target is never too large for
/// it.
pub fn drawdown(value: Ratio, high_water: Ratio) -> BasisPoints {
    let (value, high) = (value.fixed().to_bits(), high_water.fixed().to_bits());
    let below = u128::try_from(high.saturating_sub(value)).unwrap_or(0);
    if below == 0 {
        return BasisPoints(0);
    }
    BasisPoints::quotient_ceil(below, u128::try_from(high).unwrap_or(0))
}

#[cfg(test)]
mod tests;
