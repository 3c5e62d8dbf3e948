//! How a market is observed, as stored: the settings of its signals, its regime and its breakers.

use crate::errors::RiskError;
use crate::state::Fixed;
use anchor_lang::prelude::*;
use ballast_core_market::breaker::{BreakerParams, BreakerSettings};
use ballast_core_market::observation::{ObservationParams, MARKET_BREAKERS};
use ballast_core_market::regime::{Ladder, RegimeParams, Threshold};
use ballast_core_market::signals::{SignalParams, SignalTimes};
use ballast_core_math::estimators::TimeConstant;
use ballast_core_types::basis_points::BasisPoints;
use bytemuck::{Pod, Zeroable};

/// See [`ObservationParams`].
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub struct ObservationSettings {
    /// Signals.
    pub signals: SignalSettings,
    /// Regime.
    pub regime: RegimeSettings,
    /// Breakers.
    pub breakers: MarketBreakerSettings,
}

/// See [`SignalParams`]. Times are seconds.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub struct SignalSettings {
    /// Least length of a step that variance and moments learn from.
    pub sampling_seconds: u32,
    /// Time constant of the fast variance.
    pub fast_variance_seconds: u32,
    /// Time constant of the slow variance.
    pub slow_variance_seconds: u32,
    /// Time constant of skewness and kurtosis.
    pub moments_seconds: u32,
    /// Time constant of the trend's fast average.
    pub trend_fast_seconds: u32,
    /// Time constant of the trend's slow average.
    pub trend_slow_seconds: u32,
    /// Time constant of the average that acceleration is measured against.
    pub trend_signal_seconds: u32,
    /// Time constant of the average cost of trading.
    pub trading_cost_seconds: u32,
    /// A surface published longer ago than this says nothing of implied volatility.
    pub max_surface_age_seconds: u32,
    /// Fall of the slow high in a day, basis points of itself.
    pub high_fall_per_day: u32,
    /// Least return that is a jump, basis points.
    pub jump_floor: u32,
    /// Greatest move of the slow price in an hour, as a share of itself.
    pub slow_price_rate_per_hour: Fixed,
}

/// See [`Threshold`]; basis points.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Copy, Debug, Default, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub struct ThresholdSettings {
    /// The level is asked for from here on.
    pub enter: u32,
    /// It is left under this.
    pub exit: u32,
}

/// See [`Ladder`]: the thresholds of Elevated, Stressed and Crisis.
pub type LadderSettings = [ThresholdSettings; 3];

/// See [`RegimeParams`].
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub struct RegimeSettings {
    /// Fast over slow volatility.
    pub volatility_ratio: LadderSettings,
    /// Fast volatility a year.
    pub volatility: LadderSettings,
    /// Implied over slow volatility.
    pub implied_ratio: LadderSettings,
    /// |return| in standard deviations.
    pub jump: LadderSettings,
    /// Cost of the standard size over its average.
    pub contraction: LadderSettings,
    /// Fall from the slow high.
    pub drawdown: LadderSettings,
    /// How long each level is kept at least, observed seconds.
    pub dwell_seconds: u32,
    /// The most that a gap between two observations adds to it, seconds.
    pub longest_gap_seconds: u32,
}

/// See [`BreakerSettings`]; units are those of the breaker's row in `docs/reference/breakers.md`.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Copy, Debug, Default, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub struct StoredBreakerSettings {
    /// It trips when its reading reaches this.
    pub trip: u32,
    /// Its cooldown runs while its reading is under this.
    pub reset: u32,
    /// How long its cooldown is, observed seconds.
    pub cooldown_seconds: u32,
}

/// See [`BreakerParams`].
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub struct MarketBreakerSettings {
    /// Price jump, vol jump, wide confidence, stale price, source divergence, liquidity
    /// contraction, stale surface, quote off par.
    pub settings: [StoredBreakerSettings; MARKET_BREAKERS],
    /// The most that a gap between two observations adds to a cooldown, seconds.
    pub longest_gap_seconds: u32,
}

impl ObservationSettings {
    /// # Errors
    /// The parameter that is out of its bounds.
    pub fn validate(&self) -> Result<()> {
        let params = self.params()?;
        params.validate().map_err(crate::errors::observation)?;
        Ok(())
    }

    /// As the core wants them.
    ///
    /// # Errors
    /// Times that no estimator accepts; a market that was created has none.
    pub fn params(&self) -> Result<ObservationParams> {
        let trading_cost =
            TimeConstant::new(self.signals.trading_cost_seconds).ok_or(RiskError::TradingCostTimeConstant)?;
        Ok(ObservationParams {
            signals: self.signals.params()?,
            trading_cost,
            max_surface_age_seconds: self.signals.max_surface_age_seconds,
            regime: self.regime.params(),
            breakers: self.breakers.params(),
        })
    }
}

