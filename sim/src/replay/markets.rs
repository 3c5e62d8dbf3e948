//! The parameters of markets as a file holds them, and as the risk engine takes them.
//!
//! Names are those of [`ObservationParams`] and its parts. Whole numbers are in the unit of the typed value: seconds, or ten-thousandths
//! (of what is measured, or of a standard deviation). Fractions are decimal text, so that none passes through a float.

use std::collections::BTreeMap;

use ballast_core_market::breaker::{self, BreakerRule};
use ballast_core_market::observation::{ObservationParams, ObservationRule};
use ballast_core_market::regime::{self, RegimeParams, RegimeRule};
use ballast_core_market::signals::{SignalParams, SignalRule, SignalTimes};
use ballast_core_math::estimators::{EwmaVariance, TimeConstant};
use ballast_core_types::basis_points::BasisPoints;
use ballast_core_types::{Ratio, I80F48};
use ballast_core_vault::triggers::{self, Factor, TriggerParams, TriggerRule};
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// The markets that are checked in.
pub const DEFAULT: &str = include_str!("../../../migrations/markets.toml");

/// Why a file of markets was refused.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum MarketsError {
    /// It is not what it should be; the message names the line.
    #[error("{0}")]
    Toml(String),
    /// It has no such market.
    #[error("there are no parameters for the market `{name}`; there are {known}")]
    Unknown {
        /// What was asked for.
        name: String,
        /// What there is.
        known: String,
    },
    /// A decimal that is none.
    #[error("{market}: {field} is `{value}`, which is not a decimal number such as \"0.1\"")]
    Decimal {
        /// The market.
        market: String,
        /// The field.
        field: &'static str,
        /// The text.
        value: String,
    },
    /// A value breaks a rule of the risk engine.
    #[error("{market}: {rule}")]
    Rule {
        /// The market.
        market: String,
        /// The rule, in words.
        rule: String,
    },
}

/// A whole file: markets by the lower-case name of their asset.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(transparent)]
pub struct Markets(BTreeMap<String, Market>);

/// One market.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Market {
    /// Variance a year until observations say otherwise.
    pub initial_variance: String,
    /// Time constant of the average cost of trading, seconds.
    pub trading_cost: u32,
    /// See [`ObservationParams::max_surface_age_seconds`].
    pub max_surface_age_seconds: u32,
    /// See [`SignalParams`].
    pub signals: Signals,
    /// See [`RegimeParams`].
    pub regime: Regime,
    /// See [`breaker::BreakerParams`].
    pub breakers: Breakers,
    /// Ramps for the limits of a vault on this market: [`TriggerParams`]. The market does not store them.
    pub triggers: Triggers,
}

/// Of [`SignalParams`].
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Signals {
    /// Seconds.
    pub min_interval_seconds: u32,
    /// Share of itself, decimal.
    pub slow_price_rate_per_hour: String,
    /// Ten-thousandths.
    pub high_fall_per_day: u32,
    /// Ten-thousandths.
    pub jump_floor: u32,
    /// All in seconds.
    pub times: Times,
}

/// Of [`SignalTimes`], all in seconds.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Times {
    /// Least length of a step that variance learns from.
    pub sampling: u32,
    /// Of the fast variance.
    pub fast_variance: u32,
    /// Of the slow variance.
    pub slow_variance: u32,
    /// Of skewness and kurtosis.
    pub moments: u32,
    /// Of the trend: fast, slow, signal.
    pub trend: [u32; 3],
}

/// Of [`RegimeParams`].
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Regime {
    /// Watched seconds.
    pub dwell_seconds: u32,
    /// Seconds.
    pub longest_gap_seconds: u32,
    /// Fast over slow volatility.
    pub volatility_ratio: Ladder,
    /// Fast volatility a year.
    pub volatility: Ladder,
    /// Implied over slow volatility.
    pub implied_ratio: Ladder,
    /// |return| in standard deviations.
    pub jump: Ladder,
    /// Cost of a standard size over its average.
    pub contraction: Ladder,
    /// Fall from the slow high.
    pub drawdown: Ladder,
}

