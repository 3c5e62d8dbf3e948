//! What margin needs to know of the house's markets, read from accounts of the risk program in
//! place.

use crate::errors::{refused, OptionsError};
use crate::state::{ClearingHouse, Listing};
use anchor_lang::prelude::*;
use ballast_core_clearing::account::MarginAccount as MarginBook;
use ballast_core_clearing::calendar::latest_window;
use ballast_core_clearing::margin::{ListedMarket, MarginContext, AVERAGED};
use ballast_core_clearing::params::MAX_LISTINGS;
use ballast_core_clearing::settlement::Averaged;
use ballast_core_clearing::trade::OpenInterest;
use ballast_core_margin::{MarketInputs, PriceMoves, VolatilitySource, HORIZON_SECONDS};
use ballast_core_market::accumulators::OF_LATE;
use ballast_core_market::admission::{Now, PriceUse};
use ballast_core_market::breaker::permitted;
use ballast_core_market::MarketView;
use ballast_core_math::surface as essvi;
use ballast_core_types::{Price, PriceBounds, Ratio, SECONDS_PER_DAY};
use ballast_risk::state::{Market, Surface};
use ballast_risk::{errors::RiskError, read};

/// What the prices are for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Trading and withdrawing: the price admitted for `Margin`; failing that what an exit gets. A
    /// surface that is too old counts with both sides further out. Then, and while a breaker is
    /// active that forbids opening, only reductions are permitted on that market.
    Margin,
    /// Liquidating: the price admitted for `Exit`, not widened by its age, and the surface. A
    /// market that has neither of now counts at its last ones, and is not live: nobody is
    /// liquidated because a source is silent or a price has aged, and a silent market shelters
    /// nothing on another one.
    Liquidate,
}

/// Accounts of one market: market, surface.
const ACCOUNTS_PER_MARKET: usize = 2;

struct MarketRead {
    bounds: PriceBounds,
    /// The average of late, with sides as wide; of markets read to liquidate.
    of_late: Option<PriceBounds>,
    publish_time: i64,
    slow: Price,
    /// `None` for one that was never published, or is all in the past.
    surface: Option<Box<essvi::Surface>>,
    moves: PriceMoves,
    variance: Ratio,
    realised: Ratio,
    averaged: [Option<Averaged>; AVERAGED],
    is_live: bool,
    observed: u64,
    /// How old the surface is, seconds, where that widens it.
    too_old: Option<u64>,
    /// Why positions may not be opened on it, if they may not.
    closed: Option<Error>,
}

/// The markets that were passed, at their index among the listings.
pub struct Markets {
    reads: [Option<MarketRead>; MAX_LISTINGS],
    /// Unix seconds: the chain's clock, or the newest price if that is ahead of it.
    now: i64,
}

impl Markets {
    /// No market: enough for an account without positions.
    pub fn none(clock: &Clock) -> Box<Self> {
        Box::new(Self {
            reads: [const { None }; MAX_LISTINGS],
            now: clock.unix_timestamp,
        })
    }

    /// Reads the markets passed, for these accounts: for each, in any order, the market and its
    /// surface.
    ///
    /// # Errors
    /// [`OptionsError::MarketAccounts`], [`OptionsError::NotListed`],
    /// [`OptionsError::MarketRepeated`]; to trade and withdraw the risk program's own, where an
    /// exit gets no price either.
    #[inline(never)]
    pub fn read(
        house: &ClearingHouse,
        accounts: &[AccountInfo],
        books: &[&MarginBook],
        purpose: Purpose,
        clock: &Clock,
    ) -> Result<Box<Self>> {
        let question = Question {
            purpose,
            max_surface_age: house.settings.max_surface_age_seconds,
            averages: has_begun(books, clock.unix_timestamp),
            clock,
        };
        let mut markets = Self::none(clock);
        for group in accounts.chunks(ACCOUNTS_PER_MARKET) {
            let [market, surface] = group else {
                return err!(OptionsError::MarketAccounts);
            };
            let index = listed(house, market.key)?;
            let listing = house.listings.get(index).ok_or(OptionsError::NotListed)?;
            let place = markets.reads.get_mut(index).ok_or(OptionsError::NotListed)?;
            require!(place.is_none(), OptionsError::MarketRepeated);
            require_keys_eq!(*surface.key, listing.surface, OptionsError::NotListed);
            let read = read_market(market, surface, &question)?;
            markets.now = markets.now.max(read.publish_time);
            *place = Some(read);
        }
        Ok(markets)
    }

    /// Refuses what opens a position on a market while only reductions are permitted there.
    ///
    /// # Errors
    /// The rule that refused the price for `Margin`, [`OptionsError::NotObserved`], the risk
    /// program's `SurfaceStale`, or [`OptionsError::OnlyReductions`].
    pub fn check_open(&mut self, market: u8) -> Result<()> {
        let read = self.reads.get_mut(usize::from(market)).and_then(Option::as_mut);
        match read.ok_or(OptionsError::MarketMissing)?.closed.take() {
            Some(reason) => Err(reason),
            None => Ok(()),
        }
    }

