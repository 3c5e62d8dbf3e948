//! Markets for `assess`: prices and surfaces of now, and questions about a book.

mod books;
mod host;
mod market;
pub mod reference;

pub use books::mixed_book;
pub use market::{decimal, in_days, MarginMarket, EXPIRIES, MARKETS};

use crate::params;
use crate::tokens::put;
use crate::world::{PricedMarket, Sent, World, START};
use anchor_lang::Discriminator;
use ballast_risk::state::{StoredSlice, Surface, SURFACE_VERSION};
use ballast_risk::AssessReport;
use ballast_sdk::assess::{self, BookMarket, BookPosition, Freshness};
use ballast_sdk::{addresses, instructions as ix, prices, Instruction};
use bytemuck::Zeroable;
use reference::{curvature, SKEW};
use solana_signer::Signer;

/// What asks for little.
pub const FRESH: Freshness = Freshness {
    price_seconds: 30,
    surface_seconds: 600,
};

/// Markets with fresh prices and surfaces, in the order of their addresses.
pub struct MarginFixture {
    world: World,
    /// The markets.
    pub markets: Vec<MarginMarket>,
}

crate::built_on!(MarginFixture: world: World);

impl MarginFixture {
    /// Returns a fixture with the first `count` of [`MARKETS`].
    pub fn new(count: usize) -> Self {
        let mut world = World::bare(&params::risk_market().name);
        let admin = world.admin.pubkey();
        let mut markets = Vec::new();
        for (name, feed, price, confidence, volatility) in &MARKETS[..count] {
            let mut args = params::risk_market();
            args.name = addresses::market_name(name).unwrap();
            args.params.sources[0] = prices::pull_source(*feed);
            let market = addresses::risk_market(&admin, &args.name);
            world.send(&[ix::create_risk_market(&admin, args)], &[]).unwrap();
            let surface = addresses::surface(&market);
            markets.push(MarginMarket {
                accounts: BookMarket {
                    market,
                    surface: Some(surface),
                },
                feed: *feed,
                price: (*price).to_string(),
                confidence: (*confidence).to_string(),
                volatility: *volatility,
            });
        }
        markets.sort_by_key(|market| market.accounts.market);
        let mut fixture = Self { world, markets };
        fixture.publish_prices();
        for market in fixture.markets.clone() {
            fixture.put_surface(&market, START, &EXPIRIES);
        }
        fixture
    }

    /// Publishes every market's price and observes it: now, or a second later if a price of this
    /// second is kept already.
    pub fn publish_prices(&mut self) {
        let markets = self.markets.iter().map(|market| PricedMarket {
            key: market.accounts.market,
            feed: market.feed,
            price: market.price.clone(),
            confidence: market.confidence.clone(),
            ahead_seconds: 0,
        });
        let markets: Vec<_> = markets.collect();
        self.observe_markets(&markets);
    }

    /// Writes a market's surface, published at a time, with expiries in days from the beginning.
    pub fn put_surface(&mut self, market: &MarginMarket, published_at: i64, days: &[i64]) {
        let mut surface = Surface::zeroed();
        surface.version = SURFACE_VERSION;
        surface.market = market.accounts.market;
        surface.published_at = published_at;
        surface.slice_count = days.len() as u8;
        for (slot, days) in surface.slices.iter_mut().zip(days) {
            let variance = market.volatility * market.volatility;
            *slot = StoredSlice {
                expiry: START + days * 86_400,
                variance: (variance * 2f64.powi(56)) as u64,
                skew: (SKEW * 2f64.powi(62)) as i64,
                curvature: (curvature(variance, *days) * 2f64.powi(48)) as u64,
            };
        }
        let data = [Surface::DISCRIMINATOR, bytemuck::bytes_of(&surface)].concat();
        let key = market.accounts.surface.unwrap();
        put(&mut self.svm, key, ballast_risk::ID, data);
    }

    /// Returns the accounts of every market.
    pub fn accounts(&self) -> Vec<BookMarket> {
        self.markets.iter().map(|market| market.accounts).collect()
    }

    /// Sends an instruction with compute units to spare.
    pub fn submit(&mut self, instruction: Instruction) -> Sent {
        self.send_large(instruction, &[])
    }

    /// Asks the program.
    pub fn ask(&mut self, book: &[BookPosition]) -> Sent {
        let instruction = assess::assess(&self.accounts(), book, FRESH).unwrap();
        self.submit(instruction)
    }

    /// Returns the program's answer.
    pub fn answer(&mut self, book: &[BookPosition]) -> AssessReport {
        let sent = self.ask(book).expect("an answer");
        assess::decode(&sent.return_data.program_id, &sent.return_data.data).unwrap()
    }
}
