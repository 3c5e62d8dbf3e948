//! Where an account stands: what it is worth, what it needs, and whether that is enough.
//!
//! ```text
//! equity       = cash − debt + claims + marks on the adverse side
//! requirement  = Σ over markets of min( tail(whole book) + charges(whole book),
//!                                       marks of long options + tail(the rest) + charges(the rest) )
//! ```
//!
//! with the book being that of one market: nothing is netted between markets, which fall together
//! when it matters. And tail = max(share × worst loss, multiple × 99 % shortfall) of the risk
//! engine. A book of long options needs no more than its marks, charges included. Besides, what
//! expires soon needs cash: see [`super::cash_need`].
//!
//! **Expired, not yet settled** positions count as options with five minutes to live: the price
//! they settle at is not known to this function, and the one of the moment is as good an estimate
//! as there is. Anybody may settle them.

use super::account::{MarginAccount, Position};
use super::cash_need::{cash_need, CashNeed, PriceRange};
use super::charges::{charges, Charges};
use super::params::{ChargeParams, ClearingHouseParams, MAX_LISTINGS};
use super::series::SeriesTerms;
use super::trade::OpenInterest;
use ballast_core_margin as assessment;
use ballast_core_margin::{AssessError, BookLeg, Contract, MarketInputs, Requirement, MARGIN, SCENARIOS};
use ballast_core_math::scenarios::Leg;
use ballast_core_types::{Lots, Price, Value};

/// The least time to expiry that a position is valued with, seconds.
pub const MIN_SECONDS: i64 = 300;

/// One market of the house, as margin sees it.
#[derive(Clone, Copy, Debug)]
pub struct ListedMarket<'a> {
    /// What the risk engine needs of it, the price admitted for the use at hand: `Trade` where
    /// positions are opened or cash leaves, `Exit` where a book is only made smaller.
    pub inputs: MarketInputs<'a>,
    /// Its slow price.
    pub slow: Price,
    /// The house's charges on it.
    pub charges: ChargeParams,
    /// Open interest of all its series.
    pub open_interest: OpenInterest,
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

/// Memory to work in, [`super::account::MAX_POSITIONS`] of each: too much for a stack frame of the
/// virtual machine.
#[derive(Debug)]
pub struct Workspace<'a> {
    /// The account's positions, as the risk engine takes them.
    pub book: &'a mut [BookLeg],
    /// The risk engine's own.
    pub legs: &'a mut [Leg],
}

/// What [`Workspace::book`] may be filled with at first.
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
    /// At the price's adverse ends: for trades and liquidations.
    Adverse,
    /// Market by market at the worse of that and the slow price: for withdrawals, so that no gain
    /// leaves that only exists at a price of the moment.
    Conservative,
}