    /// Returns why positions may not be opened on the first market where that is so.
    pub fn first_closed(&mut self) -> Option<Error> {
        self.reads.iter_mut().flatten().find_map(|read| read.closed.take())
    }

    /// Returns the price of a market that was passed.
    ///
    /// # Errors
    /// [`OptionsError::MarketMissing`].
    pub fn spot(&self, market: u8) -> Result<Price> {
        let read = self.reads.get(usize::from(market)).and_then(Option::as_ref);
        Ok(read.ok_or(OptionsError::MarketMissing)?.bounds.mid)
    }

    /// Returns the time, unix seconds: a window or an expiry has come when the chain's clock says
    /// so or a price does. Nobody trades an option whose price is known because a leader's clock
    /// lags.
    pub const fn now(&self) -> i64 {
        self.now
    }

    /// Everything outside an account that its margin depends on, open interest being the house's of
    /// now.
    pub fn context(&self, house: &ClearingHouse) -> Box<MarginContext<'_>> {
        self.context_at(house, |read| Some(read.bounds))
    }

    /// The same at each market's average of late, with which a liquidation begins and ends; of one
    /// that is not live, at its last price.
    ///
    /// # Errors
    /// [`OptionsError::NothingLive`] if none is that `book` has positions on;
    /// [`OptionsError::NoAverage`] if one that was observed of late has none.
    pub fn context_of_late(&self, house: &ClearingHouse, book: &MarginBook) -> Result<Box<MarginContext<'_>>> {
        let read = |market: u8| self.reads.get(usize::from(market)).and_then(Option::as_ref);
        let mut held = book.positions().iter().map(|position| read(position.series.market));
        let is_live = held.any(|read| read.is_some_and(|read| read.is_live));
        // Without positions there is nothing to be late with.
        require!(is_live || book.positions().is_empty(), OptionsError::NothingLive);
        let all = self.reads.iter().flatten().all(|read| read.of_late.is_some());
        require!(all, OptionsError::NoAverage);
        Ok(self.context_at(house, |read| read.of_late))
    }

    #[inline(never)]
    fn context_at(
        &self,
        house: &ClearingHouse,
        bounds: fn(&MarketRead) -> Option<PriceBounds>,
    ) -> Box<MarginContext<'_>> {
        let mut context = Box::new(MarginContext {
            markets: [None; MAX_LISTINGS],
            house: house.params(),
            now: self.now,
        });
        for ((view, read), listing) in context.markets.iter_mut().zip(&self.reads).zip(&house.listings) {
            *view = read.as_ref().and_then(|read| Some(read.view(bounds(read)?, listing)));
        }
        context
    }
}

impl MarketRead {
    fn view(&self, bounds: PriceBounds, listing: &Listing) -> ListedMarket<'_> {
        let source = match &self.surface {
            Some(surface) => VolatilitySource::Surface(surface),
            None => VolatilitySource::realised(self.variance),
        };
        let inputs = MarketInputs::read(bounds, Some(source), self.moves, self.realised);
        ListedMarket {
            inputs: match self.too_old {
                Some(seconds) => inputs.with_old_surface(seconds),
                None => inputs,
            },
            slow: self.slow,
            charges: listing.settings.params().charges,
            open_interest: OpenInterest(listing.open_interest),
            averaged: self.averaged,
            is_live: self.is_live,
            observed: self.observed,
        }
    }
}

fn listed(house: &ClearingHouse, market: &Pubkey) -> Result<usize> {
    let index = house
        .listings()
        .iter()
        .position(|listing| listing.risk_market == *market);
    index.ok_or_else(|| refused(market, OptionsError::NotListed))
}

/// Returns the market in an account of the risk program, which the caller has found to be a listed
/// one.
///
/// # Errors
/// [`OptionsError::WrongMarket`].
pub fn with_market<T>(account: &AccountInfo, action: impl FnOnce(&Market) -> Result<T>) -> Result<T> {
    require_keys_eq!(*account.owner, ballast_risk::ID, OptionsError::WrongMarket);
    let data = account.try_borrow_data()?;
    action(Market::in_place(&data)?)
}

/// What is asked of every market.
struct Question<'a> {
    purpose: Purpose,
    max_surface_age: u32,
    /// Whether an average that settles matters.
    averages: bool,
    clock: &'a Clock,
}

/// Returns whether the window of something that is held, or that can still be traded, has begun.
fn has_begun(books: &[&MarginBook], now: i64) -> bool {
    let begun = latest_window(now);
    let mut positions = books.iter().flat_map(|book| book.positions());
    begun > now || positions.any(|position| position.series.expiry <= begun)
}

