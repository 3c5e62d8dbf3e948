//! What several instructions share: the margin status of an account, and a trade between two.

use crate::errors::{OptionsError, Refuse};
use crate::events::MarginStatusReport;
use crate::markets::Markets;
use crate::state::{ClearingHouse, Expiry, Series};
use anchor_lang::prelude::*;
use ballast_core_clearing::account::{MarginAccount as MarginBook, MAX_POSITIONS};
use ballast_core_clearing::liquidation;
use ballast_core_clearing::margin::{
    self, FailingBook, MarginContext, MarginError, MarginStatus, Marks, Workspace, BLANK,
};
use ballast_core_clearing::permission::{self, is_near_fair, SideTerms};
use ballast_core_clearing::series::SeriesTerms;
use ballast_core_clearing::trade::{self, Fill, Side, UnitPrice};
use ballast_core_margin::BookLeg;
use ballast_core_math::scenarios::Leg;
use ballast_core_types::Lots;

/// Most margin accounts of a batch.
pub const MAX_BATCH: usize = 20;

/// Memory that the margin works in, on the heap: it is too much for a stack frame.
pub struct MarginScratch {
    book: Vec<BookLeg>,
    legs: Vec<Leg>,
}

impl MarginScratch {
    /// Room for any account; one is enough for an instruction.
    pub fn new() -> Self {
        Self {
            book: vec![BLANK; MAX_POSITIONS],
            legs: vec![Leg::Linear(Lots::ZERO); MAX_POSITIONS],
        }
    }

    fn work(&mut self) -> Workspace<'_> {
        Workspace {
            book: &mut self.book,
            legs: &mut self.legs,
        }
    }

    /// Computes the margin status of an account.
    ///
    /// # Errors
    /// [`OptionsError::MarketMissing`], [`OptionsError::NotAssessed`], [`OptionsError::TooLarge`].
    #[inline(never)]
    pub fn margin_status(&mut self, book: &MarginBook, context: &MarginContext, marks: Marks) -> Result<MarginStatus> {
        margin::margin_status(book, context, marks, &mut self.work()).or_refuse()
    }

    /// Looks at an account as a take does.
    ///
    /// # Errors
    /// As [`Self::margin_status`].
    #[inline(never)]
    pub fn failing_book(&mut self, book: &MarginBook, context: &MarginContext) -> Result<Box<FailingBook>> {
        let failing = margin::failing_book(book, context, &mut self.work());
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
            margin::margin_status(before, context, Marks::Adverse, &mut self.work())
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

/// What two accounts agree on.
#[derive(Clone, Copy, Debug)]
pub struct TradeTerms {
    /// The series.
    pub terms: SeriesTerms,
    /// How much, positive.
    pub quantity: Lots,
    /// The price.
    pub price: UnitPrice,
    /// What the taker does.
    pub taker: Side,
}

/// The two sides of a trade.
pub struct Counterparties<'a> {
    /// Who takes the quote or the auction; rounding is against it.
    pub taker: &'a mut MarginBook,
    /// Who made it.
    pub maker: &'a mut MarginBook,
}

/// The accounts of a series that a trade changes.
pub struct SeriesAccounts<'a> {
    /// The house.
    pub house: &'a mut ClearingHouse,
    /// The expiry.
    pub expiry: &'a mut Expiry,
    /// The series.
    pub series: &'a mut Series,
}

impl SeriesAccounts<'_> {
    /// Books a change of open interest, in the three places where it is counted.
    ///
    /// # Errors
    /// [`OptionsError::TooLarge`].
    pub fn change_open_interest(&mut self, change: i64) -> Result<()> {
        let mut book = self.expiry.book();
        book.change_open_interest(change).or_refuse()?;
        self.expiry.store(&book);
        self.series.change_open_interest(change)?;
        self.house.change_open_interest(self.series.key.market, change)
    }
}

/// Trades, and holds both sides to their initial margin. Returns the premium.
///
/// # Errors
/// [`OptionsError`] of the first rule that is broken; the transaction then has to fail.
#[inline(never)]
pub fn trade(
    venue: &mut SeriesAccounts,
    counterparties: &mut Counterparties,
    terms: &TradeTerms,
    markets: &mut Markets,
) -> Result<u64> {
    let settings = venue.house.listing(terms.terms.market)?.settings;
    // Whoever trades brings the market they trade on, also where the trade leaves them without a
    // position.
    markets.spot(terms.terms.market)?;
    let reduces = reductions(counterparties, terms)?;
    if reduces != [true; 2] {
        markets.check_open(terms.terms.market)?;
    }
    let [taker_before, maker_before] = [&*counterparties.taker, &*counterparties.maker].map(|book| Box::new(*book));
    let lots_per_unit = venue.house.params().lots_per_unit();
    let premium = trade::premium(terms.quantity, terms.price, lots_per_unit, terms.taker);
    let premium = premium.ok_or(OptionsError::TooLarge)?;
    let before = sum(&[counterparties.taker, counterparties.maker]);
    let (buyer, seller) = match terms.taker {
        Side::Buy => (&mut *counterparties.taker, &mut *counterparties.maker),
        Side::Sell => (&mut *counterparties.maker, &mut *counterparties.taker),
    };
    let (least, now) = (Lots(settings.min_size), markets.now());
    let fill = Fill {
        series: &terms.terms,
        quantity: terms.quantity,
        premium,
    };
    let change = trade::trade(buyer, seller, fill, least, now).or_refuse()?;
    require!(
        sum(&[counterparties.taker, counterparties.maker]) == before,
        OptionsError::NotConserved
    );
    venue.change_open_interest(change)?;
    let context = markets.context(venue.house);
    let [of_taker, of_maker] = side_terms(terms, premium, reduces, &context)?;
    let mut scratch = MarginScratch::new();
    scratch.check_side((&taker_before, counterparties.taker), &of_taker, &context, "taker")?;
    scratch.check_side((&maker_before, counterparties.maker), &of_maker, &context, "maker")?;
    Ok(premium)
}

/// Returns how taker and maker are judged.
#[inline(never)]
fn side_terms(terms: &TradeTerms, premium: u64, reduces: [bool; 2], context: &MarginContext) -> Result<[SideTerms; 2]> {
    let market = context.market(terms.terms.market).or_refuse()?;
    let fair = margin::fair_value_floor(&terms.terms, terms.quantity, context).or_refuse()?;
    let spot = market.inputs.bounds.mid;
    let side = |side, reduces| SideTerms {
        is_near_fair: is_near_fair(side, (terms.quantity, fair), premium, spot, &market.charges),
        reduces,
    };
    let [of_taker, of_maker] = reduces;
    Ok([side(terms.taker, of_taker), side(terms.taker.opposite(), of_maker)])
}

/// Returns whether a trade brings taker and maker nearer to having nothing of the series.
fn reductions(counterparties: &Counterparties, terms: &TradeTerms) -> Result<[bool; 2]> {
    let back = Lots(terms.quantity.0.checked_neg().ok_or(OptionsError::TooLarge)?);
    let (taker, maker) = match terms.taker {
        Side::Buy => (terms.quantity, back),
        Side::Sell => (back, terms.quantity),
    };
    Ok([
        counterparties.taker.quantity(&terms.terms).is_reduced_by(taker),
        counterparties.maker.quantity(&terms.terms).is_reduced_by(maker),
    ])
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
