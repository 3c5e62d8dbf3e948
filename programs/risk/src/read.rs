//! How other programs read a market: no call, just the account and the price account beside it.
//! Here accounts become plain values; what they mean is decided by
//! [`ballast_core_market::MarketView`].

use crate::errors::RiskError;
use crate::oracle;
use crate::state::{Market, VenueSource};
use anchor_lang::prelude::*;
use ballast_core_market::admission::{AdmittedPrice, Now, PriceError, PriceUse, RawPrice};
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

/// Decodes the published price out of a market's price account. Whose it is comes first, since the
/// market's own account cannot be read while it is written to.
///
/// # Errors
/// As [`oracle::decode`].
pub fn raw_price(market: &Market, price_feed: &AccountInfo) -> Result<RawPrice> {
    let [source, _] = &market.params.sources;
    let kind = oracle::identify(source, price_feed.key, price_feed.owner)?;
    oracle::read(kind, source, &price_feed.try_borrow_data()?)
}

/// Returns the market's decoded state and its live price for one use.
///
/// # Errors
/// The rule that failed; also if the market has never been observed or has another layout version.
pub fn live_price(
    market: &Market,
    price_feed: &AccountInfo,
    usage: PriceUse,
    clock: &Clock,
) -> Result<(Box<MarketView>, AdmittedPrice)> {
    let view = market.view()?;
    let raw = raw_price(market, price_feed)?;
    let price = view.live_price(&raw, usage, now(clock)).map_err(RiskError::from)?;
    Ok((view, price))
}

/// Decodes a market and its published price, and asks `read` about them. A price that cannot be
/// decoded is `None`; where that is refused, the error is the one that says why.
///
/// # Errors
/// [`RiskError::MarketVersion`]; the rule that `read` names.
pub fn with_raw_price<T>(
    market: &Market,
    price_feed: &AccountInfo,
    read: impl FnOnce(&MarketView, Option<&RawPrice>) -> core::result::Result<T, PriceError>,
) -> Result<T> {
    let view = market.view()?;
    let (raw, unreadable) = match raw_price(market, price_feed) {
        Ok(raw) => (Some(raw), None),
        Err(error) => (None, Some(error)),
    };
    read(&view, raw.as_ref()).map_err(|refusal| match (refusal, unreadable) {
        (PriceError::Unreadable, Some(error)) => error,
        (refusal, _) => RiskError::from(refusal).into(),
    })
}

/// Decodes the second source's price. `None` if there is no second source, or its account cannot be
/// decoded: see [`MarketView::second_price`].
///
/// # Errors
/// [`RiskError::SecondFeedMissing`]; an account that is not the source's.
pub fn second_raw_price(market: &Market, feed: Option<&AccountInfo>) -> Result<Option<RawPrice>> {
    let Some(source) = market.params.second_source() else {
        return Ok(None);
    };
    let feed = feed.ok_or(RiskError::SecondFeedMissing)?;
    let kind = oracle::identify(source, feed.key, feed.owner)?;
    Ok(oracle::read(kind, source, &feed.try_borrow_data()?).ok())
}

/// Returns what a venue quotes for `size`; `None` if its account has another owner, or no quote.
///
/// # Errors
/// Only if the account's data is being written to.
pub fn quote(source: &VenueSource, account: &AccountInfo, size: Value) -> Result<Option<Liquidity>> {
    let data = account.try_borrow_data()?;
    Ok(source.quote(account.owner, &data, size))
}
