//! How other programs read a market: no call, just its account. Here accounts become plain values;
//! what they mean is decided by [`ballast_core_market::MarketView`].

use crate::errors::RiskError;
use crate::oracle;
use crate::state::{Market, PriceSource, VenueSource};
use anchor_lang::prelude::*;
use ballast_core_market::admission::{Now, PriceUse, Print, RawPrice};
use ballast_core_market::MarketView;
use ballast_core_types::Value;
use ballast_venues::Liquidity;

/// Returns the chain's time as plain values.
pub fn now(clock: &Clock) -> Now {
    Now {
        unix_time: clock.unix_timestamp,
        slot: clock.slot,
    }
}

/// Returns the market's decoded state and its price for one use.
///
/// # Errors
/// The rule that failed; also if the market has never been observed or has another layout version.
pub fn price(market: &Market, usage: PriceUse, clock: &Clock) -> Result<(Box<MarketView>, Print)> {
    let view = market.view()?;
    let price = view.price(usage, now(clock)).map_err(RiskError::from)?;
    Ok((view, price))
}

/// Decodes the published price out of a price account. Whose it is comes first, since the market's
/// own account cannot be read while it is written to.
///
/// # Errors
/// As [`oracle::decode`].
pub(crate) fn raw_price(source: &PriceSource, feed: &AccountInfo) -> Result<RawPrice> {
    let kind = oracle::identify(source, feed.key, feed.owner)?;
    oracle::read(kind, source, &feed.try_borrow_data()?)
}

/// Decodes the published price of a source that a market may have. `None` if it has none, or the
/// account cannot be decoded or is none any more: a source that died must not keep the others from
/// being observed.
///
/// # Errors
/// `missing` if the source's account was not passed; an account that is not the source's.
pub(crate) fn other_raw_price(
    source: Option<&PriceSource>,
    feed: Option<&AccountInfo>,
    missing: RiskError,
) -> Result<Option<RawPrice>> {
    let Some(source) = source else {
        return Ok(None);
    };
    let feed = feed.ok_or(missing)?;
    let Some(kind) = oracle::identify_other(source, feed.key, feed.owner)? else {
        return Ok(None);
    };
    Ok(oracle::read(kind, source, &feed.try_borrow_data()?).ok())
}

/// Returns what a venue quotes for `size`; `None` if its account has another owner, or no quote.
///
/// # Errors
/// Only if the account's data is being written to.
pub(crate) fn quote(source: &VenueSource, account: &AccountInfo, size: Value) -> Result<Option<Liquidity>> {
    let data = account.try_borrow_data()?;
    Ok(source.quote(account.owner, &data, size))
}
