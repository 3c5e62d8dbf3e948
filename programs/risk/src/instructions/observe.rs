//! `observe`: one observation of a market. Permissionless, at most once per minimum interval.

use crate::errors::RiskError;
use crate::events::{announce_plain, Observed};
use crate::read;
use crate::state::{Market, StoredVenue};
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
}

pub(crate) fn handler(ctx: Context<Observe>) -> Result<()> {
    let clock = Clock::get()?;
    let now = read::now(&clock);
    let accounts = ctx.accounts;
    let key = accounts.market.key();
    let mut market = accounts.market.load_mut()?;
    let view = market.view()?;
    let (signals_before, regime_before, breakers_before) =
        (market.signals, market.regime.level, market.breakers.tripped);
    let raw = read::raw_price(&market, &accounts.price_feed)?;
    let price = view.newer_price(&raw, now).map_err(RiskError::from)?;
    let second = read::second_raw_price(&market, accounts.second_feed.as_deref())?;
    let second = second.and_then(|raw| view.second_price(&raw, now));
    let trading_cost = read_venues(&mut market, ctx.remaining_accounts, now)?;
    let observation = MarketObservation {
        price,
        second,
        trading_cost,
        implied: view.implied,
    };
    market.record(&view.observe(&observation, now).map_err(RiskError::from)?)?;
    announce_plain(&Observed {
        market: key,
        publish_time: price.publish_time,
        observed_at: now.unix_time,
        price: price.bounds.mid.into(),
        confidence: price.confidence.into(),
        second_price: market.second.mid,
        trading_cost: trading_cost.unwrap_or(0),
        implied_volatility: market.implied.volatility,
        seen: u32::from(second.is_some()) | u32::from(trading_cost.is_some()) << 1,
        before: signals_before,
        after: market.signals,
        regime_before,
        regime: market.regime.level,
        breakers_before,
        breakers: market.breakers.tripped,
    });
    Ok(())
}

/// Takes in what the venues quote; the least of it is what trading costs. A venue that gives no
/// quote is passed over, but none can be left out by whoever observes.
#[inline(never)]
fn read_venues(market: &mut Market, accounts: &[AccountInfo], now: Now) -> Result<Option<u64>> {
    let count = market.params.venues().len();
    require!(accounts.len() == count, RiskError::VenueAccounts);
    let Market { params, venues, .. } = market;
    let size = Value::from_amount(params.standard_order).ok_or(RiskError::StandardOrder)?;
    let mut least = None;
    for ((source, account), stored) in params.venues().iter().zip(accounts).zip(venues) {
        require_keys_eq!(*account.key, source.account, RiskError::VenueAccounts);
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
