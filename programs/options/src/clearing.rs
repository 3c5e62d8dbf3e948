//! What several instructions share: the margin status of an account, and a trade between two.

use crate::errors::{OptionsError, Refuse};
use crate::events::{GreeksReport, MarginStatusReport};
use crate::markets::Markets;
use crate::state::{ClearingHouse, Expiry, Series};
use anchor_lang::prelude::*;
use ballast_core_clearing::account::{MarginAccount as MarginBook, MAX_POSITIONS};
use ballast_core_clearing::fees::taker_fee;
use ballast_core_clearing::legs::Legs;
use ballast_core_clearing::liquidation;
use ballast_core_clearing::margin::{self, FailingBook, MarginContext, MarginError, MarginStatus, Marks, BLANK};
use ballast_core_clearing::params::MAX_LISTINGS;
use ballast_core_clearing::permission::{self, are_near_fair, JudgedLeg, SideTerms};
use ballast_core_clearing::trade::{self, LegFill, PackageLeg, Parties};
use ballast_core_margin::BookLeg;

/// Memory that the margin works in, on the heap: it is too much for a stack frame.
pub struct MarginScratch(Vec<BookLeg>);

impl MarginScratch {
    /// Room for any account; one is enough for an instruction.
    pub fn new() -> Self {
        Self(vec![BLANK; MAX_POSITIONS])
    }

    /// Computes the margin status of an account.
    ///
    /// # Errors
    /// [`OptionsError::MarketMissing`], [`OptionsError::NotAssessed`], [`OptionsError::TooLarge`].
    #[inline(never)]
    pub fn margin_status(&mut self, book: &MarginBook, context: &MarginContext, marks: Marks) -> Result<MarginStatus> {
        margin::margin_status(book, context, marks, &mut self.0).or_refuse()
    }

    /// Returns the Greeks of an account's positions, market by market.
    ///
    /// # Errors
    /// As [`Self::margin_status`].
    #[inline(never)]
    pub fn greeks(&mut self, book: &MarginBook, context: &MarginContext) -> Result<[GreeksReport; MAX_LISTINGS]> {
        let greeks = margin::greeks(book, context, &mut self.0).or_refuse()?;
        Ok(greeks.each_ref().map(GreeksReport::from))
    }

    /// Looks at an account as a take does.
    ///
    /// # Errors
    /// As [`Self::margin_status`].
    #[inline(never)]
    pub fn failing_book(&mut self, book: &MarginBook, context: &MarginContext) -> Result<Box<FailingBook>> {
        let failing = margin::failing_book(book, context, &mut self.0);
        failing.map(Box::new).or_refuse()
    }

    /// Holds a side of a trade to its margin: see [`permission`]. One that passes the initial check
    /// is not being liquidated any more.
    ///
    /// # Errors
    /// [`OptionsError::InitialMargin`], [`OptionsError::CashNeed`], and as [`Self::margin_status`].
    #[inline(never)]
    fn check_side(
        &mut self,
        (before, after): (&MarginBook, &mut MarginBook),
        terms: &SideTerms,
        context: &MarginContext,
        who: &str,
    ) -> Result<()> {
        let status = self.margin_status(after, context, terms.marks())?;
        let checked = permission::check_side(terms, &status, || {
            margin::margin_status(before, context, Marks::Adverse, &mut self.0)
        });
        accept(after, &status, checked, who)
    }

    /// Refuses an account below its initial margin; one that is not is not being liquidated any
    /// more.
    ///
    /// # Errors
    /// [`OptionsError::InitialMargin`], [`OptionsError::CashNeed`], and as [`Self::margin_status`].
    pub fn check_initial(&mut self, book: &mut MarginBook, context: &MarginContext, who: &str) -> Result<()> {
        let status = self.margin_status(book, context, Marks::Adverse)?;
        accept(book, &status, status.check_initial(), who)
    }
}

/// Refuses with the name of the side, or ends the liquidation of an account that passes the initial
/// check: one that is only relieved goes on being liquidated.
fn accept(
    book: &mut MarginBook,
    status: &MarginStatus,
    checked: std::result::Result<(), MarginError>,
    who: &str,
) -> Result<()> {
    if let Err(refusal) = checked {
        msg!("{}", who);
        return Err(refusal).or_refuse();
    }
    if status.check_initial().is_ok() {
        liquidation::end(book, &[*status]).or_refuse()?;
    }
    Ok(())
}

impl Default for MarginScratch {
    fn default() -> Self {
        Self::new()
    }
}

impl From<&MarginStatus> for MarginStatusReport {
    fn from(status: &MarginStatus) -> Self {
        Self {
            equity: status.equity.0,
            unpaid: status.unpaid.0,
            initial: status.initial.0,
            maintenance: status.maintenance.0,
            target: status.target.0,
            cash: status.cash.0,
            cash_need_initial: status.cash_need.initial.0,
            cash_need_maintenance: status.cash_need.maintenance.0,
            debt: status.debt.0,
        }
    }
}

/// A leg that was traded.
#[derive(Clone, Copy, Debug)]
pub struct LegTrade {
    /// What was traded, and for how much.
    pub fill: LegFill,
    /// By how much open interest changed.
    pub change: i64,
}

