//! A trade between two margin accounts: a quantity one way, a premium the other.

use super::account::{AccountError, MarginAccount};
use super::series::SeriesTerms;
use ballast_core_types::scale::{mul_div_ceil, mul_div_floor};
use ballast_core_types::Lots;

/// The price of an option on one unit of the underlying, in base units of the quote token.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct UnitPrice(pub u64);

/// Which way somebody trades.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// Pays the premium and gets the option.
    Buy,
    /// Gets the premium and owes the option.
    Sell,
}

impl Side {
    /// Returns the other one.
    pub const fn opposite(self) -> Self {
        match self {
            Self::Buy => Self::Sell,
            Self::Sell => Self::Buy,
        }
    }
}

/// Returns what `quantity` costs at `price`, in base units: rounded up if the taker buys, down if
/// the taker sells, so that a taker never gains by cutting a trade into pieces. `lots_per_unit` is
/// [`super::params::ClearingHouseParams::lots_per_unit`].
///
/// `None` for a quantity below zero or a premium that does not fit.
pub fn premium(quantity: Lots, price: UnitPrice, lots_per_unit: u64, taker: Side) -> Option<u64> {
    let quantity = u64::try_from(quantity.0).ok()?;
    match taker {
        Side::Buy => mul_div_ceil(quantity, price.0, lots_per_unit),
        Side::Sell => mul_div_floor(quantity, price.0, lots_per_unit),
    }
}

/// Open interest: what is held long, which is what is held short. Lots.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct OpenInterest(pub u64);

impl OpenInterest {
    /// Returns the open interest after it changed by `change`. `None` if it does not fit.
    pub fn changed(self, change: i64) -> Option<Self> {
        self.0.checked_add_signed(change).map(Self)
    }
}

/// Checks a size: a positive whole multiple of the least.
///
/// # Errors
/// [`AccountError::Size`].
pub fn check_size(quantity: Lots, least: Lots) -> Result<(), AccountError> {
    if quantity.0 > 0 && quantity.0.checked_rem(least.0) == Some(0) {
        return Ok(());
    }
    Err(AccountError::Size {
        quantity: quantity.0,
        least: least.0,
    })
}

/// Moves a holding of a series from one account to another. Returns by how much open interest
/// changed.
///
/// # Errors
/// [`AccountError::PositionsFull`], [`AccountError::TooLarge`]; both accounts are then as they
/// were.
pub(super) fn move_position(
    from: &mut MarginAccount,
    to: &mut MarginAccount,
    series: &SeriesTerms,
    quantity: Lots,
) -> Result<i64, AccountError> {
    let back = Lots(quantity.0.checked_neg().ok_or(AccountError::TooLarge)?);
    let long = |account: &MarginAccount| account.quantity(series).0.max(0);
    let before = (long(from), long(to));
    to.change(series, quantity)?;
    if let Err(refusal) = from.change(series, back) {
        to.change(series, back)?;
        return Err(refusal);
    }
    // Longs are not negative, so each difference fits.
    let change = |after: i64, before: i64| after.saturating_sub(before);
    change(long(from), before.0)
        .checked_add(change(long(to), before.1))
        .ok_or(AccountError::TooLarge)
}

/// What a buyer gets from a seller, and for how much.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fill<'a> {
    /// The series.
    pub series: &'a SeriesTerms,
    /// How much, lots.
    pub quantity: Lots,
    /// What all of it costs, base units.
    pub premium: u64,
}

/// Moves what is sold from `seller` to `buyer` and the premium the other way, long and short
/// netting in both. The caller then has to check the initial margin of both, and to change open
/// interest, of the series, its expiry and its market, by what is returned.
///
/// # Errors
/// The first [`AccountError`]: a size that is no multiple of `min_size`, an expired series, an
/// account in debt, a premium that the buyer has no cash for, a full list of positions.
/// Both accounts are then as they were.
pub fn trade(
    buyer: &mut MarginAccount,
    seller: &mut MarginAccount,
    fill: Fill,
    min_size: Lots,
    now: i64,
) -> Result<i64, AccountError> {
    let Fill {
        series,
        quantity,
        premium,
    } = fill;
    check_size(quantity, min_size)?;
    if now >= series.expiry {
        return Err(AccountError::Expired);
    }
    buyer.check_solvent()?;
    seller.check_solvent()?;
    let refused = AccountError::Cash {
        cash: buyer.cash,
        needed: premium,
    };
    let paid = buyer.cash.checked_sub(premium).ok_or(refused)?;
    let received = seller.cash.checked_add(premium).ok_or(AccountError::TooLarge)?;
    let change = move_position(seller, buyer, series, quantity)?;
    buyer.cash = paid;
    seller.cash = received;
    Ok(change)
}

