//! Where prices come from: the risk program's admission, and nothing else.

use anchor_lang::prelude::*;
use ballast_core_market::admission::PriceUse;
use ballast_core_types::Lots;
use ballast_core_types::PriceBounds;
use ballast_risk::read;
use ballast_risk::state::Market as RiskMarket;

use crate::errors::PerpError;
use crate::state::Market;

/// Leaving is easier than entering: a pure reduction may use a price that is admitted for exits.
pub fn usage_for(position: Lots, order: Lots) -> PriceUse {
    if position.is_reduced_by(order) {
        PriceUse::Exit
    } else {
        PriceUse::Trade
    }
}

/// Returns the price admitted for `usage`, unless the venue pretends to have none.
pub fn admit(
    market: &Market,
    risk_market: &AccountLoader<RiskMarket>,
    price_feed: &AccountInfo,
    usage: PriceUse,
    clock: &Clock,
) -> Result<PriceBounds> {
    require!(!market.faults.stale, PerpError::VenuePriceStale);
    let (_, price) = read::live_price(&*risk_market.load()?, price_feed, usage, clock)?;
    Ok(price.bounds)
}
