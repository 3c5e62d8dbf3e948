//! A desk for `assess`: several markets with surfaces, the same book on the host, and a reference in doubles.

use anchor_lang::prelude::Pubkey;
use anchor_lang::{AccountDeserialize, AccountSerialize, Discriminator, Space};
use ballast_core_margin::{
    assess as assess_on_host, deviation, AssessRefusal, Assessment, BookLeg, Contract, Decimal, MarketInputs,
    VolatilityBand, LOADING, MARGIN, MAX_LEGS, SCENARIOS, VOLATILITY_SPREAD,
};
use ballast_core_math::black_scholes::{Kind, Rate};
use ballast_core_math::scenarios::Leg;
use ballast_core_math::surface as essvi;
use ballast_core_types::PriceBounds;
use ballast_core_types::{Lots, Price, I80F48};
use ballast_risk::state::{StoredSlice, Surface, SURFACE_SEED, SURFACE_VERSION};
use ballast_risk::AssessReport;
use ballast_sdk::assess::{self, BookMarket, BookPosition, Freshness, PositionKind};
use ballast_sdk::{addresses, instructions as ix, prices, Instruction};
use ballast_testkit::params;
use ballast_testkit::tokens::put;
use ballast_testkit::world::{Sent, START};
use ballast_testkit::World;
use fixed::types::I2F62;
use solana_signer::Signer;

/// Name, feed, price, confidence, volatility at the money of each market there is.
pub const MARKETS: [(&str, [u8; 32], &str, &str, f64); 4] = [
    ("BTC-USD", params::FEED, "50000", "10", 0.6),
    ("ETH-USD", [8; 32], "3000", "1.5", 0.75),
    ("SOL-USD", [9; 32], "150", "0.125", 0.9),
    ("DOGE-USD", [10; 32], "0.5", "0.00390625", 1.1),
];
/// Days to the expiries of every surface.
pub const EXPIRIES: [i64; 3] = [7, 30, 90];
/// What asks for little.
pub const FRESH: Freshness = Freshness {
    price_seconds: 30,
    surface_seconds: 600,
};
const COMPUTE_BUDGET: Pubkey = Pubkey::from_str_const("ComputeBudget111111111111111111111111111111");

/// A market of the desk.
#[derive(Clone, Debug)]
pub struct DeskMarket {
    pub accounts: BookMarket,
    pub feed: [u8; 32],
    pub price: String,
    pub confidence: String,
    pub volatility: f64,
}

/// Markets with fresh prices and surfaces, in the order of their addresses.
pub struct Desk {
    pub world: World,
    pub markets: Vec<DeskMarket>,
}

/// Unix seconds, so many days after the beginning.
pub fn in_days(days: i64) -> u32 {
    u32::try_from(START + days * 86_400).unwrap()
}

pub fn decimal(text: &str) -> Decimal {
    assess::decimal(text).unwrap()
}

