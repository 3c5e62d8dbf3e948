//! The values the risk engine takes, validated by its own rules.

use super::{Ladder, Market, Markets, MarketsError, Ramp, Regime, Threshold, DEFAULT};
use ballast_core_market::breaker::{BreakerParams, BreakerSettings};
use ballast_core_market::observation::{ObservationParamError, ObservationParams, MARKET_BREAKERS};
use ballast_core_market::regime::{self, RegimeParams};
use ballast_core_market::signals::{SignalParams, SignalTimes};
use ballast_core_market::worst_day::initial_worst_day;
use ballast_core_math::estimators::{EwmaVariance, TimeConstant};
use ballast_core_types::basis_points::BasisPoints;
use ballast_core_types::{Ratio, I80F48};
use ballast_core_vault::limit_multipliers::{self, Factor, LimitMultiplierParamError, LimitMultiplierParams};

/// A market as the risk engine takes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Typed {
    /// What `create_market` is given.
    pub params: ObservationParams,
    /// The variance it begins with.
    pub initial_variance: EwmaVariance,
    /// The worst day that it begins with, a log move.
    pub worst_day: Ratio,
    /// Ramps for a vault's limits.
    pub limit_multipliers: LimitMultiplierParams,
}

fn ladder(ladder: &Ladder) -> regime::Ladder {
    let threshold = |threshold: Threshold| regime::Threshold {
        enter: BasisPoints(threshold.enter),
        exit: BasisPoints(threshold.exit),
    };
    regime::Ladder {
        elevated: threshold(ladder.elevated),
        stressed: threshold(ladder.stressed),
        crisis: threshold(ladder.crisis),
    }
}

fn ramp(ramp: &Ramp) -> Option<limit_multipliers::Ramp> {
    Some(limit_multipliers::Ramp {
        from: BasisPoints(ramp.from),
        to: BasisPoints(ramp.to),
        floor: Factor::new(ramp.floor)?,
    })
}

impl Regime {
    fn typed(&self) -> RegimeParams {
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

/// A market and its name, which messages begin with.
struct Named<'a> {
    market: &'a Market,
    name: &'a str,
}

impl Typed {
    /// Returns those of an asset that are checked in.
    ///
    /// # Errors
    /// [`MarketsError::Unknown`], with those there are.
    pub fn checked_in(asset: &str) -> Result<Self, MarketsError> {
        Markets::parse(DEFAULT)?.get(asset)?.typed(asset)
    }
}

impl Market {
    /// Returns the typed values, validated by the same rules as on the chain. `name` is for
    /// messages.
    ///
    /// # Errors
    /// [`MarketsError`] that names the rule and the value.
    pub fn typed(&self, name: &str) -> Result<Typed, MarketsError> {
        let named = Named { market: self, name };
        Ok(Typed {
            params: named.observation()?,
            initial_variance: named.initial_variance()?,
            worst_day: named.worst_day()?,
            limit_multipliers: named.limit_multipliers()?,
        })
    }
}

impl Named<'_> {
    fn broken(&self, rule: String) -> MarketsError {
        MarketsError::Rule {
            market: self.name.to_owned(),
            rule,
        }
    }

    fn decimal(&self, text: &str, field: &'static str) -> Result<Ratio, MarketsError> {
        let number = text.parse::<I80F48>().map_err(|_| MarketsError::Decimal {
            market: self.name.to_owned(),
            field,
            value: text.to_owned(),
        })?;
        Ok(Ratio::from_fixed(number))
    }

    fn times(&self) -> Result<SignalTimes, MarketsError> {
        let times = &self.market.signals.times;
        SignalTimes::new(
            times.sampling,
            times.fast_variance,
            times.slow_variance,
            times.moments,
            times.trend,
        )
        .map_err(|rule| self.broken(self.market.in_words(ObservationParamError::Signal(rule))))
    }

    fn trading_cost(&self) -> Result<TimeConstant, MarketsError> {
        let seconds = self.market.trading_cost;
        TimeConstant::new(seconds).ok_or_else(|| {
            self.broken(format!(
                "trading_cost is {seconds}; it must be within 60 … 7776000 seconds"
            ))
        })
    }

    fn signals(&self, times: SignalTimes) -> Result<SignalParams, MarketsError> {
        let signals = &self.market.signals;
        let slow_price_rate = self.decimal(&signals.slow_price_rate_per_hour, "slow_price_rate_per_hour")?;
        Ok(SignalParams {
            times,
            slow_price_rate_per_hour: slow_price_rate,
            high_fall_per_day: BasisPoints(signals.high_fall_per_day),
            jump_floor: BasisPoints(signals.jump_floor),
        })
    }

    fn breakers(&self) -> BreakerParams<MARKET_BREAKERS> {
        let breakers = &self.market.breakers;
        BreakerParams {
            settings: breakers.in_order().map(|(_, settings)| BreakerSettings {
                trip: settings.trip,
                reset: settings.reset,
                cooldown_seconds: settings.cooldown_seconds,
            }),
            longest_gap_seconds: breakers.longest_gap_seconds,
            has_guardian: false,
        }
    }

    fn observation(&self) -> Result<ObservationParams, MarketsError> {
        let times = self.times()?;
        let trading_cost = self.trading_cost()?;
        ObservationParams {
            signals: self.signals(times)?,
            trading_cost,
            max_surface_age_seconds: self.market.max_surface_age_seconds,
            regime: self.market.regime.typed(),
            breakers: self.breakers(),
        }
        .validate()
        .map_err(|rule| self.broken(self.market.in_words(rule)))
    }

    fn initial_variance(&self) -> Result<EwmaVariance, MarketsError> {
        let text = &self.market.initial_variance;
        let variance = EwmaVariance::from_annual(self.decimal(text, "initial_variance")?);
        variance
            .filter(|variance| variance.bits() > 0)
            .ok_or_else(|| self.broken(format!("initial_variance is {text}; it must be above zero")))
    }

    fn worst_day(&self) -> Result<Ratio, MarketsError> {
        let text = &self.market.worst_day;
        let size = self.decimal(text, "worst_day")?;
        match initial_worst_day(size) {
            Some(_) => Ok(size),
            None => Err(self.broken(format!("worst_day is {text}; it must lie within 0.1 and 1.5"))),
        }
    }

    fn limit_multipliers(&self) -> Result<LimitMultiplierParams, MarketsError> {
        let ramps = &self.market.limit_multipliers;
        let broken = |rule: Option<LimitMultiplierParamError>| {
            self.broken(format!("limit_multipliers break {rule:?}: {ramps:?}"))
        };
        let (Some(delta), Some(gamma), Some(vega), Some(liquidity)) = (
            ramp(&ramps.delta),
            ramp(&ramps.gamma),
            ramp(&ramps.vega),
            ramp(&ramps.liquidity),
        ) else {
            return Err(broken(None));
        };
        let limit_multipliers = LimitMultiplierParams {
            delta,
            gamma,
            vega,
            liquidity,
        };
        limit_multipliers.validate().map_err(|rule| broken(Some(rule)))?;
        Ok(limit_multipliers)
    }
}
