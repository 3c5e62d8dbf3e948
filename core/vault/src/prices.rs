//! The prices a vault is appraised at.

use ballast_core_market::admission::{Now, PriceError, PriceUse, Print};
use ballast_core_market::breaker::{Breaker, BreakerSet};
use ballast_core_market::MarketView;
use ballast_core_types::{Price, PriceBounds};

/// What a vault is appraised for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Minting shares: the market's price, admitted for `Nav`.
    Deposit,
    /// Trading: the price admitted for `Trade`; failing that the one for `Exit`, which permits
    /// reductions only.
    Trade,
    /// Moving collateral, and monitoring: the price admitted for `Exit`.
    Monitor,
    /// Paying holders who leave: the price of an exit, which is never out of reach for long.
    Redeem,
}

/// What a market says of its price for one purpose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MarketPrices {
    /// The price and its adverse sides.
    pub bounds: PriceBounds,
    /// The slow price.
    pub slow: Price,
    /// Breakers of the market that are active for whoever acts at this price.
    pub active: BreakerSet,
    /// Whether the price was admitted for the purpose itself. Without it only reductions are
    /// permitted.
    pub is_admitted: bool,
    /// Whether the price is live: what a vault is worth at a haircut trips no breaker.
    pub is_live: bool,
}

impl MarketPrices {
    /// Returns the prices of `market` for `purpose`.
    ///
    /// # Errors
    /// The rule that refused the price; of two, that of the wider use.
    #[inline(never)]
    pub fn read(market: &MarketView, purpose: Purpose, now: Now) -> Result<Self, PriceError> {
        let price = |usage| market.price(usage, now);
        match purpose {
            Purpose::Deposit => Self::live(market, &price(PriceUse::Nav)?, true, now),
            Purpose::Monitor => Self::live(market, &price(PriceUse::Exit)?, true, now),
            Purpose::Trade => match price(PriceUse::Trade) {
                Ok(price) => Self::live(market, &price, true, now),
                Err(_) => Self::live(market, &price(PriceUse::Exit)?, false, now),
            },
            Purpose::Redeem => {
                let exit = market.exit_price(now)?;
                Ok(Self {
                    bounds: exit.bounds,
                    slow: market.slow_price()?,
                    // Nobody who leaves is asked what is active.
                    active: BreakerSet::NONE,
                    is_admitted: true,
                    is_live: exit.is_live,
                })
            }
        }
    }

    fn live(market: &MarketView, price: &Print, is_admitted: bool, now: Now) -> Result<Self, PriceError> {
        Ok(Self {
            bounds: price.bounds,
            slow: market.slow_price()?,
            // A vault holds nothing that a surface values: whoever draws one and stops closes
            // nothing here.
            active: market.active_breakers(now)?.without(Breaker::StaleSurface),
            is_admitted,
            is_live: true,
        })
    }
}
