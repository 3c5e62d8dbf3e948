//! What each breaker of a market reads.

use super::{Implied, MarketObservation, MarketState, ObservationParams, MARKET_BREAKERS};
use crate::admission::{AdmittedPrice, SecondPrice};
use crate::breaker::{Breaker, MARKET};
use crate::regime::Indicators;
use crate::signals::Signals;
use ballast_core_types::basis_points::BasisPoints;

/// At an observation; `before` are the signals it found.
pub(super) fn of_observation(
    before: &Signals,
    observation: &MarketObservation,
    indicators: &Indicators,
    time: i64,
) -> [Option<u32>; MARKET_BREAKERS] {
    MARKET.readings(|breaker| match breaker {
        Breaker::PriceJump => Some(indicators.jump.0),
        Breaker::VolatilityJump => Some(indicators.volatility_ratio.0),
        Breaker::WideConfidence => Some(width(&observation.price)),
        Breaker::StalePrice => Some(seconds(before.publish_time, time)),
        Breaker::SourceDivergence => observation.second.map(|second| distance(&observation.price, &second)),
        Breaker::LiquidityContraction => indicators.contraction.map(|contraction| contraction.0),
        Breaker::StaleSurface => observation.implied.map(|implied| seconds(implied.published_at, time)),
        _ => None,
    })
}

/// For whoever acts at this moment.
pub(super) fn of_moment(
    state: &MarketState,
    params: &ObservationParams,
    live: Option<&AdmittedPrice>,
    second: Option<&SecondPrice>,
    implied: Option<&Implied>,
    time: i64,
) -> [Option<u32>; MARKET_BREAKERS] {
    MARKET.readings(|breaker| match breaker {
        Breaker::PriceJump => live.map(|price| state.signals.jump_of(price, &params.signals).basis_points_ceil().0),
        Breaker::WideConfidence => live.map(width),
        Breaker::StalePrice => Some(seconds(state.signals.publish_time, time)),
        Breaker::SourceDivergence => live.zip(second).map(|(price, second)| distance(price, second)),
        Breaker::StaleSurface => implied.map(|implied| seconds(implied.published_at, time)),
        // They move only with observations.
        _ => None,
    })
}

fn width(price: &AdmittedPrice) -> u32 {
    BasisPoints::ceil(price.confidence).0
}

fn distance(price: &AdmittedPrice, second: &SecondPrice) -> u32 {
    BasisPoints::divergence(price.bounds.mid, second.bounds.mid).0
}

/// Whole seconds from one time to another; none if they are in the wrong order.
fn seconds(from: i64, to: i64) -> u32 {
    u32::try_from(to.saturating_sub(from).max(0)).unwrap_or(u32::MAX)
}
