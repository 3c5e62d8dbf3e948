//! A house with two markets whose prices, volatilities and confidences wander and jump.

use ballast_core_clearing::account::MarginAccount;
use ballast_core_clearing::auction::Auction;
use ballast_core_clearing::calendar::latest_window;
use ballast_core_clearing::liquidation::FundDay;
use ballast_core_clearing::margin::{
    failing_book, margin_status, FailingBook, ListedMarket, MarginContext, MarginError, MarginStatus, Marks, BLANK,
};
use ballast_core_clearing::nonces::Nonces;
use ballast_core_clearing::params::*;
use ballast_core_clearing::payout::ExpiryBook;
use ballast_core_clearing::series::SeriesTerms;
use ballast_core_clearing::settlement::{Averaged, Settlement};
use ballast_core_clearing::trade::OpenInterest;
use ballast_core_margin::{horizon_volatility, Decimal, MarketInputs, PriceMoves, VolatilitySource};
use ballast_core_market::fixtures::AveragedMarket;
use ballast_core_math::black_scholes::Kind;
use ballast_core_math::surface::{Slice, Surface};
use ballast_core_types::basis_points::BasisPoints;
use ballast_core_types::PriceBounds;
use ballast_core_types::{Lots, Price, Ratio, Value, I80F48};
use fixed::types::{I2F62, I7F57, U16F48, U3F61, U8F56};
use std::collections::BTreeMap;

pub const OWNERS: usize = 5;
/// Accounts for takes come after those that trade.
pub const TAKERS: usize = 10;
/// All members.
pub const MEMBERS: usize = OWNERS + TAKERS;
/// The insurance account comes after the members'.
pub const FUND: usize = MEMBERS;
pub const MARKETS: usize = 2;
const DAY: i64 = 86_400;
/// The worst day of a year, on every market: beyond six deviations of a calm one.
const WORST_DAY: I7F57 = I7F57::lit("0.3");

pub const HOUSE: ClearingHouseParams = ClearingHouseParams {
    quote_decimals: 6,
    max_surface_age_seconds: 900,
    cash_window_seconds: 86_400,
    liquidation_fee: BasisPoints(1_000),
};

pub const LISTING: ListingParams = ListingParams {
    strikes: StrikeRange {
        least: BasisPoints(3_000),
        greatest: BasisPoints(30_000),
    },
    expiries: ExpiryRules {
        daily_days: 4,
        weekly_days: 35,
        longest_days: 400,
        min_seconds: 7_200,
    },
    min_size: Lots(100_000),
    charges: ChargeParams {
        spread: BasisPoints(20),
        spread_floor: 100_000,
        concentration: BasisPoints(500),
        free_share: BasisPoints(3_000),
        free_size: Lots(20_000_000),
    },
    taker_fee: BasisPoints(3),
};

/// A generator of 64 bits (SplitMix64).
pub struct Random(u64);

impl Random {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound as u64) as usize
    }

    pub fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// Roughly normal.
    pub fn normal(&mut self) -> f64 {
        (0..12).map(|_| self.unit()).sum::<f64>() - 6.0
    }
}

/// What happened in a run.
#[derive(Debug, Default)]
pub struct Tally {
    pub trades: u32,
    pub packages: u32,
    pub auctions: u32,
    pub refused_for_margin: u32,
    pub refused_withdrawals: u32,
    pub begun: u32,
    pub takes: u32,
    pub partial_takes: u32,
    pub refused_takes: u32,
    pub below_zero: u32,
    pub takes_beside_silence: u32,
    pub settled: u32,
    pub claims: u32,
    pub covers: u32,
    pub haircuts: u32,
    pub shortfalls: u32,
    pub moved_ends: u32,
    pub averages: u32,
}

pub struct MarketState {
    pub spot: f64,
    pub slow: f64,
    pub volatility: f64,
    pub confidence: i64,
    pub open: OpenInterest,
    pub averaged: AveragedMarket,
    /// Until when nobody hears of it; its price stays where it was.
    pub silent_until: i64,
    /// For how long it was heard of in all, seconds.
    pub observed: u64,
}