/// Of [`regime::Ladder`], ten-thousandths.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Ladder {
    /// Of Elevated.
    pub elevated: Threshold,
    /// Of Stressed.
    pub stressed: Threshold,
    /// Of Crisis.
    pub crisis: Threshold,
}

/// Of [`regime::Threshold`], ten-thousandths.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Threshold {
    /// At or above it the level is asked for.
    pub enter: u32,
    /// Under it the level may be left.
    pub exit: u32,
}

/// Of [`breaker::BreakerParams`].
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Breakers {
    /// Seconds.
    pub longest_gap_seconds: u32,
    /// Standard deviations.
    pub price_jump: Settings,
    /// Fast over slow volatility.
    pub volatility_jump: Settings,
    /// Confidence interval over price.
    pub wide_confidence: Settings,
    /// Seconds since the last admitted price.
    pub stale_price: Settings,
    /// Distance of two sources over the lower price.
    pub source_divergence: Settings,
    /// Cost of a standard size over its average.
    pub liquidity_contraction: Settings,
    /// Seconds since the last publication of the surface.
    pub stale_surface: Settings,
}

/// Of [`breaker::BreakerSettings`]: ten-thousandths, or seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// It trips when its reading reaches this.
    pub trip: u32,
    /// It is quiet under this.
    pub clear: u32,
    /// For how long it has to be quiet, watched seconds.
    pub quiet_seconds: u32,
}

/// Of [`TriggerParams`].
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Triggers {
    /// By the acceleration of the trend against an exposure, ten-thousandths of a standard deviation.
    pub delta: Ramp,
    /// By fast over slow volatility.
    pub gamma: Ramp,
    /// By contraction.
    pub vega: Ramp,
    /// By contraction, for every limit.
    pub liquidity: Ramp,
}

/// Of [`triggers::Ramp`], ten-thousandths.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Ramp {
    /// Up to here the factor is one.
    pub from: u32,
    /// From here on it is the floor.
    pub to: u32,
    /// What is left at the worst.
    pub floor: u16,
}

/// A market as the risk engine takes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Typed {
    /// What `create_market` is given.
    pub params: ObservationParams,
    /// The variance it begins with.
    pub initial_variance: EwmaVariance,
    /// Ramps for a vault's limits.
    pub triggers: TriggerParams,
}

impl Markets {
    /// Reads a file.
    ///
    /// # Errors
    /// [`MarketsError::Toml`] with the line.
    pub fn parse(text: &str) -> Result<Self, MarketsError> {
        toml::from_str(text).map_err(|error| MarketsError::Toml(error.to_string().trim_end().replace('\n', " ")))
    }

    /// The market of an asset, whatever the case.
    ///
    /// # Errors
    /// [`MarketsError::Unknown`], with those there are.
    pub fn get(&self, asset: &str) -> Result<&Market, MarketsError> {
        self.0
            .get(&asset.to_ascii_lowercase())
            .ok_or_else(|| MarketsError::Unknown {
                name: asset.to_owned(),
                known: self.0.keys().cloned().collect::<Vec<_>>().join(", "),
            })
    }

