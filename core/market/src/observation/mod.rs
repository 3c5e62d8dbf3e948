//! One observation of a market: signals, regime and breakers from everything that can be seen of
//! it, in one pure function.
//!
//! `observe` of the risk program calls [`MarketState::next`]; the keeper, the replay and the tests
//! call the same. What cannot be seen (a second source without a fresh price, a venue that does not
//! answer, a surface that nobody published) is `None`, and never makes anything milder: see
//! [`Indicators`] and [`BreakerGroup::observe`](crate::breaker::BreakerGroup::observe).

mod liquidity;
mod quote_token;
mod readings;

pub use liquidity::TradingCost;
pub use quote_token::{QuoteToken, QUOTE_SECONDS, SERIES_BAR};

use crate::admission::{Now, PriceError, Print};
use crate::breaker::{BreakerParamError, BreakerParams, BreakerSet, BreakerStates, MARKET};
use crate::price_clock::{ClosePair, Declared, Kept};
use crate::regime::{Indicators, RegimeParamError, RegimeParams, RegimeSignals, RegimeState};
use crate::signals::{SignalParamError, SignalParams, Signals};
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
    /// The first source's print, if it is newer than the one that is kept.
    pub price: Option<Print>,
    /// The second source's, likewise.
    pub second: Option<Print>,
    /// The print of the quote token's own source, likewise.
    pub quote: Option<Print>,
    /// Cost of a standard size, if a venue quotes it: of any unit.
    pub trading_cost: Option<u64>,
    /// The market's implied volatility, if its surface was ever published.
    pub implied: Option<Implied>,
}

impl MarketObservation {
    /// Returns whether any print in it is newer than the one that is kept.
    pub fn has_news(&self) -> bool {
        self.price.or(self.second).or(self.quote).is_some()
    }
}

/// What a market remembers from one observation to the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MarketState {
    /// Signals of the price.
    pub signals: Signals,
    /// The second source's last print.
    pub second: Option<Kept>,
    /// The last two prints of both sources that were close.
    pub pair: Option<ClosePair>,
    /// What the quote token was last worth.
    pub quote: Option<QuoteToken>,
    /// Declarations of silence, of the first and of the second source.
    pub silence: [Option<Declared>; 2],
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
    /// After the first print of a market: nothing can have tripped, and the regime is that of a new
    /// market.
    pub fn first(price: &Print, observation: &MarketObservation, variance: EwmaVariance, now: Now) -> Self {
        let second = observation.second.as_ref().map(Kept::from);
        Self {
            signals: Signals::first(price, variance, now),
            second,
            pair: second.and_then(|second| ClosePair::of(&price.into(), &second)),
            quote: observation.quote.as_ref().map(QuoteToken::of),
            silence: [None; 2],
            trading_cost: observation
                .trading_cost
                .map(|cost| TradingCost::first(cost, now.unix_time)),
            regime: RegimeState::new(now.unix_time),
            breakers: BreakerStates::new(now.unix_time),
        }
    }

    /// After one more observation, of at least one newer print.
    ///
    /// # Errors
    /// [`PriceError::OutOfRange`].
    pub fn next(
        &self,
        params: &ObservationParams,
        observation: &MarketObservation,
        now: Now,
    ) -> Result<Self, PriceError> {
        let signals = match &observation.price {
            Some(price) => self.signals.next(&params.signals, price, now)?,
            None => self.signals,
        };
        let second = observation.second.as_ref().map(Kept::from).or(self.second);
        let pair = second.and_then(|second| ClosePair::of(&(&signals).into(), &second));
        let pair = pair.or(self.pair);
        let quote = observation.quote.as_ref().map(QuoteToken::of).or(self.quote);
        let [first_silence, second_silence] = self.silence;
        let time = now.unix_time;
        let trading_cost = match (self.trading_cost, observation.trading_cost) {
            (Some(before), Some(cost)) => Some(before.next(cost, time, params.trading_cost)),
            (None, Some(cost)) => Some(TradingCost::first(cost, time)),
            (before, None) => before,
        };
        let contraction = observation.trading_cost.and(trading_cost).map(TradingCost::contraction);
        let indicators = indicators(&signals, observation, contraction, params, time);
        let seen = readings::Seen {
            before: &self.signals,
            confidence: signals.confidence,
            pair: pair.filter(|pair| pair.is_of_late(now)),
            quote: quote.filter(|quote| quote.is_of_late(now)),
            implied: observation.implied,
            indicators: &indicators,
        };
        let readings = readings::of_observation(&seen, time);
        Ok(Self {
            signals,
            second,
            pair,
            quote,
            silence: [
                first_silence.filter(|_| observation.price.is_none()),
                second_silence.filter(|_| observation.second.is_none()),
            ],
            trading_cost,
            regime: self.regime.update(&indicators, time, &params.regime),
            breakers: MARKET.observe(&self.breakers, &readings, &params.breakers, time),
        })
    }

    /// Returns the active breakers for whoever acts now: those that tripped, and those that time
    /// alone would trip.
    pub fn active(&self, params: &ObservationParams, implied: Option<&Implied>, now: Now) -> BreakerSet {
        let readings = readings::of_moment(self, implied, now.unix_time);
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
