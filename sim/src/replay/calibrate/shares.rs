//! How rare things shall be, as shares of time.

/// Shares of time that each indicator of volatility asks for Crisis.
const OF_VOLATILITY: [f64; 4] = [0.001, 0.0025, 0.005, 0.01];
/// Shares of time that the drawdown does.
const OF_DRAWDOWN: [f64; 3] = [0.005, 0.01, 0.02];
/// Shares of time that the ratio of volatilities is where its breaker trips.
const OF_BREAKER: [f64; 2] = [0.005, 0.01];
/// Shares of time that an indicator asks for Elevated and for Stressed.
pub(super) const OF_MILDER: [f64; 2] = [0.1, 0.03];
/// Shares of time that the jump asks for each level: 18, 9 and 4 hours a year.
pub(super) const OF_JUMP: [f64; 3] = [0.002, 0.001, 0.0005];
/// Shares of time that implied over realised volatility asks for each level. Rarer than the others:
/// the ratio stands high more often because nothing moves than because something is feared.
pub(super) const OF_IMPLIED: [f64; 3] = [0.05, 0.01, 0.002];
/// The fewest hours of implied volatility that thresholds are read off: a year.
pub(super) const FEWEST_IMPLIED: usize = 8_760;
/// Share of hours that move as far as where the breaker of the price trips.
pub(super) const OF_PRICE_JUMP: f64 = 0.001;

/// How rare things shall be: the shares of time that a candidate reads its thresholds off.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Shares {
    /// That each indicator of volatility asks for Crisis.
    pub volatility: f64,
    /// That the drawdown does.
    pub drawdown: f64,
    /// That the ratio of volatilities is where its breaker trips.
    pub breaker: f64,
}

impl Shares {
    /// Returns every choice that is tried.
    pub(super) fn all() -> impl Iterator<Item = Self> + Clone {
        OF_VOLATILITY.into_iter().flat_map(|volatility| {
            OF_DRAWDOWN.into_iter().flat_map(move |drawdown| {
                OF_BREAKER.into_iter().map(move |breaker| Self {
                    volatility,
                    drawdown,
                    breaker,
                })
            })
        })
    }
}