pub struct Model {
    pub random: Random,
    pub now: i64,
    pub markets: [MarketState; MARKETS],
    pub accounts: [MarginAccount; MEMBERS + 1],
    pub fund_day: FundDay,
    pub nonces: [Nonces; OWNERS],
    pub next_nonce: u64,
    pub expiries: BTreeMap<(u8, i64), (Settlement, ExpiryBook)>,
    pub series: BTreeMap<SeriesTerms, OpenInterest>,
    pub auction: Option<(usize, SeriesTerms, Auction)>,
    /// What nobody paid, by expiry.
    pub lost: BTreeMap<(u8, i64), u64>,
    pub deposited: u64,
    pub withdrawn: u64,
    pub tally: Tally,
}

pub fn price(value: f64) -> Price {
    Price::from_fixed(I80F48::from_num(value)).unwrap()
}

impl Model {
    pub fn new(seed: u64) -> Self {
        let market = |spot: f64| MarketState {
            spot,
            slow: spot,
            volatility: 0.6,
            confidence: 3,
            open: OpenInterest::default(),
            averaged: AveragedMarket::default(),
            silent_until: 0,
            observed: 0,
        };
        Self {
            random: Random(seed),
            now: 1_767_258_000,
            markets: [market(60_000.0), market(150.0)],
            accounts: [MarginAccount::EMPTY; MEMBERS + 1],
            fund_day: FundDay::default(),
            nonces: [Nonces::default(); OWNERS],
            next_nonce: 1,
            expiries: BTreeMap::new(),
            series: BTreeMap::new(),
            auction: None,
            lost: BTreeMap::new(),
            deposited: 0,
            withdrawn: 0,
            tally: Tally::default(),
        }
    }

    /// Some minutes pass; prices wander by their volatility, and now and then jump. Each minute
    /// somebody observes them, but on days on which everybody sleeps.
    pub fn pass_time(&mut self) {
        let minutes = [1, 5, 10, 30, 60][self.random.below(5)];
        let before = self.now;
        self.now += minutes * 60 + self.random.below(60) as i64;
        let asleep = self.is_asleep();
        let year = minutes as f64 / 525_600.0;
        for market in &mut self.markets {
            if self.random.below(400) == 0 {
                market.silent_until = self.now + 3_600 * (1 + self.random.below(24) as i64);
            }
            if self.now < market.silent_until {
                continue;
            }
            market.observed += (self.now - before).unsigned_abs();
            let mut change = market.volatility * year.sqrt() * self.random.normal();
            if self.random.below(150) == 0 {
                change += 0.2 * self.random.normal();
                market.volatility *= 1.3;
            }
            market.spot = (market.spot * change.exp()).clamp(20.0, 400_000.0);
            let limit = 0.002 * minutes as f64;
            let gap = (market.spot / market.slow - 1.0).clamp(-limit, limit);
            market.slow *= 1.0 + gap;
            if !asleep {
                let spot = price(market.spot);
                (before + 60..=self.now)
                    .step_by(60)
                    .for_each(|time| market.averaged.print(time, spot, true));
            }
            let pull = (0.6 / market.volatility).ln() * 0.01;
            market.volatility *= (pull + 0.02 * self.random.normal()).exp();
            market.volatility = market.volatility.clamp(0.25, 2.5);
            market.confidence = 1 + self.random.below(10) as i64;
        }
    }

    /// Returns whether nobody observes or settles anything: one day of five.
    pub fn is_asleep(&self) -> bool {
        self.now.rem_euclid(5 * DAY) <= DAY
    }

    /// Calls `run` with the house as margin sees it.
    pub fn with_context<R>(&self, run: impl FnOnce(&MarginContext) -> R) -> R {
        let surfaces = self.markets.each_ref().map(|market| {
            let slice = Slice {
                time: U3F61::lit("0.25"),
                total_variance: U8F56::from_num(market.volatility * market.volatility / 4.0),
                skew: I2F62::lit("-0.1"),
                curvature: U16F48::lit("0.5"),
            };
            Surface::new(&[slice]).unwrap()
        });
        let mut views = [None; MAX_LISTINGS];
        for ((view, market), surface) in views.iter_mut().zip(&self.markets).zip(&surfaces) {
            let width = Ratio::from_basis_points(market.confidence).unwrap();
            let mid = price(market.spot);
            let bounds = PriceBounds {
                low: mid.scaled_floor(Ratio::from_fixed(-width.fixed())).unwrap(),
                mid,
                high: mid.scaled_ceil(width).unwrap(),
            };
            let variance = Ratio::from_fixed(I80F48::from_num(market.volatility * market.volatility));
            let averages = market.averaged.averages();
            let expiry = latest_window(self.now);
            let known = |expiry| Averaged::so_far(expiry, averages.as_ref()?, self.now);
            *view = Some(ListedMarket {
                inputs: MarketInputs::read(
                    bounds,
                    Some(VolatilitySource::Surface(surface)),
                    PriceMoves {
                        horizon_volatility: horizon_volatility(variance, Some(surface)),
                        worst_day: WORST_DAY,
                    },
                    variance,
                ),
                slow: price(market.slow),
                charges: LISTING.charges,
                open_interest: market.open,
                averaged: [known(expiry), known(expiry - DAY)],
                is_live: self.now >= market.silent_until,
                observed: market.observed,
            });
        }
        run(&MarginContext {
            markets: views,
            house: HOUSE,
            now: self.now,
        })
    }

