//! Where an account stands: what it is worth, what it needs, and whether that is enough.
//!
//! ```text
//! equity       = cash − debt + claims + Σ over markets of max(marks, −owed)
//! requirement  = Σ over markets of min( tail(whole book) + charges(whole book),
//!                                       long options + tail(the rest) + charges(the rest),
//!                                       marks + owed )
//! ```
//!
//! with the book being that of one market: nothing is netted between markets, which fall together
//! when it matters. Marks are those of the risk engine, at the price that is worst for the whole
//! book; tail = max(share × worst loss, multiple × 99 % shortfall); owed is the most that the book
//! can ever owe, expiry by expiry ([`super::cover`]): who has that in cash needs nothing else. A
//! book of long options needs no more than its marks, charges included. Besides, what expires soon
//! needs cash: see [`super::cash_need`].
//!
//! **In the window of settlement** the part of the average that is known is cash, at what the
//! option pays at it, and the rest is an option: see [`Averaged`]. One whose price is known is cash
//! alone. Where no average says anything an expired position counts as an option with five minutes
//! to live. Anybody may settle it.
//!
//! **What is not paid yet**, claims and what an expiry whose price is known owes on balance, counts
//! lest an account fail, and not to open or withdraw. A claim paid in part counts no more.

mod on_market;

pub use on_market::{fair_value_floor, MIN_SECONDS};

use super::account::{MarginAccount, ObservedSeconds, Position, Status};
use super::cash_need::CashNeed;
use super::params::{ChargeParams, ClearingHouseParams, MAX_LISTINGS};
use super::settlement::Averaged;
use super::trade::OpenInterest;
use ballast_core_margin as assessment;
use ballast_core_margin::{Asked, AssessError, BookLeg, Contract, MarketGreeks, MarketInputs, Requirement};
use ballast_core_types::{Lots, Price, Value};
use on_market::{greeks_on_market, on_market, OnMarket};

/// Expiries of a market whose averages are known in part or whole: today's and the one before.
pub const AVERAGED: usize = 2;

/// One market of the house, as margin sees it.
#[derive(Clone, Copy, Debug)]
pub struct ListedMarket<'a> {
    /// What the risk engine needs of it, the price admitted for the use at hand.
    pub inputs: MarketInputs<'a>,
    /// Its slow price.
    pub slow: Price,
    /// The house's charges on it.
    pub charges: ChargeParams,
    /// Open interest of all its series.
    pub open_interest: OpenInterest,
    /// What is known of averages that settle.
    pub averaged: [Option<Averaged>; AVERAGED],
    /// Whether its price and its surface are of now: a take leaves positions where they are not.
    pub is_live: bool,
    /// For how long it has been observed in all, seconds: a print counts until the next one, for a
    /// minute at most.
    pub observed: u64,
}

/// Everything outside an account that its margin depends on.
#[derive(Clone, Copy, Debug)]
pub struct MarginContext<'a> {
    /// The house's markets by their index; those that no position is on need not be there.
    pub markets: [Option<ListedMarket<'a>>; MAX_LISTINGS],
    /// The house's parameters.
    pub house: ClearingHouseParams,
    /// Unix seconds.
    pub now: i64,
}

/// What memory for the positions of an account may be filled with at first.
pub const BLANK: BookLeg = BookLeg {
    market: 0,
    contract: Contract::Linear {
        entry: assessment::Decimal { digits: 0, places: 0 },
    },
    quantity: Lots::ZERO,
};

/// At which prices positions are marked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Marks {
    /// At the worst price of the interval, market by market: for trades and liquidations.
    Adverse,
    /// At the worse of that and the slow price: for withdrawals, so that no gain leaves that only
    /// exists at a price of the moment.
    Conservative,
}

/// The margin status of an account. Amounts are base units.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MarginStatus {
    /// Cash − debt + claims + marks.
    pub equity: Value,
    /// What of that is the gain of expiries whose price is known, and not paid yet.
    pub unpaid: Value,
    /// What equity has to be for positions to be opened.
    pub initial: Value,
    /// What it has to be lest a liquidation begin.
    pub maintenance: Value,
    /// What it has to be for a liquidation to end: market by market the less of 1.1 × maintenance
    /// and initial.
    pub target: Value,
    /// Its cash.
    pub cash: Value,
    /// What the cash has to be.
    pub cash_need: CashNeed,
    /// What it owes the insurance account.
    pub debt: Value,
}

