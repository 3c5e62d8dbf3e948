//! What a market learns from each admitted price: variance fast and slow, the shape of returns,
//! trend and acceleration, the trend of weeks, jumps, a slow price and its high.
//!
//! The estimators are those of `risk-math` (`docs/internals/estimators.md`); here they are fed, in
//! one pass for each observation. Variance, moments and the trend of weeks take steps no shorter
//! than the sampling time, which end with the price held at their boundary, so that whoever bursts,
//! or picks their moments, gains nothing; trend and jump use every price.

mod exit;
mod params;

pub use exit::{exit_fallback, ExitHaircut};
pub use params::{SignalParamError, SignalParams, SignalTimes};

use crate::admission::{Now, PriceError, Print};
use crate::regime::slow_high;
use ballast_core_math::estimators::{
    Elapsed, EwmaMoments, EwmaVariance, LogReturn, LongTrend, NoiseVariance, Observation, Sampler, Score, Step, Trend,
    TrendScores,
};
use ballast_core_types::basis_points::BasisPoints;
use ballast_core_types::{Price, Ratio, I80F48, SECONDS_PER_HOUR};

/// A market's signals after its last observation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Signals {
    /// Last observed price.
    pub price: Price,
    /// Its confidence as a share of it.
    pub confidence: Ratio,
    /// When it was published, unix seconds.
    pub publish_time: i64,
    /// The slot in which it reached the chain.
    pub slot: u64,
    /// When it was observed, unix seconds.
    pub observed_at: i64,
    /// The price followed at a limited rate.
    pub slow_price: Price,
    /// The slow price's high, which falls at a limited rate: [`slow_high`].
    pub high: Price,
    /// The step that has begun.
    pub sampler: Sampler,
    /// Variance of log returns a year, with the short time constant.
    pub fast_variance: EwmaVariance,
    /// The same with the long one.
    pub slow_variance: EwmaVariance,
    /// Moments of standardised returns.
    pub moments: EwmaMoments,
    /// Distances from the fast and the slow average of the log price.
    pub trend: Trend,
    /// The trend and its acceleration in standard deviations of the slow variance; `None` without
    /// any.
    pub trend_scores: Option<TrendScores>,
    /// The trend of weeks.
    pub long_trend: LongTrend,
    /// E, how strong the upward trend of weeks is: 0 … 1.
    pub trend_strength: BasisPoints,
    /// The return since the step began, in standard deviations of the fast variance; nothing if it
    /// was under the floor.
    pub jump: Score,
}

impl Signals {
    /// After the first price of a market, with the variance to start from.
    pub fn first(price: &Print, variance: EwmaVariance, now: Now) -> Self {
        Self {
            price: price.bounds.mid,
            confidence: price.confidence,
            publish_time: price.publish_time,
            slot: price.slot,
            observed_at: now.unix_time,
            slow_price: price.bounds.mid,
            high: price.bounds.mid,
            sampler: Sampler::first(NoiseVariance::from_confidence(price.confidence)),
            fast_variance: variance,
            slow_variance: variance,
            moments: EwmaMoments::NORMAL,
            trend: Trend::default(),
            trend_scores: (variance.bits() != 0).then(TrendScores::default),
            long_trend: LongTrend::first(variance),
            trend_strength: BasisPoints::ZERO,
            jump: Score::default(),
        }
    }

    /// After one more price.
    ///
    /// # Errors
    /// [`PriceError::OutOfRange`].
    pub fn next(&self, params: &SignalParams, price: &Print, now: Now) -> Result<Self, PriceError> {
        let observation = self.observation(price);
        let elapsed = observation.elapsed.seconds();
        let slow_price = follow(
            self.slow_price,
            price.bounds.mid,
            params.slow_price_rate_per_hour,
            elapsed,
        )
        .ok_or(PriceError::OutOfRange)?;
        let held = NoiseVariance::from_confidence(self.confidence);
        let (sampler, step) = self.sampler.update_held(&observation, params.times.sampling, held);
        let stepped = match step {
            Some(step) => self.after_step(&step, params),
            None => *self,
        };
        let trend = self.trend.update(&observation, &params.times.trend);
        Ok(Self {
            price: price.bounds.mid,
            confidence: price.confidence,
            publish_time: price.publish_time,
            slot: price.slot,
            observed_at: now.unix_time,
            slow_price,
            high: slow_high(self.high, slow_price, elapsed, params.high_fall_per_day),
            sampler,
            trend,
            trend_scores: trend.scores(stepped.slow_variance, &params.times.trend),
            jump: self.jump_score(&observation, params),
            ..stepped
        })
    }

    /// Returns the larger of the two variances: what a reserve should be made for.
    pub fn larger_variance(&self) -> EwmaVariance {
        self.fast_variance.max(self.slow_variance)
    }

    fn observation(&self, price: &Print) -> Observation {
        let elapsed = price.publish_time.saturating_sub(self.publish_time).max(1);
        Observation {
            log_return: LogReturn::between(self.price, price.bounds.mid),
            elapsed: Elapsed::capped(elapsed).unwrap_or(Elapsed::MAX),
            noise: NoiseVariance::from_confidence(price.confidence),
        }
    }

    #[inline(never)]
    fn after_step(&self, step: &Step, params: &SignalParams) -> Self {
        let times = &params.times;
        let long_trend = self.long_trend.update(step);
        Self {
            fast_variance: self.fast_variance.update(step, times.fast_variance),
            slow_variance: self.slow_variance.update(step, times.slow_variance),
            moments: self.moments.update(step, self.fast_variance, times.moments),
            long_trend,
            trend_strength: long_trend.strength(),
            ..*self
        }
    }

    fn jump_score(&self, observation: &Observation, params: &SignalParams) -> Score {
        let step = self.sampler.so_far(observation);
        if step.log_return.bits().unsigned_abs() < floor_bits(params.jump_floor) {
            return Score::default();
        }
        self.fast_variance.score(&step)
    }
}

/// Returns a share as a log return, with 48 fraction bits.
const fn floor_bits(floor: BasisPoints) -> u64 {
    match ((floor.0 as u64) << 48).checked_div(10_000) {
        Some(bits) if floor.0 < 1 << 16 => bits,
        _ => u64::MAX,
    }
}

/// Moves `slow` toward `target`, by at most `rate` of itself per hour.
fn follow(slow: Price, target: Price, rate: Ratio, elapsed: u32) -> Option<Price> {
    let step = slow
        .fixed()
        .checked_mul(rate.fixed())?
        .checked_mul_int(i128::from(elapsed))?
        .checked_div_int(i128::from(SECONDS_PER_HOUR))?;
    // A fall never reaches nothing: the target is positive.
    let lowest = slow.fixed().checked_sub(step)?.max(I80F48::ZERO);
    let highest = slow.fixed().checked_add(step)?;
    Price::from_fixed(target.fixed().max(lowest).min(highest))
}

#[cfg(test)]
mod tests;
