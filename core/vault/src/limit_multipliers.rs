//! The three signals that limits answer to: delta to the acceleration of the trend, gamma to the volatility regime, vega to the contraction
//! of liquidity.
//!
//! Each trigger is a factor on a limit, a continuous function of its signal: one up to a point, then falling in a straight line
//! to a floor, and staying there. With x the signal,
//!
//! ```text
//!          ⎧ 1                                    x ≤ from
//! f(x)  =  ⎨ 1 − (1 − floor)·(x − from)/(to − from)   from < x < to
//!          ⎩ floor                                x ≥ to
//! ```
//!
//! rounded down to a basis point. Between neighbouring readings a factor moves by at most a thousandth, because a ramp has to be
//! at least a tenth wide: nobody gains by pushing a signal over an edge, as there is none.
//!
//! A signal that is missing counts as the worst: the factor is its floor.

use ballast_core_math::estimators::Score;
use ballast_core_types::basis_points::BasisPoints;

/// A share of at most one, in basis points.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Factor(u16);

impl Factor {
    /// Nothing is left of the limit.
    pub const ZERO: Self = Self(0);
    /// The whole limit.
    pub const ONE: Self = Self(10_000);

    /// `None` above one.
    pub const fn new(basis_points: u16) -> Option<Self> {
        if basis_points > Self::ONE.0 {
            return None;
        }
        Some(Self(basis_points))
    }

    /// In basis points.
    pub const fn basis_points(self) -> u16 {
        self.0
    }
}

/// A factor that falls from one to a floor: see the [module](self).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ramp {
    /// Up to here the factor is one.
    pub from: BasisPoints,
    /// From here on it is the floor.
    pub to: BasisPoints,
    /// What is left of the limit at the worst.
    pub floor: Factor,
}

/// The least width of a ramp: a tenth of a standard deviation, or of the ratio.
pub const MIN_WIDTH: u32 = 1_000;

/// The floors that are accepted: 1 % to 90 %. A floor of one would switch the trigger off; one of zero would also stop what makes
/// the book smaller.
pub const FLOORS: core::ops::RangeInclusive<u16> = 100..=9_000;

/// The rule a ramp breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RampParamError {
    /// `from` is zero.
    Zero,
    /// `to` is less than [`MIN_WIDTH`] above `from`.
    Width,
    /// `to` is above the highest that the signal's ramp may have; it would begin to guard too late.
    TooHigh,
    /// The floor is outside [`FLOORS`].
    Floor,
}

impl Ramp {
    /// # Errors
    /// The first [`RampParamError`] that is broken.
    pub fn validate(&self, highest: BasisPoints) -> Result<(), RampParamError> {
        if self.from == BasisPoints::ZERO {
            return Err(RampParamError::Zero);
        }
        if self.to.0 < self.from.0.saturating_add(MIN_WIDTH) {
            return Err(RampParamError::Width);
        }
        if self.to > highest {
            return Err(RampParamError::TooHigh);
        }
        if !FLOORS.contains(&self.floor.0) {
            return Err(RampParamError::Floor);
        }
        Ok(())
    }

    /// f(`signal`).
    pub const fn factor(&self, signal: BasisPoints) -> Factor {
        if signal.0 <= self.from.0 {
            return Factor::ONE;
        }
        if signal.0 >= self.to.0 {
            return self.floor;
        }
        // (1 − floor)(to − x) / (to − from) above the floor; the product is below 2¹⁴ · 2³².
        let above = (Factor::ONE.0.saturating_sub(self.floor.0)) as u64;
        let left = self.to.0.wrapping_sub(signal.0) as u64;
        let width = self.to.0.wrapping_sub(self.from.0) as u64;
        match above.wrapping_mul(left).checked_div(width) {
            // At most one, as left < width.
            Some(share) => Factor(self.floor.0.wrapping_add(share as u16)),
            None => self.floor,
        }
    }

    /// f(`signal`), or the floor where there is no signal.
    pub const fn factor_or_floor(&self, signal: Option<BasisPoints>) -> Factor {
        match signal {
            Some(signal) => self.factor(signal),
            None => self.floor,
        }
    }
}

/// Which way an exposure gains.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// When the price rises.
    Long,
    /// When it falls.
    Short,
}

/// The ramps of the three triggers, and of the liquidity factor that every limit has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LimitMultiplierParams {
    /// Of [`delta`]: standard deviations.
    pub delta: Ramp,
    /// Of [`gamma`]: fast over slow volatility.
    pub gamma: Ramp,
    /// Of [`vega`]: cost of a standard size over its slow average.
    pub vega: Ramp,
    /// Of [`liquidity`]: the same.
    pub liquidity: Ramp,
}

/// Which ramp breaks a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LimitMultiplierParamError {
    /// That of the delta limits.
    Delta(RampParamError),
    /// That of the gamma limit.
    Gamma(RampParamError),
    /// That of the vega limit.
    Vega(RampParamError),
    /// That of every limit.
    Liquidity(RampParamError),
}

