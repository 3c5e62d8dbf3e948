//! `observe`: one observation of a market, and the only reader of price accounts. Permissionless.

use crate::errors::RiskError;
use crate::events::{announce_plain, Observed};
use crate::read;
use crate::state::{Market, StoredSignals, StoredVenue};
use anchor_lang::prelude::*;
use ballast_core_market::admission::Now;
use ballast_core_market::observation::MarketObservation;
use ballast_core_types::Value;

/// Accounts of `observe`; the venues of the market's parameters follow them, each once and in
/// order. Permissionless: what is read speaks for itself.
#[derive(Accounts)]
pub struct Observe<'info> {
    /// The market; owned by this program, so its parameters were validated.
    #[account(mut)]
    pub market: AccountLoader<'info, Market>,
    /// CHECK: owner, feed, verification level and layout are checked against the market's source.
    pub price_feed: UncheckedAccount<'info>,
    /// CHECK: as the price feed, against the market's second source. It cannot be left out where
    /// there is one.
    pub second_feed: Option<UncheckedAccount<'info>>,
    /// CHECK: as the price feed, against the quote token's source.
    pub quote_feed: Option<UncheckedAccount<'info>>,
}

pub(crate) fn handler(ctx: Context<Observe>) -> Result<()> {
    let clock = Clock::get()?;
    let now = read::now(&clock);
    let accounts = ctx.accounts;
    let key = accounts.market.key();
    let mut market = accounts.market.load_mut()?;
    let view = market.view()?;
    let [first, _, _] = &market.params.sources;
    let raw = read::raw_price(first, &accounts.price_feed)?;
    let price = view.newer_price(&raw, now).map_err(RiskError::from)?;
    let (second, quote) = (accounts.second_feed.as_deref(), accounts.quote_feed.as_deref());
    let second = read::other_raw_price(market.params.second_source(), second, RiskError::SecondFeedMissing)?;
    let second = second.and_then(|raw| view.second_price(&raw, now));
    let quote = read::other_raw_price(market.params.quote_source(), quote, RiskError::QuoteFeedMissing)?;
    let quote = quote.and_then(|raw| view.quote_price(&raw, now));
    check_venues(&market, ctx.remaining_accounts)?;
    let mut observation = MarketObservation {
        price,
        second,
        quote,
        trading_cost: None,
        implied: view.implied,
    };
    if !observation.has_news() {
        // Somebody else brought as much, or more: nothing changes, and nobody's transaction fails.
        return Ok(());
    }
    observation.trading_cost = read_venues(&mut market, ctx.remaining_accounts, now)?;
    let before = (market.signals, market.regime.level, market.breakers.tripped);
    let held = view.held_price(market.averages.sums.get(), now);
    let every = view.every_price(market.averages.recent_sums.get());
    if let Some(state) = view.observe(&observation, now).map_err(RiskError::from)? {
        market.record(&state)?;
        if let Some(price) = observation.price {
            let before = market.averages.half_hours_stored;
            market
                .averages
                .record(held.as_ref(), every.as_ref(), price.publish_time);
            if market.averages.half_hours_stored != before {
                measure_day(&mut market);
            }
        }
        announce(key, &market, &observation, &before, now);
    }
    Ok(())
}

/// Measures how far the price went in the day up to the half hour that has just been stored; in the
/// quarter that the print says, so that no leap of the chain's clock forgets a day.
#[inline(never)]
fn measure_day(market: &mut Market) {
    if let Some(size) = market.averages.move_of_day() {
        let published = market.signals.publish_time;
        market.worst_day = market.worst_day.get().after(size, published).into();
    }
}

#[inline(never)]
fn announce(
    market: Pubkey,
    after: &Market,
    seen: &MarketObservation,
    (signals, regime, breakers): &(StoredSignals, u32, u32),
    now: Now,
) {
    let bit = |is_seen: bool, at: u32| u32::from(is_seen) << at;
    announce_plain(&Observed {
        market,
        publish_time: after.signals.publish_time,
        observed_at: now.unix_time,
        price: after.signals.price,
        confidence: after.signals.confidence,
        second_price: after.second.price,
        trading_cost: seen.trading_cost.unwrap_or(0),
        implied_volatility: after.implied.volatility,
        seen: bit(seen.second.is_some(), 0)
            | bit(seen.trading_cost.is_some(), 1)
            | bit(seen.price.is_some(), 2)
            | bit(seen.quote.is_some(), 3),
        quote_off_par: after.quote.reading,
        pair_divergence: after.pair.reading,
        before: *signals,
        after: after.signals,
        regime_before: *regime,
        regime: after.regime.level,
        breakers_before: *breakers,
        breakers: after.breakers.tripped,
    });
}

/// Refuses accounts that are not the market's venues, each once and in order: none can be left out
/// by whoever observes.
fn check_venues(market: &Market, accounts: &[AccountInfo]) -> Result<()> {
    let venues = market.params.venues();
    require!(accounts.len() == venues.len(), RiskError::VenueAccounts);
    for (source, account) in venues.iter().zip(accounts) {
        require_keys_eq!(*account.key, source.account, RiskError::VenueAccounts);
    }
    Ok(())
}

/// Takes in what the venues quote; the least of it is what trading costs. A venue that gives no
/// quote is passed over.
#[inline(never)]
fn read_venues(market: &mut Market, accounts: &[AccountInfo], now: Now) -> Result<Option<u64>> {
    let Market { params, venues, .. } = market;
    let size = Value::from_amount(params.standard_order).ok_or(RiskError::StandardOrder)?;
    let mut least = None;
    for ((source, account), stored) in params.venues().iter().zip(accounts).zip(venues) {
        let Some(quote) = read::quote(source, account, size)? else {
            continue;
        };
        *stored = StoredVenue {
            cost: quote.cost.0,
            seen_at: now.unix_time,
            funding_per_year: quote.funding_per_year.into(),
        };
        least = Some(least.map_or(quote.cost.0, |least: u64| least.min(quote.cost.0)));
    }
    Ok(least)
}
