//! Liquidation by share: anyone takes a part of everything a failing account holds on live markets,
//! for a discount that grows with time.
//!
//! 1. **Begin.** Below maintenance, or in debt, at the last price *and* at the average of the last
//!    half a minute, anyone may begin it: the moment is written down. One print does not suffice.
//! 2. **Take.** A liquidator brings an account that holds cash alone and gets a [`Share`] f of
//!    every position on a live market, at its fair value less f·d ([`price_take`]). No more than
//!    suffices: f* is the least share after which equity and cash are what the liquidation aims at.
//!    Afterwards the liquidator's account has to pass the initial check.
//! 3. **End.** When the target is reached, at both prices, anyone may end it, and every action of
//!    the owner that passes the initial check does. It lapses [`LIQUIDATION_SECONDS`] after it
//!    began, and has to begin anew with no discount: one that was forgotten does not lie in wait.
//!
//! There is no takeover: what nobody takes stays where it is, and settles.
//!
//! **Time** is that in which all markets from which something is taken were observed: a silence, in
//! which nobody could have taken anything, makes nothing cheaper.
//!
//! **Why a share of everything.** With E the equity, R its target, δ the fair value of what is
//! taken less what it counts for in E: a share f leaves E + f·(δ − d) and (1 − f)·R. So E over R
//! does not fall if d ≤ δ + E; E reaches R at f = (R − E)/(R + δ − d); and as many tokens as f of
//! the positions are worth change hands, so that no more cash is lacking than before. One
//! valuation serves: what remains needs (1 − f) of it, and what is taken f. Nobody picks legs.
//!
//! **Below zero** the share is free, and whoever takes it is paid: first from a share of the
//! account's cash, then by the insurance fund, from nothing to what the book lacks and its spread
//! charge on top, over [`BELOW_ZERO_SECONDS`]. What the fund pays is the account's debt.

mod error;
mod fund;
mod share;
mod take;

pub use error::LiquidationError;
pub use fund::FundDay;
pub use share::{Share, LEAST_SHARE};
pub use take::{apply_take, price_take, Fund, Take, DUST_UNITS};

use super::account::{MarginAccount, Status};
use super::margin::{MarginContext, MarginStatus};
use super::params::LIQUIDATION_SECONDS;

/// The discount grows from nothing to the whole equity in so many seconds.
pub const DISCOUNT_SECONDS: i64 = 900;
/// Below zero, what the fund adds grows to its most in so many seconds.
pub const BELOW_ZERO_SECONDS: i64 = 1_800;

/// Begins a liquidation of an account that fails in each of these statuses: at the last price, and
/// at the average of late.
///
/// # Errors
/// [`LiquidationError::Healthy`], [`LiquidationError::AlreadyBegun`].
pub fn begin(
    account: &mut MarginAccount,
    statuses: &[MarginStatus],
    context: &MarginContext,
) -> Result<(), LiquidationError> {
    if !statuses.iter().all(MarginStatus::is_liquidatable) {
        return Err(LiquidationError::Healthy);
    }
    if began_at(account, context.now).is_some() {
        return Err(LiquidationError::AlreadyBegun);
    }
    account.status = Status::Liquidation {
        since: context.now,
        observed: context.observed(),
    };
    Ok(())
}

/// Ends a liquidation whose target has been reached in each of these statuses. Whoever has checked
/// that an account passes its initial margin may call it: it does nothing to an account that is not
/// being liquidated.
///
/// # Errors
/// [`LiquidationError::NotRestored`].
pub fn end(account: &mut MarginAccount, statuses: &[MarginStatus]) -> Result<(), LiquidationError> {
    if !statuses.iter().all(MarginStatus::is_restored) {
        return Err(LiquidationError::NotRestored);
    }
    account.status = Status::Normal;
    Ok(())
}

/// Returns when a liquidation began that has not lapsed.
pub fn began_at(account: &MarginAccount, now: i64) -> Option<i64> {
    match account.status {
        Status::Liquidation { since, .. } if now < since.saturating_add(LIQUIDATION_SECONDS) => Some(since),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