    /// The names there are.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }
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

fn decimal(text: &str, market: &str, field: &'static str) -> Result<Ratio, MarketsError> {
    let number = text.parse::<I80F48>().map_err(|_| MarketsError::Decimal {
        market: market.to_owned(),
        field,
        value: text.to_owned(),
    })?;
    Ok(Ratio::from_fixed(number))
}

fn ramp(ramp: &Ramp) -> Option<triggers::Ramp> {
    Some(triggers::Ramp {
        from: BasisPoints(ramp.from),
        to: BasisPoints(ramp.to),
        floor: Factor::new(ramp.floor)?,
    })
}

impl Market {
    /// The typed values, validated by the same rules as on the chain. `name` is for messages.
    ///
    /// # Errors
    /// [`MarketsError`] that names the rule and the value.
    pub fn typed(&self, name: &str) -> Result<Typed, MarketsError> {
        let rule = |rule: String| MarketsError::Rule {
            market: name.to_owned(),
            rule,
        };
        let times = &self.signals.times;
        let times = SignalTimes::new(
            times.sampling,
            times.fast_variance,
            times.slow_variance,
            times.moments,
            times.trend,
        )
        .map_err(|broken| rule(self.in_words(ObservationRule::Signal(broken))))?;
        let trading_cost = TimeConstant::new(self.trading_cost).ok_or_else(|| {
            rule(format!(
                "trading_cost is {}; it must be within 60 … 7776000 seconds",
                self.trading_cost
            ))
        })?;
        let settings = self.breakers.in_order().map(|(_, settings)| breaker::BreakerSettings {
            trip: settings.trip,
            clear: settings.clear,
            quiet_seconds: settings.quiet_seconds,
        });
        let params = ObservationParams {
            signals: SignalParams {
                min_interval_seconds: self.signals.min_interval_seconds,
                times,
                slow_price_rate_per_hour: decimal(
                    &self.signals.slow_price_rate_per_hour,
                    name,
                    "slow_price_rate_per_hour",
                )?,
                high_fall_per_day: BasisPoints(self.signals.high_fall_per_day),
                jump_floor: BasisPoints(self.signals.jump_floor),
            },
            trading_cost,
            max_surface_age_seconds: self.max_surface_age_seconds,
            regime: RegimeParams {
                volatility_ratio: ladder(&self.regime.volatility_ratio),
                volatility: ladder(&self.regime.volatility),
                implied_ratio: ladder(&self.regime.implied_ratio),
                jump: ladder(&self.regime.jump),
                contraction: ladder(&self.regime.contraction),
                drawdown: ladder(&self.regime.drawdown),
                dwell_seconds: self.regime.dwell_seconds,
                longest_gap_seconds: self.regime.longest_gap_seconds,
            },
            breakers: breaker::BreakerParams {
                settings,
                longest_gap_seconds: self.breakers.longest_gap_seconds,
            },
        }
        .validate()
        .map_err(|broken| rule(self.in_words(broken)))?;
        let variance = decimal(&self.initial_variance, name, "initial_variance")?;
        let initial_variance = EwmaVariance::from_annual(variance)
            .filter(|variance| variance.bits() > 0)
            .ok_or_else(|| {
                rule(format!(
                    "initial_variance is {}; it must be above zero",
                    self.initial_variance
                ))
            })?;
        let broken_ramp = |broken: Option<TriggerRule>| rule(format!("triggers break {broken:?}: {:?}", self.triggers));
        let ramps = &self.triggers;
        let (Some(delta), Some(gamma), Some(vega), Some(liquidity)) = (
            ramp(&ramps.delta),
            ramp(&ramps.gamma),
            ramp(&ramps.vega),
            ramp(&ramps.liquidity),
        ) else {
            return Err(broken_ramp(None));
        };
        let triggers = TriggerParams {
            delta,
            gamma,
            vega,
            liquidity,
        };
        triggers.validate().map_err(|broken| broken_ramp(Some(broken)))?;
        Ok(Typed {
            params,
            initial_variance,
            triggers,
        })
    }