/// Why an account's margin is not enough, or not known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MarginError {
    /// Equity is below the initial requirement.
    Initial {
        /// What the account is worth.
        equity: Value,
        /// What it has to be worth.
        required: Value,
    },
    /// Cash is below what positions that expire soon may cost.
    Cash {
        /// What there is.
        cash: Value,
        /// What there has to be.
        needed: Value,
    },
    /// A position is on a market that was not passed.
    MarketMissing(u8),
    /// The workspace is too small for the account, or a strike has too many decimals: nothing that
    /// a listing grid can create.
    Assess(AssessError),
}

impl From<AssessError> for MarginError {
    fn from(refusal: AssessError) -> Self {
        Self::Assess(refusal)
    }
}

impl MarginStatus {
    /// Checks whether positions may be opened and cash withdrawn.
    ///
    /// # Errors
    /// [`MarginError::Initial`], [`MarginError::Cash`].
    pub fn check_initial(&self) -> Result<(), MarginError> {
        let equity = self.paid_equity();
        if equity < self.initial {
            return Err(MarginError::Initial {
                equity,
                required: self.initial,
            });
        }
        if self.cash < self.cash_need.initial {
            return Err(MarginError::Cash {
                cash: self.cash,
                needed: self.cash_need.initial,
            });
        }
        Ok(())
    }

    /// Returns what the account is worth without what is not paid yet.
    pub fn paid_equity(&self) -> Value {
        self.equity.saturating_sub(self.unpaid)
    }

    /// Returns whether a liquidation may begin: it is in debt, or equity or cash is below
    /// maintenance.
    pub fn is_liquidatable(&self) -> bool {
        self.debt > Value::ZERO || self.equity < self.maintenance || self.cash < self.cash_need.maintenance
    }

    /// Returns whether a liquidation has reached its target: no debt, and equity and cash are what
    /// they have to be for it to end.
    pub fn is_restored(&self) -> bool {
        self.debt <= Value::ZERO && self.equity >= self.target && self.cash >= self.cash_need.target()
    }
}

/// What positions are worth, and what they need: of one market, or of several.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Held {
    /// What they are worth at the worst prices of the intervals.
    pub value: Value,
    /// What both sides of a trade would call fair; zero where it was not asked.
    pub fair: Value,
    /// What of it expiries owe whose price is known.
    pub unpaid: Value,
    /// What equity has to be for them to be opened, and lest a liquidation begin.
    pub requirement: Requirement,
    /// What it has to be for a liquidation to end.
    pub target: Value,
    /// What it costs to close them: the spread charge.
    pub spread: Value,
    /// The cash they need for what expires soon.
    pub cash_need: CashNeed,
    /// What does not shrink with a share: the least spread charge of each series, and, for each
    /// that is short, what a lot more can cost that a share is rounded up by.
    pub floors: Value,
    /// How many there are.
    pub count: u32,
}

impl Held {
    fn plus(self, more: &Self) -> Self {
        let (a, b) = (self.requirement, more.requirement);
        Self {
            value: self.value.saturating_add(more.value),
            fair: self.fair.saturating_add(more.fair),
            unpaid: self.unpaid.saturating_add(more.unpaid),
            requirement: Requirement {
                initial: a.initial.saturating_add(b.initial),
                maintenance: a.maintenance.saturating_add(b.maintenance),
            },
            target: self.target.saturating_add(more.target),
            spread: self.spread.saturating_add(more.spread),
            cash_need: self.cash_need.plus(more.cash_need),
            floors: self.floors.saturating_add(more.floors),
            count: self.count.saturating_add(more.count),
        }
    }
}

/// An account as a take sees it: where it stands, and what of it can be taken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FailingBook {
    /// Its status at the last prices.
    pub status: MarginStatus,
    /// All positions.
    pub whole: Held,
    /// Those on live markets.
    pub live: Held,
    /// For how long each of the live markets has been observed since the liquidation began, at
    /// least; seconds.
    pub observed: u64,
}

/// Works out where an account stands. It always can, whatever the prices and the surfaces: an
/// option where the model ends counts by its bounds, and a number that does not fit is the most
/// there is.
///
/// # Errors
/// [`MarginError::MarketMissing`]; [`MarginError::Assess`] for what no listing grid creates.
pub fn margin_status(
    account: &MarginAccount,
    context: &MarginContext,
    marks: Marks,
    room: &mut [BookLeg],
) -> Result<MarginStatus, MarginError> {
    let ask = |market: &ListedMarket| Asked {
        slow: match marks {
            Marks::Adverse => None,
            Marks::Conservative => Some(market.slow),
        },
        fair: false,
    };
    let mut sum = Held::default();
    each_market(account, context, ask, room, |_, _, held| sum = sum.plus(held))?;
    Ok(sum_up(account, &sum))
}