/// Moves a part of a position, or all of it, from one account of an owner to another: of the
/// position's sign, any number of lots, and no money. The caller then has to check the initial
/// margin of both, and to change open interest by what is returned: what nets is open no more.
///
/// # Errors
/// [`AccountError::Expired`], [`AccountError::Debt`], [`AccountError::NoPosition`] for more than
/// there is, [`AccountError::PositionsFull`], [`AccountError::TooLarge`]. Both accounts are then as
/// they were.
pub fn transfer(
    from: &mut MarginAccount,
    to: &mut MarginAccount,
    series: &SeriesTerms,
    quantity: Lots,
    now: i64,
) -> Result<i64, AccountError> {
    if now >= series.expiry {
        return Err(AccountError::Expired);
    }
    from.check_solvent()?;
    to.check_solvent()?;
    let back = Lots(quantity.0.checked_neg().ok_or(AccountError::TooLarge)?);
    if !from.quantity(series).is_reduced_by(back) {
        return Err(AccountError::NoPosition);
    }
    move_position(from, to, series, quantity)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::{account, call, EXPIRY};

    #[test]
    fn premiums_are_rounded_against_the_taker() {
        for (quantity, price, taker, expected) in [
            (1_000_000, 1_250, Side::Buy, Some(1_250)),
            (1, 1_250, Side::Buy, Some(1)),
            (1, 1_250, Side::Sell, Some(0)),
            (1_500, 1_001, Side::Buy, Some(2)),
            (1_500, 1_001, Side::Sell, Some(1)),
            (5, 0, Side::Buy, Some(0)),
            (-1, 5, Side::Buy, None),
            (i64::MAX, u64::MAX, Side::Sell, None),
        ] {
            let got = premium(Lots(quantity), UnitPrice(price), 1_000_000, taker);
            assert_eq!(got, expected, "{quantity} at {price}");
        }
        // Cutting a purchase into pieces is never cheaper.
        let whole = premium(Lots(9_999), UnitPrice(777), 1_000_000, Side::Buy).unwrap();
        let piece = premium(Lots(1_111), UnitPrice(777), 1_000_000, Side::Buy).unwrap();
        assert!(9 * piece >= whole);
    }

    #[test]
    fn open_interest_is_what_is_held_long() {
        for (from, to, quantity, change) in [
            (0, 0, 10, 10),
            (10, 0, 10, 0),
            (10, -10, 10, -10),
            (4, 0, 10, 6),
            (4, -3, 10, 3),
            (0, -20, 10, 0),
            (-5, 5, 10, 10),
        ] {
            let series = call(100);
            let mut from_account = account(0, &[(series, from)]);
            let mut to_account = account(0, &[(series, to)]);
            let changed = move_position(&mut from_account, &mut to_account, &series, Lots(quantity));
            assert_eq!(changed, Ok(change), "{from} {to}");
            assert_eq!(from_account.quantity(&series).0, from - quantity);
            assert_eq!(to_account.quantity(&series).0, to + quantity);
        }
        assert_eq!(OpenInterest(5).changed(-6), None);
        assert_eq!(OpenInterest(5).changed(-5), Some(OpenInterest(0)));
    }

    #[test]
    fn an_owner_moves_any_part_of_a_position_and_no_more() {
        let series = call(100);
        for (from, to, quantity, expected) in [
            (10, 0, 10, Ok(0)),
            (10, 0, 3, Ok(0)),
            (-10, 3, -10, Ok(-3)),
            (10, -4, 10, Ok(-4)),
            (10, 0, 11, Err(AccountError::NoPosition)),
            (10, 0, -1, Err(AccountError::NoPosition)),
            (10, 0, 0, Err(AccountError::NoPosition)),
            (0, 5, -5, Err(AccountError::NoPosition)),
        ] {
            let (mut a, mut b) = (account(7, &[(series, from)]), account(9, &[(series, to)]));
            assert_eq!(
                transfer(&mut a, &mut b, &series, Lots(quantity), 0),
                expected,
                "{from} {to} {quantity}"
            );
            let moved = if expected.is_ok() { quantity } else { 0 };
            assert_eq!(
                (a.quantity(&series).0, b.quantity(&series).0),
                (from - moved, to + moved)
            );
            assert_eq!((a.cash, b.cash), (7, 9));
        }
        let (mut a, mut b) = (account(7, &[(series, 1)]), account(9, &[]));
        let late = transfer(&mut a, &mut b, &series, Lots(1), EXPIRY);
        assert_eq!(late, Err(AccountError::Expired));
        b.debt = 1;
        assert_eq!(
            transfer(&mut a, &mut b, &series, Lots(1), 0),
            Err(AccountError::Debt(1))
        );
    }

    #[test]
    fn a_trade_moves_both_or_neither() {
        let series = call(100);
        let many: [(SeriesTerms, i64); 32] = core::array::from_fn(|index| (call(1_000 + index as u32), 1));
        let mut indebted = account(0, &[]);
        indebted.debt = 3;
        let rich = account(1_000, &[]);
        let full = account(1_000, &many);
        let size = |quantity| Err(AccountError::Size { quantity, least: 10 });
        for (buyer, seller, quantity, premium, now, expected) in [
            (rich, rich, 20, 1_000, 0, Ok(20)),
            (
                rich,
                rich,
                20,
                1_001,
                0,
                Err(AccountError::Cash {
                    cash: 1_000,
                    needed: 1_001,
                }),
            ),
            (rich, rich, 15, 1, 0, size(15)),
            (rich, rich, 0, 1, 0, size(0)),
            (rich, rich, -10, 1, 0, size(-10)),
            (rich, rich, 10, 1, EXPIRY, Err(AccountError::Expired)),
            (indebted, rich, 10, 0, 0, Err(AccountError::Debt(3))),
            (rich, indebted, 10, 0, 0, Err(AccountError::Debt(3))),
            (full, rich, 10, 1, 0, Err(AccountError::PositionsFull)),
            (rich, full, 10, 1, 0, Err(AccountError::PositionsFull)),
            (rich, account(u64::MAX, &[]), 10, 1, 0, Err(AccountError::TooLarge)),
        ] {
            let (mut a, mut b) = (buyer, seller);
            let fill = Fill {
                series: &series,
                quantity: Lots(quantity),
                premium,
            };
            let result = trade(&mut a, &mut b, fill, Lots(10), now);
            assert_eq!(result, expected);
            if expected.is_ok() {
                assert_eq!((a.cash, b.cash), (buyer.cash - premium, seller.cash + premium));
                assert_eq!((a.quantity(&series).0, b.quantity(&series).0), (quantity, -quantity));
            } else {
                assert_eq!((a, b), (buyer, seller));
            }
        }
    }
}
