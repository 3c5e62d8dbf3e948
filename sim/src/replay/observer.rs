//! What observes a market.

use ballast_core_market::admission::{admit, PriceError, Recency, Reference, UseLimits};
use ballast_core_market::observation::{MarketObservation, MarketState, ObservationParams};
use ballast_core_market::signals::ObserveError;
use ballast_core_math::estimators::EwmaVariance;
use ballast_core_types::basis_points::BasisPoints;
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
    /// The observation was refused.
    #[error("at {time}: the observation is refused: {refusal:?}")]
    Observation {
        /// When, unix seconds.
        time: i64,
        /// The rule.
        refusal: ObserveError,
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
    /// Returns the market after one more observation.
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

/// What a price has to satisfy to be observed: the limits of `Exit` in `migrations/local.toml`. No
/// deviation is asked of an observation, so what is active there is not read.
const LIMITS: UseLimits = UseLimits {
    max_age_seconds: 300,
    max_age_slots: 7_500,
    max_confidence: Ratio::from_fixed(I80F48::lit("0.05")),
    max_deviation: Ratio::from_fixed(I80F48::ONE),
    max_divergence: BasisPoints(10_000),
    requires_second: false,
};

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
        let reference = Reference {
            publish_time: self
                .state
                .map_or(i64::MIN, |state: MarketState| state.signals.publish_time),
            slow_price: None,
        };
        let price = admit(&observation.raw_price(), &LIMITS, &reference, Recency::Newer, now)
            .map_err(|refusal| ObserverError::Price { time, refusal })?;
        let observation = MarketObservation {
            price,
            second: None,
            trading_cost: observation.trading_cost,
            implied: observation.implied,
        };
        let next = match &self.state {
            None => MarketState::first(&observation, self.initial_variance, now),
            Some(state) => state
                .next(&self.params, &observation, now)
                .map_err(|refusal| ObserverError::Observation { time, refusal })?,
        };
        self.state = Some(next);
        Ok(next)
    }
}
