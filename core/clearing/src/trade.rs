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

/// Moves what is traded from seller to buyer, the net of the premiums the other way, and the fee of
/// the taker to the fund; long and short net in both. All legs or none. The caller then has to
/// check the initial margin of both, and to change open interest, of each leg's series and expiry
/// and of the market, by what is returned.
///
/// # Errors
/// The first [`AccountError`]: a size that is no multiple of `min_size`, an expired series, an
/// account in debt, a net premium that there is no cash for, no room for a position or an expiry.
/// All accounts are then as they were.
pub fn trade(
    parties: &mut Parties,
    legs: &Legs<LegFill>,
    fee: u64,
    min_size: Lots,
    now: i64,
) -> Result<Legs<i64>, AccountError> {
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
    let too_large = AccountError::TooLarge;
    let (bought, sold) = (bought.ok_or(too_large)?, sold.ok_or(too_large)?);
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
/// there is, [`AccountError::PositionsFull`], [`AccountError::ExpiriesFull`],
/// [`AccountError::TooLarge`]. Both accounts are then as they were.
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
mod tests;
