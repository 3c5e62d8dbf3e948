//! `observe`: takes in one newer price. Permissionless, at most once per minimum interval.

use crate::errors::RiskError;
use crate::events::Observed;
use crate::oracle;
use crate::read;
use crate::state::{Market, MARKET_VERSION};
use anchor_lang::prelude::*;
use ballast_risk_policy::admission::{admit, PriceUse, Recency, Reference};
use ballast_risk_policy::signals;

/// Accounts of `observe`. Nobody signs: the price speaks for itself.
#[derive(Accounts)]
pub struct Observe<'info> {
    /// The market; owned by this program, so its parameters were validated.
    #[account(mut)]
    pub market: Box<Account<'info, Market>>,
    /// CHECK: owner, feed, verification level and layout are checked against the market's source.
    pub price_feed: UncheckedAccount<'info>,
}

pub(crate) fn handler(ctx: Context<Observe>) -> Result<()> {
    let clock = Clock::get()?;
    let now = read::now(&clock);
    let key = ctx.accounts.market.key();
    let market = &mut ctx.accounts.market;
    require!(market.version == MARKET_VERSION, RiskError::MarketVersion);
    let raw = oracle::decode(&market.source, &ctx.accounts.price_feed)?;
    // Observing uses the `Exit` limits and no distance from the slow price: in a crash the slow price has to follow, at its
    // limited rate, a price that is too far away to trade on. The jump breaker answers for the distance.
    let reference = Reference {
        slow_price: None,
        ..market.reference()
    };
    let price =
        admit(&raw, &market.limits(PriceUse::Exit), &reference, Recency::Newer, now).map_err(RiskError::from)?;
    let before = market.signals;
    let after = match market.observed() {
        Some(stored) => {
            signals::observe(&stored, &market.signal_settings.params(), &price, now).map_err(RiskError::from)?
        }
        None => signals::first(&price, market.signals.variance.ratio(), now),
    };
    market.record(&after)?;
    emit!(Observed {
        market: key,
        price: after.price.into(),
        confidence: after.confidence.into(),
        publish_time: after.publish_time,
        observed_at: after.observed_at,
        price_before: before.price,
        publish_time_before: before.publish_time,
        variance_before: before.variance,
        variance: after.variance.into(),
        slow_price_before: before.slow_price,
        slow_price: after.slow_price.into(),
        price_jump: after.jumped_at == Some(now.unix_time),
    });
    Ok(())
}
