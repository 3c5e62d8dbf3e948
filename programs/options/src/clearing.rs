//! What several instructions share: the standing of an account, and a trade between two.

use crate::errors::{OptionsError, Refuse};
use crate::events::StandingReport;
use crate::markets::Markets;
use crate::state::{Expiry, House, Series};
use anchor_lang::prelude::*;
use ballast_core_clearing::account::{MarginAccount as Books, MAX_POSITIONS};
use ballast_core_clearing::liquidation;
use ballast_core_clearing::margin::{self, MarginContext, Marks, Standing, Workspace, BLANK};
use ballast_core_clearing::series::SeriesTerms;
use ballast_core_clearing::trade::{self, Fill, Side, UnitPrice};
use ballast_core_margin::BookLeg;
use ballast_core_math::scenarios::Leg;
use ballast_core_types::Lots;

/// Most margin accounts of a batch.
pub const MAX_BATCH: usize = 20;

/// Memory that the margin works in, on the heap: it is too much for a stack frame.
pub struct Room {
    book: Vec<BookLeg>,
    legs: Vec<Leg>,
}

impl Room {
    /// Room for any account; one is enough for an instruction.
    pub fn new() -> Self {
        Self {
            book: vec![BLANK; MAX_POSITIONS],
            legs: vec![Leg::Linear(Lots::ZERO); MAX_POSITIONS],
        }
    }

    /// Where an account stands.
    ///
    /// # Errors
    /// [`OptionsError::MarketMissing`], [`OptionsError::NotAssessed`], [`OptionsError::TooLarge`].
    #[inline(never)]
    pub fn standing(&mut self, books: &Books, context: &MarginContext, marks: Marks) -> Result<Standing> {
        let mut work = Workspace {
            book: &mut self.book,
            legs: &mut self.legs,
        };
        margin::standing(books, context, marks, &mut work).or_refuse()
    }

    /// Refuses an account below its initial margin; one that is not is not being liquidated any more.
    ///
    /// # Errors
    /// [`OptionsError::InitialMargin`], [`OptionsError::CashNeed`], and as [`Self::standing`].
    pub fn check_initial(&mut self, books: &mut Books, context: &MarginContext, who: &str) -> Result<()> {
        let standing = self.standing(books, context, Marks::Adverse)?;
        if let Err(refusal) = standing.check_initial() {
            msg!("{}", who);
            return Err(refusal).or_refuse();
        }
        liquidation::end(books, &standing).or_refuse()
    }
}

impl Default for Room {
    fn default() -> Self {
        Self::new()
    }
}

impl From<&Standing> for StandingReport {
    fn from(standing: &Standing) -> Self {
        Self {
            equity: standing.equity.0,
            initial: standing.initial.0,
            maintenance: standing.maintenance.0,
            cash: standing.cash.0,
            cash_need_initial: standing.cash_need.initial.0,
            cash_need_maintenance: standing.cash_need.maintenance.0,
            debt: standing.debt.0,
        }
    }
}

/// What two accounts agree on.
#[derive(Clone, Copy, Debug)]
pub struct Deal {
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
pub struct Sides<'a> {
    /// Who takes the quote or the auction; rounding is against it.
    pub taker: &'a mut Books,
    /// Who made it.
    pub maker: &'a mut Books,
}

/// The accounts of a series that a trade changes.
pub struct Venue<'a> {
    /// The house.
    pub house: &'a mut House,
    /// The expiry.
    pub expiry: &'a mut Expiry,
    /// The series.
    pub series: &'a mut Series,
}

impl Venue<'_> {
    /// Books a change of open interest, in the three places where it is counted.
    ///
    /// # Errors
    /// [`OptionsError::TooLarge`].
    pub fn change_open_interest(&mut self, change: i64) -> Result<()> {
        let mut book = self.expiry.book();
        book.change_open_interest(change).or_refuse()?;
        self.expiry.keep(&book);
        self.series.change_open_interest(change)?;
        self.house.change_open_interest(self.series.key.market, change)
    }
}

/// Trades, and holds both sides to their initial margin. Returns the premium.
///
/// # Errors
/// [`OptionsError`] of the first rule that is broken; the transaction then has to fail.
#[inline(never)]
pub fn trade(venue: &mut Venue, sides: &mut Sides, deal: &Deal, markets: &mut Markets, clock: &Clock) -> Result<u64> {
    let settings = venue.house.listing(deal.terms.market)?.settings;
    // Whoever trades brings the market he trades on, also where the trade leaves him without a position.
    markets.spot(deal.terms.market)?;
    if !reduces_both(sides, deal)? {
        markets.check_open()?;
    }
    let lots_per_unit = venue.house.params().lots_per_unit();
    let premium = trade::premium(deal.quantity, deal.price, lots_per_unit, deal.taker);
    let premium = premium.ok_or(OptionsError::TooLarge)?;
    let before = sum(&[sides.taker, sides.maker]);
    let (buyer, seller) = match deal.taker {
        Side::Buy => (&mut *sides.taker, &mut *sides.maker),
        Side::Sell => (&mut *sides.maker, &mut *sides.taker),
    };
    let (least, now) = (Lots(settings.least_size), clock.unix_timestamp);
    let fill = Fill {
        series: &deal.terms,
        quantity: deal.quantity,
        premium,
    };
    let change = trade::trade(buyer, seller, fill, least, now).or_refuse()?;
    require!(sum(&[sides.taker, sides.maker]) == before, OptionsError::NotConserved);
    venue.change_open_interest(change)?;
    let context = markets.context(venue.house, now);
    let mut room = Room::new();
    room.check_initial(sides.taker, &context, "taker")?;
    room.check_initial(sides.maker, &context, "maker")?;
    Ok(premium)
}

/// Whether a trade brings both sides nearer to having nothing of the series.
fn reduces_both(sides: &Sides, deal: &Deal) -> Result<bool> {
    let back = Lots(deal.quantity.0.checked_neg().ok_or(OptionsError::TooLarge)?);
    let (taker, maker) = match deal.taker {
        Side::Buy => (deal.quantity, back),
        Side::Sell => (back, deal.quantity),
    };
    Ok(
        sides.taker.quantity(&deal.terms).is_reduced_by(taker)
            && sides.maker.quantity(&deal.terms).is_reduced_by(maker),
    )
}

/// The money that a payout moves: an account's, the fund's where it is another, and the expiry's pool. It has to be the same afterwards.
pub fn with_pool(books: &Books, fund: Option<&Books>, pool: u64) -> u128 {
    let fund = fund.map_or(0, |fund| fund.cash);
    [books.cash, fund, pool].into_iter().map(u128::from).sum()
}

/// All cash of some accounts, to see that none appeared or vanished.
pub fn sum(accounts: &[&Books]) -> u128 {
    let add = |sum: u128, books: &&Books| sum.saturating_add(u128::from(books.cash));
    accounts.iter().fold(0, add)
}