impl LimitMultiplierParams {
    /// # Errors
    /// The first [`LimitMultiplierParamError`] that is broken. Ramps may end at 6 standard deviations, at 5 times the slow volatility, and at
    /// 20 times the usual cost.
    pub fn validate(&self) -> Result<(), LimitMultiplierParamError> {
        self.delta
            .validate(BasisPoints(60_000))
            .map_err(LimitMultiplierParamError::Delta)?;
        self.gamma
            .validate(BasisPoints(50_000))
            .map_err(LimitMultiplierParamError::Gamma)?;
        self.vega
            .validate(BasisPoints(200_000))
            .map_err(LimitMultiplierParamError::Vega)?;
        self.liquidity
            .validate(BasisPoints(200_000))
            .map_err(LimitMultiplierParamError::Liquidity)
    }
}

/// The factor on the delta limit of one side: f(max(0, −z)) for what is long and f(max(0, z)) for what is short, z the trend's acceleration in
/// standard deviations.
///
/// Only a trend that turns against an exposure shrinks its limit; one that turns in its favour is the other side's affair. No
/// acceleration (there is no variance to measure it by) is the floor for both.
pub const fn delta(acceleration: Option<Score>, side: Side, ramp: &Ramp) -> Factor {
    let Some(score) = acceleration else {
        return ramp.floor;
    };
    let bits = score.0.to_bits();
    let adverse = match side {
        Side::Long => bits < 0,
        Side::Short => bits > 0,
    };
    if adverse {
        ramp.factor(score.basis_points_ceil())
    } else {
        Factor::ONE
    }
}

/// The factor on the gamma limit: f(σ_fast / σ_slow).
///
/// The same gamma costs in proportion to the variance to come, and fast volatility over slow is what says that a volatility regime is
/// changing. It needs prices only, so it is never missing.
pub const fn gamma(volatility_ratio: BasisPoints, ramp: &Ramp) -> Factor {
    ramp.factor(volatility_ratio)
}

/// The factor on the vega limit: f(c / c̄), c the cost of a standard size and c̄ its slow average.
///
/// Vega can only be got rid of by trading options, the first thing that thin markets stop doing. No depth seen is the floor.
pub const fn vega(contraction: Option<BasisPoints>, ramp: &Ramp) -> Factor {
    ramp.factor_or_floor(contraction)
}

