//! A trade between two margin accounts: a quantity one way, a premium the other.

use super::account::{AccountRefusal, MarginAccount};
use super::series::SeriesTerms;
use ballast_risk_math::scale::{mul_div_ceil, mul_div_floor};
use ballast_risk_math::Lots;

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
    /// The other one.
    pub const fn opposite(self) -> Self {
        match self {
            Self::Buy => Self::Sell,
            Self::Sell => Self::Buy,
        }
    }
}

/// What `quantity` costs at `price`, in base units: rounded up if the taker buys, down if the taker sells, so that a taker never gains by
/// cutting a trade into pieces. `lots_per_unit` is [`super::params::HouseParams::lots_per_unit`].
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
    /// The open interest after it changed by `change`. `None` if it does not fit.
    pub fn changed(self, change: i64) -> Option<Self> {
        self.0.checked_add_signed(change).map(Self)
    }
}

/// Checks a size: a positive whole multiple of the least.
///
/// # Errors
/// [`AccountRefusal::Size`].
pub fn check_size(quantity: Lots, least: Lots) -> Result<(), AccountRefusal> {
    if quantity.0 > 0 && quantity.0.checked_rem(least.0) == Some(0) {
        return Ok(());
    }
    Err(AccountRefusal::Size {
        quantity: quantity.0,
        least: least.0,
    })
}

/// Moves a holding of a series from one account to another. Returns by how much open interest changed.
///
/// # Errors
/// [`AccountRefusal::PositionsFull`], [`AccountRefusal::TooLarge`]; both accounts are then as they were.
pub(super) fn move_position(
    from: &mut MarginAccount,
    to: &mut MarginAccount,
    series: &SeriesTerms,
    quantity: Lots,
) -> Result<i64, AccountRefusal> {
    let back = Lots(quantity.0.checked_neg().ok_or(AccountRefusal::TooLarge)?);
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
        .ok_or(AccountRefusal::TooLarge)
}

/// Sells `quantity` of a series from `seller` to `buyer` for `premium`, long and short netting in both. The caller then has to check the
/// initial margin of both, and to change open interest, of the series, its expiry and its market, by what is returned.
///
/// # Errors
/// The first [`AccountRefusal`]: a size that is no multiple of `least_size`, an expired series, an account in debt or bankrupt, a premium that the
/// buyer has no cash for, a full list of positions. Both accounts are then as they were.
pub fn trade(
    buyer: &mut MarginAccount,
    seller: &mut MarginAccount,
    series: &SeriesTerms,
    quantity: Lots,
    premium: u64,
    least_size: Lots,
    now: i64,
) -> Result<i64, AccountRefusal> {
    check_size(quantity, least_size)?;
    if now >= series.expiry {
        return Err(AccountRefusal::Expired);
    }
    buyer.check_solvent()?;
    seller.check_solvent()?;
    let refused = AccountRefusal::Cash {
        cash: buyer.cash,
        needed: premium,
    };
    let paid = buyer.cash.checked_sub(premium).ok_or(refused)?;
    let received = seller.cash.checked_add(premium).ok_or(AccountRefusal::TooLarge)?;
    let change = move_position(seller, buyer, series, quantity)?;
    buyer.cash = paid;
    seller.cash = received;
    Ok(change)
}