/// Works out where an account stands that somebody is about to take a part of: by one valuation, of
/// which the part is a share.
///
/// # Errors
/// As [`margin_status`].
pub fn failing_book(
    account: &MarginAccount,
    context: &MarginContext,
    room: &mut [BookLeg],
) -> Result<FailingBook, MarginError> {
    let ask = |_: &ListedMarket| Asked { slow: None, fair: true };
    let (mut whole, mut live, mut observed) = (Held::default(), Held::default(), u64::MAX);
    let began = match account.status {
        Status::Liquidation { observed, .. } => observed,
        Status::Normal => context.observed(),
    };
    each_market(account, context, ask, room, |index, market, held| {
        whole = whole.plus(held);
        if market.is_live {
            live = live.plus(held);
            let then = began.get(usize::from(index)).copied().unwrap_or(u64::MAX);
            observed = observed.min(market.observed.saturating_sub(then));
        }
    })?;
    Ok(FailingBook {
        status: sum_up(account, &whole),
        whole,
        live,
        observed,
    })
}

/// Returns the Greeks of an account's positions, market by market: of what is settled already, and
/// of the part of an average that is known, there are none.
///
/// # Errors
/// As [`margin_status`].
pub fn greeks(
    account: &MarginAccount,
    context: &MarginContext,
    room: &mut [BookLeg],
) -> Result<[MarketGreeks; MAX_LISTINGS], MarginError> {
    let mut all = [MarketGreeks::default(); MAX_LISTINGS];
    each_group(account, context, |index, here, group| {
        let greeks = greeks_on_market(group, here, room)?;
        if let Some(place) = all.get_mut(usize::from(index)) {
            *place = greeks;
        }
        Ok(())
    })?;
    Ok(all)
}

/// Hands on the positions of each market.
fn each_group(
    account: &MarginAccount,
    context: &MarginContext,
    mut on_group: impl FnMut(u8, &OnMarket, &[Position]) -> Result<(), MarginError>,
) -> Result<(), MarginError> {
    // Positions are in the order of their markets.
    for group in account.positions().chunk_by(|a, b| a.series.market == b.series.market) {
        let index = group.first().map_or(0, |position| position.series.market);
        let here = OnMarket {
            market: context.market(index)?,
            house: &context.house,
            now: context.now,
        };
        on_group(index, &here, group)?;
    }
    Ok(())
}

#[inline(never)]
fn each_market(
    account: &MarginAccount,
    context: &MarginContext,
    ask: impl Fn(&ListedMarket) -> Asked,
    room: &mut [BookLeg],
    mut add: impl FnMut(u8, &ListedMarket, &Held),
) -> Result<(), MarginError> {
    each_group(account, context, |index, here, group| {
        let held = on_market(group, here, ask(here.market), room)?;
        add(index, here.market, &held);
        Ok(())
    })
}

fn sum_up(account: &MarginAccount, held: &Held) -> MarginStatus {
    let value = |amount| Value::from_amount(amount).unwrap_or(Value(i64::MAX));
    let claims = account.claims().iter().filter(|claim| !claim.is_paid_in_part);
    let claims = claims.fold(Value::ZERO, |sum, claim| sum.saturating_add(value(claim.amount)));
    let own = value(account.cash).saturating_sub(value(account.debt));
    MarginStatus {
        equity: own.saturating_add(claims).saturating_add(held.value),
        unpaid: claims.saturating_add(held.unpaid),
        initial: held.requirement.initial,
        maintenance: held.requirement.maintenance,
        target: held.target,
        cash: value(account.cash),
        cash_need: held.cash_need,
        debt: value(account.debt),
    }
}

impl<'a> MarginContext<'a> {
    /// Returns for how long each market has been observed; nothing for one that was not passed.
    pub fn observed(&self) -> ObservedSeconds {
        self.markets.map(|market| market.map_or(0, |market| market.observed))
    }

    /// Returns a market.
    ///
    /// # Errors
    /// [`MarginError::MarketMissing`].
    pub fn market(&self, index: u8) -> Result<&ListedMarket<'a>, MarginError> {
        let market = self.markets.get(usize::from(index)).and_then(Option::as_ref);
        market.ok_or(MarginError::MarketMissing(index))
    }
}

#[cfg(test)]
pub(super) mod fixtures;
#[cfg(test)]
mod tests;
