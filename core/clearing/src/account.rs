//! A margin account: cash, debt, and every position and claim it has.

mod claims;
mod error;

pub use claims::{Claim, MAX_EXPIRIES};
pub use error::AccountError;

use super::params::MAX_LISTINGS;
use super::series::SeriesTerms;
use ballast_core_margin::Decimal;
use ballast_core_math::black_scholes::Kind;
use ballast_core_types::Lots;
use core::fmt;

/// Most positions of an account.
pub const MAX_POSITIONS: usize = 32;

/// A holding of one series, never zero while it is in an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    /// The series.
    pub series: SeriesTerms,
    /// Signed size: positive is long.
    pub quantity: Lots,
}

impl Position {
    const NONE: Self = Self {
        series: SeriesTerms {
            market: 0,
            kind: Kind::Call,
            strike: Decimal { digits: 0, places: 0 },
            expiry: 0,
        },
        quantity: Lots::ZERO,
    };
}

/// For how long each of a house's markets has been observed, seconds: see
/// [`ListedMarket::observed`](super::margin::ListedMarket).
pub type ObservedSeconds = [u64; MAX_LISTINGS];

/// Where an account stands with the house.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Status {
    /// Its owner disposes of it.
    #[default]
    Normal,
    /// It is being liquidated: see [`super::liquidation`].
    Liquidation {
        /// When it began, unix seconds.
        since: i64,
        /// For how long each market had been observed then, seconds: the discount grows with what
        /// is added to it.
        observed: ObservedSeconds,
    },
}

/// A margin account. Cash is never lent: what has to be paid and is not there is refused, or, at a
/// settlement, becomes debt.
#[derive(Clone, Copy)]
pub struct MarginAccount {
    /// Base units of the quote token.
    pub cash: u64,
    /// Owed to the insurance fund for what it paid in this account's place. While there is debt
    /// there is no cash: every credit repays it first.
    pub debt: u64,
    /// Where it stands.
    pub status: Status,
    positions: [Position; MAX_POSITIONS],
    position_count: usize,
    claims: [Claim; MAX_EXPIRIES],
    claim_count: usize,
}

/// What lies beyond the lists does not count.
impl PartialEq for MarginAccount {
    fn eq(&self, other: &Self) -> bool {
        (self.cash, self.debt, self.status) == (other.cash, other.debt, other.status)
            && self.positions() == other.positions()
            && self.claims() == other.claims()
    }
}

impl Eq for MarginAccount {}

impl fmt::Debug for MarginAccount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MarginAccount")
            .field("cash", &self.cash)
            .field("debt", &self.debt)
            .field("status", &self.status)
            .field("positions", &self.positions())
            .field("claims", &self.claims())
            .finish()
    }
}

impl Default for MarginAccount {
    fn default() -> Self {
        Self::EMPTY
    }
}

impl MarginAccount {
    /// An account with nothing in it.
    pub const EMPTY: Self = Self {
        cash: 0,
        debt: 0,
        status: Status::Normal,
        positions: [Position::NONE; MAX_POSITIONS],
        position_count: 0,
        claims: [Claim {
            market: 0,
            expiry: 0,
            amount: 0,
            is_paid_in_part: false,
        }; MAX_EXPIRIES],
        claim_count: 0,
    };

    /// Returns the positions, in rising order of their series, none of them zero.
    pub fn positions(&self) -> &[Position] {
        self.positions.get(..self.position_count).unwrap_or_default()
    }

    /// Puts back what [`Self::positions`] gave, as a program loads it from its state.
    ///
    /// # Errors
    /// [`AccountError::PositionsFull`] for more than there is room for;
    /// [`AccountError::NoPosition`] for a position of zero, or one that is not in rising order.
    pub fn load_positions(&mut self, positions: impl Iterator<Item = Position>) -> Result<(), AccountError> {
        self.position_count = 0;
        for position in positions {
            let rising = self.positions().last().is_none_or(|last| last.series < position.series);
            if !rising || position.quantity == Lots::ZERO {
                return Err(AccountError::NoPosition);
            }
            let place = self.positions.get_mut(self.position_count);
            *place.ok_or(AccountError::PositionsFull)? = position;
            self.position_count = self.position_count.wrapping_add(1);
        }
        Ok(())
    }

    /// Returns what is held of a series: zero if nothing is.
    pub fn quantity(&self, series: &SeriesTerms) -> Lots {
        match self.find(series) {
            Ok(index) => self
                .positions
                .get(index)
                .map_or(Lots::ZERO, |position| position.quantity),
            Err(_) => Lots::ZERO,
        }
    }

    /// Returns whether it has cash and nothing else, and its owner disposes of it.
    pub fn holds_cash_alone(&self) -> bool {
        self.debt == 0 && self.position_count == 0 && self.claim_count == 0 && self.status == Status::Normal
    }

    /// Moves of each position what `part` says, of its sign and no more than it, to an account that
    /// holds none.
    pub(super) fn split_into(&mut self, other: &mut Self, part: impl Fn(&Position) -> Lots) {
        let (mut kept, mut moved) = (0usize, 0usize);
        for index in 0..self.position_count {
            let Some(position) = self.positions.get(index).copied() else {
                break;
            };
            let quantity = part(&position);
            let left = Lots(position.quantity.0.saturating_sub(quantity.0));
            for (places, count, quantity) in [
                (&mut self.positions, &mut kept, left),
                (&mut other.positions, &mut moved, quantity),
            ] {
                if quantity == Lots::ZERO {
                    continue;
                }
                if let Some(place) = places.get_mut(*count) {
                    *place = Position { quantity, ..position };
                    *count = count.saturating_add(1);
                }
            }
        }
        self.position_count = kept;
        other.position_count = moved;
    }

