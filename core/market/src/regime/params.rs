//! The thresholds of a regime, and what is refused among them.

use super::{Indicator, Regime};
use ballast_core_types::basis_points::BasisPoints;

/// Where an indicator asks for a level, and under what it has to be for the level to be left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Threshold {
    /// At or above this the level is asked for.
    pub enter: BasisPoints,
    /// The level is left only under this, which is under `enter`.
    pub exit: BasisPoints,
}

/// The three thresholds of one indicator, of Elevated, Stressed and Crisis.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ladder {
    /// Of [`Regime::Elevated`].
    pub elevated: Threshold,
    /// Of [`Regime::Stressed`].
    pub stressed: Threshold,
    /// Of [`Regime::Crisis`].
    pub crisis: Threshold,
}

/// How a regime is judged. Only [`RegimeParams::validate`]d ones mean anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RegimeParams {
    /// Fast over slow volatility.
    pub volatility_ratio: Ladder,
    /// Fast volatility a year.
    pub volatility: Ladder,
    /// Implied over realised volatility.
    pub implied_ratio: Ladder,
    /// |return| in standard deviations.
    pub jump: Ladder,
    /// Cost of a standard size over its slow average.
    pub contraction: Ladder,
    /// Fall from the slow high.
    pub drawdown: Ladder,
    /// How long every indicator has to stay under its exit before a regime comes down by one level,
    /// observed seconds.
    pub dwell_seconds: u32,
    /// The most that a gap between two observations adds to the dwell, seconds.
    pub longest_gap_seconds: u32,
}

/// The rule a set of parameters breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RegimeParamError {
    /// A threshold is zero.
    Zero(Indicator, Regime),
    /// `exit` is not under `enter`.
    Hysteresis(Indicator, Regime),
    /// A level's thresholds are not above those of the level before.
    Order(Indicator, Regime),
    /// The threshold of Crisis is above [`Indicator::highest`].
    TooHigh(Indicator),
    /// The dwell is outside [`DWELL_SECONDS`].
    Dwell,
    /// The longest gap is zero, or more than a quarter of the dwell.
    LongestGap,
}

/// The dwells that are accepted: ten minutes to thirty days.
pub const DWELL_SECONDS: core::ops::RangeInclusive<u32> = 600..=2_592_000;

impl Ladder {
    /// Returns the threshold of a level; Calm has none.
    pub const fn of(&self, level: Regime) -> Option<Threshold> {
        match level {
            Regime::Calm => None,
            Regime::Elevated => Some(self.elevated),
            Regime::Stressed => Some(self.stressed),
            Regime::Crisis => Some(self.crisis),
        }
    }

    /// Returns the worst level that a reading asks for.
    pub fn asks_for(&self, reading: BasisPoints) -> Regime {
        if reading >= self.crisis.enter {
            Regime::Crisis
        } else if reading >= self.stressed.enter {
            Regime::Stressed
        } else if reading >= self.elevated.enter {
            Regime::Elevated
        } else {
            Regime::Calm
        }
    }

    fn validate(&self, indicator: Indicator) -> Result<(), RegimeParamError> {
        let mut below = Threshold {
            enter: BasisPoints::ZERO,
            exit: BasisPoints::ZERO,
        };
        for (level, threshold) in [
            (Regime::Elevated, self.elevated),
            (Regime::Stressed, self.stressed),
            (Regime::Crisis, self.crisis),
        ] {
            if threshold.exit == BasisPoints::ZERO || threshold.enter == BasisPoints::ZERO {
                return Err(RegimeParamError::Zero(indicator, level));
            }
            if threshold.exit >= threshold.enter {
                return Err(RegimeParamError::Hysteresis(indicator, level));
            }
            if threshold.enter <= below.enter || threshold.exit <= below.exit {
                return Err(RegimeParamError::Order(indicator, level));
            }
            below = threshold;
        }
        if self.crisis.enter > indicator.highest() {
            return Err(RegimeParamError::TooHigh(indicator));
        }
        Ok(())
    }
}

impl RegimeParams {
    /// Refuses what would switch an indicator off, or a regime to and fro.
    ///
    /// # Errors
    /// The first [`RegimeParamError`] that is broken.
    pub fn validate(self) -> Result<Self, RegimeParamError> {
        for indicator in Indicator::ALL {
            self.ladder(indicator).validate(indicator)?;
        }
        if !DWELL_SECONDS.contains(&self.dwell_seconds) {
            return Err(RegimeParamError::Dwell);
        }
        if !(1..=self.dwell_seconds >> 2).contains(&self.longest_gap_seconds) {
            return Err(RegimeParamError::LongestGap);
        }
        Ok(self)
    }

