//! The same question to the same function on the host, from the same accounts.

use super::{MarginFixture, MarginMarket};
use ballast_core_margin::{
    assess as assess_on_host, AssessError, Assessment, BookLeg, Contract, MarketInputs, PriceMoves, ShortFloor,
    VolatilityBand, VolatilitySource, LOADING, MARGIN, SCENARIOS, VOLATILITY_SPREAD,
};
use ballast_core_market::admission::{Now, PriceUse};
use ballast_core_math::black_scholes::{Kind, Rate};
use ballast_core_math::surface as essvi;
use ballast_core_types::{Lots, PriceBounds};
use ballast_risk::state::{Market, Surface};
use ballast_sdk::assess::{BookPosition, PositionKind};
use fixed::types::I2F62;

impl MarginFixture {
    /// Assesses a book on the host.
    pub fn on_host(&self, book: &[BookPosition]) -> Result<Assessment, AssessError> {
        let now = self.clock().unix_timestamp;
        let surfaces: Vec<_> = self.markets.iter().map(|market| self.surface(market, now)).collect();
        let inputs: Vec<_> = self
            .markets
            .iter()
            .zip(&surfaces)
            .map(|(market, surface)| {
                let account = self.raw(&market.accounts.market).unwrap().risk_market().unwrap();
                MarketInputs {
                    bounds: bounds(&account, now),
                    volatility: Some(VolatilityBand {
                        source: VolatilitySource::Surface(surface),
                        low: I2F62::ONE - VOLATILITY_SPREAD,
                        high: I2F62::ONE + VOLATILITY_SPREAD,
                        floor: Some(ShortFloor::of(account.realised_variance())),
                    }),
                    moves: PriceMoves::of(account.larger_variance(), Some(surface), account.worst_day.get().size()),
                    loading: LOADING,
                    rate: Rate(I2F62::ZERO),
                    carry: Rate(I2F62::ZERO),
                }
            })
            .collect();
        let legs: Vec<_> = book.iter().map(|position| self.leg(position)).collect();
        assess_on_host(&legs, &inputs, &SCENARIOS, &MARGIN, now)
    }

    fn surface(&self, market: &MarginMarket, now: i64) -> essvi::Surface {
        let data = self.raw(&market.accounts.surface.unwrap()).unwrap().data;
        Surface::in_place(&data).unwrap().live(now, 600).unwrap()
    }

    fn leg(&self, position: &BookPosition) -> BookLeg {
        let option = |kind, strike, expiry| Contract::Option {
            kind,
            strike,
            expiry: i64::from(expiry),
        };
        let here = |market: &MarginMarket| market.accounts.market == position.market;
        BookLeg {
            market: self.markets.iter().position(here).unwrap(),
            contract: match position.kind {
                PositionKind::Linear { entry } => Contract::Linear {
                    entry: entry.unwrap_or_default(),
                },
                PositionKind::Call { strike, expiry } => option(Kind::Call, strike, expiry),
                PositionKind::Put { strike, expiry } => option(Kind::Put, strike, expiry),
            },
            quantity: Lots(position.lots),
        }
    }
}

fn bounds(market: &Market, unix_time: i64) -> PriceBounds {
    let view = market.view().unwrap();
    let now = Now {
        unix_time,
        slot: market.signals.slot,
    };
    view.price(PriceUse::Margin, now).unwrap().bounds
}