    /// Returns whether the account is empty, and so may be closed.
    pub fn is_empty(&self) -> bool {
        self.cash == 0 && self.debt == 0 && self.position_count == 0 && self.claim_count == 0
    }

    /// Adds `change` to the holding of a series: long and short net, and what becomes zero leaves
    /// the list.
    ///
    /// # Errors
    /// [`AccountError::PositionsFull`], [`AccountError::ExpiriesFull`], [`AccountError::TooLarge`];
    /// the account is then as it was.
    pub(super) fn change(&mut self, series: &SeriesTerms, change: Lots) -> Result<(), AccountError> {
        match self.find(series) {
            Ok(index) => {
                let held = self.positions.get_mut(index).ok_or(AccountError::NoPosition)?;
                let quantity = held.quantity.checked_add(change).ok_or(AccountError::TooLarge)?;
                if quantity == Lots::ZERO {
                    self.remove(index, 1);
                } else {
                    held.quantity = quantity;
                }
                Ok(())
            }
            Err(_) if change == Lots::ZERO => Ok(()),
            Err(place) => self.insert(place, series, change),
        }
    }

    fn find(&self, series: &SeriesTerms) -> Result<usize, usize> {
        self.positions()
            .binary_search_by(|position| position.series.cmp(series))
    }

    fn insert(&mut self, place: usize, series: &SeriesTerms, quantity: Lots) -> Result<(), AccountError> {
        if self.position_count >= MAX_POSITIONS {
            return Err(AccountError::PositionsFull);
        }
        let held = |position: &Position| position.series.expires_with(series);
        if !self.positions().iter().any(held) && self.expiries() >= MAX_EXPIRIES {
            return Err(AccountError::ExpiriesFull);
        }
        let last = self.position_count;
        let moved = self.positions.get_mut(place..=last).ok_or(AccountError::TooLarge)?;
        moved.rotate_right(1);
        if let Some(first) = moved.first_mut() {
            *first = Position {
                series: *series,
                quantity,
            };
        }
        self.position_count = last.wrapping_add(1);
        Ok(())
    }

    /// Removes `count` positions from `index` on.
    pub(super) fn remove(&mut self, index: usize, count: usize) {
        let end = self.position_count;
        if let Some(rest) = self.positions.get_mut(index..end) {
            let count = count.min(rest.len());
            rest.rotate_left(count);
            self.position_count = end.saturating_sub(count);
        }
    }

    /// Index and number of the positions that expire at one moment on one market.
    pub(super) fn expiring(&self, market: u8, expiry: i64) -> (usize, usize) {
        let belongs = |position: &&Position| position.series.market == market && position.series.expiry == expiry;
        let first = self.positions().iter().position(|position| belongs(&position));
        let first = first.unwrap_or(self.position_count);
        (first, self.positions().iter().filter(belongs).count())
    }

    /// Pays `amount` out of cash.
    ///
    /// # Errors
    /// [`AccountError::Cash`].
    pub(super) fn pay(&mut self, amount: u64) -> Result<(), AccountError> {
        self.cash = self.cash.checked_sub(amount).ok_or(AccountError::Cash {
            cash: self.cash,
            needed: amount,
        })?;
        Ok(())
    }

    /// Gives the account `amount`, the part of it that it owes going to the insurance account.
    /// Returns that part.
    ///
    /// # Errors
    /// [`AccountError::TooLarge`]; both are then as they were.
    pub(super) fn credit(&mut self, insurance: &mut Self, amount: u64) -> Result<u64, AccountError> {
        let repaid = amount.min(self.debt);
        let kept = amount.saturating_sub(repaid);
        let cash = self.cash.checked_add(kept).ok_or(AccountError::TooLarge)?;
        insurance.cash = insurance.cash.checked_add(repaid).ok_or(AccountError::TooLarge)?;
        self.debt = self.debt.saturating_sub(repaid);
        self.cash = cash;
        Ok(repaid)
    }

    /// Books tokens that have arrived. Returns the part that repaid debt to the insurance account.
    ///
    /// # Errors
    /// [`AccountError::Nothing`], [`AccountError::TooLarge`]; both are then as they were.
    pub fn deposit(&mut self, insurance: &mut Self, amount: u64) -> Result<u64, AccountError> {
        check_amount(amount)?;
        self.credit(insurance, amount)
    }

    /// Books tokens that arrive in the insurance account itself, from anyone: they are the fund's.
    ///
    /// # Errors
    /// [`AccountError::Nothing`], [`AccountError::TooLarge`].
    pub fn donate(&mut self, amount: u64) -> Result<(), AccountError> {
        check_amount(amount)?;
        self.cash = self.cash.checked_add(amount).ok_or(AccountError::TooLarge)?;
        Ok(())
    }

    /// Books tokens that leave. The caller then has to check the margin with prudent marks.
    ///
    /// # Errors
    /// [`AccountError::Nothing`], [`AccountError::Debt`], [`AccountError::Cash`].
    pub fn withdraw(&mut self, amount: u64) -> Result<(), AccountError> {
        check_amount(amount)?;
        self.check_solvent()?;
        self.pay(amount)
    }

    /// Checks whether its owner may trade: not in debt.
    ///
    /// # Errors
    /// [`AccountError::Debt`].
    pub fn check_solvent(&self) -> Result<(), AccountError> {
        if self.debt > 0 {
            return Err(AccountError::Debt(self.debt));
        }
        Ok(())
    }
}

fn check_amount(amount: u64) -> Result<(), AccountError> {
    if amount == 0 {
        return Err(AccountError::Nothing);
    }
    Ok(())
}

#[cfg(test)]
mod tests;