/// The margin status of an account. Amounts are base units.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MarginStatus {
    /// Cash − debt + claims + marks.
    pub equity: Value,
    /// What equity has to be for positions to be opened, and for a liquidation to end.
    pub initial: Value,
    /// What it has to be lest a liquidation begin.
    pub maintenance: Value,
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
        if self.equity < self.initial {
            return Err(MarginError::Initial {
                equity: self.equity,
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

    /// Returns whether a liquidation may begin: it is in debt, or equity or cash is below
    /// maintenance.
    pub fn is_liquidatable(&self) -> bool {
        self.debt > Value::ZERO || self.equity < self.maintenance || self.cash < self.cash_need.maintenance
    }

    /// Returns whether a liquidation has reached its target: no debt, and the initial requirements
    /// hold.
    pub fn is_restored(&self) -> bool {
        self.debt <= Value::ZERO && self.check_initial().is_ok()
    }
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
    work: &mut Workspace,
) -> Result<MarginStatus, MarginError> {
    let mut sum = OnMarkets::default();
    // Positions are in the order of their markets.
    for group in account.positions().chunk_by(|a, b| a.series.market == b.series.market) {
        sum = sum.plus(on_market(group, context, marks, work)?);
    }
    let need = all_cash_needs(account, context)?;
    Ok(sum_up(account, &sum, need))
}

/// What positions are worth, and what they need.
#[derive(Clone, Copy, Debug, Default)]
struct OnMarkets {
    value: Value,
    requirement: Requirement,
}

impl OnMarkets {
    fn plus(self, other: Self) -> Self {
        let (a, b) = (self.requirement, other.requirement);
        Self {
            value: self.value.saturating_add(other.value),
            requirement: Requirement {
                initial: a.initial.saturating_add(b.initial),
                maintenance: a.maintenance.saturating_add(b.maintenance),
            },
        }
    }
}

/// Returns the positions of one market, `group`: by a grid of that market's own, as wide as if
/// there were no other. Markets combined by a common factor are shocked less each, which is right
/// for what is linear and too little for options whose loss lies far out.
#[inline(never)]
fn on_market(
    group: &[Position],
    context: &MarginContext,
    marks: Marks,
    work: &mut Workspace,
) -> Result<OnMarkets, MarginError> {
    let market = group.first().map_or(0, |position| position.series.market);
    let here = view(context, market)?;
    let min_expiry = context.now.saturating_add(MIN_SECONDS);
    let book = work.book.get_mut(..group.len()).ok_or(AssessError::TooManyLegs)?;
    for (position, leg) in group.iter().zip(book.iter_mut()) {
        *leg = BookLeg {
            market: 0,
            contract: position.series.contract(position.series.expiry.max(min_expiry)),
            quantity: position.quantity,
        };
    }
    let slow = [here.slow];
    let slow = match marks {
        Marks::Adverse => None,
        Marks::Conservative => Some(&slow[..]),
    };
    let inputs = core::slice::from_ref(&here.inputs);
    let risk = assessment::book_risk(book, inputs, slow, &SCENARIOS, context.now, work.legs)?;
    let more = charges(group, market, here.inputs.bounds.mid, &here.charges, here.open_interest);
    let more = more.unwrap_or(Charges::MOST);
    Ok(OnMarkets {
        value: risk.value,
        requirement: risk.requirement(&MARGIN, more.whole, more.short),
    })
}

fn sum_up(account: &MarginAccount, sum: &OnMarkets, cash_need: CashNeed) -> MarginStatus {
    let value = |amount| Value::from_amount(amount).unwrap_or(Value(i64::MAX));
    let (cash, debt) = (value(account.cash), value(account.debt));
    let mut equity = cash.saturating_sub(debt).saturating_add(sum.value);
    for claim in account.claims() {
        equity = equity.saturating_add(value(claim.amount));
    }
    MarginStatus {
        equity,
        initial: sum.requirement.initial,
        maintenance: sum.requirement.maintenance,
        cash,
        cash_need,
        debt,
    }
}

fn view<'c, 'a>(context: &'c MarginContext<'a>, market: u8) -> Result<&'c ListedMarket<'a>, MarginError> {
    let view = context.markets.get(usize::from(market)).and_then(Option::as_ref);
    view.ok_or(MarginError::MarketMissing(market))
}

/// Returns the cash needs of all groups that expire within the window: no group's gain pays
/// another's loss, as they are paid out one by one.
#[inline(never)]
fn all_cash_needs(account: &MarginAccount, context: &MarginContext) -> Result<CashNeed, MarginError> {
    let mut sum = CashNeed::default();
    let until = context.now.saturating_add(i64::from(context.house.cash_window_seconds));
    let together = |a: &Position, b: &Position| a.series.expires_with(&b.series);
    for group in account.positions().chunk_by(together) {
        let Some(SeriesTerms { market, expiry, .. }) = group.first().map(|position| position.series) else {
            continue;
        };
        if expiry > until {
            continue;
        }
        let inputs = &view(context, market)?.inputs;
        let range = PriceRange::of_scenarios(inputs.bounds.mid, inputs.horizon_volatility);
        let more = range.and_then(|range| cash_need(group, &inputs.bounds, &range));
        sum = sum.plus(more.unwrap_or(CashNeed::MOST));
    }
    Ok(sum)
}

/// Returns what a signed quantity of a series is worth at the published price and the surface's own
/// volatility, rounded down.
///
/// # Errors
/// As [`margin_status`].
pub fn fair_value_floor(series: &SeriesTerms, quantity: Lots, context: &MarginContext) -> Result<Value, MarginError> {
    let inputs = view(context, series.market)?.inputs.neutral();
    let min_expiry = context.now.saturating_add(MIN_SECONDS);
    let leg = BookLeg {
        market: 0,
        contract: series.contract(series.expiry.max(min_expiry)),
        quantity,
    };
    Ok(assessment::mark(&leg, &inputs, context.now)?)
}

#[cfg(test)]
pub(super) mod fixtures;
#[cfg(test)]
mod tests;
