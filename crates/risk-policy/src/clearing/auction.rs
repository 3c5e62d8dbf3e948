//! An owner's offer of a size at a price that moves in a straight line from one bound to another.
//!
//! Nothing is locked: whether the owner can bear a take is checked when it is made, by the margin of the account as it then is.

use super::account::AccountRefusal;
use super::trade::{check_size, Side, UnitPrice};
use ballast_risk_math::scale::mul_div_floor;
use ballast_risk_math::Lots;

/// Longest auction, seconds: a week.
pub const MAX_AUCTION_SECONDS: u32 = 604_800;

/// An offer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Auction {
    /// What its owner does: who sells asks for less as time passes, who buys bids more.
    pub side: Side,
    /// The price it begins with.
    pub start_price: UnitPrice,
    /// The price it ends with: the owner's limit.
    pub end_price: UnitPrice,
    /// When it begins, unix seconds.
    pub begins_at: i64,
    /// How long it lasts, seconds.
    pub seconds: u32,
    /// What is left of it.
    pub left: Lots,
}

/// Why an auction cannot be opened, or taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AuctionRefusal {
    /// Who sells has to begin at or above the end, who buys at or below it.
    Direction,
    /// It lasts no time, or longer than [`MAX_AUCTION_SECONDS`].
    Duration(u32),
    /// It would begin before now.
    InThePast,
    /// It would still last when the series expires.
    AfterExpiry,
    /// It has not begun.
    NotBegun,
    /// It is over.
    Over,
    /// The size is not a positive multiple of the least size.
    Size(AccountRefusal),
    /// Less than that is left.
    Left(Lots),
    /// The price is worse than the taker's limit.
    Limit(UnitPrice),
}

impl Auction {
    /// Checks an auction that is to be opened at `now`.
    ///
    /// # Errors
    /// The first rule that it breaks.
    pub fn check_open(&self, least_size: Lots, series_expiry: i64, now: i64) -> Result<(), AuctionRefusal> {
        check_size(self.left, least_size).map_err(AuctionRefusal::Size)?;
        let ordered = match self.side {
            Side::Sell => self.start_price >= self.end_price,
            Side::Buy => self.start_price <= self.end_price,
        };
        if !ordered {
            return Err(AuctionRefusal::Direction);
        }
        if self.seconds == 0 || self.seconds > MAX_AUCTION_SECONDS {
            return Err(AuctionRefusal::Duration(self.seconds));
        }
        if self.begins_at < now {
            return Err(AuctionRefusal::InThePast);
        }
        if self.ends_at() > series_expiry {
            return Err(AuctionRefusal::AfterExpiry);
        }
        Ok(())
    }

    /// The last moment at which it can be taken, unix seconds.
    pub fn ends_at(&self) -> i64 {
        self.begins_at.saturating_add(i64::from(self.seconds))
    }

    /// The price at `now`: on the line from start to end, rounded up where the taker buys and down where the taker sells.
    ///
    /// # Errors
    /// [`AuctionRefusal::NotBegun`], [`AuctionRefusal::Over`], [`AuctionRefusal::Duration`] for one that was never checked.
    pub fn price(&self, now: i64) -> Result<UnitPrice, AuctionRefusal> {
        let elapsed = u64::try_from(now.saturating_sub(self.begins_at)).map_err(|_| AuctionRefusal::NotBegun)?;
        let seconds = u64::from(self.seconds);
        if elapsed > seconds {
            return Err(AuctionRefusal::Over);
        }
        let (start, end) = (self.start_price.0, self.end_price.0);
        let distance = start.abs_diff(end);
        // The seller's price falls, so what it fell by is rounded down; the buyer's rises, and so is what it rose by.
        let moved = mul_div_floor(distance, elapsed, seconds).ok_or(AuctionRefusal::Duration(self.seconds))?;
        Ok(UnitPrice(if start >= end && self.side == Side::Sell {
            start.saturating_sub(moved)
        } else {
            start.saturating_add(moved)
        }))
    }

    /// Takes `quantity` at `now`, for no worse than the taker's limit. Returns the price.
    ///
    /// # Errors
    /// [`AuctionRefusal`]; nothing is then changed.
    pub fn take(
        &mut self,
        quantity: Lots,
        least_size: Lots,
        limit: UnitPrice,
        now: i64,
    ) -> Result<UnitPrice, AuctionRefusal> {
        let price = self.price(now)?;
        check_size(quantity, least_size).map_err(AuctionRefusal::Size)?;
        let worse = match self.side {
            Side::Sell => price > limit,
            Side::Buy => price < limit,
        };
        if worse {
            return Err(AuctionRefusal::Limit(price));
        }
        let left = self.left.checked_sub(quantity).filter(|left| left.0 >= 0);
        self.left = left.ok_or(AuctionRefusal::Left(self.left))?;
        Ok(price)
    }
}
