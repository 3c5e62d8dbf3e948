//! How other programs read a market: no call, just the account and the price account beside it.

use crate::errors::RiskError;
use crate::oracle;
use crate::state::{Market, VenueSource};
use anchor_lang::prelude::*;
use ballast_core_market::admission::{
    admit, confirm, AdmittedPrice, Now, PriceBounds, PriceUse, Recency, Reference, SecondPrice,
};
use ballast_core_market::breaker::BreakerSet;
use ballast_core_market::signals::exit_fallback;
use ballast_core_types::Value;
use ballast_venues::Liquidity;

/// The chain's time as the policy crate wants it.
pub fn now(clock: &Clock) -> Now {
    Now {
        unix_time: clock.unix_timestamp,
        slot: clock.slot,
    }
}

/// The live price of a market for one use, with every rule of that use applied.
///
/// The second source is the one that the last observation saw, if it is as fresh as the use demands of any price: whoever needs
/// both brings the second by observing in the same transaction.
///
/// # Errors
/// The rule that failed; also if the market has never been observed or has another layout version.
#[inline(never)]
pub fn live_price(market: &Market, price_feed: &AccountInfo, usage: PriceUse, clock: &Clock) -> Result<AdmittedPrice> {
    market.check_version()?;
    require!(market.signals.observations > 0, RiskError::NothingObserved);
    let [source, _] = &market.params.sources;
    let raw = oracle::decode(source, price_feed)?;
    let (limits, now) = (market.limits(usage), now(clock));
    let price = admit(&raw, &limits, &market.reference(), Recency::NotOlder, now).map_err(RiskError::from)?;
    confirm(&price, market.second.get().as_ref(), &limits, now).map_err(|refusal| RiskError::from(refusal).into())
}

/// As [`live_price`], with only the three prices a valuation uses.
///
/// # Errors
/// As [`live_price`].
pub fn admitted_price(
    market: &Market,
    price_feed: &AccountInfo,
    usage: PriceUse,
    clock: &Clock,
) -> Result<PriceBounds> {
    live_price(market, price_feed, usage, clock).map(|price| price.bounds)
}

/// The market's breakers that stand, judged with the live price where there is one: whoever acts must not profit from nobody
/// having observed yet.
///
/// # Errors
/// [`RiskError::NothingObserved`] before the first observation.
pub fn standing(market: &Market, live: Option<&AdmittedPrice>, clock: &Clock) -> Result<BreakerSet> {
    let state = market.state().ok_or(RiskError::NothingObserved)?;
    let (params, now) = (market.observation()?, now(clock));
    let implied = market.implied.get();
    Ok(state.standing(&params, live, fresh_second(market, now).as_ref(), implied.as_ref(), now))
}

/// The second source's last price, if an exit could still rest on it.
fn fresh_second(market: &Market, now: Now) -> Option<SecondPrice> {
    let limits = market.limits(PriceUse::Exit);
    market.second.get().filter(|second| second.is_fresh(&limits, now))
}

/// The price of an exit, which is never out of reach for long:
/// 1. the live price, if `Exit` admits it;
/// 2. the worse, side by side, of the live and the haircut price, if the live one only fails by its distance from the slow price
///    or from the second source;
/// 3. the haircut price, once the market's own last observation is older than `Exit` allows. While it is fresher, whoever
///    leaves has to bring a price at least as new: otherwise he could withhold a crash.
///
/// # Errors
/// The rule the live price broke, while the stored one is fresh; [`RiskError::NothingObserved`] before the first.
pub fn exit_price(market: &Market, price_feed: &AccountInfo, clock: &Clock) -> Result<PriceBounds> {
    let refusal = match admitted_price(market, price_feed, PriceUse::Exit, clock) {
        Ok(bounds) => return Ok(bounds),
        Err(refusal) => refusal,
    };
    let signals = market.signals.get().ok_or(RiskError::NothingObserved)?;
    let time = now(clock);
    let haircut = exit_fallback(&signals, &market.params.exit_haircut.haircut(), time).ok_or(RiskError::OutOfRange)?;
    if let Some(live) = anywhere(market, price_feed, time) {
        return Ok(live.widened(&haircut).bounds);
    }
    let age = clock.unix_timestamp.saturating_sub(signals.publish_time);
    let fresh = age <= i64::from(market.limits(PriceUse::Exit).max_age_seconds);
    if fresh {
        return Err(refusal);
    }
    Ok(haircut)
}

/// A live price that only fails by its distance from the slow price or from the second source, at the worse of both sources.
fn anywhere(market: &Market, price_feed: &AccountInfo, now: Now) -> Option<AdmittedPrice> {
    let [source, _] = &market.params.sources;
    let raw = oracle::decode(source, price_feed).ok()?;
    let reference = Reference {
        slow_price: None,
        ..market.reference()
    };
    let price = admit(&raw, &market.limits(PriceUse::Exit), &reference, Recency::NotOlder, now).ok()?;
    Some(match fresh_second(market, now) {
        Some(second) => price.widened(&second.bounds),
        None => price,
    })
}

/// The price that an observation takes in.
///
/// Observing uses the `Exit` limits and no distance from the slow price or the second source: in a crash the slow price has to follow, at
/// its limited rate, a price that is too far away to trade on. The breakers answer for the distance.
///
/// # Errors
/// The rule that refused it.
pub fn newer_price(market: &Market, feed: &AccountInfo, now: Now) -> Result<AdmittedPrice> {
    let [source, _] = &market.params.sources;
    let raw = oracle::decode(source, feed)?;
    let reference = Reference {
        slow_price: None,
        ..market.reference()
    };
    let limits = market.limits(PriceUse::Exit);
    admit(&raw, &limits, &reference, Recency::Newer, now).map_err(|refusal| RiskError::from(refusal).into())
}

/// The second source's price as an observation sees it. One that is refused is not seen, because a source that died must not keep the other from being
/// observed; what was seen before it ages, and the uses that require it notice.
///
/// # Errors
/// [`RiskError::SecondFeedMissing`]; an account that is not the source's.
#[inline(never)]
pub fn second_price(market: &Market, feed: Option<&AccountInfo>, now: Now) -> Result<Option<SecondPrice>> {
    let Some(source) = market.params.second_source() else {
        return Ok(None);
    };
    let feed = feed.ok_or(RiskError::SecondFeedMissing)?;
    oracle::identify(source, feed)?;
    let Ok(raw) = oracle::decode(source, feed) else {
        return Ok(None);
    };
    let reference = Reference {
        publish_time: market.second.publish_time,
        slow_price: None,
    };
    let price = admit(&raw, &market.limits(PriceUse::Exit), &reference, Recency::NotOlder, now);
    Ok(price.ok().as_ref().map(SecondPrice::from))
}

/// What a venue quotes for `size`; nothing if its account has another owner, or no quote.
///
/// # Errors
/// Only if the account's data is being written to.
pub fn quote(source: &VenueSource, account: &AccountInfo, size: Value) -> Result<Option<Liquidity>> {
    let Some(kind) = source.kind().filter(|_| *account.owner == source.owner) else {
        return Ok(None);
    };
    let data = account.try_borrow_data()?;
    Ok(kind.liquidity(&data, size).ok())
}
