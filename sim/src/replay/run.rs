//! One step for each observation: what people want to see of a market's state.

use std::io;

use ballast_core_market::breaker::{Breaker, BreakerSet};
use ballast_core_market::observation::MarketState;
use ballast_core_market::regime::{Indicators, Regime, RegimeSignals};
use ballast_core_types::basis_points::BasisPoints;
use ballast_core_vault::limit_multipliers::{self, Factor, Side};

use super::{Observer, ObserverError, PriceObservation};
use ballast_market_data::markets::Typed;

/// A market after one observation. Volatilities are fractions a year, scores standard deviations,
/// factors shares of a limit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Step {
    /// When, unix seconds.
    pub time: i64,
    /// The price, quote.
    pub price: f64,
    /// The price followed at a limited rate.
    pub slow_price: f64,
    /// Its slow high.
    pub high: f64,
    /// Fast volatility.
    pub fast_volatility: f64,
    /// Slow volatility.
    pub slow_volatility: f64,
    /// Implied volatility, where a fresh surface gives it.
    pub implied_volatility: Option<f64>,
    /// What the regime is judged by.
    pub indicators: Indicators,
    /// Skewness of standardised returns.
    pub skewness: f64,
    /// Their excess kurtosis.
    pub kurtosis: f64,
    /// Trend.
    pub trend: f64,
    /// Its acceleration.
    pub acceleration: f64,
    /// The regime.
    pub regime: Regime,
    /// The active breakers.
    pub breakers: BreakerSet,
    /// Factor on a long delta limit.
    pub delta_long: f64,
    /// Factor on a short one.
    pub delta_short: f64,
    /// Factor on gamma.
    pub gamma: f64,
    /// Factor on vega; `None` where the cost of trading is not known.
    pub vega: Option<f64>,
    /// Factor on every limit, by liquidity; likewise.
    pub liquidity: Option<f64>,
}

/// Returns the breakers that follow from prices alone: those that a fall can trip.
#[must_use]
pub fn of_price() -> [Breaker; 2] {
    [Breaker::PriceJump, Breaker::VolatilityJump]
}

impl Step {
    /// Returns what `state` says after `observation`.
    #[must_use]
    pub fn of(state: &MarketState, observation: &PriceObservation, typed: &Typed) -> Self {
        let signals = &state.signals;
        let age = i64::from(typed.params.max_surface_age_seconds);
        let implied = observation
            .implied
            .filter(|implied| (0..=age).contains(&(observation.time - implied.published_at)));
        let contraction = observation
            .trading_cost
            .and(state.trading_cost)
            .map(ballast_core_market::observation::TradingCost::contraction);
        let indicators = Indicators::of(&RegimeSignals {
            fast_variance: signals.fast_variance,
            slow_variance: signals.slow_variance,
            jump: signals.jump,
            implied_volatility: implied.map(|implied| implied.volatility),
            contraction,
            price: signals.price,
            high: signals.high,
        });
        let annual =
            |variance: ballast_core_math::estimators::EwmaVariance| variance.annual().fixed().to_num::<f64>().sqrt();
        let scores = signals.trend_scores;
        let score = |score: ballast_core_math::estimators::Score| score.0.to_num::<f64>();
        let (skewness, kurtosis) = signals
            .moments
            .shape()
            .map_or((0.0, 0.0), |(s, k)| (s.0.to_num::<f64>(), k.0.to_num::<f64>()));
        let factor = |factor: Factor| f64::from(factor.basis_points()) / 1e4;
        let acceleration = scores.map(|scores| scores.acceleration);
        let ramps = &typed.limit_multipliers;
        Self {
            time: observation.time,
            price: observation.price.to_f64(),
            slow_price: signals.slow_price.fixed().to_num(),
            high: signals.high.fixed().to_num(),
            fast_volatility: annual(signals.fast_variance),
            slow_volatility: annual(signals.slow_variance),
            implied_volatility: implied.map(|implied| share(implied.volatility)),
            indicators,
            skewness,
            kurtosis,
            trend: scores.map_or(0.0, |scores| score(scores.trend)),
            acceleration: acceleration.map_or(0.0, score),
            regime: state.regime.regime,
            breakers: state.breakers.tripped,
            delta_long: factor(limit_multipliers::delta(acceleration, Side::Long, &ramps.delta)),
            delta_short: factor(limit_multipliers::delta(acceleration, Side::Short, &ramps.delta)),
            gamma: factor(limit_multipliers::gamma(indicators.volatility_ratio, &ramps.gamma)),
            vega: contraction.map(|seen| factor(limit_multipliers::vega(Some(seen), &ramps.vega))),
            liquidity: contraction.map(|seen| factor(limit_multipliers::liquidity(Some(seen), &ramps.liquidity))),
        }
    }

    /// Returns whether risk may not be added, because of Crisis or of a breaker that prices trip.
    #[must_use]
    pub fn guards(&self) -> bool {
        self.regime == Regime::Crisis || of_price().into_iter().any(|breaker| self.breakers.has(breaker))
    }
}

/// Ten-thousandths as a fraction.
#[must_use]
pub fn share(value: BasisPoints) -> f64 {
    f64::from(value.0) / 1e4
}

/// Returns every observation through an observer; `progress` hears of each step.
///
/// # Errors
/// The first observation that is refused, or what `progress` returned.
pub fn run(
    observer: &mut dyn Observer,
    observations: &[PriceObservation],
    typed: &Typed,
    mut progress: impl FnMut(usize, &Step) -> io::Result<()>,
) -> Result<Vec<Step>, RunError> {
    let mut steps = Vec::with_capacity(observations.len());
    for (index, observation) in observations.iter().enumerate() {
        let step = Step::of(&observer.observe(observation)?, observation, typed);
        progress(index, &step)?;
        steps.push(step);
    }
    Ok(steps)
}

/// Why a run ended early.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RunError {
    /// An observation was refused.
    #[error(transparent)]
    Observe(#[from] ObserverError),
    /// Progress could not be shown, or the run was stopped.
    #[error(transparent)]
    Progress(#[from] io::Error),
}
