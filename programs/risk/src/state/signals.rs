//! What a market remembers from one observation to the next, as stored. Plain data without padding.

use crate::state::Fixed;
use anchor_lang::prelude::*;
use ballast_core_market::breaker::{BreakerSet, BreakerStates};
use ballast_core_market::cooldown::Cooldown;
use ballast_core_market::observation::{Implied, TradingCost, MARKET_BREAKERS};
use ballast_core_market::regime::{Regime, RegimeState};
use ballast_core_market::signals::Signals;
use ballast_core_math::estimators::{
    EwmaMoments, EwmaVariance, LogReturn, LongTrend, NoiseVariance, Sampler, Score, Trend, TrendScores,
};
use ballast_core_types::basis_points::BasisPoints;
use bytemuck::{Pod, Zeroable};
use fixed::types::I4F28;

/// Signals of the price. See [`Signals`].
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Copy, Debug, Default, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub struct StoredSignals {
    /// Last observed price; zero before the first.
    pub price: Fixed,
    /// Confidence as a share of the price.
    pub confidence: Fixed,
    /// Rate-limited slow price; zero before the first.
    pub slow_price: Fixed,
    /// The slow price's high, which falls at a limited rate.
    pub high: Fixed,
    /// Publication time, unix seconds.
    pub publish_time: i64,
    /// The slot in which the price reached the chain.
    pub slot: u64,
    /// Chain time of the observation, unix seconds.
    pub observed_at: i64,
    /// How many prices were observed.
    pub observations: u64,
    /// Variance of log returns a year with the short time constant, 40 fraction bits.
    pub fast_variance: u64,
    /// The same with the long one; before the first observation, what to start from.
    pub slow_variance: u64,
    /// Raw moments of standardised returns, first to fourth, 48 fraction bits.
    pub moments: [i64; 4],
    /// Skewness of standardised returns, 48 fraction bits; [`i64::MIN`] if the price stood still.
    pub skewness: i64,
    /// Their excess kurtosis, 48 fraction bits; [`i64::MIN`] if the price stood still.
    pub excess_kurtosis: i64,
    /// Log price less its fast average, less its slow average, and the average of the difference of
    /// both; 48 fraction bits.
    pub trend: [i64; 3],
    /// Price against its fast and its slow average, trend, and acceleration, in standard deviations
    /// with 28 fraction bits; [`i32::MIN`] without any variance.
    pub trend_scores: [i32; 4],
    /// Log return since the step began, 48 fraction bits.
    pub step_return: i64,
    /// Noise variance of the price the step began with, 59 fraction bits.
    pub step_noise: u64,
    /// Seconds since it began.
    pub step_seconds: u32,
    /// The latest return in standard deviations, 28 fraction bits.
    pub jump: i32,
    /// Variance of log returns a year with a time constant of 20 days, 40 fraction bits.
    pub long_variance: u64,
    /// Log price less its averages of 20, 40 and 80 days, 48 fraction bits.
    pub long_trend: [i64; 3],
    /// How strong the trend of weeks is, basis points: 0 … 10 000.
    pub trend_strength: u32,
    /// Zero.
    pub padding: u32,
}

/// What a venue last quoted.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Copy, Debug, Default, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub struct StoredVenue {
    /// One-way cost of the standard size as a share of it, billionths.
    pub cost: u64,
    /// When it was read, unix seconds; zero if never.
    pub seen_at: i64,
    /// What a long position pays a year as a share of its value; negative if it is paid.
    pub funding_per_year: Fixed,
}

/// Cost of trading. See [`TradingCost`].
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Copy, Debug, Default, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub struct StoredTradingCost {
    /// The least that a venue quoted, billionths.
    pub now: u64,
    /// Its exponential average.
    pub slow: u64,
    /// When it was last quoted, unix seconds; zero if never.
    pub seen_at: i64,
}

/// Implied volatility, written by `publish_surface`. See [`Implied`].
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Copy, Debug, Default, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub struct StoredImplied {
    /// When the surface was published, unix seconds; zero if never.
    pub published_at: i64,
    /// Volatility a year at the money and the surface's averaged tenor, basis points.
    pub volatility: u32,
    /// Its geometric average since the oldest checkpoint, basis points; zero while there is no
    /// history.
    pub average: u32,
}

