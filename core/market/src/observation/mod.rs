//! One observation of a market: signals, regime and breakers from everything that can be seen of
//! it, in one pure function.
//!
//! `observe` of the risk program calls [`MarketState::next`]; the keeper, the replay and the tests
//! call the same. What cannot be seen (a second source without a fresh price, a venue that does not
//! answer, a surface that nobody published) is `None`, and never makes anything milder: see
//! [`Indicators`] and [`BreakerGroup::observe`](crate::breaker::BreakerGroup::observe).

mod liquidity;
mod readings;

pub use liquidity::TradingCost;

use crate::admission::{AdmittedPrice, Now, SecondPrice};
use crate::breaker::{BreakerParamError, BreakerParams, BreakerSet, BreakerStates, MARKET};
use crate::regime::{Indicators, RegimeParamError, RegimeParams, RegimeSignals, RegimeState};
use crate::signals::{ObserveError, SignalParamError, SignalParams, Signals};
use ballast_core_math::estimators::{EwmaVariance, TimeConstant};
use ballast_core_types::basis_points::BasisPoints;

/// Breakers of a market.
pub const MARKET_BREAKERS: usize = MARKET.breakers().len();

/// How a market is observed. Only [`ObservationParams::validate`]d ones mean anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ObservationParams {
    /// Signals of the price.
    pub signals: SignalParams,
    /// Time constant of the average cost of trading.
    pub trading_cost: TimeConstant,
    /// A surface published longer ago than this says nothing of implied volatility, seconds.
    pub max_surface_age_seconds: u32,
    /// The regime.
    pub regime: RegimeParams,
    /// The breakers.
    pub breakers: BreakerParams<MARKET_BREAKERS>,
}

/// The rule a bundle of parameters breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ObservationParamError {
    /// A signal's.
    Signal(SignalParamError),
    /// The surface's age is outside 1 min … 1 day.
    SurfaceAge,
    /// A regime's.
    Regime(RegimeParamError),
    /// A breaker's.
    Breaker(BreakerParamError),
}

/// Implied volatility, as the market's surface last gave it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Implied {
    /// At the money, a year.
    pub volatility: BasisPoints,
    /// When the surface was published, unix seconds.
    pub published_at: i64,
}

/// What one observation sees.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MarketObservation {
    /// The price, admitted for observing.
    pub price: AdmittedPrice,
    /// The second source's, if it has one that is admitted.
    pub second: Option<SecondPrice>,
    /// Cost of a standard size, if a venue quotes it: of any unit.
    pub trading_cost: Option<u64>,
    /// The market's implied volatility, if its surface was ever published.
    pub implied: Option<Implied>,
}

/// What a market remembers from one observation to the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MarketState {
    /// Signals of the price.
    pub signals: Signals,
    /// The second source's last price.
    pub second: Option<SecondPrice>,
    /// Cost of trading, now and on average.
    pub trading_cost: Option<TradingCost>,
    /// The regime.
    pub regime: RegimeState,
    /// The breakers.
    pub breakers: BreakerStates<MARKET_BREAKERS>,
}

impl ObservationParams {
    /// Refuses what would switch a signal, a regime or a breaker off.
    ///
    /// # Errors
    /// The first [`ObservationParamError`] that is broken.
    pub fn validate(self) -> Result<Self, ObservationParamError> {
        self.signals.validate().map_err(ObservationParamError::Signal)?;
        if !(60..=86_400).contains(&self.max_surface_age_seconds) {
            return Err(ObservationParamError::SurfaceAge);
        }
        self.regime.validate().map_err(ObservationParamError::Regime)?;
        MARKET
            .validate(&self.breakers)
            .map_err(ObservationParamError::Breaker)?;
        Ok(self)
    }
}

impl MarketState {
    /// After the first observation of a market: nothing can have tripped, and the regime is that of
    /// a new market.
    pub fn first(observation: &MarketObservation, variance: EwmaVariance, now: Now) -> Self {
        Self {
            signals: Signals::first(&observation.price, variance, now),
            second: observation.second,
            trading_cost: observation
                .trading_cost
                .map(|cost| TradingCost::first(cost, now.unix_time)),
            regime: RegimeState::new(now.unix_time),
            breakers: BreakerStates::new(now.unix_time),
        }
    }

    /// After one more observation.
    ///
    /// # Errors
    /// [`ObserveError`].
    pub fn next(
        &self,
        params: &ObservationParams,
        observation: &MarketObservation,
        now: Now,
    ) -> Result<Self, ObserveError> {
        let signals = self.signals.next(&params.signals, &observation.price, now)?;
        let time = now.unix_time;
        let trading_cost = match (self.trading_cost, observation.trading_cost) {
            (Some(before), Some(cost)) => Some(before.next(cost, time, params.trading_cost)),
            (None, Some(cost)) => Some(TradingCost::first(cost, time)),
            (before, None) => before,
        };
        let contraction = observation.trading_cost.and(trading_cost).map(TradingCost::contraction);
        let indicators = indicators(&signals, observation, contraction, params, time);
        let readings = readings::of_observation(&self.signals, observation, &indicators, time);
        Ok(Self {
            signals,
            second: observation.second.or(self.second),
            trading_cost,
            regime: self.regime.update(&indicators, time, &params.regime),
            breakers: MARKET.observe(&self.breakers, &readings, &params.breakers, time),
        })
    }

    /// Returns the active breakers for whoever acts now: those that tripped, and those that what
    /// can be seen at this moment would trip.
    pub fn active(
        &self,
        params: &ObservationParams,
        live: Option<&AdmittedPrice>,
        second: Option<&SecondPrice>,
        implied: Option<&Implied>,
        now: Now,
    ) -> BreakerSet {
        let readings = readings::of_moment(self, params, live, second, implied, now.unix_time);
        MARKET.active(&self.breakers, &readings, &params.breakers)
    }
}

#[inline(never)]
fn indicators(
    signals: &Signals,
    observation: &MarketObservation,
    contraction: Option<BasisPoints>,
    params: &ObservationParams,
    time: i64,
) -> Indicators {
    let fresh = |implied: &Implied| {
        let age = time.saturating_sub(implied.published_at);
        (0..=i64::from(params.max_surface_age_seconds)).contains(&age)
    };
    Indicators::of(&RegimeSignals {
        fast_variance: signals.fast_variance,
        slow_variance: signals.slow_variance,
        jump: signals.jump,
        implied_volatility: observation.implied.filter(fresh).map(|implied| implied.volatility),
        contraction,
        price: signals.price,
        high: signals.high,
    })
}

#[cfg(test)]
mod tests;
