//! A trader's position at the reference venue.

use super::funding;
use super::layout::{market, trader, Account};
use crate::{MarketPins, PositionAccounts, VenueError};
use ballast_core_types::{Lots, Position, Price, Ratio, TradingTerms, Value};

/// See [`Venue::position`](crate::Venue::position).
#[inline(never)]
pub(super) fn position(accounts: &PositionAccounts, mid: Price, now: i64) -> Result<Position, VenueError> {
    let venue = Account::market(accounts.market)?;
    let account = Account::trader(accounts.trader)?;
    let lots = Lots(account.i64(trader::LOTS_AT)?);
    Ok(Position {
        collateral: account.u64(trader::COLLATERAL_AT)?,
        queued_withdrawal: account.u64(trader::QUEUED_WITHDRAWAL_AT)?,
        queued_ready_at: account.i64(trader::QUEUED_READY_AT)?,
        lots,
        entry_cost: Value(account.i64(trader::ENTRY_COST_AT)?),
        accrued_funding: accrued_funding(&venue, &account, lots, mid, now)?,
        in_flight: Lots(account.i64(trader::PENDING_LOTS_AT)?),
        in_flight_since_slot: account.u64(trader::PENDING_SLOT_AT)?,
        is_operational: is_operational(&venue, &account)?,
    })
}

/// Returns whether both accounts are of a known version, and the venue trades and has a price of
/// its own.
fn is_operational(venue: &Account, account: &Account) -> Result<bool, VenueError> {
    let known = venue.check_version().is_ok() && account.check_version().is_ok();
    Ok(known && !venue.flag(market::PAUSED_AT)? && !venue.flag(market::STALE_AT)?)
}

/// Funding owed since the position last settled, as if it settled now at `mid`.
fn accrued_funding(venue: &Account, account: &Account, lots: Lots, mid: Price, now: i64) -> Result<Value, VenueError> {
    if lots == Lots::ZERO {
        return Ok(Value::ZERO);
    }
    let rate = funding::rate_per_day(&funding::Skew {
        open_long: Lots(venue.i64(market::OPEN_LONG_AT)?),
        open_short: Lots(venue.i64(market::OPEN_SHORT_AT)?),
        max_open_interest: Lots(venue.i64(market::MAX_OPEN_INTEREST_AT)?),
        scale: Ratio::from_fixed(venue.fixed(market::FUNDING_SCALE_AT)?),
        cap: Ratio::from_fixed(venue.fixed(market::FUNDING_CAP_AT)?),
    });
    let elapsed = now.saturating_sub(venue.i64(market::FUNDING_UPDATED_AT)?);
    let cumulative = venue.fixed(market::CUMULATIVE_FUNDING_AT)?;
    let settled = account.fixed(trader::FUNDING_INDEX_AT)?;
    let index = rate.and_then(|rate| funding::accrued(cumulative, rate, elapsed, mid));
    index
        .and_then(|index| funding::owed_ceil(lots, index, settled))
        .ok_or(VenueError::OutOfRange)
}

/// See [`Venue::pins`](crate::Venue::pins).
pub(super) fn pins(data: &[u8]) -> Result<MarketPins, VenueError> {
    let venue = Account::market(data)?;
    Ok(MarketPins {
        risk_market: venue.bytes(market::RISK_MARKET_AT)?,
        quote_mint: venue.bytes(market::QUOTE_MINT_AT)?,
        custody: venue.bytes(market::CUSTODY_AT)?,
        initial_margin: Ratio::from_fixed(venue.fixed(market::INITIAL_MARGIN_AT)?),
    })
}

/// See [`Venue::terms`](crate::Venue::terms).
pub(super) fn terms(data: &[u8]) -> Result<TradingTerms, VenueError> {
    let venue = Account::market(data)?;
    let depth = venue.u64(market::DEPTH_ONE_PERCENT_AT)?;
    Ok(TradingTerms {
        half_spread: Ratio::from_fixed(venue.fixed(market::HALF_SPREAD_AT)?),
        taker_fee: Ratio::from_fixed(venue.fixed(market::TAKER_FEE_AT)?),
        depth_one_percent: Value::from_amount(depth).ok_or(VenueError::OutOfRange)?,
    })
}