    /// Computes the margin status of an account.
    pub fn margin_status(&self, account: &MarginAccount, marks: Marks) -> Result<MarginStatus, MarginError> {
        self.with_context(|context| margin_status(account, context, marks, &mut [BLANK; 32]))
    }

    /// Looks at an account as a take does.
    pub fn failing_book(&self, account: &MarginAccount) -> FailingBook {
        self.with_context(|context| failing_book(account, context, &mut [BLANK; 32]).unwrap())
    }

    /// Returns whether an account passes the initial check, worked out once more from its parts.
    pub fn passes(&self, account: &MarginAccount, marks: Marks) -> bool {
        let Ok(status) = self.margin_status(account, marks) else {
            return false;
        };
        let passes = status.check_initial().is_ok();
        assert!(!passes || status.equity >= status.initial && status.cash >= status.cash_need.initial);
        let only_long = account
            .positions()
            .iter()
            .all(|position| position.quantity > Lots::ZERO);
        if only_long {
            let marks = status.equity.0 - account.cash as i64 + account.debt as i64;
            assert!(
                status.initial <= Value(marks),
                "a book of long options needs no more than its marks"
            );
        }
        passes
    }

    /// Returns a series on the listing grid, near the money more often than not.
    pub fn random_series(&mut self) -> Option<SeriesTerms> {
        if !self.series.is_empty() && self.random.below(4) > 0 {
            let index = self.random.below(self.series.len());
            return self.series.keys().nth(index).copied();
        }
        let market = self.random.below(MARKETS);
        // Now and then a far wing.
        let away = if self.random.below(8) == 0 { 0.5 } else { 0.12 };
        let target = self.markets[market].spot * (away * self.random.normal()).exp();
        let scale = 10f64.powi(target.log10().floor() as i32);
        let step = match target / scale {
            lead if lead < 2.0 => 0.02 * scale,
            lead if lead < 5.0 => 0.05 * scale,
            _ => 0.1 * scale,
        };
        let digits = ((target / step).round() * step * 100.0).round() as u64;
        let (digits, places) = match digits {
            digits if digits % 100 == 0 => (digits / 100, 0),
            digits if digits % 10 == 0 => (digits / 10, 1),
            digits => (digits, 2),
        };
        let days = [1, 2, 3, 8, 30][self.random.below(5)];
        let terms = SeriesTerms {
            market: market as u8,
            kind: [Kind::Call, Kind::Put][self.random.below(2)],
            strike: Decimal {
                digits: digits as u32,
                places,
            },
            expiry: (self.now.div_euclid(DAY) + days) * DAY + 8 * 3_600,
        };
        let spot = price(self.markets[market].spot);
        LISTING.check_series(&terms, spot, self.now).ok()?;
        self.series.entry(terms).or_default();
        let new = || (Settlement::new(terms.expiry), ExpiryBook::default());
        self.expiries.entry((terms.market, terms.expiry)).or_insert_with(new);
        Some(terms)
    }

    /// Returns a market's price.
    pub fn spot(&self, market: u8) -> Price {
        price(self.markets[usize::from(market)].spot)
    }

    /// Books a change of open interest wherever it is kept.
    pub fn change_open_interest(&mut self, series: &SeriesTerms, change: i64) {
        let open = self.series.get_mut(series).unwrap();
        *open = open.changed(change).unwrap();
        let (_, book) = self.expiries.get_mut(&(series.market, series.expiry)).unwrap();
        book.change_open_interest(change).unwrap();
        let market = &mut self.markets[usize::from(series.market)];
        market.open = market.open.changed(change).unwrap();
    }
}

/// What is kept of an expiry.
pub type Closed = (Settlement, ExpiryBook);
