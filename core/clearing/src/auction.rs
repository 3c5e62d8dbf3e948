//! An owner's offer of a size at a price that moves in a straight line from one bound to another.
//!
//! Nothing is locked: whether the owner can bear a take is checked when it is made, by the margin
//! of the account as it then is.

use super::account::AccountError;
use super::trade::{check_size, Side, UnitPrice};
use ballast_core_types::scale::mul_div_floor;
use ballast_core_types::Lots;

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
pub enum AuctionError {
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
    Size(AccountError),
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
    pub fn check_open(&self, min_size: Lots, series_expiry: i64, now: i64) -> Result<(), AuctionError> {
        check_size(self.left, min_size).map_err(AuctionError::Size)?;
        let ordered = match self.side {
            Side::Sell => self.start_price >= self.end_price,
            Side::Buy => self.start_price <= self.end_price,
        };
        if !ordered {
            return Err(AuctionError::Direction);
        }
        if self.seconds == 0 || self.seconds > MAX_AUCTION_SECONDS {
            return Err(AuctionError::Duration(self.seconds));
        }
        if self.begins_at < now {
            return Err(AuctionError::InThePast);
        }
        if self.ends_at() > series_expiry {
            return Err(AuctionError::AfterExpiry);
        }
        Ok(())
    }

    /// Returns the last moment at which it can be taken, unix seconds.
    pub fn ends_at(&self) -> i64 {
        self.begins_at.saturating_add(i64::from(self.seconds))
    }

    /// Returns the price at `now`: on the line from start to end, rounded up where the taker buys
    /// and down where the taker sells.
    ///
    /// # Errors
    /// [`AuctionError::NotBegun`], [`AuctionError::Over`], [`AuctionError::Duration`] for one that
    /// was never checked.
    pub fn price(&self, now: i64) -> Result<UnitPrice, AuctionError> {
        let elapsed = u64::try_from(now.saturating_sub(self.begins_at)).map_err(|_| AuctionError::NotBegun)?;
        let seconds = u64::from(self.seconds);
        if elapsed > seconds {
            return Err(AuctionError::Over);
        }
        let (start, end) = (self.start_price.0, self.end_price.0);
        let distance = start.abs_diff(end);
        // The seller's price falls, so what it fell by is rounded down; the buyer's rises, and so
        // is what it rose by.
        let moved = mul_div_floor(distance, elapsed, seconds).ok_or(AuctionError::Duration(self.seconds))?;
        Ok(UnitPrice(if start >= end && self.side == Side::Sell {
            start.saturating_sub(moved)
        } else {
            start.saturating_add(moved)
        }))
    }

