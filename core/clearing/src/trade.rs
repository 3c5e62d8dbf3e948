//! A trade between two margin accounts: of one to four series at once, quantities one way or the
//! other, and the net of the premiums.

use super::account::{AccountError, MarginAccount};
use super::legs::Legs;
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

    /// Returns its byte: 1 buy, 2 sell.
    pub const fn byte(self) -> u8 {
        match self {
            Self::Buy => 1,
            Self::Sell => 2,
        }
    }

    /// Returns the side of a byte, if it is one.
    pub const fn from_byte(byte: u8) -> Option<Self> {
        match byte {
            1 => Some(Self::Buy),
            2 => Some(Self::Sell),
            _ => None,
        }
    }
}

/// What is traded of one series.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PackageLeg {
    /// The series.
    pub series: SeriesTerms,
    /// How much, positive.
    pub quantity: Lots,
    /// The price.
    pub price: UnitPrice,
    /// What the taker does.
    pub taker: Side,
}

impl PackageLeg {
    /// Returns by how much the position of who does `side` changes, signed.
    pub const fn change(&self, side: Side) -> Lots {
        match side {
            Side::Buy => self.quantity,
            Side::Sell => Lots(self.quantity.0.saturating_neg()),
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

/// A leg of a trade with what it costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LegFill {
    /// What is traded.
    pub leg: PackageLeg,
    /// What all of it costs, base units.
    pub premium: u64,
    /// What the taker pays to the insurance fund for it, base units.
    pub fee: u64,
}

/// The accounts of a trade.
pub struct Parties<'a> {
    /// Who takes a quote or an auction, and pays the fee.
    pub taker: &'a mut MarginAccount,
    /// Who made it.
    pub maker: &'a mut MarginAccount,
    /// The insurance fund, which gets the fee.
    pub fund: &'a mut MarginAccount,
}

/// Moves what is traded from seller to buyer, the net of the premiums the other way, and the fee to
/// the fund; long and short net in both. All legs or none. The caller then has to check the initial
/// margin of both, and to change open interest, of each leg's series and expiry and of the market,
/// by what is returned.
///
/// # Errors
/// The first [`AccountError`]: a size that is no multiple of `min_size`, an expired series, an
/// account in debt, a net premium that there is no cash for, a full list of positions.
/// All accounts are then as they were.
pub fn trade(parties: &mut Parties, legs: &Legs<LegFill>, min_size: Lots, now: i64) -> Result<Legs<i64>, AccountError> {
    for LegFill { leg, .. } in legs.iter() {
        check_size(leg.quantity, min_size)?;
        if now >= leg.series.expiry {
            return Err(AccountError::Expired);
        }
    }
    let Parties { taker, maker, fund } = parties;
    taker.check_solvent()?;
    maker.check_solvent()?;
    let [bought, sold] = [Side::Buy, Side::Sell].map(|side| {
        let mut of_side = legs.iter().filter(|fill| fill.leg.taker == side);
        of_side.try_fold(0u64, |sum, fill| sum.checked_add(fill.premium))
    });
    let fee = legs.iter().try_fold(0u64, |sum, fill| sum.checked_add(fill.fee));
    let too_large = AccountError::TooLarge;
    let (bought, sold, fee) = (bought.ok_or(too_large)?, sold.ok_or(too_large)?, fee.ok_or(too_large)?);
    let taker_cash = after(taker.cash, sold, bought.checked_add(fee).ok_or(too_large)?)?;
    let maker_cash = after(maker.cash, bought, sold)?;
    let fund_cash = fund.cash.checked_add(fee).ok_or(too_large)?;
    let changes = move_legs(taker, maker, legs)?;
    (taker.cash, maker.cash, fund.cash) = (taker_cash, maker_cash, fund_cash);
    Ok(changes)
}

/// Returns what is left of `cash` after both.
fn after(cash: u64, received: u64, paid: u64) -> Result<u64, AccountError> {
    let with = cash.checked_add(received).ok_or(AccountError::TooLarge)?;
    with.checked_sub(paid).ok_or(AccountError::Cash {
        cash: with,
        needed: paid,
    })
}

/// Moves the legs one after the other; where one cannot be moved, those before it back again.
fn move_legs(
    taker: &mut MarginAccount,
    maker: &mut MarginAccount,
    legs: &Legs<LegFill>,
) -> Result<Legs<i64>, AccountError> {
    let mut move_one = |leg: &PackageLeg, side: Side| {
        let (from, to) = match side {
            Side::Buy => (&mut *maker, &mut *taker),
            Side::Sell => (&mut *taker, &mut *maker),
        };
        move_position(from, to, &leg.series, leg.quantity)
    };
    let mut moved = 0usize;
    let changes = legs.try_map(|fill| {
        let change = move_one(&fill.leg, fill.leg.taker)?;
        moved = moved.saturating_add(1);
        Ok(change)
    });
    if changes.is_err() {
        for fill in legs.iter().take(moved).rev() {
            move_one(&fill.leg, fill.leg.taker.opposite())?;
        }
    }
    changes
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
    use crate::fixtures::{account, call, put, EXPIRY};

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

    fn leg(series: SeriesTerms, quantity: i64, taker: Side, premium: u64) -> LegFill {
        LegFill {
            leg: PackageLeg {
                series,
                quantity: Lots(quantity),
                price: UnitPrice(0),
                taker,
            },
            premium,
            fee: 2,
        }
    }

    /// Trades between copies, and returns them with what came of it.
    fn traded(
        (taker, maker): (MarginAccount, MarginAccount),
        legs: &[LegFill],
        now: i64,
    ) -> (Result<Legs<i64>, AccountError>, [MarginAccount; 3]) {
        let (mut taker, mut maker, mut fund) = (taker, maker, account(50, &[]));
        let mut parties = Parties {
            taker: &mut taker,
            maker: &mut maker,
            fund: &mut fund,
        };
        let result = trade(&mut parties, &Legs::new(legs).unwrap(), Lots(10), now);
        (result, [taker, maker, fund])
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
        let cash = |cash, needed| Err(AccountError::Cash { cash, needed });
        for (taker, maker, quantity, premium, now, expected) in [
            (rich, rich, 20, 998, 0, Ok(20)),
            (rich, rich, 20, 999, 0, cash(1_000, 1_001)),
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
            for side in [Side::Buy, Side::Sell] {
                if side == Side::Sell && expected.is_ok() {
                    continue;
                }
                let (result, [a, b, fund]) = traded((taker, maker), &[leg(series, quantity, Side::Buy, premium)], now);
                assert_eq!(result, expected.map(Legs::single));
                if expected.is_ok() {
                    assert_eq!((a.cash, b.cash), (taker.cash - premium - 2, maker.cash + premium));
                    assert_eq!(fund.cash, 52);
                    assert_eq!((a.quantity(&series).0, b.quantity(&series).0), (quantity, -quantity));
                } else {
                    assert_eq!((a, b, fund), (taker, maker, account(50, &[])));
                }
            }
        }
        // Who sells pays the fee too, out of the premium at the latest.
        let (poor, maker) = (account(0, &[]), account(1_000, &[]));
        let (sold, [a, b, fund]) = traded((poor, maker), &[leg(series, 10, Side::Sell, 2)], 0);
        assert_eq!(sold, Ok(Legs::single(10)));
        assert_eq!((a.cash, b.cash, fund.cash), (0, 998, 52));
        let (refused, _) = traded((poor, maker), &[leg(series, 10, Side::Sell, 1)], 0);
        assert_eq!(refused, Err(AccountError::Cash { cash: 1, needed: 2 }));
    }

    #[test]
    fn legs_are_traded_together_by_the_net_of_their_premiums() {
        let (taker, maker) = (account(62, &[(call(100), 20)]), account(2, &[]));
        let legs = [
            leg(call(100), 20, Side::Sell, 500),
            leg(call(110), 20, Side::Buy, 400),
            leg(put(90), 10, Side::Buy, 106),
        ];
        let (result, [a, b, fund]) = traded((taker, maker), &legs, 0);
        assert_eq!(*result.unwrap(), [0, 20, 10]);
        assert_eq!((a.cash, b.cash, fund.cash), (50, 8, 56));
        let held = [call(100), call(110), put(90)].map(|series| (a.quantity(&series).0, b.quantity(&series).0));
        assert_eq!(held, [(0, 20), (20, -20), (10, -10)]);
    }

    #[test]
    fn a_leg_that_cannot_be_moved_brings_the_others_back() {
        let many: [(SeriesTerms, i64); 32] = core::array::from_fn(|index| (call(1_000 + index as u32), 10));
        let (taker, maker) = (account(1_000, &many), account(1_000, &[(put(90), 5)]));
        let legs = [
            leg(call(1_000), 10, Side::Sell, 7),
            leg(call(1_001), 20, Side::Sell, 7),
            leg(call(100), 10, Side::Buy, 7),
            leg(put(90), 10, Side::Buy, 7),
        ];
        let (result, accounts) = traded((taker, maker), &legs, 0);
        // The first leg makes room for the third, and nothing for the fourth.
        assert_eq!(result, Err(AccountError::PositionsFull));
        assert_eq!(accounts, [taker, maker, account(50, &[])]);
        let (result, _) = traded((taker, maker), &legs[..3], 0);
        assert_eq!(*result.unwrap(), [0, 10, 10]);
    }
}