impl Desk {
    /// A desk with the first `count` of [`MARKETS`].
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
            let surface = Pubkey::find_program_address(&[SURFACE_SEED, market.as_ref()], &ballast_risk::ID).0;
            markets.push(DeskMarket {
                accounts: BookMarket {
                    market,
                    price_feed: prices::local_price_account(feed),
                    surface: Some(surface),
                },
                feed: *feed,
                price: (*price).to_string(),
                confidence: (*confidence).to_string(),
                volatility: *volatility,
            });
        }
        markets.sort_by_key(|market| market.accounts.market);
        let mut desk = Self { world, markets };
        desk.publish();
        for market in desk.markets.clone() {
            let params = params::risk_market().params;
            let observe = ix::observe(&market.accounts.market, &params, &market.accounts.price_feed, None);
            desk.world.send(&[observe], &[]).unwrap();
            desk.put_surface(&market, START, &EXPIRIES);
        }
        desk
    }

    /// Publishes every market's price, now.
    pub fn publish(&mut self) {
        for market in &self.markets {
            let mut publication = self.world.publication(&market.price, &market.confidence);
            publication.feed_id = market.feed;
            let account = prices::pull_account(market.accounts.price_feed, &publication);
            put(&mut self.world.svm, account.key, account.owner, account.data);
        }
    }

    /// Writes a market's surface, published at a time, with expiries in days from the beginning.
    pub fn put_surface(&mut self, market: &DeskMarket, published_at: i64, days: &[i64]) {
        let mut data = vec![0; 8 + Surface::INIT_SPACE];
        data[..8].copy_from_slice(Surface::DISCRIMINATOR);
        let mut surface = Surface::try_deserialize(&mut &data[..]).unwrap();
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
        data.clear();
        surface.try_serialize(&mut data).unwrap();
        data.resize(8 + Surface::INIT_SPACE, 0);
        let key = market.accounts.surface.unwrap();
        put(&mut self.world.svm, key, ballast_risk::ID, data);
    }

    /// Accounts of every market.
    pub fn accounts(&self) -> Vec<BookMarket> {
        self.markets.iter().map(|market| market.accounts).collect()
    }

    /// Sends an instruction with compute units to spare.
    pub fn send(&mut self, instruction: Instruction) -> Sent {
        self.world.send(&[more_units(), instruction], &[])
    }

    /// Asks the program.
    pub fn ask(&mut self, book: &[BookPosition]) -> Sent {
        let instruction = assess::assess(&self.accounts(), book, FRESH).unwrap();
        self.send(instruction)
    }

    /// The program's answer.
    pub fn answer(&mut self, book: &[BookPosition]) -> AssessReport {
        let sent = self.ask(book).expect("an answer");
        assess::decode(&sent.return_data.program_id, &sent.return_data.data).unwrap()
    }

    /// The same function on the host, from the same accounts.
    pub fn on_host(&self, book: &[BookPosition]) -> Result<Assessment, AssessRefusal> {
        let now = self.world.clock().unix_timestamp;
        let surfaces: Vec<_> = self.markets.iter().map(|market| self.surface(market, now)).collect();
        let inputs: Vec<_> = self
            .markets
            .iter()
            .zip(&surfaces)
            .map(|(market, surface)| {
                let account = self.world.raw(&market.accounts.market).unwrap().risk_market().unwrap();
                MarketInputs {
                    bounds: bounds(&market.price, &market.confidence),
                    volatility: Some(VolatilityBand::Surface {
                        surface,
                        low: I2F62::ONE - VOLATILITY_SPREAD,
                        high: I2F62::ONE + VOLATILITY_SPREAD,
                    }),
                    deviation: deviation(account.larger_variance(), Some(surface)).unwrap(),
                    loading: LOADING,
                    rate: Rate(I2F62::ZERO),
                    carry: Rate(I2F62::ZERO),
                }
            })
            .collect();
        let legs: Vec<_> = book.iter().map(|position| self.leg(position)).collect();
        let mut room = [Leg::Linear(Lots::ZERO); MAX_LEGS];
        assess_on_host(&legs, &inputs, &SCENARIOS, &MARGIN, now, &mut room)
    }

    fn surface(&self, market: &DeskMarket, now: i64) -> essvi::Surface {
        let data = self.world.raw(&market.accounts.surface.unwrap()).unwrap().data;
        Surface::try_deserialize(&mut &data[..])
            .unwrap()
            .live(now, 600)
            .unwrap()
    }

    fn leg(&self, position: &BookPosition) -> BookLeg {
        let option = |kind, strike, expiry| Contract::Option {
            kind,
            strike,
            expiry: i64::from(expiry),
        };
        let here = |market: &DeskMarket| market.accounts.market == position.market;
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

/// A request for all the units a transaction may have.
pub fn more_units() -> Instruction {
    let mut data = vec![2];
    data.extend(1_400_000u32.to_le_bytes());
    Instruction {
        program_id: COMPUTE_BUDGET,
        accounts: Vec::new(),
        data,
    }
}

fn bounds(price: &str, confidence: &str) -> PriceBounds {
    let (mid, width): (I80F48, I80F48) = (price.parse().unwrap(), confidence.parse().unwrap());
    let price = |value| Price::from_fixed(value).unwrap();
    PriceBounds {
        low: price(mid - width),
        mid: price(mid),
        high: price(mid + width),
    }
}

/// `count` legs spread over the markets: options long and short, calls and puts, four expiries, strikes around the spot.
pub fn mixed_book(desk: &Desk, count: usize, linear: bool) -> Vec<BookPosition> {
    (0..count)
        .map(|index| {
            let market = &desk.markets[index % desk.markets.len()];
            let turn = index / desk.markets.len();
            let spot: f64 = market.price.parse().unwrap();
            let strike = decimal(&format!("{:.4}", spot * (0.8 + 0.05 * (turn % 9) as f64)));
            let expiry = in_days([5, 30, 61, 120][turn % 4]);
            // About fifty thousand quote units each.
            let lots = (50_000e6 / spot) as i64;
            BookPosition {
                market: market.accounts.market,
                kind: match turn % 8 {
                    7 if linear => PositionKind::Linear {
                        entry: Some(decimal(&format!("{:.3}", spot * 0.97))),
                    },
                    kind if kind % 2 == 0 => PositionKind::Call { strike, expiry },
                    _ => PositionKind::Put { strike, expiry },
                },
                lots: if index % 3 == 0 { lots } else { -lots },
            }
        })
        .collect()
}

// ---- the reference ------------------------------------------------------------------------------------------------

/// Skew of every slice.
const SKEW: f64 = -0.3;

/// φ = 1.5/√θ.
fn curvature(variance: f64, days: i64) -> f64 {
    1.5 / (variance * days as f64 / 365.0).sqrt()
}

/// The surface's volatility at a log-moneyness and a time: eSSVI, total variance linear between expiries.
pub fn volatility(market: &DeskMarket, k: f64, years: f64) -> f64 {
    let variance = market.volatility * market.volatility;
    let total = |days: i64| {
        let (time, x) = (days as f64 / 365.0, curvature(variance, days) * k);
        variance * time / 2.0 * (1.0 + SKEW * x + ((x + SKEW).powi(2) + 1.0 - SKEW * SKEW).sqrt())
    };
    let days = years * 365.0;
    let squared = match EXPIRIES.iter().position(|expiry| *expiry as f64 >= days - 1e-9) {
        Some(0) => total(EXPIRIES[0]) / (EXPIRIES[0] as f64 / 365.0),
        None => total(EXPIRIES[2]) / (EXPIRIES[2] as f64 / 365.0),
        Some(index) => {
            let (from, to) = (EXPIRIES[index - 1], EXPIRIES[index]);
            let share = (days - from as f64) / (to - from) as f64;
            (total(from) * (1.0 - share) + total(to) * share) / years
        }
    };
    squared.sqrt()
}

/// Φ by its density summed (Simpson), good to 10⁻¹³.
pub fn normal(x: f64) -> f64 {
    if x.abs() > 9.0 {
        return if x > 0.0 { 1.0 } else { 0.0 };
    }
    let steps = 400;
    let h = x / f64::from(steps);
    let density = |y: f64| (-y * y / 2.0).exp();
    let inner: f64 = (1..steps)
        .map(|i| density(f64::from(i) * h) * if i % 2 == 1 { 4.0 } else { 2.0 })
        .sum();
    0.5 + h / 3.0 * (1.0 + inner + density(x)) / (2.0 * std::f64::consts::PI).sqrt()
}

/// Value of an option without rate or carry.
pub fn black_scholes(call: bool, spot: f64, strike: f64, volatility: f64, years: f64) -> f64 {
    let deviation = volatility * years.sqrt();
    let first = (spot / strike).ln() / deviation + deviation / 2.0;
    let value = spot * normal(first) - strike * normal(first - deviation);
    if call {
        value
    } else {
        value - spot + strike
    }
}