    /// Takes `quantity` at `now`, for no worse than the taker's limit. Returns the price.
    ///
    /// # Errors
    /// [`AuctionError`]; nothing is then changed.
    pub fn take(
        &mut self,
        quantity: Lots,
        min_size: Lots,
        limit: UnitPrice,
        now: i64,
    ) -> Result<UnitPrice, AuctionError> {
        let price = self.price(now)?;
        check_size(quantity, min_size).map_err(AuctionError::Size)?;
        let worse = match self.side {
            Side::Sell => price > limit,
            Side::Buy => price < limit,
        };
        if worse {
            return Err(AuctionError::Limit(price));
        }
        let left = self.left.checked_sub(quantity).filter(|left| left.0 >= 0);
        self.left = left.ok_or(AuctionError::Left(self.left))?;
        Ok(price)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::EXPIRY;

    const SALE: Auction = Auction {
        side: Side::Sell,
        start_price: UnitPrice(1_000),
        end_price: UnitPrice(300),
        begins_at: 100,
        seconds: 60,
        left: Lots(50),
    };
    const PURCHASE: Auction = Auction {
        side: Side::Buy,
        start_price: UnitPrice(300),
        end_price: UnitPrice(1_000),
        ..SALE
    };

    #[test]
    fn prices_lie_on_the_line_and_are_rounded_against_the_taker() {
        for (auction, now, expected) in [
            (SALE, 99, Err(AuctionError::NotBegun)),
            (SALE, 100, Ok(1_000)),
            // 700/60 a second: 988.33…
            (SALE, 101, Ok(989)),
            (SALE, 160, Ok(300)),
            (SALE, 161, Err(AuctionError::Over)),
            (PURCHASE, 100, Ok(300)),
            (PURCHASE, 101, Ok(311)),
            (PURCHASE, 160, Ok(1_000)),
            (PURCHASE, 161, Err(AuctionError::Over)),
            (SALE, i64::MIN, Err(AuctionError::NotBegun)),
            (SALE, i64::MAX, Err(AuctionError::Over)),
        ] {
            assert_eq!(auction.price(now), expected.map(UnitPrice), "{now}");
        }
        let flat = Auction {
            end_price: UnitPrice(1_000),
            ..SALE
        };
        assert_eq!(flat.price(130), Ok(UnitPrice(1_000)));
    }

    #[test]
    fn an_auction_has_a_direction_an_end_and_no_dust() {
        let open = |auction: Auction| auction.check_open(Lots(10), EXPIRY, 100);
        assert_eq!((open(SALE), open(PURCHASE)), (Ok(()), Ok(())));
        let size = |quantity| AuctionError::Size(AccountError::Size { quantity, least: 10 });
        for (auction, expected) in [
            (
                Auction {
                    side: Side::Buy,
                    ..SALE
                },
                AuctionError::Direction,
            ),
            (
                Auction {
                    side: Side::Sell,
                    ..PURCHASE
                },
                AuctionError::Direction,
            ),
            (Auction { seconds: 0, ..SALE }, AuctionError::Duration(0)),
            (
                Auction {
                    seconds: 604_801,
                    ..SALE
                },
                AuctionError::Duration(604_801),
            ),
            (Auction { begins_at: 99, ..SALE }, AuctionError::InThePast),
            (
                Auction {
                    begins_at: EXPIRY - 59,
                    ..SALE
                },
                AuctionError::AfterExpiry,
            ),
            (Auction { left: Lots(0), ..SALE }, size(0)),
            (
                Auction {
                    left: Lots(-10),
                    ..SALE
                },
                size(-10),
            ),
            (Auction { left: Lots(55), ..SALE }, size(55)),
        ] {
            assert_eq!(open(auction), Err(expected));
        }
        assert_eq!(
            open(Auction {
                begins_at: EXPIRY - 60,
                ..SALE
            }),
            Ok(())
        );
        assert!(Auction { seconds: 0, ..SALE }.price(100).is_err());
    }

    #[test]
    fn takes_are_partial_and_within_the_takers_limit() {
        let mut sale = SALE;
        for (quantity, limit, now, expected) in [
            (20, 989, 101, Ok(UnitPrice(989))),
            (20, 988, 101, Err(AuctionError::Limit(UnitPrice(989)))),
            (40, 1_000, 101, Err(AuctionError::Left(Lots(30)))),
            (30, 300, 160, Ok(UnitPrice(300))),
            (10, 300, 160, Err(AuctionError::Left(Lots(0)))),
        ] {
            let before = sale;
            let taken = sale.take(Lots(quantity), Lots(10), UnitPrice(limit), now);
            assert_eq!(taken, expected);
            let left = before.left.0 - if expected.is_ok() { quantity } else { 0 };
            assert_eq!(sale.left.0, left);
        }
        let mut purchase = PURCHASE;
        let too_low = purchase.take(Lots(10), Lots(10), UnitPrice(312), 101);
        assert_eq!(too_low, Err(AuctionError::Limit(UnitPrice(311))));
        assert!(purchase.take(Lots(15), Lots(10), UnitPrice(0), 101).is_err());
        assert_eq!(
            purchase.take(Lots(10), Lots(10), UnitPrice(311), 101),
            Ok(UnitPrice(311))
        );
    }
}
