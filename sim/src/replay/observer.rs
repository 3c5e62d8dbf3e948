//! What observes a market.

use ballast_core_market::admission::{admit, PriceError, PrintLimits};
use ballast_core_market::observation::{MarketObservation, MarketState, ObservationParams};
use ballast_core_market::price_clock::MAX_PRINT_AGE_SECONDS;
use ballast_core_math::estimators::EwmaVariance;
use ballast_core_types::{Ratio, I80F48};
use thiserror::Error;

use super::PriceObservation;

/// Why an observation was refused.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ObserverError {
    /// The price broke a rule of admission.
    #[error("at {time}: the price is refused: {refusal:?}")]
    Price {
        /// When, unix seconds.
        time: i64,
        /// The rule.
        refusal: PriceError,
    },
    /// Whatever runs the compiled program failed.
    #[error("at {time}: {message}")]
    Machine {
        /// When, unix seconds.
        time: i64,
        /// What went wrong.
        message: String,
    },
}

/// Something that observes a market, observation by observation.
pub trait Observer {
    /// Returns the market after one more observation; as it was if the price is not newer.
    ///
    /// # Errors
    /// [`ObserverError`]; the market is then as it was.
    fn observe(&mut self, observation: &PriceObservation) -> Result<MarketState, ObserverError>;
}

/// Calls `risk-policy` in this process, with what the program would hand to it.
#[derive(Clone, Debug)]
pub struct Native {
    params: ObservationParams,
    initial_variance: EwmaVariance,
    state: Option<MarketState>,
}

/// The widest confidence that is taken in: that of `exit` in `migrations/local.toml`.
const MAX_CONFIDENCE: Ratio = Ratio::from_fixed(I80F48::lit("0.05"));

impl Native {
    /// Returns an observer of a market that nobody has observed yet. `params` have to be validated.
    #[must_use]
    pub const fn new(params: ObservationParams, initial_variance: EwmaVariance) -> Self {
        Self {
            params,
            initial_variance,
            state: None,
        }
    }
}

impl Observer for Native {
    fn observe(&mut self, observation: &PriceObservation) -> Result<MarketState, ObserverError> {
        let time = observation.time;
        let now = observation.now();
        let refused = |refusal| ObserverError::Price { time, refusal };
        let limits = PrintLimits {
            newer_than: self.state.map(|state| state.signals.publish_time),
            latest: now.unix_time,
            max_age_seconds: MAX_PRINT_AGE_SECONDS,
            max_confidence: MAX_CONFIDENCE,
        };
        // Published at the moment of its observation.
        let price = admit(&observation.raw_price(), &limits, 0, now).map_err(refused)?;
        let price = match (price, self.state) {
            (Some(price), _) => price,
            (None, Some(state)) => return Ok(state),
            (None, None) => return Err(refused(PriceError::NothingObserved)),
        };
        let observation = MarketObservation {
            price: Some(price),
            second: None,
            quote: None,
            trading_cost: observation.trading_cost,
            implied: observation.implied,
        };
        let next = match &self.state {
            None => MarketState::first(&price, &observation, self.initial_variance, now),
            Some(state) => state.next(&self.params, &observation, now).map_err(refused)?,
        };
        self.state = Some(next);
        Ok(next)
    }
}