/// What was traded together.
#[derive(Clone, Copy, Debug)]
pub struct PackageTrade {
    /// The legs.
    pub legs: Legs<LegTrade>,
    /// What the taker paid to the insurance fund.
    pub fee: u64,
}

/// Books a change of open interest in a series and its expiry; in the house it was booked by
/// [`trade()`].
///
/// # Errors
/// [`OptionsError::TooLarge`].
pub fn book_open_interest(expiry: &mut Expiry, series: &mut Series, change: i64) -> Result<()> {
    let mut book = expiry.book();
    book.change_open_interest(change).or_refuse()?;
    expiry.store(&book);
    series.change_open_interest(change)
}

/// Trades legs of one market, and holds both sides to their initial margin. Returns the legs as
/// they were traded; the caller has to book each in its series and expiry.
///
/// # Errors
/// [`OptionsError`] of the first rule that is broken; the transaction then has to fail.
#[inline(never)]
pub fn trade(
    house: &mut ClearingHouse,
    parties: &mut Parties,
    legs: &Legs<PackageLeg>,
    markets: &mut Markets,
) -> Result<PackageTrade> {
    let market = legs.first().series.market;
    // Whoever trades brings the market they trade on, also where the trade leaves them without a
    // position.
    let spot = markets.spot(market)?;
    let reduces = reductions(parties, legs);
    if reduces != [true; 2] {
        markets.check_open(market)?;
    }
    let [taker_before, maker_before] = [&*parties.taker, &*parties.maker].map(|book| Box::new(*book));
    let fills = price_legs(house, legs)?;
    let of_all = fills.iter().map(|fill| (fill.leg.quantity, fill.premium));
    let listing = house.listing(market)?.settings.params();
    let fee = taker_fee(of_all, spot, listing.taker_fee);
    let before = sum(&[parties.taker, parties.maker, parties.fund]);
    let changes = trade::trade(parties, &fills, fee, listing.min_size, markets.now()).or_refuse()?;
    require!(
        sum(&[parties.taker, parties.maker, parties.fund]) == before,
        OptionsError::NotConserved
    );
    for change in changes.iter() {
        house.change_open_interest(market, *change)?;
    }
    let context = markets.context(house);
    let [of_taker, of_maker] = side_terms(&fills, reduces, &context)?;
    let mut scratch = MarginScratch::new();
    scratch.check_side((&taker_before, parties.taker), &of_taker, &context, "taker")?;
    scratch.check_side((&maker_before, parties.maker), &of_maker, &context, "maker")?;
    let mut changes = changes.iter();
    let legs = fills.try_map(|fill| {
        Ok::<_, Error>(LegTrade {
            fill: *fill,
            change: *changes.next().ok_or(OptionsError::TooLarge)?,
        })
    })?;
    Ok(PackageTrade { legs, fee })
}

/// Returns what each leg costs.
#[inline(never)]
fn price_legs(house: &ClearingHouse, legs: &Legs<PackageLeg>) -> Result<Legs<LegFill>> {
    let lots_per_unit = house.params().lots_per_unit();
    legs.try_map(|leg| {
        let premium = trade::premium(leg.quantity, leg.price, lots_per_unit, leg.taker);
        Ok(LegFill {
            leg: *leg,
            premium: premium.ok_or(OptionsError::TooLarge)?,
        })
    })
}

/// Returns how taker and maker are judged.
#[inline(never)]
fn side_terms(fills: &Legs<LegFill>, reduces: [bool; 2], context: &MarginContext) -> Result<[SideTerms; 2]> {
    let market = context.market(fills.first().leg.series.market).or_refuse()?;
    let judged = fills.try_map(|LegFill { leg, premium, .. }| {
        Ok::<_, Error>(JudgedLeg {
            quantity: leg.quantity,
            fair: margin::fair_value_floor(&leg.series, leg.quantity, context).or_refuse()?,
            premium: *premium,
            taker: leg.taker,
        })
    })?;
    let [taker, maker] = are_near_fair(&judged, market.inputs.bounds.mid, &market.charges);
    let [taker_reduces, maker_reduces] = reduces;
    let side = |is_near_fair, reduces| SideTerms { is_near_fair, reduces };
    Ok([side(taker, taker_reduces), side(maker, maker_reduces)])
}

/// Returns whether a trade brings taker and maker nearer to having nothing of each series.
fn reductions(parties: &Parties, legs: &Legs<PackageLeg>) -> [bool; 2] {
    let is_reduced = |book: &MarginBook, leg: &PackageLeg, side| {
        let held = book.quantity(&leg.series);
        held.is_reduced_by(leg.change(side))
    };
    [
        legs.iter().all(|leg| is_reduced(parties.taker, leg, leg.taker)),
        legs.iter()
            .all(|leg| is_reduced(parties.maker, leg, leg.taker.opposite())),
    ]
}

/// Returns the money that a payout moves: an account's, the fund's, and the expiry's pool. It has
/// to be the same afterwards.
pub fn with_pool(book: &MarginBook, fund: &MarginBook, pool: u64) -> u128 {
    [book.cash, fund.cash, pool].into_iter().map(u128::from).sum()
}

/// Returns all cash of some accounts, to see that none appeared or vanished.
pub fn sum(accounts: &[&MarginBook]) -> u128 {
    let add = |sum: u128, book: &&MarginBook| sum.saturating_add(u128::from(book.cash));
    accounts.iter().fold(0, add)
}
