//! The prices a vault is appraised at.

use crate::directional::{Outlook, Outlooks};
use crate::places::MAX_MARKETS;
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
    /// Observing the vault: the price admitted for `Exit`. Without it, what says nothing of a value
    /// is observed all the same.
    Monitor,
}

impl Purpose {
    /// Returns whether a venue in quarantine counts at what it holds: for what brings that home.
    /// What a share is worth leaves it out.
    pub const fn counts_quarantined(self) -> bool {
        matches!(self, Self::Trade | Self::Collateral)
    }

    /// Returns whether it goes on while a market has no price: what brings risk down elsewhere, and
    /// what notices that a venue fails; not what says what a share is worth.
    pub const fn goes_on_beside(self) -> bool {
        !matches!(self, Self::Batch)
    }
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
    /// Whether the price was admitted for the purpose itself. Without it nothing comes in and only
    /// reductions are permitted.
    pub is_admitted: bool,
    /// The rule that admits the price for nothing at all: it is the slow one then, which nobody
    /// moves by a print, and at which the book is judged while other markets are traded. Nothing is
    /// done in this one.
    pub refusal: Option<PriceError>,
    /// For how long the market has been declared silent, seconds.
    pub silent_for: Option<u32>,
    /// When the price was published.
    pub published_at: UnixTime,
    /// How far the chain's clock may be behind that, seconds.
    pub clock_tolerance: i64,
    /// What the market says of the days ahead.
    pub outlook: Outlook,
}

impl MarketPrices {
    /// Returns the prices of `market` for `purpose`: the slow one, with what refuses them, where
    /// none is admitted and something may go on beside that, or nothing that the vault counts rests
    /// on them.
    ///
    /// # Errors
    /// The rule that refused the price; of two, that of the wider use.
    #[inline(never)]
    pub fn read(market: &MarketView, purpose: Purpose, counts: bool, now: Now) -> Result<Self, PriceError> {
        let price = |usage| market.price(usage, now);
        let state = market.state.as_ref().ok_or(PriceError::NothingObserved)?;
        let exit = || price(PriceUse::Exit).map(|price| (price, false));
        let read = match purpose {
            Purpose::Collateral | Purpose::Monitor => price(PriceUse::Exit).map(|price| (price, true)),
            Purpose::Batch => exit().map(|(price, _)| (price, market.price(PriceUse::Nav, now).is_ok())),
            Purpose::Trade => price(PriceUse::Trade).map(|price| (price, true)).or_else(|_| exit()),
        };
        let (bounds, published_at, is_admitted, refusal) = match read {
            Ok((price, is_admitted)) => (price.bounds, price.publish_time, is_admitted, None),
            Err(refusal) if purpose.goes_on_beside() || !counts => {
                let slow = market.slow_price()?;
                let bounds = PriceBounds {
                    low: slow,
                    mid: slow,
                    high: slow,
                };
                (bounds, state.signals.publish_time, false, Some(refusal))
            }
            Err(refusal) => return Err(refusal),
        };
        Ok(Self {
            bounds,
            slow: market.slow_price()?,
            // A vault holds nothing that a surface values: whoever draws one and stops closes
            // nothing here.
            active: market.active_breakers(now)?.without(Breaker::StaleSurface),
            is_admitted,
            refusal,
            silent_for: market.silent_for(now),
            published_at: UnixTime(published_at),
            clock_tolerance: i64::from(market.clock.ahead_seconds),
            outlook: Outlook::of(state),
        })
    }
}

/// What the markets of a vault say of their prices for one purpose, each in its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Prices {
    /// What they were read for.
    pub purpose: Purpose,
    /// Those of each market.
    pub markets: [Option<MarketPrices>; MAX_MARKETS],
}

impl Prices {
    /// Returns those of a market; `None` if there is none at that place.
    pub fn of(&self, market: usize) -> Option<&MarketPrices> {
        self.markets.get(market)?.as_ref()
    }

    /// Returns the published price of a market.
    pub fn mid(&self, market: usize) -> Option<Price> {
        Some(self.of(market)?.bounds.mid)
    }

    /// Returns what each market says of the days ahead.
    pub fn outlooks(&self) -> Outlooks {
        self.markets.map(|of| of.map(|of| of.outlook))
    }

    fn all(&self) -> impl Iterator<Item = &MarketPrices> {
        self.markets.iter().flatten()
    }

    /// Returns whether every price was admitted for the purpose itself.
    pub fn are_admitted(&self) -> bool {
        self.all().all(|of| of.is_admitted)
    }

    /// Returns the breakers that are active in any market.
    pub fn active(&self) -> BreakerSet {
        self.all().fold(BreakerSet::NONE, |all, of| all.union(of.active))
    }

    /// Returns whether every price that anything rests on was published after `moment`, by more
    /// than the chain's clock may be behind.
    pub fn are_published_after(&self, moment: UnixTime) -> bool {
        self.all()
            .filter(|of| of.refusal.is_none())
            .all(|of| of.published_at.0 > moment.0.saturating_add(of.clock_tolerance))
    }

    /// Returns the most that the chain's clock may be behind a price, seconds.
    pub fn clock_tolerance(&self) -> i64 {
        self.all().map(|of| of.clock_tolerance).max().unwrap_or(0)
    }
}

/// Prices of tests.
#[cfg(any(test, feature = "fixtures"))]
#[allow(clippy::missing_panics_doc, clippy::unwrap_used, reason = "tests alone build on it")]
pub mod fixtures {
    use super::*;
    use ballast_core_market::regime::Regime;
    use ballast_core_math::estimators::Score;
    use ballast_core_types::basis_points::BasisPoints;
    use ballast_core_types::fixtures::price;
    use core::array::from_fn;

    /// Returns what a calm market says: the low, the published and the high price, and the slow
    /// one.
    pub fn at([low, mid, high]: [&str; 3], slow: &str) -> MarketPrices {
        MarketPrices {
            bounds: PriceBounds {
                low: price(low),
                mid: price(mid),
                high: price(high),
            },
            slow: price(slow),
            active: BreakerSet::NONE,
            is_admitted: true,
            refusal: None,
            silent_for: None,
            published_at: UnixTime(0),
            clock_tolerance: 5,
            outlook: Outlook {
                strength: BasisPoints(0),
                volatility: BasisPoints(5_000),
                regime: Regime::Calm,
                acceleration: Some(Score::default()),
            },
        }
    }

    /// Returns what markets say for a batch.
    pub fn prices(markets: &[MarketPrices]) -> Prices {
        Prices {
            purpose: Purpose::Batch,
            markets: from_fn(|market| markets.get(market).copied()),
        }
    }
}
