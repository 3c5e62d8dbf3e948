//! How a market's signals are formed, and what is refused among it.

use ballast_core_math::estimators::{Elapsed, TimeConstant, TrendParams};
use ballast_core_types::basis_points::BasisPoints;
use ballast_core_types::{Ratio, I80F48};

/// Times of the estimators, as typed values: what [`SignalTimes::new`] accepts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SignalTimes {
    /// Least length of a step that variance and moments learn from.
    pub sampling: Elapsed,
    /// Time constant of the fast variance.
    pub fast_variance: TimeConstant,
    /// Time constant of the slow variance.
    pub slow_variance: TimeConstant,
    /// Time constant of the moments.
    pub moments: TimeConstant,
    /// The three of the trend.
    pub trend: TrendParams,
}

/// How a market's signals are formed. Only [`SignalParams::validate`]d ones mean anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SignalParams {
    /// Times of the estimators.
    pub times: SignalTimes,
    /// How far the slow price may move in an hour, as a share of itself.
    pub slow_price_rate_per_hour: Ratio,
    /// How far the slow high falls in a day, as a share of itself.
    pub high_fall_per_day: BasisPoints,
    /// A return smaller than this is never a jump, however calm the market was.
    pub jump_floor: BasisPoints,
}

/// The rule a set of parameters breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignalParamError {
    /// The sampling time is outside 1 s … 1 day, or more than a quarter of the fast variance's time
    /// constant.
    Sampling,
    /// A time constant is outside 1 min … 90 d, or the slow variance's is not at least twice the
    /// fast one's.
    VarianceTimes,
    /// The moments' time constant is shorter than the fast variance's, or outside 1 min … 90 d.
    Moments,
    /// A trend's time constant is outside 1 min … 90 d, or its slow one not at least twice its fast
    /// one.
    Trend,
    /// The slow price's rate is outside (0, 100 %] an hour.
    SlowPriceRate,
    /// The fall of the high is outside 0.01 % … 20 % a day.
    HighFall,
    /// The jump floor is outside 0.01 % … 10 %.
    JumpFloor,
}

impl SignalTimes {
    /// Times in seconds: sampling, fast and slow variance, moments, and fast, slow and signal of
    /// the trend.
    ///
    /// # Errors
    /// The first [`SignalParamError`] that is broken.
    pub fn new(
        sampling: u32,
        fast_variance: u32,
        slow_variance: u32,
        moments: u32,
        trend: [u32; 3],
    ) -> Result<Self, SignalParamError> {
        let constant = |seconds| TimeConstant::new(seconds);
        let fast = constant(fast_variance).ok_or(SignalParamError::VarianceTimes)?;
        let slow = constant(slow_variance).ok_or(SignalParamError::VarianceTimes)?;
        if slow.seconds() < fast.seconds().saturating_mul(2) {
            return Err(SignalParamError::VarianceTimes);
        }
        if !(1..=86_400).contains(&sampling) || sampling > fast.seconds() >> 2 {
            return Err(SignalParamError::Sampling);
        }
        let moments = constant(moments)
            .filter(|moments| *moments >= fast)
            .ok_or(SignalParamError::Moments)?;
        let trend = match trend.map(constant) {
            [Some(fast), Some(slow), Some(signal)] => TrendParams::new(fast, slow, signal),
            _ => None,
        };
        Ok(Self {
            sampling: Elapsed::capped(i64::from(sampling)).ok_or(SignalParamError::Sampling)?,
            fast_variance: fast,
            slow_variance: slow,
            moments,
            trend: trend.ok_or(SignalParamError::Trend)?,
        })
    }
}

impl SignalParams {
    /// Refuses what would switch a signal off.
    ///
    /// # Errors
    /// The first [`SignalParamError`] that is broken.
    pub fn validate(self) -> Result<Self, SignalParamError> {
        let rate = self.slow_price_rate_per_hour.fixed();
        if rate <= I80F48::ZERO || rate > I80F48::ONE {
            return Err(SignalParamError::SlowPriceRate);
        }
        if !(1..=2_000).contains(&self.high_fall_per_day.0) {
            return Err(SignalParamError::HighFall);
        }
        if !(1..=1_000).contains(&self.jump_floor.0) {
            return Err(SignalParamError::JumpFloor);
        }
        Ok(self)
    }
}