impl SignalSettings {
    fn params(&self) -> Result<SignalParams> {
        let times = SignalTimes::new(
            self.sampling_seconds,
            self.fast_variance_seconds,
            self.slow_variance_seconds,
            self.moments_seconds,
            [
                self.trend_fast_seconds,
                self.trend_slow_seconds,
                self.trend_signal_seconds,
            ],
        );
        Ok(SignalParams {
            times: times.map_err(RiskError::from)?,
            slow_price_rate_per_hour: self.slow_price_rate_per_hour.ratio(),
            high_fall_per_day: BasisPoints(self.high_fall_per_day),
            jump_floor: BasisPoints(self.jump_floor),
        })
    }
}

impl RegimeSettings {
    fn params(&self) -> RegimeParams {
        RegimeParams {
            volatility_ratio: ladder(&self.volatility_ratio),
            volatility: ladder(&self.volatility),
            implied_ratio: ladder(&self.implied_ratio),
            jump: ladder(&self.jump),
            contraction: ladder(&self.contraction),
            drawdown: ladder(&self.drawdown),
            dwell_seconds: self.dwell_seconds,
            longest_gap_seconds: self.longest_gap_seconds,
        }
    }
}

fn ladder(settings: &LadderSettings) -> Ladder {
    let [elevated, stressed, crisis] = settings.map(|threshold| Threshold {
        enter: BasisPoints(threshold.enter),
        exit: BasisPoints(threshold.exit),
    });
    Ladder {
        elevated,
        stressed,
        crisis,
    }
}

impl From<StoredBreakerSettings> for BreakerSettings {
    fn from(stored: StoredBreakerSettings) -> Self {
        Self {
            trip: stored.trip,
            reset: stored.reset,
            cooldown_seconds: stored.cooldown_seconds,
        }
    }
}

impl MarketBreakerSettings {
    fn params(&self) -> BreakerParams<MARKET_BREAKERS> {
        BreakerParams {
            settings: self.settings.map(BreakerSettings::from),
            longest_gap_seconds: self.longest_gap_seconds,
            has_guardian: false,
        }
    }
}

impl From<&ObservationParams> for ObservationSettings {
    fn from(params: &ObservationParams) -> Self {
        let (signals, times) = (&params.signals, &params.signals.times);
        let [trend_fast, trend_slow, trend_signal] = times.trend.times().map(TimeConstant::seconds);
        let regime = &params.regime;
        Self {
            signals: SignalSettings {
                sampling_seconds: times.sampling.seconds(),
                fast_variance_seconds: times.fast_variance.seconds(),
                slow_variance_seconds: times.slow_variance.seconds(),
                moments_seconds: times.moments.seconds(),
                trend_fast_seconds: trend_fast,
                trend_slow_seconds: trend_slow,
                trend_signal_seconds: trend_signal,
                trading_cost_seconds: params.trading_cost.seconds(),
                max_surface_age_seconds: params.max_surface_age_seconds,
                high_fall_per_day: signals.high_fall_per_day.0,
                jump_floor: signals.jump_floor.0,
                slow_price_rate_per_hour: signals.slow_price_rate_per_hour.into(),
            },
            regime: RegimeSettings {
                volatility_ratio: stored_ladder(&regime.volatility_ratio),
                volatility: stored_ladder(&regime.volatility),
                implied_ratio: stored_ladder(&regime.implied_ratio),
                jump: stored_ladder(&regime.jump),
                contraction: stored_ladder(&regime.contraction),
                drawdown: stored_ladder(&regime.drawdown),
                dwell_seconds: regime.dwell_seconds,
                longest_gap_seconds: regime.longest_gap_seconds,
            },
            breakers: MarketBreakerSettings {
                settings: params.breakers.settings.map(|settings| StoredBreakerSettings {
                    trip: settings.trip,
                    reset: settings.reset,
                    cooldown_seconds: settings.cooldown_seconds,
                }),
                longest_gap_seconds: params.breakers.longest_gap_seconds,
            },
        }
    }
}

fn stored_ladder(ladder: &Ladder) -> LadderSettings {
    [ladder.elevated, ladder.stressed, ladder.crisis].map(|threshold| ThresholdSettings {
        enter: threshold.enter.0,
        exit: threshold.exit.0,
    })
}