/// See [`RegimeState`].
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Copy, Debug, Default, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub struct StoredRegime {
    /// Since when the level is this one, unix seconds.
    pub since: i64,
    /// When it was last observed, unix seconds.
    pub updated_at: i64,
    /// 0 Calm, 1 Elevated, 2 Stressed, 3 Crisis.
    pub level: u32,
    /// One more than the seconds its cooldown has run; zero if it does not.
    pub cooldown: u32,
    /// One more than the last implied ratio seen, basis points; zero if none was.
    pub implied_ratio: u32,
    /// One more than the last contraction seen, basis points; zero if none was.
    pub contraction: u32,
}

/// See [`BreakerStates`].
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Copy, Debug, Default, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub struct StoredBreakers {
    /// When they were last observed, unix seconds.
    pub updated_at: i64,
    /// Those that are active: a bit for each, in the order of `docs/reference/breakers.md`.
    pub tripped: u32,
    /// For each of the market's, one more than the seconds its cooldown has run; zero if it does
    /// not.
    pub cooldown: [u32; MARKET_BREAKERS],
    /// Zero.
    pub padding: u32,
}

/// Returns what is missing is stored as zero, so what is there is stored as one more.
pub(super) const fn plus_one(value: Option<u32>) -> u32 {
    match value {
        Some(value) => value.saturating_add(1),
        None => 0,
    }
}

pub(super) fn less_one(stored: u32) -> Option<u32> {
    stored.checked_sub(1)
}

impl StoredSignals {
    /// Returns the signals, or `None` before the first observation.
    pub fn get(&self) -> Option<Signals> {
        let [fast, slow, signal] = self.trend.map(LogReturn::from_bits);
        Some(Signals {
            price: self.price.price()?,
            confidence: self.confidence.ratio(),
            publish_time: self.publish_time,
            slot: self.slot,
            observed_at: self.observed_at,
            slow_price: self.slow_price.price()?,
            high: self.high.price()?,
            sampler: Sampler::from_parts(
                LogReturn::from_bits(self.step_return),
                NoiseVariance::from_bits(self.step_noise),
                self.step_seconds,
            ),
            fast_variance: EwmaVariance::from_bits(self.fast_variance),
            slow_variance: EwmaVariance::from_bits(self.slow_variance),
            moments: EwmaMoments::from_bits(self.moments),
            trend: Trend::from_parts(fast, slow, signal),
            trend_scores: self.scores(),
            long_trend: LongTrend::from_bits(self.long_trend, self.long_variance),
            trend_strength: BasisPoints(self.trend_strength),
            jump: Score(I4F28::from_bits(self.jump)),
        })
    }

    /// With what follows from the signals worked out for readers.
    #[inline(never)]
    pub fn of(signals: &Signals, observations: u64) -> Self {
        let (step_return, step_noise, step_seconds) = signals.sampler.parts();
        let (fast, slow, signal) = signals.trend.parts();
        let (long_trend, long_variance) = signals.long_trend.bits();
        let shape = signals.moments.shape();
        let (skewness, excess_kurtosis) = match shape {
            Some((skewness, excess)) => (skewness.0.to_bits(), excess.0.to_bits()),
            None => (i64::MIN, i64::MIN),
        };
        Self {
            price: signals.price.into(),
            confidence: signals.confidence.into(),
            slow_price: signals.slow_price.into(),
            high: signals.high.into(),
            publish_time: signals.publish_time,
            slot: signals.slot,
            observed_at: signals.observed_at,
            observations,
            fast_variance: signals.fast_variance.bits(),
            slow_variance: signals.slow_variance.bits(),
            moments: signals.moments.bits(),
            skewness,
            excess_kurtosis,
            trend: [fast.bits(), slow.bits(), signal.bits()],
            trend_scores: scores(signals.trend_scores),
            step_return: step_return.bits(),
            step_noise: step_noise.bits(),
            step_seconds,
            jump: signals.jump.0.to_bits(),
            long_variance,
            long_trend,
            trend_strength: signals.trend_strength.0,
            padding: 0,
        }
    }

    /// Returns the trend's scores; `None` without any variance.
    fn scores(&self) -> Option<TrendScores> {
        let [fast, slow, trend, acceleration] = self.trend_scores.map(|bits| Score(I4F28::from_bits(bits)));
        (acceleration.0 != I4F28::MIN).then_some(TrendScores {
            fast,
            slow,
            trend,
            acceleration,
        })
    }
}

