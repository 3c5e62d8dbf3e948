//! The insurance account takes over what is lost, or what nobody took.

use super::error::LiquidationError;
use super::timing::{takeover_at, under_way};
use crate::account::{AccountError, Claim, MarginAccount, Status, MAX_CLAIMS};
use crate::margin::MarginStatus;
use crate::params::ClearingHouseParams;
use crate::series::SeriesTerms;
use crate::settlement::WINDOW_SECONDS;
use crate::trade::move_position;
use ballast_core_types::{Lots, Value};

/// The insurance account takes the money of an account that has none left, or whose positions
/// nobody took: its cash and its claims. Debt is written off. Its positions follow by
/// [`backstop_position`]; until then nothing else may be done with it.
///
/// # Errors
/// [`LiquidationError::NotBegun`], [`LiquidationError::Healthy`]; [`LiquidationError::TooEarly`]
/// and, with a position within half an hour of its expiry or beyond it,
/// [`LiquidationError::Settling`], while the account is worth anything; [`AccountError::Bankrupt`],
/// [`AccountError::ClaimsFull`]; both accounts are then as they were.
pub fn backstop(
    account: &mut MarginAccount,
    insurance: &mut MarginAccount,
    status: &MarginStatus,
    house: &ClearingHouseParams,
    now: i64,
) -> Result<(), LiquidationError> {
    if account.status == Status::Bankrupt {
        return Err(AccountError::Bankrupt.into());
    }
    let (_, touched_at) = under_way(account, house, now).ok_or(LiquidationError::NotBegun)?;
    if !status.is_liquidatable() {
        return Err(LiquidationError::Healthy);
    }
    let from = takeover_at(touched_at, house);
    if status.equity > Value::ZERO {
        if now < from {
            return Err(LiquidationError::TooEarly { from });
        }
        // What is being settled nobody may take, so that nobody took it says nothing.
        let settling = now.saturating_add(WINDOW_SECONDS);
        if account
            .positions()
            .iter()
            .any(|position| position.series.expiry <= settling)
        {
            return Err(LiquidationError::Settling);
        }
    }
    let cash = insurance.cash.checked_add(account.cash);
    let cash = cash.ok_or(LiquidationError::TooLarge)?;
    move_claims(account, insurance)?;
    insurance.cash = cash;
    account.cash = 0;
    account.debt = 0;
    account.status = Status::Bankrupt;
    release(account);
    // From the last takeover the discount on what the fund has to sell grows anew.
    insurance.status = Status::Liquidation {
        since: now,
        touched_at: now,
    };
    Ok(())
}

/// All of them or none.
fn move_claims(account: &mut MarginAccount, insurance: &mut MarginAccount) -> Result<(), AccountError> {
    let mut room = MAX_CLAIMS.saturating_sub(insurance.claims().len());
    for claim in account.claims() {
        let same = |held: &&Claim| held.market == claim.market && held.expiry == claim.expiry;
        match insurance.claims().iter().find(same) {
            Some(held) => {
                held.amount.checked_add(claim.amount).ok_or(AccountError::TooLarge)?;
            }
            None => room = room.checked_sub(1).ok_or(AccountError::ClaimsFull)?,
        }
    }
    while let Some(claim) = account.claims().first().copied() {
        account.take_claim(claim.market, claim.expiry);
        insurance.add_claim(claim)?;
    }
    Ok(())
}

/// Lets the insurance account take one position of a bankrupt account. Returns by how much open
/// interest changed.
///
/// # Errors
/// [`AccountError::NotBankrupt`], [`AccountError::NoPosition`], [`AccountError::PositionsFull`]:
/// then something of the fund's has to be taken, or to expire, first. Both accounts are then as
/// they were.
pub fn backstop_position(
    account: &mut MarginAccount,
    insurance: &mut MarginAccount,
    series: &SeriesTerms,
) -> Result<i64, AccountError> {
    if account.status != Status::Bankrupt {
        return Err(AccountError::NotBankrupt);
    }
    let held = account.quantity(series);
    if held == Lots::ZERO {
        return Err(AccountError::NoPosition);
    }
    let change = move_position(account, insurance, series, held)?;
    release(account);
    Ok(change)
}

/// A bankrupt account with nothing left in it is its owner's again. To be called after its
/// positions were settled, too.
pub fn release(account: &mut MarginAccount) {
    if account.status == Status::Bankrupt && account.is_empty() {
        account.status = Status::Normal;
    }
}