    /// Returns the thresholds of an indicator.
    pub const fn ladder(&self, indicator: Indicator) -> &Ladder {
        match indicator {
            Indicator::VolatilityRatio => &self.volatility_ratio,
            Indicator::Volatility => &self.volatility,
            Indicator::ImpliedRatio => &self.implied_ratio,
            Indicator::Jump => &self.jump,
            Indicator::Contraction => &self.contraction,
            Indicator::Drawdown => &self.drawdown,
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    fn ladder(enter: [u32; 3]) -> Ladder {
        let threshold = |enter: u32| Threshold {
            enter: BasisPoints(enter),
            exit: BasisPoints(enter / 10 * 9),
        };
        Ladder {
            elevated: threshold(enter[0]),
            stressed: threshold(enter[1]),
            crisis: threshold(enter[2]),
        }
    }

    pub fn params() -> RegimeParams {
        RegimeParams {
            volatility_ratio: ladder([13_000, 18_000, 25_000]),
            volatility: ladder([8_000, 12_000, 18_000]),
            implied_ratio: ladder([14_000, 18_000, 25_000]),
            jump: ladder([40_000, 55_000, 70_000]),
            contraction: ladder([20_000, 40_000, 80_000]),
            drawdown: ladder([1_000, 2_000, 3_000]),
            dwell_seconds: 21_600,
            longest_gap_seconds: 3_600,
        }
        .validate()
        .unwrap()
    }

    #[test]
    fn each_rule_is_named_when_it_is_broken() {
        use Indicator::*;
        use RegimeParamError::*;
        type Change = fn(&mut RegimeParams);
        let cases: [(Change, RegimeParamError); 13] = [
            (|p| p.jump.elevated.enter.0 = 0, Zero(Jump, Regime::Elevated)),
            (|p| p.jump.crisis.exit.0 = 0, Zero(Jump, Regime::Crisis)),
            (
                |p| p.drawdown.stressed.exit = p.drawdown.stressed.enter,
                Hysteresis(Drawdown, Regime::Stressed),
            ),
            (
                |p| p.volatility.stressed = p.volatility.elevated,
                Order(Volatility, Regime::Stressed),
            ),
            (
                |p| p.contraction.crisis.exit = p.contraction.stressed.exit,
                Order(Contraction, Regime::Crisis),
            ),
            (|p| p.jump.crisis.enter.0 = 79_001, TooHigh(Jump)),
            (
                |p| p.volatility_ratio.crisis.enter.0 = u32::MAX,
                TooHigh(VolatilityRatio),
            ),
            (|p| p.implied_ratio.crisis.enter.0 = 50_001, TooHigh(ImpliedRatio)),
            (|p| p.dwell_seconds = 0, Dwell),
            (|p| p.dwell_seconds = 599, Dwell),
            (|p| p.dwell_seconds = 2_592_001, Dwell),
            (|p| p.longest_gap_seconds = 0, LongestGap),
            (|p| p.longest_gap_seconds = 5_401, LongestGap),
        ];
        for (change, expected) in cases {
            let mut changed = params();
            change(&mut changed);
            assert_eq!(changed.validate(), Err(expected));
        }
    }

    #[test]
    fn no_threshold_can_be_zero() {
        let fields: [fn(&mut Ladder) -> &mut BasisPoints; 6] = [
            |l| &mut l.elevated.enter,
            |l| &mut l.elevated.exit,
            |l| &mut l.stressed.enter,
            |l| &mut l.stressed.exit,
            |l| &mut l.crisis.enter,
            |l| &mut l.crisis.exit,
        ];
        let ladders: [fn(&mut RegimeParams) -> &mut Ladder; 6] = [
            |p| &mut p.volatility_ratio,
            |p| &mut p.volatility,
            |p| &mut p.implied_ratio,
            |p| &mut p.jump,
            |p| &mut p.contraction,
            |p| &mut p.drawdown,
        ];
        for ladder in ladders {
            for field in fields {
                let mut changed = params();
                *field(ladder(&mut changed)) = BasisPoints::ZERO;
                assert!(matches!(changed.validate(), Err(RegimeParamError::Zero(..))));
            }
        }
    }
}
