//! The tables of a file of markets, field by field.
//!
//! Names are those of [`ObservationParams`] and its parts. Whole numbers are in the unit of the
//! typed value: seconds, or basis points (of what is measured, or of a standard deviation).
//! Fractions are decimal text, so that none passes through a float.
//!
//! [`ObservationParams`]: ballast_core_market::observation::ObservationParams

use ballast_core_market::observation::MARKET_BREAKERS;
use ballast_core_market::{breaker, regime};
use serde::{Deserialize, Serialize};

/// One market.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Market {
    /// Variance a year until observations say otherwise.
    pub initial_variance: String,
    /// The largest log move of a day that is known of it.
    pub worst_day: String,
    /// Time constant of the average cost of trading, seconds.
    pub trading_cost: u32,
    /// Of `ObservationParams`, seconds.
    pub max_surface_age_seconds: u32,
    /// See [`SignalParams`](ballast_core_market::signals::SignalParams).
    pub signals: Signals,
    /// See [`RegimeParams`](regime::RegimeParams).
    pub regime: Regime,
    /// See [`breaker::BreakerParams`].
    pub breakers: Breakers,
    /// Ramps for the limits of a vault on this market:
    /// [`LimitMultiplierParams`](ballast_core_vault::limit_multipliers::LimitMultiplierParams). The
    /// market does not store them.
    pub limit_multipliers: LimitMultipliers,
}

/// Of [`SignalParams`](ballast_core_market::signals::SignalParams).
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Signals {
    /// Share of itself, decimal.
    pub slow_price_rate_per_hour: String,
    /// Basis points.
    pub high_fall_per_day: u32,
    /// Basis points.
    pub jump_floor: u32,
    /// All in seconds.
    pub times: Times,
}

/// Of [`SignalTimes`](ballast_core_market::signals::SignalTimes), all in seconds.
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

/// Of [`RegimeParams`](regime::RegimeParams).
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

/// Of [`regime::Ladder`], basis points.
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

/// Of [`regime::Threshold`], basis points.
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
    /// See [`Breaker::QuoteOffPar`](breaker::Breaker::QuoteOffPar).
    pub quote_off_par: Settings,
}

/// Of [`breaker::BreakerSettings`]: basis points, or seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// It trips when its reading reaches this.
    pub trip: u32,
    /// Its cooldown runs under this.
    pub reset: u32,
    /// How long its cooldown is, observed seconds.
    pub cooldown_seconds: u32,
}

/// Of [`LimitMultiplierParams`](ballast_core_vault::limit_multipliers::LimitMultiplierParams).
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct LimitMultipliers {
    /// By the acceleration of the trend against an exposure, basis points of a standard deviation.
    pub delta: Ramp,
    /// By fast over slow volatility.
    pub gamma: Ramp,
    /// By contraction.
    pub vega: Ramp,
    /// By contraction, for every limit.
    pub liquidity: Ramp,
}

/// Of [`limit_multipliers::Ramp`](ballast_core_vault::limit_multipliers::Ramp), basis points.
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

impl Regime {
    /// Returns the ladder of an indicator.
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
    /// Returns the settings in the order of [`breaker::MARKET`].
    #[must_use]
    pub fn in_order(&self) -> [(breaker::Breaker, Settings); MARKET_BREAKERS] {
        breaker::MARKET.breakers().map(|which| {
            let settings = match which {
                breaker::Breaker::PriceJump => self.price_jump,
                breaker::Breaker::VolatilityJump => self.volatility_jump,
                breaker::Breaker::WideConfidence => self.wide_confidence,
                breaker::Breaker::SourceDivergence => self.source_divergence,
                breaker::Breaker::LiquidityContraction => self.liquidity_contraction,
                breaker::Breaker::StaleSurface => self.stale_surface,
                breaker::Breaker::QuoteOffPar => self.quote_off_par,
                // The only one of a market's that is left; a vault's are not in its panel.
                _ => self.stale_price,
            };
            (which, settings)
        })
    }
}