    /// A broken rule with the value that breaks it.
    fn in_words(&self, rule: ObservationRule) -> String {
        let breaker = |breaker: breaker::Breaker| {
            let rows = self.breakers.in_order();
            let found = rows.into_iter().find(|(of, _)| *of == breaker);
            found.map_or_else(String::new, |(_, settings)| {
                let accepted = &breaker.rule().trip;
                format!(
                    " ({}: {settings:?}; trip must be {} … {}, clear above zero and under trip, quiet_seconds {} … {})",
                    breaker.name(),
                    accepted.start(),
                    accepted.end(),
                    breaker::QUIET_SECONDS.start(),
                    breaker::QUIET_SECONDS.end()
                )
            })
        };
        let value = match rule {
            ObservationRule::Signal(SignalRule::MinInterval) => format!(
                " (min_interval_seconds is {}; 1 … 3600)",
                self.signals.min_interval_seconds
            ),
            ObservationRule::Signal(SignalRule::SlowPriceRate) => format!(
                " (slow_price_rate_per_hour is {}; above 0, at most 1)",
                self.signals.slow_price_rate_per_hour
            ),
            ObservationRule::Signal(SignalRule::HighFall) => {
                format!(" (high_fall_per_day is {}; 1 … 2000)", self.signals.high_fall_per_day)
            }
            ObservationRule::Signal(SignalRule::JumpFloor) => {
                format!(" (jump_floor is {}; 1 … 1000)", self.signals.jump_floor)
            }
            ObservationRule::Signal(_) => format!(" ({:?})", self.signals.times),
            ObservationRule::SurfaceAge => format!(
                " (max_surface_age_seconds is {}; 60 … 86400)",
                self.max_surface_age_seconds
            ),
            ObservationRule::Regime(RegimeRule::Dwell) => {
                format!(" (dwell_seconds is {}; 600 … 2592000)", self.regime.dwell_seconds)
            }
            ObservationRule::Regime(RegimeRule::LongestGap) => format!(
                " (longest_gap_seconds is {}; 1 … a quarter of the dwell, {})",
                self.regime.longest_gap_seconds,
                self.regime.dwell_seconds / 4
            ),
            ObservationRule::Regime(
                RegimeRule::Zero(indicator, _)
                | RegimeRule::Hysteresis(indicator, _)
                | RegimeRule::Order(indicator, _)
                | RegimeRule::TooHigh(indicator),
            ) => format!(
                " ({:?}; Crisis at most {})",
                self.regime.of(indicator),
                indicator.highest().0
            ),
            ObservationRule::Breaker(BreakerRule::LongestGap) => format!(
                " (longest_gap_seconds is {}; 1 … a quarter of the shortest quiet time)",
                self.breakers.longest_gap_seconds
            ),
            ObservationRule::Breaker(
                BreakerRule::Trip(which) | BreakerRule::Clear(which) | BreakerRule::Quiet(which),
            ) => breaker(which),
        };
        format!("the rule {rule:?} is broken{value}")
    }
}

impl Regime {
    /// The ladder of an indicator.
    #[must_use]
    pub const fn of(&self, indicator: regime::Indicator) -> &Ladder {
        match indicator {
            regime::Indicator::VolatilityRatio => &self.volatility_ratio,
            regime::Indicator::Volatility => &self.volatility,
            regime::Indicator::ImpliedRatio => &self.implied_ratio,
            regime::Indicator::Jump => &self.jump,
            regime::Indicator::Contraction => &self.contraction,
            regime::Indicator::Drawdown => &self.drawdown,
        }
    }
}

impl Breakers {
    /// In the order of [`breaker::MARKET`].
    #[must_use]
    pub fn in_order(&self) -> [(breaker::Breaker, Settings); 7] {
        breaker::MARKET.breakers().map(|which| {
            let settings = match which {
                breaker::Breaker::PriceJump => self.price_jump,
                breaker::Breaker::VolatilityJump => self.volatility_jump,
                breaker::Breaker::WideConfidence => self.wide_confidence,
                breaker::Breaker::SourceDivergence => self.source_divergence,
                breaker::Breaker::LiquidityContraction => self.liquidity_contraction,
                breaker::Breaker::StaleSurface => self.stale_surface,
                // The only one of a market's that is left; a vault's are not in its panel.
                _ => self.stale_price,
            };
            (which, settings)
        })
    }
}