#[inline(never)]
fn read_market(account: &AccountInfo, surface: &AccountInfo, question: &Question) -> Result<MarketRead> {
    let surface = read_surface(surface, question)?;
    with_market(account, |market| {
        let Priced {
            bounds,
            of_late,
            is_live,
            observed,
            closed,
        } = price(market, question)?;
        // Variance is a signal: of a market that nobody observes it says nothing of today.
        let silent = question.clock.unix_timestamp.saturating_sub(market.signals.observed_at);
        let unobserved = (silent > HORIZON_SECONDS).then(|| OptionsError::NotObserved.into());
        let stale = surface.too_old.map(|_| RiskError::SurfaceStale.into());
        let variance = market.larger_variance();
        Ok(MarketRead {
            bounds,
            of_late,
            publish_time: market.signals.publish_time,
            slow: market.signals.slow_price.price().ok_or(RiskError::NothingObserved)?,
            moves: PriceMoves::of(variance, surface.published.as_deref(), market.worst_day.get().size()),
            variance,
            realised: market.realised_variance(),
            averaged: averaged(market, question)?,
            is_live: is_live && surface.too_old.is_none(),
            observed,
            too_old: surface.too_old.filter(|_| question.purpose == Purpose::Margin),
            closed: closed.or(unobserved).or(stale),
            surface: surface.published,
        })
    })
}

/// Returns what is known of the averages that settle: of today's expiry, once its window has begun,
/// and of the one before.
#[inline(never)]
fn averaged(market: &Market, question: &Question) -> Result<[Option<Averaged>; AVERAGED]> {
    let mut known = [None; AVERAGED];
    if !question.averages {
        return Ok(known);
    }
    let now = question.clock.unix_timestamp;
    let averages = market.averages(read::now(question.clock))?;
    let mut expiry = latest_window(now.max(market.signals.publish_time));
    for place in &mut known {
        *place = Averaged::so_far(expiry, &averages, now);
        expiry = expiry.saturating_sub(SECONDS_PER_DAY);
    }
    Ok(known)
}

/// What a market says of its price for a purpose.
struct Priced {
    bounds: PriceBounds,
    of_late: Option<PriceBounds>,
    is_live: bool,
    /// For how long the market has been observed; of markets read to liquidate.
    observed: u64,
    /// Why positions may not be opened at it.
    closed: Option<Error>,
}

#[inline(never)]
fn price(market: &Market, question: &Question) -> Result<Priced> {
    let (view, now) = (market.view()?, read::now(question.clock));
    if question.purpose == Purpose::Liquidate {
        return price_to_liquidate(market, &view, now);
    }
    let priced = |bounds, closed| Priced {
        bounds,
        of_late: None,
        is_live: true,
        observed: 0,
        closed,
    };
    match view.price(PriceUse::Margin, now) {
        Ok(price) => Ok(priced(price.bounds, check_breakers(&view, now).err())),
        Err(refusal) => {
            let exit = view.exit_price(now).map_err(RiskError::from)?;
            Ok(priced(exit.bounds, Some(RiskError::from(refusal).into())))
        }
    }
}

#[inline(never)]
fn price_to_liquidate(market: &Market, view: &MarketView, now: Now) -> Result<Priced> {
    let observed = market.observed_seconds(view, now.unix_time);
    let average = || view.with_sides(&market.average_of_late(view)?);
    Ok(match view.unwidened_price(PriceUse::Exit, now) {
        Ok(price) => Priced {
            bounds: price.bounds,
            of_late: average(),
            is_live: true,
            observed,
            closed: None,
        },
        Err(_) => {
            let last = view.last_price().map_err(RiskError::from)?;
            // A print that is refused is no better than another: only one that is old stands for
            // itself.
            let is_old = i64::from(view.age(now)) > *OF_LATE.end();
            Priced {
                bounds: last,
                of_late: if is_old { Some(last) } else { average() },
                is_live: false,
                observed,
                closed: None,
            }
        }
    })
}

fn check_breakers(view: &MarketView, now: Now) -> Result<()> {
    let active = view.active_breakers(now).map_err(RiskError::from)?;
    require!(permitted(active, true).open, OptionsError::OnlyReductions);
    Ok(())
}

/// A surface, as far as there is one.
struct Published {
    published: Option<Box<essvi::Surface>>,
    /// How old it is, seconds, if that is too old.
    too_old: Option<u64>,
}

#[inline(never)]
fn read_surface(account: &AccountInfo, question: &Question) -> Result<Published> {
    let now = question.clock.unix_timestamp;
    with_surface(account, |surface| {
        surface.check_version()?;
        let published = surface.last(now).map(Box::new);
        let age = now.saturating_sub(surface.published_at);
        let limit = i64::from(question.max_surface_age);
        let too_old = match published {
            Some(_) if (0..=limit).contains(&age) => None,
            Some(_) => Some(age.unsigned_abs()),
            // All of it is in the past: nothing is as old.
            None => Some(u64::MAX),
        };
        Ok(Published { published, too_old })
    })
}

/// Returns what `action` makes of a surface account of the risk program.
///
/// # Errors
/// [`OptionsError::WrongMarket`]; what `action` refuses.
pub fn with_surface<T>(account: &AccountInfo, action: impl FnOnce(&Surface) -> Result<T>) -> Result<T> {
    require_keys_eq!(*account.owner, ballast_risk::ID, OptionsError::WrongMarket);
    let data = account.try_borrow_data()?;
    action(Surface::in_place(&data)?)
}
