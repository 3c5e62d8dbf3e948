//! How other programs read a market: no call, just the account and the price account beside it.

use crate::errors::RiskError;
use crate::oracle;
use crate::state::{Market, MARKET_VERSION};
use anchor_lang::prelude::*;
use ballast_risk_policy::admission::{admit, AdmittedPrice, Now, PriceBounds, PriceUse, Recency, Reference};
use ballast_risk_policy::signals::{exit_fallback, price_jump_stands};

/// The chain's time as the policy crate wants it.
pub fn now(clock: &Clock) -> Now {
    Now {
        unix_time: clock.unix_timestamp,
        slot: clock.slot,
    }
}

/// The live price of a market for one use, with every rule of that use applied.
///
/// # Errors
/// The rule that failed; also if the market has never been observed or has another layout version.
pub fn live_price(market: &Market, price_feed: &AccountInfo, usage: PriceUse, clock: &Clock) -> Result<AdmittedPrice> {
    require!(market.version == MARKET_VERSION, RiskError::MarketVersion);
    require!(market.signals.observations > 0, RiskError::NothingObserved);
    let raw = oracle::decode(&market.source, price_feed)?;
    admit(
        &raw,
        &market.limits(usage),
        &market.reference(),
        Recency::NotOlder,
        now(clock),
    )
    .map_err(|refusal| RiskError::from(refusal).into())
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

/// Whether the price-jump breaker stands, judged with the live price where there is one.
///
/// # Errors
/// [`RiskError::NothingObserved`] before the first observation.
pub fn price_jump(market: &Market, live: Option<&AdmittedPrice>, clock: &Clock) -> Result<bool> {
    let signals = market.observed().ok_or(RiskError::NothingObserved)?;
    Ok(price_jump_stands(
        &signals,
        &market.signal_settings.params(),
        live,
        now(clock),
    ))
}

/// The price of an exit, which is never out of reach for long:
/// 1. the live price, if `Exit` admits it;
/// 2. the worse, side by side, of the live and the haircut price, if the live one only fails by its distance from the slow price;
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
    let signals = market.observed().ok_or(RiskError::NothingObserved)?;
    let haircut = exit_fallback(&signals, &market.exit_haircut.haircut(), now(clock)).ok_or(RiskError::OutOfRange)?;
    let anywhere = Reference {
        slow_price: None,
        ..market.reference()
    };
    let live = oracle::decode(&market.source, price_feed).ok().and_then(|raw| {
        admit(
            &raw,
            &market.limits(PriceUse::Exit),
            &anywhere,
            Recency::NotOlder,
            now(clock),
        )
        .ok()
    });
    if let Some(live) = live {
        return Ok(PriceBounds {
            low: live.bounds.low.min(haircut.low),
            mid: live.bounds.mid,
            high: live.bounds.high.max(haircut.high),
        });
    }
    let age = clock.unix_timestamp.saturating_sub(signals.publish_time);
    let fresh = age <= i64::from(market.limits(PriceUse::Exit).max_age_seconds);
    if fresh {
        return Err(refusal);
    }
    Ok(haircut)
}
