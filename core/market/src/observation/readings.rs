//! What each breaker of a market reads.

use super::{Implied, MarketState, QuoteToken, MARKET_BREAKERS};
use crate::breaker::{Breaker, MARKET};
use crate::price_clock::ClosePair;
use crate::regime::Indicators;
use crate::signals::Signals;
use ballast_core_types::basis_points::BasisPoints;
use ballast_core_types::Ratio;

/// What an observation saw.
pub(super) struct Seen<'a> {
    /// The signals it found.
    pub before: &'a Signals,
    /// Confidence of the price that is kept now.
    pub confidence: Ratio,
    /// The last close pair, if it is of late: whoever observes one source alone does not hide it.
    pub pair: Option<ClosePair>,
    /// What the quote token is worth, if it was published of late.
    pub quote: Option<QuoteToken>,
    /// Implied volatility, if a surface was ever published.
    pub implied: Option<Implied>,
    /// The regime's indicators.
    pub indicators: &'a Indicators,
}

/// At an observation.
pub(super) fn of_observation(seen: &Seen, time: i64) -> [Option<u32>; MARKET_BREAKERS] {
    let indicators = seen.indicators;
    MARKET.readings(|breaker| match breaker {
        Breaker::PriceJump => Some(indicators.jump.0),
        Breaker::VolatilityJump => Some(indicators.volatility_ratio.0),
        Breaker::WideConfidence => Some(BasisPoints::ceil(seen.confidence).0),
        Breaker::StalePrice => Some(seconds(seen.before.publish_time, time)),
        Breaker::SourceDivergence => seen.pair.map(|pair| pair.divergence.0),
        Breaker::QuoteOffPar => seen.quote.map(|quote| quote.off_par.0),
        Breaker::LiquidityContraction => indicators.contraction.map(|contraction| contraction.0),
        Breaker::StaleSurface => seen.implied.map(|implied| seconds(implied.published_at, time)),
        _ => None,
    })
}

/// For whoever acts at this moment: the price is the one that was observed, so time alone moves a
/// reading.
pub(super) fn of_moment(state: &MarketState, implied: Option<&Implied>, time: i64) -> [Option<u32>; MARKET_BREAKERS] {
    MARKET.readings(|breaker| match breaker {
        Breaker::StalePrice => Some(seconds(state.signals.publish_time, time)),
        Breaker::StaleSurface => implied.map(|implied| seconds(implied.published_at, time)),
        _ => None,
    })
}

/// Whole seconds from one time to another; none if they are in the wrong order.
fn seconds(from: i64, to: i64) -> u32 {
    u32::try_from(to.saturating_sub(from).max(0)).unwrap_or(u32::MAX)
}