fn scores(scores: Option<TrendScores>) -> [i32; 4] {
    match scores {
        Some(scores) => [scores.fast, scores.slow, scores.trend, scores.acceleration].map(|score| score.0.to_bits()),
        None => [i32::MIN; 4],
    }
}

impl StoredTradingCost {
    /// Returns the cost, or `None` if no venue ever quoted it.
    pub fn get(&self) -> Option<TradingCost> {
        (self.seen_at != 0).then_some(TradingCost {
            now: self.now,
            slow: self.slow,
            seen_at: self.seen_at,
        })
    }
}

impl From<TradingCost> for StoredTradingCost {
    fn from(cost: TradingCost) -> Self {
        Self {
            now: cost.now,
            slow: cost.slow,
            seen_at: cost.seen_at,
        }
    }
}

impl StoredImplied {
    /// Implied volatility, or `None` if no surface was ever published.
    pub fn get(&self) -> Option<Implied> {
        (self.published_at != 0).then_some(Implied {
            volatility: BasisPoints(self.volatility),
            published_at: self.published_at,
        })
    }
}

impl StoredRegime {
    /// Returns the regime; what was never stored is a new market's.
    pub fn get(&self) -> RegimeState {
        let level = u8::try_from(self.level).ok().and_then(Regime::from_byte);
        RegimeState {
            regime: level.unwrap_or(Regime::Crisis),
            since: self.since,
            updated_at: self.updated_at,
            cooldown: Cooldown::from_stored(self.cooldown),
            implied_ratio: less_one(self.implied_ratio).map(BasisPoints),
            contraction: less_one(self.contraction).map(BasisPoints),
        }
    }
}

impl From<RegimeState> for StoredRegime {
    fn from(state: RegimeState) -> Self {
        Self {
            since: state.since,
            updated_at: state.updated_at,
            level: u32::from(state.regime as u8),
            cooldown: state.cooldown.stored(),
            implied_ratio: plus_one(state.implied_ratio.map(|ratio| ratio.0)),
            contraction: plus_one(state.contraction.map(|ratio| ratio.0)),
        }
    }
}

impl StoredBreakers {
    /// Returns the breakers. Bits that are active for nothing count as all of them: nothing that
    /// cannot be read permits risk.
    pub fn get(&self) -> BreakerStates<MARKET_BREAKERS> {
        let tripped = u16::try_from(self.tripped).ok().and_then(BreakerSet::from_bits);
        BreakerStates {
            tripped: tripped.unwrap_or(BreakerSet::ALL),
            cooldown: self.cooldown.map(Cooldown::from_stored),
            updated_at: self.updated_at,
        }
    }
}

impl From<BreakerStates<MARKET_BREAKERS>> for StoredBreakers {
    fn from(states: BreakerStates<MARKET_BREAKERS>) -> Self {
        Self {
            updated_at: states.updated_at,
            tripped: u32::from(states.tripped.bits()),
            cooldown: states.cooldown.map(Cooldown::stored),
            padding: 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_never_written_reads_as_the_worst_or_as_nothing() {
        assert_eq!(StoredSignals::default().get(), None);
        assert_eq!(StoredTradingCost::default().get(), None);
        assert_eq!(StoredImplied::default().get(), None);
        let strange = StoredRegime {
            level: 9,
            ..StoredRegime::default()
        };
        assert_eq!(strange.get().regime, Regime::Crisis);
        let strange = StoredBreakers {
            tripped: 1 << 20,
            ..StoredBreakers::default()
        };
        assert_eq!(strange.get().tripped, BreakerSet::ALL);
    }

    #[test]
    fn regime_and_breakers_survive_storage() {
        let regime = RegimeState {
            cooldown: Cooldown::from_seconds(Some(0)),
            implied_ratio: Some(BasisPoints(0)),
            contraction: Some(BasisPoints(12_345)),
            ..RegimeState::new(77)
        };
        assert_eq!(StoredRegime::from(regime).get(), regime);
        let mut breakers = BreakerStates::new(99);
        breakers.tripped = BreakerSet::ALL;
        breakers.cooldown = [
            None,
            Some(0),
            Some(1),
            Some(60),
            Some(u32::MAX - 1),
            None,
            Some(7),
            Some(8),
        ]
        .map(Cooldown::from_seconds);
        assert_eq!(StoredBreakers::from(breakers).get(), breakers);
    }
}
