//! The prices a vault is appraised at.

use crate::directional::Outlook;
use ballast_core_market::admission::{Now, PriceError, PriceUse};
use ballast_core_market::breaker::{Breaker, BreakerSet};
use ballast_core_market::MarketView;
use ballast_core_types::{Price, PriceBounds, UnixTime};

/// What a vault is appraised for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Pricing a batch: the price admitted for `Exit`; deposits come in only if `Nav` admits it
    /// too.
    Batch,
    /// Trading: the price admitted for `Trade`; failing that the one for `Exit`, which permits
    /// reductions only.
    Trade,
    /// Moving collateral: the price admitted for `Exit`.
    Collateral,
    /// Monitoring: the price admitted for `Exit`.
    Monitor,
}

impl Purpose {
    /// Returns whether a venue in quarantine counts at what it holds: for what brings that home.
    /// What a share is worth leaves it out.
    pub const fn counts_quarantined(self) -> bool {
        matches!(self, Self::Trade | Self::Collateral)
    }
}

/// What a market says of its price for one purpose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MarketPrices {
    /// What they were read for.
    pub purpose: Purpose,
    /// The price and its adverse sides.
    pub bounds: PriceBounds,
    /// The slow price.
    pub slow: Price,
    /// Breakers of the market that are active for whoever acts at this price.
    pub active: BreakerSet,
    /// Whether the price was admitted for the purpose itself. Without it nothing comes in and only
    /// reductions are permitted.
    pub is_admitted: bool,
    /// When the price was published.
    pub published_at: UnixTime,
    /// How far the chain's clock may be behind that, seconds.
    pub clock_tolerance: i64,
    /// What the market says of the days ahead.
    pub outlook: Outlook,
}

impl MarketPrices {
    /// Returns the prices of `market` for `purpose`.
    ///
    /// # Errors
    /// The rule that refused the price; of two, that of the wider use.
    #[inline(never)]
    pub fn read(market: &MarketView, purpose: Purpose, now: Now) -> Result<Self, PriceError> {
        let price = |usage| market.price(usage, now);
        let (price, is_admitted) = match purpose {
            Purpose::Collateral | Purpose::Monitor => (price(PriceUse::Exit)?, true),
            Purpose::Batch => (price(PriceUse::Exit)?, price(PriceUse::Nav).is_ok()),
            Purpose::Trade => match price(PriceUse::Trade) {
                Ok(price) => (price, true),
                Err(_) => (price(PriceUse::Exit)?, false),
            },
        };
        let state = market.state.as_ref().ok_or(PriceError::NothingObserved)?;
        Ok(Self {
            purpose,
            bounds: price.bounds,
            slow: market.slow_price()?,
            // A vault holds nothing that a surface values: whoever draws one and stops closes
            // nothing here.
            active: market.active_breakers(now)?.without(Breaker::StaleSurface),
            is_admitted,
            published_at: UnixTime(price.publish_time),
            clock_tolerance: i64::from(market.clock.ahead_seconds),
            outlook: Outlook::of(state),
        })
    }
}