/// The factor on every limit: f(c / c̄), as [`vega`] but with a ramp of its own. No depth seen is the floor.
pub const fn liquidity(contraction: Option<BasisPoints>, ramp: &Ramp) -> Factor {
    ramp.factor_or_floor(contraction)
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use ballast_core_types::I80F48;
    use proptest::prelude::*;

    pub fn ramp(from: u32, to: u32, floor: u16) -> Ramp {
        Ramp {
            from: BasisPoints(from),
            to: BasisPoints(to),
            floor: Factor(floor),
        }
    }

    pub fn params() -> LimitMultiplierParams {
        let params = LimitMultiplierParams {
            delta: ramp(10_000, 40_000, 2_500),
            gamma: ramp(12_000, 30_000, 2_000),
            vega: ramp(15_000, 60_000, 1_000),
            liquidity: ramp(20_000, 100_000, 3_000),
        };
        assert_eq!(params.validate(), Ok(()));
        params
    }

    pub fn score(deviations: &str) -> Score {
        Score(deviations.parse::<I80F48>().unwrap().to_num())
    }

    #[test]
    fn a_ramp_is_one_then_a_line_then_its_floor() {
        for (signal, expected) in [
            (0, 10_000),
            (10_000, 10_000),
            (10_001, 9_999),
            (20_000, 7_500),
            (25_000, 6_250),
            (39_999, 2_500),
            (40_000, 2_500),
            (u32::MAX, 2_500),
        ] {
            assert_eq!(params().delta.factor(BasisPoints(signal)).0, expected, "{signal}");
        }
    }

    #[test]
    fn delta_answers_to_acceleration_against_it() {
        for (acceleration, long, short) in [
            ("0", 10_000, 10_000),
            ("0.9", 10_000, 10_000),
            ("-1", 10_000, 10_000),
            ("-2", 7_500, 10_000),
            ("2", 10_000, 7_500),
            ("-4", 2_500, 10_000),
            ("7.9", 10_000, 2_500),
            ("-8", 2_500, 10_000),
        ] {
            let z = Some(score(acceleration));
            assert_eq!(delta(z, Side::Long, &params().delta).0, long, "{acceleration}");
            assert_eq!(delta(z, Side::Short, &params().delta).0, short, "{acceleration}");
        }
    }

    #[test]
    fn gamma_answers_to_the_volatility_regime_and_vega_to_liquidity() {
        for (ratio, expected) in [
            (0, 10_000),
            (12_000, 10_000),
            (21_000, 6_000),
            (30_000, 2_000),
            (u32::MAX, 2_000),
        ] {
            assert_eq!(gamma(BasisPoints(ratio), &params().gamma).0, expected, "{ratio}");
        }
        for (contraction, for_vega, for_all) in [
            (10_000, 10_000, 10_000),
            (20_000, 9_000, 10_000),
            (37_500, 5_500, 8_468),
            (60_000, 1_000, 6_500),
            (200_000, 1_000, 3_000),
        ] {
            let seen = Some(BasisPoints(contraction));
            assert_eq!(vega(seen, &params().vega).0, for_vega, "{contraction}");
            assert_eq!(liquidity(seen, &params().liquidity).0, for_all, "{contraction}");
        }
    }

    #[test]
    fn what_is_missing_is_the_worst() {
        let params = params();
        assert_eq!(delta(None, Side::Long, &params.delta), params.delta.floor);
        assert_eq!(delta(None, Side::Short, &params.delta), params.delta.floor);
        assert_eq!(vega(None, &params.vega), params.vega.floor);
        assert_eq!(liquidity(None, &params.liquidity), params.liquidity.floor);
    }

    #[test]
    fn ramps_that_do_not_guard_are_refused() {
        for (changed, expected) in [
            (ramp(0, 40_000, 2_500), RampParamError::Zero),
            (ramp(40_000, 40_000, 2_500), RampParamError::Width),
            (ramp(40_000, 10_000, 2_500), RampParamError::Width),
            (ramp(10_000, 10_999, 2_500), RampParamError::Width),
            (ramp(u32::MAX, u32::MAX, 2_500), RampParamError::TooHigh),
            (ramp(10_000, 60_001, 2_500), RampParamError::TooHigh),
            (ramp(10_000, 40_000, 0), RampParamError::Floor),
            (ramp(10_000, 40_000, 99), RampParamError::Floor),
            (ramp(10_000, 40_000, 9_001), RampParamError::Floor),
        ] {
            assert_eq!(changed.validate(BasisPoints(60_000)), Err(expected), "{changed:?}");
        }
        assert_eq!(ramp(1, 1_001, 100).validate(BasisPoints(60_000)), Ok(()));
        assert_eq!(ramp(59_000, 60_000, 9_000).validate(BasisPoints(60_000)), Ok(()));
        let broken = ramp(0, 0, 0);
        for (changed, expected) in [
            (
                LimitMultiplierParams {
                    delta: broken,
                    ..params()
                },
                LimitMultiplierParamError::Delta(RampParamError::Zero),
            ),
            (
                LimitMultiplierParams {
                    gamma: broken,
                    ..params()
                },
                LimitMultiplierParamError::Gamma(RampParamError::Zero),
            ),
            (
                LimitMultiplierParams {
                    vega: broken,
                    ..params()
                },
                LimitMultiplierParamError::Vega(RampParamError::Zero),
            ),
            (
                LimitMultiplierParams {
                    liquidity: broken,
                    ..params()
                },
                LimitMultiplierParamError::Liquidity(RampParamError::Zero),
            ),
        ] {
            assert_eq!(changed.validate(), Err(expected));
        }
    }

    #[test]
    fn a_factor_is_at_most_one() {
        assert_eq!(Factor::new(10_000), Some(Factor::ONE));
        assert_eq!(Factor::new(10_001), None);
    }

    fn any_ramp() -> impl Strategy<Value = Ramp> {
        (1u32..100_000, MIN_WIDTH..100_000, FLOORS).prop_map(|(from, width, floor)| ramp(from, from + width, floor))
    }

    proptest! {
        #[test]
        fn a_ramp_stays_between_floor_and_one_falls_and_never_leaps(ramp in any_ramp(), signal in 0u32..250_000) {
            prop_assert_eq!(ramp.validate(BasisPoints(200_000)), Ok(()));
            let (here, next) = (ramp.factor(BasisPoints(signal)), ramp.factor(BasisPoints(signal + 1)));
            prop_assert!(here >= ramp.floor && here <= Factor::ONE);
            prop_assert!(next <= here);
            prop_assert!(here.0 - next.0 <= 10);
        }

        #[test]
        fn a_ramp_is_its_formula_rounded_down(ramp in any_ramp(), signal in 0u32..250_000) {
            let share = (f64::from(signal) - f64::from(ramp.from.0)) / f64::from(ramp.to.0 - ramp.from.0);
            let exact = 10_000.0 - (10_000.0 - f64::from(ramp.floor.0)) * share.clamp(0.0, 1.0);
            let got = f64::from(ramp.factor(BasisPoints(signal)).0);
            prop_assert!(got <= exact + 1e-6 && got > exact - 1.0 - 1e-6, "{} {}", got, exact);
        }

        #[test]
        fn delta_never_rises_as_acceleration_turns_against_it(ramp in any_ramp(), a in any::<i32>(), b in any::<i32>()) {
            let at = |bits: i32| Some(Score(I80F48::from_bits(i128::from(bits) << 20).to_num()));
            let (low, high) = (a.min(b), a.max(b));
            prop_assert!(delta(at(low), Side::Long, &ramp) <= delta(at(high), Side::Long, &ramp));
            prop_assert!(delta(at(low), Side::Short, &ramp) >= delta(at(high), Side::Short, &ramp));
        }
    }
}
